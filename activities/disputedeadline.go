package activities

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/policy"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// The kinds of tasks that a claim's own steps open.
const (
	taskClaimDeadline = port.TaskClaimDeadline
	taskClaimMessage  = "dispute_message"
)

// noAnswer is what a round of the contest is answered with when nobody answers.
const noAnswer = "no_answer"

// MeetDeadline warns of what is near and lets lapse what has passed: into a task for someone higher, never into silence. Where
// it was we who are late, the customer is told.
func (p *Disputes) MeetDeadline(ctx context.Context, in contract.Step) (contract.Next, error) {
	now, err := businessNow(ctx, p.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	if strange(ctx) {
		return p.handBack(ctx, in, now)
	}
	var next contract.Next
	err = p.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		f, err := lockClaim(ctx, tx, in.Subject)
		if err != nil {
			return err
		}
		j := &deadlineJob{tx: tx, f: f, now: now, today: dispute.DeadlineDay(now, f.TimeZone)}
		if err := j.run(ctx); err != nil {
			return err
		}
		if next, err = p.plan(ctx, j.f, now); err != nil {
			return err
		}
		return failpoint.Hit(failpoint.StepBeforeCommit)
	})
	if err == nil {
		err = failpoint.Hit(failpoint.DeadlineAfterCommit)
	}
	return next, err
}

// deadlineJob is what one day does to the deadlines of a claim.
type deadlineJob struct {
	tx    port.Tx
	f     claimFile
	now   time.Time
	today calendar.Date
	work  port.Work
}

func (j *deadlineJob) run(ctx context.Context) error {
	was := j.f.Dispute.State
	warn, lapsed := dispute.DueDeadlines(j.f.Deadlines, j.today)
	for _, d := range warn {
		if err := j.warn(d); err != nil {
			return err
		}
	}
	for _, d := range lapsed {
		if err := j.lapse(ctx, d); err != nil {
			return err
		}
	}
	if len(warn)+len(lapsed) > 0 {
		if err := j.tx.PutDeadlines(ctx, j.f.Deadlines); err != nil {
			return err
		}
	}
	if err := keepDate(ctx, j.tx, &j.f, was, j.now); err != nil {
		return err
	}
	return j.tx.Write(ctx, j.work)
}

// set puts a deadline in the place of the one it was, or beside the others.
func (j *deadlineJob) set(d dispute.Deadline) {
	at := slices.IndexFunc(j.f.Deadlines, func(o dispute.Deadline) bool { return o.ID == d.ID })
	if at < 0 {
		j.f.Deadlines = append(j.f.Deadlines, d)
		return
	}
	j.f.Deadlines[at] = d
}

// warn tells whoever works on the claim that a day is near.
func (j *deadlineJob) warn(d dispute.Deadline) error {
	d.WarnedAt = &j.now
	j.set(d)
	task := claimTask(j.f, taskClaimDeadline, d.ID.String()+"/warn", string(access.Analyst), "Due soon: "+deadlineTexts()[d.Kind], j.now)
	task.Assignee, task.DueOn = j.f.Dispute.Owner, d.DueOn
	j.work.Tasks = append(j.work.Tasks, task)
	return j.audit("dispute.deadline_warned", d)
}

// lapse opens a task for someone higher and does what follows from the day having passed.
func (j *deadlineJob) lapse(ctx context.Context, d dispute.Deadline) error {
	d.State, d.SettledAt = dispute.DeadlineLapsed, &j.now
	d.Raised++
	j.set(d)
	if err := j.endTasks(ctx, map[uuid.UUID]string{d.ID: port.TaskLapsed}); err != nil {
		return err
	}
	task := claimTask(j.f, taskClaimDeadline, d.ID.String()+"/lapsed", string(access.Supervisor), "Not met: "+deadlineTexts()[d.Kind], j.now)
	j.work.Tasks = append(j.work.Tasks, task)
	switch d.Kind {
	case dispute.DeadlineDecision, dispute.DeadlineCreditMemo:
		if err := j.tellLate(ctx, d); err != nil {
			return err
		}
	case dispute.DeadlineCustomerReply:
		if err := j.unanswered(ctx); err != nil {
			return err
		}
	case dispute.DeadlineApproval:
		if err := j.raise(ctx, d); err != nil {
			return err
		}
	}
	return j.audit("dispute.deadline_lapsed", d)
}

// endTasks closes what deadlines have asked of people.
func (j *deadlineJob) endTasks(ctx context.Context, outcomes map[uuid.UUID]string) error {
	entries, err := endDeadlineTasks(ctx, j.tx, j.f, outcomes, j.now)
	j.work.Audit = append(j.work.Audit, entries...)
	return err
}

// endDeadlineTasks closes the tasks of deadlines and returns the entries that say so.
func endDeadlineTasks(ctx context.Context, tx port.Tx, f claimFile, outcomes map[uuid.UUID]string, now time.Time) ([]audit.Entry, error) {
	closed, err := port.CloseDeadlineTasks(ctx, tx, f.Dispute.ID, outcomes, now, engine)
	if err != nil {
		return nil, err
	}
	entries := make([]audit.Entry, 0, len(closed))
	for _, t := range closed {
		e, err := entry(now, "task.closed", "task", t.ID, f.Dispute.CustomerID, t.InvoiceID, map[string]any{
			"kind": t.Kind, "role": t.Role, "due_on": t.DueOn.String(), "outcome": t.Outcome,
		})
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// tellLate leaves a message that says that we are late.
func (j *deadlineJob) tellLate(ctx context.Context, d dispute.Deadline) error {
	m := dispute.Message{
		ID: newID(), DisputeID: d.DisputeID, Kind: messageDelay, Dedupe: messageDelay + "/" + d.ID.String(), State: dispute.MessageDue,
		CreatedAt: j.now,
	}
	j.f.Messages = append(j.f.Messages, m)
	return j.tx.PutMessage(ctx, m)
}

// unanswered goes on where the customer was waited for and did not answer in time. The round of a contest ends also while
// giving up or a settlement is proposed: the proposal stands, and if it is refused the denied amount is collected.
func (j *deadlineJob) unanswered(ctx context.Context) error {
	d := &j.f.Dispute
	switch {
	case d.State.Allows(dispute.ActCustomerReplies):
		d.State = d.After(dispute.ActCustomerReplies)
		return nil
	case !d.MayNow(dispute.ActNoAnswer):
		return nil
	}
	rounds, err := j.tx.RoundsOf(ctx, d.ID)
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if r.Answer != "" {
			continue
		}
		r.Answer, r.AnsweredAt, r.AnsweredBy = noAnswer, &j.now, engine
		if err := j.tx.PutRound(ctx, r); err != nil {
			return err
		}
	}
	d.State = d.After(dispute.ActNoAnswer)
	e, err := claimEntry(*d, j.now, "dispute.answered", map[string]any{"answer": noAnswer, "round": d.Round, "state": d.State})
	j.work.Audit = append(j.work.Audit, e)
	return err
}

// raise gives the proposed decision to the next role, with a new day by which it is to be approved.
func (j *deadlineJob) raise(ctx context.Context, lapsed dispute.Deadline) error {
	decisions, err := j.tx.ClaimDecisionsOf(ctx, lapsed.DisputeID)
	if err != nil {
		return err
	}
	house, err := j.house(ctx)
	if err != nil {
		return err
	}
	for _, dec := range decisions {
		if dec.State != dispute.DecisionProposed || !dec.ApprovalID.Valid {
			continue
		}
		ap, err := j.tx.Approval(ctx, dec.ApprovalID.UUID)
		if err != nil {
			return err
		}
		if ap.State != casework.ApprovalOpen {
			continue
		}
		ap.AtDeadline = string(policy.DeadlineRaise) // a decision about money is never skipped
		ap, action := house.overdue(ap, j.now)
		j.work.Approvals = append(j.work.Approvals, ap)
		task := house.overdueTask(ap, claimInvoice(j.f.Dispute), j.now)
		task.DisputeID = uuid.NullUUID{UUID: lapsed.DisputeID, Valid: true}
		j.work.Tasks = append(j.work.Tasks, task)
		j.set(dispute.Deadline{
			ID: newID(), DisputeID: lapsed.DisputeID, Kind: dispute.DeadlineApproval, DueOn: dateIn(ap.DueAt, house.zone).AddDays(-1),
			State: dispute.DeadlineOpen, Raised: lapsed.Raised,
		})
		e, err := entry(j.now, action, "approval", ap.ID, ap.CustomerID, claimInvoice(j.f.Dispute), approvalData(ap))
		j.work.Audit = append(j.work.Audit, e)
		if err != nil {
			return err
		}
	}
	return nil
}

func (j *deadlineJob) house(ctx context.Context) (house, error) {
	in, err := j.tx.Installation(ctx)
	return house{in.TimeZone, in.Calendar}, err
}

func (j *deadlineJob) audit(action string, d dispute.Deadline) error {
	e, err := claimEntry(j.f.Dispute, j.now, action, map[string]any{
		"deadline": d.Kind, "due_on": d.DueOn.String(), "raised": d.Raised, "state": j.f.Dispute.State,
	})
	j.work.Audit = append(j.work.Audit, e)
	return err
}

// deadlineTexts say what was to happen by a deadline.
func deadlineTexts() map[dispute.DeadlineKind]string {
	return map[dispute.DeadlineKind]string{
		dispute.DeadlineTriage:        "the claim is to be sorted",
		dispute.DeadlineContest:       "the customer's window for our objection ends",
		dispute.DeadlineCarrier:       "the claim against the carrier is to be made",
		dispute.DeadlineEvidence:      "evidence for the claim is to be found",
		dispute.DeadlineDecision:      "the claim is to be decided",
		dispute.DeadlineApproval:      "the proposed decision is to be approved",
		dispute.DeadlineCreditMemo:    "the credit memo for the claim is to be issued",
		dispute.DeadlineCustomerReply: "the customer was to answer",
		dispute.DeadlineNextRound:     "the next round with the customer is to begin",
		dispute.DeadlineRepayment:     "the denied amount was to be paid",
		dispute.DeadlineLimitation:    "the claim falls under the statute of limitation",
	}
}

// parkClaim marks a claim as needing a person.
func parkClaim(ctx context.Context, tx port.Tx, in contract.ParkInput, task casework.Task) (casework.Task, error) {
	f, err := lockClaim(ctx, tx, in.Subject)
	if err != nil {
		return task, err
	}
	d := f.Dispute
	d.AttentionCode = in.Code
	if d.WakeAt == nil {
		d.WakeAt = &task.CreatedAt
	}
	if err := tx.UpdateDispute(ctx, d); err != nil {
		return task, err
	}
	task.Dedupe = taskNeedsAttention + "/" + d.ID.String() + "/" + strconv.FormatInt(d.Version, 10)
	task.CustomerID = uuid.NullUUID{UUID: d.CustomerID, Valid: true}
	task.InvoiceID, task.DisputeID = claimInvoice(d), uuid.NullUUID{UUID: d.ID, Valid: true}
	return task, nil
}
