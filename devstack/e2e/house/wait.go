package house

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"arrears/workflows/contract"
)

// How long a test waits for what must happen, and how often it looks. A test that passes hardly ever waits so long, but the
// engine's long polls last a minute, and on a loaded machine a task may miss one.
const (
	patience = 5 * time.Minute
	tick     = 25 * time.Millisecond
	// longPatience is for what a killed worker had begun: the engine waits out the bound of the activity first.
	longPatience = 12 * time.Minute
)

// Until waits until the condition holds.
func (h *House) Until(what string, condition func() bool) {
	h.t.Helper()
	h.until(patience, what, condition)
}

// UntilLong is Until for what a killed worker had begun.
func (h *House) UntilLong(what string, condition func() bool) {
	h.t.Helper()
	h.until(longPatience, what, condition)
}

func (h *House) until(limit time.Duration, what string, condition func() bool) {
	h.t.Helper()
	deadline := time.Now().Add(limit)
	for !condition() {
		if time.Now().After(deadline) {
			h.t.Fatalf("waited %s in vain: %s", limit, what)
		}
		time.Sleep(tick)
	}
}

// Value reads one value from the database.
func Value[T any](h *House, sql string, args ...any) T {
	h.t.Helper()
	rows, err := h.SQL.Query(context.WithoutCancel(h.t.Context()), sql, args...)
	require.NoError(h.t, err)
	value, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	require.NoError(h.t, err, sql)
	return value
}

// Column reads one column from the database.
func Column[T any](h *House, sql string, args ...any) []T {
	h.t.Helper()
	rows, err := h.SQL.Query(context.WithoutCancel(h.t.Context()), sql, args...)
	require.NoError(h.t, err)
	values, err := pgx.CollectRows(rows, pgx.RowTo[T])
	require.NoError(h.t, err, sql)
	return values
}

// Count counts the rows of a table that the condition selects.
func (h *House) Count(table, condition string, args ...any) int {
	h.t.Helper()
	return Value[int](h, "SELECT count(*) FROM "+table+" WHERE "+condition, args...)
}

// dueNudges are the rows of the outbox that wait for nothing but the relay.
const dueNudges = `start_at IS NULL OR start_at <= coalesce((SELECT position FROM business_clock WHERE kind = 'stepped'), 'infinity')`

// Quiet waits until nothing moves: no nudge waits, no workflow has a task or an activity under way, and none has gone on
// between two looks. A delayed start and a timer are quiet.
func (h *House) Quiet() {
	h.t.Helper()
	last := int64(-1)
	h.Until("all is quiet", func() bool {
		if h.Count("nudges", dueNudges) > 0 {
			last = -1
			return false
		}
		events, busy := h.activity()
		quiet := !busy && events == last && h.Count("nudges", dueNudges) == 0
		if last = events; busy {
			last = -1
		}
		return quiet
	})
}

// activity sums the lengths of the histories of all cases and notices, and reports whether one of them is at work.
func (h *House) activity() (events int64, busy bool) {
	h.t.Helper()
	for _, id := range h.workflowIDs() {
		found, err := h.Engine.Client().DescribeWorkflowExecution(h.t.Context(), id, "")
		if err != nil {
			continue // not started, or the engine is away
		}
		info := found.GetWorkflowExecutionInfo()
		events += info.GetHistoryLength()
		if info.GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			continue
		}
		busy = busy || found.GetPendingWorkflowTask() != nil || len(found.GetPendingActivities()) > 0
	}
	return events, busy
}

func (h *House) workflowIDs() []string {
	h.t.Helper()
	return Column[string](h, `
SELECT kind || '/' || id FROM cases
UNION ALL
SELECT 'notice/' || id FROM notices
UNION ALL
SELECT 'dispute/' || id FROM disputes`)
}

// Events counts the events of the latest run of an invoice's workflow; Status is how that run stands. A task that a busy
// machine took up too late, and that the engine therefore gave out again, says nothing about the workflow and does not count.
func (h *House) Events(kind string, subject uuid.UUID) int {
	h.t.Helper()
	runs, ok, err := h.Engine.Histories(h.t.Context(), kind, contract.Step{Subject: subject})
	require.NoError(h.t, err)
	require.True(h.t, ok, "the workflow of %s has no history", subject)
	events := runs[len(runs)-1].History.GetEvents()
	late := 0
	for _, e := range events {
		if a := e.GetWorkflowTaskTimedOutEventAttributes(); a != nil {
			late += 2 // it and the task's being scheduled
			if a.GetStartedEventId() > 0 {
				late++
			}
		}
	}
	return len(events) - late
}

// Status is how the latest run of a workflow stands; "none" when there is none.
func (h *House) Status(kind string, subject uuid.UUID) string {
	h.t.Helper()
	found, err := h.Engine.Client().DescribeWorkflowExecution(h.t.Context(), contract.WorkflowID(kind, subject), "")
	if err != nil {
		return "none"
	}
	return strings.ToLower(found.GetWorkflowExecutionInfo().GetStatus().String())
}

// RunID is the latest run of a workflow.
func (h *House) RunID(kind string, subject uuid.UUID) string {
	h.t.Helper()
	found, err := h.Engine.Client().DescribeWorkflowExecution(h.t.Context(), contract.WorkflowID(kind, subject), "")
	require.NoError(h.t, err)
	return found.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}

// tellIfFailed shows where everything stands when the test has failed.
func (h *House) tellIfFailed() {
	if !h.t.Failed() || h.SQL == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var b strings.Builder
	for _, sql := range []string{
		`SELECT 'clock ' || kind || ' ' || position FROM business_clock`,
		`SELECT 'nudge ' || workflow_id || ' ' || first_action || ' start ' || coalesce(start_at::text, '-') || ' ' || last_error FROM nudges LIMIT 20`,
		`SELECT 'case ' || id || ' ' || state || ' ' || next_action || ' ' || coalesce(wake_at::text, '-') || ' ' || attention_code FROM cases ORDER BY id LIMIT 20`,
		`SELECT 'notice ' || id || ' ' || state || ' ' || stage || ' ' || recipient || ' opens ' || opens_at || ' wake ' || coalesce(wake_at::text, '-') || ' resends ' || resends || ' ' || outcome || ' ' || outcome_detail FROM notices ORDER BY id LIMIT 40`,
		`SELECT 'step ' || stage || ' ' || attempt || ' ' || state || ' ' || reason FROM steps ORDER BY recorded_at LIMIT 60`,
		`SELECT 'task ' || kind || ' ' || state || ' ' || summary FROM tasks LIMIT 20`,
		`SELECT 'audit ' || at || ' ' || action || ' ' || data FROM (SELECT * FROM audit_entries ORDER BY recorded_at DESC LIMIT 15) a ORDER BY recorded_at`,
	} {
		rows, err := h.SQL.Query(ctx, sql)
		if err != nil {
			fmt.Fprintln(&b, err)
			continue
		}
		lines, _ := pgx.CollectRows(rows, pgx.RowTo[string])
		b.WriteString(strings.Join(lines, "\n") + "\n")
	}
	b.WriteString(h.pending(ctx))
	h.t.Logf("the house as it stands:\n%s\nlog:\n%s", b.String(), h.log.tail(6000))
}

// pending tells which activities are under way and since when, for up to twenty workflows.
func (h *House) pending(ctx context.Context) string {
	var b strings.Builder
	for i, id := range h.workflowIDs() {
		if i == 20 {
			break
		}
		found, err := h.Engine.Client().DescribeWorkflowExecution(ctx, id, "")
		if err != nil {
			continue
		}
		fmt.Fprintf(&b, "%s %s, %d events\n", id, found.GetWorkflowExecutionInfo().GetStatus(), found.GetWorkflowExecutionInfo().GetHistoryLength())
		for _, a := range found.GetPendingActivities() {
			fmt.Fprintf(&b, "  %s %s attempt %d, scheduled %s, last started %s\n", a.GetActivityType().GetName(), a.GetState(), a.GetAttempt(),
				a.GetScheduledTime().AsTime().Format(time.TimeOnly), a.GetLastStartedTime().AsTime().Format(time.TimeOnly))
		}
		if task := found.GetPendingWorkflowTask(); task != nil {
			fmt.Fprintf(&b, "  workflow task %s attempt %d\n", task.GetState(), task.GetAttempt())
		}
	}
	return b.String()
}
