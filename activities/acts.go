package activities

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
)

// The kinds of tasks that the engine opens besides policy's.
const (
	taskCreditHold      = "credit_hold"
	taskHandOver        = "hand_over"
	taskApprovalOverdue = "approval_overdue"
	taskNeedsAttention  = "needs_attention"
	taskBadAddress      = "bad_address"
)

// openTasks opens what each item calls for: its stage's task, which is a step of the ladder, or one that is opened once.
func (c *Collection) openTasks(_ context.Context, s *sheet) error {
	return s.each(policy.DoOpenTask, func(it *policy.ItemFacts, d policy.ItemDecision) error {
		if d.TaskKind != policy.TaskStage {
			s.openOnce(it, d)
			return nil
		}
		step := s.stepFor(it, d, casework.StepDone)
		s.work.Steps = append(s.work.Steps, step)
		s.work.Tasks = append(s.work.Tasks, s.stageTask(it, d))
		s.climbed(it, d.Stage)
		return s.stageDone(it, d, step)
	})
}

// stageDone records that a stage which sends nothing was done.
func (s *sheet) stageDone(it *policy.ItemFacts, d policy.ItemDecision, step casework.Step) error {
	return s.audit("step.done", "step", step.ID, it.ID, map[string]any{
		"stage": d.Stage, "action": d.Action, "amount_minor": d.AskMinor, "currency": it.Currency,
	})
}

func (s *sheet) stageTask(it *policy.ItemFacts, d policy.ItemDecision) casework.Task {
	summary, days := "Stage "+d.Stage, 0
	if stage := stageOf(s.policy, d.Stage); stage != nil {
		days = stage.DueDays
		if stage.TaskText != "" {
			summary = stage.TaskText
		}
	}
	t := s.task(it, policy.TaskStage, summary, d.Stage)
	t.DueOn = shipped(s.file.Facts.Customer.Calendar).AddBusinessDays(t.DueOn, days)
	return t
}

// summaries say what to do about what is opened once.
var summaries = map[string]string{
	policy.TaskNoAddress:     "The customer cannot be reached by any channel of the next stage: find an address",
	policy.TaskApplyCredit:   "Open credits cover what is due: apply them",
	policy.TaskLadderDone:    "The last stage is done and the item is still open: decide what to do",
	policy.TaskBrokenPromise: "A promise to pay was not kept",
}

// openOnce opens a task whose dedupe makes it the only one of its kind for the item and cycle, for its stage in the case of
// a missing address, and for its promise in the case of a broken one.
func (s *sheet) openOnce(it *policy.ItemFacts, d policy.ItemDecision) {
	last := ""
	switch d.TaskKind {
	case policy.TaskNoAddress:
		last = d.Stage
	case policy.TaskBrokenPromise:
		last = lastBroken(it).String()
	}
	s.work.Tasks = append(s.work.Tasks, s.task(it, d.TaskKind, summaries[d.TaskKind], last))
	it.Tasks = append(it.Tasks[:len(it.Tasks):len(it.Tasks)], d.TaskKind)
}

// lastBroken is the promise that was settled last as not kept; facts hold at most one such.
func lastBroken(it *policy.ItemFacts) uuid.UUID {
	for _, p := range it.Promises {
		if p.State != receivable.PromiseOpen {
			return p.ID
		}
	}
	return uuid.Nil
}

// task is a task for the customer's collector about an item. last distinguishes several of a kind in one cycle.
func (s *sheet) task(it *policy.ItemFacts, kind, summary, last string) casework.Task {
	dedupe := kind + "/" + it.ID.String() + "/" + strconv.Itoa(it.Cycle)
	if last != "" {
		dedupe += "/" + last
	}
	return casework.Task{
		ID: newID(), Kind: kind, Dedupe: dedupe,
		CustomerID: uuid.NullUUID{UUID: s.file.Case.CustomerID, Valid: true},
		InvoiceID:  s.file.InvoiceID,
		ItemID:     uuid.NullUUID{UUID: it.ID, Valid: true},
		Assignee:   s.file.Collector, Role: string(access.Collector), Summary: summary,
		DueOn: s.today(it), State: casework.TaskOpen, CreatedAt: s.now,
	}
}

// requestHold asks once for the customer's credit hold; a person sees to it that the books confirm it.
func (c *Collection) requestHold(_ context.Context, s *sheet) error {
	return s.each(policy.DoRequestHold, func(it *policy.ItemFacts, d policy.ItemDecision) error {
		step := s.stepFor(it, d, casework.StepDone)
		s.work.Steps = append(s.work.Steps, step)
		s.climbed(it, d.Stage)
		if err := s.stageDone(it, d, step); err != nil {
			return err
		}
		if s.file.Facts.Customer.OnHold {
			return nil
		}
		s.file.Facts.Customer.OnHold = true
		s.work.Holds = append(s.work.Holds, s.file.Case.CustomerID)
		s.work.Tasks = append(s.work.Tasks, s.task(it, taskCreditHold, "Stop supply to the customer and confirm the credit hold", d.Stage))
		return s.audit("credit_hold.requested", "customer", s.file.Case.CustomerID, it.ID, map[string]any{"stage": d.Stage})
	})
}

// handOver stops asking: the item is only watched from now on.
func (c *Collection) handOver(_ context.Context, s *sheet) error {
	return s.each(policy.DoHandOver, func(it *policy.ItemFacts, d policy.ItemDecision) error {
		step := s.stepFor(it, d, casework.StepDone)
		s.work.Steps = append(s.work.Steps, step)
		it.HandedOverOn = s.today(it)
		s.climbed(it, d.Stage)
		s.work.Tasks = append(s.work.Tasks, s.task(it, taskHandOver, "Hand the item over: collect its documents and send them", d.Stage))
		return s.stageDone(it, d, step)
	})
}

// passStages lets the ladder go on past a stage that is not taken; the level stays.
func (c *Collection) passStages(_ context.Context, s *sheet) error {
	return s.each(policy.DoPassStage, func(it *policy.ItemFacts, d policy.ItemDecision) error {
		step := s.stepFor(it, d, casework.StepSkipped)
		step.Reason = passReason(d)
		s.work.Steps = append(s.work.Steps, step)
		s.climbed(it, d.Stage)
		return s.audit("step.skipped", "step", step.ID, it.ID, map[string]any{"stage": d.Stage, "reason": step.Reason})
	})
}

// passReason is the reason that let the stage pass.
func passReason(d policy.ItemDecision) string {
	for _, r := range d.Reasons {
		switch r.Code {
		case policy.ReasonCourtesyLapsed, policy.ReasonStagePassed, policy.ReasonAlreadyOnHold:
			return r.Code
		}
	}
	return "passed"
}

// settlePromises settles what was promised for a day that has passed with its grace. More is collectable then, so what was
// asked to be approved lapses, the facts are read again, and the cases that look at the customer's sums are nudged.
func (c *Collection) settlePromises(ctx context.Context, s *sheet) error {
	settled := make(map[uuid.UUID]bool)
	err := s.each(policy.DoSettle, func(it *policy.ItemFacts, _ policy.ItemDecision) error {
		today := s.today(it)
		for _, p := range it.Promises {
			if p.State != receivable.PromiseOpen || p.HoldUntil >= today || settled[p.ID] {
				continue
			}
			settled[p.ID] = true
			if err := s.settle(ctx, p.ID, today); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.lapse(ctx, "promise_settled"); err != nil {
		return err
	}
	if err := s.tx.NudgeWideCases(ctx, s.file.Case.CustomerID); err != nil {
		return err
	}
	files, err := s.tx.CaseFiles(ctx, []uuid.UUID{s.file.ID}, s.now)
	if err != nil {
		return err
	}
	for _, file := range files {
		c.Office.limit(&file)
		s.file.Facts, s.file.Live = file.Facts, file.Live
	}
	return nil
}

// lapse withdraws what waits for approval or is approved for the case: the amount it was asked for is no longer the one.
func (s *sheet) lapse(ctx context.Context, why string) error {
	cases := []uuid.UUID{s.file.ID}
	notices, err := s.tx.LiveNotices(ctx, cases)
	if err != nil {
		return err
	}
	for _, n := range notices {
		if n.Stage == "" || n.State == notice.Sending {
			continue // the dispatch brings a gathered line up to date
		}
		if err := s.withdrawDraft(ctx, n, why); err != nil {
			return err
		}
	}
	steps, err := s.tx.LapseStepApprovals(ctx, cases, why, s.now)
	if err != nil {
		return err
	}
	return s.lapsed(steps, s.file.InvoiceID, why)
}

func (s *sheet) withdrawDraft(ctx context.Context, n notice.Notice, why string) error {
	approvals, err := s.tx.ApprovalsOf(ctx, n.ID)
	if err != nil {
		return err
	}
	if _, err := s.tx.WithdrawNotice(ctx, n.ID, why, s.now); err != nil {
		return err
	}
	e, err := entry(s.now, "notice.withdrawn", "notice", n.ID, n.CustomerID, oneInvoice(n.Lines), map[string]any{
		"reason": why, "stage": n.Stage, "lines": len(n.Lines),
	})
	if err != nil {
		return err
	}
	s.work.Audit = append(s.work.Audit, e)
	open := slices.DeleteFunc(approvals, func(ap casework.Approval) bool { return ap.State != casework.ApprovalOpen })
	return s.lapsed(open, oneInvoice(n.Lines), why)
}

// lapsed records that approvals lapsed.
func (s *sheet) lapsed(approvals []casework.Approval, invoice uuid.NullUUID, why string) error {
	for _, ap := range approvals {
		data := requestData(ap)
		data["reason"] = why
		e, err := entry(s.now, "approval.lapsed", "approval", ap.ID, ap.CustomerID, invoice, data)
		if err != nil {
			return err
		}
		s.work.Audit = append(s.work.Audit, e)
	}
	return nil
}

// settle writes that a promise was broken, or partly kept.
func (s *sheet) settle(ctx context.Context, id uuid.UUID, today calendar.Date) error {
	p, err := s.tx.Promise(ctx, id)
	if err != nil {
		return err
	}
	p.State, p.SettledOn = receivable.PromiseBroken, today
	if p.ReceivedMinor > 0 {
		p.State = receivable.PromisePartiallyKept
	}
	if err := s.tx.UpdatePromise(ctx, p); err != nil {
		return err
	}
	return s.audit("promise."+string(p.State), "promise", p.ID, uuid.Nil, map[string]any{
		"amount_minor": p.AmountMinor, "received_minor": p.ReceivedMinor, "currency": p.Currency, "due_on": p.DueOn.String(),
	})
}
