package claimlist

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/intake"
	"arrears/domain/money"
)

// american and european are profiles of lists whose amounts are written the one or the other way.
func american() *Profile {
	return &Profile{Decimal: ".", Thousands: usualThousands("."), Signs: map[string]money.Currency{"$": "USD"}, Currency: "USD"}
}

func european() *Profile {
	return &Profile{Decimal: ",", Thousands: usualThousands(","), Signs: map[string]money.Currency{"€": "EUR"}, Currency: "EUR"}
}

func TestAmountsAsCustomersWriteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		profile  *Profile
		stated   money.Currency
		minor    int64
		currency money.Currency
	}{
		{"$1,060.38", american(), "", 1_060_38, "USD"},
		{" $ 1,060.38 ", american(), "", 1_060_38, "USD"},
		{"(120.00)", american(), "", -120_00, "USD"},
		{"($1,060.38)", american(), "USD", -1_060_38, "USD"},
		{"$(1,060.38)", american(), "", 0, ""},
		{"-$5", american(), "", -5_00, "USD"},
		{"$-5.1", american(), "", -5_10, "USD"},
		{"5.00-", american(), "", -5_00, "USD"},
		{"−5.00", american(), "", -5_00, "USD"},
		{"USD 1,060.38", american(), "", 1_060_38, "USD"},
		{"1060.38 CAD", american(), "", 1_060_38, "CAD"},
		{".5", american(), "", 50, "USD"},
		{"1,234,567.89", american(), "", 1_234_567_89, "USD"},
		{"1'234.50", american(), "", 1_234_50, "USD"},
		{"1,060", american(), "", 1_060_00, "USD"},
		{"12.5000", american(), "", 12_50, "USD"},
		{"1.060,38", european(), "", 1_060_38, "EUR"},
		{"1\u00a0060,38 €", european(), "", 1_060_38, "EUR"},
		{"€ 1.060.000", european(), "", 1_060_000_00, "EUR"},
		{"1060", american(), "JPY", 1060, "JPY"},
		{"1.060", american(), "KWD", 1060, "KWD"},
		{"0", american(), "", 0, "USD"},
	} {
		minor, currency, code := c.profile.readAmount(c.text, c.stated)
		if c.currency == "" {
			require.Equal(t, intake.CodeMalformedAmount, code, c.text)
			continue
		}
		require.Empty(t, code, c.text)
		require.Equal(t, c.minor, minor, c.text)
		require.Equal(t, c.currency, currency, c.text)
	}
}

func TestAmountsThatNobodyCanRead(t *testing.T) {
	t.Parallel()
	none := &Profile{Decimal: ".", Thousands: []string{","}}
	for _, c := range []struct {
		text    string
		profile *Profile
		stated  money.Currency
		code    string
	}{
		{"", american(), "", intake.CodeMalformedAmount},
		{"$", american(), "", intake.CodeMalformedAmount},
		{"much", american(), "", intake.CodeMalformedAmount},
		{"(120.00", american(), "", intake.CodeMalformedAmount},
		{"-(120.00)", american(), "", intake.CodeMalformedAmount},
		{"(-120.00)", american(), "", intake.CodeMalformedAmount},
		{"--5", american(), "", intake.CodeMalformedAmount},
		{"$$5", american(), "", intake.CodeMalformedAmount},
		{"1,06.38", american(), "", intake.CodeMalformedAmount},
		{"1,060,38", american(), "", intake.CodeMalformedAmount},
		{"1 060,38", american(), "", intake.CodeMalformedAmount},
		{"1,060 000.00", american(), "", intake.CodeMalformedAmount},
		{"1.2.3", american(), "", intake.CodeMalformedAmount},
		{"5.", american(), "", intake.CodeMalformedAmount},
		{"1e3", american(), "", intake.CodeMalformedAmount},
		{"٣", american(), "", intake.CodeMalformedAmount},
		{strings.Repeat("9", 40), american(), "", intake.CodeMalformedAmount},
		{"1.060", american(), "", CodeAmbiguousAmount},
		{"1,060", european(), "", CodeAmbiguousAmount},
		{"1.060", american(), "JPY", CodeAmbiguousAmount},
		{"1.0601", american(), "", intake.CodeTooPrecise},
		{"$5.00", american(), "CAD", CodeCurrencyDiffers},
		{"5.00 EUR", american(), "USD", CodeCurrencyDiffers},
		{"5.00", none, "", intake.CodeUnknownCurrency},
		{"£5.00", american(), "", intake.CodeUnknownCurrency},
	} {
		_, _, code := c.profile.readAmount(c.text, c.stated)
		require.Equal(t, c.code, code, "%q", c.text)
	}
}

// Whatever a person or a spreadsheet does to an amount comes back as the same amount.
func TestAnAmountComesBackFromEveryDress(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		minor := rapid.Int64Range(1, 9_000_000_000_000).Draw(rt, "minor")
		p, sign := american(), "$"
		if rapid.Bool().Draw(rt, "european") {
			p, sign = european(), "€"
		}
		plain := money.Of(minor, p.Currency).Decimal()
		whole, fraction, _ := strings.Cut(plain, ".")
		if sep := rapid.SampledFrom(append([]string{""}, p.Thousands...)).Draw(rt, "separator"); sep != "" {
			whole = grouping(whole, sep)
		}
		written := whole + p.Decimal + fraction
		negative := false
		switch rapid.IntRange(0, 5).Draw(rt, "dress") {
		case 0:
			written = sign + written
		case 1:
			written = written + " " + sign
		case 2:
			written, negative = "("+sign+written+")", true
		case 3:
			written, negative = "-"+written, true
		case 4:
			written = string(p.Currency) + " " + written
		}
		got, currency, code := p.readAmount("  "+written+" ", "")
		require.Empty(rt, code, written)
		require.Equal(rt, p.Currency, currency)
		if negative {
			got = -got
		}
		require.Equal(rt, minor, got, written)
	})
}

func grouping(digits, sep string) string {
	var groups []string
	for len(digits) > 3 {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, groups...), sep)
}

func TestDatesOfManyShapes(t *testing.T) {
	t.Parallel()
	p := layouts(t, "YYYY-MM-DD", "MM/DD/YYYY", "M/D/YYYY", "M/D/YY", "DD-MMM-YYYY", "DD-MMM-YY", "MMM D, YYYY", "YYYYMMDD", "DD.MM.YYYY")
	p.Excel = true
	for _, text := range []string{
		"2026-03-04", "03/04/2026", "3/4/2026", "3/4/26", "04-Mar-2026", "04-MAR-26", "March 4, 2026", "Mar 4, 2026", "mar 4,  2026", "20260304",
		"04.03.2026", "2026-03-04T00:00:00Z", "2026-03-04 13:45", "3/4/2026 1:45:10 PM", "2026-03-04T10:00:00.123+02:00", "46085",
	} {
		days := p.readDate(text)
		require.Len(t, days, 1, text)
		require.Equal(t, "2026-03-04", days[0].String(), text)
	}
	for _, text := range []string{"", "tomorrow", "2026-02-30", "13/14/2026", "4 March", "19999", "80001", "00001", "1e4", "2026-03-04 25:99 oclock"} {
		require.Empty(t, p.readDate(text), text)
	}
}

func TestAnAmbiguousDateIsNeverGuessed(t *testing.T) {
	t.Parallel()
	p := layouts(t, "DD/MM/YYYY", "MM/DD/YYYY")
	days := p.readDate("03/04/2026")
	require.Len(t, days, 2)
	require.Equal(t, "2026-04-03", days[0].String())
	require.Equal(t, "2026-03-04", days[1].String())
	require.Len(t, p.readDate("25/04/2026"), 1, "there is no month 25")
	require.Len(t, p.readDate("04/04/2026"), 1, "both readings are the same day")
}

func layouts(t *testing.T, texts ...string) *Profile {
	t.Helper()
	p := &Profile{}
	for _, text := range texts {
		layout, err := intake.ParseLayout(text)
		require.NoError(t, err, text)
		p.Dates = append(p.Dates, layout)
	}
	return p
}

// Two readers of one text never disagree: where any of the layouts reads a day, it is among those returned.
func TestEveryReadingOfADateIsTold(t *testing.T) {
	t.Parallel()
	p := layouts(t, "DD/MM/YYYY", "MM/DD/YYYY", "YYYY/MM/DD")
	rapid.Check(t, func(rt *rapid.T) {
		a, b := rapid.IntRange(1, 31).Draw(rt, "a"), rapid.IntRange(1, 31).Draw(rt, "b")
		text := fmt.Sprintf("%02d/%02d/%d", a, b, rapid.IntRange(1990, 2060).Draw(rt, "year"))
		days := p.readDate(text)
		for _, layout := range p.Dates {
			if day, ok := layout.Parse(text); ok {
				require.Contains(rt, days, day)
			}
		}
		if a <= 12 && b <= 12 && a != b {
			require.Len(rt, days, 2, text)
		}
	})
}
