package policy

import (
	"slices"
	"strconv"

	"arrears/domain/calendar"
)

// conditions reports whether all conditions of the stage hold. If not, wake is the earliest day on which time alone may
// change that: the latest over the unmet ones, since all must hold; the next review where time alone changes nothing.
func (j *judge) conditions(it *ItemFacts, s *Stage, on calendar.Date) (wake calendar.Date, met bool) {
	c := &s.Conditions
	var unmet unmetConditions
	if least, ok := c.MinimumOpen[it.Currency]; len(c.MinimumOpen) > 0 && (!ok || j.collectable(it) < least) {
		j.because(Reason{Code: ReasonUnmetMinimumOpen, Minor: least, Text: string(it.Currency)})
		unmet.add(0)
	}
	if have := j.overdueCount(); have < c.OverdueCount {
		j.because(Reason{Code: ReasonUnmetOverdueCount, Text: strconv.Itoa(c.OverdueCount)})
		unmet.add(j.overdueFrom(c.OverdueCount - have))
	}
	if oldest := j.oldestDue(); c.OldestDays > 0 && (oldest.IsZero() || j.today.DaysSince(oldest) < c.OldestDays) {
		j.because(Reason{Code: ReasonUnmetOldestDays, Text: strconv.Itoa(c.OldestDays)})
		unmet.add(j.oldEnoughOn(oldest, c.OldestDays))
	}
	if least, ok := c.OverdueTotal[it.Currency]; len(c.OverdueTotal) > 0 && (!ok || j.overdueTotal(it) < least) {
		j.because(Reason{Code: ReasonUnmetOverdueTotal, Minor: least, Text: string(it.Currency)})
		unmet.add(j.overdueFrom(1))
	}
	if unmet.count == 0 {
		return 0, true
	}
	if unmet.never || unmet.wake <= j.today {
		return j.reviewOn(on), false
	}
	return unmet.wake, false
}

// ofCustomer reports whether a condition looks at what the customer owes in all.
func (c *Conditions) ofCustomer() bool {
	return c.OverdueCount > 0 || c.OldestDays > 0 || len(c.OverdueTotal) > 0
}

// LooksAtCustomer reports whether a change of what the customer owes in all may bear on an item whose last stage done has
// this key: only its next stage is ever decided about. A key that the policy does not have looks, to be sure.
func (p *Policy) LooksAtCustomer(lastStageDone string) bool {
	next := 0
	if lastStageDone != "" {
		if next = p.index(lastStageDone) + 1; next == 0 {
			return slices.ContainsFunc(p.Stages, func(s Stage) bool { return s.Conditions.ofCustomer() })
		}
	}
	return next < len(p.Stages) && p.Stages[next].Conditions.ofCustomer()
}

// unmetConditions gathers when each unmet condition may come to hold by time alone.
type unmetConditions struct {
	count int
	never bool
	wake  calendar.Date
}

func (u *unmetConditions) add(on calendar.Date) {
	u.count++
	u.never = u.never || on.IsZero()
	u.wake = max(u.wake, on)
}

func (j *judge) overdueCount() int {
	count := 0
	for i := range j.customer.Overdue {
		count += j.customer.Overdue[i].Count
	}
	return count
}

func (j *judge) oldestDue() calendar.Date {
	var oldest calendar.Date
	for i := range j.customer.Overdue {
		due := j.customer.Overdue[i].OldestDue
		if oldest.IsZero() || (!due.IsZero() && due < oldest) {
			oldest = due
		}
	}
	return oldest
}

func (j *judge) overdueTotal(it *ItemFacts) int64 {
	var total int64
	for i := range j.customer.Overdue {
		if j.customer.Overdue[i].Currency == it.Currency {
			total += j.customer.Overdue[i].TotalMinor
		}
	}
	return total
}

// overdueFrom is the day from which n more items of the customer will be overdue: the day after the n-th due date. The list
// of due dates is bounded, so its last one is looked at when there may be more behind it; no date when there are not n.
func (j *judge) overdueFrom(n int) calendar.Date {
	due := j.customer.Due
	for len(due) > 0 && due[0] < j.today {
		due = due[1:]
	}
	if n > len(due) {
		if len(j.customer.Due) < maxDueFacts || len(due) == 0 {
			return 0
		}
		n = len(due)
	}
	return due[n-1].AddDays(1)
}

// maxDueFacts is how many due dates CustomerFacts.Due holds at most.
const maxDueFacts = 32

// oldEnoughOn is the day on which the customer's oldest overdue item, or the first to become overdue, reaches the age.
func (j *judge) oldEnoughOn(oldest calendar.Date, days int) calendar.Date {
	if oldest.IsZero() {
		if len(j.customer.Due) == 0 {
			return 0
		}
		oldest = j.customer.Due[0]
	}
	return oldest.AddDays(days)
}
