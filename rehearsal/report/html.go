package report

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"slices"
	"strings"
	"sync"
)

//go:embed templates/*.html
var templates embed.FS

// The bounds of the page: with them it stays below some eight megabytes, whatever the portfolio.
const (
	maxPageCustomers = 2_000   // further ones are in the JSON form
	maxPageNotices   = 250     // of one customer
	maxPageItems     = 8       // of one notice
	maxPageBytes     = 6 << 20 // of all customers' notices, as they are written
	maxPageRows      = 200     // of any other list
	maxPageText      = 120     // letters of a text from the file
	noticeMarkup     = 160     // bytes around the texts of one notice
	customerMarkup   = 480     // and of one customer
)

// page is what the template sees: texts and geometry, nothing to compute.
type page struct {
	Title, Sub, Verdict, CustomersSub, Footer string
	Passed, Idle                              bool // Idle: nothing was sent, so nothing is proven
	Colours                                   []string
	KPIs                                      []kpiTile
	Tiles                                     []tile
	Offenders, Blocks, Names                  []block
	Figures                                   []figure
	Customers                                 []customerView
	Rows                                      block
	Codes                                     []codeView
	Reading                                   []string
}

type kpiTile struct {
	ID, Value, Note string
	Good            bool
}

type tile struct{ What, Value, Note string }

// block is a titled table; More says what was left out.
type block struct {
	Title, Sub string
	Heads      []string
	Rows       [][]string
	More       string
	Full       bool // takes the page's whole width
}

type customerView struct {
	Name, Number, Count string
	Notices             []noticeView
	More                string
}

type noticeView struct{ On, Stage, Channel, Subject, Lines, Asked string }

type codeView struct {
	Count, Code, Severity, Explanation string
	First                              []string
	More                               string
}

// HTML returns the report as one page that needs nothing else: no script, no font, no picture from elsewhere. It is bounded
// (see maxPageCustomers) and says what it leaves out.
func (r Report) HTML() ([]byte, error) { return render("page", r.page()) }

// parsed reads the templates, once: they are part of the program.
var parsed = sync.OnceValues(func() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"number": func(head string) bool { return strings.HasPrefix(head, ">") },
		"head":   func(head string) string { return strings.TrimPrefix(head, ">") },
	}).ParseFS(templates, "templates/*.html")
})

func render(name string, view any) ([]byte, error) {
	t, err := parsed()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, view); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func colours() []string {
	out := make([]string, maxColours)
	for k := range out {
		out[k] = colour(k)
	}
	return out
}

// brief is a text from the file, cut to a length that a page can bear.
func brief(text string) string { return cut(label(text), maxPageText) }

func (r Report) page() page {
	p := page{Title: brief(r.titleOf()), Sub: brief(r.File) + " by profile " + brief(r.Profile) + " · " + r.window(), Passed: r.Passed, Idle: r.Notices.Total == 0,
		Verdict: r.verdict(), Colours: colours(), KPIs: kpiTiles(r.KPIs), Tiles: r.tiles(), Offenders: r.offenderBlocks(),
		Blocks: r.blocks(), Rows: r.rowsBlock(), Codes: r.codeViews(), Names: r.nameBlocks(), Reading: r.reading(),
		Footer: "Made by arrears rehearse. The JSON form of this report has everything that was left out here."}
	p.Figures = append([]figure{weeklyNotices(&r), stoppedChases(&r), weeklyApprovals(&r)}, openAmounts(&r)...)
	p.Customers, p.CustomersSub = r.customerViews()
	return p
}

func (r Report) verdict() string {
	if r.Notices.Total == 0 {
		return "No notice was sent, so there is nothing to judge."
	}
	if r.Passed {
		return "Passed: no notice asked for what was not owed."
	}
	return "Failed: notices asked for what was not owed. The lines are listed below."
}

func kpiTiles(all []KPI) []kpiTile {
	out := []kpiTile{}
	for _, k := range all {
		out = append(out, kpiTile{k.ID, number(k.Count), k.Meaning, k.Count == 0})
	}
	return out
}

func (r Report) tiles() []tile {
	c := r.Chases
	chased, within := "no invoice was chased", "no chase was stopped"
	if all := c.Stopped + c.UnpaidAsked; all > 0 {
		chased = share(c.Stopped, all) + " of the invoices chased"
	}
	if c.P90Days != nil {
		within = "median; nine of ten within " + daysText(c.P90Days)
	}
	return []tile{
		{"Notices sent", number(r.Notices.Total), "with " + plural(r.Notices.Lines, "item")},
		{"Customers reached", number(len(r.Customers)), number(r.Quiet) + " received nothing"},
		{"Chases stopped by payment", number(c.Stopped), chased},
		{"Days from notice to payment", daysText(c.MedianDays), within},
		{"Paid before any notice", number(c.PaidUnasked), "of " + plural(c.Invoices, "invoice")},
		{"Approvals asked", number(r.Approvals.Asked), number(r.Approvals.Open) + " open at the end"},
	}
}

func (r Report) offenderBlocks() []block {
	out := []block{}
	for _, k := range r.KPIs {
		if k.Count == 0 {
			continue
		}
		b := block{Title: k.ID, Sub: k.Meaning,
			Heads: []string{"On", "Customer", "Invoice", "Stage", ">Asked", ">Open", ">Waiting", "Paid on"}}
		for _, o := range k.Lines {
			paid := "–"
			if o.PaidOn != nil {
				paid = o.PaidOn.String()
			}
			b.Rows = append(b.Rows, []string{o.On.String(), brief(o.Customer), brief(o.Invoice), brief(o.Stage),
				amount(o.Currency, o.AskMinor), amount(o.Currency, o.OpenMinor), amount(o.Currency, o.WaitingMinor), paid})
		}
		out = append(out, b.bounded("line"))
	}
	return out
}

// bounded cuts the table and says so.
func (b block) bounded(noun string) block {
	if left := len(b.Rows) - maxPageRows; left > 0 {
		b.Rows, b.More = b.Rows[:maxPageRows], "… and "+plural(left, noun)+" more, in the JSON form."
	}
	return b
}

// customerViews lists those that would have received most first, as far as the page's bounds go.
func (r Report) customerViews() (views []customerView, sub string) {
	most := slices.Clone(r.Customers)
	slices.SortStableFunc(most, func(a, b Customer) int { return cmp.Compare(len(b.Notices), len(a.Notices)) })
	room := maxPageBytes
	for _, c := range most[:min(len(most), maxPageCustomers)] {
		v := customerViewOf(c)
		if room -= v.bytes(); room < 0 {
			break
		}
		views = append(views, v)
	}
	sub = plural(len(r.Customers), "customer") + ", those with most notices first; find one by its name or number with the browser's search."
	if left := len(r.Customers) - len(views); left > 0 {
		sub += " Shown are " + number(len(views)) + "; " + number(left) + " more are in the JSON form."
	}
	return views, sub
}

func customerViewOf(c Customer) customerView {
	v := customerView{Name: brief(c.Name), Number: brief(c.Number),
		Count: plural(len(c.Notices), "notice") + " · " + plural(c.Invoices, "invoice")}
	for _, n := range c.Notices[:min(len(c.Notices), maxPageNotices)] {
		v.Notices = append(v.Notices, viewOf(n))
	}
	if left := len(c.Notices) - len(v.Notices); left > 0 {
		v.More = "… and " + plural(left, "notice") + " more, in the JSON form."
	}
	return v
}

// bytes is about how long the customer is on the page.
func (v customerView) bytes() int {
	all := customerMarkup + len(template.HTMLEscapeString(v.Name+v.Number))
	for _, n := range v.Notices {
		all += noticeMarkup + len(template.HTMLEscapeString(n.On+n.Stage+n.Channel+n.Subject+n.Lines+n.Asked))
	}
	return all
}

func viewOf(n CustomerNotice) noticeView {
	items := make([]string, 0, maxPageItems+1)
	for i, l := range n.Lines {
		if i == maxPageItems {
			items = append(items, "and "+number(len(n.Lines)-i)+" more")
			break
		}
		item := cut(label(l.Invoice), 40)
		if l.Stage != n.Stage {
			item += " (" + cut(label(l.Stage), 40) + ")"
		}
		items = append(items, item+" "+amount(n.Currency, l.AskMinor))
	}
	return noticeView{n.On.String(), brief(n.Stage), brief(n.Channel), brief(n.Subject), strings.Join(items, " · "),
		amount(n.Currency, n.AskedMinor)}
}
