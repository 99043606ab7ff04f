package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

// maxPortalReference bounds the number of a case in a customer's portal.
const maxPortalReference = 100

// contestChannel is how a denial was submitted.
type contestChannel string

// contestAnswer is how the customer took it.
type contestAnswer string

// NewRound is one submission of a denial to the customer.
type NewRound struct {
	Channel         string // notice, portal, email, letter
	PortalReference string
	ReplyBy         calendar.Date // none: by the rules
	BuyerInvolved   bool
}

// SubmitDispute notes that a denial was submitted to the customer, the next round of the contest. The case waits for the
// answer until ReplyBy.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now.
func (a *App) SubmitDispute(ctx context.Context, who access.Principal, id uuid.UUID, in NewRound) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	if err := in.check(); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActSubmit); err != nil {
			return err
		}
		if err := w.submit(ctx, in); err != nil {
			return err
		}
		return w.finish(ctx, dispute.ActSubmit, entry, "dispute.submitted", map[string]any{
			"round": w.d.Round, "submit_channel": in.Channel, "buyer_involved": in.BuyerInvolved,
		})
	})
}

func (in NewRound) check() error {
	var f receivable.Form
	receivable.OneOf(&f, "channel", contestChannel(in.Channel), "notice", "portal", "email", "letter")
	f.Line("portal_reference", in.PortalReference, maxPortalReference)
	if !in.ReplyBy.IsZero() {
		f.Date("reply_by", in.ReplyBy)
	}
	return f.Err("submission")
}

func (w *claimWork) submit(ctx context.Context, in NewRound) error {
	if err := w.met(ctx, dispute.MetBy(dispute.ActSubmit)...); err != nil {
		return err
	}
	if err := w.dueIn(ctx, dispute.DeadlineCustomerReply, replyDays, in.ReplyBy); err != nil {
		return err
	}
	replyBy, err := w.dueOn(ctx, dispute.DeadlineCustomerReply)
	if err != nil {
		return err
	}
	w.d.Round++
	w.d.PortalReference = orElse(in.PortalReference, w.d.PortalReference)
	return w.tx.PutRound(ctx, dispute.Round{
		DisputeID: w.d.ID, Round: w.d.Round, Channel: in.Channel, PortalReference: w.d.PortalReference, SubmittedBy: w.actor.ID,
		SubmittedAt: w.now, ReplyBy: replyBy, BuyerInvolved: in.BuyerInvolved,
	})
}

// ContestAnswer is how the customer took a denial.
type ContestAnswer struct {
	Answer string // accepted, refused, no_answer
	Note   string
}

// AnswerDispute notes the customer's answer to a denial: accepted, the denied part is collected; refused, the next round is
// due; no answer, the denied part is collected as well.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now.
func (a *App) AnswerDispute(ctx context.Context, who access.Principal, id uuid.UUID, in ContestAnswer) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	var f receivable.Form
	receivable.OneOf(&f, "answer", contestAnswer(in.Answer), "accepted", "refused", "no_answer")
	f.Text("note", in.Note, maxNote)
	if err := f.Err("answer"); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		act := map[string]dispute.Act{
			"accepted": dispute.ActAccepted, "refused": dispute.ActRefused, "no_answer": dispute.ActNoAnswer,
		}[in.Answer]
		if err := w.may(act); err != nil {
			return err
		}
		if err := w.answered(ctx, in, act); err != nil {
			return err
		}
		return w.finish(ctx, act, entry, "dispute.answered", map[string]any{"round": w.d.Round, "answer": in.Answer})
	})
}

func (w *claimWork) answered(ctx context.Context, in ContestAnswer, act dispute.Act) error {
	rounds, err := w.tx.RoundsOf(ctx, w.d.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(rounds, func(r dispute.Round) bool { return r.Round == w.d.Round })
	if at < 0 || rounds[at].Answer != "" {
		return fault.New(fault.Conflict, dispute.CodeNotNow, "nothing was submitted to the customer that it has not answered")
	}
	round := rounds[at]
	round.Answer, round.AnswerNote, round.AnsweredAt, round.AnsweredBy = in.Answer, in.Note, &w.now, w.actor.ID
	if err := w.tx.PutRound(ctx, round); err != nil {
		return err
	}
	if err := w.met(ctx, dispute.MetBy(act)...); err != nil || act != dispute.ActRefused {
		return err
	}
	return w.dueIn(ctx, dispute.DeadlineNextRound, nextRoundDays, 0)
}
