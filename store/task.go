package store

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/casework"
	"arrears/port"
)

// taskColumns are in the order of scanTask.
const taskColumns = `
  id,
  kind,
  dedupe,
  customer_id,
  invoice_id,
  item_id,
  dispute_id,
  assignee,
  role,
  summary,
  due_on,
  state,
  outcome,
  created_at,
  closed_at,
  closed_by,
  version`

// errOpenedBefore is never shown: it only tells OpenTask that nothing was inserted.
var errOpenedBefore = errors.New("opened before")

// OpenTask writes a task once per business step; see port.Tasks.
func (t *tx) OpenTask(ctx context.Context, task casework.Task) (bool, error) {
	_, err := one(ctx, t, errOpenedBefore, pgx.RowTo[uuid.UUID], `
INSERT INTO tasks (
  id,
  kind,
  dedupe,
  customer_id,
  invoice_id,
  item_id,
  dispute_id,
  assignee,
  role,
  summary,
  due_on,
  state,
  outcome,
  created_at,
  closed_at,
  closed_by,
  version
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (dedupe) DO NOTHING
RETURNING id`,
		task.ID, task.Kind, task.Dedupe, task.CustomerID, task.InvoiceID, task.ItemID, task.DisputeID, task.Assignee, task.Role,
		task.Summary, task.DueOn, task.State, task.Outcome, task.CreatedAt, task.ClosedAt, task.ClosedBy, max(1, task.Version))
	if errors.Is(err, errOpenedBefore) {
		return false, nil
	}
	return err == nil, err
}

// Task reads one; see port.Tasks.
func (t *tx) Task(ctx context.Context, id uuid.UUID) (casework.Task, error) {
	return one(ctx, t, errTaskNotFound, scanTask, `SELECT`+taskColumns+` FROM tasks WHERE id = $1`, id)
}

// UpdateTask writes where the version is still the same; see port.Tasks.
func (t *tx) UpdateTask(ctx context.Context, task casework.Task) error {
	return t.change(ctx, errTaskChanged, `
UPDATE tasks SET
  assignee = $3,
  due_on = $4,
  state = $5,
  outcome = $6,
  closed_at = $7,
  closed_by = $8,
  version = version + 1
WHERE id = $1 AND version = $2`,
		task.ID, task.Version, task.Assignee, task.DueOn, task.State, task.Outcome, task.ClosedAt, task.ClosedBy)
}

// TasksOfInvoice reads all of an invoice; see port.Tasks.
func (t *tx) TasksOfInvoice(ctx context.Context, invoiceID uuid.UUID) ([]casework.Task, error) {
	return many(ctx, t, scanTask, `SELECT`+taskColumns+` FROM tasks WHERE invoice_id = $1 ORDER BY created_at, id`, invoiceID)
}

// ListTasks lists by due date; see port.Tasks.
func (t *tx) ListTasks(ctx context.Context, f port.TaskFilter, p port.Page) (port.Paged[casework.Task], error) {
	var w filter
	w.text("state = $?", f.State)
	w.text("kind = $?", f.Kind)
	w.text("assignee = $?", f.Assignee)
	w.text("role = $?", f.Role)
	w.id("customer_id = $?", f.CustomerID)
	w.id("invoice_id = $?", f.InvoiceID)
	w.id("dispute_id = $?", f.DisputeID)
	if !f.DueBy.IsZero() {
		w.add("due_on <= $?", f.DueBy)
	}
	key, err := parseCursor(p.After, 2)
	if err != nil {
		return port.Paged[casework.Task]{}, err
	}
	if key != nil {
		w.add("(due_on, id) > ($?::text::date, $?::uuid)", key[0], key[1])
	}
	rows, err := listed(ctx, t, scanTask, `SELECT`+taskColumns+` FROM tasks`+w.where()+w.limit("due_on, id", p), w.args...)
	return paged(rows, p, func(t casework.Task) string { return cursor(t.DueOn.String(), t.ID.String()) }), err
}

func scanTask(row pgx.CollectableRow) (casework.Task, error) {
	var t casework.Task
	err := row.Scan(
		&t.ID,
		&t.Kind,
		&t.Dedupe,
		&t.CustomerID,
		&t.InvoiceID,
		&t.ItemID,
		&t.DisputeID,
		&t.Assignee,
		&t.Role,
		&t.Summary,
		&t.DueOn,
		&t.State,
		&t.Outcome,
		&t.CreatedAt,
		&t.ClosedAt,
		&t.ClosedBy,
		&t.Version,
	)
	return t, err
}
