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

// NewPromise is a customer's commitment as it is entered. The currency is the invoice's, stated so that a mistake shows.
type NewPromise struct {
	InvoiceID   uuid.UUID
	AmountMinor int64
	Currency    money.Currency
	DueOn       calendar.Date
	GraceDays   int
	Note        string
}

// MakePromise records a promise to pay: the promised part of the invoice, oldest item first, is held to its date plus grace.
// Errors: access.forbidden, receivable.invalid, invoice.not_found, invoice.void, item.currency_differs,
// promise.exceeds_open.
func (a *App) MakePromise(ctx context.Context, who access.Principal, in NewPromise) (receivable.Promise, error) {
	var p receivable.Promise
	if err := access.Require(who, access.PromisesWrite); err != nil {
		return p, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return p, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if _, err := tx.LockCustomerOf(ctx, in.InvoiceID); err != nil {
			return err
		}
		before, found, err := madeBefore(ctx, tx.Promise)
		if err != nil || found {
			p = before
			return err
		}
		inv, err := tx.Invoice(ctx, in.InvoiceID)
		if err != nil {
			return err
		}
		p = in.promise(id, inv, now, who.ID)
		if err := p.Validate(); err != nil {
			return err
		}
		if err := in.allocate(ctx, tx, inv, &p); err != nil {
			return err
		}
		if err := tx.InsertPromise(ctx, p); err != nil {
			return err
		}
		if err := record(ctx, tx, now, who.ID, event{
			action: "promise.made", kind: "promise", subject: p.ID, customer: p.CustomerID, invoice: p.InvoiceID, on: p.PromisedOn,
			data: map[string]any{
				"amount_minor": p.AmountMinor, "currency": p.Currency, "due_on": p.DueOn, "grace_days": p.GraceDays,
			},
		}); err != nil {
			return err
		}
		return a.factsChanged(ctx, tx, now, p.CustomerID, []uuid.UUID{p.InvoiceID}, "promise_made")
	})
	return p, err
}

func (in NewPromise) promise(id uuid.UUID, inv receivable.Invoice, now time.Time, actor string) receivable.Promise {
	return receivable.Promise{
		ID: id, CustomerID: inv.CustomerID, InvoiceID: inv.ID, AmountMinor: in.AmountMinor, Currency: inv.Currency,
		PromisedOn: today(now, inv.Items[0].TimeZone), DueOn: in.DueOn, GraceDays: in.GraceDays, State: receivable.PromiseOpen,
		Note: in.Note, CreatedBy: actor, CreatedAt: now, Version: 1,
	}
}

func (in NewPromise) allocate(ctx context.Context, tx port.Tx, inv receivable.Invoice, p *receivable.Promise) error {
	if inv.State == receivable.InvoiceVoid {
		return fault.New(fault.Conflict, receivable.CodeVoidInvoice, "the invoice is void")
	}
	if err := checkCurrency(in.Currency, inv.Currency); err != nil {
		return err
	}
	others, err := tx.PromisesOfInvoice(ctx, inv.ID)
	if err != nil {
		return err
	}
	// What was withheld is no part of what was promised for the invoice.
	items := slices.DeleteFunc(slices.Clone(inv.Items), func(item receivable.Item) bool { return own(&item) })
	return p.Allocate(items, others)
}

// WithdrawPromise ends an open promise without a verdict; what it held is chased again.
// Errors: access.forbidden, receivable.invalid, promise.not_found, promise.not_open.
func (a *App) WithdrawPromise(ctx context.Context, who access.Principal, id uuid.UUID, reason string) (receivable.Promise, error) {
	if err := access.Require(who, access.PromisesWrite); err != nil {
		return receivable.Promise{}, err
	}
	if err := checkText("reason", reason); err != nil {
		return receivable.Promise{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.Promise, error) { return tx.Promise(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		seen, err := tx.Promise(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.LockCustomer(ctx, seen.CustomerID); err != nil {
			return err
		}
		p, err := tx.Promise(ctx, id)
		if err != nil {
			return err
		}
		customer, err := tx.Customer(ctx, p.CustomerID)
		if err != nil {
			return err
		}
		if err := p.Withdraw(today(now, customer.TimeZone)); err != nil {
			return err
		}
		if err := tx.UpdatePromise(ctx, p); err != nil {
			return err
		}
		if err := recordPromise(ctx, tx, now, who.ID, p, entry); err != nil {
			return err
		}
		return a.factsChanged(ctx, tx, now, p.CustomerID, []uuid.UUID{p.InvoiceID}, "promise_withdrawn")
	})
}

// Promise shows one. Errors: access.forbidden, promise.not_found.
func (a *App) Promise(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.Promise, error) {
	return lookup(ctx, a, who, access.PromisesRead, func(ctx context.Context, tx port.Tx) (receivable.Promise, error) {
		return tx.Promise(ctx, id)
	})
}

// ListPromises lists, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListPromises(ctx context.Context, who access.Principal, f port.HoldFilter, page port.Page) (port.Paged[receivable.Promise], error) {
	return lookup(ctx, a, who, access.PromisesRead, func(ctx context.Context, tx port.Tx) (port.Paged[receivable.Promise], error) {
		return tx.ListPromises(ctx, f, page)
	})
}
