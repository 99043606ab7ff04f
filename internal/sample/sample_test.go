package sample_test

import (
	"bytes"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
	"arrears/internal/sample"
)

var today = calendar.MustDate("2026-03-02")

func TestSameSeedSamePortfolio(t *testing.T) {
	t.Parallel()
	require.Empty(t, cmp.Diff(sample.Generate(7, today), sample.Generate(7, today)))
	require.NotEmpty(t, cmp.Diff(sample.Generate(7, today), sample.Generate(8, today)))
}

// Whatever seed and day: the portfolio is complete and consistent.
func TestPortfolioIsComplete(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		p := sample.Generate(seed, today.AddDays(int(seed)*37))
		require.Len(t, p.Customers, 60)
		require.Len(t, p.Invoices, 400)
		require.GreaterOrEqual(t, distinct(p.Customers, func(c sample.Customer) string { return c.Country }), 10)
		require.GreaterOrEqual(t, distinct(p.Customers, func(c sample.Customer) string { return c.TimeZone }), 12)
		require.GreaterOrEqual(t, distinct(p.Customers, func(c sample.Customer) string { return string(c.Currency) }), 9)
		require.Equal(t, 4, distinct(p.Customers, func(c sample.Customer) string { return c.Segment }))
		require.Equal(t, 2, distinct(p.Customers, func(c sample.Customer) string { return c.Language }))
		require.Equal(t, 60, distinct(p.Customers, func(c sample.Customer) string { return c.Name }))
		require.Equal(t, 400, distinct(p.Invoices, func(i sample.Invoice) string { return i.Number }))
		require.Equal(t, len(p.Receipts), distinct(p.Receipts, func(r sample.Receipt) string { return r.Number }))
		require.Equal(t, len(p.CreditMemos), distinct(p.CreditMemos, func(m sample.CreditMemo) string { return m.Number }))
		require.Greater(t, len(p.Receipts), 60)
		require.GreaterOrEqual(t, len(p.CreditMemos), 8)
		require.GreaterOrEqual(t, len(p.Promises), 4)
		require.GreaterOrEqual(t, len(p.Blocks), 3)
		require.NotEmpty(t, p.Disputes)
		require.GreaterOrEqual(t, len(p.Notes), 5)
		require.Greater(t, len(p.Copies), 40)
	}
}

func distinct[T any](list []T, key func(T) string) int {
	seen := map[string]bool{}
	for _, one := range list {
		seen[key(one)] = true
	}
	return len(seen)
}

func TestCustomersAreWellFormed(t *testing.T) {
	t.Parallel()
	p := sample.Generate(1, today)
	seen := map[string]bool{"": true}
	for _, c := range p.Customers {
		require.True(t, seen[c.Payer] && seen[c.Parent] && seen[c.Recipient], "%s refers to customers that come before", c.Number)
		seen[c.Number] = true
		require.True(t, c.Currency.Valid())
		_, err := calendar.LoadZone(c.TimeZone)
		require.NoError(t, err)
		_, ok := calendar.Shipped(c.Calendar)
		require.True(t, ok, c.Calendar)
		for _, contact := range c.Contacts {
			require.NotContains(t, contact.Address, "%", "no format is left over")
			if contact.Email == "" {
				continue
			}
			address, err := mail.ParseAddress(contact.Email)
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(address.Address, ".example"), "mail can reach nobody")
		}
	}
}

func TestEveryoneInTheStoryIsThere(t *testing.T) {
	t.Parallel()
	p := sample.Generate(1, today)
	byNumber := map[string]sample.Customer{}
	for _, c := range p.Customers {
		byNumber[c.Number] = c
	}
	letter := byNumber[sample.LetterCustomer]
	require.Equal(t, receivable.Letter, letter.PreferredChannel)
	for _, c := range letter.Contacts {
		require.Empty(t, c.Email)
	}
	require.NotEmpty(t, letter.Contacts[0].Address)
	require.True(t, strings.HasPrefix(byNumber[sample.BounceCustomer].Contacts[0].Email, "bounce@"))
	require.False(t, strings.HasPrefix(byNumber[sample.BounceCustomer].Contacts[1].Email, "bounce"))
	require.Empty(t, byNumber[sample.SilentCustomer].Contacts)
	require.Equal(t, sample.ChainCustomer, byNumber["C-1024"].Payer)
	require.Equal(t, sample.ChainCustomer, byNumber["C-1025"].Recipient)
	require.Empty(t, byNumber["C-1025"].Payer)
	overdue := map[string]bool{}
	for _, inv := range p.Invoices {
		if inv.Instalments[0].DueDate < today && p.OpenMinor(inv.Number) > 0 {
			overdue[inv.Customer] = true
		}
	}
	for _, number := range []string{sample.LetterCustomer, sample.BounceCustomer, sample.SilentCustomer, sample.FinalCustomer, "C-1024", "C-1025"} {
		require.True(t, overdue[number], "%s has something to be asked for", number)
	}
}

func TestInvoicesAddUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		p := sample.Generate(seed, today)
		var future, old, several int
		for _, inv := range p.Invoices {
			var sum int64
			for _, part := range inv.Instalments {
				require.Positive(t, part.AmountMinor)
				require.GreaterOrEqual(t, part.DueDate, inv.InvoiceDate)
				sum += part.AmountMinor
			}
			require.Equal(t, inv.AmountMinor, sum)
			if len(inv.Instalments) > 1 {
				several++
			}
			switch age := today.DaysSince(inv.Instalments[0].DueDate); {
			case age < 0:
				future++
			case age > 60:
				old++
			}
			require.GreaterOrEqual(t, p.OpenMinor(inv.Number), int64(0), "%s is not paid twice", inv.Number)
		}
		require.Greater(t, future, 60)
		require.Greater(t, old, 20)
		require.Greater(t, several, 8)
	}
}

func TestMoneyFitsItsInvoice(t *testing.T) {
	t.Parallel()
	p := sample.Generate(3, today)
	invoices := map[string]sample.Invoice{"": {}}
	for _, inv := range p.Invoices {
		invoices[inv.Number] = inv
	}
	var full, part, onAccount, standalone int
	for _, r := range p.Receipts {
		require.LessOrEqual(t, r.ValueDate, today)
		require.LessOrEqual(t, r.AppliedMinor, r.AmountMinor)
		inv, known := invoices[r.Invoice]
		require.True(t, known)
		switch {
		case r.Invoice == "":
			onAccount++
			require.Zero(t, r.AppliedMinor)
			continue
		case r.AppliedMinor == inv.AmountMinor:
			full++
		default:
			part++
		}
		require.Equal(t, inv.Customer, r.Customer)
		require.Equal(t, inv.Currency, r.Currency)
	}
	for _, m := range p.CreditMemos {
		require.Positive(t, m.AmountMinor)
		if m.Invoice == "" {
			standalone++
			continue
		}
		require.Equal(t, invoices[m.Invoice].Customer, m.Customer)
	}
	require.Greater(t, full, 40)
	require.Positive(t, part)
	require.Equal(t, 3, onAccount)
	require.Equal(t, 4, standalone)
}

func TestHoldsFitWhatIsOpen(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		p := sample.Generate(seed, today)
		for _, promise := range p.Promises {
			require.Positive(t, promise.AmountMinor)
			require.LessOrEqual(t, promise.AmountMinor, p.OpenMinor(promise.Invoice))
			require.Greater(t, promise.DueOn, today)
		}
		for _, d := range p.Disputes {
			require.Positive(t, d.AmountMinor)
			require.LessOrEqual(t, d.AmountMinor, p.OpenMinor(d.Invoice))
		}
		for _, b := range p.Blocks {
			require.True(t, !b.Until.IsZero() || !b.Reason.NeedsExpiry())
		}
	}
}

// The script can be played as it stands: it pays only what is open then, and reverses only what it paid.
func TestScriptCanBePlayed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		p := sample.Generate(seed, today)
		open := map[string]int64{}
		for _, inv := range p.Invoices {
			open[inv.Number] = p.OpenMinor(inv.Number)
		}
		paid := map[string]sample.Event{}
		kinds := map[sample.EventKind]int{}
		var banked []sample.BankPart
		last := today
		for _, e := range p.Script {
			require.GreaterOrEqual(t, e.On, last)
			require.NotEmpty(t, e.Story)
			require.NotContains(t, e.Story, "%!")
			last = e.On
			kinds[e.Kind]++
			switch e.Kind {
			case sample.PayInvoice:
				require.Equal(t, sample.Event{}, paid[e.Receipt], "receipt numbers are unique")
				open[e.Invoice] -= e.AmountMinor
				require.GreaterOrEqual(t, open[e.Invoice], int64(0), "%s of %s", e.Receipt, e.Invoice)
				require.True(t, e.Currency.Valid())
				paid[e.Receipt] = e
			case sample.LoadBankFile:
				banked = append(banked, bankDay(t, p, e, open)...)
			case sample.PayShort:
				require.Equal(t, sample.Event{}, paid[e.Receipt], "receipt numbers are unique")
				require.Equal(t, open[e.Invoice], e.AmountMinor+e.ShortMinor, "paid but for what is withheld")
				open[e.Invoice] = e.ShortMinor
				paid[e.Receipt] = e
			case sample.DenyClaim:
				require.Equal(t, open[e.Invoice], e.AmountMinor)
				require.Greater(t, e.DueOn, e.On)
			case sample.MakePromise:
				require.LessOrEqual(t, e.AmountMinor, open[e.Invoice])
				require.Greater(t, e.DueOn, e.On)
			}
		}
		require.LessOrEqual(t, last, today.AddDays(36))
		require.Greater(t, kinds[sample.PayInvoice], 8)
		for _, kind := range []sample.EventKind{sample.LoadBankFile, sample.SettleWaiting, sample.RejectApproval, sample.DecideApprovals, sample.MakePromise, sample.AddNote, sample.BreakPromise, sample.PayShort, sample.DenyClaim} {
			require.Positive(t, kinds[kind], kind)
		}
		require.Equal(t, sample.BankParts(), banked, "each part once, in the order of the story")
		early := 0
		for _, e := range p.Script {
			if e.On <= today.AddDays(20) && e.Kind == sample.PayInvoice {
				early++
			}
		}
		require.GreaterOrEqual(t, early, 6, "a demo of two minutes sees receipts stop chases")
	}
}

// bankDay takes what a bank's file pays off what is open, and returns the parts that it plays.
func bankDay(t *testing.T, p *sample.Portfolio, e sample.Event, open map[string]int64) []sample.BankPart {
	t.Helper()
	require.Less(t, e.Bank.On, e.On, "a bank tells of a day when it is over")
	var parts []sample.BankPart
	payers := map[string]bool{}
	for _, b := range e.Bank.Payments {
		parts = append(parts, b.Part)
		require.False(t, payers[b.Payer], "each payer once a day")
		payers[b.Payer] = true
		require.Positive(t, b.AmountMinor)
		require.NotContains(t, b.Text+b.Story, "{")
		require.NotEmpty(t, b.Name)
		var asked int64
		for _, number := range b.Invoices {
			require.Positive(t, open[number], "%s has something to be paid", number)
			asked += open[number]
		}
		over := b.AmountMinor - asked
		switch b.Part {
		case sample.PaysLess, sample.PaysLessClaiming:
			require.Less(t, over, int64(-25_00), "more than a bank charge is missing")
		case sample.PaysOver:
			require.Positive(t, over)
		case sample.PaysForAnother:
			require.NotEqual(t, invoiced(p, b.Invoices[0]), b.Payer)
			require.Zero(t, over)
		case sample.ComesBack:
			require.NotEmpty(t, b.Return)
			require.NotEmpty(t, b.EndToEnd)
		default:
			require.Zero(t, over, b.Part)
		}
		for _, number := range b.Invoices {
			if b.Part != sample.PaysByDebit { // it comes back
				open[number] = max(0, open[number]-b.AmountMinor)
			}
		}
	}
	return parts
}

// invoiced is whose invoice it is.
func invoiced(p *sample.Portfolio, number string) string {
	for _, inv := range p.Invoices {
		if inv.Number == number {
			return inv.Customer
		}
	}
	return ""
}

// The copies are valid PDF: every offset of the cross-reference table points at its object.
func TestCopiesAreValidPDF(t *testing.T) {
	t.Parallel()
	p := sample.Generate(5, today)
	for _, c := range p.Copies {
		require.True(t, bytes.HasPrefix(c.PDF, []byte("%PDF-1.4\n")))
		require.True(t, bytes.HasSuffix(c.PDF, []byte("%%EOF\n")))
		require.Contains(t, string(c.PDF), c.Invoice)
		require.Less(t, len(c.PDF), 4<<10)
		text := string(c.PDF)
		at := strings.LastIndex(text, "startxref\n")
		start, err := strconv.Atoi(strings.Fields(text[at:])[1])
		require.NoError(t, err)
		table := strings.Split(text[start:], "\n")
		require.Equal(t, "xref", table[0])
		for n := 1; n <= 5; n++ {
			offset, err := strconv.Atoi(table[2+n][:10])
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(text[offset:], fmt.Sprintf("%d 0 obj", n)))
			require.Len(t, table[2+n]+"\n", 20)
		}
		require.Contains(t, text, fmt.Sprintf("/Length %d >>", streamLength(text)))
	}
}

func streamLength(text string) int {
	from := strings.Index(text, "stream\n") + len("stream\n")
	return strings.Index(text, "\nendstream") - from
}
