package report

import (
	"slices"

	"arrears/domain/calendar"
)

// Make computes the report. It takes any facts: what they leave out counts as nothing, and the same facts in another order
// give the same report.
func Make(facts Facts) Report {
	f := sorted(facts)
	order := ladderOf(f)
	weeks := mondays(f.From, f.To, happened(f))
	paid := map[string]calendar.Date{}
	for _, i := range f.Invoices {
		paid[i.Number] = i.PaidOn
	}
	r := Report{
		Version: Version, Policy: f.Policy, Profile: f.Profile, File: f.File, From: f.From, To: f.To,
		KPIs: kpis(f, paid), Absent: absent(), Rows: f.Rows, Quarantine: quarantine(f), Names: names(f.Customers),
		Stages: order.keys, Notices: notices(f, order, weeks), Steps: steps(f, order), Approvals: approvals(f, order, weeks),
		Chases: chases(f, order), Open: openSeries(f, weeks), Tasks: tasks(f),
		Assumptions: append([]string{}, slices.Clone(f.Assumptions)...),
	}
	r.Passed = passed(r.KPIs)
	r.Customers, r.Quiet = customers(f, order)
	return r
}

// happened lists the days that must have a week.
func happened(f *Facts) []calendar.Date {
	days := []calendar.Date{}
	for _, n := range f.Notices {
		days = append(days, n.On)
	}
	for _, a := range f.Approvals {
		days = append(days, a.AskedOn, a.DecidedOn)
	}
	return days
}

func tasks(f *Facts) []Count {
	kinds := tally{}
	for _, t := range f.Tasks {
		kinds[t.Kind]++
	}
	return kinds.byCount()
}

func absent() []Absent {
	return []Absent{{"dso", "needs a complete register of sales; a list of invoices is not one, and what was settled before " +
		"the window is not played"}}
}
