package matching_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

const acme, blue = "ACME TRADING", "Blue Harbour Ltd."

type story struct {
	name    string
	change  func(b *books)
	receipt matching.Receipt
	want    string
	reason  string
}

func (s story) run(t *testing.T) {
	t.Helper()
	b := newBooks()
	if s.change != nil {
		s.change(b)
	}
	found := b.candidates(s.receipt)
	got := matching.Match(s.receipt, found, matching.Compile(b.rules), b.env)
	require.Equal(t, s.want, told(got), "%s: %+v", s.name, got)
	if s.reason != "" {
		require.True(t, says(got, s.reason), "%s: %+v", s.name, got)
	}
	for _, p := range got.Proposals {
		require.NoError(t, p.Check(s.receipt, found.Items), s.name)
		require.LessOrEqual(t, p.Score, 1000)
	}
	for _, w := range got.Why {
		require.NotEqual(t, w.Code, matching.Words(w))
	}
	require.Equal(t, got, b.index().Match(s.receipt, matching.Compile(b.rules), b.env), "%s: without copies", s.name)
}

func TestWhatFor(t *testing.T) {
	t.Parallel()
	for _, s := range []story{
		{name: "a number as it is", receipt: from(acme, 100_000, "RE-2026-1001"), want: "apply pay 1001 100000", reason: matching.ReasonExact},
		{name: "without punctuation", receipt: from(acme, 100_000, "re20261001"), want: "apply pay 1001 100000"},
		{name: "with blanks", receipt: from(acme, 100_000, "Rechnung RE 2026 1001 danke"), want: "apply pay 1001 100000"},
		{name: "without letters", receipt: from(acme, 100_000, "2026/1001"), want: "apply pay 1001 100000", reason: matching.ReasonDocumentWeak},
		{name: "with leading zeros", receipt: from(acme, 100_000, "RE 002026-1001"), want: "apply pay 1001 100000"},
		{name: "without the zeros it has", change: func(b *books) { b.item("RE-2026-1002").Number = "RE-0004711" }, receipt: from(acme, 25_000, "re 4711"),
			want: "apply pay 1002 25000", reason: matching.ReasonDocument},
		{name: "glued to a word", receipt: from(acme, 100_000, "Invoice:RE-2026-1001/K-100"), want: "apply pay 1001 100000"},
		{name: "cut by the end of a line", receipt: from(acme, 100_000, "Zahlung RE-2026-", "1001 vom Mai"), want: "apply pay 1001 100000"},
		{name: "several", receipt: from(acme, 125_000, "RE-2026-1001, RE-2026-1002"), want: "apply pay 1001 100000 pay 1002 25000"},
		{name: "a range", receipt: from(acme, 133_000, "RE-2026-1001 bis 1003"), want: "apply pay 1001 100000 pay 1002 25000 pay 1003 8000"},
		{name: "a range with a dash", receipt: from(acme, 133_000, "RE 2026/1001-1003"), want: "apply pay 1001 100000 pay 1002 25000 pay 1003 8000"},
		{
			name: "an order", change: func(b *books) { b.item("RE-2026-1002").Order = "PO 77/4431" }, receipt: from(acme, 25_000, "your PO77-4431"),
			want: "apply pay 1002 25000", reason: matching.ReasonOrder,
		},
		{name: "in the payer's reference", receipt: matching.Receipt{Minor: 8_000, Currency: "EUR", ValueOn: today, EndToEnd: "RE-2026-1003",
			Payer: remittance.Party{Name: acme}}, want: "apply pay 1003 8000"},
		{name: "nobody", receipt: from("Somebody Else Inc", 4_711, "thanks"), want: "unidentified", reason: matching.ReasonNobody},
		{name: "a number and the amount of an unknown payer", receipt: from("Somebody Else Inc", 8_000, "RE-2026-1003"), want: "apply pay 1003 8000"},
		{name: "a number alone of an unknown payer", receipt: from("Somebody Else Inc", 7_000, "RE-2026-1003"), want: "propose pay 1003 7000 open 1003 1000", reason: matching.ReasonScoreLow},
		{name: "some of the named", receipt: from(acme, 33_000, "RE-2026-1001 RE-2026-1002 RE-2026-1003"), want: "apply pay 1002 25000 pay 1003 8000", reason: matching.ReasonNotAllNamed},
		{name: "paid before", change: func(b *books) { b.item("RE-2026-1001").OpenMinor = 0 }, receipt: from(acme, 100_000, "RE-2026-1001"),
			want: "apply on account 100000", reason: matching.ReasonPaidBefore},
		{name: "overpaid", receipt: from(acme, 103_000, "RE-2026-1001"), want: "apply pay 1001 100000 on account 3000", reason: matching.ReasonOverpaid},
		{name: "nothing named, one of the amount", receipt: from(acme, 25_000), want: "propose pay 1002 25000", reason: matching.ReasonAmount},
		{name: "nothing named, a sum", receipt: from(acme, 108_000), want: "propose pay 1001 100000 pay 1003 8000", reason: matching.ReasonSum},
		{name: "nothing named, all", receipt: from(acme, 133_000), want: "propose pay 1001 100000 pay 1002 25000 pay 1003 8000", reason: matching.ReasonAllOpen},
		{name: "two sums", change: func(b *books) { b.bill("acme", "RE-2026-1004", 8_000, "2026-05-10") }, receipt: from(acme, 33_000),
			want: "propose pay 1002 25000 pay 1003 8000", reason: matching.ReasonAmountShared},
		{name: "no purpose", receipt: from(acme, 4_711), want: "propose on account 4711", reason: matching.ReasonPurposeUnknown},
		{name: "on account", receipt: withAccount(from(acme, 4_711, "Akonto"), "DE89370400440532013000"), want: "apply on account 4711", reason: matching.ReasonOnAccountWords},
		{name: "oldest first by agreement", change: func(b *books) { yes := true; b.rules.OldestFirst = &yes },
			receipt: withAccount(from(acme, 110_000), "DE89370400440532013000"), want: "apply pay 1001 100000 pay 1002 10000 open 1002 15000", reason: matching.ReasonOldestFirst},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t)
		})
	}
}

func withAccount(r matching.Receipt, iban string) matching.Receipt {
	r.Payer.Account.IBAN = iban
	return r
}

func TestWhoPaid(t *testing.T) {
	t.Parallel()
	twin := func(b *books) {
		b.customers = append(b.customers, matching.Customer{ID: idOf("twin"), Number: "K-300", Name: "Acme Trading Inc."})
	}
	child := func(b *books) { b.customer("blue").ParentID = some(idOf("acme")) }
	for _, s := range []story{
		{name: "account and amount", receipt: withAccount(from("A. TRDG", 25_000), "DE89370400440532013000"), want: "apply pay 1002 25000", reason: matching.ReasonAccount},
		{name: "customer number and amount", receipt: from("A. TRDG", 25_000, "customer K100"), want: "apply pay 1002 25000", reason: matching.ReasonCustomerNumber},
		{name: "a shared name means nothing", change: twin, receipt: from(acme, 25_000), want: "unidentified"},
		{name: "a shared name supports a number", change: twin, receipt: from(acme, 25_000, "RE-2026-1002"), want: "apply pay 1002 25000", reason: matching.ReasonNameShared},
		{name: "an alias", change: func(b *books) { b.customer("acme").Aliases = []string{"Factor & Sons"} }, receipt: from("FACTOR SONS LTD", 25_000, "RE-2026-1002"),
			want: "apply pay 1002 25000", reason: matching.ReasonAlias},
		{name: "an alias that is another's name means nothing", change: func(b *books) {
			b.customer("acme").Aliases = []string{"Blue Harbour"}
		}, receipt: from(blue, 100_000), want: "unidentified"},
		{name: "an alias supports a number", change: func(b *books) { b.customer("acme").Aliases = []string{"Blue Harbour"} },
			receipt: from(blue, 25_000, "RE-2026-1002"), want: "apply pay 1002 25000", reason: matching.ReasonNameShared},
		{name: "a credit memo's number", change: credit, receipt: from("A. TRDG", 20_000, "GS-88"), want: "propose on account 20000", reason: matching.ReasonCredit},
		{name: "a credit memo's and a document's", change: credit, receipt: from("A. TRDG", 95_000, "RE-2026-1001 GS-88"),
			want: "apply pay 1001 95000 credit 1001 5000", reason: matching.ReasonCredit},
		{name: "the recorded payer pays", change: func(b *books) { b.customer("blue").PayerID = some(idOf("acme")) },
			receipt: from(acme, 100_000, "RE-2026-2001"), want: "apply pay 2001 100000", reason: matching.ReasonAgreement},
		{name: "a child does not pay for its parent", change: func(b *books) { b.customer("acme").ParentID = some(idOf("blue")) },
			receipt: from(acme, 100_000, "RE-2026-2001"), want: "propose pay 2001 100000", reason: matching.ReasonPayerDiffers},
		{name: "another customer pays without agreement", receipt: from(blue, 25_000, "RE-2026-1002"), want: "propose pay 1002 25000", reason: matching.ReasonPayerDiffers},
		{name: "the parent pays", change: child, receipt: from(acme, 100_000, "RE-2026-2001"), want: "apply pay 2001 100000", reason: matching.ReasonAgreement},
		{name: "the parent pays for both", change: child, receipt: from(acme, 200_000, "RE-2026-2001 RE-2026-1001"), want: "apply pay 1001 100000 pay 2001 100000"},
		{name: "a new account", receipt: withAccount(from(acme, 25_000, "RE-2026-1002"), "DE02120300000000202051"), want: "propose pay 1002 25000", reason: matching.ReasonAccountChanged},
		{name: "told by a person", receipt: func() matching.Receipt {
			r := from("A. TRDG", 25_000)
			r.CustomerID = some(idOf("acme"))
			return r
		}(), want: "apply pay 1002 25000", reason: matching.ReasonTold},
		{name: "held customer", change: func(b *books) { b.customer("acme").HeldReason = "sanctions" }, receipt: from(acme, 25_000, "RE-2026-1002"),
			want: "hold pay 1002 25000", reason: matching.ReasonCustomerHeld},
		{name: "held name", change: func(b *books) { b.rules.HeldNames = []string{"Zed Holdings"} }, receipt: from("ZED HOLDINGS FZE", 25_000, "RE-2026-1002"),
			want: "hold pay 1002 25000", reason: matching.ReasonNameHeld},
		{name: "held name of nobody", change: func(b *books) { b.rules.HeldNames = []string{"Zed Holdings"} }, receipt: from("ZED HOLDINGS FZE", 1), want: "hold"},
		{name: "held item", change: func(b *books) { b.item("RE-2026-1002").Held = "court" }, receipt: from(acme, 25_000, "RE-2026-1002"),
			want: "hold pay 1002 25000", reason: matching.ReasonItemHeld},
		{name: "not ours", change: func(b *books) { b.rules.NotOurs = []string{"House North LLC"} }, receipt: from(acme, 25_000, "RE-2026-1002 for House North"),
			want: "propose pay 1002 25000", reason: matching.ReasonNotOurs},
		{name: "alarm", change: func(b *books) { b.env.Alarm = true }, receipt: from(acme, 25_000, "RE-2026-1002"), want: "propose pay 1002 25000", reason: matching.ReasonAlarm},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t)
		})
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	discount := func(last int) func(b *books) {
		return func(b *books) {
			b.item("RE-2026-1001").Discounts = []matching.Discount{{LastDay: today.AddDays(last), Minor: 2_000}}
		}
	}
	for _, s := range []story{
		{name: "discount in time", change: discount(0), receipt: from(acme, 98_000, "RE-2026-1001"), want: "apply pay 1001 98000 discount 2000", reason: matching.ReasonDiscount},
		{name: "discount, rounded otherwise", change: discount(3), receipt: from(acme, 97_999, "RE-2026-1001"), want: "apply pay 1001 97999 discount 2000 rounding 1"},
		{name: "discount, rounded down", change: discount(3), receipt: from(acme, 98_001, "RE-2026-1001"), want: "apply pay 1001 98001 discount 1999"},
		{name: "discount too late", change: discount(-1), receipt: from(acme, 98_000, "RE-2026-1001"), want: "apply pay 1001 98000 claim 1001 2000", reason: matching.ReasonDiscountLate},
		{name: "discount in grace", change: func(b *books) { discount(-1)(b); one := 1; b.rules.DiscountGraceDays = &one }, receipt: from(acme, 98_000, "RE-2026-1001"),
			want: "apply pay 1001 98000 discount 2000"},
		{name: "late discount as residual", change: func(b *books) { discount(-1)(b); b.rules.LateDiscount = matching.AsResidual },
			receipt: from(acme, 98_000, "RE-2026-1001"), want: "apply pay 1001 98000 open 1001 2000"},
		{name: "one discount of two invoices", change: discount(1), receipt: from(acme, 123_000, "RE-2026-1001 RE-2026-1002"), want: "apply pay 1001 98000 discount 2000 pay 1002 25000"},
		{name: "rounding", receipt: from(acme, 24_999, "RE-2026-1002"), want: "apply pay 1002 24999 rounding 1"},
		{name: "tolerance", receipt: from(acme, 99_950, "RE-2026-1001"), want: "apply pay 1001 99950 tolerance 50"},
		{name: "the month's cap of one kind", change: func(b *books) {
			b.env.Given = func(uuid.UUID, money.Currency) int64 { return 2_500 - 49 }
		}, receipt: from(acme, 99_950, "RE-2026-1001"), want: "apply pay 1001 99950 bank_charge 50"},
		{name: "the month of whoever owes", change: func(b *books) {
			b.customer("blue").ParentID = some(idOf("acme"))
			b.env.Given = func(id uuid.UUID, _ money.Currency) int64 {
				if id == idOf("blue") {
					return 2_500
				}
				return 0
			}
		}, receipt: from(acme, 99_950, "RE-2026-2001"), want: "apply pay 2001 99950 bank_charge 50"},
		{name: "the month that every kind has used up", change: func(b *books) {
			b.env.Given = func(uuid.UUID, money.Currency) int64 { return 10_000 }
		}, receipt: from(acme, 99_950, "RE-2026-1001"), want: "apply pay 1001 99950 open 1001 50"},
		{name: "no cap", change: func(b *books) {
			b.rules.Tolerance.MonthlyMinor = nil
			b.env.Given = func(uuid.UUID, money.Currency) int64 { return 1_000_000 }
		}, receipt: from(acme, 99_950, "RE-2026-1001"), want: "apply pay 1001 99950 tolerance 50"},
		{name: "bank charge, told by the bank", receipt: func() matching.Receipt {
			r := from(acme, 99_600, "RE-2026-1001")
			r.ChargesMinor = 400
			return r
		}(), want: "apply pay 1001 99600 bank_charge 400", reason: matching.ReasonBankCharge},
		{name: "bank charge beyond its limit", receipt: from(acme, 97_000, "RE-2026-1001 bank fee"), want: "apply pay 1001 97000 open 1001 3000", reason: matching.ReasonResidual},
		{name: "short with a claim's reference", receipt: from(acme, 80_000, "RE-2026-1001 claim CLM-77"), want: "apply pay 1001 80000 claim 1001 20000"},
		{name: "bank charge", receipt: from(acme, 99_600, "RE-2026-1001"), want: "apply pay 1001 99600 bank_charge 400"},
		{name: "a reason is never tolerated", receipt: from(acme, 99_950, "RE-2026-1001 less damage"), want: "apply pay 1001 99950 claim 1001 50"},
		{name: "short with a reason", receipt: from(acme, 80_000, "RE-2026-1001 shortage 200.00"), want: "apply pay 1001 80000 claim 1001 20000", reason: matching.ReasonClaimed},
		{name: "short without", receipt: from(acme, 80_000, "RE-2026-1001"), want: "apply pay 1001 80000 open 1001 20000", reason: matching.ReasonResidual},
		{name: "short by a customer's rule", change: func(b *books) { b.rules.ShortPayment = matching.AsClaim }, receipt: from(acme, 80_000, "RE-2026-1001"),
			want: "apply pay 1001 80000 claim 1001 20000"},
		{name: "several, the claim names none", receipt: from(acme, 120_000, "RE-2026-1001 RE-2026-1002 less rebate"),
			want: "apply pay 1001 100000 pay 1002 25000 claim none 5000"},
		{name: "several, short without", receipt: from(acme, 120_000, "RE-2026-1001 RE-2026-1002"), want: "apply pay 1001 100000 pay 1002 20000 open 1002 5000"},
		{name: "a company named after a reason", change: func(b *books) { b.customer("acme").Name = "Damage Freight Co" },
			receipt: from("DAMAGE FREIGHT", 80_000, "Damage Freight RE-2026-1001"), want: "apply pay 1001 80000 open 1001 20000"},
		{name: "disputed", change: func(b *books) { b.item("RE-2026-1001").DisputedMinor = 30_000 }, receipt: from(acme, 100_000, "RE-2026-1001"),
			want: "propose pay 1001 100000", reason: matching.ReasonDisputed},
		{name: "disputed, by rule", change: func(b *books) {
			b.item("RE-2026-1001").DisputedMinor = 30_000
			yes := true
			b.rules.DisputedAutomatic = &yes
		},
			receipt: from(acme, 100_000, "RE-2026-1001"), want: "apply pay 1001 100000"},
		{name: "the undisputed part", change: func(b *books) { b.item("RE-2026-1001").DisputedMinor = 30_000 }, receipt: from(acme, 70_000, "RE-2026-1001"),
			want: "apply pay 1001 70000 open 1001 30000", reason: matching.ReasonUndisputed},
		{name: "repaid by reference", change: func(b *books) { b.deduct(0, "CB-4711") }, receipt: from(acme, 20_000, "chargeback CB4711"),
			want: "apply pay d1001 20000", reason: matching.ReasonClaim},
		{name: "repaid by the settled invoice's number", change: func(b *books) {
			b.deduct(0)
			b.item("RE-2026-1001").OpenMinor = 0
		}, receipt: from(acme, 20_000, "RE-2026-1001"), want: "apply pay d1001 20000", reason: matching.ReasonRepayment},
		{name: "repaid while undecided", change: func(b *books) {
			b.deduct(20_000)
			b.item("RE-2026-1001").OpenMinor = 0
		}, receipt: from(acme, 20_000, "RE-2026-1001"), want: "propose pay d1001 20000", reason: matching.ReasonDisputed},
		{name: "a named credit memo", change: credit, receipt: from(acme, 95_000, "RE-2026-1001 GS-88"), want: "apply pay 1001 95000 credit 1001 5000", reason: matching.ReasonCreditNetted},
		{name: "an unnamed credit memo", change: credit, receipt: from(acme, 95_000, "RE-2026-1001"), want: "propose pay 1001 95000 credit 1001 5000", reason: matching.ReasonCreditUnconfirmed},
		{name: "netting with agreement", change: func(b *books) { yes := true; b.rules.Netting = &yes }, receipt: from(acme, 60_000, "RE-2026-1001 Verrechnung"),
			want: "propose pay 1001 60000 offset 1001 40000", reason: matching.ReasonNetting},
		{name: "netting without", receipt: from(acme, 60_000, "RE-2026-1001 Verrechnung"), want: "propose pay 1001 60000 open 1001 40000", reason: matching.ReasonNettingRefused},
		{name: "instalment", change: split, receipt: from(acme, 50_000, "RE-2026-1001 Rate 2 von 2"), want: "apply pay 1004 50000", reason: matching.ReasonInstalment},
		{name: "the next instalment", change: split, receipt: from(acme, 50_000, "RE-2026-1001"), want: "apply pay 1001 50000"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t)
		})
	}
}

// credit gives acme an open credit memo of 50.00.
func credit(b *books) {
	b.credits = []matching.Credit{{ID: idOf("GS-88"), CustomerID: idOf("acme"), Number: "GS-88", Currency: "EUR", OpenMinor: 5_000, On: today}}
}

// split makes two instalments of the first invoice; the second has the id of 1004.
func split(b *books) {
	first := b.item("RE-2026-1001")
	first.OriginalMinor, first.OpenMinor, first.Instalments = 50_000, 50_000, 2
	second := *first
	second.ID, second.Instalment, second.DueOn = idOf("RE-2026-1004"), 2, first.DueOn.AddDays(30)
	b.items = append(b.items, second)
}

func TestLines(t *testing.T) {
	t.Parallel()
	with := func(minor int64, lines ...remittance.Line) matching.Receipt {
		r := from(acme, minor)
		r.Lines = lines
		return r
	}
	coded := lineOf("RE-2026-1001", 90_000)
	coded.Reason = "059"
	discounted := lineOf("RE-2026-1001", 98_000)
	discounted.DiscountMinor = amountOf(2_000)
	for _, s := range []story{
		{name: "amounts", receipt: with(60_000, lineOf("RE-2026-1001", 50_000), lineOf("1002", 10_000)),
			want: "propose pay 1001 50000 open 1001 50000 on account 10000", reason: matching.ReasonDocumentNotFound},
		{name: "parts", receipt: with(60_000, lineOf("2026-1001", 50_000), lineOf("RE20261002", 10_000)), want: "apply pay 1001 50000 pay 1002 10000 open 1001 50000 open 1002 15000"},
		{name: "a code", receipt: with(90_000, coded), want: "apply pay 1001 90000 claim 1001 10000"},
		{name: "a discount", change: func(b *books) {
			b.item("RE-2026-1001").Discounts = []matching.Discount{{LastDay: today, Minor: 2_000}}
		}, receipt: with(98_000, discounted), want: "apply pay 1001 98000 discount 2000"},
		{name: "a discount that is not given", receipt: with(98_000, discounted), want: "apply pay 1001 98000 claim 1001 2000", reason: matching.ReasonDiscountLate},
		{name: "less an adjustment", receipt: with(120_000, lineOf("RE-2026-1001", 100_000), lineOf("RE-2026-1002", 25_000),
			remittance.Line{Kind: remittance.LineAdjustment, PaidMinor: amountOf(-5_000), Reason: "promo"}), want: "apply pay 1001 100000 pay 1002 25000 claim none 5000"},
		{name: "less a credit memo", change: credit, receipt: with(95_000, lineOf("RE-2026-1001", 100_000),
			remittance.Line{Kind: remittance.LineCreditNote, Number: "GS-88", PaidMinor: amountOf(-5_000)}), want: "apply pay 1001 95000 credit 1001 5000"},
		{name: "they do not add up", receipt: with(60_000, lineOf("RE-2026-1001", 100_000)), want: "propose pay 1001 60000 open 1001 40000", reason: matching.ReasonLinesDiffer},
		{name: "a claim repaid", change: func(b *books) { b.deduct(0, "CB-4711") },
			receipt: with(20_000, remittance.Line{Kind: remittance.LineClaim, Claim: "cb 4711", PaidMinor: amountOf(20_000)}), want: "apply pay d1001 20000"},
		{name: "a claim's reference with what is short", receipt: func() matching.Receipt {
			short := lineOf("RE-2026-1001", 90_000)
			short.Claim = "CLM-77"
			return with(90_000, short)
		}(), want: "apply pay 1001 90000 claim 1001 10000", reason: matching.ReasonClaimed},
		{name: "numbers alone", receipt: with(125_000, remittance.Line{Number: "RE-2026-1002"}, remittance.Line{Number: "RE-2026-1001"}), want: "apply pay 1001 100000 pay 1002 25000"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t)
		})
	}
}

func TestOtherCurrency(t *testing.T) {
	t.Parallel()
	dollars := func(minor int64) matching.Receipt {
		r := from(acme, minor, "RE-2026-1001")
		r.Currency = "USD"
		return r
	}
	allowed := func(rate money.Rate) func(b *books) {
		return func(b *books) {
			yes := true
			b.rules.OtherCurrency = &yes
			b.env = rateOf("USD", "EUR", rate)
		}
	}
	for _, s := range []story{
		{name: "no rate", receipt: dollars(108_000), want: "propose on account 108000", reason: matching.ReasonNoRate},
		{name: "not allowed", change: func(b *books) { b.env = rateOf("USD", "EUR", "0.8") }, receipt: dollars(125_000), want: "propose pay 1001 100000", reason: matching.ReasonOtherCurrency},
		{name: "exactly", change: allowed("0.8"), receipt: dollars(125_000), want: "apply pay 1001 100000", reason: matching.ReasonConverted},
		{name: "a little over", change: allowed("0.8"), receipt: dollars(125_100), want: "apply pay 1001 100000", reason: matching.ReasonExchange},
		{name: "a little under", change: allowed("0.8"), receipt: dollars(124_900), want: "apply pay 1001 99920 exchange 80", reason: matching.ReasonExchange},
		{name: "far under", change: allowed("0.8"), receipt: dollars(100_000), want: "propose pay 1001 80000 open 1001 20000", reason: matching.ReasonRateDifference},
		{name: "far over", change: allowed("0.8"), receipt: dollars(150_000), want: "apply pay 1001 100000 on account 25000"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t)
		})
	}
}

// The search for a sum ends, however many items look alike.
func TestTheSearchForASumIsBounded(t *testing.T) {
	t.Parallel()
	b := newBooks()
	most := 60
	b.rules.MaxSumItems = &most
	for n := range 56 {
		b.bill("acme", fmt.Sprintf("RE-2026-3%03d", n), int64(1_000+n%2), "2026-05-11")
	}
	got := b.match(from(acme, 20_011))
	require.Equal(t, matching.Propose, got.Outcome)
	require.True(t, says(got, matching.ReasonAmountShared), "several sets make it")
	got = b.match(from(acme, 20_999)) // none does, and to know it for certain takes too long
	require.Equal(t, "propose on account 20999", told(got))
	require.True(t, says(got, matching.ReasonPurposeUnknown))
}

func TestReturnsAndWhatIsNoMoney(t *testing.T) {
	t.Parallel()
	b := newBooks()
	back := from(acme, 100_000, "Return of ACH20240620001 - NSF")
	got := b.match(back)
	require.Equal(t, matching.Returned, got.Outcome)
	require.Contains(t, got.LookUp.References, "ACH20240620001")
	require.Equal(t, int64(100_000), got.LookUp.Minor)

	coded := from(acme, 100_000)
	coded.Return = &remittance.Return{Code: "AC04", EndToEnd: "E2E-1", Reference: "BR 7", Minor: 99_000, On: today}
	got = b.match(coded)
	require.Equal(t, matching.LookUp{EndToEnd: "E2E-1", References: []string{"BR7"}, Minor: 99_000, Currency: "EUR", On: today, Code: "AC04"}, *got.LookUp)

	require.Equal(t, matching.Ignore, b.match(from(acme, 0, "RE-2026-1001")).Outcome)
	out := matching.FromTransaction(idOf("out"), remittance.Transaction{Minor: 5, Currency: "EUR"})
	require.Equal(t, matching.Ignore, b.match(out).Outcome)
	reversal := matching.FromTransaction(idOf("back"), remittance.Transaction{Minor: 5, Currency: "EUR", Entry: remittance.Entry{Reversal: true}})
	require.Equal(t, matching.Returned, b.match(reversal).Outcome)
}

func TestAnAdviceThatCameApart(t *testing.T) {
	t.Parallel()
	b := newBooks()
	advice := matching.Advice{ID: idOf("advice"), Advice: remittance.Advice{
		ID: "A-1", Payment: "TRN-0815", Minor: 33_000, Currency: "EUR", Payer: remittance.Party{Name: "Acme Trading"},
		Lines: []remittance.Line{lineOf("RE-2026-1002", 25_000), lineOf("RE-2026-1003", 8_000)},
	}}
	b.advices = []matching.Advice{advice}
	r := from(acme, 33_000)
	r.Reference = "trn 0815"
	got := b.match(r)
	require.Equal(t, "apply pay 1002 25000 pay 1003 8000", told(got))
	require.Equal(t, some(advice.ID), got.Advice)

	b.advices[0].Doubtful = true
	doubted := b.match(r)
	require.Equal(t, "propose pay 1002 25000 pay 1003 8000", told(doubted), "what contradicts itself is for a person to look at")
	require.Contains(t, doubted.Why, matching.Reason{Code: matching.ReasonAdviceAlarm, Subject: "A-1", Currency: "EUR"})
	b.advices[0].Doubtful = false

	r.Reference = ""
	require.Equal(t, some(advice.ID), b.match(r).Advice, "of the same amount and payer")
	r.Minor = 32_000
	require.False(t, b.match(r).Advice.Valid)
}

func TestDiscountsFollowTheTerms(t *testing.T) {
	t.Parallel()
	terms := receivable.Terms{DiscountBP: 200, DiscountDays: 10}
	item := receivable.Item{Currency: "EUR", OriginalMinor: 100_000, CreditedMinor: 10_000, OpenMinor: 90_000}
	require.Equal(t, []matching.Discount{{LastDay: today.AddDays(10), Minor: 1_800}}, matching.Discounts(terms, item, today))
	require.Empty(t, matching.Discounts(receivable.Terms{}, item, today))
	item.OpenMinor = 0
	require.Empty(t, matching.Discounts(terms, item, today))
}
