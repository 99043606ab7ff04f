package app

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

// Appeal is the customer's objection to a denial, with new evidence.
type Appeal struct {
	AmountMinor int64 // 0: all that is denied and open, else all that came back
	Reason      string
	Documents   []uuid.UUID
}

// AppealDispute makes a denied amount undecided again: it is held back, and another person decides on it. What exceeds the
// denied and open part is taken of what was repaid; that money stays where it is until the claim is found valid.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now, dispute.exceeds_denied,
// document.not_found, item.customer_differs.
func (a *App) AppealDispute(ctx context.Context, who access.Principal, id uuid.UUID, in Appeal) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	if err := in.check(); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActAppeal); err != nil {
			return err
		}
		minor, err := w.appeal(ctx, in)
		if err != nil {
			return err
		}
		return w.finish(ctx, dispute.ActAppeal, entry, "dispute.appealed", map[string]any{
			"amount_minor": minor, "currency": w.d.Currency, "documents": len(in.Documents),
		})
	})
}

func (in Appeal) check() error {
	var f receivable.Form
	f.Required("reason", in.Reason, maxNote)
	if in.AmountMinor < 0 {
		f.Add("amount_minor", receivable.CodeOutOfRange, "must not be negative")
	}
	if len(in.Documents) > maxCited {
		f.Add("documents", receivable.CodeOutOfRange, "must be at most 50")
	}
	return f.Err("appeal")
}

func (w *claimWork) appeal(ctx context.Context, in Appeal) (int64, error) {
	minor := in.AmountMinor
	if sum := w.d.Amounts(); minor == 0 {
		minor = cmp.Or(sum.DeniedMinor, sum.RepaidMinor)
	}
	if err := w.retractProposal(ctx, "appealed"); err != nil {
		return 0, err
	}
	if err := w.contest(minor); err != nil {
		return 0, err
	}
	if err := w.attach(ctx, in.Documents); err != nil {
		return 0, err
	}
	if err := w.note(ctx, in.Reason); err != nil {
		return 0, err
	}
	w.d.Outcome = ""
	if err := w.appealed(ctx, in.Reason); err != nil {
		return 0, err
	}
	if err := w.met(ctx, dispute.MetBy(dispute.ActAppeal)...); err != nil {
		return 0, err
	}
	return minor, w.dueIn(ctx, dispute.DeadlineDecision, decisionDays, 0)
}

// appealed ends the round of the contest that is on: an appeal is how the customer answers the denial.
func (w *claimWork) appealed(ctx context.Context, reason string) error {
	rounds, err := w.tx.RoundsOf(ctx, w.d.ID)
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if r.Answer != "" {
			continue
		}
		r.Answer, r.AnswerNote, r.AnsweredAt, r.AnsweredBy = "refused", reason, &w.now, w.actor.ID
		if err := w.tx.PutRound(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// contest makes an amount undecided again: first of what is denied and open, then of what was repaid.
func (w *claimWork) contest(minor int64) error {
	if sum := w.d.Amounts(); minor <= 0 || minor > sum.DeniedMinor+sum.RepaidMinor {
		return fault.New(fault.Conflict, dispute.CodeExceedsDenied, "the amount exceeds what was denied")
	}
	minor, err := w.each(minor, func(p *dispute.Part) int64 { return p.DeniedMinor }, func(p *dispute.Part, n int64) error { return p.Appeal(n) })
	if err != nil {
		return err
	}
	_, err = w.each(minor, func(p *dispute.Part) int64 { return p.RepaidMinor }, func(p *dispute.Part, n int64) error { return p.Overturn(n) })
	return err
}

// each takes an amount of the parts in turn, as far as each has it, and returns what is left.
func (w *claimWork) each(minor int64, has func(*dispute.Part) int64, change func(*dispute.Part, int64) error) (int64, error) {
	for n := range w.d.Parts {
		p := &w.d.Parts[n]
		take := min(minor, has(p))
		if take <= 0 {
			continue
		}
		if err := change(p, take); err != nil {
			return minor, err
		}
		minor -= take
	}
	return minor, nil
}

// attach puts the customer's new documents on the case's checklist, as received.
func (w *claimWork) attach(ctx context.Context, documents []uuid.UUID) error {
	if len(documents) == 0 {
		return nil
	}
	if err := w.ownDocuments(ctx, documents); err != nil {
		return err
	}
	list := make([]dispute.Evidence, len(documents))
	for n, id := range documents {
		d, err := w.tx.Document(ctx, id)
		if err != nil {
			return err
		}
		list[n] = dispute.Evidence{
			ID: newUUID(), DisputeID: w.d.ID, DocumentKind: d.Kind, State: dispute.EvidenceReceived, DocumentID: someID(id),
			Note: "appeal", RequestedBy: w.actor.ID, Version: 1,
		}
	}
	return w.tx.InsertEvidence(ctx, list)
}
