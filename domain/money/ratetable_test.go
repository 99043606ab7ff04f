package money_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func day(t testing.TB, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

func TestParseRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]money.Rate{
		"1.0842": "1.0842", "1": "1", "007.500": "7.5", "0.000000000000000000000001": "0.000000000000000000000001", "100.00": "100",
		"999999999999999": "999999999999999", "0.10": "0.1",
	} {
		rate, err := money.ParseRate(text)
		require.NoError(t, err, text)
		require.Equal(t, want, rate, text)
	}
	for _, text := range []string{
		"", "0", "0.0", "-1", "+1", "1,5", "1.", ".5", "1e3", "NaN", "1/3", " 1", "1 ", "0x1", "1000000000000000", "0." + strings.Repeat("0", 24) + "1",
		strings.Repeat("1", 100),
	} {
		rate, err := money.ParseRate(text)
		require.Equal(t, money.CodeInvalidRate, fault.CodeOf(err), text)
		require.Empty(t, rate)
	}
}

// The exponents of both currencies count, and halves go to the even neighbour.
func TestConvert(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from  money.Amount
		to    money.Currency
		rate  money.Rate
		minor int64
	}{
		{money.Of(100_00, "USD"), "EUR", "0.92", 92_00},
		{money.Of(1, "USD"), "EUR", "0.5", 0},   // 0.5 → 0
		{money.Of(3, "USD"), "EUR", "0.5", 2},   // 1.5 → 2
		{money.Of(5, "USD"), "EUR", "0.5", 2},   // 2.5 → 2
		{money.Of(-5, "USD"), "EUR", "0.5", -2}, // and its opposite alike
		{money.Of(-3, "USD"), "EUR", "0.5", -2},
		{money.Of(100_00, "EUR"), "JPY", "163.27", 16327},
		{money.Of(16327, "JPY"), "EUR", "0.00612482", 100_00},
		{money.Of(1_000, "KWD"), "EUR", "2.9968", 3_00}, // 2.9968
		{money.Of(1_00, "EUR"), "CLF", "0.0277", 277},
		{money.Of(0, "EUR"), "USD", "1.1", 0},
	} {
		got, err := money.Convert(c.from, c.to, c.rate)
		require.NoError(t, err)
		require.Equal(t, money.Of(c.minor, c.to), got, "%s at %s", c.from, c.rate)
	}
}

func TestConvertRefuses(t *testing.T) {
	t.Parallel()
	for code, run := range map[string]func() (money.Amount, error){
		money.CodeInvalidRate:     func() (money.Amount, error) { return money.Convert(money.Of(1, "USD"), "EUR", "") },
		money.CodeUnknownCurrency: func() (money.Amount, error) { return money.Convert(money.Of(1, "USD"), "XXX", "1") },
		money.CodeOutOfRange:      func() (money.Amount, error) { return money.Convert(money.Of(money.MaxMinor, "USD"), "EUR", "1.1") },
		money.CodeCurrencyMismatch: func() (money.Amount, error) {
			return money.DatedRate{Base: "USD", Quote: "EUR", Rate: "0.9"}.Convert(money.Of(1, "GBP"))
		},
	} {
		_, err := run()
		require.Equal(t, code, fault.CodeOf(err))
	}
}

// TestConvertIsExact: the result is the nearest integer to the exact value, whatever the currencies.
func TestConvertIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		from := amount(rt, "a")
		to := rapid.SampledFrom([]money.Currency{"JPY", "EUR", "KWD", "CLF"}).Draw(rt, "to")
		whole, fraction := rapid.IntRange(0, 999).Draw(rt, "whole"), rapid.IntRange(1, 999999).Draw(rt, "fraction")
		rate, err := money.ParseRate(fmt.Sprintf("%d.%06d", whole, fraction))
		require.NoError(rt, err)
		got, err := money.Convert(from, to, rate)
		if err != nil {
			require.Equal(rt, money.CodeOutOfRange, fault.CodeOf(err))
			return
		}
		exact := new(big.Rat).SetFrac64(int64(whole)*1_000_000+int64(fraction), 1_000_000)
		exact.Mul(exact, new(big.Rat).SetInt64(from.Minor()))
		for range to.Exponent() {
			exact.Mul(exact, big.NewRat(10, 1))
		}
		for range from.Currency().Exponent() {
			exact.Quo(exact, big.NewRat(10, 1))
		}
		off := exact.Sub(exact, new(big.Rat).SetInt64(got.Minor()))
		require.LessOrEqual(rt, off.Abs(off).Cmp(big.NewRat(1, 2)), 0)
	})
}

func table(t testing.TB) []money.DatedRate {
	return []money.DatedRate{
		{Base: "EUR", Quote: "USD", ValidOn: day(t, "2026-05-08"), Rate: "1.08", Source: "bank"},
		{Base: "EUR", Quote: "USD", ValidOn: day(t, "2026-05-11"), Rate: "1.25", Source: "bank"},
		{Base: "EUR", Quote: "USD", ValidOn: day(t, "2026-05-12"), Rate: "1.3", Source: "bank"},
		{Base: "EUR", Quote: "GBP", ValidOn: day(t, "2026-05-07"), Rate: "0.8", Source: "treasury"},
		{Base: "JPY", Quote: "EUR", ValidOn: day(t, "2026-05-11"), Rate: "0.006", Source: "bank"},
		{Base: "CHF", Quote: "EUR", ValidOn: day(t, "2026-03-01"), Rate: "1.05", Source: "bank"},
	}
}

func TestRateOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to money.Currency
		on       string
		want     money.DatedRate
	}{
		{"EUR", "USD", "2026-05-11", money.DatedRate{Base: "EUR", Quote: "USD", ValidOn: day(t, "2026-05-11"), Rate: "1.25", Source: "bank"}},
		{"EUR", "USD", "2026-05-10", money.DatedRate{Base: "EUR", Quote: "USD", ValidOn: day(t, "2026-05-08"), Rate: "1.08", Source: "bank"}},
		{"USD", "EUR", "2026-05-11", money.DatedRate{Base: "USD", Quote: "EUR", ValidOn: day(t, "2026-05-11"), Rate: "0.8", Source: "bank", How: "inverse"}},
		{"USD", "GBP", "2026-05-11", money.DatedRate{Base: "USD", Quote: "GBP", ValidOn: day(t, "2026-05-07"), Rate: "0.64", Source: "bank, treasury", How: "cross", Via: "EUR"}},
		{"USD", "JPY", "2026-05-11", money.DatedRate{Base: "USD", Quote: "JPY", ValidOn: day(t, "2026-05-11"), Rate: "133.333333333333", Source: "bank", How: "cross", Via: "EUR"}},
		{"EUR", "JPY", "2026-05-11", money.DatedRate{Base: "EUR", Quote: "JPY", ValidOn: day(t, "2026-05-11"), Rate: "166.666666666667", Source: "bank", How: "inverse"}},
		{"EUR", "CHF", "2026-04-05", money.DatedRate{Base: "EUR", Quote: "CHF", ValidOn: day(t, "2026-03-01"), Rate: "0.952380952380952", Source: "bank", How: "inverse"}},
		{"KWD", "KWD", "2026-05-11", money.DatedRate{Base: "KWD", Quote: "KWD", ValidOn: day(t, "2026-05-11"), Rate: "1", How: "same"}},
	} {
		got, err := money.RateOn(table(t), c.from, c.to, day(t, c.on))
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
}

// Neither a rate of a later day nor one that is too old counts, nor one over two other currencies.
func TestRateOnWithoutARate(t *testing.T) {
	t.Parallel()
	far := append(table(t), money.DatedRate{Base: "GBP", Quote: "SEK", ValidOn: day(t, "2026-05-11"), Rate: "13", Source: "bank"})
	for _, c := range []struct {
		from, to money.Currency
		on       string
	}{
		{"EUR", "USD", "2026-05-07"}, {"EUR", "CHF", "2026-04-06"}, {"EUR", "NOK", "2026-05-11"}, {"USD", "SEK", "2026-05-11"}, {"EUR", "USD", "2027-05-11"},
	} {
		_, err := money.RateOn(far, c.from, c.to, day(t, c.on))
		require.Equal(t, money.CodeNoRate, fault.CodeOf(err), "%s %s %s", c.from, c.to, c.on)
	}
	_, err := money.RateOn(nil, "EUR", "XXX", day(t, "2026-05-11"))
	require.Equal(t, money.CodeUnknownCurrency, fault.CodeOf(err))
	_, err = money.RateOn([]money.DatedRate{{Base: "EUR", Quote: "USD", ValidOn: day(t, "2026-05-11"), Rate: "0.000000000000000000000001"}}, "USD", "EUR", day(t, "2026-05-11"))
	require.Equal(t, money.CodeNoRate, fault.CodeOf(err), "an inverse beyond the bounds is none")
}

// Of two ways over another currency the one whose older half is newest counts.
func TestTheNewestCrossRateCounts(t *testing.T) {
	t.Parallel()
	known := []money.DatedRate{
		{Base: "EUR", Quote: "SEK", ValidOn: day(t, "2026-05-10"), Rate: "11", Source: "a"},
		{Base: "EUR", Quote: "NOK", ValidOn: day(t, "2026-05-10"), Rate: "12", Source: "a"},
		{Base: "USD", Quote: "SEK", ValidOn: day(t, "2026-05-11"), Rate: "10", Source: "b"},
		{Base: "USD", Quote: "NOK", ValidOn: day(t, "2026-05-09"), Rate: "10.5", Source: "b"},
	}
	got, err := money.RateOn(known, "SEK", "NOK", day(t, "2026-05-11"))
	require.NoError(t, err)
	require.Equal(t, money.Currency("EUR"), got.Via)
	require.Equal(t, day(t, "2026-05-10"), got.ValidOn)
	require.Equal(t, "SEK/NOK 1.09090909090909 of 2026-05-10 (a)", got.String())
	known[3].ValidOn = day(t, "2026-05-11")
	got, err = money.RateOn(known, "SEK", "NOK", day(t, "2026-05-11"))
	require.NoError(t, err)
	require.Equal(t, money.Currency("USD"), got.Via)
	require.Equal(t, money.Rate("1.05"), got.Rate)
}

// TestThereAndBack: the inverse takes an amount back to where it was, to within what a unit of the target is worth.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rate, err := money.ParseRate(fmt.Sprintf("%d.%04d", rapid.IntRange(1, 500).Draw(rt, "whole"), rapid.IntRange(0, 9999).Draw(rt, "fraction")))
		require.NoError(rt, err)
		on := calendar.Date(700_000)
		known := []money.DatedRate{{Base: "EUR", Quote: "USD", ValidOn: on, Rate: rate, Source: "x"}}
		there, err := money.RateOn(known, "EUR", "USD", on)
		require.NoError(rt, err)
		back, err := money.RateOn(known, "USD", "EUR", on)
		require.NoError(rt, err)
		a := money.Of(rapid.Int64Range(-1_000_000_000, 1_000_000_000).Draw(rt, "minor"), "EUR")
		converted, err := there.Convert(a)
		require.NoError(rt, err)
		again, err := back.Convert(converted)
		require.NoError(rt, err)
		require.InDelta(rt, float64(a.Minor()), float64(again.Minor()), 1)
	})
}

func ExampleDatedRate_Convert() {
	rate := money.DatedRate{Base: "USD", Quote: "EUR", ValidOn: 739747, Rate: "0.92", Source: "bank"}
	euros, _ := rate.Convert(money.Of(100_00, "USD"))
	fmt.Println(euros, "at", rate)
	// Output: EUR 92.00 at USD/EUR 0.92 of 2026-05-11 (bank)
}
