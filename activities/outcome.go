package activities

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/port"
)

// errAltered means that stored bytes are not what was approved or dispatched.
var errAltered = fault.New(fault.Internal, "notice.altered", "the stored message is not the one that was composed")

// The codes of refused notices; the facts of an item tell them apart.
const (
	reasonRefusedAddress = "refused_address"
	reasonRefused        = "refused"
)

// outcomeWork is everything that the outcome of a message changes.
func outcomeWork(ctx context.Context, tx port.Tx, f port.NoticeFile, outcome notice.Outcome, now time.Time) (port.Work, error) {
	steps, err := tx.StepsOfNotice(ctx, f.ID)
	if err != nil {
		return port.Work{}, err
	}
	f.OutcomeDetail = outcome.Detail
	o := &outcomeJob{f: f, now: now, steps: make(map[uuid.UUID]casework.Step, len(steps))}
	for _, s := range steps {
		o.steps[s.ID] = s
	}
	switch outcome.Kind {
	case notice.Accepted:
		err = o.sent()
	case notice.RefusedAddress:
		err = o.refused(reasonRefusedAddress)
	case notice.RefusedMessage:
		err = o.refused(reasonRefused)
	case notice.Temporary:
		// Certainly not accepted: the next attempt composes anew what was not frozen for approval.
		o.f.State, o.f.Outcome = notice.Sealed, string(notice.Temporary)
	default:
		o.f.Outcome = string(notice.Unknown)
	}
	o.work.Notices = []port.NoticeWrite{{Notice: o.f.Notice, WakeAt: o.wake()}}
	return o.work, err
}

type outcomeJob struct {
	f     port.NoticeFile
	now   time.Time
	steps map[uuid.UUID]casework.Step
	work  port.Work
}

func (o *outcomeJob) wake() time.Time {
	if o.f.State == notice.Sealed || o.f.State == notice.Sending {
		return o.now
	}
	return time.Time{}
}

// sent moves each line's item up its ladder. A case is nudged only if the notice did not go out on the day on which the
// case expects it: otherwise its next moment is the one it waits for already.
func (o *outcomeJob) sent() error {
	at := o.now
	o.work.Taken = append(o.work.Taken, o.f.ID)
	o.f.State, o.f.SentAt, o.f.Outcome = notice.Sent, &at, ""
	asExpected := o.f.Stage == "" && dateIn(o.now, o.f.TimeZone) == dateIn(o.f.OpensAt, o.f.TimeZone)
	for _, l := range o.f.Lines {
		if !isLive(l) {
			continue
		}
		l.State = notice.LineSent
		o.work.Lines = append(o.work.Lines, l)
		step, ok := o.steps[l.StepID]
		if !ok {
			continue
		}
		step.State, step.DoneOn = casework.StepDone, dateIn(o.now, o.f.TimeZone)
		o.work.Steps = append(o.work.Steps, step)
		o.work.Climbs = append(o.work.Climbs, port.Climb{StepID: step.ID, On: step.DoneOn, Notice: true, Level: l.Level})
		if !asExpected {
			o.work.Nudges = append(o.work.Nudges, nudgeCase(l.CaseID, l.ItemID))
		}
		if err := o.audit("line.sent", "notice_line", l.ID, l.InvoiceID, map[string]any{
			"notice_id": o.f.ID, "item_id": l.ItemID, "stage": l.Stage, "level": l.Level, "amount_minor": l.AskMinor,
			"currency": o.f.Currency, "channel": o.f.Channel,
		}); err != nil {
			return err
		}
	}
	return o.noticeAudit("notice.sent")
}

// refused frees the steps, so that the cases look for another contact or channel, or a person.
func (o *outcomeJob) refused(reason string) error {
	o.f.State, o.f.Outcome = notice.Refused, reason
	for _, l := range o.f.Lines {
		if !isLive(l) {
			continue
		}
		l.State, l.Reason = notice.LineRefused, reason
		o.work.Lines = append(o.work.Lines, l)
		if step, ok := o.steps[l.StepID]; ok {
			step.State, step.Reason, step.DoneOn = casework.StepRefused, reason, dateIn(o.now, o.f.TimeZone)
			o.work.Steps = append(o.work.Steps, step)
		}
		o.work.Nudges = append(o.work.Nudges, nudgeCase(l.CaseID, l.ItemID))
		if err := o.audit("line.refused", "notice_line", l.ID, l.InvoiceID, map[string]any{
			"notice_id": o.f.ID, "item_id": l.ItemID, "stage": l.Stage, "reason": reason, "channel": o.f.Channel,
		}); err != nil {
			return err
		}
	}
	if reason == reasonRefusedAddress && o.f.Channel == receivable.Email && o.f.ContactID.Valid {
		if err := o.badAddress(); err != nil {
			return err
		}
	}
	return o.noticeAudit("notice.refused")
}

// badAddress marks the contact and gives a person the address to correct.
func (o *outcomeJob) badAddress() error {
	contact := o.f.ContactID.UUID
	o.work.BadEmail = []port.BadEmail{{ContactID: contact, At: o.now, Reason: o.f.OutcomeDetail}}
	o.work.Tasks = append(o.work.Tasks, casework.Task{
		ID: newID(), Kind: taskBadAddress, Dedupe: taskBadAddress + "/" + o.f.ID.String(),
		CustomerID: uuid.NullUUID{UUID: o.f.CustomerID, Valid: true}, InvoiceID: oneInvoice(o.f.Lines),
		Assignee: o.f.Collector, Role: string(access.Collector), Summary: "An e-mail address was refused: correct it",
		DueOn: dateIn(o.now, o.f.TimeZone), State: casework.TaskOpen, CreatedAt: o.now,
	})
	e, err := entry(o.now, "contact.email_failed", "contact", contact, o.f.CustomerID, uuid.NullUUID{}, map[string]any{"notice_id": o.f.ID})
	o.work.Audit = append(o.work.Audit, e)
	return err
}

func (o *outcomeJob) noticeAudit(action string) error {
	e, err := entry(o.now, action, "notice", o.f.ID, o.f.CustomerID, oneInvoice(o.f.Lines), map[string]any{
		"channel": o.f.Channel, "amount_minor": o.f.AskedMinor, "currency": o.f.Currency, "lines": len(o.work.Lines),
		"outcome": o.f.Outcome, "resends": o.f.Resends,
	})
	o.work.Audit = append([]audit.Entry{e}, o.work.Audit...)
	return err
}

func (o *outcomeJob) audit(action, kind string, id uuid.UUID, invoice uuid.NullUUID, data map[string]any) error {
	e, err := entry(o.now, action, kind, id, o.f.CustomerID, invoice, data)
	o.work.Audit = append(o.work.Audit, e)
	return err
}
