// Package store keeps everything in PostgreSQL through pgx: transactions, migrations, one file per noun. It decides
// nothing: rules live in the domain, use cases in app. It implements port.Store; app and activities know it by that
// interface alone, and only cmd, internal/wire and tests import this package.
package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"arrears/domain/fault"
	"arrears/port"
)

// maxAttempts bounds how often a transaction that lost a race is run.
const maxAttempts = 4

// DB is a database of one installation: the schema that the connection's search_path names first.
type DB struct {
	pool        *pgxpool.Pool
	policies    policyCache
	traceparent func(ctx context.Context) string // nil: nothing is traced
}

// Option changes how a database is opened.
type Option func(*DB, *pgxpool.Config)

// Traced lets a tracer see every statement, and marks the outbox rows of a transaction with its trace context, which
// traceparent reads in W3C form; empty: none.
func Traced(tracer pgx.QueryTracer, traceparent func(ctx context.Context) string) Option {
	return func(db *DB, config *pgxpool.Config) {
		config.ConnConfig.Tracer, db.traceparent = tracer, traceparent
	}
}

var _ port.Store = (*DB)(nil)

// Open connects. The URL is a PostgreSQL one; search_path, role and pool_max_conns may be given as parameters. It does not
// migrate. Errors: store.bad_url, store.unavailable.
func Open(ctx context.Context, url string, options ...Option) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "store.bad_url", "the database URL cannot be read")
	}
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	keepPlans(config)
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		registerUTC(conn.TypeMap())
		registerIDs(conn.TypeMap())
		return nil
	}
	db := &DB{}
	for _, o := range options {
		o(db, config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, unavailable(err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, unavailable(err)
	}
	db.pool = pool
	return db, nil
}

// registerUTC reads instants in UTC, so that what is stored and read again compares equal on any machine.
func registerUTC(m *pgtype.Map) {
	m.RegisterType(&pgtype.Type{
		Name:  "timestamptz",
		OID:   pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
}

// Close waits for connections in use and closes them all.
func (db *DB) Close() { db.pool.Close() }

// Ping reports whether the database answers. Error: store.unavailable.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.Ping(ctx); err != nil {
		return unavailable(err)
	}
	return nil
}

// InTx runs fn in one read-committed transaction; see port.Store.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context, tx port.Tx) error) error {
	var err error
	for attempt := range maxAttempts {
		if err = db.once(ctx, db.begin(ctx), fn); err == nil || !lostRace(err) || attempt == maxAttempts-1 {
			break
		}
		if waitErr := pause(ctx, attempt); waitErr != nil {
			return waitErr
		}
	}
	return translate(err)
}

// Read runs fn in a read-only transaction that sees one moment throughout.
func (db *DB) Read(ctx context.Context, fn func(ctx context.Context, tx port.Tx) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return translate(db.once(ctx, options, fn))
}

// begin starts a transaction that may leave nudges: they carry its trace context, said together with BEGIN so that it costs
// no round trip. A text that is no trace context is not said.
func (db *DB) begin(ctx context.Context) pgx.TxOptions {
	if db.traceparent == nil {
		return pgx.TxOptions{}
	}
	parent := db.traceparent(ctx)
	if !isTraceparent(parent) {
		return pgx.TxOptions{}
	}
	return pgx.TxOptions{BeginQuery: "begin; set local arrears.traceparent = '" + parent + "'"}
}

// isTraceparent holds a text against the W3C form, which is all that may become part of a statement.
func isTraceparent(s string) bool {
	if len(s) != 55 {
		return false
	}
	for i, c := range []byte(s) {
		hex := (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')
		if dash := i == 2 || i == 35 || i == 52; (dash && c != '-') || (!dash && !hex) {
			return false
		}
	}
	return true
}

// Pool tells how the connections are used.
func (db *DB) Pool() *pgxpool.Stat { return db.pool.Stat() }

func (db *DB) once(ctx context.Context, options pgx.TxOptions, fn func(ctx context.Context, tx port.Tx) error) error {
	return pgx.BeginTxFunc(ctx, db.pool, options, func(q pgx.Tx) error {
		return fn(ctx, &tx{q: q, policies: &db.policies})
	})
}

// lostRace reports whether trying the whole transaction again may help: a serialisation failure or a deadlock.
func lostRace(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pgErr.Code == "40001" || pgErr.Code == "40P01")
}

// pause waits a few milliseconds, longer and at random, so that two losers do not meet again.
func pause(ctx context.Context, attempt int) error {
	limit := 10 * time.Millisecond << attempt
	timer := time.NewTimer(time.Duration(rand.Int64N(int64(limit))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
