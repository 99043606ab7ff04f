package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/casework"
)

// Due is a case as its row says, and the customer's other cases that are due for the same.
type Due struct {
	Case   casework.Case
	Others []uuid.UUID // in id order
}

// Together reads cases that act at the same moment.
type Together interface {
	// LockDue locks the case's customer, reads the case's row, and names other active cases of the customer, with an item of the
	// same due date, that are due at now for the same action; at most 99. Error: case.not_found.
	LockDue(ctx context.Context, caseID uuid.UUID, action string, now time.Time) (Due, error)
}

// Append adds what another step of the same transaction changes.
func (w *Work) Append(o Work) {
	w.Cases = append(w.Cases, o.Cases...)
	w.Decisions = append(w.Decisions, o.Decisions...)
	w.Notices = append(w.Notices, o.Notices...)
	w.Steps = append(w.Steps, o.Steps...)
	w.Lines = append(w.Lines, o.Lines...)
	w.Approvals = append(w.Approvals, o.Approvals...)
	w.Ladder = append(w.Ladder, o.Ladder...)
	w.Climbs = append(w.Climbs, o.Climbs...)
	w.Holds = append(w.Holds, o.Holds...)
	w.BadEmail = append(w.BadEmail, o.BadEmail...)
	w.Tasks = append(w.Tasks, o.Tasks...)
	w.Nudges = append(w.Nudges, o.Nudges...)
	w.Audit = append(w.Audit, o.Audit...)
	w.Counts = append(w.Counts, o.Counts...)
	w.Sending = append(w.Sending, o.Sending...)
	w.Taken = append(w.Taken, o.Taken...)
}
