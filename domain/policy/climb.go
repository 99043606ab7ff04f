package policy

import (
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
)

// climb decides on the item's next stage.
func (j *judge) climb(it *ItemFacts) ItemDecision {
	at := j.position(it)
	if at >= len(j.p.Stages) {
		return j.ended(it)
	}
	s := &j.p.Stages[at]
	d := j.of(it)
	d.Stage, d.Action, d.Template = s.Key, s.Action, s.Template
	if s.dunning() {
		d.Level = j.p.Level(at)
	}
	d.On = j.reachedOn(it, s)
	next := d.On
	if s.Courtesy() {
		next = min(next, it.DueDate)
	}
	if held, ok := j.held(it, d, next); ok {
		return held
	}
	if s.Courtesy() && j.today >= it.DueDate {
		j.because(Reason{Code: ReasonCourtesyLapsed, Date: it.DueDate, Text: s.Key})
		return j.atOnce(d, Act, DoPassStage)
	}
	if j.today < d.On {
		j.because(Reason{Code: ReasonStageAhead, Date: d.On, Text: s.Key})
		return j.until(it, s, d, Wait, d.On, s.do())
	}
	return j.reached(it, at, d)
}

// reached decides on a stage whose day has come and which nothing holds back.
func (j *judge) reached(it *ItemFacts, at int, d ItemDecision) ItemDecision {
	s := &j.p.Stages[at]
	j.because(Reason{Code: ReasonStageReached, Date: d.On, Text: s.Key})
	if again := j.askedAgainOn(it, s); j.today < again {
		j.because(Reason{Code: ReasonRejected, Date: it.RejectedOn})
		return j.until(it, s, d, Hold, again, DoAskApproval)
	}
	if least := j.p.MinimumOpen[it.Currency]; j.collectable(it) < least {
		j.because(Reason{Code: ReasonBelowMinimum, Minor: least, Text: string(it.Currency)})
		return j.until(it, s, d, Hold, j.reviewOn(d.On), DoReview)
	}
	if wake, met := j.conditions(it, s, d.On); !met {
		return j.unmet(it, at, d, wake)
	}
	if s.Action == CreditHold && j.customer.OnHold {
		j.because(Reason{Code: ReasonAlreadyOnHold})
		return j.atOnce(d, Act, DoPassStage)
	}
	if d.AskMinor <= 0 {
		return j.covered(it, s, d)
	}
	if s.Action == Notice {
		if d.Channel = j.channel(it, s); d.Channel == "" {
			return j.unreachable(it, s, d)
		}
	}
	return j.take(s, d)
}

// take does the stage's action, or asks leave for it.
func (j *judge) take(s *Stage, d ItemDecision) ItemDecision {
	if s.Action == Task {
		d.TaskKind = TaskStage
	}
	if s.Approval == nil {
		return j.atOnce(d, Act, s.do())
	}
	j.because(Reason{Code: ReasonApprovalNeeded, Text: s.Approval.Role})
	return j.atOnce(d, Ask, DoAskApproval)
}

// do is the activity that the stage calls for when its day comes.
func (s *Stage) do() Do {
	if s.Approval != nil {
		return DoAskApproval
	}
	return s.Action.do()
}

// do is the activity of an action that needs no approval or has it.
func (a Action) do() Do {
	switch a {
	case Notice:
		return DoSendNotice
	case Task:
		return DoOpenTask
	case CreditHold:
		return DoRequestHold
	case HandOver:
		return DoHandOver
	}
	return DoReview
}

// until waits for a date; a courtesy reminder does not wait beyond the due date, on which it lapses.
func (j *judge) until(it *ItemFacts, s *Stage, d ItemDecision, verb Verb, on calendar.Date, do Do) ItemDecision {
	if s.Courtesy() && it.DueDate <= on {
		on, do = it.DueDate, DoPassStage
	}
	return j.later(it, d, verb, on, do)
}

func (j *judge) askedAgainOn(it *ItemFacts, s *Stage) calendar.Date {
	if s.Approval == nil || it.RejectedOn.IsZero() {
		return 0
	}
	return it.RejectedOn.AddDays(j.p.reviewDays())
}

// unmet waits for the conditions, or lets the ladder go on if the policy says so; the first dunning notice always waits.
func (j *judge) unmet(it *ItemFacts, at int, d ItemDecision, wake calendar.Date) ItemDecision {
	s := &j.p.Stages[at]
	if s.WhenUnmet == UnmetPass && !j.p.firstDunning(at) {
		j.because(Reason{Code: ReasonStagePassed, Text: s.Key})
		return j.atOnce(d, Act, DoPassStage)
	}
	return j.until(it, s, d, Wait, wake, DoReview)
}

// covered decides on an item of which nothing is left to ask: a clerk should apply the credits. A courtesy reminder needs
// no clerk.
func (j *judge) covered(it *ItemFacts, s *Stage, d ItemDecision) ItemDecision {
	if !s.Courtesy() && !it.hasTask(TaskApplyCredit) {
		return j.task(d, TaskApplyCredit)
	}
	return j.until(it, s, d, Hold, j.reviewOn(d.On), DoReview)
}

func (j *judge) unreachable(it *ItemFacts, s *Stage, d ItemDecision) ItemDecision {
	j.because(Reason{Code: ReasonUnreachable, Text: s.Key})
	if !it.hasTask(TaskNoAddress) {
		return j.task(d, TaskNoAddress)
	}
	return j.until(it, s, d, Hold, j.reviewOn(d.On), DoReview)
}

// channel is the first of the stage's channels by which the customer can be reached and which did not refuse; a stage that
// names none goes by the customer's own order.
func (j *judge) channel(it *ItemFacts, s *Stage) receivable.Channel {
	order := s.Channels
	if len(order) == 0 {
		order = j.customer.Channels
	}
	for _, c := range order {
		if !slices.Contains(j.customer.Channels, c) {
			continue
		}
		if !slices.Contains(it.RefusedChannels, c) {
			return c
		}
		j.because(Reason{Code: ReasonChannelRefused, Text: string(c)})
	}
	return ""
}

// ended decides on an item whose last stage is done: a person hears of it once, after the customer had the review days to
// pay; then it is looked at every so many days.
func (j *judge) ended(it *ItemFacts) ItemDecision {
	d := j.of(it)
	if held, ok := j.held(it, d, 0); ok {
		return held
	}
	if len(j.p.Stages) == 0 {
		j.because(Reason{Code: ReasonNoStages})
		return j.later(it, d, Wait, j.reviewOn(it.DueDate), DoReview)
	}
	j.because(Reason{Code: ReasonLadderDone, Date: it.LastStageOn})
	d.On = max(it.LastStageOn, it.DueDate).AddDays(j.p.reviewDays())
	switch {
	case j.today < d.On:
		return j.later(it, d, Wait, d.On, DoOpenTask)
	case !it.hasTask(TaskLadderDone):
		return j.task(d, TaskLadderDone)
	}
	return j.later(it, d, Wait, j.reviewOn(d.On), DoReview)
}
