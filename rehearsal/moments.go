package rehearsal

import (
	"time"

	"arrears/domain/calendar"
)

// The times of day at which history happens, on the installation's clock.
const (
	// historyAt is when a day's invoices and payments come: before the day's notices go out.
	historyAt = 8 * time.Hour
	// decidesAt is when the supervisor decides, on the next business day.
	decidesAt = 9 * time.Hour
	// spread is how far the engine spreads the wake-ups of one morning. On a clock that stands still that spares nobody, so
	// what wakes within it wakes together.
	spread = 10 * time.Minute
)

// moments are what the next step of the clock may be for; zero: nothing of the kind is ahead.
type moments struct {
	history   time.Time
	cases     time.Time
	notices   time.Time
	decisions time.Time
}

// next is the earliest of them; zero when nothing is ahead. Cases that wake within the engine's spread wake together, unless
// the day would end before or something else comes first.
func (m moments) next(zone *time.Location) time.Time {
	return earliest(m.history, together(m.cases, zone), m.notices, m.decisions)
}

// together rounds up to a multiple of the spread within the same day.
func together(at time.Time, zone *time.Location) time.Time {
	if at.IsZero() {
		return at
	}
	late := at.Truncate(spread)
	if late.Before(at) {
		late = late.Add(spread)
	}
	if calendar.DateOf(late, zone) != calendar.DateOf(at, zone) {
		return at
	}
	return late
}

func earliest(list ...time.Time) time.Time {
	var first time.Time
	for _, at := range list {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// at is a time of day on a date.
func at(d calendar.Date, clock time.Duration, zone *time.Location) time.Time {
	midnight := d.Time(zone)
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, int(clock/time.Minute), 0, 0, zone).UTC()
}

// decides is when the supervisor decides about what was asked at an instant.
func decides(asked time.Time, zone *time.Location, days *calendar.Calendar) time.Time {
	return at(days.AddBusinessDays(calendar.DateOf(asked, zone), 1), decidesAt, zone)
}
