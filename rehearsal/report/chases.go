package report

import (
	"slices"
	"strconv"

	"arrears/domain/calendar"
)

// Buckets are the spans from the last notice to the payment, in order.
func Buckets() []string {
	return []string{"same day", "1–3 days", "4–7 days", "8–14 days", "15–30 days", "over 30 days"}
}

func bucketOf(days int) string {
	for i, last := range []int{0, 3, 7, 14, 30} {
		if days <= last {
			return Buckets()[i]
		}
	}
	return Buckets()[len(Buckets())-1]
}

// asked is one time that an invoice was reminded.
type asked struct {
	on    calendar.Date
	stage string
}

// chaseTally collects what chases comes from.
type chaseTally struct {
	out             Chases
	stopped, unpaid sums
	days            []int
	buckets, took   tally
	byStage         map[string][]int
}

func chases(f *Facts, order ladder) Chases {
	history := remindersOf(f)
	t := chaseTally{stopped: sums{}, unpaid: sums{}, buckets: tally{}, took: tally{}, byStage: map[string][]int{}}
	t.out.Invoices = len(f.Invoices)
	for _, i := range f.Invoices {
		t.add(f, i, history[i.Number])
	}
	return t.finish(order)
}

// remindersOf lists when each invoice was reminded, oldest first.
func remindersOf(f *Facts) map[string][]asked {
	history := map[string][]asked{}
	for _, n := range f.Notices { // by date: see sorted
		for _, l := range n.Lines {
			history[l.Invoice] = append(history[l.Invoice], asked{n.On, l.Stage})
		}
	}
	return history
}

func (t *chaseTally) add(f *Facts, i InvoiceFacts, history []asked) {
	switch {
	case i.PaidOn.IsZero() || !f.To.IsZero() && i.PaidOn > f.To:
		t.unpaid.add(i.Currency, i.AmountMinor)
		if len(history) > 0 {
			t.out.UnpaidAsked++
		} else {
			t.out.UnpaidUnasked++
		}
	case i.PaidOn < f.From:
		t.out.SettledBefore++
	default:
		before := slices.IndexFunc(history, func(a asked) bool { return a.on > i.PaidOn })
		if before < 0 {
			before = len(history)
		}
		if before == 0 {
			t.out.PaidUnasked++
			return
		}
		t.stop(i, history[before-1], before)
	}
}

func (t *chaseTally) stop(i InvoiceFacts, last asked, reminders int) {
	days := i.PaidOn.DaysSince(last.on)
	t.out.Stopped++
	t.stopped.add(i.Currency, i.AmountMinor)
	t.days = append(t.days, days)
	t.buckets[bucketOf(days)]++
	t.took[reminderCounts()[min(reminders, len(reminderCounts()))-1]]++
	t.byStage[last.stage] = append(t.byStage[last.stage], days)
}

func reminderCounts() []string { return []string{"1", "2", "3", "4", "5 or more"} }

func (t *chaseTally) finish(order ladder) Chases {
	out := t.out
	out.StoppedAmount, out.UnpaidAmount = t.stopped.list(), t.unpaid.list()
	out.Buckets, out.NoticesPerStop = t.buckets.inOrder(Buckets()), t.took.inOrder(reminderCounts())
	if slices.Sort(t.days); len(t.days) > 0 {
		median, p90 := rank(t.days, 50), rank(t.days, 90)
		out.MedianDays, out.P90Days = &median, &p90
	}
	out.ByLastStage = []LastStage{}
	used := map[string]bool{}
	for stage := range t.byStage {
		used[stage] = true
	}
	for _, stage := range order.among(used) {
		days := t.byStage[stage]
		slices.Sort(days)
		out.ByLastStage = append(out.ByLastStage, LastStage{stage, len(days), rank(days, 50), rank(days, 90)})
	}
	return out
}

// daysText is a number of days for people, or a dash.
func daysText(days *int) string {
	if days == nil {
		return "–"
	}
	return strconv.Itoa(*days)
}
