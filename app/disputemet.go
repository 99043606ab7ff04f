package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

// MeetDeadline notes that what a deadline asks for has happened outside of the case: the carrier was asked to pay, or the
// limitation is stayed. Its tasks end; one that had lapsed is met late. The other kinds are met by what is done to the case.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now.
func (a *App) MeetDeadline(ctx context.Context, who access.Principal, id uuid.UUID, kind dispute.DeadlineKind, note string) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesDecide); err != nil {
		return DisputeFile{}, err
	}
	var f receivable.Form
	receivable.OneOf(&f, "kind", kind, dispute.MetByPerson()...)
	f.Required("note", note, maxNote)
	if err := f.Err("deadline"); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesDecide, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		d, err := w.meet(ctx, kind)
		if err != nil {
			return err
		}
		if err := w.note(ctx, note); err != nil {
			return err
		}
		if err := w.tx.NudgeDispute(ctx, w.d.ID); err != nil {
			return err
		}
		return recordClaim(ctx, w.tx, w.now, w.actor.ID, w.d, entry, "dispute.deadline_met", map[string]any{
			"deadline": kind, "due_on": d.DueOn,
		})
	})
}

// meet ends the deadline of a kind that stands or has lapsed, and returns it as it was. Error: dispute.not_now.
func (w *claimWork) meet(ctx context.Context, kind dispute.DeadlineKind) (dispute.Deadline, error) {
	all, err := w.tx.DeadlinesOf(ctx, w.d.ID)
	if err != nil {
		return dispute.Deadline{}, err
	}
	waits := func(d dispute.Deadline) bool {
		return d.Kind == kind && (d.State == dispute.DeadlineOpen || d.State == dispute.DeadlineLapsed)
	}
	at := slices.IndexFunc(all, waits)
	if at < 0 || w.d.State.Ended() && !w.d.Outlives(kind) {
		return dispute.Deadline{}, fault.Newf(fault.Conflict, dispute.CodeNotNow, "the case has no deadline (%s) that anybody waits for", plainWord(string(kind)))
	}
	was := all[at]
	if err := w.ledger.endTasks(ctx, w.d.ID, all, dispute.DeadlineMet, waits); err != nil {
		return was, err
	}
	settled := w.now
	met := was
	met.State, met.SettledAt = dispute.DeadlineMet, &settled
	return was, w.tx.PutDeadlines(ctx, []dispute.Deadline{met})
}
