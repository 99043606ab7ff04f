package activities

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// Notices holds the activities of a customer's notice.
type Notices struct {
	Store  port.Store
	Clock  port.Clock
	Office Office
	// Real is the real clock; nil is the machine's.
	Real func() time.Time
	// SendWithin bounds the real time between the commit of a dispatch and the first byte; a slower one is dispatched
	// again. 0 is two seconds.
	SendWithin time.Duration
}

// ReviewNotice looks at a notice under way: what is to be done now, or when next.
func (n *Notices) ReviewNotice(ctx context.Context, in contract.Step) (contract.Next, error) {
	now, err := businessNow(ctx, n.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	var f port.NoticeFile
	err = n.Store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		f, err = tx.NoticeFile(ctx, in.Subject)
		return err
	})
	if err != nil {
		return contract.Next{}, err
	}
	return n.plan(ctx, f, now)
}

// plan says what a notice waits for.
func (n *Notices) plan(ctx context.Context, f port.NoticeFile, now time.Time) (contract.Next, error) {
	switch f.State {
	case notice.Gathering, notice.Sealed:
		return n.planSending(ctx, f, now)
	case notice.Draft:
		switch {
		case !f.Approval.ID.Valid:
			return contract.Next{}, nil // its approval was decided by a transaction that nudges
		case !now.Before(f.Approval.DueAt):
			return contract.Next{Now: contract.NoticeDeadline}, nil
		}
		return resolve(ctx, n.Clock, contract.Next{WakeAt: f.Approval.DueAt, AtWake: contract.NoticeDeadline})
	case notice.Sending:
		return contract.Next{Now: contract.DeliverNotice}, nil
	}
	return contract.Next{Closed: true}, nil
}

// planSending waits for the window's opening and, from the first line on, a short pause for more lines.
func (n *Notices) planSending(ctx context.Context, f port.NoticeFile, now time.Time) (contract.Next, error) {
	opens, err := opening(f.Notice, now)
	if err != nil {
		return contract.Next{}, err
	}
	next := contract.Next{WakeAt: opens, AtWake: contract.DeliverNotice}
	if opens.After(now) {
		next, err = resolve(ctx, n.Clock, next)
		if !next.Until.IsZero() && next.Until.Before(f.SealAfter) {
			next.Until = f.SealAfter
		}
		return next, err
	}
	if n.real().Before(f.SealAfter) {
		next.Until = f.SealAfter
		return next, nil
	}
	return contract.Next{Now: contract.DeliverNotice}, nil
}

// opening is when the notice may go out: now, if its moment has come and its window is open, else the next opening.
func opening(n notice.Notice, now time.Time) (time.Time, error) {
	if now.Before(n.OpensAt) {
		return n.OpensAt, nil
	}
	return nextOpening(n.Window, nil, now, n.TimeZone, n.Calendar)
}

// NoticeDeadline does what the policy says about a draft that nobody decided in time.
func (n *Notices) NoticeDeadline(ctx context.Context, in contract.Step) (contract.Next, error) {
	now, err := businessNow(ctx, n.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	var next contract.Next
	err = n.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		f, err := tx.LockNotice(ctx, in.Subject)
		if err != nil {
			return err
		}
		if f.State == notice.Draft && f.Approval.ID.Valid && !now.Before(f.Approval.DueAt) {
			if f, err = passDeadline(ctx, tx, f, now); err != nil {
				return err
			}
		}
		next, err = n.plan(ctx, f, now)
		return err
	})
	if err == nil {
		err = failpoint.Hit(failpoint.DeadlineAfterCommit)
	}
	return next, err
}

// passDeadline writes what the deadline does and returns the notice as it is then.
func passDeadline(ctx context.Context, tx port.Tx, f port.NoticeFile, now time.Time) (port.NoticeFile, error) {
	ap, err := tx.Approval(ctx, f.Approval.ID.UUID)
	if err != nil {
		return f, err
	}
	h := house{f.HouseZone, f.HouseCalendar}
	ap, action := h.overdue(ap, now)
	invoice := oneInvoice(f.Lines)
	e, err := entry(now, action, "approval", ap.ID, ap.CustomerID, invoice, approvalData(ap))
	if err != nil {
		return f, err
	}
	work := port.Work{Approvals: []casework.Approval{ap}, Audit: []audit.Entry{e}}
	if ap.State == casework.ApprovalSkipped {
		f, err = skipDraft(ctx, tx, f, now, &work)
		if err != nil {
			return f, err
		}
	} else {
		f.Approval.DueAt = ap.DueAt
		work.Tasks = append(work.Tasks, h.overdueTask(ap, invoice, now))
	}
	work.Notices = []port.NoticeWrite{{Notice: f.Notice, WakeAt: wakeOf(f)}}
	return f, tx.Write(ctx, work)
}

func wakeOf(f port.NoticeFile) time.Time {
	if f.State == notice.Draft {
		return f.Approval.DueAt
	}
	return time.Time{}
}

// skipDraft lets the ladders go on without the draft; no level rises.
func skipDraft(ctx context.Context, tx port.Tx, f port.NoticeFile, now time.Time, work *port.Work) (port.NoticeFile, error) {
	steps, err := tx.StepsOfNotice(ctx, f.ID)
	if err != nil {
		return f, err
	}
	const why = "approval_deadline"
	f.State, f.Outcome = notice.Withdrawn, why
	for _, s := range steps {
		if s.State != casework.StepAwaitingApproval {
			continue
		}
		s.State, s.Reason, s.DoneOn = casework.StepSkipped, why, dateIn(now, f.TimeZone)
		work.Steps = append(work.Steps, s)
		work.Climbs = append(work.Climbs, port.Climb{StepID: s.ID, On: s.DoneOn})
		work.Nudges = append(work.Nudges, nudgeCase(s.CaseID, s.ItemID))
		e, err := entry(now, "step.skipped", "step", s.ID, f.CustomerID, invoiceOf(f.Lines, s.ID),
			map[string]any{"stage": s.Stage, "reason": why, "item_id": s.ItemID})
		if err != nil {
			return f, err
		}
		work.Audit = append(work.Audit, e)
	}
	for _, l := range f.Lines {
		if l.State == notice.LineLive {
			l.State, l.Reason = notice.LineWithdrawn, why
			work.Lines = append(work.Lines, l)
		}
	}
	return f, nil
}

// invoiceOf is the invoice of the step's line.
func invoiceOf(lines []notice.Line, step uuid.UUID) uuid.NullUUID {
	for _, l := range lines {
		if l.StepID == step {
			return l.InvoiceID
		}
	}
	return uuid.NullUUID{}
}

// nudgeCase nudges the collection case of an item.
func nudgeCase(caseID, itemID uuid.UUID) port.Nudge {
	kind := contract.CaseKindOf(caseID, itemID)
	return port.Nudge{WorkflowID: contract.WorkflowID(kind, caseID), SubjectID: caseID, Kind: kind, FirstAction: contract.Review}
}

func (n *Notices) real() time.Time {
	if n.Real != nil {
		return n.Real()
	}
	return time.Now()
}

// limit leaves only the channels that are set up among those that reach the customer.
func (o Office) limit(file *port.CaseFile) {
	var channels []receivable.Channel
	for _, c := range file.Facts.Customer.Channels {
		if _, ok := o.Channels[c]; ok {
			channels = append(channels, c)
		}
	}
	file.Facts.Customer.Channels = channels
}
