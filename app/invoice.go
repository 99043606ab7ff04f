package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewInvoice is an invoice as it is entered: with instalments, or a due date, or neither, which means the customer's terms.
type NewInvoice struct {
	Source, Number string
	CustomerID     uuid.UUID
	InvoiceDate    calendar.Date
	Currency       money.Currency
	AmountMinor    int64
	PurchaseOrder  string
	PolicyKey      string
	DueDate        calendar.Date
	Instalments    []receivable.InstalmentPart
	ImportID       uuid.NullUUID
}

var errInvoiceNumber = fault.New(fault.Conflict, "invoice.number_taken", "another invoice has this number")

// CreateInvoice enters an invoice and arms its case. The same source and number with the same content answers with the
// record that is there.
// Errors: access.forbidden, receivable.invalid, customer.not_found, policy.not_found, invoice.number_taken.
func (a *App) CreateInvoice(ctx context.Context, who access.Principal, in NewInvoice) (receivable.Invoice, error) {
	var made receivable.Invoice
	if err := access.Require(who, access.InvoicesWrite); err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if err := tx.LockCustomer(ctx, in.CustomerID); err != nil {
			return err
		}
		made, _, err = a.putInvoice(ctx, tx, now, who.ID, id, in)
		return err
	})
	return made, err
}

// putInvoice writes a new invoice and arms its case, or finds the same one; created tells which. The caller holds the
// customer's lock. Error: invoice.number_taken when the one that is there differs.
func (a *App) putInvoice(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID, in NewInvoice) (inv receivable.Invoice, created bool, err error) {
	customer, err := tx.Customer(ctx, in.CustomerID)
	if err != nil {
		return inv, false, err
	}
	if inv, err = in.invoice(id, customer, now, actor); err != nil {
		return inv, false, err
	}
	if err := inv.Validate(); err != nil {
		return inv, false, err
	}
	there, err := tx.InvoiceByNumber(ctx, inv.Source, inv.Number)
	switch {
	case err == nil && sameInvoice(there, inv, in):
		return there, false, nil
	case err == nil:
		return there, false, errInvoiceNumber
	case fault.KindOf(err) != fault.NotFound:
		return inv, false, err
	}
	if err := tx.InsertInvoice(ctx, inv); err != nil {
		return inv, false, err
	}
	if err := recordInvoice(ctx, tx, now, actor, inv, uuid.Nil, "invoice.created", map[string]any{
		"amount_minor": inv.AmountMinor, "currency": inv.Currency, "invoice_date": inv.InvoiceDate,
		"due_date": inv.Items[0].DueDate, "instalments": len(inv.Items),
	}); err != nil {
		return inv, false, err
	}
	return inv, true, a.arm(ctx, tx, now, inv.ID, actor)
}

func (in NewInvoice) invoice(id uuid.UUID, c receivable.Customer, now time.Time, actor string) (receivable.Invoice, error) {
	inv := receivable.Invoice{
		ID: id, Source: orElse(in.Source, defaultSource), Number: in.Number, CustomerID: c.ID, InvoiceDate: in.InvoiceDate,
		Currency: in.Currency, AmountMinor: in.AmountMinor, PurchaseOrder: in.PurchaseOrder, PolicyKey: in.PolicyKey,
		State: receivable.InvoiceValid, AmountsChangedBy: actor, ImportID: in.ImportID, Version: 1, CreatedAt: now,
	}
	list := in.Instalments
	switch {
	case len(list) > 0 && !in.DueDate.IsZero():
		var f receivable.Form
		f.Add("due_date", receivable.CodeUnknown, "does not go together with instalments")
		return inv, f.Err("invoice")
	case len(list) == 0 && !in.DueDate.IsZero():
		list = []receivable.InstalmentPart{{DueDate: in.DueDate, AmountMinor: in.AmountMinor}}
	case len(list) == 0:
		list = []receivable.InstalmentPart{{DueDate: c.Terms.DueDate(in.InvoiceDate), AmountMinor: in.AmountMinor}}
	}
	ids := make([]uuid.UUID, len(list))
	for n := range ids {
		itemID, err := uuid.NewV7()
		if err != nil {
			return inv, err
		}
		ids[n] = itemID
	}
	inv.AddInstalments(list, ids, c.TimeZone)
	return inv, nil
}

// sameInvoice compares what is entered. A due date by terms is not compared: the terms may have changed since.
func sameInvoice(there, sent receivable.Invoice, in NewInvoice) bool {
	stated := len(in.Instalments) > 0 || !in.DueDate.IsZero()
	return there.State == receivable.InvoiceValid && there.CustomerID == sent.CustomerID &&
		there.InvoiceDate == sent.InvoiceDate && there.Currency == sent.Currency && there.AmountMinor == sent.AmountMinor &&
		there.PurchaseOrder == sent.PurchaseOrder && there.PolicyKey == sent.PolicyKey &&
		(!stated || slices.Equal(there.Instalments(), sent.Instalments()))
}

func recordInvoice(ctx context.Context, tx port.Tx, now time.Time, actor string, inv receivable.Invoice, entry uuid.UUID, action string, data map[string]any) error {
	zone := "UTC"
	if len(inv.Items) > 0 {
		zone = inv.Items[0].TimeZone
	}
	return record(ctx, tx, now, actor, event{
		id: entry, action: action, kind: "invoice", subject: inv.ID, customer: inv.CustomerID, invoice: inv.ID,
		on: today(now, zone), data: data,
	})
}

// VoidInvoice declares that an invoice was never valid: nothing of it is owed any more and what was about to be asked stops
// at once. Errors: access.forbidden, receivable.invalid, invoice.not_found, invoice.void, invoice.has_applications.
func (a *App) VoidInvoice(ctx context.Context, who access.Principal, id uuid.UUID, reason string) (receivable.Invoice, error) {
	if err := access.Require(who, access.InvoicesWrite); err != nil {
		return receivable.Invoice{}, err
	}
	if err := checkText("reason", reason); err != nil {
		return receivable.Invoice{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.Invoice, error) { return tx.Invoice(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		customerID, err := tx.LockCustomerOf(ctx, id)
		if err != nil {
			return err
		}
		inv, err := tx.Invoice(ctx, id)
		if err != nil {
			return err
		}
		l := newLedger(tx, now, who.ID)
		for _, item := range inv.Items {
			l.add(item)
		}
		if err := inv.Void(); err != nil {
			return err
		}
		inv.AmountsChangedBy = who.ID
		for _, item := range inv.Items {
			*l.items[item.ID] = item
		}
		if err := tx.UpdateInvoice(ctx, inv); err != nil {
			return err
		}
		if err := l.settle(ctx); err != nil {
			return err
		}
		if err := releaseFlags(ctx, tx, now, who.ID, inv); err != nil {
			return err
		}
		if err := recordInvoice(ctx, tx, now, who.ID, inv, entry, "invoice.voided", map[string]any{
			"amount_minor": inv.AmountMinor, "currency": inv.Currency,
		}); err != nil {
			return err
		}
		return a.factsChanged(ctx, tx, now, customerID, []uuid.UUID{id}, "invoice_voided")
	})
}

// Invoice shows one with its items. Where its collection stands is Case. Errors: access.forbidden, invoice.not_found.
func (a *App) Invoice(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.Invoice, error) {
	return lookup(ctx, a, who, access.InvoicesRead, func(ctx context.Context, tx port.Tx) (receivable.Invoice, error) {
		return tx.Invoice(ctx, id)
	})
}

// InvoiceByNumber shows one by its natural key. Errors: access.forbidden, invoice.not_found.
func (a *App) InvoiceByNumber(ctx context.Context, who access.Principal, source, number string) (receivable.Invoice, error) {
	return lookup(ctx, a, who, access.InvoicesRead, func(ctx context.Context, tx port.Tx) (receivable.Invoice, error) {
		return tx.InvoiceByNumber(ctx, source, number)
	})
}

// ListInvoices lists with where the collection stands. What is overdue is so in the installation's time zone.
// Errors: access.forbidden, page.bad_cursor, invoice.bad_state.
func (a *App) ListInvoices(ctx context.Context, who access.Principal, f port.InvoiceFilter, page port.Page) (port.Paged[port.InvoiceRow], error) {
	now, err := a.clock.Now(ctx)
	if err != nil {
		return port.Paged[port.InvoiceRow]{}, err
	}
	return lookup(ctx, a, who, access.InvoicesRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.InvoiceRow], error) {
		house, err := tx.Installation(ctx)
		if err != nil {
			return port.Paged[port.InvoiceRow]{}, err
		}
		f.Today = today(now, house.TimeZone)
		return tx.ListInvoices(ctx, f, page)
	})
}
