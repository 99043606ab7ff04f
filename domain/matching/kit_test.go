package matching_test

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

// books are a small portfolio that a test changes.
type books struct {
	customers []matching.Customer
	items     []matching.Item
	credits   []matching.Credit
	advices   []matching.Advice
	rules     *matching.Rules
	env       matching.Env
}

var today = calendar.MustDate("2026-05-20")

// acme owes RE-2026-1001 (1,000.00), -1002 (250.00) and -1003 (80.00); blue owes RE-2026-2001 (1,000.00).
func newBooks() *books {
	b := &books{rules: matching.DefaultRules()}
	b.customers = []matching.Customer{
		{ID: idOf("acme"), Number: "K-100", Name: "Acme Trading GmbH", Accounts: []string{"DE89370400440532013000"}},
		{ID: idOf("blue"), Number: "K-200", Name: "Blue Harbour Ltd"},
	}
	b.bill("acme", "RE-2026-1001", 100_000, "2026-05-01")
	b.bill("acme", "RE-2026-1002", 25_000, "2026-05-05")
	b.bill("acme", "RE-2026-1003", 8_000, "2026-05-09")
	b.bill("blue", "RE-2026-2001", 100_000, "2026-05-02")
	return b
}

func (b *books) bill(owner, number string, minor int64, due string) {
	b.items = append(b.items, matching.Item{
		ID: idOf(number), InvoiceID: some(idOf("invoice " + number)), CustomerID: idOf(owner), Kind: receivable.Instalment, Number: number,
		Instalment: 1, Instalments: 1, DueOn: calendar.MustDate(due), InvoicedOn: calendar.MustDate("2026-04-01"), Currency: "EUR",
		OriginalMinor: minor, OpenMinor: minor,
	})
}

func (b *books) item(number string) *matching.Item {
	for n := range b.items {
		if b.items[n].ID == idOf(number) {
			return &b.items[n]
		}
	}
	return nil
}

func (b *books) customer(name string) *matching.Customer {
	for n := range b.customers {
		if b.customers[n].ID == idOf(name) {
			return &b.customers[n]
		}
	}
	return nil
}

// deduct moves 200.00 of the first invoice to a deduction.
func (b *books) deduct(disputed int64, refs ...string) {
	const number, minor = "RE-2026-1001", 20_000
	i := b.item(number)
	i.OpenMinor -= minor
	d := *i
	d.ID, d.Kind, d.OriginalMinor, d.OpenMinor, d.DisputedMinor = idOf("deduction "+number), receivable.Deduction, minor, minor, disputed
	d.ClaimReferences = refs
	b.items = append(b.items, d)
}

func (b *books) index() *matching.Index {
	return matching.NewIndex(slices.Clone(b.customers), slices.Clone(b.items), slices.Clone(b.credits), slices.Clone(b.advices))
}

func (b *books) candidates(r matching.Receipt) matching.Candidates {
	return b.index().Find(matching.Keys(r))
}

func (b *books) match(r matching.Receipt) matching.Result {
	return matching.Match(r, b.candidates(r), matching.Compile(b.rules), b.env)
}

// from is a payment of the payer's name with a text.
func from(payer string, minor int64, texts ...string) matching.Receipt {
	return matching.Receipt{
		ID: idOf(fmt.Sprint("receipt ", payer, minor)), Minor: minor, Currency: "EUR", ValueOn: today,
		Payer: remittance.Party{Name: payer}, Texts: texts,
	}
}

func lineOf(number string, paid int64) remittance.Line {
	return remittance.Line{Kind: remittance.LineInvoice, Number: number, PaidMinor: &paid}
}

func amountOf(minor int64) *int64 { return &minor }

// told is a result in one text: outcome, then what becomes of the money by the first proposal.
func told(r matching.Result) string {
	s := string(r.Outcome)
	if len(r.Proposals) == 0 {
		return s
	}
	p := r.Proposals[0]
	for _, a := range p.Applications {
		s += fmt.Sprintf(" pay %s %d", nameOf(a.ItemID), a.ItemMinor)
		if a.DiscountMinor > 0 {
			s += fmt.Sprintf(" discount %d", a.DiscountMinor)
		}
	}
	for _, c := range p.Claims {
		of := "none"
		if c.ItemID.Valid {
			of = nameOf(c.ItemID.UUID)
		}
		s += fmt.Sprintf(" claim %s %d", of, c.Minor)
	}
	for _, w := range p.WriteOffs {
		s += fmt.Sprintf(" %s %d", w.Kind, w.Minor)
	}
	for _, c := range p.Credits {
		s += fmt.Sprintf(" credit %s %d", nameOf(c.ItemID), c.Minor)
	}
	for _, o := range p.Offsets {
		s += fmt.Sprintf(" offset %s %d", nameOf(o.ItemID), o.Minor)
	}
	for _, o := range p.Residuals {
		s += fmt.Sprintf(" open %s %d", nameOf(o.ItemID), o.Minor)
	}
	if p.OnAccountMinor > 0 {
		s += fmt.Sprintf(" on account %d", p.OnAccountMinor)
	}
	return s
}

// nameOf is the short name of a known item.
func nameOf(id uuid.UUID) string {
	for _, prefix := range []string{"", "deduction "} {
		for _, number := range []string{"1001", "1002", "1003", "1004", "2001"} {
			if id == idOf(prefix+"RE-2026-"+number) {
				return prefix[:min(1, len(prefix))] + number
			}
		}
	}
	return id.String()
}

// says reports whether a reason stands in a result: why, or of its first proposal.
func says(r matching.Result, code string) bool {
	list := codesOf(r.Why)
	if len(r.Proposals) > 0 {
		list = append(list, append(codesOf(r.Proposals[0].Reasons), codesOf(r.Proposals[0].Stops)...)...)
	}
	return slices.Contains(list, code)
}

func rateOf(base, quote money.Currency, rate money.Rate) matching.Env {
	known := []money.DatedRate{{Base: base, Quote: quote, ValidOn: today.AddDays(-1), Rate: rate, Source: "test"}}
	return matching.Env{Rates: func(from, to money.Currency, on calendar.Date) (money.DatedRate, error) {
		return money.RateOn(known, from, to, on)
	}}
}
