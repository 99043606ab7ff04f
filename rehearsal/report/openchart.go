package report

import (
	"cmp"
	"slices"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// maxCurrencies bounds the charts of open amounts: those with most invoices come first, the others are in the JSON form.
const maxCurrencies = 6

func openAmounts(r *Report) []figure {
	out := []figure{}
	all := slices.Clone(r.Open)
	slices.SortStableFunc(all, func(a, b OpenSeries) int { return cmp.Compare(b.mostInvoices(), a.mostInvoices()) })
	for _, s := range all[:min(len(all), maxCurrencies)] {
		out = append(out, openAmount(s))
	}
	return out
}

func (s OpenSeries) mostInvoices() int {
	most := 0
	for _, p := range s.Points {
		most = max(most, p.Invoices)
	}
	return most
}

func openAmount(s OpenSeries) figure {
	code := clean(string(s.Currency))
	f := figure{ID: "open-" + code, Title: "Open in " + code, Heads: []string{"On", ">Invoices", ">Open", ">Overdue"},
		Legend: []legend{{"c0", "open"}, {"c5", "of it past due"}}, Sub: "at the end of each week, by the dates of the file"}
	most := int64(0)
	for i, p := range s.Points {
		most = max(most, p.Minor)
		if i < tableWeeks {
			f.Rows = append(f.Rows, []string{p.On.String(), number(p.Invoices), amount(s.Currency, p.Minor), amount(s.Currency, p.Overdue)})
		}
	}
	if most == 0 {
		f.Empty = "Nothing was open."
		return f
	}
	for _, size := range halfSizes() {
		f.Charts = append(f.Charts, openChart(size, s, most, f.Title, f.Sub))
	}
	return f
}

func openChart(size size2, s OpenSeries, most int64, title, desc string) chart {
	points := thinned(s.Points, size.spans()*2)
	unit := major(s.Currency)
	end, values := scale(most, unit)
	f := newFrame(size, len(points), end)
	c := newChart(size, f, title, desc)
	c.grid(f, values, func(v int64) string { return compact(v / unit) })
	open, overdue := []string{}, []string{}
	days := make([]calendar.Date, len(points))
	for i, p := range points {
		open = append(open, px(f.mid(i))+","+px(f.y(p.Minor)))
		overdue = append(overdue, px(f.mid(i))+","+px(f.y(p.Overdue)))
		days[i] = mondayOf(p.On)
		c.Hits = append(c.Hits, box{px(f.x(i)), px(f.top), px(f.slot()), px(f.bottom - f.top), "", openTitle(s.Currency, p)})
	}
	c.Areas = []curve{{f.closed(open, len(points)), "c0"}, {f.closed(overdue, len(points)), "c5"}}
	c.Lines = []curve{{strings.Join(open, " "), "c0"}, {strings.Join(overdue, " "), "c5"}}
	c.months(f, days)
	return c
}

// closed makes an area of the line: down to the base at both ends.
func (f frame) closed(points []string, n int) string {
	base := px(f.bottom)
	return px(f.mid(0)) + "," + base + " " + strings.Join(points, " ") + " " + px(f.mid(n-1)) + "," + base
}

func openTitle(c money.Currency, p OpenPoint) string {
	return p.On.String() + ": " + amount(c, p.Minor) + " open in " + plural(p.Invoices, "invoice") + ", " + amount(c, p.Overdue) + " past due"
}

// thinned leaves every n-th point, and always the last, so that at most so many and one remain.
func thinned(points []OpenPoint, most int) []OpenPoint {
	step := stepOf(len(points), most)
	out := []OpenPoint{}
	for i, p := range points {
		if i%step == 0 || i == len(points)-1 {
			out = append(out, p)
		}
	}
	return out
}
