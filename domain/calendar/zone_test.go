package calendar_test

import (
	"strings"
	"testing"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLoadZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "Asia/Kolkata", "America/Port-au-Prince"} {
		first, err := calendar.LoadZone(name)
		require.NoError(t, err, name)
		again, err := calendar.LoadZone(name)
		require.NoError(t, err)
		require.Same(t, first, again)
		require.Equal(t, name, first.String())
	}
}

func TestLoadZoneRefuses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "Local", "Europe/Atlantis", "../etc/passwd", "/etc/localtime", "Europe/../UTC", "right/Europe/Berlin", "posix/UTC", "Europe Berlin",
		"Europe\\Berlin", "Zürich", strings.Repeat("A", 100),
	} {
		_, err := calendar.LoadZone(name)
		require.Equal(t, calendar.CodeUnknownZone, fault.CodeOf(err), "%q", name)
	}
}

// TestTimeWhereClocksChangeAtMidnight holds the cases that a naive midnight gets wrong.
func TestTimeWhereClocksChangeAtMidnight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, date, want string }{
		"an ordinary day":            {"Europe/Berlin", "2026-03-28", "2026-03-28T00:00:00+01:00"},
		"the day of a spring change": {"Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00"},
		"the day after":              {"Europe/Berlin", "2026-03-30", "2026-03-30T00:00:00+02:00"},
		"midnight skipped, west":     {"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"},
		"midnight skipped, east":     {"Asia/Beirut", "2026-03-29", "2026-03-29T01:00:00+03:00"},
		"midnight skipped, Chile":    {"America/Santiago", "2026-09-06", "2026-09-06T01:00:00-03:00"},
		"midnight twice":             {"America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00"},
		"the last hour twice":        {"America/Sao_Paulo", "2018-02-18", "2018-02-18T00:00:00-03:00"},
		"a whole day skipped":        {"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"},
		"half an hour of change":     {"Australia/Lord_Howe", "2026-10-04", "2026-10-04T00:00:00+10:30"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := date(c.date).Time(zone(t, c.zone))
			require.Equal(t, c.want, got.Format(time.RFC3339))
		})
	}
}

// TestTimeIsTheFirstInstantOfItsDate: the date holds at that instant and not a second before.
func TestTimeIsTheFirstInstantOfItsDate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		loc := anyZone(rt)
		d := calendar.Date(rapid.Int32Range(int32(date("1890-01-01")), int32(date("2060-12-31"))).Draw(rt, "d"))
		at := d.Time(loc)
		require.GreaterOrEqual(rt, calendar.DateOf(at, loc), d)
		require.Less(rt, calendar.DateOf(at.Add(-time.Second), loc), d)
		require.LessOrEqual(rt, calendar.DateOf(at, loc), d.AddDays(1), "at most one day was ever skipped")
	})
}

// changing lists zones with unusual changes: at midnight, by half an hour, southern, across the date line, none at all.
func changing() []string {
	return []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Santiago", "America/Havana", "Asia/Beirut", "Africa/Cairo",
		"Australia/Lord_Howe", "Pacific/Apia", "Pacific/Auckland", "Asia/Kathmandu", "Asia/Tokyo", "Africa/Casablanca", "Europe/Dublin",
	}
}

func anyZone(rt *rapid.T) *time.Location {
	return zone(rt, rapid.SampledFrom(changing()).Draw(rt, "zone"))
}

// On the last day of a leap year the library names bounds that have passed; a zone known by its rule alone shows it.
func TestTheLastDayOfALeapYearBeginsAtMidnight(t *testing.T) {
	t.Parallel()
	for _, year := range []string{"2028", "2032", "2040", "2060"} {
		for _, name := range changing() {
			loc, d := zone(t, name), date(year+"-12-31")
			require.Equal(t, d, calendar.DateOf(d.Time(loc), loc), "%s in %s", d, name)
			require.Less(t, calendar.DateOf(d.Time(loc).Add(-time.Second), loc), d, "%s in %s", d, name)
		}
	}
}
