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

// Unapply takes money of a receipt off items. With lines it goes to other items in the same transaction; what is left stands on
// the customer's account.
type Unapply struct {
	Applications []uuid.UUID // those that stand; none: all of them
	Lines        []CashLine
	Reason       string
	Version      int64 // of the receipt as it was read; 0 does not compare
}

// UnapplyReceipt takes applications of a receipt off their items, whole, with the discounts and small differences that came with
// them: the items are owed again and their cases go on in the same cycle. Claims that the receipt brought stay: only a reversal
// undoes them. Lines put the money elsewhere at once.
// Errors: access.forbidden, receivable.invalid, receipt.not_found, receipt.reversed, receipt.changed, receipt.held,
// item.exceeds_done, and those of ApplyCashByHand.
func (a *App) UnapplyReceipt(ctx context.Context, who access.Principal, id uuid.UUID, in Unapply) (receivable.Receipt, error) {
	if err := access.Require(who, access.ReceiptsWrite); err != nil {
		return receivable.Receipt{}, err
	}
	if err := checkText("reason", in.Reason); err != nil {
		return receivable.Receipt{}, err
	}
	to := CashByHand{Lines: in.Lines, OnAccount: true}
	if err := to.check(); err != nil {
		return receivable.Receipt{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.Receipt, error) { return tx.Receipt(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		if err := lockForMove(ctx, tx, id, to); err != nil {
			return err
		}
		r, l, err := lockedReceipt(ctx, tx, now, who.ID, id)
		if err != nil {
			return err
		}
		if in.Version != 0 && in.Version != r.Version {
			return fault.New(fault.Precondition, "receipt.changed", "the receipt was changed since it was read")
		}
		c := a.newCash(tx, now, who)
		c.ledger = l
		return c.unapply(ctx, &r, in, to, entry)
	})
}

// lockForMove locks the customers of the items from which money goes and to which it goes, in one order.
func lockForMove(ctx context.Context, tx port.Tx, id uuid.UUID, to CashByHand) error {
	r, err := tx.Receipt(ctx, id)
	if err != nil {
		return err
	}
	_, locks, err := touchedBy(ctx, tx, r)
	if err != nil {
		return err
	}
	if len(to.Lines) > 0 {
		plan, err := to.plan(ctx, tx, &r)
		if err != nil {
			return err
		}
		owners, err := ownersOf(ctx, tx, plan)
		if err != nil {
			return err
		}
		locks = append(locks, owners...)
	}
	return lockCustomers(ctx, tx, locks...)
}

// unapply takes the applications off, and puts what the lines say elsewhere.
func (c *cash) unapply(ctx context.Context, r *receivable.Receipt, in Unapply, to CashByHand, entry uuid.UUID) error {
	var items []uuid.UUID
	taken := 0
	for _, application := range slices.Clone(r.Applications) {
		if application.ReversedAt != nil || len(in.Applications) > 0 && !slices.Contains(in.Applications, application.ID) {
			continue
		}
		if err := c.takeOff(ctx, r, application); err != nil {
			return err
		}
		items, taken = append(items, application.ItemID), taken+1
	}
	if taken == 0 || taken < len(in.Applications) {
		return fault.New(fault.Conflict, receivable.CodeExceedsDone, "no such application stands")
	}
	if err := c.undoSmall(ctx, r, inOrder(items)); err != nil {
		return err
	}
	c.restChanged(r)
	c.old = append(c.old, r)
	if err := c.moveTo(ctx, r, to); err != nil {
		return err
	}
	if err := c.noteReceipt(ctx, r, entry, "receipt.unallocated"); err != nil {
		return err
	}
	return c.finish(ctx, "receipt_unapplied")
}

// takeOff takes one application off its item.
func (c *cash) takeOff(ctx context.Context, r *receivable.Receipt, application receivable.Application) error {
	item := c.ledger.items[application.ItemID]
	undone, err := r.Unapply(item, application.ID, c.now)
	if err != nil {
		return err
	}
	if err := c.ledger.unreceived(ctx, item, undone); err != nil {
		return err
	}
	return c.note(ctx, event{
		action: "receipt.unapplied", kind: "item", subject: item.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
		on: c.ledger.today(item),
		data: map[string]any{
			"cause_id": r.ID, "amount_minor": undone.ItemMinor + undone.DiscountMinor, "open_minor": item.OpenMinor, "currency": item.Currency,
		},
	})
}

// undoSmall opens the small differences again that the receipt closed on items on which nothing of it is left.
func (c *cash) undoSmall(ctx context.Context, r *receivable.Receipt, items []uuid.UUID) error {
	list, err := c.tx.WriteOffsOfReceipt(ctx, r.ID)
	if err != nil {
		return err
	}
	claims, err := c.tx.DisputesOfReceipt(ctx, r.ID)
	if err != nil {
		return err
	}
	var claimed []uuid.UUID
	for _, d := range claims {
		claimed = append(claimed, itemsOfClaim(d)...)
	}
	for _, w := range list {
		left := slices.ContainsFunc(r.Applications, func(a receivable.Application) bool { return a.ItemID == w.ItemID && a.ReversedAt == nil })
		if left || !slices.Contains(items, w.ItemID) || slices.Contains(claimed, w.ItemID) {
			continue
		}
		if err := c.ledger.items[w.ItemID].UndoWriteOff(w.AmountMinor); err != nil {
			return err
		}
		if err := c.tx.ReverseWriteOff(ctx, w.ID, c.now); err != nil {
			return err
		}
	}
	return nil
}

// moveTo puts the money on other items.
func (c *cash) moveTo(ctx context.Context, r *receivable.Receipt, to CashByHand) error {
	if len(to.Lines) == 0 {
		return nil
	}
	plan, err := to.plan(ctx, c.tx, r)
	if err != nil {
		return err
	}
	w := &cashWork{cash: c, r: r}
	if err := w.allowed(ctx, plan); err != nil {
		return err
	}
	return c.carryOut(ctx, r, plan)
}
