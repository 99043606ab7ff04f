package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewReceipt is money that arrived, as it is entered. Without applications it stands on account when the customer is known,
// else unapplied.
type NewReceipt struct {
	Source, Number string
	CustomerID     uuid.NullUUID
	Kind           string // bank or offset; bank unless told
	Currency       money.Currency
	AmountMinor    int64
	ValueDate      calendar.Date
	Reference      string
	Applications   []ReceiptApplication
}

// ReceiptApplication puts a part of a receipt on an item, or on an invoice by id or number: then on its items, oldest due
// date first. DiscountMinor is what the payer took off for paying early.
type ReceiptApplication struct {
	ItemID        uuid.NullUUID
	InvoiceID     uuid.NullUUID
	InvoiceNumber string // of the receipt's customer
	AmountMinor   int64
	DiscountMinor int64
}

var errReceiptNumber = fault.New(fault.Conflict, "receipt.number_taken", "another receipt has this number")

// RecordReceipt enters money and applies it in one transaction; what it pays is no longer asked for. The same source and
// number with the same content answers with the record that is there.
// Errors: access.forbidden, receivable.invalid, receipt.number_taken, customer.not_found, item.not_found,
// invoice.not_found, invoice.ambiguous, item.currency_differs, item.customer_differs, item.exceeds_open,
// receipt.exceeds_rest, receipt.discount_unearned.
func (a *App) RecordReceipt(ctx context.Context, who access.Principal, in NewReceipt) (receivable.Receipt, error) {
	var made receivable.Receipt
	if err := access.Require(who, access.ReceiptsWrite); err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		made, err = a.putReceipt(ctx, tx, now, who.ID, id, in)
		return err
	})
	return made, err
}

// putReceipt writes a new receipt with its applications, or finds the same one.
func (a *App) putReceipt(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID, in NewReceipt) (receivable.Receipt, error) {
	r := in.receipt(id, now, actor)
	if err := r.Validate(); err != nil {
		return r, err
	}
	there, err := tx.ReceiptByNumber(ctx, r.Source, r.Number)
	switch {
	case err == nil && sameReceipt(there, in):
		return there, nil
	case err == nil:
		return there, errReceiptNumber
	case fault.KindOf(err) != fault.NotFound:
		return r, err
	}
	ap, err := a.openApplier(ctx, tx, now, actor, &r, in.Applications)
	if err != nil {
		return r, err
	}
	if err := ap.apply(ctx); err != nil {
		return r, err
	}
	if err := tx.InsertReceipt(ctx, r); err != nil {
		return r, err
	}
	if err := ap.ledger.settle(ctx); err != nil {
		return r, err
	}
	if err := recordReceipt(ctx, tx, now, actor, r, uuid.Nil, "receipt.recorded"); err != nil {
		return r, err
	}
	if err := ap.recordApplied(ctx, "receipt.applied"); err != nil {
		return r, err
	}
	return r, a.receiptChanged(ctx, ap.ledger, r, r.Rest() > 0, "receipt_recorded")
}

func (in NewReceipt) receipt(id uuid.UUID, now time.Time, actor string) receivable.Receipt {
	r := receivable.Receipt{
		ID: id, Source: orElse(in.Source, defaultSource), Number: in.Number, Kind: orElse(in.Kind, "bank"), Currency: in.Currency,
		AmountMinor: in.AmountMinor, GrossMinor: in.AmountMinor, UnappliedMinor: in.AmountMinor, ValueDate: in.ValueDate,
		Reference: in.Reference, State: receivable.ReceiptRecorded, CreatedBy: actor, CreatedAt: now, Version: 1,
	}
	if in.CustomerID.Valid {
		r.Identify(in.CustomerID.UUID)
	}
	return r
}

// sameReceipt compares what is entered; how it was applied may have changed since.
func sameReceipt(there receivable.Receipt, in NewReceipt) bool {
	return there.Currency == in.Currency && there.GrossMinor == in.AmountMinor && there.ValueDate == in.ValueDate &&
		there.Kind == orElse(in.Kind, "bank") && there.Reference == in.Reference &&
		(!in.CustomerID.Valid || there.CustomerID == in.CustomerID)
}

// receiptChanged tells the engine's side what a receipt changed: items, and what its customer has waiting if its rest did.
func (a *App) receiptChanged(ctx context.Context, l *ledger, r receivable.Receipt, rest bool, why string) error {
	if err := a.tell(ctx, l, why); err != nil {
		return err
	}
	if !r.CustomerID.Valid {
		return nil
	}
	return a.reserveChanged(ctx, l.tx, l.now, reserve{r.CustomerID.UUID, r.Currency, rest}, why)
}

func recordReceipt(ctx context.Context, tx port.Tx, now time.Time, actor string, r receivable.Receipt, entry uuid.UUID, action string) error {
	return record(ctx, tx, now, actor, event{
		id: entry, action: action, kind: "receipt", subject: r.ID, customer: r.CustomerID.UUID, on: r.ValueDate,
		data: map[string]any{
			"gross_minor": r.GrossMinor, "applied_minor": r.AppliedMinor, "rest_minor": r.Rest(), "currency": r.Currency,
			"value_date": r.ValueDate,
		},
	})
}

// ApplyReceipt applies the rest of a receipt, whole or in part. The customer says whose money it is, when that was not
// known before.
// Errors: as RecordReceipt, and receipt.not_found, receipt.reversed, receipt.held, receipt.changed, receipt.customer_known,
// cash_exception.taken.
func (a *App) ApplyReceipt(ctx context.Context, who access.Principal, id uuid.UUID, customerID uuid.NullUUID, list []ReceiptApplication) (receivable.Receipt, error) {
	if err := access.Require(who, access.ReceiptsWrite); err != nil {
		return receivable.Receipt{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.Receipt, error) { return tx.Receipt(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		r, err := tx.Receipt(ctx, id)
		if err != nil {
			return err
		}
		if r.State == receivable.ReceiptReversed && r.Rest() == 0 {
			return fault.New(fault.Conflict, receivable.CodeReceiptReversed, "the receipt was reversed")
		}
		if err := notAnothers(ctx, tx, now, who.ID, r); err != nil {
			return err
		}
		if err := identify(&r, customerID); err != nil {
			return err
		}
		ap, err := a.openApplier(ctx, tx, now, who.ID, &r, list)
		if err != nil {
			return err
		}
		if err := ap.apply(ctx); err != nil {
			return err
		}
		waited := r.Payer
		if r.Rest() == 0 && (waited.Match == receivable.MatchProposed || waited.Match == receivable.MatchUnidentified) {
			r.Payer.Match = receivable.MatchDone
		}
		if err := leavesRefunds(ctx, tx, r); err != nil {
			return err
		}
		if err := tx.UpdateReceipt(ctx, r); err != nil {
			return err
		}
		if err := followException(ctx, tx, now, who.ID, r, "by_hand"); err != nil {
			return err
		}
		if err := ap.ledger.settle(ctx); err != nil {
			return err
		}
		if err := recordReceipt(ctx, tx, now, who.ID, r, entry, "receipt.allocated"); err != nil {
			return err
		}
		if err := ap.recordApplied(ctx, "receipt.applied"); err != nil {
			return err
		}
		if waited.LikelyID.Valid && waited.LikelyID != r.CustomerID {
			if err := a.reserveChanged(ctx, tx, now, reserve{waited.LikelyID.UUID, r.Currency, true}, "receipt_applied"); err != nil {
				return err
			}
		}
		return a.receiptChanged(ctx, ap.ledger, r, true, "receipt_applied")
	})
}

func identify(r *receivable.Receipt, customerID uuid.NullUUID) error {
	switch {
	case !customerID.Valid || r.CustomerID == customerID:
		return nil
	case r.CustomerID.Valid:
		return fault.New(fault.Conflict, "receipt.customer_known", "the receipt is another customer's")
	}
	r.Identify(customerID.UUID)
	return nil
}

// Receipt shows one with its applications. Errors: access.forbidden, receipt.not_found.
func (a *App) Receipt(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.Receipt, error) {
	return lookup(ctx, a, who, access.ReceiptsRead, func(ctx context.Context, tx port.Tx) (receivable.Receipt, error) {
		return tx.Receipt(ctx, id)
	})
}

// ListReceipts lists, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListReceipts(ctx context.Context, who access.Principal, f port.ReceiptFilter, page port.Page) (port.Paged[receivable.Receipt], error) {
	return lookup(ctx, a, who, access.ReceiptsRead, func(ctx context.Context, tx port.Tx) (port.Paged[receivable.Receipt], error) {
		return tx.ListReceipts(ctx, f, page)
	})
}
