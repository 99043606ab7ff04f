package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"arrears/domain/fault"
)

// Scratch is a place on a database server for an installation that lives as long as one process: a database of its own, or
// where making one is not permitted, schemas beside what is there. While the process lives it holds a lock by which others
// see that the place is in use; what a killed process left behind is found by its name and mark, and removed.
type Scratch struct {
	name   string
	base   string // the address that was given
	schema bool
	guard  *pgx.Conn
}

const (
	scratchPrefix = "arrears_rehearsal_"
	// scratchMark is the comment on what may be removed when nobody uses it.
	scratchMark = "scratch of arrears rehearse"
	// scratchLimit bounds the removal, which goes on when the caller was told to stop.
	scratchLimit = time.Minute
)

var scratchName = regexp.MustCompile(`^` + scratchPrefix + `[0-9a-f]{16}$`)

// scratchLock is the advisory lock of a place; its number is in pg_locks of every database of the server.
const scratchLock = `hashtextextended($1, 0)`

// NewScratch makes a place on the server of the URL. Errors: store.bad_url, store.unavailable, store.no_scratch.
func NewScratch(ctx context.Context, base string) (*Scratch, error) {
	var raw [8]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return nil, err
	}
	s := &Scratch{name: scratchPrefix + hex.EncodeToString(raw[:]), base: base}
	var err error
	if s.guard, err = connect(ctx, base); err != nil {
		return nil, err
	}
	// The lock comes first: nobody must take the place for one that was left behind.
	if _, err = s.guard.Exec(ctx, `SELECT pg_advisory_lock(`+scratchLock+`)`, s.name); err == nil {
		err = s.create(ctx)
	}
	if err != nil {
		return nil, errors.Join(fault.Wrap(err, fault.Unavailable, "store.no_scratch", "no scratch database or schema can be made"), s.Drop(ctx))
	}
	return s, nil
}

func connect(ctx context.Context, address string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "store.bad_url", "the database URL cannot be read")
	}
	delete(config.RuntimeParams, "pool_max_conns")
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, unavailable(err)
	}
	return conn, nil
}

func (s *Scratch) create(ctx context.Context) error {
	_, err := s.guard.Exec(ctx, `CREATE DATABASE `+s.name)
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && pgErr.Code == "42501" {
		s.schema = true
		_, err = s.guard.Exec(ctx, `CREATE SCHEMA `+s.name)
	}
	if err != nil {
		return err
	}
	_, err = s.guard.Exec(ctx, `COMMENT ON `+s.kind()+` `+s.name+` IS '`+scratchMark+`'`)
	return err
}

func (s *Scratch) kind() string {
	if s.schema {
		return "SCHEMA"
	}
	return "DATABASE"
}

// Name is the name of the database, or of the first schema.
func (s *Scratch) Name() string { return s.name }

// Place makes an empty installation in a schema of its own and returns its URL. Nothing in it needs to survive, so commits do
// not wait for the disk. Error: store.no_scratch.
func (s *Scratch) Place(ctx context.Context, part string) (string, error) {
	address, err := url.Parse(s.base)
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "store.bad_url", "the database URL cannot be read")
	}
	schema := s.schemaOf(part)
	if !s.schema {
		address.Path = "/" + s.name
	}
	query := address.Query()
	query.Del("role")
	query.Set("search_path", schema)
	query.Set("synchronous_commit", "off")
	query.Set("jit", "off")
	query.Set("plan_cache_mode", "force_generic_plan")
	address.RawQuery = query.Encode()
	if err := s.fill(ctx, address.String(), schema); err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "store.no_scratch", "the scratch place cannot be set up")
	}
	return address.String(), nil
}

// schemaOf is the schema of a part.
func (s *Scratch) schemaOf(part string) string {
	if s.schema {
		return s.name + "_" + part
	}
	return part
}

// Clear removes a part that is no longer needed: the server would go on to tidy up its tables. Error: store.no_scratch.
func (s *Scratch) Clear(ctx context.Context, address, part string) error {
	conn, err := connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }() // nothing is under way on it
	if _, err := conn.Exec(ctx, `DROP SCHEMA `+pgx.Identifier{s.schemaOf(part)}.Sanitize()+` CASCADE`); err != nil {
		return fault.Wrap(err, fault.Unavailable, "store.no_scratch", "a part of the scratch place cannot be removed")
	}
	return nil
}

func (s *Scratch) fill(ctx context.Context, address, schema string) error {
	script, err := SchemaSQL()
	if err != nil {
		return err
	}
	conn, err := connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }() // nothing is under way on it
	name := pgx.Identifier{schema}.Sanitize()
	_, err = conn.Exec(ctx, `CREATE SCHEMA `+name+`; COMMENT ON SCHEMA `+name+` IS '`+scratchMark+`';`+script)
	return err
}

// Drop removes the place with everything in it, also when ctx has ended, and gives the lock back. A connection that is still
// open to it is cut.
func (s *Scratch) Drop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), scratchLimit)
	defer cancel()
	guard := s.guard
	if guard.IsClosed() { // a call that was cancelled closes its connection
		var err error
		if guard, err = connect(ctx, s.base); err != nil {
			return err
		}
	}
	return errors.Join(dropScratch(ctx, guard, s.name), guard.Close(ctx))
}

func dropScratch(ctx context.Context, conn *pgx.Conn, name string) error {
	if _, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+pgx.Identifier{name}.Sanitize()+` WITH (FORCE)`); err != nil {
		if pgErr, ok := errors.AsType[*pgconn.PgError](err); !ok || pgErr.Code != "42501" {
			return translate(err)
		}
	}
	rows, err := conn.Query(ctx, `SELECT nspname FROM pg_namespace WHERE nspname = $1 OR starts_with(nspname, $1 || '_')`, name)
	if err != nil {
		return translate(err)
	}
	schemas, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return translate(err)
	}
	for _, schema := range schemas {
		if _, err := conn.Exec(ctx, `DROP SCHEMA IF EXISTS `+pgx.Identifier{schema}.Sanitize()+` CASCADE`); err != nil {
			return translate(err)
		}
	}
	return nil
}

// SweepScratch removes the places on the server whose process has gone; before is called for each, and one for which it
// fails stays. It returns how many were removed.
func SweepScratch(ctx context.Context, base string, before func(ctx context.Context, name string) error) (int, error) {
	conn, err := connect(ctx, base)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close(ctx) }() // nothing is under way on it
	names, err := abandoned(ctx, conn)
	if err != nil {
		return 0, err
	}
	removed := 0
	for _, name := range names {
		if err := before(ctx, name); err != nil {
			return removed, err
		}
		if err := dropScratch(ctx, conn, name); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// abandoned lists the places that bear the mark and whose lock nobody holds.
func abandoned(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `
WITH marked AS (
  SELECT d.datname::text AS name
  FROM pg_database d
  LEFT JOIN pg_shdescription c ON c.objoid = d.oid AND c.classoid = 'pg_database'::regclass
  WHERE starts_with(d.datname, $1) AND coalesce(c.description, $2) = $2 -- a killed process may not have come to mark it
  UNION
  SELECT n.nspname::text
  FROM pg_namespace n
  WHERE starts_with(n.nspname, $1) AND obj_description(n.oid, 'pg_namespace') = $2
)
SELECT name
FROM marked
WHERE NOT EXISTS (
  SELECT FROM pg_locks l
  WHERE l.locktype = 'advisory'
    AND l.objsubid = 1
    AND (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(name, 0))
ORDER BY name`, scratchPrefix, scratchMark)
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, translate(err)
	}
	var names []string
	for _, name := range found {
		if scratchName.MatchString(name) { // a schema of a place goes with its first one
			names = append(names, name)
		}
	}
	return names, nil
}

// ScratchNamespace is the engine's namespace that belongs to a place.
func ScratchNamespace(name string) string { return strings.ReplaceAll(name, "_", "-") }
