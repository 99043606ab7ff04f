package app

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/intake"
)

// However a window is split, every row is in one part, parts keep the file's order, and no two share a customer, a number
// or a name.
func TestSplitKeepsTogetherWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(drawRow), 1, 1500).Draw(t, "rows")
		line := map[*importRow]int{}
		for i, row := range rows {
			line[row] = i
		}
		owner := map[bond]int{}
		total := 0
		for part, list := range split(rows, rapid.IntRange(1, importParts).Draw(t, "parts")) {
			total += len(list)
			require.True(t, slices.IsSortedFunc(list, func(a, b *importRow) int { return line[a] - line[b] }))
			for _, row := range list {
				for _, b := range bonds(row) {
					other, known := owner[b]
					require.True(t, !known || other == part, "%v is in two parts", b)
					owner[b] = part
				}
			}
		}
		require.Equal(t, len(rows), total)
	})
}

func drawRow(t *rapid.T) *importRow {
	row := &importRow{}
	row.Number = rapid.SampledFrom([]string{"", fmt.Sprint("R", rapid.IntRange(0, 5000).Draw(t, "number"))}).Draw(t, "any")
	if rapid.IntRange(0, 9).Draw(t, "readable") > 0 {
		customer := rapid.IntRange(0, 800).Draw(t, "customer")
		row.Row = &intake.Row{Number: row.Number, CustomerNumber: fmt.Sprint("C", customer), NameKey: fmt.Sprint("name ", customer/2)}
	}
	return row
}

func TestSplitIsEven(t *testing.T) {
	t.Parallel()
	var rows []*importRow
	for i := range importWindow {
		row := &importRow{}
		row.Number = fmt.Sprint("R", i)
		row.Row = &intake.Row{Number: row.Number, CustomerNumber: fmt.Sprint("C", i/10)}
		rows = append(rows, row)
	}
	parts := split(rows, 4)
	require.Len(t, parts, 4)
	for _, list := range parts {
		require.Len(t, list, importWindow/4)
	}
	require.Len(t, split(rows[:importPartRows], 4), 1, "a few rows are one transaction")
}
