package store_test

import (
	"context"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/internal/testkit"
	"arrears/store"
)

// server is a URL of the tests' database server.
func server(t *testing.T) string {
	t.Helper()
	base := os.Getenv(testkit.DatabaseEnv)
	require.NotEmpty(t, base, "run the tests with `make test`")
	return base
}

func session(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// left counts the databases and schemas that a place left.
func placesLeft(t *testing.T, address, name string) int {
	t.Helper()
	var n int
	require.NoError(t, session(t, address).QueryRow(t.Context(), `
SELECT (SELECT count(*) FROM pg_database WHERE datname = $1) + (SELECT count(*) FROM pg_namespace WHERE starts_with(nspname, $1))`, name).Scan(&n))
	return n
}

func noEngine(context.Context, string) error { return nil }

// A scratch place is a whole installation that goes without a trace, even while someone is connected to it.
func TestAScratchPlaceLeavesNothing(t *testing.T) {
	t.Parallel()
	testkit.Scratch(t, false)
	s, err := store.NewScratch(t.Context(), server(t))
	require.NoError(t, err)
	address, err := s.Place(t.Context(), "run1")
	require.NoError(t, err)
	other, err := s.Place(t.Context(), "reading")
	require.NoError(t, err)
	require.NotEqual(t, address, other)
	db, err := store.Open(t.Context(), address)
	require.NoError(t, err)
	defer db.Close()
	undelivered, err := db.Undelivered(t.Context(), "invoice")
	require.NoError(t, err)
	require.Zero(t, undelivered)
	require.NoError(t, s.Clear(t.Context(), other, "reading"))
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, s.Drop(stopped), "also when its user was told to stop")
	require.Zero(t, placesLeft(t, server(t), s.Name()))
}

// One that is in use stays; one whose process was killed is found and removed, its engine's part first.
func TestWhatAKilledProcessLeftIsRemoved(t *testing.T) {
	t.Parallel()
	testkit.Scratch(t, true)
	alive, err := store.NewScratch(t.Context(), server(t))
	require.NoError(t, err)
	defer func() { require.NoError(t, alive.Drop(t.Context())) }()
	dead, err := store.NewScratch(t.Context(), server(t))
	require.NoError(t, err)
	_, err = dead.Place(t.Context(), "run1")
	require.NoError(t, err)
	store.Abandon(t, dead)

	refused := fault.New(fault.Unavailable, "engine.away", "the engine is away")
	_, err = store.SweepScratch(t.Context(), server(t), func(_ context.Context, name string) error {
		if name == dead.Name() {
			return refused
		}
		return nil
	})
	require.ErrorIs(t, err, refused)
	require.Positive(t, placesLeft(t, server(t), dead.Name()), "what is left of it can still be found")
	var swept []string
	_, err = store.SweepScratch(t.Context(), server(t), func(_ context.Context, name string) error {
		swept = append(swept, name)
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, swept, dead.Name())
	require.NotContains(t, swept, alive.Name())
	require.Zero(t, placesLeft(t, server(t), dead.Name()))
	require.Positive(t, placesLeft(t, server(t), alive.Name()))
	require.Equal(t, "arrears-rehearsal-0123456789abcdef", store.ScratchNamespace("arrears_rehearsal_0123456789abcdef"))
}

// Where databases may not be made, schemas do.
func TestAScratchPlaceOfSchemas(t *testing.T) {
	t.Parallel()
	testkit.Scratch(t, true)
	admin := session(t, server(t))
	const role = "arrears_test_no_databases"
	_, err := admin.Exec(t.Context(), `DO $$ BEGIN CREATE ROLE `+role+` LOGIN PASSWORD 'scratch' NOCREATEDB; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
	require.NoError(t, err)
	var database string
	require.NoError(t, admin.QueryRow(t.Context(), `SELECT current_database()`).Scan(&database))
	_, err = admin.Exec(t.Context(), `GRANT CREATE ON DATABASE `+pgx.Identifier{database}.Sanitize()+` TO `+role)
	require.NoError(t, err)
	address, err := url.Parse(server(t))
	require.NoError(t, err)
	address.User = url.UserPassword(role, "scratch")

	s, err := store.NewScratch(t.Context(), address.String())
	require.NoError(t, err)
	place, err := s.Place(t.Context(), "run1")
	require.NoError(t, err)
	db, err := store.Open(t.Context(), place)
	require.NoError(t, err)
	db.Close()
	require.Equal(t, 2, placesLeft(t, server(t), s.Name()))
	store.Abandon(t, s)
	_, err = store.SweepScratch(t.Context(), address.String(), noEngine)
	require.NoError(t, err)
	require.Zero(t, placesLeft(t, server(t), s.Name()))
}

func TestAScratchPlaceNeedsAServer(t *testing.T) {
	t.Parallel()
	_, err := store.NewScratch(t.Context(), "postgres://nobody@127.0.0.1:1/none")
	require.Equal(t, "store.unavailable", fault.CodeOf(err))
	_, err = store.NewScratch(t.Context(), "postgres://%zz")
	require.Equal(t, "store.bad_url", fault.CodeOf(err))
	_, err = store.SweepScratch(t.Context(), "postgres://nobody@127.0.0.1:1/none", noEngine)
	require.Equal(t, "store.unavailable", fault.CodeOf(err))
}
