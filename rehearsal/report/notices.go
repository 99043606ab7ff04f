package report

import (
	"cmp"
	"slices"
	"strings"

	"arrears/domain/calendar"
)

func notices(f *Facts, order ladder, weeks []calendar.Date) Notices {
	out := Notices{Total: len(f.Notices)}
	asked, channels, kinds := sums{}, tally{}, tally{}
	stages := stageCounts{}
	perWeek := make([]weekTally, len(weeks))
	for _, n := range f.Notices {
		top := order.top(n.Lines)
		out.Lines += len(n.Lines)
		asked.add(n.Currency, n.AskedMinor)
		channels[n.Channel]++
		kinds[n.Kind]++
		stages.of(top).notices++
		for _, l := range n.Lines {
			s := stages.of(l.Stage)
			s.lines++
			s.asked.add(n.Currency, l.AskMinor)
		}
		if i, found := weekIndex(weeks, n.On); found {
			perWeek[i].add(top, len(n.Lines))
		}
	}
	out.Asked, out.ByChannel, out.ByKind = asked.list(), channels.byCount(), kinds.byCount()
	used := map[string]bool{}
	for key := range stages {
		used[key] = true
	}
	keys := order.among(used)
	out.ByStage = stages.list(keys)
	out.ByWeek = weekCounts(weeks, perWeek, keys)
	return out
}

type stageTally struct {
	notices, lines int
	asked          sums
}

type stageCounts map[string]*stageTally

func (s stageCounts) of(stage string) *stageTally {
	if s[stage] == nil {
		s[stage] = &stageTally{asked: sums{}}
	}
	return s[stage]
}

func (s stageCounts) list(keys []string) []StageCount {
	out := make([]StageCount, len(keys))
	for i, key := range keys {
		out[i] = StageCount{key, s[key].notices, s[key].lines, s[key].asked.list()}
	}
	return out
}

type weekTally struct {
	notices, lines int
	byStage        tally
}

func (w *weekTally) add(stage string, lines int) {
	if w.byStage == nil {
		w.byStage = tally{}
	}
	w.notices++
	w.lines += lines
	w.byStage[stage]++
}

func weekCounts(weeks []calendar.Date, counted []weekTally, stages []string) []WeekCount {
	out := make([]WeekCount, len(weeks))
	for i, monday := range weeks {
		w := counted[i]
		out[i] = WeekCount{weekName(monday), monday, w.notices, w.lines, w.byStage.inOrder(stages)}
	}
	return out
}

func steps(f *Facts, order ladder) []StepCount {
	type key struct{ action, outcome string }
	seen := map[string]map[key]int{}
	for _, i := range f.Invoices {
		for _, s := range i.Stages {
			if seen[s.Stage] == nil {
				seen[s.Stage] = map[key]int{}
			}
			seen[s.Stage][key{s.Action, s.Outcome}]++
		}
	}
	out := []StepCount{}
	for _, stage := range order.keys {
		first := len(out)
		for k, n := range seen[stage] {
			out = append(out, StepCount{stage, k.action, k.outcome, n})
		}
		slices.SortFunc(out[first:], func(a, b StepCount) int {
			return cmp.Or(strings.Compare(a.Action, b.Action), strings.Compare(a.Outcome, b.Outcome))
		})
	}
	return out
}
