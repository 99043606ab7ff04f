package activities

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/policy"
	"arrears/port"
)

// house is the installation's own time: approval deadlines run in it.
type house struct{ zone, calendar string }

// deadline is the end of the n-th business day after now.
func (h house) deadline(now time.Time, businessDays int) time.Time {
	loc := location(h.zone)
	day := shipped(h.calendar).AddBusinessDays(calendar.DateOf(now, loc), businessDays)
	return day.AddDays(1).Time(loc).UTC()
}

// overdue does what the policy says about an approval that nobody decided in time: remind, raise to the next role, or skip.
// At the top there is nobody to raise to, so it reminds.
func (h house) overdue(ap casework.Approval, now time.Time) (casework.Approval, string) {
	if ap.AtDeadline == string(policy.DeadlineSkip) {
		ap.State, ap.DecidedAt, ap.DecidedBy = casework.ApprovalSkipped, &now, engine
		return ap, "approval.skipped"
	}
	ap.Reminders++
	ap.DueAt = h.deadline(now, max(ap.DeadlineDays, 1))
	if next, ok := access.Role(ap.Role).Next(); ok && ap.AtDeadline == string(policy.DeadlineRaise) {
		ap.Role = string(next)
		return ap, "approval.raised"
	}
	return ap, "approval.reminded"
}

// overdueTask tells whoever may decide now that they should.
func (h house) overdueTask(ap casework.Approval, invoice uuid.NullUUID, now time.Time) casework.Task {
	return casework.Task{
		ID: newID(), Kind: taskApprovalOverdue, Dedupe: taskApprovalOverdue + "/" + ap.ID.String() + "/" + strconv.Itoa(ap.Reminders),
		CustomerID: uuid.NullUUID{UUID: ap.CustomerID, Valid: true}, InvoiceID: invoice,
		Role: ap.Role, Summary: "Overdue for approval: " + ap.Summary, DueOn: dateIn(now, h.zone), State: casework.TaskOpen, CreatedAt: now,
	}
}

// approvalDeadlines looks at the approvals of steps that send nothing; a draft's own workflow looks at its approval.
func (c *Collection) approvalDeadlines(ctx context.Context, s *sheet) error {
	h := house{s.file.HouseZone, s.file.HouseCalendar}
	return s.each(policy.DoDeadline, func(it *policy.ItemFacts, _ policy.ItemDecision) error {
		live, ok := s.live(it.ID)
		if !ok || !live.ApprovalID.Valid {
			return nil
		}
		ap, err := s.tx.Approval(ctx, live.ApprovalID.UUID)
		if err != nil {
			return err
		}
		ap, action := h.overdue(ap, s.now)
		s.work.Approvals = append(s.work.Approvals, ap)
		if ap.State == casework.ApprovalSkipped {
			s.skip(it, live)
		} else {
			s.work.Tasks = append(s.work.Tasks, h.overdueTask(ap, s.file.InvoiceID, s.now))
			moved := *it.Live
			moved.DueAt = ap.DueAt
			it.Live = &moved
		}
		return s.audit(action, "approval", ap.ID, it.ID, approvalData(ap))
	})
}

// skip lets the ladder go on without the step; the level does not rise.
func (s *sheet) skip(it *policy.ItemFacts, live port.LiveRef) {
	step := live.Step
	step.State, step.DoneOn, step.Reason = casework.StepSkipped, s.today(it), "approval_deadline"
	s.work.Steps = append(s.work.Steps, step)
	s.climbed(it, step.Stage)
}

func approvalData(ap casework.Approval) map[string]any {
	return map[string]any{
		"stage": ap.Stage, "role": ap.Role, "amount_minor": ap.AmountMinor, "currency": ap.Currency, "reminders": ap.Reminders,
		"due_at": ap.DueAt.UTC().Format(time.RFC3339),
	}
}
