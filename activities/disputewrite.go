package activities

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// WriteToCustomer dispatches the message that is due about a claim, hands it to the mail server and records the outcome. Run
// again after a crash it sends the same bytes again if the facts are unchanged, and writes anew otherwise.
func (p *Disputes) WriteToCustomer(ctx context.Context, in contract.Step) (contract.Next, error) {
	defer beat(ctx)()
	now, err := businessNow(ctx, p.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	if strange(ctx) {
		return p.handBack(ctx, in, now)
	}
	f, err := p.before(ctx, in)
	if err != nil {
		return contract.Next{}, err
	}
	m, found := dueMessage(f.Messages)
	if !found {
		return p.plan(ctx, f, now)
	}
	channel, set := p.Office.Channels[receivable.Email]
	if !set {
		return p.unsent(ctx, in, m.ID)
	}
	session, err := channel.Prepare(ctx)
	if err != nil {
		return contract.Next{}, fault.Wrap(err, fault.Unavailable, CodeTemporary, "the mail server is not ready")
	}
	defer func() { _ = session.Close() }() // what was sent is recorded; nothing is left to lose
	if err := failpoint.Hit(failpoint.DeliverPrepared); err != nil {
		return contract.Next{}, err
	}
	return p.exchange(ctx, in, session)
}

// dueMessage is the oldest message that is not yet out.
func dueMessage(list []dispute.Message) (dispute.Message, bool) {
	at := slices.IndexFunc(list, func(m dispute.Message) bool {
		return m.State == dispute.MessageDue || m.State == dispute.MessageSending
	})
	if at < 0 {
		return dispute.Message{}, false
	}
	return list[at], true
}

// before reads the claim: with nothing to say there is no need for the mail server.
func (p *Disputes) before(ctx context.Context, in contract.Step) (f claimFile, err error) {
	err = p.Store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		f, err = readClaim(ctx, tx, in.Subject)
		return err
	})
	return f, err
}

// exchange dispatches and sends, as it does a notice.
func (p *Disputes) exchange(ctx context.Context, in contract.Step, session Session) (contract.Next, error) {
	files := shelf{files: p.Office.Files}
	for attempt := range maxDispatches {
		var d dispatched
		err := files.with(ctx, func() (err error) {
			d, err = p.dispatch(ctx, in, &files, attempt > 0)
			return err
		})
		if err != nil {
			return contract.Next{}, err
		}
		if !d.send {
			return d.next, failpoint.Hit(failpoint.DispatchWithoutSending)
		}
		if err := failpoint.Hit(failpoint.DispatchAfterCommit); err != nil {
			return contract.Next{}, err
		}
		if p.real().Sub(d.committed) > p.sendWithin() {
			continue
		}
		outcome := session.Send(ctx, d.message)
		if err := failpoint.Hit(failpoint.SendAfter); err != nil {
			return contract.Next{}, err
		}
		return p.record(ctx, in, d.message.NoticeID, outcome)
	}
	return contract.Next{}, fault.New(fault.Unavailable, CodeTooSlow, "the message could not be handed over soon enough after its dispatch")
}

// record writes the outcome, even when the activity has been cancelled in between: the message is out.
func (p *Disputes) record(ctx context.Context, in contract.Step, message uuid.UUID, outcome notice.Outcome) (contract.Next, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	now, err := businessNow(ctx, p.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	var next contract.Next
	err = p.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		f, err := lockClaim(ctx, tx, in.Subject)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(f.Messages, func(m dispute.Message) bool { return m.ID == message && m.State == dispute.MessageSending })
		if at >= 0 {
			o := &messageOutcome{tx: tx, f: f, m: &f.Messages[at], now: now}
			if err := o.take(ctx, outcome); err != nil {
				return err
			}
		}
		if err := keepDate(ctx, tx, &f, f.Dispute.State, now); err != nil {
			return err
		}
		if next, err = p.plan(ctx, f, now); err != nil {
			return err
		}
		return failpoint.Hit(failpoint.OutcomeBeforeCommit)
	})
	if err == nil {
		err = failpoint.Hit(failpoint.OutcomeAfterCommit)
	}
	if err != nil {
		return contract.Next{}, err
	}
	switch outcome.Kind {
	case notice.Temporary:
		return contract.Next{}, fault.Wrap(errors.New(outcome.Detail), fault.Unavailable, CodeTemporary, "the message was turned away for now")
	case notice.Unknown:
		return contract.Next{}, fault.Wrap(errors.New(outcome.Detail), fault.Unavailable, CodeUnknown, "the answer to the message was lost")
	}
	return next, nil
}

// unsent gives a message to a person because there is no mail server to hand it to.
func (p *Disputes) unsent(ctx context.Context, in contract.Step, message uuid.UUID) (contract.Next, error) {
	now, err := businessNow(ctx, p.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	var next contract.Next
	err = p.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		f, err := lockClaim(ctx, tx, in.Subject)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(f.Messages, func(m dispute.Message) bool { return m.ID == message })
		if at >= 0 {
			o := &messageOutcome{tx: tx, f: f, m: &f.Messages[at], now: now}
			if err := o.byHand(ctx, "no_channel"); err != nil {
				return err
			}
		}
		if err := keepDate(ctx, tx, &f, f.Dispute.State, now); err != nil {
			return err
		}
		next, err = p.plan(ctx, f, now)
		return err
	})
	return next, err
}

// messageOutcome is what the outcome of a message changes. The message is one of the file's.
type messageOutcome struct {
	tx   port.Tx
	f    claimFile
	m    *dispute.Message
	now  time.Time
	work port.Work
}

func (o *messageOutcome) take(ctx context.Context, outcome notice.Outcome) error {
	switch outcome.Kind {
	case notice.Accepted:
		at := o.now
		o.m.State, o.m.SentAt, o.m.Reason = dispute.MessageSent, &at, ""
		e, err := claimEntry(o.f.Dispute, o.now, "dispute.message_sent", map[string]any{
			"message": o.m.Kind, "channel": receivable.Email, "dispatches": o.m.Attempts, "state": o.f.Dispute.State,
		})
		if err != nil {
			return err
		}
		o.work.Audit = []audit.Entry{e}
		if o.m.Kind == messageDenial {
			if err := o.objected(ctx); err != nil {
				return err
			}
		}
	case notice.RefusedAddress:
		o.m.State, o.m.Reason = dispute.MessageDue, reasonRefusedAddress
		if err := o.badAddress(ctx, outcome); err != nil {
			return err
		}
	case notice.RefusedMessage:
		return o.byHand(ctx, reasonRefused)
	case notice.Temporary:
		o.m.State, o.m.Reason = dispute.MessageDue, string(notice.Temporary)
	default:
		o.m.Reason = string(notice.Unknown)
	}
	return o.write(ctx)
}

// objected meets the customer's window for our objection: the denial that was sent is the objection.
func (o *messageOutcome) objected(ctx context.Context) error {
	window := port.OfKinds(dispute.DeadlineContest)
	outcomes := port.DeadlineTaskOutcomes(o.f.Deadlines, dispute.DeadlineMet, window)
	entries, err := endDeadlineTasks(ctx, o.tx, o.f, outcomes, o.now)
	if err != nil {
		return err
	}
	o.work.Audit = append(o.work.Audit, entries...)
	if len(dispute.Settle(o.f.Deadlines, dispute.DeadlineMet, o.now, dispute.DeadlineContest)) == 0 {
		return nil
	}
	return o.tx.PutDeadlines(ctx, o.f.Deadlines)
}

func (o *messageOutcome) write(ctx context.Context) error {
	if err := o.tx.PutMessage(ctx, *o.m); err != nil {
		return err
	}
	return o.tx.Write(ctx, o.work)
}

// byHand gives up on the message; a person tells the customer by another way.
func (o *messageOutcome) byHand(ctx context.Context, why string) error {
	o.m.State, o.m.Reason = dispute.MessageRefused, why
	task := claimTask(o.f, taskClaimMessage, o.m.ID.String(), string(access.Analyst),
		"The customer could not be told by mail ("+o.m.Kind+"): tell them another way", o.now)
	task.Assignee = o.f.Dispute.Owner
	o.work.Tasks = append(o.work.Tasks, task)
	return o.write(ctx)
}

// badAddress marks the contact, so that the next one is written to, and gives a person the address to correct.
func (o *messageOutcome) badAddress(ctx context.Context, outcome notice.Outcome) error {
	d := o.f.Dispute
	nc, err := o.tx.NoticeContext(ctx, d.CustomerID, d.Currency, nil)
	if err != nil {
		return err
	}
	contact, ok := contactFor(nc.Contacts, receivable.Email)
	if !ok || contact.Email != o.m.Address {
		return nil
	}
	o.work.BadEmail = []port.BadEmail{{ContactID: contact.ID, At: o.now, Reason: outcome.Detail}}
	task := claimTask(o.f, taskBadAddress, o.m.ID.String()+"/"+contact.ID.String(), string(access.Collector),
		"An e-mail address was refused: correct it", o.now)
	task.Assignee = o.f.customer.Collector
	o.work.Tasks = append(o.work.Tasks, task)
	e, err := entry(o.now, "contact.email_failed", "contact", contact.ID, d.CustomerID, uuid.NullUUID{}, map[string]any{"dispute_id": d.ID})
	o.work.Audit = append(o.work.Audit, e)
	return err
}
