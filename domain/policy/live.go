package policy

import (
	"time"

	"arrears/domain/calendar"
)

// The states of a live step, as the engine records them.
const (
	liveAwaiting = "awaiting_approval"
	liveApproved = "approved"
)

// underWay decides on an item whose step is under way.
func (j *judge) underWay(it *ItemFacts) ItemDecision {
	live := it.Live
	switch {
	case live.State == liveAwaiting && live.Action == Notice:
		// The draft's own workflow keeps the deadline.
		j.because(Reason{Code: ReasonAwaitingApproval, Date: live.Since})
		return j.later(it, j.ofLive(it), Hold, j.reviewOn(live.Since), DoReview)
	case live.State == liveAwaiting:
		return j.awaiting(it)
	case live.Action == Notice:
		return j.goingOut(it)
	case live.State == liveApproved:
		return j.approved(it)
	}
	j.because(Reason{Code: ReasonStepLive, Text: live.Stage})
	return j.later(it, j.ofLive(it), Wait, j.reviewOn(live.Since), DoReview)
}

// ofLive is the part of a decision that names the live step.
func (j *judge) ofLive(it *ItemFacts) ItemDecision {
	d := j.of(it)
	d.Stage, d.Action, d.On = it.Live.Stage, it.Live.Action, it.Live.Since
	if i := j.p.index(it.Live.Stage); i >= 0 {
		d.Template = j.p.Stages[i].Template
		if j.p.Stages[i].dunning() {
			d.Level = j.p.Level(i)
		}
	}
	return d
}

// awaiting waits for the approval of a step that sends nothing; the case keeps its deadline.
func (j *judge) awaiting(it *ItemFacts) ItemDecision {
	d := j.ofLive(it)
	due := it.Live.DueAt
	if !due.IsZero() && !j.now.Before(due) {
		j.because(Reason{Code: ReasonApprovalOverdue, Date: calendar.DateOf(due, j.loc)})
		return j.atOnce(d, Act, DoDeadline)
	}
	j.because(Reason{Code: ReasonAwaitingApproval, Date: it.Live.Since})
	if due.IsZero() {
		return j.later(it, d, Hold, j.reviewOn(it.Live.Since), DoReview)
	}
	// The deadline is an instant within its day; a promise that ends before it comes first.
	d = j.later(it, d, Hold, calendar.DateOf(due, j.loc).AddDays(1), DoDeadline)
	if due.Before(d.WakeAt) {
		d.WakeAt, d.AtWake = due, DoDeadline
	}
	return d
}

// approved does a step that sends nothing once it is approved, if nothing holds it back since.
func (j *judge) approved(it *ItemFacts) ItemDecision {
	free := *it
	free.Live, free.RejectedOn = nil, 0
	d := j.climb(&free)
	if d.Do == DoAskApproval && d.Stage == it.Live.Stage {
		j.because(Reason{Code: ReasonApproved})
		return j.atOnce(d, Act, d.Action.do())
	}
	return d
}

// goingOut waits for a notice line. It looks ahead to where the item will stand once the notice has gone out on the day
// expected, so that a send that goes as expected moves no date and wakes nobody.
func (j *judge) goingOut(it *ItemFacts) ItemDecision {
	d := j.ofLive(it)
	sent := *it
	sent.Live, sent.RejectedOn, sent.RefusedChannels, sent.Tasks = nil, 0, nil, nil
	sent.LastStageDone = it.Live.Stage
	sent.LastStageOn = max(it.Live.ExpectedOn, j.today)
	sent.LastNoticeOn = sent.LastStageOn

	kept := len(j.reasons)
	next := j.climb(&sent)
	j.reasons = j.reasons[:kept]
	j.because(Reason{Code: ReasonStepLive, Date: sent.LastStageOn, Text: it.Live.Stage})

	d.Verb, d.WakeAt, d.AtWake = Wait, next.WakeAt, next.AtWake
	if !next.WakeAt.After(j.now) {
		d.WakeAt, d.AtWake = j.dayAfter(sent.LastStageOn), next.AtWake
	}
	return d
}

func (j *judge) dayAfter(d calendar.Date) time.Time { return d.AddDays(1).Time(j.loc).Add(j.jitter) }

// index is the index of the stage with the key, -1 when there is none.
func (p *Policy) index(key string) int {
	for i := range p.Stages {
		if p.Stages[i].Key == key {
			return i
		}
	}
	return -1
}
