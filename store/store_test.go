package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), "postgres://%zz")
	require.Equal(t, "store.bad_url", fault.CodeOf(err))
	_, err = store.Open(t.Context(), "postgres://nobody@127.0.0.1:1/nothing?connect_timeout=2")
	require.Equal(t, "store.unavailable", fault.CodeOf(err))
}

func TestPing(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	require.NoError(t, db.Ping(t.Context()))
}

// Two processes that start at once migrate once, and a second migration changes nothing.
func TestMigrateTwiceAtOnce(t *testing.T) {
	t.Parallel()
	url := testkit.Schema(t)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for n := range errs {
		wg.Go(func() { errs[n] = store.Migrate(t.Context(), url) })
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	require.NoError(t, store.Migrate(t.Context(), url))
	db, err := store.Open(t.Context(), url)
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, db.Read(t.Context(), func(ctx context.Context, tx port.Tx) error {
		_, err := tx.ListPolicies(ctx)
		return err
	}))
}

// The script that tests use makes the same tables as the migrations.
func TestSchemaSQLIsWhatMigrateDoes(t *testing.T) {
	t.Parallel()
	_, scripted := testkit.DB(t)
	migrated := testkit.Schema(t)
	require.NoError(t, store.Migrate(t.Context(), migrated))
	require.Equal(t, columnsOf(t, scripted), columnsOf(t, migrated))
}

func columnsOf(t *testing.T, url string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	rows, err := conn.Query(t.Context(), `
SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name <> 'goose_db_version'
ORDER BY 1`)
	require.NoError(t, err)
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NotEmpty(t, columns)
	return columns
}

func TestInTxRollsBack(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	gaveUp := errors.New("gave up")
	err := db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		require.NoError(t, tx.Count(ctx, "tries", 1))
		return gaveUp
	})
	require.ErrorIs(t, err, gaveUp)
	require.Empty(t, counters(t, db))
}

func TestReadWritesNothing(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	err := db.Read(t.Context(), func(ctx context.Context, tx port.Tx) error { return tx.Count(ctx, "tries", 1) })
	require.Error(t, err)
}

// A transaction that loses a deadlock runs again, so both end well.
func TestInTxTriesAgain(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		return errors.Join(tx.Count(ctx, "a", 0), tx.Count(ctx, "b", 0))
	}))
	var met sync.WaitGroup
	met.Add(2)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for n, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		first := true
		wg.Go(func() {
			errs[n] = db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
				if err := tx.Count(ctx, order[0], 1); err != nil {
					return err
				}
				if first {
					first = false
					met.Done()
					met.Wait()
				}
				return tx.Count(ctx, order[1], 1)
			})
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, map[string]int64{"a": 2, "b": 2}, counters(t, db))
}

func TestInTxEndsWithItsContext(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	err := db.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return tx.Count(ctx, "tries", 1) })
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func counters(t *testing.T, db *store.DB) map[string]int64 {
	t.Helper()
	var values map[string]int64
	require.NoError(t, db.Read(t.Context(), func(ctx context.Context, tx port.Tx) error {
		var err error
		values, err = tx.Counters(ctx)
		return err
	}))
	return values
}
