package policy

import (
	"slices"
	"time"

	"arrears/domain/calendar"
)

// noHolidays is the calendar that knows weekends only.
const noHolidays = "none"

// businessDays is a customer's calendar less the policy's closed days.
type businessDays struct {
	cal    *calendar.Calendar
	closed []calendar.Date
}

// businessDaysOf finds the calendar of a code. No code means weekends only; ok is false for a code we hold no data for.
func businessDaysOf(code string, closed []calendar.Date) (days businessDays, ok bool) {
	if code == "" {
		code = noHolidays
	}
	cal, ok := calendar.Shipped(code)
	if !ok {
		cal, _ = calendar.Shipped(noHolidays)
	}
	return businessDays{cal: cal, closed: closed}, ok
}

func (b businessDays) open(d calendar.Date) bool {
	return b.cal.IsBusinessDay(d) && !slices.Contains(b.closed, d)
}

// add is the n-th business day after d, or before it when n is negative; n = 0 is d itself.
func (b businessDays) add(d calendar.Date, n int) calendar.Date {
	if len(b.closed) == 0 {
		return b.cal.AddBusinessDays(d, n)
	}
	step, end := 1, calendar.MaxDate
	if n < 0 {
		step, end = -1, calendar.MinDate
	}
	for left := n; left != 0 && d != end && !d.IsZero(); {
		if d = d.AddDays(step); b.open(d) {
			left -= step
		}
	}
	return d
}

// maxClosedRun bounds the search for an opening; it is far more than a policy's closed days can cover in one piece.
const maxClosedRun = maxClosedDays + 1

// Opens returns the first instant, not before t, at which the policy lets something go out to a customer with the time
// zone and holiday calendar: inside the window, on a business day, and on none of the policy's closed days. An unknown zone
// counts as UTC, an unknown calendar as weekends only; without a calendar the window alone names the days.
// Errors: calendar.CodeInvalidWindow, calendar.CodeNoWindow.
func Opens(p *Policy, zone, code string, t time.Time) (time.Time, error) {
	loc, err := calendar.LoadZone(zone)
	if err != nil {
		loc = time.UTC
	}
	var holidays *calendar.Calendar
	if code != "" && code != noHolidays {
		days, _ := businessDaysOf(code, p.ClosedDays)
		holidays = days.cal
	}
	for range maxClosedRun {
		t, err = p.Window.Next(t, loc, holidays)
		if err != nil {
			return time.Time{}, err
		}
		on := calendar.DateOf(t, loc)
		if !slices.Contains(p.ClosedDays, on) {
			return t, nil
		}
		t = on.AddDays(1).Time(loc)
	}
	return time.Time{}, errNeverOpens()
}
