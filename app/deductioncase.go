package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/domain/receivable"
)

// armDenied gives the items of a claim of which a denied part is open their collection under the repayment policy. The id of
// such a case is the item's. One that was armed before was nudged with its item. The caller holds the customer's lock, and
// the items are written.
func (a *App) armDenied(ctx context.Context, l *ledger, d dispute.Dispute) error {
	for _, p := range d.Parts {
		if p.DeniedMinor == 0 || !p.ItemID.Valid {
			continue
		}
		item := l.items[p.ItemID.UUID]
		if item == nil || !own(item) {
			continue
		}
		if err := a.armDeduction(ctx, l, item); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) armDeduction(ctx context.Context, l *ledger, item *receivable.Item) error {
	_, err := l.tx.Case(ctx, item.ID)
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	if err := ensureRepayment(ctx, l); err != nil {
		return err
	}
	return a.arm(ctx, l.tx, l.now, item.ID, l.actor)
}

// ensureRepayment publishes the shipped repayment policy where an installation has none yet: one that was set up before
// there were deductions.
func ensureRepayment(ctx context.Context, l *ledger) error {
	shipped := policy.DefaultRepayment()
	_, err := l.tx.PolicyVersionByNumber(ctx, shipped.Key, 0)
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	_, err = publish(ctx, l.tx, l.now, system, id, shipped)
	return err
}

// taskReview is the kind of the task to look again at a claim that was decided.
const taskReview = "dispute_review"

// reviewClaim asks a supervisor to look at a claim that was decided before the receipt behind it was reversed.
func reviewClaim(ctx context.Context, l *ledger, d dispute.Dispute, receiptID uuid.UUID) error {
	customer, err := l.tx.Customer(ctx, d.CustomerID)
	if err != nil {
		return err
	}
	return openTask(ctx, l.tx, l.now, l.actor, casework.Task{
		Kind: taskReview, Dedupe: taskReview + "/" + d.ID.String() + "/" + receiptID.String(), CustomerID: someID(d.CustomerID),
		InvoiceID: invoiceOfClaim(d), DisputeID: someID(d.ID), Role: string(access.Supervisor),
		Summary: fmt.Sprintf("The receipt behind D-%d was reversed; see whether the decision stands", d.Number),
		DueOn:   today(l.now, customer.TimeZone),
	})
}
