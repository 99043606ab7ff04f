package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/internal/testkit"
	"arrears/port"
)

func take(t *testing.T, h house, asOf string, missed ...calendar.Date) (s port.Snapshot) {
	t.Helper()
	h.in(t, func(ctx context.Context, tx port.Tx) {
		var err error
		s, err = tx.TakeSnapshot(ctx, census.Due{AsOf: date(asOf), MonthEnd: date(asOf).EndOfMonth(), Opening: len(missed) == 0, Missed: missed}, noon)
		require.NoError(t, err)
	})
	return s
}

// The items as they stood are kept by day, currency and age, and never change.
func TestASnapshotKeepsTheItemsAsTheyStand(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := take(t, h, "2026-03-31", date("2026-02-28"))
	require.Equal(t, []port.SnapshotSum{
		{Currency: "EUR", Bucket: "current", Items: 1, OpenMinor: 70000, CollectableMinor: 70000},
		{Currency: "EUR", Bucket: "31-60", Items: 1, OpenMinor: 30000, CollectableMinor: 30000},
	}, s.Sums)
	require.Equal(t, []calendar.Date{date("2026-02-28")}, s.Missed)
	require.EqualValues(t, 2, s.Items)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		last, err := tx.LastSnapshot(ctx)
		require.NoError(t, err)
		require.Equal(t, date("2026-03-31"), last)
	})
	items := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[port.SnapshotItem], error) {
		return tx.ListSnapshotItems(ctx, port.SnapshotFilter{AsOf: date("2026-03-31"), CustomerID: someID(h.customer.ID), Currency: "EUR"}, p)
	})
	require.Len(t, items, 2)
	h.refuses(t, "record.exists", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.TakeSnapshot(ctx, census.Due{AsOf: date("2026-03-31")}, noon)
		return err
	})
	h.refuses(t, "snapshot.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Snapshot(ctx, date("2026-01-31"))
		return err
	})
}

// An item that was closed is in the next snapshot, and in none after that.
func TestAClosedItemIsToldOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	take(t, h, "2026-02-28")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		item := h.invoice.Items[0]
		item.WrittenOffMinor, item.OpenMinor = item.OpenMinor, 0
		require.NoError(t, tx.UpdateItem(ctx, item))
	})
	require.EqualValues(t, 2, take(t, h, "2026-03-31").Items)
	require.EqualValues(t, 1, take(t, h, "2026-04-30").Items)
	list := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[port.Snapshot], error) {
		return tx.ListSnapshots(ctx, p)
	})
	require.Len(t, list, 3)
	require.Equal(t, date("2026-04-30"), list[0].AsOf)
	require.NotEmpty(t, list[2].Sums)
}

// Snapshots are records: not even the owner changes one by mistake.
func TestASnapshotNeverChanges(t *testing.T) {
	t.Parallel()
	db, url := testkit.DB(t)
	h := house{DB: db, customer: customerOf("K-1")}
	h.invoice = invoiceOf(h.customer.ID, "R-1")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertCustomer(ctx, h.customer))
		require.NoError(t, tx.InsertInvoice(ctx, h.invoice))
	})
	take(t, h, "2026-03-31")
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	for _, table := range []string{"snapshots", "snapshot_items", "snapshot_sums"} {
		for _, sql := range []string{"UPDATE " + table + " SET as_of = as_of", "DELETE FROM " + table} {
			_, err := conn.Exec(t.Context(), sql)
			require.ErrorContains(t, err, "do not change", sql)
		}
	}
}

// Answers that are too old are swept away, a batch at a time; younger ones stay.
func TestOldAnswersAreSweptAway(t *testing.T) {
	t.Parallel()
	db, url := testkit.DB(t)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	_, err = conn.Exec(t.Context(), `
INSERT INTO idempotency (principal, key, method_path, request_hash, created_at)
SELECT 'p', n::text, 'POST /', '', clock_timestamp() - make_interval(days => n) FROM generate_series(25, 34) n`)
	require.NoError(t, err)
	gone := func() (n int64) {
		require.NoError(t, db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) (err error) {
			n, err = tx.PurgeAnswers(ctx, 30*24*time.Hour, 3)
			return err
		}))
		return n
	}
	require.EqualValues(t, 3, gone())
	require.EqualValues(t, 2, gone())
	require.Zero(t, gone())
}
