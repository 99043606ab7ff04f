package report

import (
	"slices"

	"arrears/domain/calendar"
)

// The KPIs that must be 0.
const (
	DunnedAfterPaid        = "dunned_after_paid"
	AskedTooMuch           = "asked_too_much"
	DunnedWhileCashWaiting = "dunned_while_cash_waiting"
)

// kpiRule says when a line offends. paidOn is the day by the file, or no date.
type kpiRule struct {
	id, meaning string
	offends     func(on, paidOn calendar.Date, l LineFacts) bool
}

func kpiRules() []kpiRule {
	return []kpiRule{
		{DunnedAfterPaid, "notice lines that had nothing collectable when they were sent, or were sent after the day of payment",
			func(on, paidOn calendar.Date, l LineFacts) bool {
				return l.OpenMinor <= 0 || !paidOn.IsZero() && on > paidOn
			}},
		{AskedTooMuch, "notice lines that asked for more than was collectable when they were sent",
			func(_, _ calendar.Date, l LineFacts) bool { return l.AskMinor > l.OpenMinor }},
		{DunnedWhileCashWaiting, "notice lines that asked for what waiting cash of the customer would have covered",
			func(_, _ calendar.Date, l LineFacts) bool {
				return l.WaitingMinor > 0 && l.AskMinor > l.OpenMinor-l.WaitingMinor
			}},
	}
}

func kpis(f *Facts, paid map[string]calendar.Date) []KPI {
	out := []KPI{}
	for _, rule := range kpiRules() {
		k := KPI{ID: rule.id, Meaning: rule.meaning, Lines: []Offender{}}
		for _, n := range f.Notices {
			for _, l := range n.Lines {
				if rule.offends(n.On, paid[l.Invoice], l) {
					k.Lines = append(k.Lines, offender(n, l, paid[l.Invoice]))
				}
			}
		}
		k.Count = len(k.Lines)
		out = append(out, k)
	}
	return out
}

func offender(n NoticeFacts, l LineFacts, paidOn calendar.Date) Offender {
	o := Offender{On: n.On, Customer: n.Customer, Invoice: l.Invoice, Stage: l.Stage, Currency: n.Currency,
		AskMinor: l.AskMinor, OpenMinor: l.OpenMinor, WaitingMinor: l.WaitingMinor}
	if !paidOn.IsZero() {
		o.PaidOn = &paidOn
	}
	return o
}

func passed(all []KPI) bool {
	return !slices.ContainsFunc(all, func(k KPI) bool { return k.Count > 0 })
}
