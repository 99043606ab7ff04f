package money_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode"

	"arrears/domain/money"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDecimal(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]money.Amount{
		"0.00":                  money.Of(0, "EUR"),
		"0.01":                  money.Of(1, "EUR"),
		"-0.01":                 money.Of(-1, "EUR"),
		"0.10":                  money.Of(10, "EUR"),
		"1234.50":               money.Of(123450, "EUR"),
		"1234":                  money.Of(1234, "JPY"),
		"0":                     money.Of(0, "JPY"),
		"-0.005":                money.Of(-5, "KWD"),
		"1.0000":                money.Of(10000, "CLF"),
		"-92233720368547758.08": money.Of(math.MinInt64, "EUR"),
	} {
		require.Equal(t, want, a.Decimal())
	}
	require.Equal(t, "EUR 0.01", money.Of(1, "EUR").String())
	require.Equal(t, "0", money.Amount{}.String())
}

func TestFormat(t *testing.T) {
	t.Parallel()
	a := money.Of(-123456789, "EUR")
	for lang, want := range map[string]string{
		"en":    "-1,234,567.89",
		"en-GB": "-1,234,567.89",
		"de":    "-1.234.567,89",
		"de-DE": "-1.234.567,89",
		"de_DE": "-1.234.567,89",
		"DE":    "-1.234.567,89",
		"de-CH": "-1’234’567.89",
		"de-AT": "-1\u00a0234\u00a0567,89",
		"fr":    "-1\u202f234\u202f567,89",
		"sv-SE": "-1\u00a0234\u00a0567,89",
		"es-MX": "-1,234,567.89",
		"ja":    "-1,234,567.89",
		"":      "-1,234,567.89",
		"xx":    "-1,234,567.89",
	} {
		require.Equal(t, want, a.Format(lang), lang)
	}
}

func TestFormatGroupsByThree(t *testing.T) {
	t.Parallel()
	for want, minor := range map[string]int64{
		"0": 0, "1": 1, "12": 12, "123": 123, "1,234": 1234, "12,345": 12345, "123,456": 123456, "1,234,567": 1234567,
	} {
		require.Equal(t, want, money.Of(minor, "JPY").Format("en"))
	}
	require.Equal(t, "0,05", money.Of(5, "EUR").Format("de"))
	require.Equal(t, "1.000,005", money.Of(1000005, "KWD").Format("de"))
}

// TestFormatOnlyAddsSeparators: whatever the language, the digits are those of Decimal.
func TestFormatOnlyAddsSeparators(t *testing.T) {
	t.Parallel()
	digits := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) || r == '-' {
				return r
			}
			return -1
		}, s)
	}
	rapid.Check(t, func(rt *rapid.T) {
		a := amount(rt, "a")
		lang := rapid.SampledFrom([]string{"en", "de", "fr", "sv", "de-CH", "pt-PT", "zz"}).Draw(rt, "lang")
		formatted := a.Format(lang)
		require.Equal(rt, digits(a.Decimal()), digits(formatted))
		require.NotContains(rt, formatted, " ", "an amount never breaks across lines")
	})
}

func ExampleAmount_Format() {
	a := money.Of(123450, "EUR")
	fmt.Println(a.Decimal(), a.Format("en"), a.Format("de"), a)
	// Output: 1234.50 1,234.50 1.234,50 EUR 1234.50
}
