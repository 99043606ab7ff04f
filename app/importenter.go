package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/intake"
	"arrears/domain/receivable"
	"arrears/port"
)

// flaggedBySource is the reason of a dispute flag that came with a file.
const flaggedBySource = "flagged_by_source"

// enter writes the batch's new invoices with their receipts and flags, and arms their cases.
func (b *batch) enter(ctx context.Context) error {
	var ids []uuid.UUID
	for _, row := range b.rows {
		if b.entering[row.Number] != row {
			continue
		}
		inv, err := b.invoice(ctx, row)
		if err != nil {
			return err
		}
		b.invoices = append(b.invoices, inv)
		ids = append(ids, inv.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	if err := b.flagKnownContent(ctx); err != nil {
		return err
	}
	if len(b.wide) > 0 {
		if err := b.tx.NudgeWideCasesOf(ctx, inOrder(b.wide)); err != nil {
			return err
		}
	}
	if err := b.tx.InsertInvoices(ctx, b.invoices); err != nil {
		return err
	}
	if err := b.tx.InsertReceipts(ctx, b.receipts); err != nil {
		return err
	}
	if err := b.tx.InsertDisputeFlags(ctx, b.flags); err != nil {
		return err
	}
	return b.load.app.armMany(ctx, b.tx, b.now, ids, b.load.who.ID)
}

// flagKnownContent flags new invoices that look like one that is there, or like another of the batch, under another number.
func (b *batch) flagKnownContent(ctx context.Context) error {
	contents := make([]port.Content, len(b.invoices))
	seen := map[port.Content]bool{}
	for i, inv := range b.invoices {
		contents[i] = port.Content{CustomerID: inv.CustomerID, InvoiceDate: inv.InvoiceDate, Currency: inv.Currency, AmountMinor: inv.AmountMinor}
	}
	known, err := b.tx.KnownContent(ctx, contents)
	if err != nil {
		return err
	}
	for i, inv := range b.invoices {
		if known[i] || seen[contents[i]] {
			b.entering[inv.Number].Flag(intake.FieldNumber, intake.CodeDuplicateContent,
				"an invoice of the same customer, date and amount is known under another number")
		}
		seen[contents[i]] = true
	}
	return nil
}

// invoice makes a new invoice of a row: with what was paid before, and disputed where the source says so.
func (b *batch) invoice(ctx context.Context, row *importRow) (receivable.Invoice, error) {
	in, ref := row.Row, b.refs[row.Row.CustomerKey()]
	id, err := uuid.NewV7()
	if err != nil {
		return receivable.Invoice{}, err
	}
	inv := receivable.Invoice{
		ID: id, Source: b.load.in.Source, Number: in.Number, CustomerID: row.customer, InvoiceDate: in.InvoiceDate,
		Currency: in.Currency, AmountMinor: in.AmountMinor, PurchaseOrder: in.PurchaseOrder, State: receivable.InvoiceValid,
		AmountsChangedBy: b.load.who.ID, ImportID: someID(b.load.record.ID), Version: 1, CreatedAt: b.now,
	}
	list := parts(in, ref.Terms)
	ids := make([]uuid.UUID, len(list))
	for n := range ids {
		if ids[n], err = uuid.NewV7(); err != nil {
			return inv, err
		}
	}
	inv.AddInstalments(list, ids, ref.TimeZone)
	if err := recordInvoice(ctx, b.audits, b.now, b.load.who.ID, inv, uuid.Nil, "invoice.created", map[string]any{
		"amount_minor": inv.AmountMinor, "currency": inv.Currency, "invoice_date": inv.InvoiceDate,
		"due_date": inv.Items[0].DueDate, "instalments": len(inv.Items), "import_id": b.load.record.ID,
	}); err != nil {
		return inv, err
	}
	if err := b.paid(ctx, row, &inv); err != nil {
		return inv, err
	}
	b.noteWide(inv)
	return inv, b.disputed(ctx, in, &inv)
}

// parts are the instalments that a row states, or the one that it and the customer's terms make.
func parts(in *intake.Row, terms receivable.Terms) []receivable.InstalmentPart {
	if len(in.Instalments) == 0 {
		due := in.DueDate
		if due.IsZero() {
			due = terms.DueDate(in.InvoiceDate)
		}
		return []receivable.InstalmentPart{{DueDate: due, AmountMinor: in.AmountMinor}}
	}
	list := make([]receivable.InstalmentPart, len(in.Instalments))
	for i, part := range in.Instalments {
		list[i] = receivable.InstalmentPart{DueDate: part.DueDate, AmountMinor: part.AmountMinor}
	}
	return list
}

// settledReceipt is the number of the receipt that settles an invoice of a file, and openingReceipt that of what was paid
// before the invoice was first loaded. Both derive from the invoice's, so a second load finds them.
func settledReceipt(invoice string) string { return invoice + "/settled" }

func openingReceipt(invoice string) string { return invoice + "/opening" }

// paid records what the source says was paid: all of it on the day of settlement, or a part some time before.
func (b *batch) paid(ctx context.Context, row *importRow, inv *receivable.Invoice) error {
	in := row.Row
	switch {
	case !in.Settled.IsZero():
		return b.receipt(ctx, inv, settledReceipt(in.Number), in.AmountMinor, in.Settled)
	case in.OpenMinor < in.AmountMinor:
		return b.receipt(ctx, inv, openingReceipt(in.Number), in.AmountMinor-in.OpenMinor, max(b.load.cut, in.InvoiceDate))
	}
	return nil
}

// receipt makes a receipt and puts it on the new invoice's items, oldest first.
func (b *batch) receipt(ctx context.Context, inv *receivable.Invoice, number string, minor int64, day calendar.Date) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	r := NewReceipt{
		Source: inv.Source, Number: number, CustomerID: someID(inv.CustomerID), Currency: inv.Currency, AmountMinor: minor,
		ValueDate: day, Reference: inv.Number,
	}.receipt(id, b.now, b.load.who.ID)
	for n := range inv.Items {
		item := &inv.Items[n]
		part := min(item.OpenMinor, r.Rest())
		if part == 0 {
			continue
		}
		application, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if err := r.ApplyTo(item, part, 0, application, b.now); err != nil {
			return err
		}
		if err := record(ctx, b.audits, b.now, b.load.who.ID, event{
			action: "receipt.applied", kind: "item", subject: item.ID, customer: inv.CustomerID, invoice: inv.ID,
			on: today(b.now, item.TimeZone),
			data: map[string]any{
				"receipt_id": r.ID, "amount_minor": part, "discount_minor": 0, "open_minor": item.OpenMinor,
				"currency": item.Currency, "value_date": r.ValueDate,
			},
		}); err != nil {
			return err
		}
	}
	b.receipts = append(b.receipts, r)
	return recordReceipt(ctx, b.audits, b.now, b.load.who.ID, r, uuid.Nil, "receipt.recorded")
}

// disputed flags what is open of a new invoice as contested when its source says so. It is done once, when the invoice is
// entered: a flag that a person released does not come back with the next file.
func (b *batch) disputed(ctx context.Context, in *intake.Row, inv *receivable.Invoice) error {
	if !in.Disputed {
		return nil
	}
	for n := range inv.Items {
		item := &inv.Items[n]
		if item.OpenMinor == 0 {
			continue
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		flag := receivable.DisputeFlag{
			ID: id, ItemID: item.ID, InvoiceID: inv.ID, CustomerID: inv.CustomerID, AmountMinor: item.OpenMinor,
			Currency: item.Currency, Reason: flaggedBySource, CreatedBy: b.load.who.ID, CreatedAt: b.now,
		}
		if err := item.Dispute(item.OpenMinor); err != nil {
			return err
		}
		b.flags = append(b.flags, flag)
		if err := recordFlag(ctx, b.audits, b.now, b.load.who.ID, flag, uuid.Nil, "dispute.flagged", item.TimeZone); err != nil {
			return err
		}
	}
	return nil
}

// noteWide notes a customer whose sums a new invoice changes now, because something of it is overdue already. Customers that
// this batch made have no earlier cases.
func (b *batch) noteWide(inv receivable.Invoice) {
	for _, made := range b.made {
		if made.ID == inv.CustomerID {
			return
		}
	}
	for _, item := range inv.Items {
		if item.OpenMinor > 0 && item.DueDate < today(b.now, item.TimeZone) {
			b.wide = append(b.wide, inv.CustomerID)
			return
		}
	}
}
