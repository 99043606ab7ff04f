package sample

import (
	"fmt"

	"arrears/domain/money"
	"arrears/domain/receivable"
)

// ages says how many of a hundred invoices fall due how many days from today; negative: past due.
func ages() []struct{ share, low, high int } {
	return []struct{ share, low, high int }{
		{30, 1, 45}, {14, -4, 0}, {20, -14, -5}, {14, -29, -15}, {9, -59, -30}, {8, -120, -60}, {5, -400, -121},
	}
}

// invoices gives the customers of the story their own invoices and draws the rest.
func (g *generator) invoices() {
	for _, s := range storyInvoices() {
		g.invoice(g.find(s.customer), s.due, s.major, 1)
	}
	for len(g.out.Invoices) < invoiceCount {
		c := &g.out.Customers[g.random.IntN(len(g.out.Customers))]
		parts := 1
		if g.random.IntN(16) == 0 {
			parts = g.between(2, 4)
		}
		g.invoice(c, g.age(), int64(g.between(80, 12_000)), parts)
	}
}

// storyInvoice is one whose part in the story needs a certain age: due so many days from today.
type storyInvoice struct {
	customer string
	due      int
	major    int64
}

func storyInvoices() []storyInvoice {
	return []storyInvoice{
		{FinalCustomer, -33, 18_400},
		{FinalCustomer, -24, 6_250},
		{LetterCustomer, -7, 2_310},
		{BounceCustomer, -6, 1_975},
		{SilentCustomer, -9, 860},
		{"C-1001", -5, 4_120},
		{"C-1001", 4, 1_480},
		{"C-1024", -6, 3_300},
		{"C-1025", -8, 2_750},
		{"C-1006", -12, 7_700},
		{"C-1007", -16, 5_060},
		{"C-1008", -20, 9_900},
	}
}

// age draws when an invoice is due.
func (g *generator) age() int {
	at := g.random.IntN(100)
	for _, a := range ages() {
		if at < a.share {
			return g.between(a.low, a.high)
		}
		at -= a.share
	}
	return 0
}

// invoice adds an invoice of about the amount in major units of euro size, due so many days from today.
func (g *generator) invoice(c *Customer, due int, major int64, parts int) {
	number := fmt.Sprintf("R%06d", 240_000+len(g.out.Invoices)+1)
	currency := c.Currency
	if g.random.IntN(25) == 0 {
		currency = "EUR"
	}
	inv := Invoice{Number: number, Customer: c.Number, Currency: currency, AmountMinor: g.amount(currency, major)}
	dueDate := g.out.Today.AddDays(due)
	inv.InvoiceDate = min(dueDate.AddDays(-c.Terms.NetDays), g.out.Today)
	if g.random.IntN(3) > 0 {
		inv.PurchaseOrder = fmt.Sprintf("PO-%05d", g.between(10_000, 99_999))
	}
	inv.Instalments = g.instalments(inv, parts, due)
	g.out.Invoices = append(g.out.Invoices, inv)
}

// amount turns euro-sized major units into the currency's minor units, with cents where there are any.
func (g *generator) amount(c money.Currency, major int64) int64 {
	switch c {
	case "JPY":
		return major * 160
	case "SEK":
		major *= 11
	case "PLN":
		major *= 4
	case "KWD":
		major = max(1, major/3)
	}
	minor := major
	for range c.Exponent() {
		minor *= 10
	}
	return minor + int64(g.random.IntN(100))
}

// instalments splits an invoice in equal parts a month apart; the amount of most is due at once.
func (g *generator) instalments(inv Invoice, parts, due int) []receivable.InstalmentPart {
	first := g.out.Today.AddDays(due)
	list := make([]receivable.InstalmentPart, 0, parts)
	shares, err := money.Split(inv.AmountMinor, parts)
	if err != nil {
		shares = []int64{inv.AmountMinor}
	}
	for i, share := range shares {
		list = append(list, receivable.InstalmentPart{DueDate: first.AddMonths(i), AmountMinor: share})
	}
	return list
}
