package rehearsal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
)

func instant(text string) time.Time {
	at, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		panic(err)
	}
	return at
}

// What wakes within the spread of one morning wakes together, unless something else comes first or the day would end.
func TestTheNextMoment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m    moments
		want string
	}{
		"cases wake together":    {moments{cases: instant("2024-03-01 00:03:17")}, "2024-03-01 00:10:00"},
		"on the mark":            {moments{cases: instant("2024-03-01 00:10:00")}, "2024-03-01 00:10:00"},
		"not into the next day":  {moments{cases: instant("2024-03-01 23:55:00")}, "2024-03-01 23:55:00"},
		"a notice is exact":      {moments{notices: instant("2024-03-01 08:00:01")}, "2024-03-01 08:00:01"},
		"a notice comes first":   {moments{cases: instant("2024-03-01 08:55:00"), notices: instant("2024-03-01 08:58:00")}, "2024-03-01 08:58:00"},
		"history before notices": {moments{history: instant("2024-03-01 08:00:00"), notices: instant("2024-03-01 08:00:00")}, "2024-03-01 08:00:00"},
		"a decision":             {moments{history: instant("2024-03-02 08:00:00"), decisions: instant("2024-03-01 09:00:00")}, "2024-03-01 09:00:00"},
	} {
		require.Equal(t, instant(c.want), c.m.next(time.UTC), name)
	}
	require.True(t, moments{}.next(time.UTC).IsZero(), "nothing is ahead")
}

func TestWakingTogetherIsNeverEarlyAndAtMostTheSpreadLate(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := calendar.LoadZone(rapid.SampledFrom(zones).Draw(t, "zone"))
		require.NoError(t, err)
		wakes := instant("2024-01-01 00:00:00").Add(time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, "at")))
		late := together(wakes, zone)
		require.False(t, late.Before(wakes))
		require.LessOrEqual(t, late.Sub(wakes), spread)
		require.Equal(t, calendar.DateOf(wakes, zone), calendar.DateOf(late, zone))
		require.Equal(t, late, together(late, zone), "the next step moves on")
	})
}

// The supervisor decides in the morning of the next business day, wherever the installation is.
func TestTheSupervisorDecidesOnTheNextBusinessDay(t *testing.T) {
	t.Parallel()
	none, ok := calendar.Shipped("none")
	require.True(t, ok)
	zone, err := calendar.LoadZone("America/New_York")
	require.NoError(t, err)
	friday := time.Date(2024, 3, 8, 8, 0, 0, 0, zone)
	require.Equal(t, time.Date(2024, 3, 11, 9, 0, 0, 0, zone).UTC(), decides(friday, zone, none), "over the change of the clocks")
	require.Equal(t, instant("2024-03-05 09:00:00"), decides(instant("2024-03-04 23:59:59"), time.UTC, none))
}
