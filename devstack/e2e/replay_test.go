package e2e

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"arrears/devstack/e2e/house"
	"arrears/domain/casework"
	"arrears/internal/wire"
	"arrears/replay"
	"arrears/workflows/contract"
)

// replayed performs the case again over a fresh opening of the installation: a pinned policy is kept in memory.
func replayed(t *testing.T, h *house.House, invoice uuid.UUID) replay.Report {
	t.Helper()
	r, err := h.Reopen().Replay(t.Context(), h.Engine, invoice)
	require.NoError(t, err)
	return r
}

// A finished case, performed again from its record and its two real histories, comes out the same. What is changed
// afterwards in the record, in the policy or in the code is caught.
func TestReplayProvesAndCatches(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Policy: remindNow})
	inv := h.Invoice(h.Customer("7001"), "V-1", 500_00, h.Today().AddDays(-3))
	h.AwaitMails("7001", 1)
	receipt := h.Pay(inv, 500_00)
	h.CaseState(inv, casework.CaseClosed)
	h.Quiet()
	first := h.RunID(contract.KindInvoice, inv.ID)
	h.Reverse(receipt)
	h.Until("a second run began", func() bool { return h.RunID(contract.KindInvoice, inv.ID) != first })
	h.CaseState(inv, casework.CaseActive)
	h.Pay(inv, 500_00)
	h.CaseState(inv, casework.CaseClosed)
	h.Laws()

	var report replay.Report
	h.Until("the engine's index lists both runs", func() bool {
		report = replayed(t, h, inv.ID)
		return len(report.Runs) == 2
	})
	require.Equal(t, replay.Identical, report.Verdict, "%+v", report)
	require.Len(t, report.Decisions, h.Case(inv).Decisions)
	for _, d := range report.Decisions[1:] {
		require.Equal(t, d.Record.CalledFor != "arm" && !acted(report, d), d.Heard, "decision %d, on %s", d.Record.Seq, d.Record.CalledFor)
	}

	requireTold(t, h, inv.ID, 0, "Identical")

	t.Run("changed amount", func(t *testing.T) {
		restore := h.Changed(`decisions`, `facts`, `case_id = $1 AND seq = 1`, inv.ID)
		h.Tamper(`UPDATE decisions SET facts = jsonb_set(facts, '{Items,0,OpenMinor}', '40000') WHERE case_id = $1 AND seq = 1`, inv.ID)
		require.Equal(t, replay.RecordDiffer, replayed(t, h, inv.ID).Verdict)
		requireTold(t, h, inv.ID, 4, "ask_minor was 50000, is 40000")
		restore()
	})
	t.Run("changed moment of the policy", func(t *testing.T) {
		restore := h.Changed(`policy_versions`, `body`, `key = 'remind-now' AND version = $1`, 1)
		h.Tamper(`UPDATE policy_versions SET body = replace(body::text, 'due + 1 day', 'due + 30 days')::jsonb WHERE key = 'remind-now'`)
		require.Equal(t, replay.RecordDiffer, replayed(t, h, inv.ID).Verdict)
		restore()
	})
	t.Run("decided by older rules", func(t *testing.T) {
		restore := h.Changed(`decisions`, `decision`, `case_id = $1 AND seq = 1`, inv.ID)
		h.Tamper(`UPDATE decisions SET decision = jsonb_set(jsonb_set(decision, '{Rules}', '0'), '{Items,0,AskMinor}', '1') WHERE case_id = $1 AND seq = 1`, inv.ID)
		require.Equal(t, replay.RuleChanged, replayed(t, h, inv.ID).Verdict)
		restore()
	})
	t.Run("changed shape of the code", func(t *testing.T) {
		requireShapeIsCaught(t, h, inv.ID)
	})
	require.Equal(t, replay.Identical, replayed(t, h, inv.ID).Verdict, "everything is as it was")
}

// acted reports whether a decision was followed by another in the same transaction, which is the one that is told.
func acted(r replay.Report, d replay.Decided) bool {
	next := d.Record.Seq // the index of the one after
	return next < len(r.Decisions) && r.Decisions[next].Record.CalledFor == "after "+d.Record.CalledFor
}

// requireShapeIsCaught replays both runs with a workflow that waits before it looks.
func requireShapeIsCaught(t *testing.T, h *house.House, invoice uuid.UUID) {
	t.Helper()
	shape := wire.Shape(h.Engine)
	shape.Workflows[contract.InvoiceCollection] = func(ctx workflow.Context, _ contract.Input) error {
		return workflow.Sleep(ctx, time.Hour)
	}
	runs, ok, err := h.Engine.Histories(t.Context(), contract.KindInvoice, contract.Step{Subject: invoice})
	require.NoError(t, err)
	require.True(t, ok)
	for _, run := range runs {
		require.Error(t, shape.Execute(run.History))
		require.NoError(t, wire.Shape(h.Engine).Execute(run.History))
	}
}

// requireTold runs the auditor's command.
func requireTold(t *testing.T, h *house.House, invoice uuid.UUID, code int, words string) {
	t.Helper()
	exit, said := h.Run("audit", "replay", "invoice", invoice.String())
	require.Equal(t, code, exit, said)
	require.Contains(t, said, words)
}
