package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
)

// CustomerQuestion is what a person asked the customer for, by whatever way.
type CustomerQuestion struct {
	Note    string
	ReplyBy calendar.Date // none: by the rules
}

// AskCustomer notes that the customer was asked for something; the case waits for the answer until ReplyBy.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now.
func (a *App) AskCustomer(ctx context.Context, who access.Principal, id uuid.UUID, in CustomerQuestion) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	var f receivable.Form
	f.Required("note", in.Note, maxNote)
	if !in.ReplyBy.IsZero() {
		f.Date("reply_by", in.ReplyBy)
	}
	if err := f.Err("question"); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActAskCustomer); err != nil {
			return err
		}
		if err := w.note(ctx, in.Note); err != nil {
			return err
		}
		if err := w.dueIn(ctx, dispute.DeadlineCustomerReply, replyDays, in.ReplyBy); err != nil {
			return err
		}
		return w.finish(ctx, dispute.ActAskCustomer, entry, "dispute.customer_asked", map[string]any{})
	})
}

// CustomerReplied notes that the customer answered: the case goes on.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now.
func (a *App) CustomerReplied(ctx context.Context, who access.Principal, id uuid.UUID, note string) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	var f receivable.Form
	f.Text("note", note, maxNote)
	if err := f.Err("reply"); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActCustomerReplies); err != nil {
			return err
		}
		if err := w.note(ctx, note); err != nil {
			return err
		}
		if err := w.met(ctx, dispute.DeadlineCustomerReply); err != nil {
			return err
		}
		return w.finish(ctx, dispute.ActCustomerReplies, entry, "dispute.customer_replied", map[string]any{})
	})
}
