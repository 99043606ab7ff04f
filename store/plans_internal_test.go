package store

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/port"
)

func openForPlans(t *testing.T, suffix string) *DB {
	t.Helper()
	url := os.Getenv("ARREARS_TEST_DATABASE_URL")
	require.NotEmpty(t, url, "run the tests with `make test`, which starts a database for them")
	db, err := Open(t.Context(), url+suffix)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

// mode is how statements are planned, as the engine's and as a list's see it.
func mode(t *testing.T, db *DB) (engine, list string) {
	t.Helper()
	const ask = `SELECT current_setting('plan_cache_mode')`
	require.NoError(t, db.Read(t.Context(), func(ctx context.Context, p port.Tx) error {
		q := p.(*tx)
		before, err := many(ctx, q, pgx.RowTo[string], ask)
		if err != nil {
			return err
		}
		during, err := listed(ctx, q, pgx.RowTo[string], ask)
		engine, list = before[0], during[0]
		return err
	}))
	return engine, list
}

func TestTheEnginePlansOnceAndListsEachTime(t *testing.T) {
	t.Parallel()
	db := openForPlans(t, "")
	for range 2 { // what a list sets ends with its transaction
		engine, list := mode(t, db)
		require.Equal(t, "force_generic_plan", engine)
		require.Equal(t, "force_custom_plan", list)
	}
}

func TestAURLThatSaysHowToPlanWins(t *testing.T) {
	t.Parallel()
	engine, _ := mode(t, openForPlans(t, "&plan_cache_mode=auto"))
	require.Equal(t, "auto", engine)
}

// Plans are thrown away while their statements stay prepared, less and less often.
func TestPlansAreMadeAnew(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), os.Getenv("ARREARS_TEST_DATABASE_URL"))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.WithoutCancel(t.Context()))) }()
	data := conn.PgConn().CustomData()
	for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		usable, err := replan(t.Context(), conn)
		require.NoError(t, err)
		require.True(t, usable)
		p := data[plannedKey].(planned)
		require.Equal(t, want, p.after)
		p.at = time.Now().Add(time.Hour) // however slow the machine, its time has not come
		data[plannedKey] = p
		var one int
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT $1::int`, 1).Scan(&one))
		usable, err = replan(t.Context(), conn)
		require.True(t, usable && err == nil)
		require.Equal(t, p, data[plannedKey], "not yet")
		data[plannedKey] = planned{at: time.Now().Add(-p.after), after: p.after}
	}
	data[plannedKey] = planned{at: time.Now().Add(-time.Hour), after: replanAtMost}
	_, err = replan(t.Context(), conn)
	require.NoError(t, err)
	require.Equal(t, replanAtMost, data[plannedKey].(planned).after)
}
