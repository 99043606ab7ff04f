package dispute_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
	"arrears/domain/money"
)

func TestWhoMayDecideAlone(t *testing.T) {
	t.Parallel()
	limits := []Limit{
		{Role: "collector", Currency: "EUR", Kind: LimitValid, AmountMinor: 100},
		{Role: "analyst", Currency: "EUR", Kind: LimitValid, AmountMinor: 500},
		{Role: "supervisor", Currency: "EUR", Kind: LimitValid, AmountMinor: 300},
		{Role: "supervisor", Currency: "EUR", Kind: LimitGiveUp, AmountMinor: 0},
		{Role: "auditor", Currency: "EUR", Kind: LimitValid, AmountMinor: 1 << 50},
	}
	may := func(limits []Limit, role string, currency money.Currency, kind string, minor int64) bool {
		check, err := CheckLimit(limits, role, kind, currency, []money.Amount{money.Of(minor, currency)}, noRates)
		require.NoError(t, err)
		return check.Allowed
	}
	for _, c := range []struct {
		role     string
		currency money.Currency
		kind     string
		most     int64 // -1: nothing, not even 0
	}{
		{"collector", "EUR", LimitValid, 100},
		{"analyst", "EUR", LimitValid, 500},
		{"supervisor", "EUR", LimitValid, 500}, // a lower role's is higher
		{"supervisor", "EUR", LimitGiveUp, 0},
		{"collector", "EUR", LimitGiveUp, -1},
		{"supervisor", "EUR", LimitInvalid, -1},
		{"supervisor", "USD", LimitValid, -1},
		{"auditor", "EUR", LimitValid, -1},
		{"", "EUR", LimitValid, -1},
		{"admin", "EUR", LimitValid, 1 << 60}, // without a limit of its own: no bound
		{"admin", "USD", LimitConcession, 1 << 60},
	} {
		require.Equal(t, c.most >= 0, may(limits, c.role, c.currency, c.kind, max(c.most, 0)), "%+v", c)
		if c.most < 1<<60 {
			require.False(t, may(limits, c.role, c.currency, c.kind, c.most+1), "%+v", c)
		}
	}
	bound := append(slices.Clone(limits), Limit{Role: "admin", Currency: "EUR", Kind: LimitValid, AmountMinor: 200})
	require.True(t, may(bound, "admin", "EUR", LimitValid, 500), "what a lower role may")
	require.False(t, may(bound, "admin", "EUR", LimitValid, 501), "an admin's own limit binds")
}

// A collector and an analyst stand beside each other: neither has the other's limits.
func TestRolesOfOneRankShareNothing(t *testing.T) {
	t.Parallel()
	limits := []Limit{{Role: "analyst", Currency: "EUR", Kind: LimitInvalid, AmountMinor: 500}}
	for role, want := range map[string]LimitCheck{
		"collector":  {Code: LimitNone},
		"supervisor": {Allowed: true, Currency: "EUR", LimitMinor: 500, TotalMinor: 500},
	} {
		check, err := CheckLimit(limits, role, LimitInvalid, "EUR", []money.Amount{money.Of(500, "EUR")}, noRates)
		require.NoError(t, err)
		require.Equal(t, want, check)
	}
}

// noRates knows no rate.
func noRates(from, to money.Currency) (money.DatedRate, error) {
	return money.RateOn(nil, from, to, date("2026-03-03"))
}

// theRates are those of a day: 1 USD is 0.50 EUR, 1 GBP is 2 EUR.
func theRates(from, to money.Currency) (money.DatedRate, error) {
	return money.RateOn([]money.DatedRate{
		{Base: "USD", Quote: "EUR", ValidOn: date("2026-03-02"), Rate: "0.5", Source: "bank"},
		{Base: "GBP", Quote: "EUR", ValidOn: date("2026-03-03"), Rate: "2", Source: "bank"},
	}, from, to, date("2026-03-03"))
}

// A claim in a currency without a limit of its own is held against the limit in another one, at the day's rate, which is told;
// a batch is held against it as one amount. Without a rate nobody decides alone.
func TestLimitsAcrossCurrencies(t *testing.T) {
	t.Parallel()
	euros := []Limit{{Role: "analyst", Currency: "EUR", Kind: LimitValid, AmountMinor: 100_00}}
	both := append(slices.Clone(euros), Limit{Role: "analyst", Currency: "GBP", Kind: LimitValid, AmountMinor: 10_00})
	own := append(slices.Clone(euros), Limit{Role: "analyst", Currency: "USD", Kind: LimitValid, AmountMinor: 50_00})
	higher := append(slices.Clone(own), Limit{Role: "supervisor", Currency: "EUR", Kind: LimitValid, AmountMinor: 1000_00})
	odd := append(slices.Clone(euros), Limit{Role: "analyst", Currency: "SEK", Kind: LimitValid, AmountMinor: 1})
	kronor := []Limit{{Role: "analyst", Currency: "SEK", Kind: LimitValid, AmountMinor: 1 << 40}}
	bound := append(slices.Clone(euros), Limit{Role: "admin", Currency: "EUR", Kind: LimitValid, AmountMinor: 100_00})
	usd := func(minor int64) []money.Amount { return []money.Amount{money.Of(minor, "USD")} }
	mixed := []money.Amount{money.Of(40_00, "EUR"), money.Of(100_00, "USD"), money.Of(5_00, "GBP")}
	for name, c := range map[string]struct {
		limits  []Limit
		role    string
		of      money.Currency
		whole   []money.Amount
		rates   Rates
		allowed bool
		code    string
		in      money.Currency
		total   int64
		rateOf  []string
	}{
		"within, converted":        {euros, "analyst", "USD", usd(200_00), theRates, true, "", "EUR", 100_00, []string{"USD/EUR 0.5 of 2026-03-02 (bank)"}},
		"above, converted":         {euros, "analyst", "USD", usd(200_02), theRates, false, LimitExceeded, "EUR", 100_01, []string{"USD/EUR 0.5 of 2026-03-02 (bank)"}},
		"rounded half to even":     {euros, "analyst", "USD", usd(200_01), theRates, true, "", "EUR", 100_00, []string{"USD/EUR 0.5 of 2026-03-02 (bank)"}},
		"no rate":                  {euros, "analyst", "USD", usd(1), noRates, false, LimitNoRate, "EUR", 0, nil},
		"none to compare with":     {kronor, "analyst", "USD", usd(1), theRates, false, LimitNoRate, "SEK", 0, nil},
		"all others must allow":    {both, "analyst", "USD", usd(40_04), theRates, false, LimitExceeded, "GBP", 10_00 + 1, []string{"USD/GBP 0.25 of 2026-03-02 (bank)"}},
		"one that cannot be asked": {odd, "analyst", "USD", usd(200_00), theRates, true, "", "EUR", 100_00, []string{"USD/EUR 0.5 of 2026-03-02 (bank)"}},
		"its own currency's":       {own, "analyst", "USD", usd(50_01), theRates, false, LimitExceeded, "USD", 50_01, nil},
		"its own, no rate needed":  {own, "analyst", "USD", usd(50_00), noRates, true, "", "USD", 50_00, nil},
		"a higher role's, in EUR":  {higher, "supervisor", "USD", usd(2000_00), theRates, true, "", "EUR", 1000_00, []string{"USD/EUR 0.5 of 2026-03-02 (bank)"}},
		"a batch within":           {euros, "analyst", "EUR", mixed, theRates, true, "", "EUR", 100_00, []string{"USD/EUR 0.5 of 2026-03-02 (bank)", "GBP/EUR 2 of 2026-03-03 (bank)"}},
		"a batch without a rate":   {euros, "analyst", "EUR", mixed, noRates, false, LimitNoRate, "EUR", 0, nil},
		"an admin's binds":         {bound, "admin", "USD", usd(300_00), theRates, false, LimitExceeded, "EUR", 150_00, []string{"USD/EUR 0.5 of 2026-03-02 (bank)"}},
		"an admin's, no rate":      {bound, "admin", "USD", usd(300_00), noRates, false, LimitNoRate, "EUR", 0, nil},
		"an admin without one":     {euros, "admin", "USD", usd(1 << 50), noRates, true, "", "", 0, nil},
		"no limit at all":          {nil, "analyst", "USD", usd(1), theRates, false, LimitNone, "", 0, nil},
		"beyond all bounds": {euros, "analyst", "GBP", []money.Amount{money.Of(money.MaxMinor, "GBP")}, theRates, false, LimitExceeded, "EUR", money.MaxMinor,
			[]string{"GBP/EUR 2 of 2026-03-03 (bank)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := CheckLimit(c.limits, c.role, LimitValid, c.of, c.whole, c.rates)
			require.NoError(t, err)
			var shown []string
			for _, r := range got.Rates {
				shown = append(shown, r.String())
			}
			require.Equal(t, []any{c.allowed, c.code, c.in, c.total, c.rateOf}, []any{got.Allowed, got.Code, got.Currency, got.TotalMinor, shown})
		})
	}
	broken := errors.New("no database")
	_, err := CheckLimit(euros, "analyst", LimitValid, "USD", usd(1), func(_, _ money.Currency) (money.DatedRate, error) { return money.DatedRate{}, broken })
	require.ErrorIs(t, err, broken, "a fault is no missing rate")
}

func TestEachKindOfDecisionHasItsLimit(t *testing.T) {
	t.Parallel()
	want := []string{LimitValid, LimitInvalid, LimitValid, LimitConcession, LimitGiveUp, LimitConcession, LimitConcession}
	for i, kind := range DecisionKinds() {
		require.Equal(t, want[i], LimitKind(kind), kind)
		require.Contains(t, LimitKinds(), LimitKind(kind))
	}
}

func TestLimitsHaveAForm(t *testing.T) {
	t.Parallel()
	require.NoError(t, Limit{Role: "analyst", Currency: "EUR", Kind: LimitValid}.Validate())
	err := Limit{Role: "auditor", Currency: "XXY", Kind: "lunch", AmountMinor: -1}.Validate()
	requireCode(t, CodeLimitInvalid, err)
	requireFields(t, err, "role field.unknown", "currency money.unknown_currency", "kind field.unknown", "amount_minor field.out_of_range")
}
