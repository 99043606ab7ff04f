package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// ReverseReceipt takes money back that is no longer there: its applications are undone, and the discounts and write-offs
// that it caused with them. Cases come back to where they stood, closed ones too. The claims that it brought are void where
// nobody has decided; a decided one stays, with a task to look at it again. The offsets that were made beside it go with it.
// Errors: access.forbidden, receivable.invalid, receipt.not_found, receipt.reversed, receipt.refunded, receipt.changed.
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

// reverse undoes a receipt and its offsets in a transaction of the caller's, all or none. What waited for a clerk about it is settled.
func (a *App) reverse(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID, reason string, entry uuid.UUID) error {
	list, l, err := lockedToReverse(ctx, tx, now, actor, id)
	if err != nil {
		return err
	}
	waited := make([]bool, len(list))
	var undone []receivable.Application
	for n := range list {
		waited[n] = list[n].Rest() > 0
		off, err := list[n].Reverse(now, reason)
		if err != nil { // nothing has been written
			return err
		}
		undone = append(undone, off...)
	}
	if err := undo(ctx, l, undone); err != nil {
		return err
	}
	if err := undoBrought(ctx, l, list); err != nil {
		return err
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	for n, r := range list {
		if err := recordReceipt(ctx, tx, now, actor, r, entry, "receipt.reversed"); err != nil {
			return err
		}
		if n == 0 {
			entry = uuid.Nil
		}
		if err := settleReversed(ctx, tx, now, actor, r.ID); err != nil {
			return err
		}
	}
	if err := recordUndone(ctx, l, id, "receipt.unapplied"); err != nil {
		return err
	}
	return a.reversed(ctx, l, list, waited)
}

// undoBrought takes back what reversed receipts caused beside their applications, what came last first, and writes them.
func undoBrought(ctx context.Context, l *ledger, list []receivable.Receipt) error {
	for _, r := range list {
		if err := undoWriteOffs(ctx, l, r.ID); err != nil {
			return err
		}
	}
	for n := range slices.Backward(list) {
		r := &list[n]
		if err := undoClaims(ctx, l, r); err != nil {
			return err
		}
		if r.Payer.Match != receivable.MatchNone {
			r.Payer.Match = receivable.MatchDone
		}
		if err := l.tx.UpdateReceipt(ctx, *r); err != nil {
			return err
		}
	}
	return nil
}

// settleReversed ends what was about to happen with a receipt that was reversed.
func settleReversed(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID) error {
	if err := lapseRefunds(ctx, tx, now, actor, id, "receipt_reversed"); err != nil {
		return err
	}
	if err := settleException(ctx, tx, now, actor, id, "reversed"); err != nil {
		return err
	}
	return closeBankExceptions(ctx, tx, now, actor, port.ExceptionMissing, "reversed", port.CashExceptionFilter{ReceiptID: someID(id)})
}

// reversed tells the engine's side: of items that are owed again, and of customers who have less waiting.
func (a *App) reversed(ctx context.Context, l *ledger, list []receivable.Receipt, waited []bool) error {
	if err := a.tell(ctx, l, "receipt_reversed"); err != nil {
		return err
	}
	for n, r := range list {
		rest, whose := waited[n] || r.Rest() > 0, r.CustomerID
		if !whose.Valid && rest {
			whose = r.Payer.LikelyID
		}
		if !whose.Valid {
			continue
		}
		if err := a.reserveChanged(ctx, l.tx, l.now, reserve{whose.UUID, r.Currency, rest}, "receipt_reversed"); err != nil {
			return err
		}
	}
	return nil
}

// lockedToReverse is lockedReceipts of a receipt and of the offsets that stand beside it.
func lockedToReverse(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID) ([]receivable.Receipt, *ledger, error) {
	seen, err := withOffsets(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	return lockedReceipts(ctx, tx, now, actor, seen)
}

// withOffsets reads a receipt and the offsets that stand beside it: what we owe was set against the items because of this payment.
func withOffsets(ctx context.Context, tx port.Tx, id uuid.UUID) ([]receivable.Receipt, error) {
	r, err := tx.Receipt(ctx, id)
	if err != nil {
		return nil, err
	}
	list := []receivable.Receipt{r}
	for n := 0; n < len(list); n++ { // moving an offset may have made another one beside it
		beside, err := tx.OffsetsBeside(ctx, list[n].ID)
		if err != nil {
			return nil, err
		}
		for _, offset := range beside {
			if offset.State != receivable.ReceiptReversed {
				list = append(list, offset)
			}
		}
	}
	return list, nil
}

// lockedReceipt is lockedReceipts of one.
func lockedReceipt(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID) (receivable.Receipt, *ledger, error) {
	seen, err := tx.Receipt(ctx, id)
	if err != nil {
		return seen, nil, err
	}
	list, l, err := lockedReceipts(ctx, tx, now, actor, []receivable.Receipt{seen})
	if err != nil {
		return seen, nil, err
	}
	return list[0], l, nil
}

// lockedReceipts reads receipts under the locks of their customers and of all whose items they touched. What was found to lock
// and what is found under the locks must agree, or someone else was faster.
func lockedReceipts(ctx context.Context, tx port.Tx, now time.Time, actor string, seen []receivable.Receipt) ([]receivable.Receipt, *ledger, error) {
	items, locks, err := touchedBy(ctx, tx, seen...)
	if err != nil {
		return nil, nil, err
	}
	if err := lockCustomers(ctx, tx, locks...); err != nil {
		return nil, nil, err
	}
	list := make([]receivable.Receipt, len(seen))
	for n, was := range seen {
		r, err := tx.Receipt(ctx, was.ID)
		if err != nil {
			return nil, nil, err
		}
		if r.Version != was.Version {
			return nil, nil, fault.New(fault.Precondition, "receipt.changed", "the receipt was changed by someone else; try again")
		}
		list[n] = r
	}
	l := newLedger(tx, now, actor)
	return list, l, l.load(ctx, inOrder(items)...)
}

// touchedBy lists the items that receipts touched, and the customers whose locks a change of the receipts needs.
func touchedBy(ctx context.Context, tx port.Tx, list ...receivable.Receipt) (items, customers []uuid.UUID, err error) {
	for _, r := range list {
		touched, err := itemsOfReceipt(ctx, tx, r)
		if err != nil {
			return nil, nil, err
		}
		items = append(items, touched...)
		for _, whose := range []uuid.NullUUID{r.CustomerID, r.Payer.LikelyID} {
			if whose.Valid {
				customers = append(customers, whose.UUID)
			}
		}
	}
	found, err := tx.ItemsByID(ctx, inOrder(items))
	for _, item := range found {
		customers = append(customers, item.CustomerID)
	}
	return items, customers, err
}

// itemsOfReceipt lists the items that a receipt ever touched: by applications, by differences that it closed, and by claims.
func itemsOfReceipt(ctx context.Context, tx port.Tx, r receivable.Receipt) ([]uuid.UUID, error) {
	var items []uuid.UUID
	for _, application := range r.Applications {
		items = append(items, application.ItemID)
	}
	writeOffs, err := tx.WriteOffsOfReceipt(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	for _, w := range writeOffs {
		items = append(items, w.ItemID)
	}
	brought, err := itemsBrought(ctx, tx, r.ID)
	return append(items, brought...), err
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
