package report

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
)

func TestWeeksBeginOnMonday(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"2026-01-01": "2025-12-29", "2026-01-04": "2025-12-29", "2026-01-05": "2026-01-05", "2024-02-29": "2024-02-26",
		"0001-01-01": "0001-01-01", "0001-01-07": "0001-01-01",
	} {
		require.Equal(t, day(want), mondayOf(day(given)), given)
	}
	require.True(t, mondayOf(0).IsZero())
}

func TestWeeksAreNamedByTheirThursday(t *testing.T) {
	t.Parallel()
	for monday, want := range map[string]string{
		"2025-12-29": "2026-W01", "2026-01-05": "2026-W02", "2020-12-28": "2020-W53", "2021-01-04": "2021-W01", "2018-12-31": "2019-W01",
		"2015-12-28": "2015-W53", "0001-01-01": "0001-W01",
	} {
		require.Equal(t, want, weekName(day(monday)), monday)
	}
	require.Empty(t, weekName(0))
}

// The standard library names ISO weeks too.
func TestWeeksAgreeWithTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := calendar.Date(rapid.Int32Range(1, int32(calendar.MaxDate)-7).Draw(rt, "day"))
		monday := mondayOf(d)
		year, week := d.Time(time.UTC).ISOWeek()
		require.Equal(rt, fmt.Sprintf("%04d-W%02d", year, week), weekName(monday))
		require.Equal(rt, time.Monday, monday.Weekday())
		require.Less(rt, d.DaysSince(monday), 7)
		require.GreaterOrEqual(rt, d.DaysSince(monday), 0)
	})
}

func TestEveryWeekOfTheWindowHasARow(t *testing.T) {
	t.Parallel()
	require.Equal(t, days("2025-12-29", "2026-01-05", "2026-01-12"), mondays(day("2026-01-01"), day("2026-01-12"), nil))
	require.Equal(t, days("2025-12-29", "2026-01-05"), mondays(day("2026-01-07"), day("2026-01-08"), days("2026-01-01")))
	require.Equal(t, days("2026-01-05"), mondays(0, 0, days("2026-01-05")))
	require.Empty(t, mondays(0, 0, []calendar.Date{0}))
	require.NotNil(t, mondays(0, 0, nil))
}

func TestAVeryLongTimeHasOnlyItsEvents(t *testing.T) {
	t.Parallel()
	require.Len(t, mondays(day("2000-01-03"), day("2020-01-05"), nil), maxWeeks)
	require.Equal(t, days("2000-01-03", "2020-01-06"), mondays(day("2000-01-03"), day("2020-01-06"), nil))
	last := mondays(calendar.MaxDate, calendar.MaxDate, nil)
	require.Len(t, last, 1)
}

func TestADayFindsItsWeek(t *testing.T) {
	t.Parallel()
	weeks := mondays(day("2026-01-01"), day("2026-01-31"), nil)
	i, found := weekIndex(weeks, day("2026-01-18"))
	require.True(t, found)
	require.Equal(t, day("2026-01-12"), weeks[i])
	_, found = weekIndex(weeks, day("2026-03-01"))
	require.False(t, found)
	_, found = weekIndex(weeks, 0)
	require.False(t, found)
}
