package wire

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/engine"
	"arrears/replay"
	"arrears/workflows"
	"arrears/workflows/contract"
)

// Replay performs the case of an invoice or of a denied deduction again from its record and from the engine's histories, with
// today's code and rules. Errors: case.not_found, and those of reaching the engine.
func (p *Product) Replay(ctx context.Context, e *engine.Engine, caseID uuid.UUID) (replay.Report, error) {
	return replay.Case(ctx, p.DB, histories{e}, Shape(e), caseID)
}

// ReplayDispute proves a claim from its record and performs its workflow's runs again with today's code.
// Errors: dispute.not_found, and those of reaching the engine.
func (p *Product) ReplayDispute(ctx context.Context, e *engine.Engine, id uuid.UUID) (replay.ClaimReport, error) {
	return replay.Dispute(ctx, p.DB, histories{e}, Shape(e), id)
}

// Shape is today's code, reading what the engine's client writes.
func Shape(e *engine.Engine) replay.Shape {
	return replay.Shape{
		Workflows: map[string]any{
			contract.InvoiceCollection: workflows.InvoiceCollection,
			contract.CustomerNotice:    workflows.CustomerNotice,
			contract.DeductionDispute:  workflows.DeductionDispute,
		},
		Converter: e.Converter(),
	}
}

// histories fetches what the engine still holds of a workflow.
type histories struct{ engine *engine.Engine }

// Histories implements replay.Histories.
func (h histories) Histories(ctx context.Context, workflowID string) ([]replay.Run, error) {
	kind, subject, ok := contract.ParseWorkflowID(workflowID)
	if !ok {
		return nil, fault.Newf(fault.Invalid, "workflow.bad_id", "%.60q is not a workflow's id", workflowID)
	}
	found, _, err := h.engine.Histories(ctx, kind, contract.Step{Subject: subject})
	runs := make([]replay.Run, len(found))
	for i, run := range found {
		runs[i] = replay.Run{ID: run.RunID, History: run.History}
	}
	return runs, err
}
