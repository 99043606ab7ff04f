package sample

import (
	"fmt"
	"slices"
)

// money pays some of the invoices: older ones more often, some in part, some on account, some by credit memo.
func (g *generator) money() {
	story := len(storyInvoices())
	for i := range g.out.Invoices {
		if i < story {
			continue
		}
		g.pay(&g.out.Invoices[i])
	}
	g.standalone()
	g.onAccount()
}

// pay draws what happened to one invoice.
func (g *generator) pay(inv *Invoice) {
	age := g.out.Today.DaysSince(inv.Instalments[0].DueDate)
	chance := 8 // of a hundred, paid before it is due
	switch {
	case age > 60:
		chance = 82
	case age > 14:
		chance = 62
	case age >= 0:
		chance = 35
	}
	switch draw := g.random.IntN(100); {
	case draw < chance:
		g.receipt(inv, inv.AmountMinor, inv.AmountMinor)
	case draw < chance+4 && age >= 0:
		part := inv.AmountMinor / int64(g.between(2, 4))
		g.receipt(inv, part, part)
	case draw < chance+7 && age >= -20:
		g.credit(inv, inv.AmountMinor/int64(g.between(8, 20)))
	}
}

// receipt records money: received as it came, applied to the invoice.
func (g *generator) receipt(inv *Invoice, received, applied int64) {
	due := inv.Instalments[0].DueDate
	day := min(due.AddDays(g.between(-6, 18)), g.out.Today.AddDays(-1))
	g.out.Receipts = append(g.out.Receipts, Receipt{
		Number: fmt.Sprintf("B%06d", 70_000+len(g.out.Receipts)+1), Customer: inv.Customer, Invoice: inv.Number,
		Currency: inv.Currency, AmountMinor: received, AppliedMinor: applied,
		ValueDate: max(day, inv.InvoiceDate), Reference: inv.Number,
	})
}

func (g *generator) credit(inv *Invoice, minor int64) {
	if minor <= 0 {
		return
	}
	g.out.CreditMemos = append(g.out.CreditMemos, CreditMemo{
		Number: g.creditNumber(), Customer: inv.Customer, Invoice: inv.Number, Currency: inv.Currency, AmountMinor: minor,
		MemoDate: min(inv.InvoiceDate.AddDays(8), g.out.Today), Reason: pick(g, []string{"returned goods", "price correction", "damaged in transit"}),
	})
}

func (g *generator) creditNumber() string {
	return fmt.Sprintf("K%06d", 9_000+len(g.out.CreditMemos)+1)
}

// standalone gives some customers a credit that belongs to no invoice: it is reserved and shown on their notices.
func (g *generator) standalone() {
	for _, number := range []string{"C-1009", "C-1027", "C-1033", "C-1012"} {
		c := g.find(number)
		g.out.CreditMemos = append(g.out.CreditMemos, CreditMemo{
			Number: g.creditNumber(), Customer: number, Currency: c.Currency, AmountMinor: g.amount(c.Currency, int64(g.between(50, 400))),
			MemoDate: g.out.Today.AddDays(-g.between(5, 40)), Reason: "annual bonus",
		})
	}
}

// onAccount gives some customers money that is not yet on an invoice: one paid too much, the others named nothing.
func (g *generator) onAccount() {
	for i := range g.out.Receipts {
		r := &g.out.Receipts[i]
		if r.AppliedMinor == r.AmountMinor && g.openAfter(r.Invoice) == 0 && g.random.IntN(40) == 0 {
			r.AmountMinor += r.AppliedMinor / 10
		}
	}
	for _, number := range []string{"C-1010", "C-1015", "C-1030"} {
		c := g.find(number)
		g.out.Receipts = append(g.out.Receipts, Receipt{
			Number: fmt.Sprintf("B%06d", 70_000+len(g.out.Receipts)+1), Customer: number, Currency: c.Currency,
			AmountMinor: g.amount(c.Currency, int64(g.between(100, 900))), ValueDate: g.out.Today.AddDays(-g.between(1, 12)), Reference: "on account",
		})
	}
}

// openAfter is what is open of an invoice so far.
func (g *generator) openAfter(invoice string) int64 { return g.out.OpenMinor(invoice) }

// openInvoices are invoices with something open that fall due from low to high days from today, the customers of the story
// left out, in order.
func (g *generator) openInvoices(low, high int) []*Invoice {
	var found []*Invoice
	taken := g.taken()
	for i := len(storyInvoices()); i < len(g.out.Invoices); i++ {
		inv := &g.out.Invoices[i]
		due := inv.Instalments[0].DueDate.DaysSince(g.out.Today)
		if due >= low && due <= high && !slices.Contains(taken, inv.Number) && g.out.OpenMinor(inv.Number) > 0 {
			found = append(found, inv)
		}
	}
	return found
}

// taken are the invoices that a promise, block or dispute is on already: one thing each keeps the story readable.
func (g *generator) taken() []string {
	var all []string
	for _, p := range g.out.Promises {
		all = append(all, p.Invoice)
	}
	for _, b := range g.out.Blocks {
		all = append(all, b.Invoice)
	}
	for _, d := range g.out.Disputes {
		all = append(all, d.Invoice)
	}
	return all
}
