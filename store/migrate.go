package store

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"arrears/domain/fault"
	"arrears/domain/matching"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrateLock is the advisory lock under which one process at a time migrates a schema.
const migrateLock = `SELECT pg_advisory_lock(hashtextextended('arrears migrate ' || current_schema(), 0))`

// Migrate brings the schema that the URL's search_path names first to the newest version and grants the application role
// what it needs. Several processes may call it at once: one does the work, the others wait. The owner of the tables is
// whoever migrates. Error: store.migration_failed.
func Migrate(ctx context.Context, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "store.bad_url", "the database URL cannot be read")
	}
	db := stdlib.OpenDB(*config)
	defer func() { _ = db.Close() }() // nothing is lost with it: every migration has committed or failed
	lock, err := db.Conn(ctx)
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = lock.Close() }() // closing the session gives the lock back
	if _, err := lock.ExecContext(ctx, migrateLock); err != nil {
		return migrationFailed(err)
	}
	if err := up(ctx, db); err != nil {
		return migrationFailed(err)
	}
	if err := nameCustomers(ctx, db); err != nil {
		return migrationFailed(err)
	}
	return grantApplication(ctx, db)
}

func up(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// nameCustomers writes the keys of names that have none, a thousand at a time: SQL cannot fold them.
func nameCustomers(ctx context.Context, db *sql.DB) error {
	for {
		named, err := nameSome(ctx, db)
		if err != nil || named == 0 {
			return err
		}
	}
}

func nameSome(ctx context.Context, db *sql.DB) (named int, err error) {
	rows, err := db.QueryContext(ctx, `SELECT id::text, name FROM customers WHERE name_key IS NULL ORDER BY id LIMIT 1000`)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }() // read to its end or failed
	var ids, keys []string
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return 0, err
		}
		ids, keys = append(ids, id), append(keys, matching.NameKey(name))
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return 0, err
	}
	_, err = db.ExecContext(ctx, `
UPDATE customers c SET name_key = k.key
FROM unnest($1::text[], $2::text[]) AS k (id, key)
WHERE c.id = k.id::uuid AND c.name_key IS NULL`, ids, keys)
	return len(ids), err
}

func migrationFailed(err error) error {
	return fault.Wrap(err, fault.Internal, "store.migration_failed", "the database could not be migrated")
}

// SchemaSQL is everything the migrations do upwards, in order, as one script. Tests run it to make a schema quickly; it
// leaves no record of versions.
func SchemaSQL() (string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return "", err
	}
	var script strings.Builder
	for _, name := range names { // Glob sorts
		text, err := migrations.ReadFile(name)
		if err != nil {
			return "", err
		}
		upwards, _, _ := strings.Cut(string(text), "-- +goose Down")
		script.WriteString(upwards)
	}
	return script.String(), nil
}
