package census

import (
	"time"

	"arrears/domain/calendar"
)

// nightMinutes after midnight the night's work begins: what was entered up to midnight has been committed by then.
const nightMinutes = 5 * time.Minute

// StartOf is when the night's work of a business date begins, in the installation's time zone.
func StartOf(d calendar.Date, loc *time.Location) time.Time { return d.Time(loc).Add(nightMinutes) }

// NightAt is the latest business date whose night's work has begun at an instant.
func NightAt(now time.Time, loc *time.Location) calendar.Date {
	d := calendar.DateOf(now, loc)
	if StartOf(d, loc).After(now) {
		return d.AddDays(-1)
	}
	return d
}

// Due is a snapshot that is to be taken.
type Due struct {
	AsOf     calendar.Date
	MonthEnd calendar.Date // zero: none, an opening snapshot within a month
	Opening  bool
	Missed   []calendar.Date // month ends before it that nobody was there to take
}

// SnapshotDue tells which snapshot the night of a business date takes at an instant; last is the latest that was taken, zero
// when there is none. What was missed for long is taken once, and says which day it really shows: the day before, or this
// day when the working day may have begun.
func SnapshotDue(night, last calendar.Date, now time.Time, loc *time.Location) (due Due, ok bool) {
	due.AsOf = night.AddDays(-1)
	if now.Sub(StartOf(night, loc)) > SnapshotGrace {
		due.AsOf = calendar.DateOf(now, loc)
	}
	end := night.AddDays(-night.Day())
	if last.IsZero() {
		due.Opening = true
		if due.AsOf == end {
			due.MonthEnd = end
		}
		return due, true
	}
	if last >= end {
		return Due{}, false
	}
	due.MonthEnd = end
	for missed := last.AddDays(1).EndOfMonth(); missed < end; missed = missed.AddDays(1).EndOfMonth() {
		due.Missed = append(due.Missed, missed)
	}
	return due, true
}
