package store

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/matching"
)

// Numbers are compared in SQL as they are in the domain.
func TestNumbersAreFoldedInSQLAsInGo(t *testing.T) {
	t.Parallel()
	conn := portfolio(t)
	var text []string
	draw := rapid.OneOf(
		rapid.StringMatching(`[A-Za-z]{0,4}[-/ .#]?0{0,3}[0-9]{0,6}[-/ ]?0{0,2}[0-9]{0,4}`),
		rapid.StringN(0, 20, 60),
		rapid.StringOfN(rapid.RuneFrom([]rune("0019aZßÄéſıKİ-_/ \t٣")), 0, 12, -1),
	)
	for n := range 4_000 {
		text = append(text, strings.ReplaceAll(draw.Example(n), "\x00", ""))
	}
	text = append(text, "", "0", "00", "0A0", "INV-0010", "inv 10", "INV-01-001", "000", "A00", "00A00B")
	for n, s := range text {
		text[n] = strings.ToValidUTF8(s, "")
	}
	var numbers, tails []string
	require.NoError(t, conn.QueryRow(t.Context(), `
SELECT array_agg(number_key(x) ORDER BY n), array_agg(tail_key(x) ORDER BY n) FROM unnest($1::text[]) WITH ORDINALITY AS t (x, n)`, text).
		Scan(&numbers, &tails))
	for n, s := range text {
		require.Equal(t, matching.NumberKey(s), numbers[n], "%q", s)
		require.Equal(t, matching.TailKey(s), tails[n], "%q", s)
	}
}
