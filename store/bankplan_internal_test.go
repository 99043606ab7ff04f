package store

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// bankSQL adds three accounts with 2,000 payments each in 200 files, names and deposits.
const bankSQL = `
INSERT INTO bank_accounts (id, key, number, state, created_at) SELECT md5('a' || n)::uuid, 'A' || n, n::text, 'new', now() FROM generate_series(0, 2) n;
INSERT INTO bank_files (id, sha256, size, filename, source, state, created_by, created_at, finished_at)
SELECT md5('f' || n)::uuid, sha256(n::text::bytea), 1, 'f', 'api', 'done', 't', now(), now() FROM generate_series(0, 199) n;
INSERT INTO bank_statements (id, file_id, seq, account_id, format, kind, status, from_on, to_on, proof)
SELECT md5('s' || n)::uuid, md5('f' || n)::uuid, 1, md5('a' || n % 3)::uuid, 'mt940', 'end_of_day', 'update', date '2026-01-01' + n, date '2026-01-01' + n, 'proven'
FROM generate_series(0, 199) n;
INSERT INTO receipts (id, source, number, currency, amount_minor, gross_minor, unapplied_minor, value_date, state, created_by, created_at)
SELECT md5('r' || n)::uuid, 'bank', n::text, 'EUR', 100 + n, 100 + n, 100 + n, date '2026-01-01' + n % 200, 'recorded', 't', now() FROM generate_series(0, 5999) n;
INSERT INTO bank_entries (id, account_id, key, part, credit, amount_minor, entry_minor, kinds, currency, booked_on, value_on, told, final_by, receipt_id, outcome, created_at)
SELECT md5('e' || n)::uuid, md5('a' || n % 3)::uuid, 'K' || n, 0, true, 100 + n, 100 + n, 64, 'EUR', date '2026-01-01' + n % 200, date '2026-01-01' + n % 200,
  '{}', md5('s' || n % 200)::uuid, md5('r' || n)::uuid, CASE WHEN n % 500 = 0 THEN 'held' ELSE 'applied' END, now()
FROM generate_series(0, 5999) n;
INSERT INTO bank_entry_names (account_id, key, kind, entry_key) SELECT md5('a' || n % 3)::uuid, 'N' || n, 4, 'K' || n FROM generate_series(0, 5999) n;
INSERT INTO bank_deposits (account_id, booked_on, batch, currency, amount_minor)
SELECT md5('a0')::uuid, date '2026-01-01' + n, b, 'EUR', 100 + n FROM generate_series(0, 499) n, unnest(ARRAY['', '001']) b;
ANALYZE bank_accounts, bank_files, bank_statements, receipts, bank_entries, bank_entry_names, bank_deposits`

// What each batch of a load asks, and what people list, touches the rows that it returns, whatever else there is.
func TestBankFilesAreFoundByIndex(t *testing.T) {
	t.Parallel()
	conn := portfolio(t)
	_, err := conn.Exec(t.Context(), bankSQL)
	require.NoError(t, err)
	const account, day = "md5('a1')::uuid", "'2026-01-05'"
	for name, q := range map[string]struct{ sql, types, values string }{
		"named":        {sqlEntriesNamed, "uuid, text[]", account + ", ARRAY['K4','N7','K10']"},
		"twins":        {sqlEntryTwins, "uuid, date, bigint, char(3), boolean, smallint", account + ", " + day + ", 104, 'EUR', true, 1::smallint"},
		"tellers":      {sqlDayTellers, "uuid, date", account + ", " + day},
		"deposits":     {sqlBankDepositsOf, "uuid[], bigint[], date[], text[], uuid, int, int", "ARRAY[md5('x')::uuid], ARRAY[104], ARRAY[date " + day + "], ARRAY['EUR'], " + account + ", 7, 1"},
		"deposited":    {sqlDepositEntries, "bigint, date, date, text, uuid, smallint", "104, '2026-01-01', '2026-01-09', 'EUR', " + account + ", 128::smallint"},
		"untold":       {sqlEntriesUntold, "uuid, int", "md5('s4')::uuid, 500"},
		"of_a_receipt": {`SELECT` + bankEntryColumns + ` FROM bank_entries e WHERE e.receipt_id = $1 ORDER BY e.id LIMIT 101`, "uuid", "md5('r4')::uuid"},
		"by_outcome":   {`SELECT` + bankEntryColumns + ` FROM bank_entries e WHERE e.outcome = 'held' AND e.id > $1 ORDER BY e.id LIMIT 101`, "uuid", "md5('x')::uuid"},
		"of_days":      {`SELECT` + bankEntryColumns + ` FROM bank_entries e WHERE e.account_id = $1 AND e.booked_on BETWEEN $2 AND $2 ORDER BY e.id LIMIT 101`, "uuid, date", account + ", " + day},
	} {
		text, pages := plan(t, conn, "bank_"+name, q.sql, q.types, q.values)
		for _, table := range []string{"bank_entries", "bank_entry_names", "bank_deposits"} {
			require.NotContains(t, text, "Seq Scan on "+table, "%s:\n%s", name, text)
		}
		require.Less(t, pages, 150, "%s:\n%s", name, text)
		require.NotContains(t, strings.ToLower(text), "rows removed by filter: 5", name)
	}
}
