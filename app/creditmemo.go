package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewCreditMemo is a credit memo as it is entered. With an invoice it is applied to it at once, with a claim to the claim's
// items; without either it stands open.
type NewCreditMemo struct {
	Source, Number string
	CustomerID     uuid.UUID
	InvoiceID      uuid.NullUUID
	DisputeID      uuid.NullUUID // the claim that it credits: then it goes on the claim's items
	Currency       money.Currency
	AmountMinor    int64
	MemoDate       calendar.Date
	Reason         string
}

var errMemoNumber = fault.New(fault.Conflict, "credit_memo.number_taken", "another credit memo has this number")

// CreateCreditMemo enters a credit memo. One for an invoice goes on its items, oldest due date first; what exceeds the
// invoice's open amount stays open on the memo and is reserved, like a memo that stands alone. The same source and number
// with the same content answers with the record that is there.
// Errors: access.forbidden, receivable.invalid, credit_memo.number_taken, customer.not_found, invoice.not_found,
// item.currency_differs, item.customer_differs, dispute.not_found, credit_memo.exceeds_claim.
func (a *App) CreateCreditMemo(ctx context.Context, who access.Principal, in NewCreditMemo) (receivable.CreditMemo, error) {
	var made receivable.CreditMemo
	if err := access.Require(who, access.CreditMemosWrite); err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if in.DisputeID.Valid {
			made, err = a.creditClaim(ctx, tx, now, who, id, in)
			return err
		}
		if err := tx.LockCustomer(ctx, in.CustomerID); err != nil {
			return err
		}
		made, _, err = a.putCreditMemo(ctx, tx, now, who.ID, id, in)
		return err
	})
	return made, err
}

// putCreditMemo writes a new memo, or finds the same one; created tells which. The caller holds the customer's lock.
func (a *App) putCreditMemo(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID, in NewCreditMemo) (m receivable.CreditMemo, created bool, err error) {
	m = in.memo(id, now, actor)
	if err := m.Validate(); err != nil {
		return m, false, err
	}
	there, err := tx.CreditMemoByNumber(ctx, m.Source, m.Number)
	switch {
	case err == nil && sameMemo(there, in):
		return there, false, nil
	case err == nil:
		return there, false, errMemoNumber
	case fault.KindOf(err) != fault.NotFound:
		return m, false, err
	}
	l := newLedger(tx, now, actor)
	if err := applyToInvoice(ctx, l, &m); err != nil {
		return m, false, err
	}
	if err := tx.InsertCreditMemo(ctx, m); err != nil {
		return m, false, err
	}
	if err := l.settle(ctx); err != nil {
		return m, false, err
	}
	if err := recordMemo(ctx, l, m, uuid.Nil, "credit_memo.created"); err != nil {
		return m, false, err
	}
	if err := recordCredited(ctx, l, m.ID); err != nil {
		return m, false, err
	}
	return m, true, a.memoChanged(ctx, l, m, m.OpenMinor > 0, "credit_memo_created")
}

func (in NewCreditMemo) memo(id uuid.UUID, now time.Time, actor string) receivable.CreditMemo {
	return receivable.CreditMemo{
		ID: id, Source: orElse(in.Source, defaultSource), Number: in.Number, CustomerID: in.CustomerID, InvoiceID: in.InvoiceID,
		Currency: in.Currency, AmountMinor: in.AmountMinor, OpenMinor: in.AmountMinor, MemoDate: in.MemoDate, Reason: in.Reason,
		State: receivable.CreditMemoValid, CreatedBy: actor, CreatedAt: now, Version: 1,
	}
}

func sameMemo(there receivable.CreditMemo, in NewCreditMemo) bool {
	return there.State == receivable.CreditMemoValid && there.CustomerID == in.CustomerID && there.InvoiceID == in.InvoiceID &&
		there.Currency == in.Currency && there.AmountMinor == in.AmountMinor && there.MemoDate == in.MemoDate &&
		(!in.DisputeID.Valid || there.DisputeID == in.DisputeID)
}

// applyToInvoice puts a memo that names an invoice on its items, oldest due date first.
func applyToInvoice(ctx context.Context, l *ledger, m *receivable.CreditMemo) error {
	if !m.InvoiceID.Valid {
		return nil
	}
	inv, err := l.tx.Invoice(ctx, m.InvoiceID.UUID)
	if err != nil {
		return err
	}
	switch {
	case inv.State == receivable.InvoiceVoid:
		return fault.New(fault.Conflict, receivable.CodeVoidInvoice, "the invoice is void")
	case inv.CustomerID != m.CustomerID:
		return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the invoice is another customer's")
	case inv.Currency != m.Currency:
		return fault.New(fault.Conflict, receivable.CodeCurrencyDiffers, "the invoice is in another currency")
	}
	for _, found := range receivable.OldestFirst(inv.Items) {
		if own(&found) {
			continue // a deduction is credited once it was found valid
		}
		item := l.add(found)
		if part := min(m.OpenMinor, item.OpenMinor); part > 0 {
			if err := credit(l, m, item, part); err != nil {
				return err
			}
		}
	}
	return nil
}

func credit(l *ledger, m *receivable.CreditMemo, item *receivable.Item, minor int64) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return m.ApplyTo(item, minor, id, l.now)
}

// ItemAmount is a part of a credit memo for an item.
type ItemAmount struct {
	ItemID      uuid.UUID
	AmountMinor int64
}

// ApplyCreditMemo puts what is left of a memo on items of its customer.
// Errors: access.forbidden, receivable.invalid, credit_memo.not_found, credit_memo.void, credit_memo.exceeds_open,
// item.not_found, item.currency_differs, item.customer_differs, item.exceeds_open.
func (a *App) ApplyCreditMemo(ctx context.Context, who access.Principal, id uuid.UUID, list []ItemAmount) (receivable.CreditMemo, error) {
	if err := access.Require(who, access.CreditMemosWrite); err != nil {
		return receivable.CreditMemo{}, err
	}
	if err := checkAmounts(list); err != nil {
		return receivable.CreditMemo{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.CreditMemo, error) { return tx.CreditMemo(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		m, l, err := lockedMemo(ctx, tx, now, who.ID, id)
		if err != nil {
			return err
		}
		for n, part := range list {
			if err := l.load(ctx, part.ItemID); err != nil {
				return at(fmt.Sprintf("applications[%d].item_id", n), err)
			}
			if err := credit(l, &m, l.items[part.ItemID], part.AmountMinor); err != nil {
				return at(fmt.Sprintf("applications[%d]", n), err)
			}
		}
		if err := tx.UpdateCreditMemo(ctx, m); err != nil {
			return err
		}
		if err := l.settle(ctx); err != nil {
			return err
		}
		if err := recordMemo(ctx, l, m, entry, "credit_memo.allocated"); err != nil {
			return err
		}
		if err := recordCredited(ctx, l, m.ID); err != nil {
			return err
		}
		return a.memoChanged(ctx, l, m, true, "credit_memo_applied")
	})
}

func checkAmounts(list []ItemAmount) error {
	var f receivable.Form
	if len(list) == 0 || len(list) > maxApplications {
		f.Add("applications", receivable.CodeOutOfRange, "must be 1 to 500")
	}
	for n, part := range list[:min(len(list), maxApplications)] {
		f.Positive(fmt.Sprintf("applications[%d].amount_minor", n), part.AmountMinor)
	}
	return f.Err("credit memo")
}

// lockedMemo reads a memo under its customer's lock; it never goes to another customer's items.
func lockedMemo(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID) (receivable.CreditMemo, *ledger, error) {
	seen, err := tx.CreditMemo(ctx, id)
	if err != nil {
		return seen, nil, err
	}
	if err := tx.LockCustomer(ctx, seen.CustomerID); err != nil {
		return seen, nil, err
	}
	m, err := tx.CreditMemo(ctx, id)
	return m, newLedger(tx, now, actor), err
}

// VoidCreditMemo declares that a memo was never valid: what it reduced is owed again.
// Errors: access.forbidden, receivable.invalid, credit_memo.not_found, credit_memo.void.
func (a *App) VoidCreditMemo(ctx context.Context, who access.Principal, id uuid.UUID, reason string) (receivable.CreditMemo, error) {
	if err := access.Require(who, access.CreditMemosWrite); err != nil {
		return receivable.CreditMemo{}, err
	}
	if err := checkText("reason", reason); err != nil {
		return receivable.CreditMemo{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.CreditMemo, error) { return tx.CreditMemo(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		m, l, err := lockedMemo(ctx, tx, now, who.ID, id)
		if err != nil {
			return err
		}
		waited := m.OpenMinor > 0
		undone, err := m.Void(now)
		if err != nil {
			return err
		}
		if err := takeOff(ctx, l, m, undone); err != nil {
			return err
		}
		if err := tx.UpdateCreditMemo(ctx, m); err != nil {
			return err
		}
		if err := l.settle(ctx); err != nil {
			return err
		}
		if err := recordMemo(ctx, l, m, entry, "credit_memo.voided"); err != nil {
			return err
		}
		if err := recordUndone(ctx, l, m.ID, "credit_memo.unapplied"); err != nil {
			return err
		}
		return a.memoChanged(ctx, l, m, waited, "credit_memo_voided")
	})
}

// takeOff takes a void memo's applications off their items, and off the claim that it credited.
func takeOff(ctx context.Context, l *ledger, m receivable.CreditMemo, undone []receivable.CreditApplication) error {
	for _, application := range undone {
		if err := l.load(ctx, application.ItemID); err != nil {
			return err
		}
		if err := l.items[application.ItemID].Uncredit(application.AmountMinor); err != nil {
			return err
		}
	}
	return uncreditClaim(ctx, l, m, undone)
}

// memoChanged tells the engine's side what a memo changed: items, and what its customer has waiting if its rest did.
func (a *App) memoChanged(ctx context.Context, l *ledger, m receivable.CreditMemo, rest bool, why string) error {
	if err := a.tell(ctx, l, why); err != nil {
		return err
	}
	return a.reserveChanged(ctx, l.tx, l.now, reserve{m.CustomerID, m.Currency, rest}, why)
}

func recordMemo(ctx context.Context, l *ledger, m receivable.CreditMemo, entry uuid.UUID, action string) error {
	return record(ctx, l.tx, l.now, l.actor, event{
		id: entry, action: action, kind: "credit_memo", subject: m.ID, customer: m.CustomerID, on: m.MemoDate,
		data: map[string]any{
			"amount_minor": m.AmountMinor, "applied_minor": m.AppliedMinor, "open_minor": m.OpenMinor, "currency": m.Currency,
		},
	})
}

// recordCredited writes one entry per item that got credit, for its invoice's timeline.
func recordCredited(ctx context.Context, l *ledger, memoID uuid.UUID) error {
	for _, item := range l.changed() {
		was := l.before[item.ID]
		if item.CreditedMinor == was.CreditedMinor {
			continue
		}
		err := record(ctx, l.tx, l.now, l.actor, event{
			action: "credit_memo.applied", kind: "item", subject: item.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
			on: l.today(item),
			data: map[string]any{
				"credit_memo_id": memoID, "amount_minor": item.CreditedMinor - was.CreditedMinor, "open_minor": item.OpenMinor,
				"currency": item.Currency,
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// CreditMemo shows one with its applications. Errors: access.forbidden, credit_memo.not_found.
func (a *App) CreditMemo(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.CreditMemo, error) {
	return lookup(ctx, a, who, access.CreditMemosRead, func(ctx context.Context, tx port.Tx) (receivable.CreditMemo, error) {
		return tx.CreditMemo(ctx, id)
	})
}

// ListCreditMemos lists, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListCreditMemos(ctx context.Context, who access.Principal, f port.CreditMemoFilter, page port.Page) (port.Paged[receivable.CreditMemo], error) {
	return lookup(ctx, a, who, access.CreditMemosRead, func(ctx context.Context, tx port.Tx) (port.Paged[receivable.CreditMemo], error) {
		return tx.ListCreditMemos(ctx, f, page)
	})
}
