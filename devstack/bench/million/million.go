// Package million fills a database of the product with as many invoices as wanted, in minutes, so that lists and sums can be
// measured and looked at where they are large: customers, invoices on all steps of their ladders, notices, approvals,
// promises, blocks, tasks, receipts and a record. It writes rows with SQL and proves nothing about the product; no workflow
// stands behind its cases, and the record's hashes are not a chain.
//
// devstack/bench alone imports it.
package million

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed fill.sql
var script string

// Step is one part of the script.
type Step struct{ Name, SQL string }

// Steps are the parts of the script, in order.
func Steps() []Step {
	var steps []Step
	for _, part := range strings.Split(script, "-- step: ")[1:] {
		name, sql, _ := strings.Cut(part, "\n")
		steps = append(steps, Step{Name: name, SQL: sql})
	}
	return steps
}

// session are settings for this one load: nothing of it has to survive a crash, and what refers to what is known to be right.
const session = `
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '256MB';
SET maintenance_work_mem = '512MB';
SET max_parallel_maintenance_workers = 0`

// Fill fills a migrated and otherwise empty database. The connection must be a superuser's. progress is told each step and
// how long it took.
func Fill(ctx context.Context, url string, invoices int, progress func(line string)) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, session); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `SELECT set_config('bench.invoices', $1, false)`, strconv.Itoa(invoices)); err != nil {
		return err
	}
	indices, err := dropIndices(ctx, conn)
	if err != nil {
		return err
	}
	steps := append(Steps(), Step{"indices", strings.Join(indices, ";\n")}, Step{"statistics", "VACUUM ANALYZE"})
	for _, s := range steps {
		began := time.Now()
		if _, err := conn.Exec(ctx, s.SQL); err != nil {
			return fmt.Errorf("fill %s: %w", s.Name, err)
		}
		progress(fmt.Sprintf("filled %s in %.1f s", s.Name, time.Since(began).Seconds()))
	}
	return nil
}

// dropIndices drops the indices that no constraint needs, and returns what makes them again: building one at the end is
// many times faster than keeping it up to date row by row.
func dropIndices(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `
SELECT quote_ident(c.relname), pg_get_indexdef(x.indexrelid)
FROM pg_index x
JOIN pg_class c ON c.oid = x.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid)
ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	var names, definitions []string
	for rows.Next() {
		var name, definition string
		if err := rows.Scan(&name, &definition); err != nil {
			return nil, err
		}
		names, definitions = append(names, name), append(definitions, definition)
	}
	if err := rows.Err(); err != nil || len(names) == 0 {
		return nil, err
	}
	_, err = conn.Exec(ctx, "DROP INDEX "+strings.Join(names, ", "))
	return definitions, err
}
