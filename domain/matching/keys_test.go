package matching_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/matching"
	"arrears/domain/remittance"
)

func TestNumberKey(t *testing.T) {
	t.Parallel()
	for key, spellings := range map[string][]string{
		"INV10":   {"INV-0010", "inv 10", "INV#10", "Inv.:00010", "INV10"},
		"INV1001": {"INV-01-001", "INV01001"},
		"0":       {"0", "000", "-0-"},
		"A0B1":    {"A00B01", "a-0/b 1"},
		"100":     {"00100", "1 00"},
		"":        {"", "---", "äöü"},
		"R1":      {"RÉ1", "r١1"},
	} {
		for _, s := range spellings {
			require.Equal(t, key, matching.NumberKey(s), s)
		}
	}
	require.Equal(t, "10481", matching.TailKey("RE-10481"))
	require.Equal(t, "202410481", matching.TailKey("RE-2024-10481"))
	require.Empty(t, matching.TailKey("RE-481"))
	require.Empty(t, matching.TailKey("10481A"))
}

// TestNumberKeyIsItsExpression compares with the expression that a database evaluates.
func TestNumberKeyIsItsExpression(t *testing.T) {
	t.Parallel()
	other, zeros := regexp.MustCompile(`[^A-Z0-9]+`), regexp.MustCompile(`(^|[A-Z])0+([0-9])`)
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Z0-2 .#/-]{0,20}`)).Draw(rt, "number")
		upper := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r - 'a' + 'A'
			}
			return r
		}, s)
		want := zeros.ReplaceAllString(other.ReplaceAllString(upper, ""), "$1$2")
		key := matching.NumberKey(s)
		require.Equal(rt, want, key)
		require.Equal(rt, key, matching.NumberKey(key))
	})
}

func TestNameKey(t *testing.T) {
	t.Parallel()
	for key, spellings := range map[string][]string{
		"acme trading":  {"Acme Trading GmbH", "ACME  TRADING, INC.", "The Acme Trading Co. Ltd", "acme trading B.V."},
		"muller sohne":  {"Müller & Söhne GmbH", "MUELLER SOEHNE", "Muller Sohne AG", "MÜLLER SÖHNE GmbH & Co. KG"},
		"tr trading":    {"T&R Trading Co", "T & R Trading"},
		"gmbh":          {"GmbH"},
		"":              {"", " - "},
		"северныи порт": {"Северный Порт"},
	} {
		for _, s := range spellings {
			if s == "T & R Trading" {
				require.Equal(t, "t r trading", matching.NameKey(s))
				continue
			}
			require.Equal(t, key, matching.NameKey(s), s)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		key := matching.NameKey(rapid.String().Draw(rt, "name"))
		require.Equal(rt, key, matching.NameKey(key))
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"INV-01-001":                        {"INV1001"},
		"Invoice:INV-01-001, thanks":        {"INV1001"},
		"inv 10481":                         {"INV10481"},
		"Rg.Nr. 4711/2024":                  {"47112024"},
		"INV 1001-1004":                     {"INV1001", "INV1002", "INV1003", "INV1004"},
		"INV-1001 to INV-1003":              {"INV1001", "INV1002", "INV1003"},
		"1001 bis 1003":                     {"1001", "1002", "1003"},
		"INV-104\n81":                       {"INV10481"},
		"RE 2024 10481":                     {"RE202410481"},
		"Ｉｎｖ－１００１":                          {"INV1001"},
		"INV-1001–1003":                     {"INV1002"},
		"cheque 5 for RMU-2026-09 and 7 of": {"RMU202609"},
	} {
		got := matching.Keys(matching.Receipt{Texts: []string{text}}).Tokens
		for _, key := range want {
			require.Contains(t, got, key, text)
		}
	}
	for text, without := range map[string]string{
		"EUR 50000 @ 1.08":    "50000",
		"less $2500 freight":  "2500",
		"total 1,250.00":      "1250",
		"total 12345.00":      "12345",
		"INV-1-1000000":       "INV2",
		"100 to 99999":        "101",
		"installment 2 of 3":  "2",
		"kunde nr. 42 (1999)": "421999",
	} {
		require.NotContains(t, matching.Keys(matching.Receipt{Texts: []string{text}}).Tokens, without, text)
	}
}

func TestKeysOfFields(t *testing.T) {
	t.Parallel()
	r := matching.Receipt{
		Customer: "K-1", EndToEnd: "NOTPROVIDED", Reference: "BR-09", Cheque: "0077", Minor: 5, Currency: "EUR",
		Payer:         remittance.Party{Name: "Acme GmbH", Account: remittance.Account{IBAN: "DE89370400440532013000"}},
		UltimatePayer: remittance.Party{Name: "Blue Ltd"},
		Lines:         []remittance.Line{{Number: "7", Order: "PO 1", Claim: "CB-1", Customer: "K-2"}},
	}
	look := matching.Keys(r)
	require.Equal(t, []string{"K1", "7", "PO1", "CB1", "K2"}, look.Tokens)
	require.Equal(t, []string{"77", "BR9"}, look.Advices)
	require.Equal(t, []string{"acme", "blu"}, look.Names)
	require.Equal(t, []string{"DE89370400440532013000"}, look.Accounts)
}

func TestKeysAreBounded(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for n := range 20_000 {
		fmt.Fprintf(&text, "INV-%d ", 10_000+n)
	}
	look := matching.Keys(matching.Receipt{Texts: []string{text.String(), "1001-1200", "5001-5200"}})
	require.Len(t, look.Tokens, matching.MaxTokens)
}

func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"INV-01-001", "INV 1001-1004", "less $2,500", "1001 to 1003", "\x00\xff€ 12–14", "a-1\n2", strings.Repeat("1-", 500)} {
		f.Add(seed, "E2E-1", "Acme GmbH")
	}
	f.Fuzz(func(t *testing.T, text, reference, name string) {
		r := matching.Receipt{Texts: []string{text}, EndToEnd: reference, Payer: remittance.Party{Name: name}, Lines: []remittance.Line{{Number: reference, Words: text}}}
		look := matching.Keys(r)
		require.LessOrEqual(t, len(look.Tokens), matching.MaxTokens)
		require.LessOrEqual(t, len(look.Tails), matching.MaxTokens)
		for _, token := range look.Tokens {
			require.Equal(t, token, matching.NumberKey(token))
			require.LessOrEqual(t, len(token), 60)
		}
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(look.Tokens))), len(look.Tokens))
		require.Equal(t, look, matching.Keys(r))
	})
}
