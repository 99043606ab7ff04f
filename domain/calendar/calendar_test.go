package calendar_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"arrears/domain/calendar"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func shipped(t require.TestingT, code string) *calendar.Calendar {
	cal, ok := calendar.Shipped(code)
	require.True(t, ok, code)
	return cal
}

func TestBusinessDays(t *testing.T) {
	t.Parallel()
	de := shipped(t, "DE")
	require.Equal(t, "DE", de.Code())
	require.True(t, de.IsBusinessDay(date("2026-04-02")))
	require.False(t, de.IsBusinessDay(date("2026-04-03")))
	require.False(t, de.IsBusinessDay(date("2026-04-04")))
	require.False(t, de.IsBusinessDay(0), "no date is not a business day")
	require.Equal(t, "Good Friday", de.HolidayName(date("2026-04-03")))
	require.Empty(t, de.HolidayName(date("2026-04-02")))
}

func TestAddBusinessDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cal  string
		from string
		n    int
		want string
	}{
		{"DE", "2026-04-02", 1, "2026-04-07"},
		{"DE", "2026-04-07", -1, "2026-04-02"},
		{"DE", "2026-04-04", 0, "2026-04-04"},
		{"DE", "2026-04-04", 1, "2026-04-07"},
		{"DE", "2026-04-04", -1, "2026-04-02"},
		{"none", "2026-04-02", 1, "2026-04-03"},
		{"none", "2026-11-20", 3, "2026-11-25"},
		{"US", "2026-07-02", 1, "2026-07-06"},
		{"GB", "2026-12-24", 1, "2026-12-29"},
		{"none", "2026-01-01", 261, "2027-01-01"},
	} {
		got := shipped(t, c.cal).AddBusinessDays(date(c.from), c.n)
		require.Equal(t, c.want, got.String(), "%s %s %d", c.cal, c.from, c.n)
	}
}

func TestNextBusinessDay(t *testing.T) {
	t.Parallel()
	gb := shipped(t, "GB")
	require.Equal(t, date("2026-12-24"), gb.NextBusinessDay(date("2026-12-24")))
	require.Equal(t, date("2026-12-29"), gb.NextBusinessDay(date("2026-12-25")))
	require.Zero(t, gb.NextBusinessDay(0))
	require.Zero(t, gb.AddBusinessDays(0, 3))
	require.Zero(t, gb.BusinessDaysBetween(0, date("2026-01-01")))
	require.Zero(t, gb.BusinessDaysBetween(date("2026-01-01"), 0))
}

func TestSearchesEnd(t *testing.T) {
	t.Parallel()
	none := shipped(t, "none")
	require.Equal(t, calendar.MaxDate, none.AddBusinessDays(date("9999-12-01"), math.MaxInt))
	require.Equal(t, calendar.MinDate, none.AddBusinessDays(date("0001-02-01"), math.MinInt))
	never := calendar.NewCalendar("never", everyDay(), nil)
	require.Equal(t, calendar.MaxDate, never.NextBusinessDay(date("2026-01-01")))
	require.Equal(t, calendar.MinDate, never.AddBusinessDays(date("2026-01-01"), -1))
	require.Zero(t, never.BusinessDaysBetween(date("2026-01-01"), date("2027-01-01")))
}

func TestNewCalendarCopiesItsHolidays(t *testing.T) {
	t.Parallel()
	holidays := map[calendar.Date]string{date("2026-06-01"): "Company Outing"}
	cal := calendar.NewCalendar("own", []time.Weekday{time.Friday, time.Saturday, 9, -1}, holidays)
	delete(holidays, date("2026-06-01"))
	require.False(t, cal.IsBusinessDay(date("2026-06-01")))
	require.True(t, cal.IsBusinessDay(date("2026-11-22")), "a Sunday, where the weekend is another")
	require.False(t, cal.IsBusinessDay(date("2026-11-20")))
}

func TestBusinessDayLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		cal := shipped(rt, rapid.SampledFrom(calendar.ShippedCodes()).Draw(rt, "code"))
		a := calendar.Date(rapid.Int32Range(int32(date("2009-06-01")), int32(date("2036-06-30"))).Draw(rt, "a"))
		n := rapid.IntRange(-300, 300).Draw(rt, "n")
		b := cal.AddBusinessDays(a, n)
		require.Equal(rt, n, cal.BusinessDaysBetween(a, b))
		require.True(rt, n == 0 || cal.IsBusinessDay(b))
		require.True(rt, n == 0 || (n > 0) == (b > a))
		next := cal.NextBusinessDay(a)
		require.True(rt, cal.IsBusinessDay(next))
		require.GreaterOrEqual(rt, next, a)
		require.Less(rt, next.DaysSince(a), 12, "no country closes for longer")
		m := rapid.IntRange(0, 50).Draw(rt, "m")
		if n >= 0 {
			require.Equal(rt, cal.AddBusinessDays(a, n+m), cal.AddBusinessDays(b, m), "steps add up")
		}
	})
}

func ExampleCalendar_AddBusinessDays() {
	cal, _ := calendar.Shipped("DE")
	thursday := calendar.MustDate("2026-04-02")
	fmt.Println(cal.HolidayName(thursday.AddDays(1)))
	fmt.Println(cal.AddBusinessDays(thursday, 1), cal.AddBusinessDays(thursday, -1))
	// Output:
	// Good Friday
	// 2026-04-07 2026-04-01
}
