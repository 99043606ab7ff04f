package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

// Settlement gives up an amount of a claim.
type Settlement struct {
	AmountMinor int64
	Reason      string // a reason code; empty: the claim's
	Comment     string
}

func (in Settlement) check(least int64) error {
	var f receivable.Form
	if in.AmountMinor < least {
		f.Add("amount_minor", receivable.CodeOutOfRange, "is too small")
	}
	f.Text("comment", in.Comment, maxComment)
	return f.Err("settlement")
}

// SettleDispute gives up an amount for peace, not because it is valid: of what is undecided, the rest of which is denied, or
// of what was denied already. Above the person's limit for concessions it is proposed.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now, dispute.same_decider,
// dispute.exceeds_undecided, dispute.exceeds_denied, reason_code.unknown.
func (a *App) SettleDispute(ctx context.Context, who access.Principal, id uuid.UUID, in Settlement) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesDecide); err != nil {
		return DisputeFile{}, err
	}
	if err := in.check(1); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesDecide, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActSettle); err != nil {
			return err
		}
		dec := dispute.Decision{Kind: dispute.DecideSettle, ConcededMinor: in.AmountMinor, Reason: in.Reason, Comment: in.Comment}
		var err error
		if undecided := w.d.Amounts().UndecidedMinor; undecided > 0 {
			dec.DeniedMinor = max(0, undecided-in.AmountMinor)
			dec.Parts, err = dispute.Allocate(w.d.Parts, 0, dec.DeniedMinor, dec.ConcededMinor)
		} else {
			dec.Parts, err = dispute.AllocateDenied(w.d.Parts, dec.ConcededMinor)
		}
		if err != nil {
			return err
		}
		return w.pass(ctx, dec, w.whole(), entry)
	})
}

// GiveUpDispute writes off a denied amount that does not come back; 0 means all of it. Above the person's limit it is
// proposed.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now, dispute.exceeds_denied,
// reason_code.unknown.
func (a *App) GiveUpDispute(ctx context.Context, who access.Principal, id uuid.UUID, in Settlement) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesDecide); err != nil {
		return DisputeFile{}, err
	}
	if err := in.check(0); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesDecide, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActGiveUp); err != nil {
			return err
		}
		dec := dispute.Decision{Kind: dispute.DecideGiveUp, ConcededMinor: in.AmountMinor, Reason: in.Reason, Comment: in.Comment}
		if dec.ConcededMinor == 0 {
			dec.ConcededMinor = w.d.Amounts().DeniedMinor
		}
		var err error
		if dec.Parts, err = dispute.AllocateDenied(w.d.Parts, dec.ConcededMinor); err != nil {
			return err
		}
		return w.pass(ctx, dec, w.whole(), entry)
	})
}

// WithdrawDispute notes that the customer takes its claim back. What it withheld it owes: that is collected as after a
// denial. What it only contested is asked for again. A denial that it contested it accepts.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now.
func (a *App) WithdrawDispute(ctx context.Context, who access.Principal, id uuid.UUID, reason string) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	if err := checkText("reason", reason); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActWithdraw); err != nil {
			return err
		}
		minor := w.d.Amounts().UndecidedMinor
		if err := w.takeBack(ctx, reason); err != nil {
			return err
		}
		return w.finish(ctx, dispute.ActWithdraw, entry, "dispute.withdrawn", map[string]any{
			"amount_minor": minor, "currency": w.d.Currency,
		})
	})
}

func (w *claimWork) takeBack(ctx context.Context, reason string) error {
	if err := w.note(ctx, reason); err != nil {
		return err
	}
	if err := w.retractProposal(ctx, "withdrawn"); err != nil {
		return err
	}
	if w.d.Amounts().UndecidedMinor > 0 {
		if err := w.withdraw(ctx); err != nil {
			return err
		}
		return w.decisionMet(ctx)
	}
	if err := w.met(ctx, dispute.DeadlineCustomerReply, dispute.DeadlineNextRound); err != nil {
		return err
	}
	w.d.State = dispute.AwaitingRepayment // the contest is over
	return nil
}

// ReopenDispute takes a case up again: what was found valid and awaits its credit memo is undecided again, of a closed case
// what was withdrawn and what came back after a denial. What was credited or written off stays so: a credit memo is declared
// void, and a write-off is undone, for themselves.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now.
func (a *App) ReopenDispute(ctx context.Context, who access.Principal, id uuid.UUID, reason string) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesDecide); err != nil {
		return DisputeFile{}, err
	}
	if err := checkText("reason", reason); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesDecide, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActReopen); err != nil {
			return err
		}
		minor, err := w.reopen(ctx, reason)
		if err != nil {
			return err
		}
		return w.finish(ctx, dispute.ActReopen, entry, "dispute.reopened", map[string]any{"amount_minor": minor, "currency": w.d.Currency})
	})
}

func (w *claimWork) reopen(ctx context.Context, reason string) (int64, error) {
	for n := range w.d.Parts {
		if err := w.undecide(&w.d.Parts[n]); err != nil {
			return 0, err
		}
	}
	minor := w.d.Amounts().UndecidedMinor
	if minor == 0 {
		return 0, fault.New(fault.Conflict, dispute.CodeNotNow, "all of it was credited or written off")
	}
	w.d.Outcome = ""
	if err := w.note(ctx, reason); err != nil {
		return 0, err
	}
	return minor, w.dueIn(ctx, dispute.DeadlineDecision, decisionDays, 0)
}

// undecide makes what was decided of a part, and can be decided anew, undecided again.
func (w *claimWork) undecide(p *dispute.Part) error {
	if err := some(p.CreditDueMinor, p.Reconsider); err != nil || !w.d.State.Ended() {
		return err
	}
	if err := some(p.WithdrawnMinor, p.Reinstate); err != nil {
		return err
	}
	return some(p.RepaidMinor, p.Overturn)
}
