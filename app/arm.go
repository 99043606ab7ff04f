package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/port"
	"arrears/workflows/contract"
)

// CodeArmed means an invoice has a case already.
const CodeArmed = "case.armed"

// arm gives a new invoice its case: it pins the policy, makes the first decision on the facts as they are, and leaves the
// row that starts the workflow, delayed to the first moment that matters. The caller holds the customer's lock.
// Errors: case.armed, invoice.not_found, policy.not_found.
func (a *App) arm(ctx context.Context, tx port.Tx, now time.Time, invoiceID uuid.UUID, actor string) error {
	now = now.Truncate(time.Microsecond)
	versionID, used, err := tx.ResolvePolicy(ctx, invoiceID)
	if err != nil {
		return err
	}
	p, err := tx.PinnedPolicy(ctx, versionID)
	if err != nil {
		return err
	}
	file, err := tx.NewCaseFile(ctx, invoiceID, customerWide(p), now)
	if err != nil {
		return err
	}
	if file.Case.ID != uuid.Nil {
		return fault.New(fault.Conflict, CodeArmed, "the invoice has a case already")
	}
	if !used {
		if err := tx.MarkPolicyUsed(ctx, versionID, now); err != nil {
			return err
		}
	}
	work, err := firstWork(file, versionID, policy.Next(p, file.Facts, now), now, actor)
	if err != nil {
		return err
	}
	// The new item counts among what the customer owes, so the other cases that look at that look again; this one just did.
	if err := tx.NudgeWideCases(ctx, file.Facts.Customer.ID); err != nil {
		return err
	}
	return tx.Write(ctx, work)
}

// firstWork records the first decision. An invoice of which nothing is open begins closed, and no workflow starts.
func firstWork(file port.CaseFile, versionID uuid.UUID, d policy.Decision, now time.Time, actor string) (port.Work, error) {
	c := casework.Case{
		ID: file.ID, Kind: file.Case.Kind, CustomerID: file.Facts.Customer.ID, PolicyVersionID: versionID,
		State: casework.CaseActive, NextAction: contract.ActivityOf(d.AtWake), WakeAt: d.WakeAt, Decisions: 1,
		CustomerWide: file.Case.CustomerWide,
	}
	nudge := port.Nudge{
		WorkflowID: contract.WorkflowID(c.Kind, c.ID), SubjectID: c.ID, Kind: c.Kind,
		StartAt: d.WakeAt, FirstAction: c.NextAction,
	}
	nudges := []port.Nudge{nudge}
	switch d.Now {
	case policy.DoNothing:
	case policy.DoClose:
		c.State, c.NextAction, c.WakeAt, nudges = casework.CaseClosed, "", time.Time{}, nil
	default:
		c.NextAction, c.WakeAt = contract.ActivityOf(d.Now), now
		nudges[0].StartAt, nudges[0].FirstAction = time.Time{}, c.NextAction
	}
	entry, err := caseEntry(now, actor, "case.armed", c, file.InvoiceID, map[string]any{
		"policy_version_id": versionID, "next_action": c.NextAction, "wake_at": stamp(c.WakeAt), "decision": 1,
	})
	return port.Work{
		Cases: []casework.Case{c},
		Decisions: []port.DecisionRecord{{
			CaseID: c.ID, Seq: 1, At: now, CalledFor: "arm", PolicyVersionID: versionID, Facts: file.Facts, Decision: d,
		}},
		Nudges: nudges,
		Audit:  []audit.Entry{entry},
	}, err
}

// customerWide reports whether the policy looks at the customer's sums: its cases are nudged when those change.
func customerWide(p *policy.Policy) bool {
	for i := range p.Stages {
		c := &p.Stages[i].Conditions
		if c.OverdueCount > 0 || c.OldestDays > 0 || len(c.OverdueTotal) > 0 {
			return true
		}
	}
	return false
}

// caseEntry is an audit entry about a case; it belongs to the invoice's history.
func caseEntry(now time.Time, actor, action string, c casework.Case, invoice uuid.NullUUID, data map[string]any) (audit.Entry, error) {
	return engineEntry(now, actor, action, contract.SubjectOf(c.Kind), c.ID, c.CustomerID, invoice, data)
}

// invoiceOfCase is the invoice to whose history a case belongs; a claim without one has none.
func invoiceOfCase(ctx context.Context, tx port.Tx, caseID uuid.UUID) (uuid.NullUUID, error) {
	c, err := tx.Case(ctx, caseID)
	if err != nil || c.Kind != contract.KindDeduction {
		return uuid.NullUUID{UUID: caseID, Valid: true}, err
	}
	it, err := tx.Item(ctx, caseID)
	return it.InvoiceID, err
}

// engineEntry is an audit entry of the engine's side.
func engineEntry(now time.Time, actor, action, kind string, id, customer uuid.UUID, invoice uuid.NullUUID, data map[string]any) (audit.Entry, error) {
	entryID, err := uuid.NewV7()
	if err != nil {
		return audit.Entry{}, err
	}
	raw, err := audit.JSON(data)
	e := audit.Entry{
		ID: entryID.String(), At: now, Actor: actor, Action: action, SubjectKind: kind, SubjectID: id.String(),
		CustomerID: customer.String(), Data: raw,
	}
	if invoice.Valid {
		e.InvoiceID = invoice.UUID.String()
	}
	return e, err
}

// stamp writes an instant for an audit entry; the zero time is empty.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
