package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// ReverseReceipt takes money back that is no longer there: its applications are undone, and the discounts and write-offs
// that it caused with them. Cases come back to where they stood, closed ones too. The claims that it brought are void where
// nobody has decided; a decided one stays, with a task to look at it again.
// Errors: access.forbidden, receivable.invalid, receipt.not_found, receipt.reversed, receipt.changed.
func (a *App) ReverseReceipt(ctx context.Context, who access.Principal, id uuid.UUID, reason string) (receivable.Receipt, error) {
	if err := access.Require(who, access.ReceiptsWrite); err != nil {
		return receivable.Receipt{}, err
	}
	if err := checkText("reason", reason); err != nil {
		return receivable.Receipt{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.Receipt, error) { return tx.Receipt(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		return a.reverse(ctx, tx, now, who.ID, id, reason, entry)
	})
}

// reverse undoes a receipt in a transaction of the caller's. What waited for a clerk about it is settled.
func (a *App) reverse(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID, reason string, entry uuid.UUID) error {
	r, l, err := lockedReceipt(ctx, tx, now, actor, id)
	if err != nil {
		return err
	}
	waited := r.Rest() > 0
	likely := r.Payer.LikelyID
	undone, err := r.Reverse(now, reason)
	if err != nil {
		return err
	}
	if err := undo(ctx, l, undone); err != nil {
		return err
	}
	if err := undoWriteOffs(ctx, l, id); err != nil {
		return err
	}
	if err := undoClaims(ctx, l, &r); err != nil {
		return err
	}
	if r.Payer.Match != receivable.MatchNone {
		r.Payer.Match = receivable.MatchDone
	}
	if err := tx.UpdateReceipt(ctx, r); err != nil {
		return err
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	if err := recordReceipt(ctx, tx, now, actor, r, entry, "receipt.reversed"); err != nil {
		return err
	}
	if err := recordUndone(ctx, l, r.ID, "receipt.unapplied"); err != nil {
		return err
	}
	if err := lapseRefunds(ctx, tx, now, actor, r.ID, "receipt_reversed"); err != nil {
		return err
	}
	if err := settleException(ctx, tx, now, actor, r.ID, "reversed"); err != nil {
		return err
	}
	of := port.CashExceptionFilter{ReceiptID: someID(r.ID)}
	if err := closeBankExceptions(ctx, tx, now, actor, port.ExceptionMissing, "reversed", of); err != nil {
		return err
	}
	if !r.CustomerID.Valid && likely.Valid && waited {
		return a.reserveChanged(ctx, tx, now, reserve{likely.UUID, r.Currency, true}, "receipt_reversed")
	}
	return a.receiptChanged(ctx, l, r, waited || r.Rest() > 0, "receipt_reversed")
}

// lockedReceipt reads a receipt under the locks of its customer and of all whose items it touched. What was found to lock
// and what is found under the locks must agree, or someone else was faster.
func lockedReceipt(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID) (receivable.Receipt, *ledger, error) {
	seen, err := tx.Receipt(ctx, id)
	if err != nil {
		return seen, nil, err
	}
	var items []uuid.UUID
	for _, application := range seen.Applications {
		items = append(items, application.ItemID)
	}
	writeOffs, err := tx.WriteOffsOfReceipt(ctx, id)
	if err != nil {
		return seen, nil, err
	}
	for _, w := range writeOffs {
		items = append(items, w.ItemID)
	}
	broughtItems, err := itemsBrought(ctx, tx, id)
	if err != nil {
		return seen, nil, err
	}
	items = append(items, broughtItems...)
	scout := newLedger(tx, now, actor)
	if err := scout.load(ctx, items...); err != nil {
		return seen, nil, err
	}
	locks := scout.customers()
	for _, whose := range []uuid.NullUUID{seen.CustomerID, seen.Payer.LikelyID} {
		if whose.Valid {
			locks = append(locks, whose.UUID)
		}
	}
	if err := lockCustomers(ctx, tx, locks...); err != nil {
		return seen, nil, err
	}
	r, err := tx.Receipt(ctx, id)
	if err != nil {
		return r, nil, err
	}
	if r.Version != seen.Version {
		return r, nil, fault.New(fault.Precondition, "receipt.changed", "the receipt was changed by someone else; try again")
	}
	l := newLedger(tx, now, actor)
	return r, l, l.load(ctx, inOrder(items)...)
}

func undo(ctx context.Context, l *ledger, undone []receivable.Application) error {
	for _, application := range undone {
		item := l.items[application.ItemID]
		if err := application.Undo(item); err != nil {
			return err
		}
		if err := l.unreceived(ctx, item, application); err != nil {
			return err
		}
	}
	return nil
}

func undoWriteOffs(ctx context.Context, l *ledger, receiptID uuid.UUID) error {
	caused, err := l.tx.WriteOffsOfReceipt(ctx, receiptID)
	if err != nil {
		return err
	}
	for _, w := range caused {
		if err := l.load(ctx, w.ItemID); err != nil {
			return err
		}
		if err := l.items[w.ItemID].UndoWriteOff(w.AmountMinor); err != nil {
			return err
		}
		if err := l.tx.ReverseWriteOff(ctx, w.ID, l.now); err != nil {
			return err
		}
	}
	return nil
}

// recordUndone writes one entry per item that is owed again, for its invoice's timeline.
func recordUndone(ctx context.Context, l *ledger, cause uuid.UUID, action string) error {
	for _, item := range l.changed() {
		was := l.before[item.ID]
		if item.OpenMinor <= was.OpenMinor {
			continue // a deduction that is void with it
		}
		err := record(ctx, l.tx, l.now, l.actor, event{
			action: action, kind: "item", subject: item.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
			on: l.today(item),
			data: map[string]any{
				"cause_id": cause, "amount_minor": item.OpenMinor - was.OpenMinor, "open_minor": item.OpenMinor,
				"currency": item.Currency,
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
