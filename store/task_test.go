package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/casework"
	"arrears/port"
)

func taskOf(h house, dedupe, due string) casework.Task {
	return casework.Task{
		ID: newID(), Kind: "follow_up", Dedupe: dedupe, CustomerID: someID(h.customer.ID), InvoiceID: someID(h.invoice.ID),
		ItemID: someID(h.invoice.Items[0].ID), Assignee: "Kim", Role: "collector", Summary: "Call", DueOn: date(due),
		State: casework.TaskOpen, CreatedAt: noon, Version: 1,
	}
}

func TestTaskOpensOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	task := taskOf(h, "step/1", "2026-03-05")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		opened, err := tx.OpenTask(ctx, task)
		require.NoError(t, err)
		require.True(t, opened)
		again := taskOf(h, "step/1", "2026-03-09")
		opened, err = tx.OpenTask(ctx, again)
		require.NoError(t, err)
		require.False(t, opened)
		got, err := tx.Task(ctx, task.ID)
		require.NoError(t, err)
		require.Equal(t, task, got)

		got.State, got.Outcome, got.ClosedAt, got.ClosedBy, got.Assignee = casework.TaskDone, "called", &noon, "key-1", ""
		require.NoError(t, tx.UpdateTask(ctx, got))
		list, err := tx.TasksOfInvoice(ctx, h.invoice.ID)
		require.NoError(t, err)
		got.Version = 2
		require.Equal(t, []casework.Task{got}, list)
		opened, err = tx.OpenTask(ctx, taskOf(h, "step/1", "2026-03-09"))
		require.NoError(t, err)
		require.False(t, opened, "a closed task is not opened again by the same step")
	})
	h.refuses(t, "task.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateTask(ctx, task) })
	h.refuses(t, "task.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Task(ctx, newID())
		return err
	})
}

func TestListTasksByDueDate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for n, due := range []string{"2026-03-09", "2026-03-05", "2026-03-05", "2026-03-07"} {
			task := taskOf(h, due+string(rune('a'+n)), due)
			if n == 3 {
				task.Kind, task.Assignee, task.Role, task.InvoiceID.Valid = "no_address", "", "supervisor", false
			}
			opened, err := tx.OpenTask(ctx, task)
			require.NoError(t, err)
			require.True(t, opened)
		}
	})
	for name, c := range map[string]struct {
		filter port.TaskFilter
		want   []string
	}{
		"all":      {port.TaskFilter{}, []string{"2026-03-05", "2026-03-05", "2026-03-07", "2026-03-09"}},
		"kind":     {port.TaskFilter{Kind: "no_address"}, []string{"2026-03-07"}},
		"role":     {port.TaskFilter{Role: "supervisor", State: "open"}, []string{"2026-03-07"}},
		"assignee": {port.TaskFilter{Assignee: "Kim", DueBy: date("2026-03-08")}, []string{"2026-03-05", "2026-03-05"}},
		"invoice":  {port.TaskFilter{InvoiceID: someID(h.invoice.ID), CustomerID: someID(h.customer.ID)}, []string{"2026-03-05", "2026-03-05", "2026-03-09"}},
		"state":    {port.TaskFilter{State: "done"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var due []string
			for _, task := range everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[casework.Task], error) {
				return tx.ListTasks(ctx, c.filter, p)
			}) {
				due = append(due, task.DueOn.String())
			}
			require.Equal(t, c.want, due)
		})
	}
}
