package receivable

import (
	"time"

	"github.com/google/uuid"
)

// Application in one currency carries this rate.
const rateOne = "1"

// Rest is what of the receipt is on no item yet.
func (r Receipt) Rest() int64 { return r.OnAccountMinor + r.UnappliedMinor }

// Identify says whose money it is: what was unapplied is on account from now on.
func (r *Receipt) Identify(customerID uuid.UUID) {
	r.CustomerID = uuid.NullUUID{UUID: customerID, Valid: true}
	r.OnAccountMinor += r.UnappliedMinor
	r.UnappliedMinor = 0
}

// ApplyTo puts a part of the receipt's rest on an item, with a discount that the payer took, as the application id at an
// instant. A refusal changes nothing.
// Errors: CodeReceiptReversed, CodeReceiptHeld, CodeCurrencyDiffers, CodeNotPositive, CodeExceedsRest, CodeExceedsOpen.
func (r *Receipt) ApplyTo(item *Item, minor, discountMinor int64, id uuid.UUID, at time.Time) error {
	if r.Currency != item.Currency {
		return refuse(CodeCurrencyDiffers, "the item is in another currency")
	}
	return r.ApplyAt(item, Portion{Minor: minor, ItemMinor: minor, DiscountMinor: discountMinor, Rate: rateOne}, id, at)
}

// Portion is a part of a receipt for an item of whatever currency: what leaves the receipt, what the item gets for it, and
// the rate between them as it was found.
type Portion struct {
	Minor         int64 // receipt currency
	ItemMinor     int64 // item currency
	DiscountMinor int64 // item currency
	Rate          string
}

// ApplyAt is ApplyTo across currencies; within one, both amounts are the same. A refusal changes nothing.
// Errors: those of ApplyTo.
func (r *Receipt) ApplyAt(item *Item, p Portion, id uuid.UUID, at time.Time) error {
	if err := r.mayApply(*item, p); err != nil {
		return err
	}
	next := *item
	if err := next.Pay(p.ItemMinor); err != nil {
		return err
	}
	if p.DiscountMinor > 0 {
		if err := next.Discount(p.DiscountMinor); err != nil {
			return err
		}
	}
	*item = next
	r.takeRest(p.Minor)
	r.AppliedMinor += p.Minor
	r.Applications = append(r.Applications, Application{
		ID: id, ReceiptID: r.ID, ItemID: item.ID,
		AmountMinor: p.Minor, ItemMinor: p.ItemMinor, DiscountMinor: p.DiscountMinor, Rate: p.Rate, AppliedAt: at,
	})
	return nil
}

func (r *Receipt) mayApply(item Item, p Portion) error {
	for _, minor := range []int64{p.Minor, p.ItemMinor} {
		if err := positive(minor); err != nil {
			return err
		}
	}
	switch {
	case r.State == ReceiptReversed && r.Rest() == 0: // a netted claim that was decided outlives the receipt's money
		return refuse(CodeReceiptReversed, "the receipt was reversed")
	case r.Payer.Match == MatchHeld:
		return refuse(CodeReceiptHeld, "the money is held; release it first")
	case r.Currency == item.Currency && p.Minor != p.ItemMinor, r.Currency != item.Currency && p.Rate == rateOne:
		return refuse(CodeCurrencyDiffers, "the item is in another currency")
	case p.DiscountMinor < 0:
		return positive(p.DiscountMinor)
	case p.Minor > r.Rest():
		return refuse(CodeExceedsRest, "the amount exceeds what is left of the receipt")
	}
	return nil
}

// Unapply takes one application off its item, whole and with its discount: the money goes back to the receipt's rest.
// Errors: CodeReceiptReversed, CodeExceedsDone.
func (r *Receipt) Unapply(item *Item, application uuid.UUID, at time.Time) (Application, error) {
	if r.State == ReceiptReversed {
		return Application{}, refuse(CodeReceiptReversed, "the receipt was reversed")
	}
	for n := range r.Applications {
		a := &r.Applications[n]
		if a.ID != application || a.ItemID != item.ID || a.ReversedAt != nil {
			continue
		}
		if err := a.Undo(item); err != nil {
			return *a, err
		}
		a.ReversedAt = &at
		r.AppliedMinor -= a.AmountMinor
		r.addRest(a.AmountMinor)
		return *a, nil
	}
	return Application{}, refuse(CodeExceedsDone, "no such application stands")
}

// Refund takes an amount out of the rest that was paid back. Errors: CodeNotPositive, CodeReceiptReversed, CodeExceedsRest.
func (r *Receipt) Refund(minor int64) error {
	if err := positive(minor); err != nil {
		return err
	}
	switch {
	case r.State == ReceiptReversed:
		return refuse(CodeReceiptReversed, "the receipt was reversed")
	case minor > r.Rest():
		return refuse(CodeExceedsRest, "the amount exceeds what is left of the receipt")
	}
	r.takeRest(minor)
	r.RefundedMinor += minor
	return nil
}

// Reverse undoes the receipt: its money is gone and its applications are undone. It returns those, so that the caller takes
// them off their items with Undo. What was netted stands as its rest; the caller takes back (Unnet) what was never valid.
// Errors: CodeReceiptReversed, CodeReceiptRefunded.
func (r *Receipt) Reverse(at time.Time, reason string) ([]Application, error) {
	if r.State == ReceiptReversed {
		return nil, refuse(CodeReceiptReversed, "the receipt was reversed before")
	}
	if r.RefundedMinor > 0 {
		return nil, refuse(CodeReceiptRefunded, "a part of the receipt was paid back already")
	}
	var undone []Application
	for n := range r.Applications {
		if a := &r.Applications[n]; a.ReversedAt == nil {
			a.ReversedAt = &at
			undone = append(undone, *a)
		}
	}
	r.AmountMinor, r.AppliedMinor, r.OnAccountMinor, r.UnappliedMinor = 0, 0, 0, 0
	r.addRest(r.NettedMinor)
	r.State, r.ReversedAt, r.ReversalReason = ReceiptReversed, &at, reason
	return undone, nil
}

// Undo takes an undone application off its item, with the discount that it caused. A refusal changes nothing.
// Error: CodeExceedsDone.
func (a Application) Undo(item *Item) error {
	next := *item
	if err := next.Unpay(a.ItemMinor); err != nil {
		return err
	}
	if a.DiscountMinor > 0 {
		if err := next.Undiscount(a.DiscountMinor); err != nil {
			return err
		}
	}
	*item = next
	return nil
}

// Check proves the receipt's law: amount (0 once reversed) + netted = applied + on account + unapplied + refunded, and
// applied is the sum of the applications that stand. Error: CodeLawBroken.
func (r Receipt) Check() error {
	var applied int64
	for _, a := range r.Applications {
		if a.ReversedAt == nil {
			applied += a.AmountMinor
		}
	}
	for _, part := range []int64{r.AmountMinor, r.NettedMinor, r.AppliedMinor, r.OnAccountMinor, r.UnappliedMinor, r.RefundedMinor} {
		if part < 0 {
			return broken("receipt")
		}
	}
	sum := r.AppliedMinor + r.OnAccountMinor + r.UnappliedMinor + r.RefundedMinor
	if sum != r.AmountMinor+r.NettedMinor || applied != r.AppliedMinor || (r.State == ReceiptReversed) != (r.AmountMinor == 0) {
		return broken("receipt")
	}
	return nil
}

// ApplyTo puts a part of the memo on an item. A refusal changes nothing.
// Errors: CodeCreditMemoVoid, CodeCurrencyDiffers, CodeCustomerDiffers, CodeNotPositive, CodeExceedsCredit, CodeExceedsOpen.
func (m *CreditMemo) ApplyTo(item *Item, minor int64, id uuid.UUID, at time.Time) error {
	switch {
	case m.State == CreditMemoVoid:
		return refuse(CodeCreditMemoVoid, "the credit memo is void")
	case m.Currency != item.Currency:
		return refuse(CodeCurrencyDiffers, "the item is in another currency")
	case m.CustomerID != item.CustomerID:
		return refuse(CodeCustomerDiffers, "the item is another customer's")
	case minor > m.OpenMinor:
		return refuse(CodeExceedsCredit, "the amount exceeds what is left of the credit memo")
	}
	if err := item.Credit(minor); err != nil {
		return err
	}
	m.OpenMinor -= minor
	m.AppliedMinor += minor
	m.Applications = append(m.Applications, CreditApplication{
		ID: id, CreditMemoID: m.ID, ItemID: item.ID, AmountMinor: minor, AppliedAt: at,
	})
	return nil
}

// Void makes the memo as if it had never been valid and returns the applications that were undone, so that the caller takes
// them off their items with Uncredit. Error: CodeCreditMemoVoid.
func (m *CreditMemo) Void(at time.Time) ([]CreditApplication, error) {
	if m.State == CreditMemoVoid {
		return nil, refuse(CodeCreditMemoVoid, "the credit memo is void")
	}
	var undone []CreditApplication
	for n := range m.Applications {
		if a := &m.Applications[n]; a.ReversedAt == nil {
			a.ReversedAt = &at
			undone = append(undone, *a)
		}
	}
	m.AppliedMinor, m.OpenMinor, m.State = 0, 0, CreditMemoVoid
	return undone, nil
}

// Check proves that the memo's amount is applied or open, and that applied is the sum of the applications that stand.
// Error: CodeLawBroken.
func (m CreditMemo) Check() error {
	var applied int64
	for _, a := range m.Applications {
		if a.ReversedAt == nil {
			applied += a.AmountMinor
		}
	}
	want := m.AmountMinor
	if m.State == CreditMemoVoid {
		want = 0
	}
	if m.AppliedMinor < 0 || m.OpenMinor < 0 || m.AppliedMinor+m.OpenMinor != want || applied != m.AppliedMinor {
		return broken("credit memo")
	}
	return nil
}
