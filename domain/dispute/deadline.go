package dispute

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
)

// DeadlineKinds returns all kinds of deadlines in the order of a case's life.
func DeadlineKinds() []DeadlineKind {
	return []DeadlineKind{
		DeadlineTriage, DeadlineContest, DeadlineCarrier, DeadlineEvidence, DeadlineDecision, DeadlineApproval,
		DeadlineCreditMemo, DeadlineCustomerReply, DeadlineNextRound, DeadlineRepayment, DeadlineLimitation,
	}
}

// openingKinds begin with the case; the others when what they are for begins.
func openingKinds() []DeadlineKind {
	return []DeadlineKind{DeadlineTriage, DeadlineContest, DeadlineCarrier, DeadlineEvidence, DeadlineDecision, DeadlineLimitation}
}

// Anchor names the day from which a span counts.
type Anchor string

// The anchors. A deadline that does not begin with the case counts from what it is for and has none.
const (
	FromOpened  Anchor = "opened"       // the day on which we opened the case; the one when nothing is said
	FromTaken   Anchor = "taken_on"     // the day on which the customer took the deduction, as it says
	FromInvoice Anchor = "invoice_date" // the date of the invoice; of several, the earliest
)

// Anchors returns all anchors.
func Anchors() []Anchor { return []Anchor{FromOpened, FromTaken, FromInvoice} }

func anchorNames() []string {
	names := make([]string, 0, len(Anchors()))
	for _, a := range Anchors() {
		names = append(names, string(a))
	}
	return names
}

// Days are the days of a case from which its deadlines may count. One that is not known is the day of opening.
type Days struct {
	Opened  calendar.Date
	Taken   calendar.Date
	Invoice calendar.Date
	// Whole is the day on which the claim was opened that this one was split off; others' windows run on over the split.
	Whole calendar.Date
}

// setByOthers tells the days that the customer, the carrier and the law set: they pass whatever we do with the case.
func setByOthers(kind DeadlineKind) bool {
	return kind == DeadlineContest || kind == DeadlineCarrier || kind == DeadlineLimitation
}

// of is the day from which a kind counts.
func (d Days) of(kind DeadlineKind, a Anchor) calendar.Date {
	switch {
	case a == FromTaken && !d.Taken.IsZero():
		return d.Taken
	case a == FromInvoice && !d.Invoice.IsZero():
		return d.Invoice
	case setByOthers(kind) && !d.Whole.IsZero():
		return d.Whole
	}
	return d.Opened
}

// DeadlinesFor are the deadlines that begin with a case, in the order of its life. Days count from the day after the rule's
// anchor. A warning that would fall on that day or before is left out; where the anchor lies before the opening, one that
// would fall before the case was there comes on the day after, if that is still in time. A nil calendar has every day for a
// business day.
func DeadlinesFor(rule ReasonRule, disputeID uuid.UUID, on Days, cal *calendar.Calendar, newID func() uuid.UUID) []Deadline {
	var list []Deadline
	for _, kind := range openingKinds() {
		d, ok := DeadlineFor(rule, kind, disputeID, on.of(kind, rule.Deadlines[kind].From), cal, newID)
		if !ok || on.Opened.IsZero() {
			continue
		}
		if !d.WarnOn.IsZero() && d.WarnOn <= on.Opened {
			d.WarnOn = on.Opened.AddDays(1)
			if d.WarnOn > d.DueOn {
				d.WarnOn = 0
			}
		}
		list = append(list, d)
	}
	return list
}

// DeadlineFor is the deadline of one kind that begins on a day; ok is false when the rule has none of that kind.
func DeadlineFor(rule ReasonRule, kind DeadlineKind, disputeID uuid.UUID, from calendar.Date, cal *calendar.Calendar, newID func() uuid.UUID) (d Deadline, ok bool) {
	span, ok := rule.Deadlines[kind]
	if !ok || span.Days <= 0 || from.IsZero() {
		return Deadline{}, false
	}
	d = Deadline{ID: newID(), DisputeID: disputeID, Kind: kind, State: DeadlineOpen, DueOn: span.days(from, span.Days, cal)}
	if warn := span.days(d.DueOn, -span.WarnDays, cal); span.WarnDays > 0 && warn > from {
		d.WarnOn = warn
	}
	return d, true
}

func (s Span) days(from calendar.Date, n int, cal *calendar.Calendar) calendar.Date {
	if s.Business && cal != nil {
		return cal.AddBusinessDays(from, n)
	}
	return from.AddDays(n)
}

// Lapsed reports whether the deadline stands and its day has passed.
func (d Deadline) Lapsed(today calendar.Date) bool { return d.State == DeadlineOpen && today > d.DueOn }

// WarnsOn reports whether a warning of it is due: its day has come, and nobody was warned yet.
func (d Deadline) WarnsOn(today calendar.Date) bool {
	return d.State == DeadlineOpen && d.WarnedAt == nil && !d.WarnOn.IsZero() && today >= d.WarnOn && today <= d.DueOn
}

// next is the day on which the deadline next needs something; no date when it no longer stands.
func (d Deadline) next() calendar.Date {
	switch {
	case d.State != DeadlineOpen:
		return 0
	case d.WarnedAt == nil && !d.WarnOn.IsZero():
		return d.WarnOn
	}
	return d.DueOn.AddDays(1)
}

// Earliest is the day of the earliest deadline that stands; no date when none does.
func Earliest(list []Deadline) calendar.Date {
	var first calendar.Date
	for _, d := range list {
		if d.State == DeadlineOpen && (first.IsZero() || d.DueOn < first) {
			first = d.DueOn
		}
	}
	return first
}

// MetBy are the kinds of deadlines that an act meets.
func MetBy(a Act) []DeadlineKind {
	switch a {
	case ActTriage:
		return []DeadlineKind{DeadlineTriage}
	case ActCustomerReplies:
		return []DeadlineKind{DeadlineCustomerReply}
	case ActDecide, ActPropose:
		return []DeadlineKind{DeadlineTriage, DeadlineEvidence, DeadlineDecision}
	case ActApprove, ActRefuse, ActRetract:
		return []DeadlineKind{DeadlineApproval}
	case ActCredit:
		return []DeadlineKind{DeadlineCreditMemo}
	case ActSubmit:
		return []DeadlineKind{DeadlineContest, DeadlineNextRound}
	case ActAccepted, ActRefused, ActNoAnswer, ActAppeal:
		return []DeadlineKind{DeadlineCustomerReply}
	}
	return nil
}

// MetByPerson are the kinds of deadlines of which no act tells that what they ask for has happened, because it happens outside:
// the carrier was asked to pay, or the limitation is stayed. A person says so.
func MetByPerson() []DeadlineKind { return []DeadlineKind{DeadlineCarrier, DeadlineLimitation} }

// Settled are the kinds of deadlines that an act and what it left of the claim settle: what was done meets them, and of the
// rest nobody waits for them any more. It is asked after the amounts were moved and with the state that the act led to.
// Our objection is made when a denial is sent or submitted: until then the window stands, unless the customer gives in. With
// the case all end that do not outlive it.
func (d Dispute) Settled(a Act) (met, idle []DeadlineKind) {
	sum := d.Amounts()
	met = MetBy(a)
	settle := func(by bool, kinds ...DeadlineKind) {
		if by {
			met = append(met, kinds...)
			return
		}
		idle = append(idle, kinds...)
	}
	decides := a == ActDecide || a == ActApprove || a == ActSettle || a == ActGiveUp
	if sum.UndecidedMinor == 0 {
		settle(decides, DeadlineTriage, DeadlineEvidence, DeadlineDecision)
		if sum.DeniedMinor == 0 || a == ActWithdraw || a == ActAccepted {
			idle = append(idle, DeadlineContest)
		}
	}
	if sum.CreditDueMinor == 0 {
		settle(decides || a == ActCredit, DeadlineCreditMemo)
	}
	if sum.DeniedMinor == 0 {
		settle(a == ActRepay, DeadlineRepayment)
	}
	if d.State.Ended() {
		return met, slices.DeleteFunc(DeadlineKinds(), d.Outlives)
	}
	return met, append(idle, d.State.idle(sum)...)
}

// Outlives reports whether a deadline of the kind is waited for after the case was closed. The one against the carrier is: what
// was credited or written off is our loss, and the carrier may still have to bear it.
func (d Dispute) Outlives(kind DeadlineKind) bool {
	sum := d.Amounts()
	return kind == DeadlineCarrier && d.State == Closed && sum.CreditedMinor+sum.WrittenOffMinor > 0
}

// idle are the kinds that nobody waits for in a state: the customer's answer where nothing was asked of it or submitted to
// it, and our next round where it has not refused.
func (s State) idle(sum Amounts) []DeadlineKind {
	var kinds []DeadlineKind
	underContest := s == Contested || s == AwaitingApproval && sum.UndecidedMinor == 0
	if s != AwaitingCustomer && !underContest {
		kinds = append(kinds, DeadlineCustomerReply)
	}
	if s != RefusedByCustomer && (s != AwaitingApproval || sum.UndecidedMinor > 0) {
		kinds = append(kinds, DeadlineNextRound)
	}
	return kinds
}

// Settle gives the deadlines of the named kinds that stand a new state, or all that stand when no kind is named, and returns
// those that changed. The list itself changes, too.
func Settle(list []Deadline, state DeadlineState, at time.Time, kinds ...DeadlineKind) []Deadline {
	named := make(map[DeadlineKind]bool, len(kinds))
	for _, kind := range kinds {
		named[kind] = true
	}
	var changed []Deadline
	for i := range list {
		d := &list[i]
		if d.State != DeadlineOpen || len(kinds) > 0 && !named[d.Kind] {
			continue
		}
		settled := at
		d.State, d.SettledAt = state, &settled
		changed = append(changed, *d)
	}
	return changed
}

// Revived are the deadlines that run on in a case that goes on after it had ended: others set them, and they ended with the case
// alone. before is the case as it was, list what it has of deadlines.
func Revived(before, d Dispute, list []Deadline, newID func() uuid.UUID) []Deadline {
	if !before.State.Ended() || d.State.Ended() || before.ClosedAt == nil {
		return nil
	}
	stands := map[DeadlineKind]bool{DeadlineContest: d.Amounts().UndecidedMinor == 0} // then there is nothing to object to
	for _, o := range list {
		stands[o.Kind] = stands[o.Kind] || o.State == DeadlineOpen
	}
	var again []Deadline
	for _, o := range list {
		ended := o.State == DeadlineCancelled && o.SettledAt != nil && o.SettledAt.Equal(*before.ClosedAt)
		if !ended || !setByOthers(o.Kind) || stands[o.Kind] {
			continue
		}
		o.ID, o.State, o.SettledAt, o.WarnedAt = newID(), DeadlineOpen, nil, nil
		again, stands[o.Kind] = append(again, o), true
	}
	return again
}
