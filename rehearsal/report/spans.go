package report

import "arrears/domain/calendar"

// span is one or several weeks of a chart: a long window is drawn in fewer, equal steps, so that it can be read.
type span struct {
	name    string // of the first week
	last    string // of the last week
	monday  calendar.Date
	notices int
	byStage []int // notices, in the order of the weeks' stages
}

// stepOf says how many weeks one span takes so that there are at most so many spans.
func stepOf(weeks, most int) int { return max(1, (weeks+most-1)/most) }

func spansOf(weeks []WeekCount, most int) []span {
	step := stepOf(len(weeks), most)
	out := make([]span, 0, most)
	for i, w := range weeks {
		if i%step == 0 {
			out = append(out, span{name: w.Week, monday: w.Monday, byStage: make([]int, len(w.ByStage))})
		}
		p := &out[len(out)-1]
		p.last = w.Week
		p.notices += w.Notices
		for k, c := range w.ByStage {
			p.byStage[k] += c.Count
		}
	}
	return out
}

// spanHead names the column of the spans.
func spanHead(weeks []WeekCount, most int) string {
	if step := stepOf(len(weeks), most); step > 1 {
		return "per " + number(step) + " weeks"
	}
	return "week"
}

// text names the span: one week, or from the first to the last.
func (p span) text() string {
	if p.name == p.last {
		return p.name
	}
	return p.name + " to " + p.last
}
