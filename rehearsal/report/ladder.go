package report

import "slices"

// ladder is the order of the stages: the policy's, then what else was seen, by name.
type ladder struct {
	keys  []string
	place map[string]int
}

func ladderOf(f *Facts) ladder {
	seen := map[string]bool{}
	for _, n := range f.Notices {
		for _, l := range n.Lines {
			seen[l.Stage] = true
		}
		if len(n.Lines) == 0 {
			seen[""] = true
		}
	}
	for _, i := range f.Invoices {
		for _, s := range i.Stages {
			seen[s.Stage] = true
		}
	}
	for _, a := range f.Approvals {
		seen[a.Stage] = true
	}
	l := ladder{keys: []string{}, place: map[string]int{}}
	for _, key := range append(slices.Clone(f.Stages), sortedKeys(seen)...) {
		if _, known := l.place[key]; !known {
			l.place[key] = len(l.keys)
			l.keys = append(l.keys, key)
		}
	}
	return l
}

// top returns the stage of the lines that is highest on the ladder.
func (l ladder) top(lines []LineFacts) string {
	top := ""
	for i, line := range lines {
		if i == 0 || l.place[line.Stage] > l.place[top] {
			top = line.Stage
		}
	}
	return top
}

// among returns those of the stages that the set holds, in order.
func (l ladder) among(set map[string]bool) []string {
	out := []string{}
	for _, key := range l.keys {
		if set[key] {
			out = append(out, key)
		}
	}
	return out
}
