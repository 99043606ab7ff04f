package store_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

const (
	older = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
	newer = "00-0123456789abcdef0123456789abcdef-fedcba9876543210-01"
)

type spanKey struct{}

// spanIn is a context whose span is the text.
func spanIn(t *testing.T, text string) context.Context {
	t.Helper()
	return context.WithValue(t.Context(), spanKey{}, text)
}

func readSpan(ctx context.Context) string {
	text, _ := ctx.Value(spanKey{}).(string)
	return text
}

// statements counts what a tracer sees.
type statements struct{ seen []string }

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.seen = append(s.seen, data.SQL)
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// tracedDB is a database whose transactions carry what spanIn put into their context.
func tracedDB(t *testing.T, tracer pgx.QueryTracer) *store.DB {
	t.Helper()
	_, address := testkit.DB(t)
	db, err := store.Open(t.Context(), address, store.Traced(tracer, readSpan))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

func leave(t *testing.T, db *store.DB, parent string, n port.Nudge) {
	t.Helper()
	require.NoError(t, db.InTx(spanIn(t, parent), func(ctx context.Context, tx port.Tx) error {
		return tx.Write(ctx, port.Work{Nudges: []port.Nudge{n}})
	}))
}

func spans(t *testing.T, db *store.DB) map[uuid.UUID]string {
	t.Helper()
	list, err := db.Nudges(t.Context(), 100)
	require.NoError(t, err)
	found := map[uuid.UUID]string{}
	for _, n := range list {
		found[n.SubjectID] = n.Traceparent
	}
	return found
}

// A row of the outbox carries the span that left it; rows that meet keep the newest, and one that was not traced erases none.
func TestARowOfTheOutboxCarriesItsSpan(t *testing.T) {
	t.Parallel()
	db := tracedDB(t, nil)
	row := func() port.Nudge {
		id := newID()
		return port.Nudge{WorkflowID: "invoice/" + id.String(), SubjectID: id, Kind: "invoice", FirstAction: "Review"}
	}
	met, untraced, copied := row(), row(), row()
	leave(t, db, older, met)
	require.Equal(t, older, spans(t, db)[met.SubjectID])
	leave(t, db, newer, met)
	require.Equal(t, newer, spans(t, db)[met.SubjectID])
	leave(t, db, "", met)
	leave(t, db, "", untraced)
	require.NoError(t, db.InTx(spanIn(t, older), func(ctx context.Context, tx port.Tx) error {
		return tx.WriteNew(ctx, port.Work{Nudges: []port.Nudge{copied}})
	}))
	require.Equal(t, map[uuid.UUID]string{met.SubjectID: newer, untraced.SubjectID: "", copied.SubjectID: older}, spans(t, db))
}

// What is no trace context never becomes part of a statement.
func TestOnlyATraceContextIsSaid(t *testing.T) {
	t.Parallel()
	var seen statements
	db := tracedDB(t, &seen)
	for _, text := range []string{"", "x", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-0'", "00-0123456789ABCDEF0123456789abcdef-0123456789abcdef-01",
		"0'-0123456789abcdef0123456789abcdef-0123456789abcdef-01", older + ";", "00_0123456789abcdef0123456789abcdef-0123456789abcdef-01"} {
		seen.seen = nil
		require.NoError(t, db.InTx(spanIn(t, text), func(context.Context, port.Tx) error { return nil }))
		require.Equal(t, []string{"begin", "commit"}, seen.seen, text)
	}
	seen.seen = nil
	require.NoError(t, db.InTx(spanIn(t, older), func(context.Context, port.Tx) error { return nil }))
	require.Equal(t, []string{"begin; set local arrears.traceparent = '" + older + "'", "commit"}, seen.seen, "no round trip more")
}

// BenchmarkTransaction compares a transaction that nobody traces with one of a database that could trace and does not.
func BenchmarkTransaction(b *testing.B) {
	_, address := testkit.DB(b)
	for name, options := range map[string][]store.Option{"off": nil, "unsampled": {store.Traced(nil, readSpan)}} {
		b.Run(name, func(b *testing.B) {
			db, err := store.Open(b.Context(), address, options...)
			require.NoError(b, err)
			defer db.Close()
			for b.Loop() {
				require.NoError(b, db.InTx(b.Context(), func(context.Context, port.Tx) error { return nil }))
			}
		})
	}
}
