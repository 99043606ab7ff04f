package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/casework"
)

// ApprovalFilter narrows a list of approvals; empty fields do not.
type ApprovalFilter struct {
	State      string
	Role       string
	CustomerID uuid.NullUUID
	CaseID     uuid.NullUUID
}

// Approvals keeps approvals. They are written by Cases.Write.
type Approvals interface {
	// Approval reads one. Error: approval.not_found.
	Approval(ctx context.Context, id uuid.UUID) (casework.Approval, error)
	// LockApproval locks its customer and reads it. Error: approval.not_found.
	LockApproval(ctx context.Context, id uuid.UUID) (casework.Approval, error)
	// ApprovalsOf reads all of a subject, oldest first.
	ApprovalsOf(ctx context.Context, subjectID uuid.UUID) ([]casework.Approval, error)
	// ListApprovals lists by due date.
	ListApprovals(ctx context.Context, f ApprovalFilter, p Page) (Paged[casework.Approval], error)
	// LapseStepApprovals lapses the open approvals of steps of these cases that send nothing, and frees the steps. It
	// returns the approvals as they were.
	LapseStepApprovals(ctx context.Context, caseIDs []uuid.UUID, code string, now time.Time) ([]casework.Approval, error)
	// Proposers lists who last changed the amounts, the recipient or the policy of what these cases ask for: they may not
	// approve it.
	Proposers(ctx context.Context, caseIDs []uuid.UUID) ([]string, error)
}
