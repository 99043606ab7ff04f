package report

import "arrears/domain/calendar"

// comparePage is what the comparison's template sees.
type comparePage struct {
	Title, Sub, Footer string
	Colours            []string
	Cautions           []string
	Passed             bool
	Verdict            string
	KPIs               []kpiTile
	Tiles              []tile
	Figures            []figure
	Blocks             []block
	Customers          block
}

// HTML returns the comparison as one page that needs nothing else, bounded like a report's.
func (c Comparison) HTML() ([]byte, error) {
	a, b := c.sides()
	p := comparePage{Title: brief(c.title()), Sub: brief(c.source()), Colours: colours(), Cautions: c.Cautions, KPIs: c.kpiTiles(),
		Passed: c.A.Passed && c.B.Passed, Tiles: c.tiles(), Blocks: c.tables()[1:], Customers: c.customerBlock(),
		Footer: "Differences are " + brief(b) + " less " + brief(a) + ". Made by arrears rehearse; the JSON form has everything."}
	p.Verdict = "Under both policies no notice asked for what was not owed."
	if !p.Passed {
		p.Verdict = "Notices asked for what was not owed: see the report of each policy for the lines."
	}
	p.Figures = []figure{c.weekFigure(), c.columnFigure("stages", "Notices by stage", "by the highest stage in each", c.ByStage),
		c.columnFigure("stopped", "Chases stopped by payment", "by days from the last notice to the payment", c.Buckets)}
	return render("compare", p)
}

func (c Comparison) kpiTiles() []kpiTile {
	out := []kpiTile{}
	a, b := c.sides()
	for _, k := range c.KPIs {
		out = append(out, kpiTile{k.Key, number(k.A) + " / " + number(k.B), brief(a) + " / " + brief(b), k.A == 0 && k.B == 0})
	}
	return out
}

func (c Comparison) tiles() []tile {
	out := []tile{}
	for _, f := range c.Figures {
		switch f.Key {
		case "notices", "customers reached", "approvals asked", "chases stopped by payment":
			out = append(out, tile{f.Key, signed(f.Diff), number(f.A) + " → " + number(f.B)})
		}
	}
	return out
}

func (c Comparison) legend() []legend {
	a, b := c.sides()
	return []legend{{"c0", brief(a)}, {"c1", brief(b)}}
}

func (c Comparison) columnFigure(id, title, sub string, list []Pair) figure {
	f := figure{ID: id, Title: title, Sub: sub, Legend: c.legend(), Heads: c.heads("")}
	a, b, most := []Count{}, []Count{}, 0
	for i, p := range list {
		f.Rows = append(f.Rows, []string{brief(p.Key), number(p.A), number(p.B), signed(p.Diff)})
		if i < maxColours {
			a, b = append(a, Count{p.Key, p.A}), append(b, Count{p.Key, p.B})
		}
		most = max(most, p.A, p.B)
	}
	if most == 0 {
		f.Empty = "Nothing to compare."
		return f
	}
	for _, size := range halfSizes() {
		f.Charts = append(f.Charts, columns(size, a, b, title, sub))
	}
	return f
}

// weekFigure draws the notices per week as two lines.
func (c Comparison) weekFigure() figure {
	f := figure{ID: "weeks", Title: "Notices per week", Sub: "all stages together", Full: true, Legend: c.legend(), Heads: c.heads("week")}
	most := 0
	for i, w := range c.Weeks {
		if i < tableWeeks {
			f.Rows = append(f.Rows, []string{w.Week, number(w.A), number(w.B), signed(w.B - w.A)})
		}
		most = max(most, w.A, w.B)
	}
	if most == 0 {
		f.Empty = "No notice was sent."
		return f
	}
	for _, size := range fullSizes() {
		f.Charts = append(f.Charts, twoLines(size, c.Weeks, f.Title, f.Sub))
	}
	return f
}

func twoLines(size size2, weeks []WeekPair, title, desc string) chart {
	step := stepOf(len(weeks), size.spans())
	sum := []WeekPair{}
	most := 0
	for i, w := range weeks {
		if i%step == 0 {
			sum = append(sum, WeekPair{Week: w.Week, Monday: w.Monday})
		}
		last := &sum[len(sum)-1]
		last.A += w.A
		last.B += w.B
		most = max(most, last.A, last.B)
	}
	end, values := scale(int64(most), 1)
	f := newFrame(size, len(sum), end)
	c := newChart(size, f, title, desc)
	c.grid(f, values, compact)
	a, b := "", ""
	mondays := make([]calendar.Date, len(sum))
	for i, w := range sum {
		a += px(f.mid(i)) + "," + px(f.y(int64(w.A))) + " "
		b += px(f.mid(i)) + "," + px(f.y(int64(w.B))) + " "
		mondays[i] = w.Monday
		c.Hits = append(c.Hits, box{px(f.x(i)), px(f.top), px(f.slot()), px(f.bottom - f.top), "", w.Week + ": " + number(w.A) + " and " + number(w.B)})
	}
	c.Lines = []curve{{a, "c0"}, {b, "c1"}}
	c.months(f, mondays)
	c.perBar(step)
	return c
}

func (c Comparison) customerBlock() block {
	b := block{Title: c.customersTitle(), Heads: append([]string{"Customer", "Name"}, c.heads("")[1:]...),
		Sub: "The largest differences first."}
	for _, p := range c.Changed {
		b.Rows = append(b.Rows, []string{brief(p.Number), brief(p.Name), number(p.A), number(p.B), signed(p.Diff)})
	}
	if left := len(b.Rows) - maxPageCustomers; left > 0 {
		b.Rows, b.More = b.Rows[:maxPageCustomers], "… and "+plural(left, "customer")+" more, in the JSON form."
	}
	return b
}
