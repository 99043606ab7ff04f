package calendar_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"
	_ "time/tzdata" // the tests do not depend on the machine's zone files

	"arrears/domain/calendar"
	"arrears/domain/fault"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var (
	_ sql.Scanner   = (*calendar.Date)(nil)
	_ driver.Valuer = calendar.Date(0)
)

func date(s string) calendar.Date { return calendar.MustDate(s) }

func TestDateBounds(t *testing.T) {
	t.Parallel()
	require.Equal(t, calendar.MinDate, date("0001-01-01"))
	require.Equal(t, calendar.MaxDate, date("9999-12-31"))
	require.Equal(t, calendar.Date(1), date("0001-01-01"))
	var none calendar.Date
	require.True(t, none.IsZero())
	require.Less(t, none, calendar.MinDate, "no date sorts before every date")
	require.Less(t, date("2026-02-28"), date("2026-03-01"))
}

func TestNewDateRefusesWhatIsNotInTheCalendar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		y int
		m time.Month
		d int
	}{
		{2026, time.February, 30}, {2026, time.February, 29}, {2100, time.February, 29}, {2026, time.April, 31}, {2026, 0, 1}, {2026, 13, 1},
		{2026, time.January, 0}, {2026, time.January, -1}, {2026, time.January, 32}, {0, time.January, 1}, {10000, time.January, 1}, {-1, 1, 1},
	} {
		_, err := calendar.NewDate(c.y, c.m, c.d)
		require.Equal(t, calendar.CodeInvalidDate, fault.CodeOf(err), "%v", c)
	}
	leap, err := calendar.NewDate(2028, time.February, 29)
	require.NoError(t, err)
	require.Equal(t, "2028-02-29", leap.String())
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "2026-02-30", "2026-2-3", "26-02-03", "2026/02/03", "20260203", " 2026-02-03", "2026-02-03 ", "2026-02-03T00:00:00Z",
		"0000-01-01", "12026-01-01", "-001-01-01", "2026-13-01", "2026-00-10", "infinity", "2026-02-0٣",
	} {
		d, err := calendar.ParseDate(s)
		require.Equal(t, calendar.CodeInvalidDate, fault.CodeOf(err), "%q", s)
		require.True(t, d.IsZero())
	}
	require.Panics(t, func() { calendar.MustDate("tomorrow") })
}

func TestDateParts(t *testing.T) {
	t.Parallel()
	d := date("2026-11-22")
	require.Equal(t, 2026, d.Year())
	require.Equal(t, time.November, d.Month())
	require.Equal(t, 22, d.Day())
	require.Equal(t, time.Sunday, d.Weekday())
	var none calendar.Date
	require.Zero(t, none.Year())
	require.Zero(t, none.Month())
	require.Zero(t, none.Day())
	require.Empty(t, none.String())
}

func TestAddMonthsClamps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2028-01-31", 1, "2028-02-29"}, {"2026-03-31", -1, "2026-02-28"}, {"2026-03-31", 1, "2026-04-30"},
		{"2026-12-15", 1, "2027-01-15"}, {"2026-01-15", -1, "2025-12-15"}, {"2024-02-29", 12, "2025-02-28"}, {"2024-02-29", 48, "2028-02-29"},
		{"2026-05-05", 0, "2026-05-05"}, {"9999-12-01", 1, "9999-12-31"}, {"0001-01-15", -1, "0001-01-01"},
		{"2026-05-05", math.MaxInt, "9999-12-31"}, {"2026-05-05", math.MinInt, "0001-01-01"},
	} {
		require.Equal(t, c.want, date(c.from).AddMonths(c.n).String(), "%s %d", c.from, c.n)
	}
}

func TestNoDateStaysNoDate(t *testing.T) {
	t.Parallel()
	var none calendar.Date
	require.Zero(t, none.AddDays(5))
	require.Zero(t, none.AddMonths(5))
	require.Zero(t, none.EndOfMonth())
	require.Zero(t, none.DaysSince(date("2026-01-01")))
	require.Zero(t, date("2026-01-01").DaysSince(none))
	require.True(t, none.Time(time.UTC).IsZero())
}

func TestAddDaysStopsAtTheBounds(t *testing.T) {
	t.Parallel()
	d := date("2026-01-01")
	for _, n := range []int{math.MaxInt, math.MaxInt32, 4_000_000} {
		require.Equal(t, calendar.MaxDate, d.AddDays(n))
		require.Equal(t, calendar.MinDate, d.AddDays(-n))
	}
	require.Equal(t, calendar.MinDate, d.AddDays(math.MinInt))
}

func TestEndOfMonth(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"2026-02-01": "2026-02-28", "2028-02-10": "2028-02-29", "2026-12-31": "2026-12-31", "2026-04-30": "2026-04-30", "9999-12-01": "9999-12-31",
	} {
		require.Equal(t, want, date(from).EndOfMonth().String())
	}
}

// TestDateAgreesWithTime compares with the standard library's calendar.
func TestDateAgreesWithTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDate(rt, "d")
		y, m, day := d.Year(), d.Month(), d.Day()
		reference := time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
		require.Equal(rt, reference.Weekday(), d.Weekday())
		require.Equal(rt, reference.Format("2006-01-02"), d.String())
		require.Equal(rt, reference, d.Time(time.UTC))
		back, err := calendar.NewDate(y, m, day)
		require.NoError(rt, err)
		require.Equal(rt, d, back)
		parsed, err := calendar.ParseDate(d.String())
		require.NoError(rt, err)
		require.Equal(rt, d, parsed)
		n := rapid.IntRange(-100_000, 100_000).Draw(rt, "n")
		if moved := d.AddDays(n); moved != calendar.MinDate && moved != calendar.MaxDate {
			require.Equal(rt, reference.AddDate(0, 0, n).Format("2006-01-02"), moved.String())
			require.Equal(rt, n, moved.DaysSince(d))
		}
	})
}

func TestMonthLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := calendar.Date(rapid.Int32Range(int32(date("1900-01-01")), int32(date("2199-12-31"))).Draw(rt, "d"))
		n := rapid.IntRange(-600, 600).Draw(rt, "n")
		moved := d.AddMonths(n)
		require.Equal(rt, d.Year()*12+int(d.Month())+n, moved.Year()*12+int(moved.Month()), "the month is exact")
		require.True(rt, moved.Day() == d.Day() || moved == moved.EndOfMonth() && moved.Day() < d.Day())
		end := d.EndOfMonth()
		require.Equal(rt, d.Month(), end.Month())
		require.Equal(rt, 1, end.AddDays(1).Day())
	})
}

func TestDateOfDependsOnTheZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.March, 1, 3, 30, 0, 0, time.UTC)
	require.Equal(t, "2026-02-28", calendar.DateOf(at, zone(t, "America/New_York")).String())
	require.Equal(t, "2026-03-01", calendar.DateOf(at, zone(t, "Europe/Berlin")).String())
	require.Equal(t, "2026-03-02", calendar.DateOf(at.Add(10*time.Hour), zone(t, "Pacific/Auckland")).String())
	require.Equal(t, calendar.MinDate, calendar.DateOf(time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC))
	require.Equal(t, calendar.MaxDate, calendar.DateOf(time.Date(10005, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC))
}

func TestTextAndSQL(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := rapid.OneOf(rapid.Just(calendar.Date(0)), rapid.Custom(func(rt *rapid.T) calendar.Date { return anyDate(rt, "d") })).Draw(rt, "date")
		text, err := json.Marshal(map[string]calendar.Date{"d": d})
		require.NoError(rt, err)
		var back map[string]calendar.Date
		require.NoError(rt, json.Unmarshal(text, &back))
		require.Equal(rt, d, back["d"])
		value, err := d.Value()
		require.NoError(rt, err)
		require.Equal(rt, d.IsZero(), value == nil)
		scanned := date("1999-09-09")
		require.NoError(rt, scanned.Scan(value))
		require.Equal(rt, d, scanned)
	})
}

func TestScan(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 3, 1, 23, 59, 0, 0, time.FixedZone("", 3600))
	for name, src := range map[string]any{
		"a time by its own zone": late, "a text": "2026-03-01", "bytes": []byte("2026-03-01"),
	} {
		var d calendar.Date
		require.NoError(t, d.Scan(src), name)
		require.Equal(t, "2026-03-01", d.String(), name)
	}
	kept := date("2026-03-01")
	for _, src := range []any{int64(5), 1.5, true, "infinity", "2026-02-30", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)} {
		require.Equal(t, calendar.CodeInvalidDate, fault.CodeOf(kept.Scan(src)), "%v", src)
		require.Equal(t, "2026-03-01", kept.String(), "a refused value changes nothing")
	}
	require.Equal(t, calendar.CodeInvalidDate, fault.CodeOf(kept.UnmarshalText([]byte("soon"))))
	require.NoError(t, kept.Scan(nil))
	require.True(t, kept.IsZero())
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2026-11-22", "2028-02-29", "2026-02-30", "0000-01-01", "9999-12-31", "2026-1-1", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDate(s)
		if err != nil {
			require.Equal(t, calendar.CodeInvalidDate, fault.CodeOf(err))
			return
		}
		require.Equal(t, s, d.String())
	})
}

func anyDate(rt *rapid.T, label string) calendar.Date {
	return calendar.Date(rapid.Int32Range(int32(calendar.MinDate), int32(calendar.MaxDate)).Draw(rt, label))
}

func zone(t require.TestingT, name string) *time.Location {
	loc, err := calendar.LoadZone(name)
	require.NoError(t, err)
	return loc
}

func ExampleDate() {
	due := calendar.MustDate("2026-01-31")
	fmt.Println(due.AddDays(30), due.AddMonths(1), due.AddDays(5).EndOfMonth(), due.Weekday())
	fmt.Println(calendar.MustDate("2026-03-02").DaysSince(due), "days past due")
	// Output:
	// 2026-03-02 2026-02-28 2026-02-28 Saturday
	// 30 days past due
}
