package store

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// PostgreSQL does not use what it knows of a partial index's expression: whatever is compared there counts as one of 200 values,
// so a list by it walks the ids of a large table. Statistics of the same expression mend that.
func TestTextOfAPartialIndexHasStatistics(t *testing.T) {
	t.Parallel()
	conn := portfolio(t)
	rows, err := conn.Query(t.Context(), `
SELECT i.indexrelid::regclass::text || ': ' || e.text, EXISTS (
    SELECT FROM pg_statistic_ext s WHERE s.stxrelid = i.indrelid AND e.text = ANY(pg_get_statisticsobjdef_expressions(s.oid)))
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = current_schema()::regnamespace
JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.atttypid = 'text'::regtype
CROSS JOIN LATERAL (SELECT pg_get_indexdef(i.indexrelid, a.attnum, false) AS text) e
WHERE i.indpred IS NOT NULL AND i.indkey[a.attnum - 1] = 0`)
	require.NoError(t, err)
	type told struct {
		Expression string
		Known      bool
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[told])
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(all), 5, "references of claims and receipts, orders, credit memos")
	for _, e := range all {
		require.True(t, e.Known, e.Expression)
	}
}
