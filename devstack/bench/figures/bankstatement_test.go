package figures

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/bench/reading"
)

func TestStatementRows(t *testing.T) {
	t.Parallel()
	ours := []reading.Reading{{Bytes: 1e9, Took: 20 * time.Second, Resident: 80 << 20, Heap: 20 << 20}}
	plain := []reading.Reading{{Bytes: 1e9, Took: 10 * time.Second, Resident: 60 << 20, Heap: 12 << 20}}
	rows := statementRows("camt", 1e9, ours, plain, "tokens")
	require.Len(t, rows, 3)
	require.InDelta(t, 50, rows[0].Ours.Median(), 0.01)
	require.InDelta(t, 0.5, rows[0].Ratio(), 0.01)
	require.Contains(t, rows[0].What, "camt of 1,000 MB")
	met, asked := rows[1].Met()
	require.True(t, met && asked)
	ours[0].Resident = 200 << 20
	met, asked = statementRows("camt", 1e9, ours, plain, "tokens")[1].Met()
	require.True(t, !met && asked, "200 MB are promised, and these are more")
}
