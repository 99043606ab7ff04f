package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// maxAssignee bounds a name.
const maxAssignee = 200

// errTaskClosed is what happens to a task that is no longer open.
var errTaskClosed = fault.New(fault.Conflict, "task.closed", "the task is closed")

// NewTask is one thing for a person to do, as it is entered by hand.
type NewTask struct {
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	Assignee   string
	Role       access.Role
	Summary    string
	DueOn      calendar.Date
}

// OpenTask puts a task on a worklist. An invoice names its customer; an auditor works on none.
// Errors: access.forbidden, receivable.invalid, access.unknown_role, customer.not_found, invoice.not_found,
// item.customer_differs.
func (a *App) OpenTask(ctx context.Context, who access.Principal, in NewTask) (casework.Task, error) {
	var t casework.Task
	if err := access.Require(who, access.TasksWrite); err != nil {
		return t, err
	}
	var f receivable.Form
	f.Required("summary", in.Summary, maxReason)
	f.Line("assignee", in.Assignee, maxAssignee)
	f.Date("due_on", in.DueOn)
	if in.Role == access.Auditor {
		f.Add("role", receivable.CodeUnknown, "cannot work on tasks")
	}
	if err := f.Err("task"); err != nil {
		return t, err
	}
	if _, err := access.ParseRole(string(in.Role)); err != nil {
		return t, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return t, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if in.InvoiceID.Valid {
			inv, err := tx.Invoice(ctx, in.InvoiceID.UUID)
			if err != nil {
				return err
			}
			if in.CustomerID.Valid && in.CustomerID.UUID != inv.CustomerID {
				return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the invoice is another customer's")
			}
			in.CustomerID = someID(inv.CustomerID)
		}
		t = casework.Task{
			ID: id, Kind: "manual", Dedupe: "manual/" + id.String(), CustomerID: in.CustomerID, InvoiceID: in.InvoiceID,
			Assignee: in.Assignee, Role: string(in.Role), Summary: in.Summary, DueOn: in.DueOn,
		}
		if err := openTask(ctx, tx, now, who.ID, t); err != nil {
			return err
		}
		t, err = tx.Task(ctx, id)
		return err
	})
	return t, err
}

// openTask writes a task unless the business step that asks for it has opened one before. An id is given where it is
// missing.
func openTask(ctx context.Context, tx port.Tx, now time.Time, actor string, t casework.Task) error {
	if t.ID == uuid.Nil {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		t.ID = id
	}
	t.State, t.CreatedAt, t.Version = casework.TaskOpen, now, 1
	opened, err := tx.OpenTask(ctx, t)
	if err != nil || !opened {
		return err
	}
	return recordTask(ctx, tx, now, actor, t, uuid.Nil, "task.opened")
}

func recordTask(ctx context.Context, tx port.Tx, now time.Time, actor string, t casework.Task, entry uuid.UUID, action string) error {
	return record(ctx, tx, now, actor, event{
		id: entry, action: action, kind: "task", subject: t.ID, customer: t.CustomerID.UUID, invoice: t.InvoiceID.UUID,
		data: map[string]any{"kind": t.Kind, "role": t.Role, "due_on": t.DueOn},
	})
}

// CloseTask says that a task is done, and what came of it. Errors: access.forbidden, receivable.invalid, task.not_found,
// task.closed.
func (a *App) CloseTask(ctx context.Context, who access.Principal, id uuid.UUID, outcome string) (casework.Task, error) {
	if err := checkText("outcome", outcome); err != nil {
		return casework.Task{}, err
	}
	return a.changeTask(ctx, who, id, "task.closed", func(t *casework.Task, now time.Time) {
		t.State, t.Outcome, t.ClosedAt, t.ClosedBy = casework.TaskDone, outcome, &now, who.ID
	})
}

// AssignTask gives a task to a person, or back to anyone of its role. Errors: access.forbidden, receivable.invalid,
// task.not_found, task.closed.
func (a *App) AssignTask(ctx context.Context, who access.Principal, id uuid.UUID, assignee string) (casework.Task, error) {
	var f receivable.Form
	f.Line("assignee", assignee, maxAssignee)
	if err := f.Err("task"); err != nil {
		return casework.Task{}, err
	}
	return a.changeTask(ctx, who, id, "task.assigned", func(t *casework.Task, _ time.Time) { t.Assignee = assignee })
}

func (a *App) changeTask(ctx context.Context, who access.Principal, id uuid.UUID, action string, change func(*casework.Task, time.Time)) (casework.Task, error) {
	if err := access.Require(who, access.TasksWrite); err != nil {
		return casework.Task{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (casework.Task, error) { return tx.Task(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		t, err := tx.Task(ctx, id)
		if err != nil {
			return err
		}
		if t.State != casework.TaskOpen {
			return errTaskClosed
		}
		change(&t, now)
		if err := tx.UpdateTask(ctx, t); err != nil {
			return err
		}
		return recordTask(ctx, tx, now, who.ID, t, entry, action)
	})
}

// Task shows one. Errors: access.forbidden, task.not_found.
func (a *App) Task(ctx context.Context, who access.Principal, id uuid.UUID) (casework.Task, error) {
	return lookup(ctx, a, who, access.TasksRead, func(ctx context.Context, tx port.Tx) (casework.Task, error) {
		return tx.Task(ctx, id)
	})
}

// ListTasks lists by due date. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListTasks(ctx context.Context, who access.Principal, f port.TaskFilter, page port.Page) (port.Paged[casework.Task], error) {
	return lookup(ctx, a, who, access.TasksRead, func(ctx context.Context, tx port.Tx) (port.Paged[casework.Task], error) {
		return tx.ListTasks(ctx, f, page)
	})
}
