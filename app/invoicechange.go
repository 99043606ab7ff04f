package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// ItemDueDate moves the due date of one item.
type ItemDueDate struct {
	ItemID  uuid.UUID
	DueDate calendar.Date
}

// InvoiceChange changes an invoice; what is nil or empty stays. Version is the one that was read. Instalments replace those
// of an invoice to which nothing was applied, one for one; they sum to its new amount.
type InvoiceChange struct {
	Version       int64
	PurchaseOrder *string
	PolicyKey     *string
	DueDates      []ItemDueDate
	Instalments   []receivable.InstalmentPart
}

// ChangeInvoice changes purchase order, assigned policy, due dates, or amounts before anything was applied. A case keeps the
// policy version that it pinned. Whoever changes due dates or amounts is from then on a proposer of what is asked.
// Errors: access.forbidden, receivable.invalid, invoice.not_found, invoice.changed, invoice.void, invoice.has_applications,
// item.not_found, policy.not_found.
func (a *App) ChangeInvoice(ctx context.Context, who access.Principal, id uuid.UUID, in InvoiceChange) (receivable.Invoice, error) {
	var changed receivable.Invoice
	if err := access.Require(who, access.InvoicesWrite); err != nil {
		return changed, err
	}
	err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		customerID, err := tx.LockCustomerOf(ctx, id)
		if err != nil {
			return err
		}
		was, err := tx.Invoice(ctx, id)
		if err != nil {
			return err
		}
		if err := in.mayChange(was); err != nil {
			return err
		}
		if err := a.changeInvoice(ctx, tx, now, who.ID, was, in); err != nil {
			return err
		}
		if len(in.DueDates)+len(in.Instalments) > 0 {
			if err := a.factsChanged(ctx, tx, now, customerID, []uuid.UUID{id}, "invoice_changed"); err != nil {
				return err
			}
		}
		changed, err = tx.Invoice(ctx, id)
		return err
	})
	return changed, err
}

func (in InvoiceChange) mayChange(inv receivable.Invoice) error {
	if inv.Version != in.Version {
		return fault.New(fault.Precondition, "invoice.changed", "the invoice was changed since it was read")
	}
	if inv.State == receivable.InvoiceVoid {
		return fault.New(fault.Conflict, receivable.CodeVoidInvoice, "the invoice is void")
	}
	return nil
}

// changeInvoice writes the change of one invoice and its audit entry; it tells nobody. The caller holds the customer's lock.
func (a *App) changeInvoice(ctx context.Context, tx port.Tx, now time.Time, actor string, inv receivable.Invoice, in InvoiceChange) error {
	l := newLedger(tx, now, actor)
	for _, item := range inv.Items {
		l.add(item)
	}
	fields := []string{}
	set(&inv.PurchaseOrder, in.PurchaseOrder, "purchase_order", &fields)
	set(&inv.PolicyKey, in.PolicyKey, "policy_key", &fields)
	if err := in.moveDueDates(l, inv); err != nil {
		return err
	}
	if err := in.amend(l, &inv); err != nil {
		return err
	}
	for n := range inv.Items {
		inv.Items[n] = *l.items[inv.Items[n].ID]
	}
	if err := inv.Validate(); err != nil {
		return err
	}
	if len(l.changed()) > 0 {
		inv.AmountsChangedBy = actor
		fields = append(fields, "items")
	}
	if err := tx.UpdateInvoice(ctx, inv); err != nil {
		return err
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	return recordInvoice(ctx, tx, now, actor, inv, uuid.Nil, "invoice.changed", map[string]any{
		"fields": fields, "amount_minor": inv.AmountMinor, "currency": inv.Currency,
	})
}

func (in InvoiceChange) moveDueDates(l *ledger, inv receivable.Invoice) error {
	var f receivable.Form
	for n, move := range in.DueDates {
		item := l.items[move.ItemID]
		path := fmt.Sprintf("due_dates[%d].", n)
		switch {
		case item == nil || item.Kind != receivable.Instalment:
			f.Add(path+"item_id", "item.not_found", "is not an instalment of this invoice")
		case move.DueDate < inv.InvoiceDate:
			f.Add(path+"due_date", receivable.CodeOutOfRange, "lies before the invoice date")
		default:
			f.Date(path+"due_date", move.DueDate)
			item.DueDate, item.AgingDate = move.DueDate, move.DueDate
		}
	}
	return f.Err("invoice")
}

func (in InvoiceChange) amend(l *ledger, inv *receivable.Invoice) error {
	if len(in.Instalments) == 0 {
		return nil
	}
	var instalments []*receivable.Item
	for _, item := range inv.Items {
		if item.Kind == receivable.Instalment {
			instalments = append(instalments, l.items[item.ID])
		}
	}
	if len(instalments) != len(in.Instalments) {
		var f receivable.Form
		f.Add("instalments", receivable.CodeInstalmentsDiffer, "must be as many as the invoice has")
		return f.Err("invoice")
	}
	inv.AmountMinor = 0
	for n, part := range in.Instalments {
		if err := instalments[n].Amend(part); err != nil {
			return err
		}
		inv.AmountMinor += part.AmountMinor
	}
	return nil
}
