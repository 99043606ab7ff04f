package census_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/census"
)

func day(s string) calendar.Date { return calendar.MustDate(s) }

func berlin(t *testing.T) *time.Location {
	t.Helper()
	loc, err := calendar.LoadZone("Europe/Berlin")
	require.NoError(t, err)
	return loc
}

func TestTheNightBeginsFivePastMidnight(t *testing.T) {
	t.Parallel()
	loc := berlin(t)
	for text, want := range map[string]string{
		"2026-03-01T23:04:59Z": "2026-03-01", "2026-03-01T23:05:00Z": "2026-03-02", "2026-03-02T12:00:00Z": "2026-03-02",
		"2026-03-29T22:05:00Z": "2026-03-30", // summer time has begun
	} {
		at, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		night := census.NightAt(at, loc)
		require.Equal(t, day(want), night, text)
		require.False(t, census.StartOf(night, loc).After(at))
	}
}

func TestWhichSnapshotIsDue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		night, last string
		hours       int
		want        census.Due
		none        bool
	}{
		"the first, within a month":     {night: "2026-03-12", want: census.Due{AsOf: day("2026-03-11"), Opening: true}},
		"the first, on a month's first": {night: "2026-03-01", want: census.Due{AsOf: day("2026-02-28"), MonthEnd: day("2026-02-28"), Opening: true}},
		"a month's end":                 {night: "2026-04-01", last: "2026-03-11", want: census.Due{AsOf: day("2026-03-31"), MonthEnd: day("2026-03-31")}},
		"within a month":                {night: "2026-04-02", last: "2026-03-31", none: true},
		"late":                          {night: "2026-04-04", last: "2026-02-28", hours: 1, want: census.Due{AsOf: day("2026-04-03"), MonthEnd: day("2026-03-31")}},
		"late in the day":               {night: "2026-04-04", last: "2026-02-28", hours: 9, want: census.Due{AsOf: day("2026-04-04"), MonthEnd: day("2026-03-31")}},
		"after a late one":              {night: "2026-05-01", last: "2026-04-04", want: census.Due{AsOf: day("2026-04-30"), MonthEnd: day("2026-04-30")}},
		"months late": {night: "2026-06-02", last: "2026-02-28", want: census.Due{
			AsOf: day("2026-06-01"), MonthEnd: day("2026-05-31"), Missed: []calendar.Date{day("2026-03-31"), day("2026-04-30")},
		}},
	} {
		var last calendar.Date
		if c.last != "" {
			last = day(c.last)
		}
		now := census.StartOf(day(c.night), time.UTC).Add(time.Duration(c.hours) * time.Hour)
		due, ok := census.SnapshotDue(day(c.night), last, now, time.UTC)
		require.Equal(t, !c.none, ok, name)
		require.Equal(t, c.want, due, name)
	}
}

func TestChecksAreNamedOnceAndSaySomething(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	parts := map[census.Part]bool{}
	for _, c := range census.Checks() {
		require.False(t, seen[c.Name], c.Name)
		require.NotEmpty(t, c.Says)
		seen[c.Name], parts[c.Part] = true, true
		found, ok := census.Find(c.Name)
		require.True(t, ok)
		require.Equal(t, c, found)
	}
	require.Len(t, parts, len(census.Parts()), "each part proves something")
	_, ok := census.Find("nothing")
	require.False(t, ok)
	require.NotEmpty(t, census.MustBeZero())
}

func TestThePartsFollowEachOther(t *testing.T) {
	t.Parallel()
	var walked []census.Part
	for p := census.Part("").Next(); p != ""; p = p.Next() {
		walked = append(walked, p)
	}
	require.Equal(t, census.Parts(), walked)
	require.Empty(t, census.Part("strange").Next())
	require.True(t, census.Strays.OfEngine())
	require.False(t, census.Items.OfEngine())
}

func TestAFindingHasOneKeyAndADedupePerDay(t *testing.T) {
	t.Parallel()
	f := census.Finding{Check: census.NoOwner, Subject: "x"}
	require.Equal(t, "census/item.no_owner/x", f.Key())
	require.Equal(t, "census/item.no_owner/x/2026-03-01", f.Dedupe(day("2026-03-01")))
	counter := census.Finding{Check: census.CounterNotZero, Subject: "asked_too_much", Detail: "3 counted"}
	require.Equal(t, "census/counter.not_zero/asked_too_much/3", counter.Dedupe(day("2026-03-01")))
}

func TestGracesAreOfRealTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)
	require.Equal(t, now.Add(-census.LateGrace), census.BoundsAt(calendar.Clock{Kind: calendar.RealClock}, now).Late)
	scaled := calendar.Clock{Kind: calendar.ScaledClock, Epoch: now.Add(-10 * time.Hour), Origin: now, Rate: 24}
	require.Equal(t, now.Add(8*24*time.Hour), census.BoundsAt(scaled, now).Late)
	require.Equal(t, now.Add(-census.SlowGrace), census.BoundsAt(calendar.Clock{Kind: calendar.RealClock}, now).Slow)
	stepped := calendar.Clock{Kind: calendar.SteppedClock, Position: now}
	require.Equal(t, now.Add(-census.SteppedGrace), census.BoundsAt(stepped, now).Late)
}
