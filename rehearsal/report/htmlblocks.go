package report

import "strings"

func (r Report) blocks() []block {
	return []block{r.stageBlock(), r.endsBlock(), r.lastStageBlock(), r.approvalBlock(), r.stepBlock()}
}

func (r Report) stageBlock() block {
	b := block{Title: "Notices by stage", Full: true, Heads: []string{"Stage", ">Notices", ">Items", ">Asked for"},
		Sub: "By channel: " + orNone(counts(r.Notices.ByChannel)) + ". By kind: " + orNone(counts(r.Notices.ByKind)) +
			". Asked in all: " + prose(r.Notices.Asked) + "; an item that was reminded three times counts three times."}
	for _, s := range r.Notices.ByStage {
		b.Rows = append(b.Rows, []string{brief(s.Stage), number(s.Notices), number(s.Lines), perLine(s.Asked)})
	}
	return b.bounded("stage")
}

// perLine writes a line for each currency.
func perLine(list []Amount) string { return strings.ReplaceAll(amounts(list), ", ", "\n") }

// prose writes the sums in a sentence.
func prose(list []Amount) string {
	if len(list) == 0 {
		return "nothing"
	}
	return amounts(list)
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func (r Report) endsBlock() block {
	c := r.Chases
	b := block{Title: "How the invoices ended", Heads: []string{"", ">Invoices", ">Share"},
		Sub: "Chased and then paid: " + prose(c.StoppedAmount) + ". Not paid in the window: " + prose(c.UnpaidAmount) + "."}
	for _, e := range c.ends() {
		b.Rows = append(b.Rows, []string{e.Key, number(e.Count), share(e.Count, c.Invoices)})
	}
	return b
}

func (r Report) lastStageBlock() block {
	b := block{Title: "Which notice the payment followed", Heads: []string{"Last notice", ">Chases stopped", ">Median days", ">90 % within days"}}
	took := []string{}
	for _, n := range r.Chases.NoticesPerStop {
		if n.Count > 0 {
			took = append(took, number(n.Count)+" after "+n.Key)
		}
	}
	if len(took) > 0 {
		b.Sub = "Reminders that it took: " + strings.Join(took, ", ") + "."
	}
	for _, l := range r.Chases.ByLastStage {
		b.Rows = append(b.Rows, []string{brief(l.Stage), number(l.Stopped), number(l.MedianDays), number(l.P90Days)})
	}
	return b.bounded("stage")
}

func (r Report) approvalBlock() block {
	b := block{Title: "Approvals by stage", Heads: []string{"Stage", ">Asked", "Decided", ">About"}}
	for _, s := range r.Approvals.ByStage {
		b.Rows = append(b.Rows, []string{brief(s.Stage), number(s.Asked), counts(s.ByDecision), perLine(s.Amounts)})
	}
	return b.bounded("stage")
}

func (r Report) stepBlock() block {
	b := block{Title: "What the ladders did", Heads: []string{"Stage", "Action", "Outcome", ">Invoices"}}
	for _, s := range r.Steps {
		b.Rows = append(b.Rows, []string{brief(s.Stage), brief(s.Action), brief(s.Outcome), number(s.Count)})
	}
	if len(r.Tasks) > 0 {
		b.Sub = "Tasks for people: " + counts(r.Tasks) + "."
	}
	return b.bounded("row")
}

func (r Report) rowsBlock() block {
	b := block{Heads: []string{plural(r.Rows.Read, "row") + " read", ">Rows"}}
	for _, c := range r.Rows.named() {
		b.Rows = append(b.Rows, []string{c.Key, number(c.Count)})
	}
	return b
}

func (r Report) codeViews() []codeView {
	out := []codeView{}
	for _, q := range r.Quarantine[:min(len(r.Quarantine), maxPageRows)] {
		v := codeView{Count: number(q.Count), Code: brief(q.Code), Severity: brief(q.Severity), Explanation: q.Explanation}
		for _, l := range q.First {
			v.First = append(v.First, cut(firstLine(l), 4*maxPageText))
		}
		if left := q.Count - len(q.First); left > 0 {
			v.More = "… and " + plural(left, "row") + " more"
		}
		out = append(out, v)
	}
	return out
}

func (r Report) nameBlocks() []block {
	out := []block{}
	if s := r.Names.Shared; len(s) > 0 {
		b := block{Title: "One name, several numbers", Sub: plural(len(s), "name"), Heads: []string{"Name", "Numbers"}}
		for _, n := range s {
			b.Rows = append(b.Rows, []string{brief(n.Name), briefly(n.Numbers)})
		}
		out = append(out, b.bounded("name"))
	}
	if s := r.Names.Near; len(s) > 0 {
		b := block{Title: "Nearly one name, several numbers", Heads: []string{">Customers", "Names and numbers"},
			Sub: "Perhaps one company under several spellings, or names that were cut off"}
		for _, n := range s {
			b.Rows = append(b.Rows, []string{number(len(n.Customers)), briefly(n.texts())})
		}
		out = append(out, b.bounded("group"))
	}
	if s := r.Names.Spellings; len(s) > 0 {
		b := block{Title: "One number, several spellings", Sub: "Taken to be one customer, by its number or by its name without noise words",
			Heads: []string{"Customer", ">Spellings", "The file writes"}}
		for _, n := range s {
			b.Rows = append(b.Rows, []string{brief(n.Number), number(len(n.Spellings)), briefly(n.Spellings)})
		}
		out = append(out, b.bounded("number"))
	}
	return out
}

// briefly lists texts from the file as far as a cell can bear.
func briefly(texts []string) string {
	short := make([]string, 0, len(texts))
	for _, t := range texts {
		short = append(short, cut(t, 60))
	}
	return joined(short, 12)
}

// reading says what the figures mean, and what was assumed.
func (r Report) reading() []string {
	out := []string{
		"A notice counts once, under the highest stage of its items; an item counts under its own stage.",
		"A chase is an invoice that was in at least one notice, courtesy reminders included. It is stopped when the invoice is paid on the day of its last notice or later.",
		"Days are civil days from the last notice to the payment by the file. The median and the 90 % are values that occurred (nearest rank).",
		"What is open is the amount from the invoice's date until the day before its payment. Currencies are never added up.",
	}
	for _, a := range r.Absent {
		out = append(out, a.ID+" is not computed: "+a.Reason+".")
	}
	for _, a := range r.Assumptions {
		out = append(out, cut(clean(a), 8*maxPageText))
	}
	return out
}
