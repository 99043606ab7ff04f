package app

import (
	"context"

	"arrears/domain/dispute"
)

// outcomeOf says how the claim as a whole stands after a decision.
func outcomeOf(d dispute.Dispute, dec dispute.Decision) dispute.Outcome {
	sum := d.Amounts()
	upheld, denied := sum.CreditDueMinor+sum.CreditedMinor > 0, sum.DeniedMinor+sum.RepaidMinor > 0
	switch {
	case dec.Kind == dispute.DecideGiveUp:
		return d.Outcome
	case dec.Kind == dispute.DecideSettle:
		return dispute.Settled
	case upheld && denied:
		return dispute.PartiallyValid
	case upheld:
		return dispute.Valid
	}
	return dec.Kind.Outcome()
}

// decisionMet ends what was waited for until the decision: searches for evidence that nobody needs any more. Its deadlines
// follow the amounts.
func (w *claimWork) decisionMet(ctx context.Context) error {
	if w.d.Amounts().UndecidedMinor > 0 {
		return nil
	}
	if err := w.closeTasks(ctx, "decided", taskTriage, taskEvidence); err != nil {
		return err
	}
	list, err := w.tx.EvidenceOf(ctx, w.d.ID)
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.State != dispute.EvidenceRequested {
			continue
		}
		e.State, e.Note = dispute.EvidenceWaived, orElse(e.Note, "decided without it")
		if err := w.tx.UpdateEvidence(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func decisionAction(kind dispute.DecisionKind) string {
	switch kind {
	case dispute.DecideGiveUp:
		return "dispute.given_up"
	case dispute.DecideSettle:
		return "dispute.settled"
	}
	return "dispute.decided"
}

func decisionData(d dispute.Dispute, dec dispute.Decision) map[string]any {
	if dec.Kind == dispute.DecideGiveUp && dec.State == dispute.DecisionInForce {
		data := map[string]any{"decision_id": dec.ID, "amount_minor": dec.ConcededMinor, "currency": d.Currency, "reason": dec.Reason}
		limitData(data, dec.Limit)
		return data
	}
	data := map[string]any{
		"decision_id": dec.ID, "kind": dec.Kind, "valid_minor": dec.ValidMinor, "denied_minor": dec.DeniedMinor,
		"conceded_minor": dec.ConcededMinor, "currency": d.Currency, "reason": dec.Reason,
	}
	limitData(data, dec.Limit)
	return data
}
