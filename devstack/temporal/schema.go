package temporal

import (
	"context"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/tools/common/schema"
	"go.temporal.io/server/tools/sql"
)

// migrationLock is the advisory lock that keeps two starts from migrating at once. The number means nothing.
const migrationLock = 0x74656d706f72

// migrate makes the two databases on the first start, and brings older ones up to the schema of this server.
func migrate(ctx context.Context, base *url.URL, logger log.Logger) error {
	admin, err := pgx.Connect(ctx, base.String())
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close(context.WithoutCancel(ctx)) }() // which gives up the lock too
	if _, err := admin.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		return err
	}
	for _, store := range []struct{ database, schema string }{
		{mainStore, "postgresql/v12/temporal"},
		{visibilityStore, "postgresql/v12/visibility"},
	} {
		if err := migrateOne(ctx, admin, base, store.database, store.schema, logger); err != nil {
			return fmt.Errorf("%s: %w", store.database, err)
		}
	}
	return nil
}

// migrateOne builds a new database under another name and renames it when it is complete: the schema tool works
// statement by statement, and a crash in between must not leave a database that can be neither used nor migrated.
func migrateOne(ctx context.Context, admin *pgx.Conn, base *url.URL, database, schemaName string, logger log.Logger) error {
	var exists bool
	err := admin.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&exists)
	if err != nil {
		return err
	}
	if exists {
		return applySchema(base, database, schemaName, false, logger)
	}
	unfinished := database + "_new"
	for _, statement := range []string{"DROP DATABASE IF EXISTS ", "CREATE DATABASE "} {
		if _, err := admin.Exec(ctx, statement+pgx.Identifier{unfinished}.Sanitize()); err != nil {
			return err
		}
	}
	if err := applySchema(base, unfinished, schemaName, true, logger); err != nil {
		return err
	}
	if err := recordName(ctx, base, unfinished, database); err != nil {
		return err
	}
	_, err = admin.Exec(ctx, "ALTER DATABASE "+pgx.Identifier{unfinished}.Sanitize()+" RENAME TO "+pgx.Identifier{database}.Sanitize())
	return err
}

func applySchema(base *url.URL, database, schemaName string, fresh bool, logger log.Logger) error {
	conn, err := sql.NewConnection(sqlConfig(base, database), logger)
	if err != nil {
		return err
	}
	defer conn.Close()
	if fresh {
		if err := schema.NewSetupSchemaTask(conn, &schema.SetupConfig{InitialVersion: "0.0"}, logger).Run(); err != nil {
			return err
		}
	}
	return schema.NewUpdateSchemaTask(conn, &schema.UpdateConfig{SchemaName: schemaName}, logger).Run()
}

// recordName corrects the version table, which names the database that it is about.
func recordName(ctx context.Context, base *url.URL, unfinished, database string) error {
	target := *base
	target.Path = "/" + unfinished
	conn, err := pgx.Connect(ctx, target.String())
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "UPDATE schema_version SET db_name = $1 WHERE db_name = $2", database, unfinished)
	if closing := conn.Close(ctx); err == nil {
		err = closing
	}
	return err
}
