package policy

import (
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
)

// decide is the life of an item in words: paid, promise overdue, handed over, promise broken, a step under way, the ladder.
func (j *judge) decide(it *ItemFacts) ItemDecision {
	if it.OpenMinor <= 0 {
		j.because(Reason{Code: ReasonSettled})
		return ItemDecision{ItemID: it.ID, Verb: Close, Level: it.Level}
	}
	if overdue := overduePromise(it, j.today); overdue != nil {
		j.because(Reason{Code: ReasonPromiseOverdue, Date: overdue.HoldUntil})
		return j.atOnce(j.of(it), Act, DoSettle)
	}
	if !it.HandedOverOn.IsZero() {
		j.because(Reason{Code: ReasonHandedOver, Date: it.HandedOverOn})
		return j.later(it, j.of(it), Hold, j.reviewOn(it.HandedOverOn), DoReview)
	}
	if broken := lastBroken(it); broken != nil && j.p.BrokenPromise == BrokenTask && !it.hasTask(TaskBrokenPromise) {
		j.because(Reason{Code: ReasonPromiseBroken, Date: broken.SettledOn, Text: string(BrokenTask)})
		return j.task(j.of(it), TaskBrokenPromise)
	}
	if it.Live != nil {
		return j.underWay(it)
	}
	return j.climb(it)
}

// of is the part of a decision that does not depend on the ladder.
func (j *judge) of(it *ItemFacts) ItemDecision {
	return ItemDecision{ItemID: it.ID, Level: it.Level, AskMinor: j.ask(it), On: j.today}
}

// atOnce decides something to be done at once.
func (j *judge) atOnce(d ItemDecision, verb Verb, do Do) ItemDecision {
	d.Verb, d.Do, d.WakeAt, d.AtWake = verb, do, j.now, do
	return d
}

// later decides to look again on a date, or on the day after an open promise's last day if that comes first.
func (j *judge) later(it *ItemFacts, d ItemDecision, verb Verb, on calendar.Date, do Do) ItemDecision {
	for i := range it.Promises {
		pr := &it.Promises[i]
		if ends := pr.HoldUntil.AddDays(1); pr.State == receivable.PromiseOpen && ends <= on && !ends.IsZero() {
			on, do = ends, DoSettle
		}
	}
	d.Verb, d.WakeAt, d.AtWake = verb, on.Time(j.loc).Add(j.jitter), do
	return d
}

func (j *judge) task(d ItemDecision, kind string) ItemDecision {
	d.TaskKind = kind
	return j.atOnce(d, Act, DoOpenTask)
}

// collectable is what may be asked for by right: open, less disputed and promised parts.
func (j *judge) collectable(it *ItemFacts) int64 {
	left := it.OpenMinor - it.DisputedMinor
	for i := range it.Promises {
		if it.Promises[i].State == receivable.PromiseOpen {
			left -= it.Promises[i].HeldMinor
		}
	}
	return max(left, 0)
}

// ask is the collectable amount less reserved credits.
func (j *judge) ask(it *ItemFacts) int64 {
	if j.p.Credits == CreditsShow {
		return j.collectable(it)
	}
	return max(j.collectable(it)-it.ReservedMinor, 0)
}

func overduePromise(it *ItemFacts, today calendar.Date) *PromiseFacts {
	for i := range it.Promises {
		if pr := &it.Promises[i]; pr.State == receivable.PromiseOpen && pr.HoldUntil < today {
			return pr
		}
	}
	return nil
}

// lastBroken is the promise that was settled last as not kept in full.
func lastBroken(it *ItemFacts) *PromiseFacts {
	var last *PromiseFacts
	for i := range it.Promises {
		pr := &it.Promises[i]
		broken := pr.State == receivable.PromiseBroken || pr.State == receivable.PromisePartiallyKept
		if broken && (last == nil || pr.SettledOn > last.SettledOn) {
			last = pr
		}
	}
	return last
}

func (it *ItemFacts) hasTask(kind string) bool { return slices.Contains(it.Tasks, kind) }
