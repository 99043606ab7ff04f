package sample

import (
	"fmt"
	"slices"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// bankCurrency is that of the creditor's account at the story's bank.
const bankCurrency money.Currency = "EUR"

// BankDay is what the bank tells of a day on the creditor's account.
type BankDay struct {
	Number   int // of the account's statements, from 1
	On       calendar.Date
	Payments []BankPayment
}

// BankPayment is a booking: money that came, or, with Return, money that the bank takes back.
type BankPayment struct {
	Part        BankPart
	Payer       string   // number of the customer from whom it comes
	Name        string   // of the payer, as its bank writes it
	Invoices    []string // numbers; of a repayment those from which was deducted
	AmountMinor int64
	EndToEnd    string // the payer's reference; of a return that of the payment that comes back
	Text        string
	Return      string // the bank's code of why
	Story       string // a line for the audience
}

// BankPart is what a booking has to show.
type BankPart string

// The parts, each once, in the order of the story.
const (
	PaysInFull       BankPart = "in_full"
	PaysByDebit      BankPart = "by_debit"      // comes back later
	PaysLessClaiming BankPart = "less_claiming" // short, with a reason
	PaysLess         BankPart = "less"          // short, without one
	PaysThree        BankPart = "three"
	PaysOver         BankPart = "over"
	PaysForAnother   BankPart = "for_another" // waits for a clerk
	RepaysDeduction  BankPart = "repays_deduction"
	ComesBack        BankPart = "comes_back"
)

// BankParts returns all parts.
func BankParts() []BankPart {
	return []BankPart{
		PaysInFull, PaysByDebit, PaysLessClaiming, PaysLess, PaysThree, PaysOver, PaysForAnother, RepaysDeduction, ComesBack,
	}
}

// overpaid is by how much somebody pays too much, in minor units.
const overpaid = 250_00

// smallest is what an invoice of the bank's files has at least: a tenth of it is no small difference.
const smallest = 500_00

// insufficientFunds is the code by which a bank returns a direct debit that was not covered.
const insufficientFunds = "AM04"

// bank writes two files of the bank: what comes on a day of the second week, and a week later the repayment of the denied
// claim and a direct debit that comes back. In between a clerk settles what waits.
func (g *generator) bank(denied Event) {
	payers := g.payers()
	if len(payers) < 6 {
		return // a portfolio without so many untouched invoices has no such story
	}
	debited := g.ofCustomer("C-1007")[0]
	debit := g.booking(PaysByDebit, debited, debited.AmountMinor, "direct debit {invoice}", "{payer} pays {invoice} by direct debit")
	debit.EndToEnd = "DD-" + debited.Number
	three := g.booking(PaysThree, payers[0][0], 0, "", "")
	three.Invoices = nil
	for _, inv := range payers[0][:3] {
		three.Invoices, three.AmountMinor = append(three.Invoices, inv.Number), three.AmountMinor+inv.AmountMinor
	}
	three.Text = strings.Join(three.Invoices, " ")
	three.Story = fmt.Sprintf("%s pays %s, %s and %s at once", three.Name, three.Invoices[0], three.Invoices[1], three.Invoices[2])
	full, claiming, less, over, another := payers[1][0], payers[2][0], payers[3][0], payers[4][0], payers[5][0]
	stranger := g.booking(PaysForAnother, another, another.AmountMinor, "{invoice} for our sister company", "")
	sister := g.sister(payers)
	stranger.Story = fmt.Sprintf("%s pays %s, which is of %s: nobody has agreed to that", sister.Name, another.Number, stranger.Name)
	stranger.Payer, stranger.Name = sister.Number, sister.Name
	g.bankDay(8, 1, "the bank's statement of yesterday comes in",
		g.booking(PaysInFull, full, full.AmountMinor, "Invoice {invoice}", "{payer} pays {invoice} in full"),
		debit,
		g.booking(PaysLessClaiming, claiming, claiming.AmountMinor-claiming.AmountMinor/10, "{invoice} less ten per cent, goods were damaged",
			"{payer} pays {invoice} less a tenth, for damaged goods"),
		g.booking(PaysLess, less, less.AmountMinor-less.AmountMinor/5, "{invoice}", "{payer} pays four fifths of {invoice} and does not say why"),
		three,
		g.booking(PaysOver, over, over.AmountMinor+overpaid, "Invoice {invoice}", "{payer} pays {invoice} and EUR 250.00 too much"),
		stranger,
	)
	g.event(10, Event{Kind: SettleWaiting, Currency: bankCurrency, Story: "the clerk opens the list of what waits"})
	deducted := g.invoiceOf(denied.Invoice)
	repaid := g.booking(RepaysDeduction, deducted, denied.AmountMinor, denied.Claim, "{payer} repays what it deducted from {invoice}")
	back := debit
	back.Part, back.Text, back.Return, back.Story = ComesBack, "", insufficientFunds, "the direct debit of "+debited.Number+" comes back: it was not covered"
	g.bankDay(15, 2, "the next statement of the bank comes in", repaid, back)
}

// bankDay loads the bank's file of the day before.
func (g *generator) bankDay(day, number int, story string, payments ...BankPayment) {
	g.event(day, Event{
		Kind: LoadBankFile, Currency: bankCurrency, Story: story,
		Bank: &BankDay{Number: number, On: g.out.Today.AddDays(day - 1), Payments: payments},
	})
}

// booking is a payment of an invoice by its customer; text and story have the invoice as {invoice} and the payer as {payer}.
func (g *generator) booking(part BankPart, inv *Invoice, minor int64, text, story string) BankPayment {
	name := g.find(inv.Customer).Name
	words := strings.NewReplacer("{invoice}", inv.Number, "{payer}", name)
	return BankPayment{
		Part: part, Payer: inv.Customer, Name: name, Invoices: []string{inv.Number}, AmountMinor: minor,
		Text: words.Replace(text), Story: words.Replace(story),
	}
}

// payers are customers in euros with overdue invoices that have no part in the story yet, each with one; the first of them has
// three, which need not be due.
func (g *generator) payers() [][]*Invoice {
	all := map[string][]*Invoice{}
	var order []string // of those who are overdue
	for _, inv := range g.untouched() {
		if all[inv.Customer] = append(all[inv.Customer], inv); inv.Instalments[0].DueDate < g.out.Today && !slices.Contains(order, inv.Customer) {
			order = append(order, inv.Customer)
		}
	}
	first := slices.IndexFunc(order, func(customer string) bool { return len(all[customer]) >= 3 })
	if first < 0 {
		return nil
	}
	payers := [][]*Invoice{all[order[first]]}
	for n, customer := range order {
		if n == first {
			continue
		}
		overdue := slices.IndexFunc(all[customer], func(inv *Invoice) bool { return inv.Instalments[0].DueDate < g.out.Today })
		payers = append(payers, all[customer][overdue:])
	}
	return payers
}

// untouched are open invoices in euros, due in one part at most two months ago or within one, of which nothing is paid,
// promised, blocked or disputed, and which the script does not name.
func (g *generator) untouched() []*Invoice {
	named := map[string]bool{}
	for _, e := range g.out.Script {
		named[e.Invoice] = true
	}
	apart := map[string]bool{"C-1001": true, "C-1007": true}
	for _, b := range g.out.Blocks {
		apart[b.Customer] = apart[b.Customer] || b.Invoice == ""
	}
	var found []*Invoice
	for _, inv := range g.openInvoices(-60, 30) {
		c := g.find(inv.Customer)
		whole := len(inv.Instalments) == 1 && g.out.OpenMinor(inv.Number) == inv.AmountMinor && inv.AmountMinor >= smallest
		if whole && inv.Currency == bankCurrency && c.Currency == bankCurrency && !named[inv.Number] && !apart[c.Number] {
			found = append(found, inv)
		}
	}
	return found
}

// sister is a customer of the payers' country that pays nothing else in the bank's files.
func (g *generator) sister(payers [][]*Invoice) *Customer {
	busy := map[string]bool{"C-1001": true, "C-1007": true, SilentCustomer: true}
	for _, list := range payers[:6] {
		busy[list[0].Customer] = true
	}
	for i := range g.out.Customers {
		if c := &g.out.Customers[i]; c.Currency == bankCurrency && !busy[c.Number] {
			return c
		}
	}
	return &Customer{}
}

func (g *generator) invoiceOf(number string) *Invoice {
	for i := range g.out.Invoices {
		if g.out.Invoices[i].Number == number {
			return &g.out.Invoices[i]
		}
	}
	return &Invoice{}
}
