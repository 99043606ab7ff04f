package report

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTextsFromFilesAreMadeSafe(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Åsa & Co": "Åsa & Co", "a\tb\nc\rd": "a b c d", "a\x1b[31mred": "a?[31mred", "\u202ecod.exe": "?cod.exe",
		"\u200bhidden": "?hidden", "\x9b31m": "?31m", "a\xffb": "a?b", "bell\x07": "bell?", "日本": "日本", "": "",
	} {
		require.Equal(t, want, clean(given), "%q", given)
	}
}

func TestNumbersHaveSeparators(t *testing.T) {
	t.Parallel()
	for given, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567", -12345: "−12,345"} {
		require.Equal(t, want, number(given))
	}
	require.Equal(t, "+1,000", signed(1000))
	require.Equal(t, "−1", signed(-1))
	require.Equal(t, "0", signed(0))
}

func TestSeparatorsStandEveryThreeDigits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := number(rapid.IntRange(0, 1<<40).Draw(rt, "n"))
		require.Regexp(rt, `^\d{1,3}(,\d{3})*$`, text)
	})
}

func TestOneIsSingular(t *testing.T) {
	t.Parallel()
	require.Equal(t, "1 notice", plural(1, "notice"))
	require.Equal(t, "0 notices", plural(0, "notice"))
	require.Equal(t, "1,200 notices", plural(1200, "notice"))
}

func TestAmountsNameTheirCurrency(t *testing.T) {
	t.Parallel()
	require.Equal(t, "EUR 1,234.50", amount("EUR", 123450))
	require.Equal(t, "JPY 1,234", amount("JPY", 1234))
	require.Equal(t, "KWD 1.234", amount("KWD", 1234))
	require.Equal(t, "5", amount("", 5))
	require.Equal(t, "EUR 1.00, USD 2.00", amounts([]Amount{{"EUR", 100}, {"USD", 200}}))
	require.Equal(t, "–", amounts(nil))
	require.Equal(t, "nothing", prose(nil))
	require.Equal(t, "EUR 1,000.00\nUSD 2.00", perLine([]Amount{{"EUR", 100000}, {"USD", 200}}))
}

func TestSharesAreRounded(t *testing.T) {
	t.Parallel()
	require.Equal(t, "–", share(0, 0))
	require.Equal(t, "0 %", share(0, 7))
	require.Equal(t, "33 %", share(1, 3))
	require.Equal(t, "67 %", share(2, 3))
	require.Equal(t, "100 %", share(7, 7))
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	require.Equal(t, "(none)", label(""))
	require.Equal(t, "2 a, 1 (none)", counts([]Count{{"a", 2}, {"", 1}}))
	require.Equal(t, "no window", Report{}.window())
	require.Equal(t, "2026-01-01 to 2026-03-31", Make(facts()).window())
	require.Equal(t, "none", orNone(""))
}

func TestLongListsAreCut(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a, b", joined([]string{"a", "b"}, 2))
	require.Equal(t, "a, b and 3 more", joined([]string{"a", "b", "c", "d", "e"}, 2))
	require.Empty(t, joined(nil, 2))
}
