package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

// execute carries out a decision that is in force: what is denied becomes collectable, what is valid is credited from what
// is open already or awaits its credit memo, what is conceded is written off. The caller has checked the decision and
// finishes the case.
func (w *claimWork) execute(ctx context.Context, dec dispute.Decision) error {
	denied := dec.Denies(w.d)
	if !denied || w.d.Outcome == "" {
		w.d.Outcome = dec.Kind.Outcome()
	}
	w.d.DecidedBy, w.d.DecidedAt = dec.DecidedBy, &w.now
	due := map[uuid.UUID]int64{}
	for _, pd := range dec.Parts {
		p := w.part(pd.PartID)
		if p == nil {
			return fault.New(fault.Internal, dispute.CodeLawBroken, "the decision names a part of another claim")
		}
		due[p.ID] = p.CreditDueMinor
		do := w.decidePart
		if denied {
			do = w.giveUpPart
		}
		if err := do(ctx, p, pd, dec); err != nil {
			return err
		}
	}
	if err := w.coverWithMemos(ctx); err != nil {
		return err
	}
	for _, p := range w.d.Parts {
		if more := p.CreditDueMinor - due[p.ID]; more > 0 {
			w.requests = append(w.requests, creditRequest{part: p.ID, invoice: p.InvoiceID, minor: more})
		}
	}
	return w.writeDecision(ctx, dec)
}

// decidePart: what was paid under protest goes to the denied amount first, the rest of it on account.
func (w *claimWork) decidePart(ctx context.Context, p *dispute.Part, pd dispute.PartDecision, dec dispute.Decision) error {
	if err := w.deny(ctx, p, pd.DeniedMinor, dec.PayableBy); err != nil {
		return err
	}
	if err := some(pd.ValidMinor, p.Uphold); err != nil {
		return err
	}
	if err := w.concede(ctx, p, pd.ConcededMinor, dec); err != nil {
		return err
	}
	if item := w.item(p); item != nil && own(item) {
		return w.free(ctx, item, min(pd.ValidMinor, w.overpaid(item)))
	}
	return nil
}

// own reports whether the item is the claim's own, and not the contested instalment.
func own(item *receivable.Item) bool {
	return item.Kind == receivable.Deduction || item.Kind == receivable.Claim
}

// overpaid is what was paid on a claim's own item beyond what was decided against.
func (w *claimWork) overpaid(item *receivable.Item) int64 {
	return max(0, item.PaidMinor-totals(w.ledger.partsOn(item.ID)).RepaidMinor)
}

// deny makes an undecided amount collectable, as far as it was not paid under protest. Of a claim without an item nothing is
// owed: there is nothing to collect.
func (w *claimWork) deny(ctx context.Context, p *dispute.Part, minor int64, payableBy calendar.Date) error {
	if minor <= 0 {
		return nil
	}
	paid := w.paidOf(p, minor)
	if err := some(paid, p.DenyPaid); err != nil {
		return err
	}
	if item := w.item(p); item != nil && own(item) { // also what is paid: the payment may be reversed
		if err := w.demand(ctx, item, payableBy); err != nil {
			return err
		}
	}
	if minor == paid {
		return nil
	}
	w.denied += minor - paid
	return p.Deny(minor - paid)
}

// paidOf is how much of an amount about to be denied was paid under protest.
func (w *claimWork) paidOf(p *dispute.Part, minor int64) int64 {
	item := w.item(p)
	if item == nil {
		return minor
	}
	if own(item) {
		return min(minor, w.overpaid(item))
	}
	sum := totals(w.ledger.partsOn(item.ID))
	owed := deniedOf(item, sum.PendingMinor()-minor, sum.DeniedMinor+sum.RepaidMinor+minor) - sum.DeniedMinor
	return minor - max(0, min(minor, owed))
}

// demand makes a claim's own item payable: its ladder starts at that day, so that a claim denied late does not fire every
// stage at once. Where a part of it is demanded already, that demand stands.
func (w *claimWork) demand(ctx context.Context, item *receivable.Item, payableBy calendar.Date) error {
	if payableBy.IsZero() {
		on, err := w.payableBy(ctx)
		if err != nil {
			return err
		}
		payableBy = on
	}
	w.d.PayableBy = payableBy
	if totals(w.ledger.partsOn(item.ID)).DeniedMinor == 0 {
		item.DueDate = payableBy
	}
	return nil
}

// payableBy is the day by which a denied amount is to be paid when the decision names none.
func (w *claimWork) payableBy(ctx context.Context) (calendar.Date, error) {
	on, err := w.today(ctx)
	if err != nil {
		return on, err
	}
	sets, err := claimRules(ctx, w.tx, w.d.CustomerID)
	if err != nil {
		return on, err
	}
	days := sets.merged.PayableDays
	if days == 0 {
		days = dispute.DefaultPayableDays
	}
	return on.AddDays(days), nil
}

// concede gives up an undecided amount. Where no item is about it, only a credit memo gives it to the customer.
func (w *claimWork) concede(ctx context.Context, p *dispute.Part, minor int64, dec dispute.Decision) error {
	if minor <= 0 {
		return nil
	}
	item := w.item(p)
	if item == nil {
		return p.Uphold(minor)
	}
	if err := w.makeRoom(ctx, item, minor); err != nil {
		return err
	}
	if err := p.Concede(minor); err != nil {
		return err
	}
	if dec.Kind == dispute.DecideEarned {
		return some(min(minor, item.OpenMinor), item.Discount)
	}
	kind := receivable.Concession
	if dec.Kind == dispute.DecideTolerance {
		kind = receivable.SmallDifference
	}
	return w.writeOff(ctx, item, min(minor, item.OpenMinor), kind, dec.Reason)
}

// giveUpPart writes off what was denied and does not come back.
func (w *claimWork) giveUpPart(ctx context.Context, p *dispute.Part, pd dispute.PartDecision, dec dispute.Decision) error {
	minor := pd.ConcededMinor
	if minor <= 0 {
		return nil
	}
	if err := p.GiveUp(minor); err != nil {
		return err
	}
	kind := receivable.BadDebt
	if dec.Kind == dispute.DecideSettle {
		kind = receivable.Concession
	}
	item := w.item(p)
	return w.writeOff(ctx, item, min(minor, item.OpenMinor), kind, dec.Reason)
}

// writeOff closes an amount of an item without money. What a rule wrote off is undone with the receipt that brought it.
func (w *claimWork) writeOff(ctx context.Context, item *receivable.Item, minor int64, kind receivable.WriteOffKind, reason string) error {
	if minor <= 0 {
		return nil
	}
	if err := item.WriteOff(minor); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	off := receivable.WriteOff{
		ID: id, ItemID: item.ID, Kind: kind, AmountMinor: minor, Reason: orElse(reason, dispute.Unknown), CreatedBy: w.actor.ID, CreatedAt: w.now,
	}
	if kind == receivable.SmallDifference {
		off.ReceiptID = w.d.ReceiptID
	}
	if err := w.tx.InsertWriteOff(ctx, off); err != nil {
		return err
	}
	return record(ctx, w.tx, w.now, w.actor.ID, event{
		action: "write_off.made", kind: "write_off", subject: off.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
		on: w.ledger.today(item),
		data: map[string]any{
			"item_id": item.ID, "kind": kind, "amount_minor": minor, "open_minor": item.OpenMinor, "currency": item.Currency,
		},
	})
}

// withdraw ends what is undecided because the customer takes the claim back: what it withheld it owes, the rest was only
// said.
func (w *claimWork) withdraw(ctx context.Context) error {
	w.d.Outcome = dispute.WithdrawnBy
	for n := range w.d.Parts {
		p := &w.d.Parts[n]
		item := w.item(p)
		change := p.Withdraw
		if item != nil && own(item) {
			change = func(minor int64) error { return w.deny(ctx, p, minor, 0) }
		}
		if err := some(p.UndecidedMinor, change); err != nil {
			return err
		}
	}
	return nil
}

// writeDecision leaves the message that tells the customer of a decision. What a rule closed by itself, and what was given up
// in silence, is not written about.
func (w *claimWork) writeDecision(ctx context.Context, dec dispute.Decision) error {
	kind := ""
	switch {
	case dec.DeniedMinor > 0:
		kind = "denial"
	case dec.ValidMinor > 0:
		kind = "credit"
	case dec.Kind == dispute.DecideSettle:
		kind = "settlement"
	}
	if kind == "" {
		return nil
	}
	return w.write(ctx, kind, "decision/"+dec.ID.String())
}

// write leaves a message to the customer about the case, once for each business step. The case's row must be there.
func (w *claimWork) write(ctx context.Context, kind, dedupe string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return w.tx.PutMessage(ctx, dispute.Message{
		ID: id, DisputeID: w.d.ID, Kind: kind, Dedupe: dedupe, State: dispute.MessageDue, CreatedAt: w.now,
	})
}
