package report

import (
	"io"

	"arrears/domain/money"
)

// The names of the two sides where their policies have one name.
func (c Comparison) sides() (a, b string) {
	a, b = label(c.A.Policy), label(c.B.Policy)
	if a == b {
		return "A: " + a, "B: " + b
	}
	return a, b
}

func (c Comparison) title() string {
	a, b := c.sides()
	return "Policy " + b + " beside " + a
}

func (s Side) window() string { return Report{From: s.From, To: s.To}.window() }

// source says what was played.
func (c Comparison) source() string {
	return label(c.A.File) + " by profile " + label(c.A.Profile) + ", " + c.A.window()
}

// Text writes the comparison for a terminal of the width given.
func (c Comparison) Text(w io.Writer, width int) error {
	s := newSheet(width)
	a, b := c.sides()
	s.line(cut(c.title(), s.width))
	s.paragraph(0, c.source())
	for _, caution := range c.Cautions {
		s.paragraph(0, "Caution: "+caution)
	}
	for _, t := range c.tables() {
		s.heading(t.Title)
		rows := t.Rows
		s.table(t.Heads, rows)
	}
	s.heading(c.customersTitle())
	rows := [][]string{}
	for _, p := range c.Changed[:min(len(c.Changed), textCustomers)] {
		rows = append(rows, []string{label(p.Number), label(p.Name), number(p.A), number(p.B), signed(p.Diff)})
	}
	s.table([]string{"customer", "name", ">" + cut(a, 24), ">" + cut(b, 24), ">difference"}, rows)
	s.more(len(c.Changed), textCustomers, "customer")
	_, err := io.WriteString(w, s.b.String())
	return err
}

func (c Comparison) customersTitle() string {
	more, fewer := 0, 0
	for _, p := range c.Changed {
		if p.Diff > 0 {
			more++
		} else {
			fewer++
		}
	}
	_, b := c.sides()
	return "Under " + b + " " + plural(more, "customer") + " would receive more notices, " + number(fewer) + " fewer, " +
		number(c.Same) + " as many"
}

// tables are what text and page show alike.
func (c Comparison) tables() []block {
	return []block{
		c.table("Must be 0", c.KPIs),
		c.figuresTable(),
		c.table("Notices by stage", c.ByStage),
		c.table("Chases stopped by payment, after the last notice", c.Buckets),
		c.table("Approvals by decision", c.Decisions),
		c.table("Notices by channel", c.ByChannel),
	}
}

func (c Comparison) heads(first string) []string {
	a, b := c.sides()
	return []string{first, ">" + cut(a, 24), ">" + cut(b, 24), ">difference"}
}

func (c Comparison) table(title string, list []Pair) block {
	t := block{Title: title, Heads: c.heads("")}
	for _, p := range list {
		t.Rows = append(t.Rows, []string{brief(p.Key), number(p.A), number(p.B), signed(p.Diff)})
	}
	return t
}

func (c Comparison) figuresTable() block {
	t := c.table("Counts and sums", c.Figures)
	t.Full = true
	for _, d := range c.Days {
		t.Rows = append(t.Rows, []string{d.Key + ", days", daysText(d.A), daysText(d.B), d.diff()})
	}
	for _, x := range c.Asked {
		t.Rows = append(t.Rows, []string{"asked for", amount(x.Currency, x.A), amount(x.Currency, x.B), signedAmount(x.Currency, x.Diff)})
	}
	return t
}

func (d DaysPair) diff() string {
	if d.A == nil || d.B == nil {
		return "–"
	}
	return signed(*d.B - *d.A)
}

func signedAmount(c money.Currency, minor int64) string {
	switch {
	case minor > 0:
		return "+" + amount(c, minor)
	case minor < 0:
		return "−" + amount(c, -minor)
	default:
		return amount(c, 0)
	}
}
