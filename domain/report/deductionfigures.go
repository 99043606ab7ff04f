package report

import (
	"arrears/domain/calendar"
	"arrears/domain/money"
)

// sums are what the figures of one currency are quotients of.
type sums struct {
	window                    Window
	undecided, denied         int64 // open at the end, whenever taken
	taken                     int64 // in the window
	tolerated, recoveredTaken int64 // of what was taken in the window
	decided, invalid          int64 // of what was decided in the window
	recovered                 int64
	open, takenN, decidedN    int
}

// total sums what was withheld in one currency. What was contested before paying withheld nothing.
func total(rows []DeductionRow, c money.Currency, w Window) sums {
	s := sums{window: w}
	for _, r := range rows {
		if r.Currency != c || !r.Withheld {
			continue
		}
		s.undecided += r.UndecidedMinor
		s.denied += r.DeniedMinor
		if r.UndecidedMinor+r.DeniedMinor > 0 {
			s.open++
		}
		if w.Has(r.TakenOn) {
			s.taken += r.ClaimedMinor
			s.tolerated += r.ToleratedMinor
			s.recoveredTaken += r.RepaidMinor
			s.takenN++
		}
		if w.Has(r.DecidedOn) {
			s.decided += r.ValidMinor + r.InvalidMinor()
			s.invalid += r.InvalidMinor()
			s.recovered += r.RepaidMinor
			s.decidedN++
		}
	}
	return s
}

// daysOutstanding is what is open over what is taken on an average day of the window.
func (s sums) daysOutstanding(id string, c money.Currency, open int64) Figure {
	f := Figure{ID: id, Currency: c, Unit: CalendarDays, Count: s.open}
	return quotient(f, open, s.taken, int64(s.window.Days()), AbsentNoneTaken)
}

func (s sums) recovery(c money.Currency) Figure {
	reason := AbsentNoneInvalid
	if s.decidedN == 0 {
		reason = AbsentNoneDecided
	}
	return quotient(Figure{ID: RecoveryRate, Currency: c, Unit: Percent, Count: s.decidedN}, s.recovered, s.invalid, 100, reason)
}

func deductionFigures(rows []DeductionRow, w Window, cal *calendar.Calendar) []Figure {
	var list []Figure
	for _, c := range currencies(rows) {
		s := total(rows, c, w)
		list = append(list,
			s.daysOutstanding(DDOUndecided, c, s.undecided),
			s.daysOutstanding(DDODeniedUnpaid, c, s.denied),
			quotient(Figure{ID: InvalidRate, Currency: c, Unit: Percent, Count: s.decidedN}, s.invalid, s.decided, 100, AbsentNoneDecided),
			s.recovery(c),
			quotient(Figure{ID: RecoveryOfDeducted, Currency: c, Unit: Percent, Count: s.takenN}, s.recoveredTaken, s.taken, 100, AbsentNoneTaken),
			quotient(Figure{ID: AutoWriteOffRate, Currency: c, Unit: Percent, Count: s.takenN}, s.tolerated, s.taken, 100, AbsentNoneTaken),
		)
	}
	return append(list, durations(rows, w, cal)...)
}

// durations are the business days that claims took and the ages of those that are open, contested ones included.
func durations(rows []DeductionRow, w Window, cal *calendar.Calendar) []Figure {
	var decided, cash, undecided, denied []int
	for _, r := range rows {
		if w.Has(r.DecidedOn) {
			decided = append(decided, cal.BusinessDaysBetween(r.TakenOn, r.DecidedOn))
		}
		if w.Has(r.ClosedOn) && r.RepaidMinor > 0 {
			cash = append(cash, cal.BusinessDaysBetween(r.TakenOn, r.ClosedOn))
		}
		if r.UndecidedMinor > 0 {
			undecided = append(undecided, cal.BusinessDaysBetween(r.TakenOn, w.To))
		}
		if r.DeniedMinor > 0 {
			denied = append(denied, cal.BusinessDaysBetween(r.TakenOn, w.To))
		}
	}
	pair := func(middle, high string, days []int, reason string) []Figure {
		return []Figure{
			median(Figure{ID: middle, Unit: BusinessDays}, days, reason), p90(Figure{ID: high, Unit: BusinessDays}, days, reason),
		}
	}
	list := pair(DaysToDecision, DaysToDecisionP90, decided, AbsentNoneDecided)
	list = append(list, pair(DaysToCash, DaysToCashP90, cash, AbsentNoneRecovered)...)
	list = append(list, pair(AgeUndecided, AgeUndecidedP90, undecided, AbsentNoneOpen)...)
	return append(list, pair(AgeDenied, AgeDeniedP90, denied, AbsentNoneOpen)...)
}
