package receivable

import (
	"arrears/domain/calendar"
	"arrears/domain/money"
)

// basisPoints is the whole in hundredths of a percent.
const basisPoints = 10_000

// DueDate is when an invoice of this date is due: NetDays later, then at the end of that month if the terms say so.
func (t Terms) DueDate(invoiceDate calendar.Date) calendar.Date {
	due := invoiceDate.AddDays(t.NetDays)
	if t.EndOfMonth {
		return due.EndOfMonth()
	}
	return due
}

// DiscountUntil is the last value date on which a payment earns the discount; no date when the terms give none.
func (t Terms) DiscountUntil(invoiceDate calendar.Date) calendar.Date {
	if t.DiscountBP == 0 {
		return 0
	}
	return invoiceDate.AddDays(t.DiscountDays)
}

// Discount is the most that an item may still be discounted by: of the original less credits and what was moved, rounded half up
// once, less what was given before.
func (t Terms) Discount(item Item) (int64, error) {
	base := money.Of(item.OriginalMinor-item.CreditedMinor-item.MovedMinor, item.Currency)
	whole, err := base.MulRate(int64(t.DiscountBP), basisPoints, money.HalfUp)
	if err != nil {
		return 0, err
	}
	return max(0, whole.Minor()-item.DiscountedMinor), nil
}

// EarnedDiscount is the largest discount that a payment of payingMinor with this value date earns on the item, on top of
// what it was given before: all that Discount says when the payment settles the item together with it, else the share of the
// part that it settles, rounded down.
func (t Terms) EarnedDiscount(item Item, invoiceDate, valueDate calendar.Date, payingMinor int64) (int64, error) {
	until := t.DiscountUntil(invoiceDate)
	if until.IsZero() || valueDate > until || payingMinor <= 0 {
		return 0, nil
	}
	left, err := t.Discount(item)
	if err != nil {
		return 0, err
	}
	if payingMinor+left >= item.OpenMinor {
		return min(left, max(0, item.OpenMinor-payingMinor)), nil
	}
	if t.DiscountBP == basisPoints {
		return 0, nil
	}
	part, err := money.Of(payingMinor, item.Currency).MulRate(int64(t.DiscountBP), basisPoints-int64(t.DiscountBP), money.Down)
	if err != nil {
		return 0, err
	}
	return min(left, part.Minor()), nil
}
