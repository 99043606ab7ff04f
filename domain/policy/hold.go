package policy

import (
	"arrears/domain/calendar"
	"arrears/domain/receivable"
)

// held decides on an item that a block holds back, or of which nothing is collectable. Partial disputes and promises are
// noted among the reasons and lower what is asked. Nothing would be done before the date next in any case.
func (j *judge) held(it *ItemFacts, d ItemDecision, next calendar.Date) (ItemDecision, bool) {
	if ends, blocked := j.blocked(it); blocked {
		if ends.IsZero() {
			return j.later(it, d, Hold, j.reviewOn(next), DoReview), true
		}
		return j.later(it, d, Hold, max(next, ends), DoReview), true
	}
	j.explainAmounts(it)
	if j.collectable(it) > 0 {
		return d, false
	}
	return j.later(it, d, Hold, j.reviewOn(next), DoReview), true
}

// blocked returns the day after the last block in force ends, no date when one of them has no expiry.
func (j *judge) blocked(it *ItemFacts) (ends calendar.Date, blocked bool) {
	openEnded := false
	for _, b := range [...]struct {
		block *BlockFacts
		code  string
	}{{j.customer.Blocked, ReasonBlockedCustomer}, {it.Blocked, ReasonBlockedItem}} {
		if b.block == nil || (!b.block.Until.IsZero() && b.block.Until < j.today) {
			continue
		}
		j.because(Reason{Code: b.code, Date: b.block.Until, Text: b.block.Reason})
		blocked = true
		openEnded = openEnded || b.block.Until.IsZero()
		ends = max(ends, b.block.Until.AddDays(1))
	}
	if openEnded {
		ends = 0
	}
	return ends, blocked
}

// explainAmounts notes what lowers the amount asked for.
func (j *judge) explainAmounts(it *ItemFacts) {
	if it.DisputedMinor > 0 {
		j.because(Reason{Code: ReasonDisputed, Minor: it.DisputedMinor, Text: string(it.Currency)})
	}
	for i := range it.Promises {
		if pr := &it.Promises[i]; pr.State == receivable.PromiseOpen && pr.HeldMinor > 0 {
			j.because(Reason{Code: ReasonPromised, Date: pr.HoldUntil, Minor: pr.HeldMinor, Text: string(it.Currency)})
		}
	}
	if it.ReservedMinor > 0 && j.p.Credits != CreditsShow {
		j.because(Reason{Code: ReasonCreditsReserved, Minor: it.ReservedMinor, Text: string(it.Currency)})
	}
}
