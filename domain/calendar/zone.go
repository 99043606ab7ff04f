package calendar

import (
	"strings"
	"sync"
	"time"

	"arrears/domain/fault"
)

// zones caches loaded zones by name, because loading one reads and parses a file. Only names that exist are kept, so it is
// bounded by the zone database; a zone never changes, so who fills it makes no difference.
var zones sync.Map

// LoadZone returns the time zone of an IANA name such as "Europe/Berlin" or "UTC". Unlike the standard library it refuses
// "" and "Local", whose meaning depends on the machine. Error: CodeUnknownZone.
func LoadZone(name string) (*time.Location, error) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	if !plausibleZone(name) {
		return nil, unknownZone(name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, unknownZone(name)
	}
	zones.Store(name, loc)
	return loc, nil
}

// plausibleZone keeps paths out of the file system. Names under right/ count leap seconds, which no civil clock shows.
func plausibleZone(name string) bool {
	if name == "" || len(name) > 64 || name == "Local" || strings.HasPrefix(name, "right/") || strings.HasPrefix(name, "posix/") {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("/_+-", r)
	}) < 0
}

func unknownZone(name string) error {
	return fault.Newf(fault.Invalid, CodeUnknownZone, "%.70q is not a known time zone", name)
}

// maxOffset is more than any zone ever was away from UTC (Manila's local mean time was nearly sixteen hours behind).
const maxOffset = 18 * 60 * 60

// segment is a stretch of time with one offset from UTC. In it, clocks show an instant plus the offset.
type segment struct {
	start, end int64
	offset     int64
}

// segments returns the stretches of loc between the instants from and to, in order. One day with its margins spans two at
// most in practice; the bound of 16 only guards against data that makes no sense.
func segments(loc *time.Location, from, to int64) []segment {
	var found []segment
	for at := from; at < to && len(found) < 16; {
		t := time.Unix(at, 0).In(loc)
		_, offset := t.Zone()
		end := to
		if _, next := t.ZoneBounds(); !next.IsZero() {
			end = min(end, next.Unix())
		}
		if end <= at {
			end = lastWith(loc, offset, at, to)
		}
		found = append(found, segment{start: at, end: end, offset: int64(offset)})
		at = end
	}
	return found
}

// lastWith returns the end of the stretch with the offset that begins at from, at most to. It stands in for ZoneBounds where
// that names an end that has passed already: on 31 December of leap years for which a zone is known by its rule alone.
func lastWith(loc *time.Location, offset int, from, to int64) int64 {
	same := func(at int64) bool {
		_, other := time.Unix(at, 0).In(loc).Zone()
		return other == offset
	}
	if same(to) {
		return to
	}
	for to-from > 1 {
		if middle := from + (to-from)/2; same(middle) {
			from = middle
		} else {
			to = middle
		}
	}
	return to
}

// firstInstant returns the first instant at which clocks in loc show the date and time or later: the instant after a gap
// that skips them, and the first of two when they occur twice.
func firstInstant(d Date, t TimeOfDay, loc *time.Location) time.Time {
	wall := d.wall(t)
	from, to := wall-2*maxOffset, wall+2*maxOffset
	for _, s := range segments(loc, from, to) {
		if at := max(wall-s.offset, s.start); at < s.end {
			return time.Unix(at, 0).In(loc)
		}
	}
	return time.Unix(wall, 0).In(loc)
}
