package report

import (
	"strconv"
	"strings"

	"arrears/domain/calendar"
)

// figure is one picture with its legend; wide and narrow are the same for two widths of the page.
type figure struct {
	ID, Title, Sub string
	Legend         []legend
	Charts         []chart
	Heads          []string
	Rows           [][]string // the table behind it
	Full           bool       // takes the page's whole width
	Empty          string     // said instead of a picture
}

// legend names a colour.
type legend struct{ Class, Text string }

// How many weeks a chart draws before it takes several together.
const (
	wideSpans   = 130
	narrowSpans = 44
	tableWeeks  = 520
)

func fullSizes() []size2 { return []size2{{"wide", 1080, 300}, {"narrow", 340, 240}} }
func halfSizes() []size2 { return []size2{{"wide", 520, 260}, {"narrow", 340, 230}} }

func (s size2) spans() int {
	switch {
	case s.class == "narrow":
		return narrowSpans
	case s.w < 600:
		return wideSpans / 2
	default:
		return wideSpans
	}
}

// maxColours is how many stages have a colour of their own; the last one stands for all further stages.
const maxColours = 8

func colour(k int) string { return "c" + strconv.Itoa(min(k, maxColours-1)) }

func weeklyNotices(r *Report) figure {
	stages := stagesOf(r)
	f := figure{ID: "weeks", Title: "Notices per week", Full: true,
		Sub:    plural(r.Notices.Total, "notice") + " with " + plural(r.Notices.Lines, "item") + ", by the highest stage in each",
		Legend: stageLegend(stages), Heads: append([]string{"Week", ">Notices", ">Items"}, numeric(stages)...)}
	if r.Notices.Total == 0 {
		f.Empty = "No notice was sent."
		return f
	}
	for _, size := range fullSizes() {
		f.Charts = append(f.Charts, stackedWeeks(size, r.Notices.ByWeek, stages, f.Title, f.Sub))
	}
	for _, w := range r.Notices.ByWeek[:min(len(r.Notices.ByWeek), tableWeeks)] {
		row := []string{w.Week, number(w.Notices), number(w.Lines)}
		for _, c := range w.ByStage {
			row = append(row, number(c.Count))
		}
		f.Rows = append(f.Rows, row)
	}
	return f
}

func stagesOf(r *Report) []string {
	out := make([]string, len(r.Notices.ByStage))
	for i, s := range r.Notices.ByStage {
		out[i] = label(s.Stage)
	}
	return out
}

func stageLegend(stages []string) []legend {
	out := []legend{}
	for i, s := range stages {
		if i == maxColours-1 && len(stages) > maxColours {
			return append(out, legend{colour(i), plural(len(stages)-i, "further stage")})
		}
		out = append(out, legend{colour(i), s})
	}
	return out
}

func numeric(heads []string) []string {
	out := make([]string, len(heads))
	for i, h := range heads {
		out[i] = ">" + h
	}
	return out
}

func stackedWeeks(size size2, weeks []WeekCount, stages []string, title, desc string) chart {
	spans := spansOf(weeks, size.spans())
	most := 0
	for _, p := range spans {
		most = max(most, p.notices)
	}
	end, values := scale(int64(most), 1)
	f := newFrame(size, len(spans), end)
	c := newChart(size, f, title, desc)
	c.grid(f, values, compact)
	mondays := make([]calendar.Date, len(spans))
	for i, p := range spans {
		mondays[i] = p.monday
		below := int64(0)
		for k, n := range p.byStage {
			if n > 0 {
				c.Bars = append(c.Bars, f.bar(i, below, int64(n), colour(k), p.text()+": "+number(n)+" "+stages[k]))
				below += int64(n)
			}
		}
	}
	c.months(f, mondays)
	c.perBar(stepOf(len(weeks), size.spans()))
	return c
}

// bar stands in a slot upon what is below it, with a gap to the next slot.
func (f frame) bar(i int, below, value int64, class, title string) box {
	gap := min(f.slot()*0.18, 10)
	return box{px(f.x(i) + gap/2), px(f.y(below + value)), px(max(1, f.slot()-gap)), px(max(1, f.tall(value))), class, title}
}

func stoppedChases(r *Report) figure {
	c := r.Chases
	f := figure{ID: "stopped", Title: "Chases stopped by payment", Heads: []string{"After the last notice", ">Chases", ">Share"},
		Sub: "days from the last notice to the payment"}
	if c.Stopped == 0 {
		f.Empty = "No chase was stopped by a payment."
		return f
	}
	f.Sub = plural(c.Stopped, "chase") + ", by days from the last notice to the payment: median " + daysText(c.MedianDays) +
		", nine of ten within " + daysText(c.P90Days)
	for _, b := range c.Buckets {
		f.Rows = append(f.Rows, []string{b.Key, number(b.Count), share(b.Count, c.Stopped)})
	}
	for _, size := range halfSizes() {
		f.Charts = append(f.Charts, columns(size, c.Buckets, nil, f.Title, f.Sub))
	}
	return f
}

// columns draws one or two bars for each key, with its value above.
func columns(size size2, a, b []Count, title, desc string) chart {
	most, group := 0, 1
	for i := range a {
		most = max(most, a[i].Count)
		if b != nil {
			most, group = max(most, b[i].Count), 2
		}
	}
	end, values := scale(int64(most), 1)
	f := newFrame(size, len(a), end)
	c := newChart(size, f, title, desc)
	c.grid(f, values, compact)
	for i := range a {
		c.column(f, i, 0, group, a[i])
		if b != nil {
			c.column(f, i, 1, group, b[i])
		}
		c.Axis = append(c.Axis, mark{X: px(f.mid(i)), Y: px(f.bottom), Text: cut(short(a[i].Key), int(f.slot()/6.2)), Anchor: "middle"})
	}
	return c
}

// digitWidth is about how wide a digit is: a value that its bar has no room for stands in the table alone.
const digitWidth = 7.4

func (c *chart) column(f frame, slot, place, group int, v Count) {
	width := min(f.slot()*0.8, 96) / float64(group)
	x := f.mid(slot) - width*float64(group)/2 + width*float64(place)
	c.Bars = append(c.Bars, box{px(x + 1), px(f.y(int64(v.Count))), px(width - 2), px(f.tall(int64(v.Count))), colour(place),
		label(v.Key) + ": " + number(v.Count)})
	text := number(v.Count)
	if float64(size(text))*digitWidth > width {
		text = compact(int64(v.Count))
	}
	if float64(size(text))*digitWidth <= width+2 {
		c.Notes = append(c.Notes, mark{X: px(x + width/2), Y: px(f.y(int64(v.Count)) - 4), Text: text, Anchor: "middle"})
	}
}

// short leaves out the word that every span of days has.
func short(key string) string {
	if key == Buckets()[0] {
		return "0"
	}
	return label(strings.ReplaceAll(strings.TrimSuffix(key, " days"), "over ", "> "))
}

func weeklyApprovals(r *Report) figure {
	f := figure{ID: "approvals", Title: "Approvals per week", Heads: []string{"Week", ">Asked", ">Decided"},
		Sub:    number(r.Approvals.Asked) + " asked, " + number(r.Approvals.Open) + " open at the end",
		Legend: []legend{{"c0", "asked"}, {"c1", "decided"}}}
	if r.Approvals.Asked == 0 {
		f.Empty = "No approval was asked for."
		return f
	}
	for _, size := range halfSizes() {
		f.Charts = append(f.Charts, approvalChart(size, r.Approvals.ByWeek, f.Title, f.Sub))
	}
	for _, w := range r.Approvals.ByWeek[:min(len(r.Approvals.ByWeek), tableWeeks)] {
		f.Rows = append(f.Rows, []string{w.Week, number(w.Asked), number(w.Decided)})
	}
	return f
}

// approvalChart stacks nothing: asked stands beside decided.
func approvalChart(size size2, weeks []ApprovalWeek, title, desc string) chart {
	step := stepOf(len(weeks), size.spans()/2)
	sum := []ApprovalWeek{}
	mondays := []calendar.Date{}
	most := 0
	for i, w := range weeks {
		if i%step == 0 {
			sum = append(sum, ApprovalWeek{Week: w.Week})
			mondays = append(mondays, w.Monday)
		}
		last := &sum[len(sum)-1]
		last.Asked += w.Asked
		last.Decided += w.Decided
		most = max(most, last.Asked, last.Decided)
	}
	end, values := scale(int64(most), 1)
	f := newFrame(size, 2*len(sum), end)
	c := newChart(size, f, title, desc)
	c.grid(f, values, compact)
	for i, w := range sum {
		if w.Asked > 0 {
			c.Bars = append(c.Bars, f.bar(2*i, 0, int64(w.Asked), "c0", w.Week+": "+number(w.Asked)+" asked"))
		}
		if w.Decided > 0 {
			c.Bars = append(c.Bars, f.bar(2*i+1, 0, int64(w.Decided), "c1", w.Week+": "+number(w.Decided)+" decided"))
		}
	}
	f.slots = len(sum)
	c.months(f, mondays)
	c.perBar(step)
	return c
}
