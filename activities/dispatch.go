package activities

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// The counters of the one window in which a crash may send twice.
const (
	countResent    = "resent_same_bytes"
	countWithdrawn = "withdrawn_in_sending"
)

// dispatched is what a dispatch came to: a message to be sent now, or what to wait for.
type dispatched struct {
	send      bool
	message   notice.Message
	committed time.Time // real
	next      contract.Next
}

// dispatch is the transaction whose commit is the moment of sending: every line is looked at again with the customer
// locked, what no longer holds is dropped, the bytes are stored, and the notice is marked as being sent. again: this
// process has dispatched it before and handed nothing over, so nobody can have got it.
func (n *Notices) dispatch(ctx context.Context, in contract.Step, files *shelf, again bool) (dispatched, error) {
	now, err := businessNow(ctx, n.Clock)
	if err != nil {
		return dispatched{}, err
	}
	var d dispatched
	err = n.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		d = dispatched{}
		f, err := tx.LockNotice(ctx, in.Subject)
		if err != nil {
			return err
		}
		if d.next, err = n.plan(ctx, f, now); err != nil || d.next.Now != contract.DeliverNotice {
			return err
		}
		job := &dispatchJob{n: n, tx: tx, f: f, now: now, files: files, resend: f.State == notice.Sending && !again}
		if d, err = job.run(ctx); err != nil {
			return err
		}
		return failpoint.Hit(failpoint.DispatchBeforeCommit)
	})
	d.committed = n.real()
	return d, err
}

// dispatchJob is one dispatch under way.
type dispatchJob struct {
	n      *Notices
	tx     port.Tx
	f      port.NoticeFile
	now    time.Time
	files  *shelf
	resend bool // the bytes of an earlier run may be out
	work   port.Work
	same   bool            // no line changed
	late   bool            // the draft asks for payment by a day that has passed
	closed []calendar.Date // on which the lines' policies send nothing
}

func (j *dispatchJob) run(ctx context.Context) (dispatched, error) {
	if err := j.checkLines(ctx); err != nil {
		return dispatched{}, err
	}
	if opens, err := nextOpening(j.f.Window, j.closed, j.now, j.f.TimeZone, j.f.Calendar); err != nil || (opens.After(j.now) && !j.resend) {
		return j.putOff(ctx, opens, err)
	}
	nc, err := j.tx.NoticeContext(ctx, j.f.CustomerID, j.f.Currency, itemsOf(j.f.Lines))
	if err != nil {
		return dispatched{}, err
	}
	frozen := j.resend || j.f.Stage != ""
	switch {
	case frozen && (!j.same || !j.sameRecipient(nc)):
		return j.withdraw(ctx, "facts_changed")
	case j.late:
		return j.withdraw(ctx, "pay_by_passed")
	case !slices.ContainsFunc(j.f.Lines, isLive):
		return j.drop(ctx)
	}
	raw, err := j.bytes(ctx, nc, frozen)
	if err != nil {
		return dispatched{}, err
	}
	if err := j.mark(); err != nil {
		return dispatched{}, err
	}
	w := port.NoticeWrite{Notice: j.f.Notice, WakeAt: j.now}
	if !frozen {
		w.Raw = raw
	}
	j.work.Notices = append(j.work.Notices, w)
	j.work.Sending = append(j.work.Sending, j.f.ID)
	message := notice.Message{
		NoticeID: j.f.ID, Channel: j.f.Channel, From: nc.House.FromAddress, To: j.f.Recipient, Endpoint: endpoint(nc.Contacts, &j.f.Notice),
		Date: *j.f.DispatchedAt, Raw: raw,
	}
	return dispatched{send: true, message: message}, j.tx.Write(ctx, j.work)
}

// putOff waits for the next day on which the policies of the lines send.
func (j *dispatchJob) putOff(ctx context.Context, opens time.Time, err error) (dispatched, error) {
	if err != nil {
		return dispatched{}, err
	}
	f := j.f.Notice
	f.OpensAt = opens
	next, err := resolve(ctx, j.n.Clock, contract.Next{WakeAt: opens, AtWake: contract.DeliverNotice})
	if err != nil {
		return dispatched{}, err
	}
	return dispatched{next: next}, j.tx.Write(ctx, port.Work{Notices: []port.NoticeWrite{{Notice: f, WakeAt: opens}}})
}

func isLive(l notice.Line) bool { return l.State == notice.LineLive }

// checkLines decides again on every line. One that no longer holds is withdrawn with its step, and its case looks again;
// the amounts of the others are brought up to date.
func (j *dispatchJob) checkLines(ctx context.Context) error {
	var cases []uuid.UUID
	for _, l := range j.f.Lines {
		if isLive(l) && !slices.Contains(cases, l.CaseID) {
			cases = append(cases, l.CaseID)
		}
	}
	files, err := j.tx.CaseFiles(ctx, cases, j.now)
	if err != nil {
		return err
	}
	j.same = true
	for i := range j.f.Lines {
		l := &j.f.Lines[i]
		if !isLive(*l) {
			continue
		}
		at := slices.IndexFunc(files, func(f port.CaseFile) bool { return f.ID == l.CaseID })
		if err := j.checkLine(ctx, l, files, at); err != nil {
			return err
		}
	}
	return nil
}

func (j *dispatchJob) checkLine(ctx context.Context, l *notice.Line, files []port.CaseFile, at int) error {
	if at < 0 {
		return j.dropLine(l, casework.Step{ID: l.StepID, ItemID: l.ItemID, CaseID: l.CaseID, Stage: l.Stage}, false)
	}
	file := &files[at]
	j.n.Office.limit(file)
	p, err := j.tx.PinnedPolicy(ctx, file.PolicyVersionID)
	if err != nil {
		return err
	}
	j.closed = append(j.closed, p.ClosedDays...)
	step, live := liveStep(*file, l.StepID)
	d, holds := policy.Holds(p, file.Facts, l.ItemID, l.Stage, j.now)
	if !live || !holds || d.Channel != j.f.Channel {
		return j.dropLine(l, step, live)
	}
	it := &file.Facts.Items[slices.IndexFunc(file.Facts.Items, func(it policy.ItemFacts) bool { return it.ID == l.ItemID })]
	if l.AskMinor != d.AskMinor {
		j.same = false
	}
	if j.f.Stage != "" && !j.resend {
		j.late = j.late || j.expired(file, stageOf(p, l.Stage))
	}
	if !j.resend && j.f.Stage == "" {
		fillLine(l, p, it, d, j.now)
		j.work.Lines = append(j.work.Lines, *l)
	}
	return nil
}

// expired reports whether the draft asks for payment by a day that has passed.
func (j *dispatchJob) expired(file *port.CaseFile, stage *policy.Stage) bool {
	if stage.Courtesy() || stage.DueDays == 0 || stage.Approval == nil {
		return false
	}
	by := shipped(j.f.Calendar).AddBusinessDays(lastDay(*file, stage, j.f.CreatedAt), stage.DueDays)
	return by < dateIn(j.now, j.f.TimeZone)
}

func liveStep(f port.CaseFile, id uuid.UUID) (casework.Step, bool) {
	for _, l := range f.Live {
		if l.Step.ID == id {
			return l.Step, true
		}
	}
	return casework.Step{ID: id}, false
}

func (j *dispatchJob) dropLine(l *notice.Line, step casework.Step, live bool) error {
	const why = "no_longer_holds"
	j.same = false
	l.State, l.Reason = notice.LineWithdrawn, why
	j.work.Lines = append(j.work.Lines, *l)
	if live {
		step.State, step.Reason = casework.StepWithdrawn, why
		j.work.Steps = append(j.work.Steps, step)
	}
	j.work.Nudges = append(j.work.Nudges, nudgeCase(l.CaseID, l.ItemID))
	return j.audit("line.withdrawn", "notice_line", l.ID, l.InvoiceID, map[string]any{
		"notice_id": l.NoticeID, "item_id": l.ItemID, "stage": l.Stage, "reason": why,
	})
}

// sameRecipient reports whether what is frozen would still go to the same address.
func (j *dispatchJob) sameRecipient(nc port.NoticeContext) bool {
	contact, ok := contactFor(nc.Contacts, j.f.Channel)
	return ok && j.f.ContactID.Valid && contact.ID == j.f.ContactID.UUID && address(contact, j.f.Channel) == j.f.Recipient
}

// withdraw gives up what was frozen: its cases ask again for what holds now.
func (j *dispatchJob) withdraw(ctx context.Context, why string) (dispatched, error) {
	if _, err := j.tx.WithdrawNotice(ctx, j.f.ID, why, j.now); err != nil {
		return dispatched{}, err
	}
	work := port.Work{}
	if j.resend {
		work.Counts = []port.Count{{Name: countWithdrawn, N: 1}}
	}
	e, err := entry(j.now, "notice.withdrawn", "notice", j.f.ID, j.f.CustomerID, oneInvoice(j.f.Lines), map[string]any{
		"reason": why, "in_sending": j.resend,
	})
	if err != nil {
		return dispatched{}, err
	}
	work.Audit = []audit.Entry{e}
	return dispatched{next: contract.Next{Closed: true}}, j.tx.Write(ctx, work)
}

// drop ends a gathering notice of which no line is left.
func (j *dispatchJob) drop(ctx context.Context) (dispatched, error) {
	j.f.State, j.f.Outcome = notice.Withdrawn, "no_line_left"
	j.work.Notices = append(j.work.Notices, port.NoticeWrite{Notice: j.f.Notice})
	err := j.audit("notice.withdrawn", "notice", j.f.ID, oneInvoice(j.f.Lines), map[string]any{"reason": j.f.Outcome})
	if err != nil {
		return dispatched{}, err
	}
	return dispatched{next: contract.Next{Closed: true}}, j.tx.Write(ctx, j.work)
}

// bytes are the frozen ones, or composed now.
func (j *dispatchJob) bytes(ctx context.Context, nc port.NoticeContext, frozen bool) ([]byte, error) {
	if !frozen {
		if err := j.files.fill(nc.Copies); err != nil {
			return nil, err
		}
		return j.n.Office.compose(nc, &j.f.Notice, j.now, dateIn(j.now, j.f.TimeZone))
	}
	raw, err := j.tx.NoticeBody(ctx, j.f.ID)
	if err != nil {
		return nil, err
	}
	hash := notice.Hash(j.f.Recipient, j.f.Channel, j.f.Template, policyVersions(j.f.Lines), raw)
	if !bytes.Equal(hash[:], j.f.ContentHash) {
		return nil, errAltered
	}
	return raw, nil
}

// mark notes on the notice that it is being sent.
func (j *dispatchJob) mark() error {
	f := &j.f
	action := "notice.dispatched"
	if j.resend {
		action = "notice.dispatched_again"
		f.Resends++
		j.work.Counts = append(j.work.Counts, port.Count{Name: countResent, N: 1})
	} else {
		at, real := j.now, j.n.real()
		f.DispatchedAt, f.DispatchedReal = &at, &real
		f.AskedMinor = 0
		for _, l := range f.Lines {
			if isLive(l) {
				f.AskedMinor += l.AskMinor
			}
		}
	}
	f.State, f.Outcome, f.OutcomeDetail = notice.Sending, "", ""
	f.Dispatches++
	return j.audit(action, "notice", f.ID, oneInvoice(f.Lines), map[string]any{
		"channel": f.Channel, "amount_minor": f.AskedMinor, "currency": f.Currency, "dispatch": f.Dispatches,
	})
}

func (j *dispatchJob) audit(action, kind string, id uuid.UUID, invoice uuid.NullUUID, data map[string]any) error {
	e, err := entry(j.now, action, kind, id, j.f.CustomerID, invoice, data)
	j.work.Audit = append(j.work.Audit, e)
	return err
}
