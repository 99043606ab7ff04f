package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"arrears/domain/fault"
)

// TimeOfDay is a time on the wall clock in minutes since midnight, 0 to 1440; 1440 ("24:00") is the end of the day.
type TimeOfDay int

// EndOfDay is "24:00".
const EndOfDay TimeOfDay = 24 * 60

// ParseTimeOfDay reads "HH:MM" from "00:00" to "24:00" and nothing else. Error: CodeInvalidTime.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	if len(s) == 5 && s[2] == ':' && digit(s[0]) && digit(s[1]) && digit(s[3]) && digit(s[4]) {
		hour, minute := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
		if t := TimeOfDay(hour*60 + minute); minute < 60 && t <= EndOfDay {
			return t, nil
		}
	}
	return 0, fault.Newf(fault.Invalid, CodeInvalidTime, "%.12q is not a time of the form HH:MM", s)
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// String returns "HH:MM".
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// Window is the part of a business day in which something may be sent, on the wall clock of the recipient's time zone.
type Window struct {
	// From is the first minute inside.
	From TimeOfDay
	// To is the first minute outside again.
	To TimeOfDay
	// Days are the weekdays on which the window opens; none means Monday to Friday.
	Days []time.Weekday
}

// Validate refuses windows that never open: From must lie before To, both on the clock, and Days must be weekdays, each
// once. Error: CodeInvalidWindow.
func (w Window) Validate() error {
	if w.From < 0 || w.To > EndOfDay || w.From >= w.To {
		return fault.Newf(fault.Invalid, CodeInvalidWindow, "a window must open before it closes, not from %s to %s", w.From, w.To)
	}
	for i, day := range w.Days {
		if day < time.Sunday || day > time.Saturday || slices.Contains(w.Days[:i], day) {
			return fault.New(fault.Invalid, CodeInvalidWindow, "a window's days must be weekdays, each named once")
		}
	}
	return nil
}

// String returns the window in words, "08:00-18:00" with its days where they are not Monday to Friday.
func (w Window) String() string {
	times := w.From.String() + "-" + w.To.String()
	if len(w.Days) == 0 {
		return times
	}
	names := make([]string, len(w.Days))
	for i, day := range w.Days {
		names[i] = day.String()[:min(3, len(day.String()))]
	}
	return times + " " + strings.Join(names, ",")
}

// Contains reports whether clocks in loc show a time inside the window at t, on a business day of cal. Without a calendar
// (nil) only the window's days count.
func (w Window) Contains(t time.Time, loc *time.Location, cal *Calendar) bool {
	local := t.In(loc)
	clock := TimeOfDay(local.Hour()*60 + local.Minute())
	return clock >= w.From && clock < w.To && w.opensOn(DateOf(t, loc), cal)
}

func (w Window) opensOn(d Date, cal *Calendar) bool {
	day := d.Weekday()
	listed := slices.Contains(w.Days, day)
	if len(w.Days) == 0 {
		listed = day != time.Saturday && day != time.Sunday
	}
	return listed && (cal == nil || cal.IsBusinessDay(d))
}

// maxWindowDays bounds Next's search. A year and a month without an open day is a mistake in the calendar or the window.
const maxWindowDays = 400

// Next returns the first instant not before t that the window Contains, in loc. Where a clock change skips the opening, that
// is the instant after the gap, and a window that lies wholly in the gap does not open that day; where clocks show the
// opening twice, it is the first of the two that is not before t.
// Errors: CodeInvalidWindow; CodeNoWindow when the window does not open within 400 days.
func (w Window) Next(t time.Time, loc *time.Location, cal *Calendar) (time.Time, error) {
	if err := w.Validate(); err != nil {
		return time.Time{}, err
	}
	today := DateOf(t, loc)
	for n := range maxWindowDays {
		day := today.AddDays(n)
		if !w.opensOn(day, cal) {
			continue
		}
		if at, ok := w.openingOn(day, t, loc); ok {
			return at, nil
		}
	}
	return time.Time{}, fault.Newf(fault.Conflict, CodeNoWindow, "the window %s does not open within %d days", w, maxWindowDays)
}

// openingOn returns the first instant of the day inside the window that is not before t. Each stretch between two clock
// changes is looked at by itself, because in it the window is one interval.
func (w Window) openingOn(day Date, t time.Time, loc *time.Location) (time.Time, bool) {
	from, to := day.wall(w.From), day.wall(w.To)
	for _, s := range segments(loc, from-2*maxOffset, to+2*maxOffset) {
		opens, closes := max(from-s.offset, s.start), min(to-s.offset, s.end)
		if opens >= closes || !t.Before(time.Unix(closes, 0)) {
			continue
		}
		if at := time.Unix(opens, 0); t.Before(at) {
			return at.In(loc), true
		}
		return t.In(loc), true
	}
	return time.Time{}, false
}
