package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const allDays = 7

func everyDay() []time.Weekday {
	days := make([]time.Weekday, allDays)
	for i := range days {
		days[i] = time.Weekday(i)
	}
	return days
}

func clock(s string) calendar.TimeOfDay {
	t, err := calendar.ParseTimeOfDay(s)
	if err != nil {
		panic(err)
	}
	return t
}

func window(from, to string, days ...time.Weekday) calendar.Window {
	return calendar.Window{From: clock(from), To: clock(to), Days: days}
}

func TestParseTimeOfDay(t *testing.T) {
	t.Parallel()
	for s, minutes := range map[string]int{"00:00": 0, "08:30": 510, "23:59": 1439, "24:00": 1440} {
		got, err := calendar.ParseTimeOfDay(s)
		require.NoError(t, err)
		require.Equal(t, calendar.TimeOfDay(minutes), got)
		require.Equal(t, s, got.String())
	}
	for _, s := range []string{"", "8:30", "08:60", "24:01", "25:00", "08-30", "08:30:00", "aa:bb", "+8:30", "0830", " 8:30", "08:3 "} {
		_, err := calendar.ParseTimeOfDay(s)
		require.Equal(t, calendar.CodeInvalidTime, fault.CodeOf(err), "%q", s)
	}
}

func FuzzParseTimeOfDay(f *testing.F) {
	for _, seed := range []string{"08:30", "24:00", "24:01", "8:30", "", "99:99"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := calendar.ParseTimeOfDay(s)
		if err != nil {
			require.Equal(t, calendar.CodeInvalidTime, fault.CodeOf(err))
			return
		}
		require.Equal(t, s, got.String())
	})
}

func TestWindowValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, window("08:00", "18:00").Validate())
	require.NoError(t, window("00:00", "24:00", everyDay()...).Validate())
	for name, w := range map[string]calendar.Window{
		"nothing":         {},
		"backwards":       window("18:00", "08:00"),
		"empty":           window("08:00", "08:00"),
		"before midnight": {From: -1, To: 60},
		"beyond midnight": {From: 0, To: 1441},
		"a day twice":     window("08:00", "18:00", time.Monday, time.Monday),
		"an eighth day":   window("08:00", "18:00", 7),
	} {
		require.Equal(t, calendar.CodeInvalidWindow, fault.CodeOf(w.Validate()), name)
		_, err := w.Next(time.Now(), time.UTC, nil)
		require.Equal(t, calendar.CodeInvalidWindow, fault.CodeOf(err), name)
	}
}

func TestWindowString(t *testing.T) {
	t.Parallel()
	require.Equal(t, "08:00-18:00", window("08:00", "18:00").String())
	require.Equal(t, "09:00-12:30 Mon,Sat", window("09:00", "12:30", time.Monday, time.Saturday).String())
}

func TestWindowNext(t *testing.T) {
	t.Parallel()
	office := window("08:00", "18:00")
	night := window("02:30", "04:00", everyDay()...)
	for name, c := range map[string]struct {
		window     calendar.Window
		zone, cal  string
		from, want string
	}{
		"inside stays":                       {office, "Europe/Berlin", "DE", "2026-11-23T09:15:30+01:00", "2026-11-23T09:15:30+01:00"},
		"the opening itself":                 {office, "Europe/Berlin", "DE", "2026-11-23T08:00:00+01:00", "2026-11-23T08:00:00+01:00"},
		"early waits for the opening":        {office, "Europe/Berlin", "DE", "2026-11-23T07:59:59+01:00", "2026-11-23T08:00:00+01:00"},
		"the closing is outside":             {office, "Europe/Berlin", "DE", "2026-11-23T18:00:00+01:00", "2026-11-24T08:00:00+01:00"},
		"over the weekend":                   {office, "Europe/Berlin", "DE", "2026-11-20T18:00:00+01:00", "2026-11-23T08:00:00+01:00"},
		"over Easter":                        {office, "Europe/Berlin", "DE", "2026-04-02T19:00:00+02:00", "2026-04-07T08:00:00+02:00"},
		"over a long new year":               {office, "Asia/Tokyo", "JP", "2026-09-18T18:30:00+09:00", "2026-09-24T08:00:00+09:00"},
		"no calendar, holidays do not count": {office, "Europe/Berlin", "", "2026-12-25T07:00:00+01:00", "2026-12-25T08:00:00+01:00"},
		"only on Tuesdays":                   {window("10:00", "11:00", time.Tuesday), "UTC", "none", "2026-11-18T00:00:00Z", "2026-11-24T10:00:00Z"},
		"the instant's zone does not matter": {office, "America/New_York", "US", "2026-11-23T12:00:00Z", "2026-11-23T08:00:00-05:00"},
		"spring: after the gap":              {night, "Europe/Berlin", "", "2026-03-29T00:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		"spring: the day before is normal":   {night, "Europe/Berlin", "", "2026-03-28T00:00:00+01:00", "2026-03-28T02:30:00+01:00"},
		"autumn: the first of two":           {night, "Europe/Berlin", "", "2026-10-25T00:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		"autumn: between the two, inside":    {night, "Europe/Berlin", "", "2026-10-25T02:45:00+02:00", "2026-10-25T02:45:00+02:00"},
		"autumn: clocks went back before it": {night, "Europe/Berlin", "", "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00"},
		"spring in New York":                 {night, "America/New_York", "", "2026-03-08T00:00:00-05:00", "2026-03-08T03:00:00-04:00"},
		"autumn in New York":                 {window("01:30", "04:00", everyDay()...), "America/New_York", "", "2026-11-01T00:00:00-04:00", "2026-11-01T01:30:00-04:00"},
		"a window swallowed by the gap":      {window("02:15", "02:45", everyDay()...), "Europe/Berlin", "", "2026-03-29T00:00:00+01:00", "2026-03-30T02:15:00+02:00"},
		"an opening at skipped midnight":     {window("00:00", "06:00", everyDay()...), "America/Santiago", "", "2026-09-05T12:00:00-04:00", "2026-09-06T01:00:00-03:00"},
		"office hours on a day of change":    {window("08:00", "18:00", time.Sunday), "Europe/Berlin", "", "2026-03-29T00:00:00+01:00", "2026-03-29T08:00:00+02:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, err := time.Parse(time.RFC3339, c.from)
			require.NoError(t, err)
			cal, _ := calendar.Shipped(c.cal)
			got, err := c.window.Next(from, zone(t, c.zone), cal)
			require.NoError(t, err)
			require.Equal(t, c.want, got.Format(time.RFC3339))
		})
	}
}

func TestWindowNextGivesUp(t *testing.T) {
	t.Parallel()
	never := calendar.NewCalendar("never", everyDay(), nil)
	_, err := window("08:00", "18:00").Next(time.Now(), time.UTC, never)
	require.Equal(t, calendar.CodeNoWindow, fault.CodeOf(err))
	weekends, _ := calendar.Shipped("none")
	_, err = window("08:00", "18:00", time.Sunday).Next(time.Now(), time.UTC, weekends)
	require.Equal(t, calendar.CodeNoWindow, fault.CodeOf(err))
}

// TestWindowNextIsTheFirstMoment: it is inside, not before the start, and no minute in between is inside.
func TestWindowNextIsTheFirstMoment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		loc := anyZone(rt)
		cal, _ := calendar.Shipped("GB")
		from := calendar.TimeOfDay(rapid.IntRange(0, 1438).Draw(rt, "from"))
		w := calendar.Window{From: from, To: calendar.TimeOfDay(rapid.IntRange(int(from)+1, 1440).Draw(rt, "to"))}
		if rapid.Bool().Draw(rt, "every day") {
			w.Days, cal = everyDay(), nil
		}
		start := nearChange(rt, loc)
		at, err := w.Next(start, loc, cal)
		require.NoError(rt, err)
		require.False(rt, at.Before(start))
		require.True(rt, w.Contains(at, loc, cal))
		for m := start; m.Before(at); m = m.Add(time.Minute) {
			require.False(rt, w.Contains(m, loc, cal), "%s", m.In(loc))
		}
		again, err := w.Next(at, loc, cal)
		require.NoError(rt, err)
		require.True(rt, again.Equal(at))
	})
}

// nearChange draws an instant within two days of a change of clocks, where the zone has any.
func nearChange(rt *rapid.T, loc *time.Location) time.Time {
	at := time.Unix(rapid.Int64Range(1_262_304_000, 2_082_758_400).Draw(rt, "at"), 0)
	if _, end := at.In(loc).ZoneBounds(); !end.IsZero() && end.Year() < 2036 {
		at = end
	}
	return at.Add(time.Duration(rapid.IntRange(-2880, 2880).Draw(rt, "minutes")) * time.Minute)
}

func TestContains(t *testing.T) {
	t.Parallel()
	cal, _ := calendar.Shipped("DE")
	berlin := zone(t, "Europe/Berlin")
	w := window("08:00", "18:00")
	for at, want := range map[string]bool{
		"2026-11-23T08:00:00+01:00":     true,
		"2026-11-23T17:59:59.999+01:00": true,
		"2026-11-23T18:00:00+01:00":     false,
		"2026-11-23T07:59:59+01:00":     false,
		"2026-11-22T12:00:00+01:00":     false,
		"2026-12-25T12:00:00+01:00":     false,
		"2026-11-23T07:30:00Z":          true,
	} {
		parsed, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		require.Equal(t, want, w.Contains(parsed, berlin, cal), at)
	}
}

func ExampleWindow_Next() {
	loc, _ := calendar.LoadZone("Europe/Berlin")
	holidays, _ := calendar.Shipped("DE")
	evening := time.Date(2026, time.December, 24, 20, 0, 0, 0, loc)
	at, _ := calendar.Window{From: 8 * 60, To: 18 * 60}.Next(evening, loc, holidays)
	fmt.Println(at.Format("Mon 2006-01-02 15:04 MST"))
	// Output: Mon 2026-12-28 08:00 CET
}
