package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewWriteOff closes an amount without money. ReceiptID names the receipt that caused it, with which it is reversed. The
// currency is the item's, stated so that a mistake shows.
type NewWriteOff struct {
	ItemID      uuid.UUID
	ReceiptID   uuid.NullUUID
	Kind        receivable.WriteOffKind
	AmountMinor int64
	Currency    money.Currency
	Reason      string
}

// WriteOff closes an amount of an item. It needs a supervisor: money is given up.
// Errors: access.forbidden, receivable.invalid, item.not_found, item.currency_differs, item.exceeds_open,
// receipt.not_found, receipt.reversed.
func (a *App) WriteOff(ctx context.Context, who access.Principal, in NewWriteOff) (receivable.WriteOff, error) {
	var made receivable.WriteOff
	if err := mayWriteOff(who); err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		l, item, err := lockedItem(ctx, tx, now, who.ID, in.ItemID)
		if err != nil {
			return err
		}
		made = receivable.WriteOff{
			ID: id, ItemID: item.ID, ReceiptID: in.ReceiptID, Kind: in.Kind, AmountMinor: in.AmountMinor, Reason: in.Reason,
			CreatedBy: who.ID, CreatedAt: now,
		}
		if done, err := writtenBefore(ctx, tx, item, made); err != nil || done {
			return err
		}
		if err := made.Validate(); err != nil {
			return err
		}
		if err := checkCurrency(in.Currency, item.Currency); err != nil {
			return err
		}
		if err := causeStands(ctx, tx, in.ReceiptID); err != nil {
			return err
		}
		if err := item.WriteOff(in.AmountMinor); err != nil {
			return err
		}
		if err := tx.InsertWriteOff(ctx, made); err != nil {
			return err
		}
		if err := l.settle(ctx); err != nil {
			return err
		}
		if err := record(ctx, tx, now, who.ID, event{
			id: made.ID, action: "write_off.made", kind: "write_off", subject: made.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
			on: l.today(item),
			data: map[string]any{
				"item_id": item.ID, "kind": made.Kind, "amount_minor": made.AmountMinor, "open_minor": item.OpenMinor,
				"currency": item.Currency,
			},
		}); err != nil {
			return err
		}
		return a.tell(ctx, l, "written_off")
	})
	return made, err
}

// mayWriteOff: writing off is a supervisor's decision, whatever else the role may do with receipts.
func mayWriteOff(who access.Principal) error {
	if err := access.Require(who, access.ReceiptsWrite); err != nil {
		return err
	}
	if !who.Role.AtLeast(access.Supervisor) {
		return fault.New(fault.Forbidden, access.CodeForbidden, "a write-off needs a supervisor")
	}
	return nil
}

// writtenBefore finds the write-off of an earlier attempt of the same request.
func writtenBefore(ctx context.Context, tx port.Tx, item *receivable.Item, w receivable.WriteOff) (bool, error) {
	if _, ok := port.RequestID(ctx); !ok {
		return false, nil
	}
	if !item.InvoiceID.Valid {
		return doneBefore(ctx, tx)
	}
	list, err := tx.WriteOffsOfInvoice(ctx, item.InvoiceID.UUID)
	for _, before := range list {
		if before.ID == w.ID {
			return true, nil
		}
	}
	return false, err
}

func causeStands(ctx context.Context, tx port.Tx, receiptID uuid.NullUUID) error {
	if !receiptID.Valid {
		return nil
	}
	r, err := tx.Receipt(ctx, receiptID.UUID)
	if err != nil {
		return err
	}
	if r.State == receivable.ReceiptReversed {
		return fault.New(fault.Conflict, receivable.CodeReceiptReversed, "the receipt was reversed")
	}
	return nil
}

// ListWriteOffs lists those on an invoice's items, undone ones included. Errors: access.forbidden, invoice.not_found.
func (a *App) ListWriteOffs(ctx context.Context, who access.Principal, invoiceID uuid.UUID) ([]receivable.WriteOff, error) {
	return lookup(ctx, a, who, access.ReceiptsRead, func(ctx context.Context, tx port.Tx) ([]receivable.WriteOff, error) {
		if _, err := tx.Invoice(ctx, invoiceID); err != nil {
			return nil, err
		}
		return tx.WriteOffsOfInvoice(ctx, invoiceID)
	})
}
