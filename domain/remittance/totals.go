package remittance

import (
	"math"

	"arrears/domain/money"
)

// MaxTotal bounds what is added up: a thousand of the largest amounts. A balance more still fits an int64.
const MaxTotal = 1_000 * money.MaxMinor

// Beyond is a total that exceeds MaxTotal in magnitude. No amount and no stated total is as large, so it equals none.
const Beyond int64 = math.MaxInt64

// Plus adds an amount, or a total of others, to a total. Beyond stays Beyond, whatever is added.
func Plus(total, minor int64) int64 {
	switch {
	case total == Beyond, minor > MaxTotal, minor < -MaxTotal:
		return Beyond
	case minor > 0 && total > MaxTotal-minor, minor < 0 && total < -MaxTotal-minor:
		return Beyond
	}
	return total + minor
}

// Add counts an entry.
func (s *Sums) Add(e Entry) {
	s.Count++
	if e.Credit {
		s.CreditCount++
		s.CreditMinor = Plus(s.CreditMinor, e.Minor)
	} else {
		s.DebitCount++
		s.DebitMinor = Plus(s.DebitMinor, e.Minor)
	}
}

// PaidBy adds up what lines pay. It is told when there are lines and each of them tells it.
func PaidBy(lines []Line) (minor int64, told bool) {
	for _, l := range lines {
		if l.PaidMinor == nil {
			return 0, false
		}
		minor = Plus(minor, *l.PaidMinor)
	}
	return minor, len(lines) > 0
}
