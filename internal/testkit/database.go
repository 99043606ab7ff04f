package testkit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/store"
)

// DatabaseEnv names the PostgreSQL that tests use. Each test makes a schema of its own there.
const DatabaseEnv = "ARREARS_TEST_DATABASE_URL"

// cleanupTimeout bounds how long a test's schema may take to go away, on a machine that is busy with many tests.
const cleanupTimeout = 5 * time.Minute

// DB returns a migrated database that belongs to this test alone, and its URL. It is dropped when the test ends. Tests that
// use it may run in parallel.
func DB(t testing.TB) (*store.DB, string) {
	t.Helper()
	address := Schema(t)
	script, err := store.SchemaSQL()
	require.NoError(t, err)
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), script)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	db, err := store.Open(t.Context(), address)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db, address
}

// Schema makes an empty schema for this test alone and returns a URL whose search_path names it. It is dropped when the
// test ends.
func Schema(t testing.TB) string {
	t.Helper()
	base := os.Getenv(DatabaseEnv)
	if base == "" {
		t.Fatalf("%s is not set: run the tests with `make test`, which starts a database for them", DatabaseEnv)
	}
	name := "t_" + randomHex(t)
	admin(t, base, "CREATE SCHEMA "+name)
	t.Cleanup(func() { admin(t, base, "DROP SCHEMA "+name+" CASCADE") })
	address, err := url.Parse(base)
	require.NoError(t, err)
	query := address.Query()
	query.Set("search_path", name)
	address.RawQuery = query.Encode()
	return address.String()
}

// Scratch keeps tests of all packages, which run at the same time, out of each other's way on the database server: each rehearsal
// begins by removing what dead processes left there. Any number may rehearse at once; whoever leaves something dead, or counts
// what is there, is alone until its test ends. It comes after t.Parallel.
func Scratch(t testing.TB, alone bool) {
	t.Helper()
	base := os.Getenv(DatabaseEnv)
	if base == "" {
		t.Fatalf("%s is not set: run the tests with `make test`, which starts a database for them", DatabaseEnv)
	}
	conn, err := pgx.Connect(t.Context(), base)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), cleanupTimeout)
		defer cancel()
		require.NoError(t, conn.Close(ctx)) // and with it the lock
	})
	lock := `SELECT pg_advisory_lock_shared(hashtextextended('tests of scratch places', 0))`
	if alone {
		lock = `SELECT pg_advisory_lock(hashtextextended('tests of scratch places', 0))`
	}
	_, err = conn.Exec(t.Context(), lock)
	require.NoError(t, err)
}

// admin runs a statement outside any test's schema. It takes no test context, because that is over at cleanup.
func admin(t testing.TB, base, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), cleanupTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, base)
	require.NoError(t, err)
	_, err = conn.Exec(ctx, sql)
	require.NoError(t, err)
	require.NoError(t, conn.Close(ctx))
}

func randomHex(t testing.TB) string {
	t.Helper()
	var raw [8]byte
	_, err := rand.Read(raw[:])
	require.NoError(t, err)
	return hex.EncodeToString(raw[:])
}
