package notice

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
)

func TestOneLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                          "",
		"  a \t b\r\nc ":            "a b c",
		"a\x00b":                    "a b",
		"EUR\u00a05":                "EUR\u00a05",
		"evil\u202etxt":             "evil txt",
		strings.Repeat("ä", 20):     strings.Repeat("ä", 9) + "…",
		"bad \xff byte":             "bad byte",
		"para\u2029graph\u2028line": "para grap…",
	} {
		require.Equal(t, want, oneLine(in, 10), in)
	}
}

func TestOneLineIsAlwaysOneLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := oneLine(rapid.String().Draw(rt, "s"), 50)
		require.LessOrEqual(rt, utf8.RuneCountInString(s), 50)
		require.True(rt, utf8.ValidString(s))
		for _, r := range s {
			require.False(rt, unicode.IsControl(r))
		}
		require.Equal(rt, s, oneLine(s, 50), "cleaning twice changes nothing")
	})
}

func TestRows(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"a", "b c", "d"}, rows("a\r\n\n b  c \rd\n"))
	require.Empty(t, rows(" \n\n"))
	require.Len(t, rows(strings.Repeat("x\n", 40)), 12)
}

func TestParagraphs(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"one two", "three"}, paragraphs("\n one\ntwo\n \n\nthree\n"))
	require.Empty(t, paragraphs("\n \n"))
}

func TestWrap(t *testing.T) {
	t.Parallel()
	require.Equal(t, "> aa bb\n> cc", wrap("> ", 8, "aa bb cc"))
	require.Equal(t, "unbreakable\nx", wrap("", 5, "unbreakable x"))
	require.Empty(t, wrap("", 5, " "))
	rapid.Check(t, func(rt *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-zä]{1,9}`)).Draw(rt, "words")
		wrapped := wrap("", 20, strings.Join(words, " "))
		require.Equal(rt, words, append([]string{}, strings.Fields(wrapped)...), "nothing is lost")
		for line := range strings.Lines(wrapped) {
			require.LessOrEqual(rt, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 20)
		}
	})
}

func TestDatesAndDaysInWords(t *testing.T) {
	t.Parallel()
	templates, err := Load(nil)
	require.NoError(t, err)
	d := calendar.MustDate("2026-03-05")
	en, de := templates.languages["en"].words, templates.languages["de"].words
	require.Equal(t, unbroken("5 March 2026"), en.date("date_long", d))
	require.Equal(t, unbroken("5 Mar 2026"), en.date("date_short", d))
	require.Equal(t, unbroken("5. März 2026"), de.date("date_long", d))
	require.Equal(t, "05.03.2026", de.date("date_short", d))
	require.Empty(t, en.date("date_long", 0))
	for days, want := range map[int]string{
		-5: "due in 5 days", -1: "due in 1 day", 0: "due today", 1: "1 day past due", 40: "40 days past due",
	} {
		require.Equal(t, want, en.days(days))
	}
	require.Equal(t, "fällig in 1 Tag", de.days(-1))
}

func TestShippedWordsAreComplete(t *testing.T) {
	t.Parallel()
	templates, err := Load(nil)
	require.NoError(t, err)
	for _, tag := range templates.Languages() {
		w := templates.languages[tag].words
		require.Len(t, w, len(wordKeys)+len(laterKeys), tag)
		require.Empty(t, w.check(), tag)
	}
}

func TestPatternsOnPages(t *testing.T) {
	t.Parallel()
	p := Page{Words: words{"level": "level {n}", "money": "{currency} {amount}"}, Currency: "EUR"}
	text, err := p.Word("level", "n", 2)
	require.NoError(t, err)
	require.Equal(t, "level 2", text)
	_, err = p.Word("nope")
	require.Error(t, err)
	require.Equal(t, "EUR\u00a01.00", p.Money("1.00"))
}
