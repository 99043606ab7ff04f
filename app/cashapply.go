package app

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/receivable"
)

// carryOut puts a receipt, or its rest, where a proposal says. The caller holds the locks of the payer and of all owners of
// the items, and adds the receipt to fresh or old. entry is the audit entry of the command; none for a rule's.
func (c *cash) carryOut(ctx context.Context, r *receivable.Receipt, p matching.Proposal) error {
	if err := c.prepare(ctx, r, p); err != nil {
		return err
	}
	for _, use := range p.Credits {
		if err := c.useCredit(ctx, use); err != nil {
			return err
		}
	}
	for _, claim := range p.Claims {
		if claim.Netted {
			if err := r.Net(claim.Minor); err != nil {
				return err
			}
		}
	}
	for _, a := range p.Applications {
		if err := c.apply(ctx, r, a, string(p.Rate)); err != nil {
			return err
		}
	}
	c.restChanged(r)
	if len(p.Claims)+len(p.WriteOffs) > 0 {
		if err := c.put(ctx, r); err != nil {
			return err
		}
	}
	if err := c.openClaims(ctx, r, p); err != nil {
		return err
	}
	for _, off := range p.WriteOffs {
		if err := c.writeOff(ctx, r, off); err != nil {
			return err
		}
	}
	return c.offset(ctx, r, p)
}

// prepare loads the items, and says whose receipt it is.
func (c *cash) prepare(ctx context.Context, r *receivable.Receipt, p matching.Proposal) error {
	if err := c.ledger.load(ctx, itemsOfProposal(p)...); err != nil {
		return err
	}
	if err := c.ledger.loadPromises(ctx); err != nil {
		return err
	}
	if !r.CustomerID.Valid {
		r.Identify(p.CustomerID)
	}
	for _, id := range itemsOfProposal(p) {
		allowed, err := c.mayPay(ctx, r.CustomerID.UUID, c.ledger.items[id].CustomerID)
		if err != nil {
			return err
		}
		if !allowed {
			return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the item is of a customer that this one does not pay for")
		}
	}
	return nil
}

// itemsOfProposal lists the items that a proposal changes, each once.
func itemsOfProposal(p matching.Proposal) []uuid.UUID {
	var ids []uuid.UUID
	for _, a := range p.Applications {
		ids = append(ids, a.ItemID)
	}
	for _, claim := range p.Claims {
		if claim.ItemID.Valid {
			ids = append(ids, claim.ItemID.UUID)
		}
	}
	for _, off := range p.WriteOffs {
		ids = append(ids, off.ItemID)
	}
	for _, use := range p.Credits {
		ids = append(ids, use.ItemID)
	}
	for _, off := range p.Offsets {
		ids = append(ids, off.ItemID)
	}
	return inOrder(ids)
}

// useCredit puts a part of an open memo on an item.
func (c *cash) useCredit(ctx context.Context, use matching.CreditUse) error {
	m, err := c.memo(ctx, use.CreditID)
	if err != nil {
		return err
	}
	item := c.ledger.items[use.ItemID]
	if err := credit(c.ledger, m, item, use.Minor); err != nil {
		return err
	}
	return c.note(ctx, event{
		action: "credit_memo.applied", kind: "item", subject: item.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
		on: c.ledger.today(item),
		data: map[string]any{
			"credit_memo_id": m.ID, "amount_minor": use.Minor, "open_minor": item.OpenMinor, "currency": item.Currency,
		},
	})
}

// apply puts a part of the receipt on an item.
func (c *cash) apply(ctx context.Context, r *receivable.Receipt, a matching.Application, rate string) error {
	item := c.ledger.items[a.ItemID]
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	if item.Currency == r.Currency {
		rate = ""
	}
	portion := receivable.Portion{Minor: a.Minor, ItemMinor: a.ItemMinor, DiscountMinor: a.DiscountMinor, Rate: cmp.Or(rate, "1")}
	if err := r.ApplyAt(item, portion, id, c.now); err != nil {
		return err
	}
	if err := c.ledger.received(ctx, item, a.ItemMinor); err != nil {
		return err
	}
	return c.note(ctx, event{
		action: "receipt.applied", kind: "item", subject: item.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
		on: c.ledger.today(item),
		data: map[string]any{
			"receipt_id": r.ID, "amount_minor": a.ItemMinor, "discount_minor": a.DiscountMinor, "open_minor": item.OpenMinor,
			"currency": item.Currency, "value_date": r.ValueDate,
		},
	})
}

// openClaims opens a case for every claim. The receipt's row is there.
func (c *cash) openClaims(ctx context.Context, r *receivable.Receipt, p matching.Proposal) error {
	whole, uncoded := r.GrossMinor, int64(0)
	for _, claim := range p.Claims {
		whole += claim.Minor
		if claim.Reason+claim.Words+claim.Reference == "" {
			uncoded += claim.Minor
		}
	}
	for _, claim := range p.Claims {
		o := opening{in: c.claimOf(r, p, claim), ledger: c.ledger, receipt: someID(r.ID), netted: claim.Netted, whole: whole}
		if !o.in.coded() {
			o.uncoded = uncoded
		}
		if err := o.resolve(ctx); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if _, err := o.open(ctx, c.app, c.who, id); err != nil {
			return err
		}
	}
	return nil
}

func (c *cash) claimOf(r *receivable.Receipt, p matching.Proposal, claim matching.Claim) NewDispute {
	in := NewDispute{
		Kind: dispute.Deduction, CustomerID: r.CustomerID.UUID, Currency: p.Currency, AmountMinor: claim.Minor,
		CustomerReason: cutText(claim.Reason, maxClaimKey), CustomerWords: cutText(claim.Words, maxClaimWords),
		ClaimReference: cutText(claim.Reference, maxClaimKey), Source: claimFromReceipt, TakenOn: r.ValueDate,
	}
	switch {
	case claim.ItemID.Valid:
		item := c.ledger.items[claim.ItemID.UUID]
		in.CustomerID, in.Currency = item.CustomerID, item.Currency
		in.Parts = []NewDisputePart{{ItemID: claim.ItemID, AmountMinor: claim.Minor}}
	case claim.InvoiceID.Valid:
		in.Parts = []NewDisputePart{{InvoiceID: claim.InvoiceID, AmountMinor: claim.Minor}}
	}
	return in
}

// cutText shortens a text to a number of characters.
func cutText(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}

// writeOff closes a small difference; it goes back with the receipt.
func (c *cash) writeOff(ctx context.Context, r *receivable.Receipt, off matching.WriteOff) error {
	item := c.ledger.items[off.ItemID]
	if err := item.WriteOff(off.Minor); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	w := receivable.WriteOff{
		ID: id, ItemID: item.ID, ReceiptID: someID(r.ID), Kind: receivable.SmallDifference, AmountMinor: off.Minor,
		Reason: cmp.Or(string(off.Kind), string(matching.Tolerance)), CreatedBy: c.who.ID, CreatedAt: c.now,
	}
	if err := c.tx.InsertWriteOff(ctx, w); err != nil {
		return err
	}
	c.giveAway(item, off.Minor)
	return c.note(ctx, event{
		action: "write_off.made", kind: "write_off", subject: w.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
		on: c.ledger.today(item),
		data: map[string]any{
			"item_id": item.ID, "kind": w.Kind, "amount_minor": w.AmountMinor, "open_minor": item.OpenMinor, "currency": item.Currency,
		},
	})
}

// giveAway counts a small difference against the customer's month.
func (c *cash) giveAway(item *receivable.Item, minor int64) {
	if given := c.given[item.CustomerID]; given != nil {
		given[item.Currency] += minor
	}
}

// offset writes what we owe and set against the items as a receipt of its own kind.
func (c *cash) offset(ctx context.Context, r *receivable.Receipt, p matching.Proposal) error {
	if len(p.Offsets) == 0 {
		return nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	against := matching.Proposal{CustomerID: r.CustomerID.UUID, Currency: p.Currency, Rate: "1"}
	var minor int64
	for _, off := range p.Offsets {
		minor += off.Minor
		against.Applications = append(against.Applications, matching.Application{ItemID: off.ItemID, Minor: off.Minor, ItemMinor: off.Minor})
	}
	in := NewReceipt{
		Source: r.Source, Number: "offset-" + id.String(), CustomerID: r.CustomerID, Kind: "offset", Currency: p.Currency,
		AmountMinor: minor, ValueDate: r.ValueDate, Reference: r.Number,
	}
	made := in.receipt(id, c.now, c.who.ID)
	made.Payer.Match, made.BesideID = receivable.MatchDone, someID(r.ID)
	if err := made.Validate(); err != nil {
		return err
	}
	c.fresh = append(c.fresh, &made)
	if err := c.carryOut(ctx, &made, against); err != nil {
		return err
	}
	return c.noteReceipt(ctx, &made, uuid.Nil, "receipt.recorded")
}

// monthBegin is the first day of a customer's month.
func (c *cash) monthBegin() calendar.Date { return dispute.MonthBegin(today(c.now, "UTC")) }
