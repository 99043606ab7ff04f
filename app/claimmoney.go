package app

import (
	"arrears/domain/dispute"
	"arrears/domain/receivable"
)

// followOwn makes the claims on an item of their own, a deduction or a claim without invoice, say the same as the item:
// credited and written off are the claims' own, and what was paid came back from the denied parts. What was paid beyond them
// was paid under protest.
func followOwn(item *receivable.Item, parts []claimPart) error {
	if err := followCredit(item, parts); err != nil {
		return err
	}
	if err := followWriteOff(item, parts); err != nil {
		return err
	}
	sum := totals(parts)
	repaid := min(item.PaidMinor, sum.RepaidMinor+sum.DeniedMinor)
	if err := followRepaid(parts, repaid-sum.RepaidMinor); err != nil {
		return err
	}
	if item.PaidMinor > repaid {
		protest(parts)
	}
	return nil
}

// followCredit: more credited than the claims know of goes to what awaits a credit memo, then to what is undecided, then to
// what was denied, since a credit memo says that it was valid.
func followCredit(item *receivable.Item, parts []claimPart) error {
	more := item.CreditedMinor - totals(parts).CreditedMinor
	if more < 0 {
		_, err := spread(parts, -more, func(p claimPart) int64 { return p.CreditedMinor }, claimPart.uncredit)
		return err
	}
	return creditParts(parts, more)
}

func creditParts(parts []claimPart, minor int64) error {
	minor, err := spread(parts, minor, func(p claimPart) int64 { return p.CreditDueMinor }, func(p claimPart, n int64) error { return p.Credit(n) })
	if err != nil {
		return err
	}
	minor, err = spread(parts, minor, func(p claimPart) int64 { return p.UndecidedMinor }, claimPart.creditUndecided)
	if err != nil {
		return err
	}
	_, err = spread(parts, minor, func(p claimPart) int64 { return p.DeniedMinor }, func(p claimPart, n int64) error {
		if err := p.Appeal(n); err != nil {
			return err
		}
		return p.creditUndecided(n)
	})
	return err
}

func (p claimPart) uncredit(minor int64) error { return p.Uncredit(minor) }

func (p claimPart) creditUndecided(minor int64) error {
	if err := p.Uphold(minor); err != nil {
		return err
	}
	return p.Credit(minor)
}

// followWriteOff: what was written off, or discounted, is given up of the denied parts first, then of what is undecided, at
// last of what awaits its credit memo.
func followWriteOff(item *receivable.Item, parts []claimPart) error {
	more := item.WrittenOffMinor + item.DiscountedMinor - totals(parts).WrittenOffMinor
	if more < 0 {
		return unwrite(parts, -more)
	}
	return writeOffParts(parts, more)
}

func writeOffParts(parts []claimPart, minor int64) error {
	minor, err := spread(parts, minor, func(p claimPart) int64 { return p.DeniedMinor }, func(p claimPart, n int64) error { return p.GiveUp(n) })
	if err != nil {
		return err
	}
	minor, err = spread(parts, minor, func(p claimPart) int64 { return p.UndecidedMinor }, func(p claimPart, n int64) error { return p.Concede(n) })
	if err != nil {
		return err
	}
	_, err = spread(parts, minor, func(p claimPart) int64 { return p.CreditDueMinor }, func(p claimPart, n int64) error {
		if err := p.Reconsider(n); err != nil {
			return err
		}
		return p.Concede(n)
	})
	return err
}

// unwrite makes what was written off stand again: of a claim that was denied, as denied.
func unwrite(parts []claimPart, minor int64) error {
	_, err := spread(parts, minor, func(p claimPart) int64 { return p.WrittenOffMinor }, func(p claimPart, n int64) error {
		if err := p.Unconcede(n); err != nil || !judged(*p.claim.d) {
			return err
		}
		return p.Deny(n)
	})
	return err
}

// judged reports whether somebody, not a rule, has decided on the claim.
func judged(d dispute.Dispute) bool {
	return d.DecidedAt != nil && !d.Outcome.ByRule()
}

// followRepaid moves an amount from denied to repaid, or back.
func followRepaid(parts []claimPart, more int64) error {
	if more < 0 {
		_, err := spread(parts, -more, func(p claimPart) int64 { return p.RepaidMinor }, func(p claimPart, n int64) error { return p.Unrepay(n) })
		return err
	}
	_, err := spread(parts, more, func(p claimPart) int64 { return p.DeniedMinor }, func(p claimPart, n int64) error { return p.Repay(n) })
	return err
}

// protest marks the claims of which a part is pending while more is paid than was decided against.
func protest(parts []claimPart) {
	for _, p := range parts {
		if p.PendingMinor() > 0 {
			p.claim.d.PaidInProtest = true
		}
	}
}

// followContested makes disputes before payment follow their instalment. What is paid goes to what nobody contests, then to
// what was denied; what is left of the contested part is held back as far as it is open.
func followContested(item *receivable.Item, was receivable.Item, parts []claimPart) error {
	if less := was.WrittenOffMinor - item.WrittenOffMinor; less > 0 {
		if err := unwrite(parts, min(less, totals(parts).WrittenOffMinor)); err != nil {
			return err
		}
	}
	sum := totals(parts)
	less := sum.DeniedMinor - deniedOf(item, sum.PendingMinor(), sum.DeniedMinor+sum.RepaidMinor)
	if less > 0 {
		if err := lessDenied(item, was, parts, less); err != nil {
			return err
		}
	} else if err := followRepaid(parts, less); err != nil {
		return err
	}
	if item.PaidMinor > was.PaidMinor && item.OpenMinor < totals(parts).PendingMinor() {
		protest(parts)
	}
	return nil
}

// deniedOf is how much of what was decided against on an instalment is still owed.
func deniedOf(item *receivable.Item, pending, against int64) int64 {
	return min(against, max(0, item.OpenMinor-pending))
}

// lessDenied says where what is no longer owed of the denied parts went: the way in which the item was closed.
func lessDenied(item *receivable.Item, was receivable.Item, parts []claimPart, less int64) error {
	credited := min(less, max(0, item.CreditedMinor-was.CreditedMinor))
	if _, err := spread(parts, credited, func(p claimPart) int64 { return p.DeniedMinor }, func(p claimPart, n int64) error {
		if err := p.Appeal(n); err != nil {
			return err
		}
		return p.creditUndecided(n)
	}); err != nil {
		return err
	}
	less -= credited
	written := min(less, max(0, item.WrittenOffMinor+item.DiscountedMinor-was.WrittenOffMinor-was.DiscountedMinor))
	if _, err := spread(parts, written, func(p claimPart) int64 { return p.DeniedMinor }, func(p claimPart, n int64) error { return p.GiveUp(n) }); err != nil {
		return err
	}
	return followRepaid(parts, less-written)
}
