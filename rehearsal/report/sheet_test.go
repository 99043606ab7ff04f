package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTablesAlign(t *testing.T) {
	t.Parallel()
	s := newSheet(80)
	s.table([]string{"customer", ">open"}, [][]string{{"Åsa & Co", "1,234.50"}, {"B", "5.00"}})
	require.Equal(t, "  customer      open\n  Åsa & Co  1,234.50\n  B             5.00\n", s.b.String())
}

func TestWordsGiveWayAndNumbersStay(t *testing.T) {
	t.Parallel()
	s := newSheet(60)
	long := strings.Repeat("name ", 20)
	s.table([]string{"name", "other", ">amount"}, [][]string{{long, long[:30], "EUR 1,234,567.89"}})
	for _, line := range strings.Split(s.b.String(), "\n") {
		require.LessOrEqual(t, size(line), 60)
	}
	require.Contains(t, s.b.String(), "EUR 1,234,567.89")
	require.Contains(t, s.b.String(), "…")
}

func TestATableOfNumbersAloneIsNotCut(t *testing.T) {
	t.Parallel()
	s := newSheet(60)
	s.table([]string{">a", ">b"}, [][]string{{strings.Repeat("1", 40), strings.Repeat("2", 40)}})
	require.Contains(t, s.b.String(), strings.Repeat("1", 40)+"  "+strings.Repeat("2", 40))
}

func TestAnEmptyTableSaysSo(t *testing.T) {
	t.Parallel()
	s := newSheet(80)
	s.table([]string{"a"}, nil)
	require.Equal(t, "  none\n", s.b.String())
}

func TestTheWidthHasBounds(t *testing.T) {
	t.Parallel()
	require.Equal(t, minWidth, newSheet(0).width)
	require.Equal(t, minWidth, newSheet(-3).width)
	require.Equal(t, 120, newSheet(120).width)
	require.Equal(t, maxWidth, newSheet(10_000).width)
}

func TestParagraphsBreakBetweenWords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zä]{1,90}`), 0, 20).Draw(rt, "words")
		indent := rapid.IntRange(0, 8).Draw(rt, "indent")
		s := newSheet(60)
		s.paragraph(indent, strings.Join(words, " "))
		require.Len(rt, strings.Fields(s.b.String()), len(words))
		for _, line := range strings.Split(strings.TrimSuffix(s.b.String(), "\n"), "\n") {
			require.LessOrEqual(rt, size(line), 60)
			require.True(rt, len(words) == 0 || strings.HasPrefix(line, strings.Repeat(" ", indent)))
		}
	})
}

func TestBarsAreSeenWhenThereIsSomething(t *testing.T) {
	t.Parallel()
	require.Equal(t, "██████████", bar(7, 7, 10))
	require.Equal(t, "█████", bar(5, 10, 10))
	require.Equal(t, "█", bar(1, 1000, 10))
	require.Empty(t, bar(0, 10, 10))
	require.Empty(t, bar(1, 0, 10))
}

func TestCutKeepsLetters(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Åsa", cut("Åsa", 3))
	require.Equal(t, "Ås…", cut("Åsa & Co", 3))
	require.Equal(t, "…", cut("Åsa", 1))
	require.Equal(t, "…", cut("Åsa", 0))
}
