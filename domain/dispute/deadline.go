package dispute

import (
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

// DeadlinesFor are the deadlines that begin with a case, in the order of its life. Days count from the day after opened; a
// warning that would fall on that day or before is left out. A nil calendar has every day for a business day.
func DeadlinesFor(rule ReasonRule, disputeID uuid.UUID, opened calendar.Date, cal *calendar.Calendar, newID func() uuid.UUID) []Deadline {
	var list []Deadline
	for _, kind := range openingKinds() {
		if d, ok := DeadlineFor(rule, kind, disputeID, opened, cal, newID); ok {
			list = append(list, d)
		}
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
