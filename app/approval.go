package app

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/port"
)

// The codes of refused decisions.
const (
	CodeApprovalNotOpen        = "approval.not_open"
	CodeApprovalRole           = "approval.role"
	CodeApprovalFourEyes       = "approval.four_eyes"
	CodeApprovalContentChanged = "approval.content_changed"
	CodeApprovalChanged        = "approval.changed"
	CodeApprovalInvalid        = "approval.invalid"
)

// maxComment bounds what a person writes beside a decision.
const maxComment = 2000

// DecideApproval is a person's decision about exactly what ContentHash names.
type DecideApproval struct {
	ID      uuid.UUID
	Approve bool
	Comment string // required to reject
	// ContentHash is what the person saw, in hexadecimal.
	ContentHash string
	// Version is that of the approval as it was read; 0 does not compare.
	Version int64
}

// ListApprovals lists approvals by due date.
func (a *App) ListApprovals(ctx context.Context, who access.Principal, f port.ApprovalFilter, page port.Page) (port.Paged[casework.Approval], error) {
	var list port.Paged[casework.Approval]
	if err := access.Require(who, access.ApprovalsRead); err != nil {
		return list, err
	}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		list, err = tx.ListApprovals(ctx, f, page)
		return err
	})
	return list, err
}

// Approval reads one.
func (a *App) Approval(ctx context.Context, who access.Principal, id uuid.UUID) (casework.Approval, error) {
	var found casework.Approval
	if err := access.Require(who, access.ApprovalsRead); err != nil {
		return found, err
	}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		found, err = tx.Approval(ctx, id)
		return err
	})
	return found, err
}

// DecideApproval approves or rejects. What was asked for goes on, or is given back to the collector, by the engine's next
// step; the answer does not wait for it. A refusal is recorded too, in a transaction of its own.
// Errors: approval.invalid, approval.not_found, approval.not_open, approval.role, approval.four_eyes,
// approval.content_changed, approval.changed.
func (a *App) DecideApproval(ctx context.Context, who access.Principal, in DecideApproval) (casework.Approval, error) {
	var decided casework.Approval
	if err := access.Require(who, access.ApprovalsDecide); err != nil {
		return decided, a.refused(ctx, who, in, err)
	}
	if err := in.validate(); err != nil {
		return decided, err
	}
	now, err := a.clock.Now(ctx)
	if err != nil {
		return decided, err
	}
	now = now.Truncate(time.Microsecond)
	err = a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		ap, err := tx.LockApproval(ctx, in.ID)
		if err != nil {
			return err
		}
		if done, err := doneBefore(ctx, tx); err != nil || done {
			decided = ap
			decided.Version-- // raised below, as after a decision
			return err
		}
		if err := in.allowed(who, ap); err != nil {
			return err
		}
		decided = in.decide(ap, who, now)
		work, err := a.decisionWork(ctx, tx, who, decided, in, now)
		if err != nil {
			return err
		}
		signLast(ctx, work.Audit)
		return tx.Write(ctx, work)
	})
	if err != nil {
		return casework.Approval{}, a.refused(ctx, who, in, err)
	}
	decided.Version++
	return decided, nil
}

func (in DecideApproval) validate() error {
	var fields []fault.Field
	if !in.Approve && strings.TrimSpace(in.Comment) == "" {
		fields = append(fields, fault.Field{Path: "comment", Code: "required", Message: "say why it is rejected"})
	}
	if utf8.RuneCountInString(in.Comment) > maxComment {
		fields = append(fields, fault.Field{Path: "comment", Code: "too_long", Message: "at most 2000 characters"})
	}
	if raw, err := hex.DecodeString(in.ContentHash); err != nil || len(raw) != 32 {
		fields = append(fields, fault.Field{Path: "content_hash", Code: "malformed", Message: "the hash of what you saw, 64 hexadecimal digits"})
	}
	if len(fields) > 0 {
		return fault.Fields(CodeApprovalInvalid, "the decision is not complete", fields...)
	}
	return nil
}

// allowed refuses a decision that this person may not make, or not about this content.
func (in DecideApproval) allowed(who access.Principal, ap casework.Approval) error {
	switch {
	case ap.State != casework.ApprovalOpen:
		return fault.Newf(fault.Conflict, CodeApprovalNotOpen, "the approval is %s", ap.State)
	case !who.Role.AtLeast(access.Role(ap.Role)):
		return fault.Newf(fault.Forbidden, CodeApprovalRole, "this needs the role %s", ap.Role)
	case slices.Contains(ap.Proposers, who.ID):
		return fault.New(fault.Forbidden, CodeApprovalFourEyes, "you proposed this, or last changed what it says; someone else must decide")
	case in.ContentHash != hex.EncodeToString(ap.ContentHash[:]):
		return fault.New(fault.Precondition, CodeApprovalContentChanged, "what would be done is not what you saw")
	case in.Version != 0 && in.Version != ap.Version:
		return fault.New(fault.Precondition, CodeApprovalChanged, "the approval was changed since it was read")
	}
	return nil
}

func (in DecideApproval) decide(ap casework.Approval, who access.Principal, now time.Time) casework.Approval {
	ap.State = casework.ApprovalRejected
	if in.Approve {
		ap.State = casework.ApprovalApproved
	}
	ap.DecidedAt, ap.DecidedBy, ap.Comment = &now, who.ID, in.Comment
	return ap
}

// refused records that a decision was refused and gives the reason back. The record is not allowed to hide the reason, so
// its own failure goes to the log.
func (a *App) refused(ctx context.Context, who access.Principal, in DecideApproval, why error) error {
	var known *fault.Error
	if !errors.As(why, &known) || known.Kind == fault.NotFound || known.Kind == fault.Internal || known.Kind == fault.Unavailable {
		return why
	}
	now, err := a.clock.Now(ctx)
	if err == nil {
		err = a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
			ap, err := tx.Approval(ctx, in.ID)
			if err != nil {
				return err
			}
			about, err := invoiceOf(ctx, tx, ap)
			if err != nil {
				return err
			}
			entry, err := approvalEntry(now, who.ID, "approval.refused", ap, about, map[string]any{"code": known.Code, "approve": in.Approve})
			if err != nil {
				return err
			}
			return tx.Audit(ctx, entry)
		})
	}
	if err != nil && a.log != nil {
		a.log.WarnContext(ctx, "a refused decision could not be recorded", "approval", in.ID, "error", err)
	}
	return why
}

// invoiceOf is the invoice that an approval is about when it is about one alone: its history tells of it.
func invoiceOf(ctx context.Context, tx port.Tx, ap casework.Approval) (uuid.NullUUID, error) {
	if ap.SubjectKind == subjectDecision {
		d, err := tx.Dispute(ctx, ap.CaseID.UUID)
		return invoiceOfClaim(d), err
	}
	if ap.SubjectKind == subjectRefund {
		return uuid.NullUUID{}, nil
	}
	if ap.SubjectKind != "notice" {
		return invoiceOfCase(ctx, tx, ap.CaseID.UUID)
	}
	n, err := tx.Notice(ctx, ap.SubjectID)
	return oneInvoice(n.Lines), err
}

// approvalEntry is an audit entry about an approval.
func approvalEntry(now time.Time, actor, action string, ap casework.Approval, invoice uuid.NullUUID, data map[string]any) (audit.Entry, error) {
	data["stage"], data["role"] = ap.Stage, ap.Role
	data["amount_minor"], data["currency"] = ap.AmountMinor, ap.Currency
	data["content_hash"] = hex.EncodeToString(ap.ContentHash[:])
	data["subject_kind"], data["subject_id"] = ap.SubjectKind, ap.SubjectID
	return engineEntry(now, actor, action, "approval", ap.ID, ap.CustomerID, invoice, data)
}
