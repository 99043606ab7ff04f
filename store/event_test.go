package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/audit"
	"arrears/domain/event"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

// feed reads everything, limit at a time, as a follower does.
func (h house) feed(t *testing.T, f port.EventFilter, limit int) (events []event.Event, last int64) {
	t.Helper()
	after := int64(0)
	for {
		var some []event.Event
		before := after
		h.in(t, func(ctx context.Context, tx port.Tx) {
			var err error
			some, after, err = tx.FilterEvents(ctx, after, f, limit)
			require.NoError(t, err)
		})
		require.LessOrEqual(t, len(some), limit)
		events = append(events, some...)
		if after == before {
			require.Empty(t, some)
			return events, after
		}
	}
}

func idsOf(events []event.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.ID)
	}
	return all
}

func TestTheFeedIsTheSealedRecordInPublicWords(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	armed, key, paid := entryOf("case.armed"), entryOf("key.created"), entryOf("receipt.recorded")
	h.record(t, armed, key, paid)
	links := h.sealed(t, 3)
	h.record(t, entryOf("notice.sent")) // not sealed yet
	events, last := h.feed(t, port.EventFilter{}, 1)
	require.Equal(t, []string{"invoice.armed", "receipt.recorded"}, []string{events[0].Type, events[1].Type})
	require.Equal(t, []int64{links[0].Position, links[2].Position}, []int64{events[0].Position, events[1].Position})
	require.Equal(t, int64(3), last)
	require.Equal(t, paid.Data, events[1].Data)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		some, last, err := tx.ListEvents(ctx, 0, []string{"receipt.recorded"}, 10)
		require.NoError(t, err)
		require.Equal(t, []string{paid.ID}, idsOf(some))
		require.Equal(t, int64(3), last)
		tip, err := tx.FeedTip(ctx)
		require.NoError(t, err)
		require.Equal(t, int64(3), tip)
		some, last, err = tx.ListEvents(ctx, 99, nil, 10)
		require.NoError(t, err)
		require.Empty(t, some)
		require.Equal(t, int64(99), last, "it never goes back")
	})
}

func TestTheFeedOfAnEmptyRecord(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	events, last := h.feed(t, port.EventFilter{}, 10)
	require.Empty(t, events)
	require.Zero(t, last)
}

// Filters hide events; they never hold the cursor back.
func TestFiltersDoNotHoldTheCursorBack(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	var entries []audit.Entry
	for n := range 12 {
		e := entryOf([]string{"case.armed", "case.parked", "key.created"}[n%3])
		if n%4 == 1 {
			e.SubjectKind = "notice"
		}
		entries = append(entries, e)
	}
	h.record(t, entries...)
	h.sealed(t, len(entries))
	for _, c := range []struct {
		filter port.EventFilter
		want   []int
	}{
		{port.EventFilter{}, []int{0, 1, 3, 4, 6, 7, 9, 10}},
		{port.EventFilter{Types: []string{"notice.parked"}}, []int{1}},
		{port.EventFilter{Types: []string{"invoice.parked"}}, []int{4, 7, 10}},
		{port.EventFilter{Types: []string{"invoice.parked", "notice.parked"}}, []int{1, 4, 7, 10}},
		{port.EventFilter{Types: []string{"notice.sent"}}, nil},
		{port.EventFilter{CustomerID: someID(uuid.MustParse(entries[4].CustomerID))}, []int{4}},
		{port.EventFilter{InvoiceID: someID(uuid.MustParse(entries[6].InvoiceID))}, []int{6}},
		{port.EventFilter{InvoiceID: someID(uuid.MustParse(entries[6].InvoiceID)), Types: []string{"notice.sent"}}, nil},
	} {
		var want []string
		for _, n := range c.want {
			want = append(want, entries[n].ID)
		}
		for _, limit := range []int{1, 2, 5, 100} {
			got, last := h.feed(t, c.filter, limit)
			require.Equal(t, want, idsOf(got), "%+v, %d at a time", c.filter, limit)
			require.Equal(t, int64(len(entries)), last)
		}
	}
}

// fill writes n sealed entries of one action straight into the table; nobody verifies their hashes.
func fill(t *testing.T, url string, n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `
INSERT INTO audit_entries (id, at, actor, action, subject_kind, subject_id, customer_id, position, prev_hash, hash)
SELECT gen_random_uuid(), now(), 'engine', 'case.armed', 'case', gen_random_uuid(), gen_random_uuid(), n, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
FROM generate_series(1, $1::bigint) AS n`, n)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `ANALYZE audit_entries`)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

// One read looks at a bounded stretch, whatever the filters, and by the index of positions.
func TestOneReadOfTheFeedIsBounded(t *testing.T) {
	t.Parallel()
	db, url := testkit.DB(t)
	h := house{DB: db}
	const n = 3*port.MaxEventScan + 7
	fill(t, url, n)
	var steps []int64
	after := int64(0)
	for range 10 {
		h.in(t, func(ctx context.Context, tx port.Tx) {
			events, last, err := tx.ListEvents(ctx, after, []string{"notice.sent"}, 50)
			require.NoError(t, err)
			require.Empty(t, events)
			after = last
		})
		steps = append(steps, after)
	}
	require.Equal(t, []int64{port.MaxEventScan, 2 * port.MaxEventScan, 3 * port.MaxEventScan, n, n}, steps[:5])
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.WithoutCancel(t.Context()))) }()
	for name, args := range map[string][]any{
		"all":      {int64(9000), int64(14000), nil, nil, nil, 50},
		"types":    {int64(9000), int64(14000), nil, nil, []string{"notice.sent"}, 50},
		"customer": {int64(9000), int64(14000), newID(), nil, nil, 50},
	} {
		plan := explain(t, conn, store.EventQuery, args...)
		t.Log(name + "\n" + plan)
		require.NotContains(t, plan, "Seq Scan", name)
		require.LessOrEqual(t, rowsLookedAt(t, conn, store.EventQuery, args...), float64(port.MaxEventScan), name)
	}
}

func explain(t *testing.T, conn *pgx.Conn, query string, args ...any) string {
	t.Helper()
	rows, err := conn.Query(t.Context(), "EXPLAIN ANALYZE "+query, args...)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return strings.Join(lines, "\n")
}

// rowsLookedAt counts the rows that the scan of the table read, those that the filter dropped included.
func rowsLookedAt(t *testing.T, conn *pgx.Conn, query string, args ...any) float64 {
	t.Helper()
	var raw []byte
	require.NoError(t, conn.QueryRow(t.Context(), "EXPLAIN (ANALYZE, FORMAT JSON) "+query, args...).Scan(&raw))
	var plans []map[string]any
	require.NoError(t, json.Unmarshal(raw, &plans))
	var count func(node map[string]any) float64
	count = func(node map[string]any) float64 {
		most := 0.0
		if strings.Contains(fmt.Sprint(node["Node Type"]), "Scan") {
			removed, _ := node["Rows Removed by Filter"].(float64)
			actual, _ := node["Actual Rows"].(float64)
			most = removed + actual
		}
		children, _ := node["Plans"].([]any)
		for _, child := range children {
			most = max(most, count(child.(map[string]any)))
		}
		return most
	}
	return count(plans[0]["Plan"].(map[string]any))
}

func TestEventsKeepTheOrderOfTheirTransaction(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	entries := []audit.Entry{entryOf("receipt.recorded"), entryOf("receipt.applied"), entryOf("case.closed")}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for _, e := range entries {
			require.NoError(t, tx.Audit(ctx, e))
		}
	})
	h.sealed(t, 3)
	events, _ := h.feed(t, port.EventFilter{}, 2)
	require.True(t, slices.Equal([]string{entries[0].ID, entries[1].ID, entries[2].ID}, idsOf(events)))
}
