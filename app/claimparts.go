package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

// opening is a case in the making: its parts are found, and the items that they need come about.
type opening struct {
	in      NewDispute
	ledger  *ledger
	receipt uuid.NullUUID
	netted  bool  // withheld from a receipt without naming an item that is open
	whole   int64 // what a tolerance's share is of
	byRule  bool  // a difference without a reason that a rule makes a claim
	uncoded int64 // what the receipt's uncoded claims sum to; 0: this claim alone

	parts []dispute.Part
	from  []*receivable.Item // of each part: whence a deduction was taken
}

// wholeMinor sums what was billed with the items that the claim is about.
func (o *opening) wholeMinor() int64 {
	var sum int64
	for n := range o.parts {
		if from := o.from[n]; from != nil {
			sum += from.OriginalMinor
		}
	}
	return sum
}

// resolve finds the items of every part, and takes what was withheld of them. The caller holds the customer's lock.
func (o *opening) resolve(ctx context.Context) error {
	if o.netted {
		return o.net(ctx)
	}
	if len(o.in.Parts) == 0 {
		return o.add(dispute.Part{Amounts: dispute.Claim(o.in.AmountMinor)}, nil)
	}
	for n, part := range o.in.Parts {
		if err := o.resolvePart(ctx, part); err != nil {
			return at(fmt.Sprintf("parts[%d]", n), err)
		}
	}
	return nil
}

func (o *opening) add(p dispute.Part, from *receivable.Item) error {
	id, err := uuid.NewV7()
	p.ID = id
	o.parts, o.from = append(o.parts, p), append(o.from, from)
	return err
}

func (o *opening) resolvePart(ctx context.Context, in NewDisputePart) error {
	invoiceID, items, err := o.itemsOf(ctx, in)
	if err != nil {
		return err
	}
	if o.in.Kind == dispute.Contest {
		return o.contest(in.AmountMinor, items)
	}
	var open int64
	for _, item := range items {
		open += item.OpenMinor
	}
	switch {
	case open == 0: // paid, or none named: no item of ours is about it
		return o.add(dispute.Part{InvoiceID: invoiceID, Amounts: dispute.Claim(in.AmountMinor)}, nil)
	case in.AmountMinor > open:
		return fault.New(fault.Conflict, receivable.CodeExceedsOpen, "the amount exceeds what is open")
	}
	return o.take(ctx, in.AmountMinor, items)
}

// contest holds an amount of the items back, oldest first.
func (o *opening) contest(minor int64, items []*receivable.Item) error {
	for _, item := range items {
		take := min(minor, item.OpenMinor-item.DisputedMinor)
		if take <= 0 {
			continue
		}
		if err := item.Dispute(take); err != nil {
			return err
		}
		if err := o.add(dispute.Part{InvoiceID: item.InvoiceID, ItemID: someID(item.ID), Amounts: dispute.Claim(take)}, item); err != nil {
			return err
		}
		minor -= take
	}
	if minor > 0 {
		return fault.New(fault.Conflict, receivable.CodeExceedsUndisputed, "the amount exceeds what is open and undisputed")
	}
	return nil
}

// take makes what was withheld of the items, oldest first, deductions with items of their own.
func (o *opening) take(ctx context.Context, minor int64, items []*receivable.Item) error {
	for _, from := range items {
		part := min(minor, from.OpenMinor)
		if part <= 0 {
			continue
		}
		if err := from.Move(part); err != nil {
			return err
		}
		taken, err := o.own(ctx, from, part)
		if err != nil {
			return err
		}
		p := dispute.Part{InvoiceID: from.InvoiceID, ItemID: someID(taken.ID), Amounts: dispute.Claim(part)}
		if err := o.add(p, from); err != nil {
			return err
		}
		minor -= part
	}
	return nil
}

// own writes the item of a deduction.
func (o *opening) own(ctx context.Context, from *receivable.Item, minor int64) (*receivable.Item, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	seq := 1
	if from.InvoiceID.Valid {
		there, err := o.ledger.tx.ItemsOf(ctx, from.InvoiceID.UUID)
		if err != nil {
			return nil, err
		}
		for _, item := range there {
			if item.Kind == receivable.Deduction {
				seq = max(seq, item.Seq+1)
			}
		}
	}
	taken := from.Own(id, seq, minor)
	return o.ledger.add(taken), o.ledger.tx.InsertItem(ctx, taken)
}

// net writes the item of a claim that was netted against a receipt: it is owed until the claim is found valid.
func (o *opening) net(ctx context.Context) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	customer, err := o.ledger.tx.Customer(ctx, o.in.CustomerID)
	if err != nil {
		return err
	}
	on := o.in.TakenOn
	if on.IsZero() {
		on = today(o.ledger.now, customer.TimeZone)
	}
	minor := o.in.total()
	item := receivable.Item{
		ID: id, CustomerID: customer.ID, Kind: receivable.Claim, Seq: 1, DueDate: on, AgingDate: on, TimeZone: customer.TimeZone,
		Currency: o.in.Currency, OriginalMinor: minor, OpenMinor: minor, Cycle: 1, Version: 1,
	}
	var about uuid.NullUUID
	if len(o.in.Parts) > 0 {
		about, _, err = o.itemsOf(ctx, o.in.Parts[0])
		if err != nil {
			return err
		}
	}
	if err := o.ledger.tx.InsertItem(ctx, item); err != nil {
		return err
	}
	o.ledger.add(item)
	return o.add(dispute.Part{InvoiceID: about, ItemID: someID(id), Amounts: dispute.Claim(minor)}, nil)
}

// itemsOf finds the invoice and the items that a part names, in the order in which a claim goes to them.
func (o *opening) itemsOf(ctx context.Context, in NewDisputePart) (uuid.NullUUID, []*receivable.Item, error) {
	var found []receivable.Item
	var about uuid.NullUUID
	switch {
	case in.ItemID.Valid:
		if err := o.ledger.load(ctx, in.ItemID.UUID); err != nil {
			return about, nil, err
		}
		item := *o.ledger.items[in.ItemID.UUID]
		found, about = []receivable.Item{item}, item.InvoiceID
	case in.InvoiceID.Valid || in.InvoiceNumber != "":
		inv, err := o.invoice(ctx, in)
		if err != nil {
			return about, nil, err
		}
		found, about = receivable.OldestFirst(inv.Items), someID(inv.ID)
	}
	var items []*receivable.Item
	for _, item := range found {
		if err := o.fits(item, in.ItemID.Valid); err != nil {
			return about, nil, err
		}
		if !own(&item) {
			items = append(items, o.ledger.add(item))
		}
	}
	return about, items, nil
}

func (o *opening) invoice(ctx context.Context, in NewDisputePart) (receivable.Invoice, error) {
	tx := o.ledger.tx
	if in.InvoiceID.Valid {
		return tx.Invoice(ctx, in.InvoiceID.UUID)
	}
	return invoiceNumbered(ctx, tx, o.in.CustomerID, in.InvoiceNumber)
}

func (o *opening) fits(item receivable.Item, named bool) error {
	switch {
	case item.CustomerID != o.in.CustomerID:
		return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the item is another customer's")
	case item.Currency != o.in.Currency:
		return fault.New(fault.Conflict, receivable.CodeCurrencyDiffers, "the item is in another currency")
	case named && own(&item):
		var f receivable.Form
		f.Add("item_id", receivable.CodeUnknown, "is a deduction itself: its own case decides on it")
		return f.Err("dispute")
	}
	return nil
}
