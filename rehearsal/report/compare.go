package report

import (
	"cmp"
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Comparison is two rehearsals of one portfolio beside each other. Every difference is b less a.
type Comparison struct {
	Version   int            `json:"version"`
	A         Side           `json:"a"`
	B         Side           `json:"b"`
	Cautions  []string       `json:"cautions"` // why the two may not be comparable
	KPIs      []Pair         `json:"kpis"`
	Figures   []Pair         `json:"figures"`
	Days      []DaysPair     `json:"days"`
	Asked     []AmountPair   `json:"asked"`
	ByStage   []Pair         `json:"notices_by_stage"`
	ByChannel []Pair         `json:"notices_by_channel"`
	Decisions []Pair         `json:"approvals_by_decision"`
	Buckets   []Pair         `json:"chases_stopped"` // by days after the last notice
	Weeks     []WeekPair     `json:"notices_by_week"`
	Same      int            `json:"customers_same"` // as many notices in both
	Changed   []CustomerPair `json:"customers_changed"`
}

// Side is one of the two.
type Side struct {
	Policy  string        `json:"policy"`
	Profile string        `json:"profile"`
	File    string        `json:"file"`
	From    calendar.Date `json:"from"`
	To      calendar.Date `json:"to"`
	Passed  bool          `json:"passed"`
}

// Pair is one count in both.
type Pair struct {
	Key  string `json:"key"`
	A    int    `json:"a"`
	B    int    `json:"b"`
	Diff int    `json:"diff"`
}

// DaysPair is one number of days in both; none where there was nothing to measure.
type DaysPair struct {
	Key string `json:"key"`
	A   *int   `json:"a"`
	B   *int   `json:"b"`
}

// AmountPair is what was asked for in one currency.
type AmountPair struct {
	Currency money.Currency `json:"currency"`
	A        int64          `json:"a_minor"`
	B        int64          `json:"b_minor"`
	Diff     int64          `json:"diff_minor"`
}

// WeekPair is the notices of one ISO week in both.
type WeekPair struct {
	Week   string        `json:"week"`
	Monday calendar.Date `json:"monday"`
	A      int           `json:"a"`
	B      int           `json:"b"`
}

// CustomerPair is a customer that would receive more or fewer notices.
type CustomerPair struct {
	Number string `json:"number"`
	Name   string `json:"name"`
	A      int    `json:"a"`
	B      int    `json:"b"`
	Diff   int    `json:"diff"`
}

// Compare puts two reports beside each other. They should be of the same file and window; Cautions says where they are not.
func Compare(a, b Report) Comparison {
	c := Comparison{
		Version: Version, A: sideOf(a), B: sideOf(b), Cautions: cautions(a, b), KPIs: pairs(kpiCounts(a), kpiCounts(b)),
		Figures: pairs(figuresOf(a), figuresOf(b)),
		Days: []DaysPair{{"median from the last notice to the payment", a.Chases.MedianDays, b.Chases.MedianDays},
			{"nine of ten paid within", a.Chases.P90Days, b.Chases.P90Days}},
		Asked: amountPairs(a.Notices.Asked, b.Notices.Asked), ByStage: pairs(stageNotices(a), stageNotices(b)),
		ByChannel: pairs(a.Notices.ByChannel, b.Notices.ByChannel), Decisions: pairs(a.Approvals.ByDecision, b.Approvals.ByDecision),
		Buckets: pairs(a.Chases.Buckets, b.Chases.Buckets), Weeks: weekPairs(a.Notices.ByWeek, b.Notices.ByWeek),
	}
	c.Changed, c.Same = customerPairs(a, b)
	return c
}

// JSON returns the comparison indented, its keys always in the same order.
func (c Comparison) JSON() ([]byte, error) { return indented(c) }

func sideOf(r Report) Side { return Side{r.Policy, r.Profile, r.File, r.From, r.To, r.Passed} }

func cautions(a, b Report) []string {
	out := []string{}
	if a.File != b.File || a.Profile != b.Profile {
		out = append(out, "The two rehearsals read different files, or by different profiles.")
	}
	if a.From != b.From || a.To != b.To {
		out = append(out, "The two rehearsals played different windows.")
	}
	if a.Rows != b.Rows {
		out = append(out, "The two rehearsals did not play the same rows.")
	}
	return out
}

func kpiCounts(r Report) []Count {
	out := []Count{}
	for _, k := range r.KPIs {
		out = append(out, Count{k.ID, k.Count})
	}
	return out
}

func figuresOf(r Report) []Count {
	return []Count{
		{"notices", r.Notices.Total},
		{"items in notices", r.Notices.Lines},
		{"customers reached", len(r.Customers)},
		{"approvals asked", r.Approvals.Asked},
		{"approvals open at the end", r.Approvals.Open},
		{"invoices paid before any notice", r.Chases.PaidUnasked},
		{"chases stopped by payment", r.Chases.Stopped},
		{"invoices chased, not paid in the window", r.Chases.UnpaidAsked},
		{"invoices not paid in the window, never asked", r.Chases.UnpaidUnasked},
		{"tasks for people", total(r.Tasks)},
	}
}

func total(list []Count) int {
	sum := 0
	for _, c := range list {
		sum += c.Count
	}
	return sum
}

func stageNotices(r Report) []Count {
	out := []Count{}
	for _, s := range r.Notices.ByStage {
		out = append(out, Count{s.Stage, s.Notices})
	}
	return out
}

// pairs joins two lists by key: a's order first, then what only b has.
func pairs(a, b []Count) []Pair {
	place := map[string]int{}
	out := []Pair{}
	at := func(key string) *Pair {
		if _, known := place[key]; !known {
			place[key] = len(out)
			out = append(out, Pair{Key: key})
		}
		return &out[place[key]]
	}
	for _, c := range a {
		at(c.Key).A = c.Count
	}
	for _, c := range b {
		at(c.Key).B = c.Count
	}
	for i := range out {
		out[i].Diff = out[i].B - out[i].A
	}
	return out
}

func amountPairs(a, b []Amount) []AmountPair {
	inA, inB, all := sums{}, sums{}, sums{}
	for _, x := range a {
		inA.add(x.Currency, x.Minor)
		all.add(x.Currency, 0)
	}
	for _, x := range b {
		inB.add(x.Currency, x.Minor)
		all.add(x.Currency, 0)
	}
	out := []AmountPair{}
	for _, c := range sortedKeys(all) {
		out = append(out, AmountPair{c, inA[c], inB[c], plus(inB[c], -inA[c])})
	}
	return out
}

func weekPairs(a, b []WeekCount) []WeekPair {
	found := map[calendar.Date]WeekPair{}
	for _, w := range a {
		found[w.Monday] = WeekPair{w.Week, w.Monday, w.Notices, 0}
	}
	for _, w := range b {
		found[w.Monday] = WeekPair{w.Week, w.Monday, found[w.Monday].A, w.Notices}
	}
	out := make([]WeekPair, 0, len(found))
	for _, monday := range sortedKeys(found) {
		out = append(out, found[monday])
	}
	return out
}

// customerPairs lists the customers whose number of notices differs, the largest difference first.
func customerPairs(a, b Report) (changed []CustomerPair, same int) {
	found := map[string]CustomerPair{}
	for _, c := range a.Customers {
		found[c.Number] = CustomerPair{Number: c.Number, Name: c.Name, A: len(c.Notices)}
	}
	for _, c := range b.Customers {
		p := found[c.Number]
		p.Number, p.Name, p.B = c.Number, cmp.Or(p.Name, c.Name), len(c.Notices)
		found[c.Number] = p
	}
	changed = []CustomerPair{}
	for _, number := range sortedKeys(found) {
		p := found[number]
		if p.Diff = p.B - p.A; p.Diff == 0 {
			same++
			continue
		}
		changed = append(changed, p)
	}
	slices.SortStableFunc(changed, func(x, y CustomerPair) int { return cmp.Compare(abs(y.Diff), abs(x.Diff)) })
	return changed, same
}

func abs(n int) int { return max(n, -n) }
