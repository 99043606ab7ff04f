package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
)

// closes says with which decision the rules close a claim by themselves; empty: a person decides.
func (o *opening) closes(ctx context.Context, w *claimWork, sorted dispute.Sorted) (dispute.DecisionKind, error) {
	if w.d.Kind != dispute.Deduction {
		return "", nil
	}
	for _, p := range w.d.Parts {
		if !p.ItemID.Valid {
			return "", nil
		}
	}
	if sorted.Reason == dispute.ReasonUnearnedDiscount {
		earned, err := o.earned(ctx, w, sorted.DiscountGraceDays)
		if earned {
			return dispute.DecideEarned, err
		}
		return "", err
	}
	on, err := w.today(ctx)
	if err != nil {
		return "", err
	}
	tolerated, err := o.tolerated(ctx, on, sorted)
	if tolerated {
		return dispute.DecideTolerance, err
	}
	return "", err
}

// tolerated asks whether the claim is too small to look into.
func (o *opening) tolerated(ctx context.Context, on calendar.Date, sorted dispute.Sorted) (bool, error) {
	if sorted.Tolerance == nil || o.in.coded() {
		return false, nil
	}
	tx, customer, currency := o.ledger.tx, o.in.CustomerID, o.in.Currency
	month, _, err := tx.ToleratedSince(ctx, customer, currency, dispute.MonthBegin(on))
	if err != nil {
		return false, err
	}
	_, repeats, err := tx.ToleratedSince(ctx, customer, currency, dispute.RepeatBegin(on))
	if err != nil {
		return false, err
	}
	return sorted.Tolerance.Covers(dispute.Small{
		Currency: currency, AmountMinor: max(o.uncoded, o.in.total()), WholeMinor: o.whole, MonthMinor: month, Repeats: repeats,
	}), nil
}

// earned asks whether the claim is a discount that the terms give: taken within their days and the grace, and no more than
// they give for what was paid.
func (o *opening) earned(ctx context.Context, w *claimWork, graceDays int) (bool, error) {
	customer, err := w.owner(ctx)
	if err != nil {
		return false, err
	}
	for n, p := range w.d.Parts {
		from := o.from[n]
		if from == nil || !from.InvoiceID.Valid {
			return false, nil
		}
		inv, err := w.tx.Invoice(ctx, from.InvoiceID.UUID)
		if err != nil {
			return false, err
		}
		given, err := discountOf(customer.Terms, *from, p.ClaimedMinor, inv.InvoiceDate, o.on(w.d.TakenOn), graceDays)
		if err != nil || p.ClaimedMinor > given {
			return false, err
		}
	}
	return true, nil
}

// on is the value date of the payment that took the discount.
func (o *opening) on(taken calendar.Date) calendar.Date {
	if o.in.TakenOn.IsZero() {
		return taken
	}
	return o.in.TakenOn
}

// discountOf is what the terms give for what was paid on an item before an amount was withheld of it.
func discountOf(terms receivable.Terms, item receivable.Item, withheld int64, invoiced, paidOn calendar.Date, graceDays int) (int64, error) {
	until := terms.DiscountUntil(invoiced)
	if until.IsZero() || paidOn > until.AddDays(graceDays) {
		return 0, nil
	}
	item.MovedMinor -= withheld
	item.OpenMinor += withheld + item.PaidMinor
	return terms.EarnedDiscount(item, invoiced, min(paidOn, until), item.PaidMinor)
}

// closeByRule closes the claim without anybody looking at it.
func (w *claimWork) closeByRule(ctx context.Context, kind dispute.DecisionKind) error {
	minor := w.d.Amounts().UndecidedMinor
	parts, err := dispute.Allocate(w.d.Parts, 0, 0, minor)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	dec := dispute.Decision{
		ID: id, DisputeID: w.d.ID, Seq: 1, Kind: kind, ConcededMinor: minor, Reason: orElse(w.d.Reason, dispute.Unknown), Parts: parts,
		State: dispute.DecisionInForce, DecidedBy: byRules, DecidedAt: w.now,
	}
	dec.ContentHash = dispute.ContentHash(dec)
	if err := w.tx.InsertDecision(ctx, dec); err != nil {
		return err
	}
	if err := w.execute(ctx, dec); err != nil {
		return err
	}
	return w.finish(ctx, dispute.ActDecide, uuid.Nil, decisionAction(kind), decisionData(w.d, dec))
}
