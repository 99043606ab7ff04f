package report

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
)

// How much of each list the text shows; the JSON form has all of it.
const (
	textOffenders = 10
	textCustomers = 15
	textNames     = 8
	textWeeks     = 60
)

// Text writes the report for a terminal of the width given (60 to 200 columns): plain, without colours.
func (r Report) Text(w io.Writer, width int) error {
	s := newSheet(width)
	r.textHead(s)
	r.textKPIs(s)
	r.textRows(s)
	r.textNotices(s)
	r.textChases(s)
	r.textApprovals(s)
	r.textCustomers(s)
	r.textNames(s)
	if len(r.Assumptions) > 0 {
		s.heading("Assumptions")
		for _, a := range r.Assumptions {
			s.paragraph(2, "• "+clean(a))
		}
	}
	_, err := io.WriteString(w, s.b.String())
	return err
}

func (r Report) textHead(s *sheet) {
	s.line(cut(r.titleOf(), s.width))
	s.paragraph(0, label(r.File)+" by profile "+label(r.Profile)+", "+r.window())
}

func (r Report) textKPIs(s *sheet) {
	verdict := "PASSED: no notice asked for what was not owed"
	if r.Notices.Total == 0 {
		verdict = "No notice was sent, so there is nothing to judge"
	}
	if !r.Passed {
		verdict = "FAILED: notices asked for what was not owed"
	}
	s.heading(verdict)
	rows := [][]string{}
	for _, k := range r.KPIs {
		rows = append(rows, []string{k.ID, number(k.Count), okOrNot(k.Count)})
	}
	s.table([]string{"must be 0", ">lines", ""}, rows)
	for _, k := range r.KPIs {
		if k.Count == 0 {
			continue
		}
		s.line("")
		s.paragraph(2, k.ID+": "+k.Meaning)
		s.table([]string{"on", "customer", "invoice", "stage", ">asked", ">open", ">waiting", "paid on"}, offenderRows(k))
		s.more(k.Count, textOffenders, "line")
	}
	for _, a := range r.Absent {
		s.paragraph(2, a.ID+" is not computed: "+a.Reason)
	}
}

func okOrNot(count int) string {
	if count == 0 {
		return "ok"
	}
	return "NOT OK"
}

func offenderRows(k KPI) [][]string {
	rows := [][]string{}
	for _, o := range k.Lines[:min(len(k.Lines), textOffenders)] {
		paid := "–"
		if o.PaidOn != nil {
			paid = o.PaidOn.String()
		}
		rows = append(rows, []string{o.On.String(), label(o.Customer), label(o.Invoice), label(o.Stage), amount(o.Currency, o.AskMinor),
			amount(o.Currency, o.OpenMinor), amount(o.Currency, o.WaitingMinor), paid})
	}
	return rows
}

// more says how many were left out.
func (s *sheet) more(all, shown int, noun string) {
	if all > shown {
		s.line("  … and " + plural(all-shown, noun) + " more")
	}
}

func (r Report) textRows(s *sheet) {
	s.heading("The file: " + plural(r.Rows.Read, "row"))
	rows := [][]string{}
	for _, c := range r.Rows.named() {
		if c.Count > 0 {
			rows = append(rows, []string{c.Key, number(c.Count)})
		}
	}
	s.table([]string{"rows", ">count"}, rows)
	for _, q := range r.Quarantine {
		s.line("")
		s.paragraph(2, number(q.Count)+" × "+clean(q.Code)+" ("+label(q.Severity)+")")
		s.paragraph(4, q.Explanation)
		for _, l := range q.First {
			s.paragraph(4, firstLine(l))
		}
		s.more(q.Count, len(q.First), "row")
	}
}

func firstLine(l FirstLine) string {
	text := "line " + strconv.Itoa(l.Line)
	if l.Field != "" {
		text += ", " + clean(l.Field)
	}
	return text + ": " + clean(l.Message)
}

// named lists the counts in words.
func (c RowCounts) named() []Count {
	return []Count{
		{"played", c.Accepted},
		{"of these suspicious, for a look", c.Suspicious},
		{"settled before the window, not played", c.Before},
		{"dated after the window, not played", c.After},
		{"refused, not played", c.Refused},
		{"repeated, said nothing new", c.Unchanged},
	}
}

func (r Report) textNotices(s *sheet) {
	s.heading("Notices: " + number(r.Notices.Total) + " with " + plural(r.Notices.Lines, "item") + " to " + plural(len(r.Customers), "customer"))
	rows := [][]string{}
	for _, st := range r.Notices.ByStage {
		rows = append(rows, currencyRows([]string{label(st.Stage), number(st.Notices), number(st.Lines)}, st.Asked)...)
	}
	s.table([]string{"stage", ">notices", ">items", ">asked for"}, rows)
	if r.Notices.Total == 0 {
		return
	}
	s.line("")
	s.paragraph(2, "By channel: "+counts(r.Notices.ByChannel)+". By kind: "+counts(r.Notices.ByKind)+".")
	s.line("")
	spans := spansOf(r.Notices.ByWeek, textWeeks)
	most := 0
	for _, p := range spans {
		most = max(most, p.notices)
	}
	rows = [][]string{}
	for _, p := range spans {
		rows = append(rows, []string{p.name, number(p.notices), bar(p.notices, most, s.width-30)})
	}
	s.table([]string{spanHead(r.Notices.ByWeek, textWeeks), ">notices", ""}, rows)
}

// currencyRows writes a row for each currency, the first with the other cells.
func currencyRows(cells []string, sums []Amount) [][]string {
	if len(sums) == 0 {
		return [][]string{append(cells, "–")}
	}
	rows := [][]string{}
	for i, a := range sums {
		if i > 0 {
			cells = make([]string, len(cells))
		}
		rows = append(rows, append(slices.Clone(cells), amount(a.Currency, a.Minor)))
	}
	return rows
}

func (r Report) textChases(s *sheet) {
	c := r.Chases
	s.heading("How " + plural(c.Invoices, "invoice") + " ended")
	rows := [][]string{}
	for _, e := range c.ends() {
		rows = append(rows, []string{e.Key, number(e.Count), share(e.Count, c.Invoices)})
	}
	s.table([]string{"", ">invoices", ">share"}, rows)
	if c.Stopped == 0 {
		return
	}
	s.line("")
	s.paragraph(2, "Chases stopped by payment, in days from the last notice: median "+daysText(c.MedianDays)+", nine of ten within "+
		daysText(c.P90Days)+". Paid: "+amounts(c.StoppedAmount)+".")
	s.line("")
	most := 0
	for _, b := range c.Buckets {
		most = max(most, b.Count)
	}
	rows = [][]string{}
	for _, b := range c.Buckets {
		rows = append(rows, []string{b.Key, number(b.Count), bar(b.Count, most, s.width-32)})
	}
	s.table([]string{"after the notice", ">chases", ""}, rows)
	s.line("")
	rows = [][]string{}
	for _, l := range c.ByLastStage {
		rows = append(rows, []string{label(l.Stage), number(l.Stopped), number(l.MedianDays), number(l.P90Days)})
	}
	s.table([]string{"last notice", ">chases", ">median days", ">p90 days"}, rows)
}

// ends lists how invoices ended, in words.
func (c Chases) ends() []Count {
	return []Count{
		{"paid before any notice", c.PaidUnasked},
		{"chased, then paid", c.Stopped},
		{"chased, not paid in the window", c.UnpaidAsked},
		{"not paid in the window, never asked", c.UnpaidUnasked},
		{"settled before the window", c.SettledBefore},
	}
}

func (r Report) textApprovals(s *sheet) {
	a := r.Approvals
	s.heading("Approvals: " + number(a.Asked) + " asked, " + number(a.Open) + " open at the end")
	rows := [][]string{}
	for _, st := range a.ByStage {
		rows = append(rows, currencyRows([]string{label(st.Stage), number(st.Asked), counts(st.ByDecision)}, st.Amounts)...)
	}
	s.table([]string{"stage", ">asked", "decided", ">about"}, rows)
	s.heading("What else the ladders did")
	rows = [][]string{}
	for _, st := range r.Steps {
		rows = append(rows, []string{label(st.Stage), label(st.Action), label(st.Outcome), number(st.Count)})
	}
	s.table([]string{"stage", "action", "outcome", ">invoices"}, rows)
	if len(r.Tasks) > 0 {
		s.line("")
		s.paragraph(2, "Tasks for people: "+counts(r.Tasks)+".")
	}
}

func (r Report) textCustomers(s *sheet) {
	s.heading("Customers: " + number(len(r.Customers)) + " would have received notices, " + number(r.Quiet) + " none")
	most := slices.Clone(r.Customers)
	slices.SortStableFunc(most, func(a, b Customer) int { return cmp.Compare(len(b.Notices), len(a.Notices)) })
	rows := [][]string{}
	for _, c := range most[:min(len(most), textCustomers)] {
		last := c.Notices[len(c.Notices)-1]
		rows = append(rows, []string{label(c.Number), label(c.Name), number(c.Invoices), number(len(c.Notices)),
			last.On.String(), label(last.Stage), amount(last.Currency, last.AskedMinor)})
	}
	s.table([]string{"customer", "name", ">invoices", ">notices", "last", "stage", ">asked"}, rows)
	s.more(len(most), textCustomers, "customer")
}

func (r Report) textNames(s *sheet) {
	if len(r.Names.Shared)+len(r.Names.Near)+len(r.Names.Spellings) == 0 {
		return
	}
	s.heading("Names of " + plural(r.Names.Customers, "customer") + " (a hint: nothing was merged)")
	for i, n := range r.Names.Shared {
		if i < textNames {
			s.paragraph(2, "one name, several numbers: "+label(n.Name)+" = "+joined(n.Numbers, textNames))
		}
	}
	s.more(len(r.Names.Shared), textNames, "shared name")
	for i, n := range r.Names.Near {
		if i < textNames {
			s.paragraph(2, "nearly one name: "+joined(n.texts(), textNames))
		}
	}
	s.more(len(r.Names.Near), textNames, "group")
	for i, n := range r.Names.Spellings {
		if i < textNames {
			s.paragraph(2, "one number, several names: "+label(n.Number)+" = "+joined(n.Spellings, textNames))
		}
	}
	s.more(len(r.Names.Spellings), textNames, "number")
}

func (n NearNames) texts() []string {
	out := make([]string, len(n.Customers))
	for i, c := range n.Customers {
		out[i] = label(c.Name) + " (" + label(c.Number) + ")"
	}
	return out
}

// joined lists at most so many texts.
func joined(texts []string, most int) string {
	shown := make([]string, 0, most)
	for _, t := range texts[:min(len(texts), most)] {
		shown = append(shown, label(t))
	}
	out := strings.Join(shown, ", ")
	if len(texts) > most {
		out += " and " + number(len(texts)-most) + " more"
	}
	return out
}
