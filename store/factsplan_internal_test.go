package store

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// portfolioSQL fills a schema with 2,000 invoices of 400 customers, each with an item, a case, a step and a task, and a
// deduction on every tenth.
const portfolioSQL = `
INSERT INTO policies (key, kind) VALUES ('standard', 'collection');
INSERT INTO policy_versions (id, key, version, body, hash, created_at, created_by)
SELECT md5('policy')::uuid, 'standard', 1, '{}', sha256('x'), now(), 't';
INSERT INTO installation (creditor_name, creditor_address, remit_to, time_zone, language, calendar, from_address, reply_domain, default_policy)
SELECT 'H', 'a', 'r', 'UTC', 'en', 'none', 'a@h.example', 'h.example', 'standard';
INSERT INTO customers (id, source, number, name, currency, created_at)
SELECT md5('c' || n)::uuid, 't', n::text, 'C', 'EUR', now() FROM generate_series(0, 399) n;
INSERT INTO contacts (id, customer_id, role, email)
SELECT md5('k' || n)::uuid, md5('c' || n)::uuid, 'billing', 'a@b.example' FROM generate_series(0, 399) n;
INSERT INTO invoices (id, source, number, customer_id, invoice_date, currency, amount_minor, amounts_changed_by, created_at)
SELECT md5('i' || n)::uuid, 't', n::text, md5('c' || n % 400)::uuid, '2026-01-01', 'EUR', 100, 't', now() FROM generate_series(0, 1999) n;
INSERT INTO items (id, invoice_id, customer_id, kind, due_date, aging_date, time_zone, currency, original_minor, open_minor)
SELECT md5('t' || n)::uuid, md5('i' || n)::uuid, md5('c' || n % 400)::uuid, 'instalment', '2026-02-01', '2026-02-01', 'UTC', 'EUR', 100, 100
FROM generate_series(0, 1999) n;
INSERT INTO items (id, invoice_id, customer_id, kind, due_date, aging_date, time_zone, currency, original_minor, open_minor)
SELECT md5('d' || n)::uuid, md5('i' || n)::uuid, md5('c' || n % 400)::uuid, 'deduction', '2026-05-01', '2026-02-01', 'UTC', 'EUR', 10, 10
FROM generate_series(0, 1999, 10) n;
INSERT INTO cases (id, kind, customer_id, policy_version_id, state, wake_at, decisions)
SELECT id, 'invoice', customer_id, md5('policy')::uuid, 'active', now(), 1 FROM invoices
UNION ALL
SELECT id, 'deduction', customer_id, md5('policy')::uuid, 'active', now(), 1 FROM items WHERE kind = 'deduction';
INSERT INTO steps (id, item_id, case_id, stage, cycle, attempt, action, state, decided_on)
SELECT md5('s' || id)::uuid, id, invoice_id, 'r1', 1, 1, 'notice', 'done', '2026-02-05' FROM items;
INSERT INTO tasks (id, kind, dedupe, customer_id, invoice_id, item_id, role, summary, due_on, state, created_at)
SELECT md5('a' || id)::uuid, 'stage', id::text, customer_id, invoice_id, id, 'collector', 's', '2026-02-05', 'open', now() FROM items;
INSERT INTO promises (id, customer_id, invoice_id, amount_minor, currency, promised_on, due_on, state, created_by, created_at)
SELECT md5('p' || id)::uuid, customer_id, id, 10, 'EUR', '2026-02-01', '2026-02-10', 'open', 't', now() FROM invoices;
INSERT INTO promise_items (promise_id, item_id, amount_minor)
SELECT md5('p' || invoice_id)::uuid, id, 10 FROM items WHERE kind = 'instalment';
ANALYZE customers, contacts, invoices, items, cases, steps, tasks, promises, promise_items, policies, policy_versions`

// portfolio is a schema of its own with a portfolio, and a connection that plans as the engine's do.
func portfolio(t *testing.T) *pgx.Conn {
	t.Helper()
	url := os.Getenv("ARREARS_TEST_DATABASE_URL")
	require.NotEmpty(t, url, "run the tests with `make test`, which starts a database for them")
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	schema := "plan_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	script, err := SchemaSQL()
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := conn.Exec(context.Background(), "DROP SCHEMA "+schema+" CASCADE")
		require.NoError(t, err)
		require.NoError(t, conn.Close(context.Background()))
	})
	for _, sql := range []string{
		"CREATE SCHEMA " + schema, "SET search_path = " + schema, script, portfolioSQL, "SET plan_cache_mode = force_generic_plan", "SET jit = off",
	} {
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	return conn
}

// plan is how a statement runs, and how many pages it looks at.
func plan(t *testing.T, conn *pgx.Conn, name, sql, types, values string) (text string, pages int) {
	t.Helper()
	_, err := conn.Exec(t.Context(), "PREPARE "+name+" ("+types+") AS "+sql)
	require.NoError(t, err, name)
	// The first run also reads the catalogue, for as much as others' changes to it made the session forget: the second counts.
	var lines []string
	for range 2 {
		rows, err := conn.Query(t.Context(), "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) EXECUTE "+name+" ("+values+")", pgx.QueryExecModeSimpleProtocol)
		require.NoError(t, err, name)
		lines, err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err, name)
	}
	text = strings.Join(lines, "\n")
	var hit, read int
	if at := strings.Index(text, "Buffers: shared "); at >= 0 { // of the whole statement
		line, _, _ := strings.Cut(text[at:], "\n")
		_, _ = fmt.Sscanf(strings.TrimPrefix(line, "Buffers: shared "), "hit=%d", &hit)
		if r := strings.Index(line, "read="); r >= 0 {
			_, _ = fmt.Sscanf(line[r:], "read=%d", &read)
		}
	}
	return text, hit + read
}

// A case file of an invoice, and one of a deduction, touches the rows of its customer alone, whatever else there is.
func TestACaseFileIsFoundByIndex(t *testing.T) {
	t.Parallel()
	conn := portfolio(t)
	now := "'" + time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC).Format(time.RFC3339) + "'"
	for what, key := range map[string]string{"invoice": "i20", "deduction": "d20"} {
		ids := "ARRAY[md5('" + key + "')::uuid]"
		for name, q := range map[string]struct{ sql, types, values string }{
			"head":      {sqlFactsHead, "uuid[], boolean", ids + ", false"},
			"items":     {sqlFactsItems, "uuid[]", ids},
			"blocks":    {sqlFactsBlocks, "uuid[]", ids},
			"promises":  {sqlFactsPromises, "uuid[]", ids},
			"reserve":   {sqlFactsReserve, "uuid[], timestamptz", ids + ", " + now},
			"overdue":   {sqlFactsOverdue, "uuid[], timestamptz, boolean", ids + ", " + now + ", true"},
			"due":       {sqlFactsDue, "uuid[], timestamptz, boolean", ids + ", " + now + ", true"},
			"refused":   {sqlFactsRefused, "uuid[]", ids},
			"tasks":     {sqlFactsTasks, "uuid[]", ids},
			"gathering": {sqlFactsGathering, "uuid[]", ids},
			"together":  {sqlDueTogether, "uuid, text, timestamptz", "md5('" + key + "')::uuid, 'SendNotice', " + now},
		} {
			text, pages := plan(t, conn, what+"_"+name, q.sql, q.types, q.values)
			for _, table := range []string{"invoices", "items", "cases", "steps", "tasks", "customers", "promise_items"} {
				require.False(t, strings.Contains(text, "Seq Scan on "+table+" "), "%s of %s scans %s:\n%s", name, what, table, text)
			}
			require.Less(t, pages, 150, "%s of %s:\n%s", name, what, text)
		}
	}
}
