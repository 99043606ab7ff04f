package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
)

func TestTaskFromOpenToDone(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	var task casework.Task
	d.again(func(ctx context.Context) {
		var err error
		task, err = d.app.OpenTask(ctx, d.collector, app.NewTask{
			CustomerID: d.id(d.customer.ID), Role: access.Collector, Summary: "Ask for the contract", DueOn: day("2026-03-09"),
		})
		require.NoError(t, err)
	})
	d.recorded(task.ID, "task.opened")
	d.again(func(ctx context.Context) {
		got, err := d.app.AssignTask(ctx, d.supervisor, task.ID, "Sam")
		require.NoError(t, err)
		require.Equal(t, "Sam", got.Assignee)
	})
	d.recorded(task.ID, "task.assigned")
	d.again(func(ctx context.Context) {
		got, err := d.app.CloseTask(ctx, d.collector, task.ID, "contract is here")
		require.NoError(t, err)
		require.Equal(t, []any{casework.TaskDone, "contract is here", "collector-1"}, []any{got.State, got.Outcome, got.ClosedBy})
	})
	d.recorded(task.ID, "task.closed")
	d.refuses("task.closed", func(ctx context.Context) error {
		_, err := d.app.CloseTask(ctx, d.collector, task.ID, "again")
		return err
	})
	d.refuses("task.closed", func(ctx context.Context) error {
		_, err := d.app.AssignTask(ctx, d.collector, task.ID, "Kim")
		return err
	})
	read, err := d.app.Task(t.Context(), d.reader, task.ID)
	require.NoError(t, err)
	require.Equal(t, casework.TaskDone, read.State)
}

func TestATaskOfAnInvoiceIsItsCustomers(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	in := app.NewTask{InvoiceID: d.id(d.owed("R-1", 1000).ID), Role: access.Collector, Summary: "Ring them", DueOn: day("2026-03-09")}
	task, err := d.app.OpenTask(t.Context(), d.collector, in)
	require.NoError(t, err)
	require.Equal(t, d.customer.ID, task.CustomerID.UUID)

	branch, nobody := in, in
	branch.CustomerID, nobody.InvoiceID = d.id(d.newCustomer("K-2").ID), d.id(uuid.New())
	auditor := in
	auditor.Role = access.Auditor
	for code, in := range map[string]app.NewTask{
		"item.customer_differs": branch, "invoice.not_found": nobody, "receivable.invalid": auditor,
		"customer.not_found": {CustomerID: d.id(uuid.New()), Role: access.Collector, Summary: "x", DueOn: in.DueOn},
	} {
		d.refuses(code, func(ctx context.Context) error {
			_, err := d.app.OpenTask(ctx, d.collector, in)
			return err
		})
	}
}

func TestTaskRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for code, in := range map[string]app.NewTask{
		"receivable.invalid":  {Role: access.Collector, Assignee: "a\nb"},
		"access.unknown_role": {Role: "boss", Summary: "x", DueOn: day("2026-03-09")},
	} {
		d.refuses(code, func(ctx context.Context) error {
			_, err := d.app.OpenTask(ctx, d.collector, in)
			return err
		})
	}
	for code, fn := range map[string]func(context.Context) error{
		"access.forbidden": func(ctx context.Context) error { _, err := d.app.CloseTask(ctx, d.reader, uuid.New(), "x"); return err },
		"task.not_found": func(ctx context.Context) error {
			_, err := d.app.CloseTask(ctx, d.collector, uuid.New(), "x")
			return err
		},
		"receivable.invalid": func(ctx context.Context) error {
			_, err := d.app.CloseTask(ctx, d.collector, uuid.New(), "")
			return err
		},
	} {
		d.refuses(code, fn)
	}
}
