package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/port"
)

// askApproval opens an approval that no notice and no step waits for.
func askApproval(ctx context.Context, tx port.Tx, now time.Time, actor string, ap casework.Approval, invoice uuid.NullUUID) error {
	asked, err := approvalEntry(now, actor, "approval.requested", ap, invoice, map[string]any{
		"reminders": 0, "due_at": ap.DueAt.UTC().Format(time.RFC3339),
	})
	if err != nil {
		return err
	}
	return tx.Write(ctx, port.Work{Approvals: []casework.Approval{ap}, Audit: []audit.Entry{asked}})
}

// lapseApproval ends an approval that is still open, for what it is about changed.
func lapseApproval(ctx context.Context, tx port.Tx, now time.Time, actor string, id, invoice uuid.NullUUID, why string) error {
	if !id.Valid {
		return nil
	}
	ap, err := tx.Approval(ctx, id.UUID)
	if err != nil || ap.State != casework.ApprovalOpen {
		return err
	}
	ap.State, ap.DecidedAt, ap.Comment = casework.ApprovalLapsed, &now, why
	entry, err := approvalEntry(now, actor, "approval.lapsed", ap, invoice, map[string]any{"reason": why})
	if err != nil {
		return err
	}
	return tx.Write(ctx, port.Work{Approvals: []casework.Approval{ap}, Audit: []audit.Entry{entry}})
}
