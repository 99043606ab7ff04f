package sample

import (
	"cmp"
	"fmt"
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// EventKind says what an event of the script does. Each is one call of the API.
type EventKind string

// The kinds of events.
const (
	// PayInvoice records a receipt of AmountMinor and applies it to the invoice: POST /v1/receipts.
	PayInvoice EventKind = "pay_invoice"
	// DecideApprovals has the sample's supervisor approve up to Count open approvals: POST /v1/approvals/{id}/decision.
	DecideApprovals EventKind = "decide_approvals"
	// RejectApproval has the supervisor reject one open approval with Reason as the comment.
	RejectApproval EventKind = "reject_approval"
	// MakePromise records a promise to pay AmountMinor of the invoice by DueOn: POST /v1/promises.
	MakePromise EventKind = "make_promise"
	// AddNote writes down a call: POST /v1/notes.
	AddNote EventKind = "add_note"
	// PayShort records a receipt of AmountMinor for the invoice and opens a case about ShortMinor, which was withheld for
	// Reason under the reference Claim: POST /v1/short-payments.
	PayShort EventKind = "pay_short"
	// DenyClaim has the sample's analyst find the claim invalid, payable by DueOn: POST /v1/disputes/{id}/decision.
	DenyClaim EventKind = "deny_claim"
	// LoadBankFile loads what the bank tells of a day, Bank, as a file of the bank: POST /v1/bank-statements.
	LoadBankFile EventKind = "load_bank_file"
	// SettleWaiting has the sample's clerk take what waits of the bank's files and apply what is proposed for it:
	// POST /v1/cash-exceptions/{id}/take and /apply.
	SettleWaiting EventKind = "settle_waiting"
	// BreakPromise happens by itself when nobody pays; the event only tells the story.
	BreakPromise EventKind = "break_promise"
)

// Event is something that happens later. On is the civil date from which it is due; a demo plays it when its business clock
// has reached that day, in order.
type Event struct {
	On          calendar.Date
	Kind        EventKind
	Invoice     string // number
	Receipt     string // number
	Currency    money.Currency
	AmountMinor int64
	ShortMinor  int64  // withheld
	Claim       string // the customer's reference
	DueOn       calendar.Date
	Count       int
	Reason      string
	Bank        *BankDay
	Story       string // a line for the audience
}

// script writes what happens in the first five weeks.
func (g *generator) script() {
	g.payments()
	g.approvals()
	g.broken()
	g.bank(g.deduction())
	slices.SortStableFunc(g.out.Script, func(a, b Event) int { return cmp.Compare(a.On, b.On) })
}

func (g *generator) event(day int, e Event) {
	e.On = g.out.Today.AddDays(day)
	g.out.Script = append(g.out.Script, e)
}

// payments stop chases: some before the first reminder, some after the first or second.
func (g *generator) payments() {
	g.paid("C-1001", 0, 6, "%s pays %s: its chase stops")
	g.paid("C-1006", 0, 9, "%s pays %s after the first reminder")
	g.paid("C-1024", 0, 12, "the parent company pays %[2]s for %[1]s")
	for i, p := range g.out.Promises {
		if i%2 == 0 && i > 0 {
			day := p.DueOn.DaysSince(g.out.Today)
			g.event(day, Event{Kind: PayInvoice, Invoice: p.Invoice, Receipt: g.eventNumber(), AmountMinor: p.AmountMinor, Currency: g.out.currency(p.Invoice), Story: "a promise is kept: " + p.Invoice + " is paid on the day"})
		}
	}
	for i, inv := range g.first(12, -25, 6) {
		g.event(2+2*i, Event{
			Kind: PayInvoice, Invoice: inv.Number, Receipt: g.eventNumber(), AmountMinor: inv.AmountMinor, Currency: inv.Currency,
			Story: fmt.Sprintf("%s pays %s", g.find(inv.Customer).Name, inv.Number),
		})
	}
}

// paid pays the nth invoice of a customer of the story.
func (g *generator) paid(customer string, nth, day int, story string) {
	inv := g.ofCustomer(customer)[nth]
	g.event(day, Event{
		Kind: PayInvoice, Invoice: inv.Number, Receipt: g.eventNumber(), AmountMinor: inv.AmountMinor, Currency: inv.Currency,
		Story: fmt.Sprintf(story, g.find(customer).Name, inv.Number),
	})
}

// approvals: the supervisor looks in every other day; one is rejected with a comment.
func (g *generator) approvals() {
	for day := 4; day <= 34; day += 2 {
		if day == 12 {
			g.event(day, Event{Kind: RejectApproval, Count: 1, Reason: "I know the owner; let me call first.", Story: "the supervisor rejects one that waits for approval, to call first"})
			continue
		}
		g.event(day, Event{Kind: DecideApprovals, Count: 8, Reason: "Checked.", Story: "the supervisor looks at what waits for approval"})
	}
}

// broken: a promise is made on the telephone and not kept.
func (g *generator) broken() {
	inv := g.ofCustomer("C-1008")[0]
	g.event(3, Event{Kind: AddNote, Invoice: inv.Number, Reason: "Their bookkeeper promises payment within the week.", Story: "a collector calls about " + inv.Number})
	g.event(3, Event{Kind: MakePromise, Invoice: inv.Number, AmountMinor: inv.AmountMinor, Currency: inv.Currency, DueOn: g.out.Today.AddDays(9), Reason: "promised on the telephone", Story: "a promise to pay holds the chase of " + inv.Number})
	g.event(11, Event{Kind: BreakPromise, Invoice: inv.Number, Story: "no money came for " + inv.Number + ": the promise is broken, and the chase goes on"})
}

// deduction: a customer takes a cash discount after its terms have ended, and the claim is denied and asked for. What was
// denied is repaid by a file of the bank.
func (g *generator) deduction() (denied Event) {
	inv := g.ofCustomer("C-1001")[1]
	name, taken := g.find("C-1001").Name, inv.AmountMinor/50 // two per cent
	event := Event{Invoice: inv.Number, Currency: inv.Currency, Claim: "CD-" + inv.Number}
	paid := event
	denied = event
	paid.Kind, paid.Receipt, paid.AmountMinor, paid.ShortMinor = PayShort, g.eventNumber(), inv.AmountMinor-taken, taken
	paid.Reason, paid.Story = "cash discount", fmt.Sprintf("%s pays %s short: two per cent less, for a discount that has ended", name, inv.Number)
	g.event(5, paid)
	denied.Kind, denied.AmountMinor, denied.DueOn = DenyClaim, taken, g.out.Today.AddDays(9)
	denied.Reason, denied.Story = "Paid after the discount had ended.", "the analyst denies the deduction on "+inv.Number+": it is owed, and asked for by a ladder of its own"
	g.event(6, denied)
	return denied
}

func (g *generator) eventNumber() string {
	n := 0
	for _, e := range g.out.Script {
		if e.Kind == PayInvoice || e.Kind == PayShort {
			n++
		}
	}
	return fmt.Sprintf("B%06d", 80_001+n)
}

func (g *generator) ofCustomer(number string) []*Invoice {
	var found []*Invoice
	for i := range g.out.Invoices {
		if g.out.Invoices[i].Customer == number {
			found = append(found, &g.out.Invoices[i])
		}
	}
	return found
}
