package port

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/casework"
)

// TaskFilter narrows a list of tasks; empty fields do not.
type TaskFilter struct {
	State      string
	Kind       string
	Assignee   string
	Role       string
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	DisputeID  uuid.NullUUID
	DueBy      calendar.Date // due on or before
}

// Tasks keeps what people have to do.
type Tasks interface {
	// OpenTask writes a task; opened is false, and nothing changes, when its Dedupe has been used before.
	OpenTask(ctx context.Context, t casework.Task) (opened bool, err error)
	// Task reads one. Error: task.not_found.
	Task(ctx context.Context, id uuid.UUID) (casework.Task, error)
	// UpdateTask writes assignee, due date, state and outcome where the stored version is t.Version. Error: task.changed
	// (precondition).
	UpdateTask(ctx context.Context, t casework.Task) error
	// TasksOfInvoice reads all of an invoice, closed ones included, oldest first.
	TasksOfInvoice(ctx context.Context, invoiceID uuid.UUID) ([]casework.Task, error)
	// ListTasks lists by due date.
	ListTasks(ctx context.Context, f TaskFilter, p Page) (Paged[casework.Task], error)
}
