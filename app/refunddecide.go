package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
)

// refundDays is how long an approval of a refund may take, in calendar days.
const refundDays = 5

// refundApproval asks the lowest role above a clerk that may pay so much back.
func refundApproval(ctx context.Context, tx port.Tx, now time.Time, r port.Refund) (casework.Approval, error) {
	limits, err := tx.Limits(ctx)
	if err != nil {
		return casework.Approval{}, err
	}
	role, err := refundRole(ctx, tx, now, limits, r)
	if err != nil {
		return casework.Approval{}, err
	}
	id, err := uuid.NewV7()
	return casework.Approval{
		ID: id, SubjectKind: subjectRefund, SubjectID: r.ID, CustomerID: r.CustomerID.UUID, Stage: "refund", Role: string(role),
		State: casework.ApprovalOpen, ContentHash: r.ContentHash, Summary: fmt.Sprintf("Pay back %s: %s", money.Of(r.AmountMinor, r.Currency), r.Reason),
		AmountMinor: r.AmountMinor, Currency: r.Currency, Proposers: []string{r.ProposedBy}, AtDeadline: string(policy.DeadlineRemind),
		DeadlineDays: refundDays, DueAt: now.AddDate(0, 0, refundDays), RequestedAt: now,
	}, err
}

// refundRole is the lowest role above a clerk that may pay so much back.
func refundRole(ctx context.Context, tx port.Tx, now time.Time, limits []dispute.Limit, r port.Refund) (access.Role, error) {
	check := limitCheck{
		limits: limits, kind: dispute.LimitRefund, of: r.Currency, whole: []money.Amount{money.Of(r.AmountMinor, r.Currency)},
		rates: ratesOn(ctx, tx, today(now, "UTC")),
	}
	return check.approver(access.Clerk)
}

// refundsOf reads the refunds of a receipt that are in one of some states.
func refundsOf(ctx context.Context, tx port.Tx, receiptID uuid.UUID, states ...string) ([]port.Refund, error) {
	var all []port.Refund
	for _, state := range states {
		page := port.Page{Limit: port.MaxLimit}
		for {
			some, err := tx.ListRefunds(ctx, port.RefundFilter{ReceiptID: someID(receiptID), State: state}, page)
			if err != nil {
				return nil, err
			}
			all = append(all, some.Items...)
			if page.After = some.Next; some.Next == "" {
				break
			}
		}
	}
	return all, nil
}

func sumOfRefunds(list []port.Refund) (minor int64) {
	for _, r := range list {
		minor += r.AmountMinor
	}
	return minor
}

// leavesRefunds refuses a change after which a receipt has less left than was approved to be paid back: the ERP may be about to
// pay it.
func leavesRefunds(ctx context.Context, tx port.Tx, r receivable.Receipt) error {
	approved, err := refundsOf(ctx, tx, r.ID, port.RefundApproved)
	if err == nil && sumOfRefunds(approved) > r.Rest() {
		return fault.New(fault.Conflict, receivable.CodeExceedsRest, "a part of the receipt was approved to be paid back")
	}
	return err
}

// lapseRefunds ends what was to be paid back of a receipt, for the money is not there any more or may not leave the house.
func lapseRefunds(ctx context.Context, tx port.Tx, now time.Time, actor string, receiptID uuid.UUID, why string) error {
	pending, err := refundsOf(ctx, tx, receiptID, port.RefundProposed, port.RefundApproved)
	if err != nil {
		return err
	}
	for _, r := range pending {
		if err := lapseApproval(ctx, tx, now, actor, r.ApprovalID, uuid.NullUUID{}, why); err != nil {
			return err
		}
		r.State = port.RefundLapsed
		if err := tx.UpdateRefund(ctx, r); err != nil {
			return err
		}
		if err := recordRefund(ctx, tx, now, actor, r, uuid.Nil, "refund.lapsed"); err != nil {
			return err
		}
	}
	return nil
}

// refundDecided carries out a decision on a refund: an approved one is the ERP's to pay.
func (a *App) refundDecided(ctx context.Context, tx port.Tx, who access.Principal, ap casework.Approval, now time.Time) (subject, error) {
	r, err := tx.Refund(ctx, ap.SubjectID)
	if err != nil {
		return subject{}, err
	}
	about := subject{today: today(now, "UTC"), role: access.Clerk}
	if r.CustomerID.Valid {
		customer, err := tx.Customer(ctx, r.CustomerID.UUID)
		if err != nil {
			return about, err
		}
		about.today = today(now, customer.TimeZone)
	}
	if r.State != port.RefundProposed || r.ContentHash != ap.ContentHash {
		return about, fault.New(fault.Precondition, CodeApprovalContentChanged, "what would be done is not what you saw")
	}
	r.Comment = ap.Comment
	return about, decideRefund(ctx, tx, now, who, r, ap.State == casework.ApprovalApproved, uuid.Nil)
}

// decideRefund writes a decision on a refund.
func decideRefund(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, r port.Refund, approve bool, entry uuid.UUID) error {
	r.State, r.DecidedBy, r.DecidedAt = port.RefundRefused, who.ID, &now
	if approve {
		if err := setAside(ctx, tx, r); err != nil {
			return err
		}
		r.State = port.RefundApproved
	}
	if err := tx.UpdateRefund(ctx, r); err != nil {
		return err
	}
	action := "refund.approved"
	if r.State == port.RefundRefused {
		action = "refund.refused"
	}
	return recordRefund(ctx, tx, now, who.ID, r, entry, action)
}

// setAside refuses to approve what is not there beside what was approved before. Whoever changes the receipt at the same time
// finds that it has another version.
func setAside(ctx context.Context, tx port.Tx, r port.Refund) error {
	receipt, err := lockedRest(ctx, tx, r.ReceiptID)
	if err != nil {
		return err
	}
	approved, err := refundsOf(ctx, tx, r.ReceiptID, port.RefundApproved)
	if err != nil {
		return err
	}
	if err := refundable(receipt, r.AmountMinor, approved); err != nil {
		return err
	}
	return tx.UpdateReceipt(ctx, receipt)
}

// DecideRefund is a decision on paying back what is no customer's.
type DecideRefund struct {
	ID      uuid.UUID
	Approve bool
	Comment string // why; a refusal needs it
	Version int64  // as it was read; 0 does not compare
}

// DecideRefund decides on paying back what is no customer's: there is no approval about it, but the same rules hold.
// Errors: access.forbidden, receivable.invalid, refund.not_found, refund.changed, refund.decided, approval.role, approval.four_eyes,
// receipt.exceeds_rest, receipt.reversed, receipt.held, receipt.changed.
func (a *App) DecideRefund(ctx context.Context, who access.Principal, in DecideRefund) (port.Refund, error) {
	if err := access.Require(who, access.ApprovalsDecide); err != nil {
		return port.Refund{}, err
	}
	if err := in.check(); err != nil {
		return port.Refund{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (port.Refund, error) { return tx.Refund(ctx, in.ID) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		r, err := tx.Refund(ctx, in.ID)
		if err != nil {
			return err
		}
		limits, err := tx.Limits(ctx)
		if err != nil {
			return err
		}
		role, err := refundRole(ctx, tx, now, limits, r)
		if err != nil {
			return err
		}
		switch {
		case r.State != port.RefundProposed || r.ApprovalID.Valid:
			return fault.New(fault.Conflict, "refund.decided", "it has been decided, or an approval decides it: see approval_id")
		case in.Version != 0 && in.Version != r.Version:
			return fault.New(fault.Precondition, "refund.changed", "the refund was changed since it was read")
		case !who.Role.AtLeast(role):
			return fault.Newf(fault.Forbidden, CodeApprovalRole, "this needs the role %s", role)
		case who.ID == r.ProposedBy:
			return fault.New(fault.Forbidden, CodeApprovalFourEyes, "you proposed it; someone else must decide")
		}
		r.Comment = in.Comment
		return decideRefund(ctx, tx, now, who, r, in.Approve, entry)
	})
}

func (in DecideRefund) check() error {
	var f receivable.Form
	if in.Approve {
		f.Text("comment", in.Comment, maxComment)
	} else {
		f.Required("comment", in.Comment, maxComment)
	}
	return f.Err("decision")
}
