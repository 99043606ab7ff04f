package port

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/casework"
	"arrears/domain/dispute"
)

// TaskClaimDeadline is the kind of the tasks that a claim's deadlines open: one when a day is near, one when it has passed.
const TaskClaimDeadline = "dispute_deadline"

// DeadlineTaskDedupe names the task of a deadline; step is "warn" or "lapsed".
func DeadlineTaskDedupe(d dispute.Deadline, step string) string {
	return TaskClaimDeadline + "/" + d.DisputeID.String() + "/" + d.ID.String() + "/" + step
}

// The outcomes of tasks of deadlines.
const (
	TaskMet       = "met"
	TaskMetLate   = "met_late"
	TaskLapsed    = "lapsed"    // the day passed; another task says so
	TaskCancelled = "cancelled" // nobody waits for it any more
)

// CloseDeadlineTasks closes the open tasks of a claim's deadlines that outcomes names by deadline, and returns them as they
// are now. Something that nobody waits for is cancelled; everything else is done. The caller records them.
func CloseDeadlineTasks(ctx context.Context, tx Tasks, disputeID uuid.UUID, outcomes map[uuid.UUID]string, now time.Time, by string) ([]casework.Task, error) {
	if len(outcomes) == 0 {
		return nil, nil
	}
	open, err := openDeadlineTasks(ctx, tx, disputeID)
	if err != nil {
		return nil, err
	}
	var closed []casework.Task
	for _, t := range open {
		outcome, named := outcomes[deadlineOf(t)]
		if !named {
			continue
		}
		t.State, t.Outcome, t.ClosedAt, t.ClosedBy = casework.TaskDone, outcome, &now, by
		if outcome == TaskCancelled {
			t.State = casework.TaskCancelled
		}
		if err := tx.UpdateTask(ctx, t); err != nil {
			return nil, err
		}
		t.Version++
		closed = append(closed, t)
	}
	return closed, nil
}

// openDeadlineTasks reads them before any is closed: closing one moves the pages.
func openDeadlineTasks(ctx context.Context, tx Tasks, disputeID uuid.UUID) ([]casework.Task, error) {
	var all []casework.Task
	filter := TaskFilter{
		State: string(casework.TaskOpen), Kind: TaskClaimDeadline, DisputeID: uuid.NullUUID{UUID: disputeID, Valid: true},
	}
	page := Page{Limit: MaxLimit}
	for {
		list, err := tx.ListTasks(ctx, filter, page)
		if err != nil {
			return nil, err
		}
		all = append(all, list.Items...)
		if page.After = list.Next; page.After == "" {
			return all, nil
		}
	}
}

// deadlineOf is the deadline that opened a task.
func deadlineOf(t casework.Task) uuid.UUID {
	parts := strings.Split(t.Dedupe, "/")
	if len(parts) != 4 {
		return uuid.Nil
	}
	id, err := uuid.Parse(parts[2])
	if err != nil {
		return uuid.Nil
	}
	return id
}

// DeadlineTaskOutcomes says how the tasks of deadlines end that are settled as met or cancelled: those that stood before,
// and those that had lapsed. A deadline that never asked anything of people has none.
func DeadlineTaskOutcomes(list []dispute.Deadline, state dispute.DeadlineState, which func(dispute.Deadline) bool) map[uuid.UUID]string {
	outcomes := map[uuid.UUID]string{}
	for _, d := range list {
		asked := d.State == dispute.DeadlineLapsed || d.State == dispute.DeadlineOpen && d.WarnedAt != nil
		if !asked || !which(d) {
			continue
		}
		switch {
		case state == dispute.DeadlineCancelled:
			outcomes[d.ID] = TaskCancelled
		case d.State == dispute.DeadlineLapsed:
			outcomes[d.ID] = TaskMetLate
		default:
			outcomes[d.ID] = TaskMet
		}
	}
	return outcomes
}

// OfKinds tells the deadlines of some kinds; of no kind, all.
func OfKinds(kinds ...dispute.DeadlineKind) func(dispute.Deadline) bool {
	return func(d dispute.Deadline) bool { return len(kinds) == 0 || slices.Contains(kinds, d.Kind) }
}
