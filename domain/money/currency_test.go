package money_test

import (
	"slices"
	"strings"
	"testing"

	"arrears/domain/fault"
	"arrears/domain/money"

	"github.com/stretchr/testify/require"
)

func TestExponents(t *testing.T) {
	t.Parallel()
	for code, exponent := range map[money.Currency]int{
		"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "PYG": 0, "UGX": 0, "XAF": 0, "XOF": 0, "XPF": 0, "UYI": 0,
		"USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "HUF": 2, "IDR": 2, "CZK": 2, "TWD": 2, "MGA": 2, "MRU": 2, "AFN": 2,
		"KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3, "IQD": 3, "LYD": 3,
		"CLF": 4, "UYW": 4,
	} {
		require.True(t, code.Valid(), code)
		require.Equal(t, exponent, code.Exponent(), code)
	}
}

func TestOnlyCLFAndUYWHaveFourDecimals(t *testing.T) {
	t.Parallel()
	byExponent := map[int]int{}
	for _, c := range money.Currencies() {
		byExponent[c.Exponent()]++
	}
	require.Equal(t, 2, byExponent[4])
	require.Equal(t, 7, byExponent[3])
	require.Equal(t, 17, byExponent[0])
	require.Len(t, byExponent, 4)
}

func TestCurrenciesAreSortedUniqueAndWellFormed(t *testing.T) {
	t.Parallel()
	all := money.Currencies()
	require.True(t, slices.IsSorted(all))
	require.Len(t, slices.Compact(slices.Clone(all)), len(all))
	for _, c := range all {
		require.Len(t, string(c), 3)
		require.Equal(t, strings.ToUpper(string(c)), string(c))
		parsed, err := money.ParseCurrency(string(c))
		require.NoError(t, err)
		require.Equal(t, c, parsed)
	}
}

func TestParseCurrencyRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "eur", "Eur", "EURO", "EU", " EUR", "EUR ", "XAU", "XTS", "XXX", "ZZZ", "€", strings.Repeat("A", 1000)} {
		c, err := money.ParseCurrency(s)
		require.Equal(t, money.CodeUnknownCurrency, fault.CodeOf(err), s)
		require.Equal(t, fault.Invalid, fault.KindOf(err))
		require.Empty(t, c)
		require.False(t, money.Currency(s).Valid())
		require.Zero(t, money.Currency(s).Exponent())
		require.Less(t, len(err.Error()), 120, "the input is cut in messages")
	}
}
