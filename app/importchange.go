package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/receivable"
)

// news is what a row says of an invoice that is there.
type news int

const (
	nothingNew news = iota
	otherContent
	settledNow
)

// says compares a row with the invoice as it stands. A due date that the row leaves to the terms is not compared.
func (b *batch) says(inv receivable.Invoice, row *importRow) news {
	in := row.Row
	stated := len(in.Instalments) > 0 || !in.DueDate.IsZero()
	same := inv.CustomerID == row.customer && inv.InvoiceDate == in.InvoiceDate && inv.Currency == in.Currency &&
		inv.AmountMinor == in.AmountMinor && inv.PurchaseOrder == in.PurchaseOrder &&
		(!stated || equalParts(inv.Instalments(), parts(in, receivable.Terms{})))
	switch {
	case !same:
		return otherContent
	case !in.Settled.IsZero() && inv.OpenMinor() > 0:
		return settledNow
	}
	return nothingNew
}

func equalParts(a, b []receivable.InstalmentPart) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// compare brings an invoice that is there to what the row says of it, or refuses the row.
func (b *batch) compare(ctx context.Context, row *importRow, inv receivable.Invoice) error {
	if b.contradicts(row, inv) {
		row.fate = fateRefused
		return nil
	}
	row.fate = fateUnchanged
	if b.says(inv, row) == otherContent {
		if err := b.change(ctx, row, &inv); err != nil || row.fate == fateRefused {
			return err
		}
	}
	if !row.Row.Settled.IsZero() && inv.OpenMinor() > 0 {
		return b.settle(ctx, row, inv)
	}
	if row.Row.StatesOpen && row.Row.Settled.IsZero() && row.Row.OpenMinor != inv.OpenMinor() {
		row.Flag(intake.FieldOpenAmount, intake.CodeOpenDiffers, "something else is open here; what was paid is not changed by a list")
	}
	return nil
}

// contradicts refuses what can never change of a document.
func (b *batch) contradicts(row *importRow, inv receivable.Invoice) bool {
	switch {
	case inv.State == receivable.InvoiceVoid:
		row.Refuse(intake.FieldNumber, intake.CodeInvoiceVoid, "the invoice was declared void here")
	case inv.CustomerID != row.customer:
		row.Refuse(intake.FieldCustomerNumber, intake.CodeCustomerChanged, "the invoice is another customer's here")
	case inv.Currency != row.Row.Currency:
		row.Refuse(intake.FieldCurrency, intake.CodeCurrencyChanged, "the invoice is in another currency here")
	default:
		return false
	}
	return true
}

// change takes amounts, dates and purchase order over. What was paid or credited stays, so an amount below that is refused.
func (b *batch) change(ctx context.Context, row *importRow, inv *receivable.Invoice) error {
	in, was := row.Row, inv.AmountMinor
	l := newLedger(b.tx, b.now, b.load.who.ID)
	for _, item := range inv.Items {
		l.add(item)
	}
	if !b.revalue(row, inv, l) {
		row.fate = fateRefused
		return nil
	}
	inv.InvoiceDate, inv.PurchaseOrder, inv.AmountMinor = in.InvoiceDate, in.PurchaseOrder, in.AmountMinor
	fields := []string{"header"}
	if len(l.changed()) > 0 {
		inv.AmountsChangedBy = b.load.who.ID
		fields = append(fields, "items")
	}
	if err := b.tx.UpdateInvoice(ctx, *inv); err != nil {
		return err
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	row.fate = fateChanged
	if err := recordInvoice(ctx, b.audits, b.now, b.load.who.ID, *inv, uuid.Nil, "invoice.changed", map[string]any{
		"fields": fields, "amount_minor": inv.AmountMinor, "was_minor": was, "currency": inv.Currency, "import_id": b.load.record.ID,
	}); err != nil {
		return err
	}
	for n := range inv.Items {
		inv.Items[n] = *l.items[inv.Items[n].ID]
	}
	return b.load.app.tell(ctx, l, "imported")
}

// revalue changes the items in the ledger; ok is false when the row was refused.
func (b *batch) revalue(row *importRow, inv *receivable.Invoice, l *ledger) (ok bool) {
	var items []*receivable.Item
	for _, item := range inv.Items {
		if item.Kind == receivable.Instalment {
			items = append(items, l.items[item.ID])
		}
	}
	list := parts(row.Row, b.refs[row.Row.CustomerKey()].Terms)
	if len(list) != len(items) {
		row.Refuse(intake.FieldInstalments, intake.CodeInstalmentsChanged, "the invoice has another number of instalments here")
		return false
	}
	for n, part := range list {
		if len(row.Row.Instalments) == 0 && row.Row.DueDate.IsZero() {
			part.DueDate = items[n].DueDate // by terms: it stays as it was
		}
		switch err := items[n].Revalue(part); fault.CodeOf(err) {
		case "":
		case receivable.CodeBelowClosed:
			row.Refuse(intake.FieldAmount, intake.CodeBelowPaid, "the amount is below what was paid or credited already")
			return false
		default:
			row.Refuse(intake.FieldAmount, intake.CodeInstalmentsChanged, "the amount cannot be changed to this")
			return false
		}
	}
	return true
}

// settle records that the source has been paid since: one receipt for all that is open. A receipt that was reversed here is
// not recorded again; a person knows more than the file.
func (b *batch) settle(ctx context.Context, row *importRow, inv receivable.Invoice) error {
	number := settledReceipt(row.Row.Number)
	_, err := b.tx.ReceiptByNumber(ctx, inv.Source, number)
	if err == nil {
		return nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	open := inv.OpenMinor()
	_, err = b.load.app.putReceipt(ctx, b.tx, b.now, b.load.who.ID, id, NewReceipt{
		Source: inv.Source, Number: number, CustomerID: someID(inv.CustomerID), Currency: inv.Currency, AmountMinor: open,
		ValueDate: row.Row.Settled, Reference: inv.Number,
		Applications: []ReceiptApplication{{InvoiceID: someID(inv.ID), AmountMinor: open}},
	})
	row.fate = fateChanged
	return err
}
