package report

import "arrears/domain/calendar"

// stillOpen is the decision of an approval that nobody decided by the last day.
const stillOpen = "open"

func approvals(f *Facts, order ladder, weeks []calendar.Date) Approvals {
	out := Approvals{Asked: len(f.Approvals), ByStage: []ApprovalStage{}}
	decisions := tally{}
	stages := map[string]*approvalTally{}
	used := map[string]bool{}
	out.ByWeek = make([]ApprovalWeek, len(weeks))
	for i, monday := range weeks {
		out.ByWeek[i] = ApprovalWeek{Week: weekName(monday), Monday: monday}
	}
	for _, a := range f.Approvals {
		decision := decisionOf(a)
		decisions[decision]++
		if stages[a.Stage] == nil {
			stages[a.Stage] = &approvalTally{amounts: sums{}, decisions: tally{}}
		}
		used[a.Stage] = true
		stages[a.Stage].add(a, decision)
		if i, found := weekIndex(weeks, a.AskedOn); found {
			out.ByWeek[i].Asked++
		}
		if i, found := weekIndex(weeks, a.DecidedOn); found && decision != stillOpen {
			out.ByWeek[i].Decided++
		}
	}
	out.Open, out.ByDecision = decisions[stillOpen], decisions.byCount()
	for _, stage := range order.among(used) {
		s := stages[stage]
		out.ByStage = append(out.ByStage, ApprovalStage{stage, s.asked, s.amounts.list(), s.decisions.byCount()})
	}
	return out
}

func decisionOf(a ApprovalFacts) string {
	if a.Decision == "" {
		return stillOpen
	}
	return a.Decision
}

type approvalTally struct {
	asked     int
	amounts   sums
	decisions tally
}

func (t *approvalTally) add(a ApprovalFacts, decision string) {
	t.asked++
	t.amounts.add(a.Currency, a.AmountMinor)
	t.decisions[decision]++
}
