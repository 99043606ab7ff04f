package matching_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

// drawBooks draws customers with relations, shared names, items of every kind, credits, and a receipt that may fit.
func drawBooks(rt *rapid.T) (matching.Candidates, matching.Receipt) {
	var c matching.Candidates
	names := []string{"Acme GmbH", "Acme Inc", "Blue Ltd", "Green SA"}
	owners := rapid.IntRange(1, 4).Draw(rt, "customers")
	for n := range owners {
		customer := matching.Customer{ID: numbered(1, n), Number: fmt.Sprintf("K-%d", 100+n), Name: rapid.SampledFrom(names).Draw(rt, "name")}
		if n > 0 && rapid.Bool().Draw(rt, "child") {
			customer.ParentID = some(numbered(1, 0))
		}
		if rapid.Bool().Draw(rt, "seen") {
			customer.Accounts = []string{fmt.Sprintf("X%d", n)}
		}
		if rapid.IntRange(0, 9).Draw(rt, "held") == 0 {
			customer.HeldReason = "legal"
		}
		c.Customers = append(c.Customers, customer)
	}
	kinds := []receivable.ItemKind{receivable.Instalment, receivable.Instalment, receivable.Deduction, receivable.Charge}
	for n := range rapid.IntRange(0, 8).Draw(rt, "items") {
		open := rapid.SampledFrom([]int64{0, 100, 200, 300, 1_000, 5_000}).Draw(rt, "open")
		i := matching.Item{
			ID: numbered(2, n), InvoiceID: some(numbered(3, n/2)), CustomerID: numbered(1, n/2%owners), Kind: rapid.SampledFrom(kinds).Draw(rt, "kind"),
			Number: fmt.Sprintf("INV-%d", 1000+n/2), Order: fmt.Sprintf("PO-%d", 500+n/3), Instalment: n%2 + 1, Instalments: 2,
			DueOn: today.AddDays(rapid.IntRange(-3, 3).Draw(rt, "due")), InvoicedOn: today, Currency: rapid.SampledFrom([]money.Currency{"EUR", "EUR", "EUR", "USD"}).Draw(rt, "currency"),
			OriginalMinor: 5_000, OpenMinor: open, DisputedMinor: rapid.Int64Range(0, open).Draw(rt, "disputed") / 100 * 100,
		}
		if rapid.Bool().Draw(rt, "discount") && open > 0 {
			i.Discounts = []matching.Discount{{LastDay: today.AddDays(rapid.IntRange(-1, 1).Draw(rt, "last")), Minor: open / 50}}
		}
		if i.Kind == receivable.Deduction {
			i.ClaimReferences = []string{fmt.Sprintf("CB-%d", 700+n)}
		}
		c.Items = append(c.Items, i)
	}
	for n := range rapid.IntRange(0, 2).Draw(rt, "credits") {
		c.Credits = append(c.Credits, matching.Credit{ID: numbered(5, n), CustomerID: numbered(1, 0), Number: fmt.Sprintf("GS-%d", 800+n), Currency: "EUR", OpenMinor: 100, On: today})
	}
	return c, drawReceipt(rt)
}

func drawReceipt(rt *rapid.T) matching.Receipt {
	r := matching.Receipt{
		ID: numbered(4, 1), Minor: rapid.SampledFrom([]int64{1, 98, 100, 196, 200, 299, 300, 500, 900, 1_300, 7_000}).Draw(rt, "minor"),
		Currency: "EUR", ValueOn: today, Payer: remittance.Party{Name: rapid.SampledFrom([]string{"", "ACME", "BLUE LTD", "NOBODY"}).Draw(rt, "payer")},
	}
	if rapid.Bool().Draw(rt, "account") {
		r.Payer.Account.IBAN = rapid.SampledFrom([]string{"X0", "X1", "X9"}).Draw(rt, "iban")
	}
	phrases := []string{"INV-1000", "INV 1001", "1002", "PO-500", "PO501", "CB-702", "GS-800", "K-100", "less damage", "2% discount", "bank fee", "akonto",
		"Rate 1 von 2", "netting", "INV 1000-1003", "EUR 5 @ 1.1"}
	r.Texts = rapid.SliceOfN(rapid.SampledFrom(phrases), 0, 4).Draw(rt, "texts")
	for range rapid.IntRange(0, 3).Draw(rt, "lines") {
		l := remittance.Line{Number: rapid.SampledFrom([]string{"", "INV-1000", "INV-1001", "INV-1002", "GS-800", "X-9999"}).Draw(rt, "number")}
		if rapid.Bool().Draw(rt, "paid") {
			l.PaidMinor = amountOf(rapid.SampledFrom([]int64{-100, 100, 200, 300, 900, 1_000}).Draw(rt, "of it"))
		}
		if rapid.IntRange(0, 3).Draw(rt, "coded") == 0 {
			l.Reason, l.DiscountMinor = "059", amountOf(2)
		}
		r.Lines = append(r.Lines, l)
	}
	return r
}

func drawEnv(rt *rapid.T) (*matching.Rulebook, matching.Env) {
	rules := matching.DefaultRules()
	for _, flag := range []**bool{&rules.OtherCurrency, &rules.OldestFirst, &rules.Netting, &rules.DisputedAutomatic} {
		value := rapid.Bool().Draw(rt, "rule")
		*flag = &value
	}
	rules.ShortPayment = rapid.SampledFrom([]matching.Treatment{matching.AsClaim, matching.AsResidual}).Draw(rt, "short")
	env := rateOf("EUR", "USD", money.Rate(rapid.SampledFrom([]string{"1", "0.5", "1.08", "3"}).Draw(rt, "rate")))
	given := rapid.Int64Range(2_400, 2_500).Draw(rt, "given")
	env.Given = func(uuid.UUID, money.Currency) int64 { return given }
	return matching.Compile(rules), env
}

// Whatever the candidates: every unit has one place, and the order of rows and lines means nothing.
func TestMoneyIsConservedInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, r := drawBooks(rt)
		book, env := drawEnv(rt)
		got := matching.Match(r, c, book, env)
		for n, p := range got.Proposals {
			require.NoError(rt, p.Check(r, c.Items), "%+v", p)
			require.Equal(rt, p.Automatic, n == 0 && got.Outcome == matching.Apply)
			require.False(rt, p.Automatic && len(p.Stops) > 0)
		}
		require.Equal(rt, got, matching.Match(r, c, book, env))
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		shuffle(random, c.Customers)
		shuffle(random, c.Items)
		shuffle(random, c.Credits)
		lines := append([]remittance.Line(nil), r.Lines...)
		shuffle(random, lines)
		r.Lines = lines
		require.Equal(rt, got, matching.Match(r, c, book, env), "in another order")
		customers, items, credits := append([]matching.Customer(nil), c.Customers...), append([]matching.Item(nil), c.Items...), append([]matching.Credit(nil), c.Credits...)
		index := matching.NewIndex(customers, items, credits, nil)
		require.Equal(rt, matching.Match(r, index.Find(matching.Keys(r)), book, env), index.Match(r, book, env), "by the index")
	})
}

func shuffle[T any](random *rand.Rand, list []T) {
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// Nothing that a person must see is applied by itself.
func TestWhatIsHeldOrStoppedIsNotApplied(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, r := drawBooks(rt)
		book, env := drawEnv(rt)
		env.Alarm = rapid.Bool().Draw(rt, "alarm")
		got := matching.Match(r, c, book, env)
		if got.Outcome != matching.Apply {
			return
		}
		require.False(rt, env.Alarm)
		p := got.Proposals[0]
		require.Empty(rt, p.Offsets)
		for _, customer := range c.Customers {
			require.False(rt, customer.ID == p.CustomerID && customer.HeldReason != "")
		}
	})
}

func TestCheckFindsWhatIsLost(t *testing.T) {
	t.Parallel()
	b := newBooks()
	r := from(acme, 80_000, "RE-2026-1001 less damage")
	found := b.candidates(r)
	fresh := func() matching.Proposal { return matching.Match(r, found, nil, matching.Env{}).Proposals[0] }
	require.NoError(t, fresh().Check(r, found.Items))
	for name, spoil := range map[string]func(p *matching.Proposal){
		"money made": func(p *matching.Proposal) { p.OnAccountMinor++ },
		"item short": func(p *matching.Proposal) { p.Claims[0].Minor-- },
		"an unknown item": func(p *matching.Proposal) {
			p.Residuals = append(p.Residuals, matching.Residual{ItemID: idOf("x"), Minor: 1})
		},
		"a negative claim": func(p *matching.Proposal) { p.Claims[0].Minor = -1 },
		"netted twice":     func(p *matching.Proposal) { p.Claims[0].Netted = true },
	} {
		p := fresh()
		spoil(&p)
		require.Error(t, p.Check(r, found.Items), name)
	}
}

func TestReasonsHaveWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, code := range matching.ReasonCodes() {
		require.False(t, seen[code], code)
		seen[code] = true
		said := matching.Words(matching.Reason{Code: code, Subject: "S-1", Other: "O-1", Minor: 150, Currency: "EUR", Count: 3})
		require.NotEqual(t, code, said)
		require.NotContains(t, said, "{")
	}
	require.Equal(t, "EUR 1.50 of RE-1 stays open, for it was paid short without a reason",
		matching.Words(matching.Reason{Code: matching.ReasonResidual, Subject: "RE-1", Minor: 150, Currency: "EUR"}))
	require.Equal(t, "strange", matching.Words(matching.Reason{Code: "strange"}))
}
