package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// subjectRefund is the kind of an approval that is about paying money back.
const subjectRefund = "refund"

// maxToAccount bounds the account to which money goes back, in characters.
const maxToAccount = 140

// NewRefund proposes to pay money of a receipt back.
type NewRefund struct {
	ReceiptID   uuid.UUID
	AmountMinor int64
	Reason      string
	ToAccount   string // as the ERP knows it; empty: where it came from
}

// ProposeRefund asks for approval of paying money back that is on no item. Another person approves, within the approval limits
// of kind refund: a supervisor up to its limit, else an admin. The money is still there until the ERP says that it paid.
// Errors: access.forbidden, receivable.invalid, receipt.not_found, receipt.reversed, receipt.held, receipt.exceeds_rest.
func (a *App) ProposeRefund(ctx context.Context, who access.Principal, in NewRefund) (port.Refund, error) {
	if err := access.Require(who, access.ReceiptsWrite); err != nil {
		return port.Refund{}, err
	}
	var f receivable.Form
	f.Positive("amount_minor", in.AmountMinor)
	f.Required("reason", in.Reason, maxReason)
	f.Line("to_account", in.ToAccount, maxToAccount)
	if err := f.Err("refund"); err != nil {
		return port.Refund{}, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return port.Refund{}, err
	}
	var made port.Refund
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		before, found, err := madeBefore(ctx, tx.Refund)
		if err != nil || found {
			made = before
			return err
		}
		made, err = a.proposeRefund(ctx, tx, now, who, id, in)
		return err
	})
	return made, err
}

func (a *App) proposeRefund(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, id uuid.UUID, in NewRefund) (port.Refund, error) {
	r, err := lockedRest(ctx, tx, in.ReceiptID)
	if err != nil {
		return port.Refund{}, err
	}
	pending, err := refundsOf(ctx, tx, r.ID, port.RefundProposed, port.RefundApproved)
	if err != nil {
		return port.Refund{}, err
	}
	if err := refundable(r, in.AmountMinor, pending); err != nil {
		return port.Refund{}, err
	}
	if !r.CustomerID.Valid { // nobody's lock keeps a second proposal away: the receipt's version does
		if err := tx.UpdateReceipt(ctx, r); err != nil {
			return port.Refund{}, err
		}
	}
	made := port.Refund{
		ID: id, ReceiptID: r.ID, CustomerID: r.CustomerID, Currency: r.Currency, AmountMinor: in.AmountMinor, Reason: in.Reason, ToAccount: in.ToAccount,
		State: port.RefundProposed, ProposedBy: who.ID, ProposedAt: now, Version: 1,
	}
	if made.ContentHash, err = refundHash(made); err != nil {
		return made, err
	}
	if err := askForRefund(ctx, tx, now, who.ID, &made); err != nil {
		return made, err
	}
	if err := tx.InsertRefund(ctx, made); err != nil {
		return made, err
	}
	return made, recordRefund(ctx, tx, now, who.ID, made, id, "refund.proposed")
}

// askForRefund asks for approval where the money is a customer's; what is nobody's is decided on by DecideRefund.
func askForRefund(ctx context.Context, tx port.Tx, now time.Time, actor string, made *port.Refund) error {
	if !made.CustomerID.Valid {
		return nil
	}
	ap, err := refundApproval(ctx, tx, now, *made)
	if err != nil {
		return err
	}
	made.ApprovalID = someID(ap.ID)
	return askApproval(ctx, tx, now, actor, ap, uuid.NullUUID{})
}

// lockedRest reads a receipt under the lock of whose money it is, or most likely is.
func lockedRest(ctx context.Context, tx port.Tx, id uuid.UUID) (receivable.Receipt, error) {
	seen, err := tx.Receipt(ctx, id)
	if err != nil {
		return seen, err
	}
	var locks []uuid.UUID
	for _, whose := range []uuid.NullUUID{seen.CustomerID, seen.Payer.LikelyID} {
		if whose.Valid {
			locks = append(locks, whose.UUID)
		}
	}
	if err := lockCustomers(ctx, tx, locks...); err != nil {
		return seen, err
	}
	r, err := tx.Receipt(ctx, id)
	if err == nil && r.Version != seen.Version {
		return r, fault.New(fault.Precondition, "receipt.changed", "the receipt was changed by someone else; try again")
	}
	return r, err
}

// refundable refuses to pay back what is not there beside others of its refunds, or what may not leave the house.
func refundable(r receivable.Receipt, minor int64, others []port.Refund) error {
	switch {
	case r.State == receivable.ReceiptReversed:
		return fault.New(fault.Conflict, receivable.CodeReceiptReversed, "the receipt was reversed")
	case frozen(r.Payer.HeldReason):
		return fault.New(fault.Conflict, receivable.CodeReceiptHeld, "the money is held; release it first")
	case minor > r.Rest()-sumOfRefunds(others):
		return fault.New(fault.Conflict, receivable.CodeExceedsRest, "the amount exceeds what is left of the receipt")
	}
	return nil
}

// frozen reports whether money that is held for a reason may not even go back.
func frozen(why receivable.HeldReason) bool {
	return why == receivable.HeldSanctions || why == receivable.HeldLegal
}

// refundHash is the digest of what would be paid to whom.
func refundHash(r port.Refund) ([32]byte, error) {
	text, err := json.Marshal([]any{r.ReceiptID, r.Currency, r.AmountMinor, r.ToAccount, r.Reason})
	return sha256.Sum256(text), err
}

// PayRefund says that the ERP has paid a refund: the money is gone from the receipt.
// Errors: access.forbidden, receivable.invalid, refund.not_found, refund.not_approved, refund.changed, receipt.exceeds_rest.
func (a *App) PayRefund(ctx context.Context, who access.Principal, id uuid.UUID, on calendar.Date, version int64) (port.Refund, error) {
	if err := access.Require(who, access.ReceiptsWrite); err != nil {
		return port.Refund{}, err
	}
	var f receivable.Form
	f.Date("paid_on", on)
	if err := f.Err("refund"); err != nil {
		return port.Refund{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (port.Refund, error) { return tx.Refund(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		seen, err := tx.Refund(ctx, id)
		if err != nil {
			return err
		}
		receipt, err := lockedRest(ctx, tx, seen.ReceiptID)
		if err != nil {
			return err
		}
		r, err := tx.Refund(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case version != 0 && version != r.Version:
			return fault.New(fault.Precondition, "refund.changed", "the refund was changed since it was read")
		case r.State != port.RefundApproved:
			return fault.Newf(fault.Conflict, "refund.not_approved", "the refund is %s", r.State)
		}
		return a.payRefund(ctx, tx, now, who, r, &receipt, on, entry)
	})
}

func (a *App) payRefund(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, r port.Refund, receipt *receivable.Receipt, on calendar.Date, entry uuid.UUID) error {
	if err := receipt.Refund(r.AmountMinor); err != nil {
		return err
	}
	r.State, r.PaidOn, r.PaidBy = port.RefundPaid, on, who.ID
	if err := tx.UpdateRefund(ctx, r); err != nil {
		return err
	}
	c := a.newCash(tx, now, who)
	c.old = append(c.old, receipt)
	c.restChanged(receipt)
	if err := c.finish(ctx, "refund_paid"); err != nil {
		return err
	}
	if err := followException(ctx, tx, now, who.ID, *receipt, "refunded"); err != nil {
		return err
	}
	return recordRefund(ctx, tx, now, who.ID, r, entry, "refund.paid")
}

func recordRefund(ctx context.Context, tx port.Tx, now time.Time, actor string, r port.Refund, entry uuid.UUID, action string) error {
	return record(ctx, tx, now, actor, event{
		id: entry, action: action, kind: "refund", subject: r.ID, customer: r.CustomerID.UUID, on: r.PaidOn,
		data: map[string]any{"receipt_id": r.ReceiptID, "amount_minor": r.AmountMinor, "currency": r.Currency},
	})
}

// Refund shows one. Errors: access.forbidden, refund.not_found.
func (a *App) Refund(ctx context.Context, who access.Principal, id uuid.UUID) (port.Refund, error) {
	return lookup(ctx, a, who, access.ReceiptsRead, func(ctx context.Context, tx port.Tx) (port.Refund, error) { return tx.Refund(ctx, id) })
}

// ListRefunds lists, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListRefunds(ctx context.Context, who access.Principal, f port.RefundFilter, page port.Page) (port.Paged[port.Refund], error) {
	return lookup(ctx, a, who, access.ReceiptsRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.Refund], error) {
		return tx.ListRefunds(ctx, f, page)
	})
}
