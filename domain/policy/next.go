package policy

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
)

// Next says what to do for a case now and when to look again. It is pure and deterministic: the same policy, facts and
// moment give the same decision, on every machine. The policy should have passed Validate, but no input makes it panic.
//
// Every item gets one decision. Now is what the first item (by sequence) with something to do calls for; DoClose when
// nothing is left to collect on any item; DoNothing otherwise, and then WakeAt lies after now. All business dates are civil
// dates in the item's time zone; WakeAt is the start of such a day plus the case's jitter.
func Next(p *Policy, f Facts, now time.Time) Decision {
	j := newJudge(p, &f, now, len(f.Items))
	d := Decision{Rules: RulesVersion, Items: make([]ItemDecision, len(f.Items))}
	for i := range f.Items {
		d.Items[i] = j.judge(&f.Items[i])
		d.take(&d.Items[i])
	}
	if d.WakeAt.IsZero() {
		d.Now = DoClose
	}
	return d
}

// take lets an item's decision bear on its case's.
func (d *Decision) take(item *ItemDecision) {
	if d.Now == DoNothing {
		d.Now = item.Do
	}
	if item.Verb != Close && (d.WakeAt.IsZero() || item.WakeAt.Before(d.WakeAt)) {
		d.WakeAt, d.AtWake = item.WakeAt, item.AtWake
	}
}

// Holds says whether the live step of an item, at the named stage, would still be taken now exactly so: the item is judged
// as if the step did not exist. The decision says what is asked for today and by which channel; the dispatcher compares
// them with its line. A stage that needs approval holds as well, since the live step has it or waits for it.
func Holds(p *Policy, f Facts, itemID uuid.UUID, stage string, now time.Time) (ItemDecision, bool) {
	for i := range f.Items {
		if f.Items[i].ID != itemID {
			continue
		}
		it := f.Items[i]
		it.Live = nil
		j := newJudge(p, &f, now, 1)
		d := j.judge(&it)
		return d, d.Stage == stage && d.takesStage()
	}
	return ItemDecision{ItemID: itemID}, false
}

// takesStage reports whether the decision does, or asks leave to do, the stage's own action.
func (d *ItemDecision) takesStage() bool {
	switch d.Do {
	case DoSendNotice, DoAskApproval, DoRequestHold, DoHandOver:
		return true
	case DoOpenTask:
		return d.TaskKind == TaskStage
	}
	return false
}

// judge looks at the items of one case at one moment.
type judge struct {
	p        *Policy
	customer *CustomerFacts
	now      time.Time
	jitter   time.Duration
	days     businessDays
	badDays  bool // the customer's calendar is unknown

	zone    string // of the item looked at last
	loc     *time.Location
	badZone bool
	today   calendar.Date

	reasons []Reason // of all items; each decision holds its part
	first   int      // where the present item's reasons begin
}

// reasonsPerItem is what most items need; more only costs another allocation.
const reasonsPerItem = 3

func newJudge(p *Policy, f *Facts, now time.Time, items int) judge {
	days, ok := businessDaysOf(f.Customer.Calendar, p.ClosedDays)
	return judge{
		p: p, customer: &f.Customer, now: now, jitter: f.Jitter, days: days, badDays: !ok,
		reasons: make([]Reason, 0, items*reasonsPerItem),
	}
}

func (j *judge) judge(it *ItemFacts) ItemDecision {
	j.enter(it)
	d := j.decide(it)
	d.Reasons = j.reasons[j.first:len(j.reasons):len(j.reasons)]
	return d
}

// enter sets the item's own day. Items of a case nearly always share one zone, so it is kept.
func (j *judge) enter(it *ItemFacts) {
	j.first = len(j.reasons)
	if j.loc == nil || it.TimeZone != j.zone {
		loc, err := calendar.LoadZone(it.TimeZone)
		if j.badZone = err != nil; j.badZone {
			loc = time.UTC
		}
		j.zone, j.loc, j.today = it.TimeZone, loc, calendar.DateOf(j.now, loc)
	}
	if j.badZone {
		j.because(Reason{Code: ReasonUnknownZone, Text: it.TimeZone})
	}
	if j.badDays {
		j.because(Reason{Code: ReasonUnknownCalendar, Text: j.customer.Calendar})
	}
}

func (j *judge) because(r Reason) { j.reasons = append(j.reasons, r) }
