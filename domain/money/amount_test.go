package money_test

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"arrears/domain/fault"
	"arrears/domain/money"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		currency money.Currency
		minor    int64
	}{
		{"0", "EUR", 0}, {"-0", "EUR", 0}, {"0.00", "EUR", 0}, {"1", "EUR", 100}, {"1.5", "EUR", 150}, {"1.50", "EUR", 150},
		{"1234.56", "USD", 123456}, {"-1234.56", "USD", -123456}, {"+7", "USD", 700}, {"007", "USD", 700}, {"-0.01", "USD", -1},
		{"1234", "JPY", 1234}, {"1.234", "KWD", 1234}, {"0.0001", "CLF", 1},
		{"90000000000000.00", "EUR", money.MaxMinor}, {"-90000000000000.00", "EUR", -money.MaxMinor},
		{"9000000000000000", "JPY", money.MaxMinor},
	} {
		a, err := money.Parse(c.text, c.currency)
		require.NoError(t, err, c.text)
		require.Equal(t, money.Of(c.minor, c.currency), a, c.text)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for code, texts := range map[string][]string{
		money.CodeMalformedAmount: {
			"", "-", "+", ".", "1.", ".5", "--1", "+-1", "1,5", "1,234.50", "1 234", " 1", "1 ", "1e3", "0x10", "1.2.3", "١٢", "NaN", "Inf",
			"1_000", "1.-5", "1.+5", strings.Repeat("0", 41),
		},
		money.CodeTooPrecise: {"1.234", "0.001", "-0.000", "1.000000"},
		money.CodeOutOfRange: {"90000000000000.01", "-90000000000000.01", "99999999999999999999999999", "9223372036854775808"},
	} {
		for _, text := range texts {
			_, err := money.Parse(text, "EUR")
			require.Equal(t, code, fault.CodeOf(err), "%q", text)
		}
	}
	_, err := money.Parse("1.0", "JPY")
	require.Equal(t, money.CodeTooPrecise, fault.CodeOf(err))
	_, err = money.Parse("1", "XXX")
	require.Equal(t, money.CodeUnknownCurrency, fault.CodeOf(err))
}

func TestDecimalComesBackFromParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a := amount(rt, "a")
		back, err := money.Parse(a.Decimal(), a.Currency())
		require.NoError(rt, err)
		require.Equal(rt, a, back)
	})
}

func TestAddAndSub(t *testing.T) {
	t.Parallel()
	sum, err := money.Of(150, "EUR").Add(money.Of(-200, "EUR"))
	require.NoError(t, err)
	require.Equal(t, money.Of(-50, "EUR"), sum)
	difference, err := sum.Sub(money.Of(-50, "EUR"))
	require.NoError(t, err)
	require.True(t, difference.IsZero())
}

func TestArithmeticRefuses(t *testing.T) {
	t.Parallel()
	euro, most := money.Of(1, "EUR"), money.Of(money.MaxMinor, "EUR")
	_, err := euro.Add(money.Of(1, "USD"))
	require.Equal(t, money.CodeCurrencyMismatch, fault.CodeOf(err))
	_, err = euro.Sub(money.Amount{})
	require.Equal(t, money.CodeCurrencyMismatch, fault.CodeOf(err))
	_, err = euro.Cmp(money.Of(1, "USD"))
	require.Equal(t, money.CodeCurrencyMismatch, fault.CodeOf(err))
	_, err = most.Add(euro)
	require.Equal(t, money.CodeOutOfRange, fault.CodeOf(err))
	_, err = most.Neg().Sub(euro)
	require.Equal(t, money.CodeOutOfRange, fault.CodeOf(err))
	for _, extreme := range []int64{math.MaxInt64, math.MinInt64} {
		far := money.Of(extreme, "EUR")
		_, err = far.Add(far)
		require.Equal(t, money.CodeOutOfRange, fault.CodeOf(err), "an overflow does not wrap around")
		_, err = money.Of(-5, "EUR").Sub(far)
		require.Equal(t, money.CodeOutOfRange, fault.CodeOf(err))
	}
	require.Equal(t, 1, money.Of(math.MinInt64, "EUR").Neg().Sign())
}

func TestArithmeticLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := within(rt, "a", money.MaxMinor/2), within(rt, "b", money.MaxMinor/2)
		ab, err := a.Add(b)
		require.NoError(rt, err)
		ba, err := b.Add(a)
		require.NoError(rt, err)
		require.Equal(rt, ab, ba)
		back, err := ab.Sub(b)
		require.NoError(rt, err)
		require.Equal(rt, a, back)
		require.Equal(rt, a, a.Neg().Neg())
		require.Equal(rt, -a.Sign(), a.Neg().Sign())
		order, err := a.Cmp(b)
		require.NoError(rt, err)
		difference, err := a.Sub(b)
		require.NoError(rt, err)
		require.Equal(rt, difference.Sign(), order)
	})
}

func TestMulRateRounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor, numerator, denominator int64
		halfUp, halfEven, down, up    int64
	}{
		{100, 2, 100, 2, 2, 2, 2},
		{25, 1, 10, 3, 2, 2, 3},
		{35, 1, 10, 4, 4, 3, 4},
		{-25, 1, 10, -3, -2, -2, -3},
		{25, -1, 10, -3, -2, -2, -3},
		{-25, -1, 10, 3, 2, 2, 3},
		{24, 1, 10, 2, 2, 2, 3},
		{26, 1, 10, 3, 3, 2, 3},
		{1, 1, 3, 0, 0, 0, 1},
		{2, 1, 3, 1, 1, 0, 1},
		{0, 7, 3, 0, 0, 0, 0},
		{5, 0, 3, 0, 0, 0, 0},
		{money.MaxMinor, math.MaxInt64, math.MaxInt64, money.MaxMinor, money.MaxMinor, money.MaxMinor, money.MaxMinor},
	} {
		for rounding, want := range map[money.Rounding]int64{
			money.HalfUp: c.halfUp, money.HalfEven: c.halfEven, money.Down: c.down, money.Up: c.up,
		} {
			got, err := money.Of(c.minor, "EUR").MulRate(c.numerator, c.denominator, rounding)
			require.NoError(t, err)
			require.Equal(t, want, got.Minor(), "%d × %d/%d rounding %d", c.minor, c.numerator, c.denominator, rounding)
			require.Equal(t, money.Currency("EUR"), got.Currency())
		}
	}
}

func TestMulRateRefuses(t *testing.T) {
	t.Parallel()
	a := money.Of(money.MaxMinor, "EUR")
	for _, c := range []struct {
		numerator, denominator int64
		rounding               money.Rounding
		code                   string
	}{
		{1, 0, money.HalfUp, money.CodeInvalidRate},
		{1, -1, money.HalfUp, money.CodeInvalidRate},
		{1, 1, 0, money.CodeInvalidRate},
		{1, 1, 99, money.CodeInvalidRate},
		{2, 1, money.HalfUp, money.CodeOutOfRange},
		{math.MinInt64, 1, money.HalfUp, money.CodeOutOfRange},
		{money.MaxMinor*2 + 1, money.MaxMinor * 2, money.Up, money.CodeOutOfRange},
	} {
		_, err := a.MulRate(c.numerator, c.denominator, c.rounding)
		require.Equal(t, c.code, fault.CodeOf(err), "%d/%d", c.numerator, c.denominator)
	}
}

// TestMulRateIsTheNearest compares with exact rational arithmetic.
func TestMulRateIsTheNearest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a := within(rt, "a", 1_000_000_000)
		n := rapid.Int64Range(-1_000_000, 1_000_000).Draw(rt, "numerator")
		d := rapid.Int64Range(1, 1_000_000).Draw(rt, "denominator")
		exact := new(big.Rat).Mul(big.NewRat(a.Minor(), 1), big.NewRat(n, d))
		for rounding, most := range map[money.Rounding]*big.Rat{
			money.HalfUp: big.NewRat(1, 2), money.HalfEven: big.NewRat(1, 2), money.Down: big.NewRat(1, 1), money.Up: big.NewRat(1, 1),
		} {
			got, err := a.MulRate(n, d, rounding)
			require.NoError(rt, err)
			off := new(big.Rat).Sub(big.NewRat(got.Minor(), 1), exact)
			require.LessOrEqual(rt, new(big.Rat).Abs(off).Cmp(most), 0)
			if rounding == money.Down {
				require.LessOrEqual(rt, new(big.Rat).Abs(big.NewRat(got.Minor(), 1)).Cmp(new(big.Rat).Abs(exact)), 0)
			}
			if rounding == money.Up {
				require.GreaterOrEqual(rt, new(big.Rat).Abs(big.NewRat(got.Minor(), 1)).Cmp(new(big.Rat).Abs(exact)), 0)
			}
			opposite, err := a.Neg().MulRate(n, d, rounding)
			require.NoError(rt, err)
			require.Equal(rt, got.Neg(), opposite, "an amount and its opposite round alike")
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"0", "1.50", "-0.01", "+7", "1,5", "9e9", "90000000000000.00", "."} {
		f.Add(seed, "EUR")
	}
	f.Add("1", "JPY")
	f.Add("0.001", "KWD")
	f.Fuzz(func(t *testing.T, text, currency string) {
		a, err := money.Parse(text, money.Currency(currency))
		if err != nil {
			require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
			require.Zero(t, a)
			return
		}
		require.LessOrEqual(t, a.Minor(), money.MaxMinor)
		require.GreaterOrEqual(t, a.Minor(), -money.MaxMinor)
		back, err := money.Parse(a.Decimal(), a.Currency())
		require.NoError(t, err)
		require.Equal(t, a, back)
	})
}

// amount draws any amount in range in a currency of each number of decimals.
func amount(rt *rapid.T, label string) money.Amount {
	currency := rapid.SampledFrom([]money.Currency{"JPY", "EUR", "KWD", "CLF"}).Draw(rt, label+" currency")
	return money.Of(rapid.Int64Range(-money.MaxMinor, money.MaxMinor).Draw(rt, label), currency)
}

func within(rt *rapid.T, label string, most int64) money.Amount {
	return money.Of(rapid.Int64Range(-most, most).Draw(rt, label), "EUR")
}

func ExampleAmount_MulRate() {
	invoice, _ := money.Parse("882.35", "EUR")
	discount, _ := invoice.MulRate(2, 100, money.HalfUp)
	rest, _ := invoice.Sub(discount)
	fmt.Println(discount.Format("en"), rest.Format("de"))
	// Output: 17.65 864,70
}
