package dispute_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "arrears/domain/dispute"
)

func TestNormalForm(t *testing.T) {
	t.Parallel()
	for form, spellings := range map[string][]string{
		"":                   {"", "  ", "-", "…", "\x00\xff", "́"},
		"freight":            {"freight", " FREIGHT ", "Freight.", "«freight»"},
		"heb":                {"H-E-B", "h.e.b.", "HEB", "H E B"},
		"bjs wholesale club": {"BJ's Wholesale Club", "bj’s  wholesale-club"},
		"osd":                {"OS&D", "OSD", "O.S.&D."},
		"bill back mcb":      {"Bill Back / MCB", "bill-back (MCB)"},
		"uberfallig strasse": {"Überfällig, Straße", "UBERFALLIG STRASSE", "Überfällig STRAẞE"},
		"dano lodz aero":     {"daño Łódź ærø", "dano łódź aerø"},
		"rc 012":             {"RC-012", "rc 012", "ＲＣ－０１２"},
		"1 2 3":              {"1 2 3", "1-2-3"},
		"不足":                 {"不足", " 不足。"},
		"ab cd":              {"a b cd", "A.B. CD"},
	} {
		for _, s := range spellings {
			require.Equal(t, form, NormalForm(s), "%q", s)
		}
	}
}

func TestALongSpellingIsCutBetweenWords(t *testing.T) {
	t.Parallel()
	form := NormalForm(strings.Repeat("shortage ", 100))
	require.LessOrEqual(t, utf8.RuneCountInString(form), 200)
	require.True(t, strings.HasSuffix(form, "shortage"))
	require.Len(t, NormalForm(strings.Repeat("x", 1000)), 200, "one long word is cut within")
	require.Equal(t, 200, utf8.RuneCountInString(NormalForm(strings.Repeat("ж", 1000))))
}

func TestTheNormalFormOfANormalFormIsItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		form := NormalForm(rapid.String().Draw(t, "text"))
		require.Equal(t, form, NormalForm(form))
		require.Equal(t, form, NormalForm(strings.ToUpper(form)), "case does not matter")
	})
}

func FuzzNormalForm(f *testing.F) {
	for _, s := range []string{"", "Frieght", "H-E-B", "OS&D", "Straße İIıi ﬁ ㎅ \xff", "a b c de f g", "ǅ ŉ ẞ", strings.Repeat("a b ", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		form := NormalForm(s)
		require.Equal(t, form, NormalForm(form), "the normal form of a normal form is itself")
		require.True(t, utf8.ValidString(form))
		require.LessOrEqual(t, utf8.RuneCountInString(form), 200)
		require.NotContains(t, form, "  ")
		require.Equal(t, strings.TrimSpace(form), form)
		require.NotContains(t, form, "\x00")
		require.Equal(t, form, NormalForm("  "+s+" . "))
	})
}
