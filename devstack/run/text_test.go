package run

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestLinesAreFoldedBetweenWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"one two", "three"}, folded("one  two three", 8))
	require.Equal(t, []string{"a", "verylongword", "b"}, folded("a verylongword b", 5), "a word stays whole")
	require.Equal(t, []string{""}, folded("  ", 5))
	require.Equal(t, "EUR 1  one\n         two", hanging("EUR 1  ", "one two", 5, "  "))
}

// Whatever is told, folding loses no word and no line is wider than it may be unless one word is.
func TestFoldingKeepsEveryWord(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		width := rapid.IntRange(1, 40).Draw(t, "width")
		lines := folded(text, width)
		require.Equal(t, strings.Fields(text), strings.Fields(strings.Join(lines, " ")))
		for _, line := range lines {
			require.True(t, utf8.RuneCountInString(line) <= width || len(strings.Fields(line)) == 1, "%q", line)
		}
	})
}
