package store

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a receipt may be about is found by the rows that its words lead to, whatever else there is.
func TestCandidatesAreFoundByIndex(t *testing.T) {
	t.Parallel()
	conn := portfolio(t)
	for _, sql := range []string{
		`UPDATE customers SET name_key = 'c ' || number, parent_id = CASE WHEN number::int > 350 THEN md5('c1')::uuid END`,
		`UPDATE invoices SET purchase_order = 'PO-' || number`, `INSERT INTO receipts (id, source, number, currency, amount_minor, gross_minor, unapplied_minor, value_date, state, created_by, created_at, likely_customer_id)
SELECT md5('r' || n)::uuid, 't', n::text, 'EUR', 100, 100, 100, '2026-01-01', 'recorded', 't', now(), md5('c' || n % 400)::uuid FROM generate_series(0, 1999) n`,
		`ANALYZE`,
	} {
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	for name, q := range map[string]struct{ sql, types, values string }{
		"customers": {sqlFindCustomers, "text[], text[], text[]", "ARRAY['DE1'], ARRAY['c 7'], ARRAY['7','8']"},
		"items":     {sqlFindItems, "text[], text[], bigint[]", "ARRAY['1007','PO12'], ARRAY['1007'], ARRAY[3]::bigint[]"},
		"relatives": {sqlFindRelatives, "uuid[], uuid[]", "ARRAY[md5('c1')::uuid], ARRAY[md5('c2')::uuid]"},
		"advices":   {sqlFindAdvices, "text[], text[], bigint[]", "ARRAY['X1'], ARRAY['EUR'], ARRAY[100]::bigint[]"},
		"owners":    {sqlCashCustomers, "uuid[]", "ARRAY[md5('c1')::uuid]"},
		"rows":      {sqlCashItems, "uuid[], uuid[]", "ARRAY[md5('c1')::uuid], ARRAY[md5('t2')::uuid]"},
		"credits":   {sqlCashCredits, "uuid[]", "ARRAY[md5('c1')::uuid]"},
	} {
		text, pages := plan(t, conn, "cash_"+name, q.sql, q.types, q.values)
		for _, table := range []string{"invoices", "items", "customers", "receipts", "contacts"} {
			require.False(t, strings.Contains(text, "Seq Scan on "+table+" "), "%s scans %s:\n%s", name, table, text)
		}
		require.Less(t, pages, 400, "%s:\n%s", name, text)
	}
}
