package store

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// importColumns are in the order of scanImport.
const importColumns = `
  id,
  profile,
  source,
  filename,
  sha256,
  mode,
  as_of,
  state,
  rows_read,
  accepted,
  changed,
  unchanged,
  refused,
  suspicious,
  settings,
  report,
  created_by,
  created_at,
  finished_at`

var (
	errImportNotFound     = missing("import")
	errQuarantineNotFound = missing("quarantine")
)

// InsertImport writes a load; see port.Imports.
func (t *tx) InsertImport(ctx context.Context, r port.ImportRun) error {
	return t.exec(ctx, `
INSERT INTO imports (
  id,
  profile,
  source,
  filename,
  sha256,
  mode,
  as_of,
  state,
  rows_read,
  accepted,
  changed,
  unchanged,
  refused,
  suspicious,
  settings,
  report,
  created_by,
  created_at,
  finished_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		r.ID, r.Profile, r.Source, r.Filename, r.SHA256, r.Mode, r.AsOf, r.State, r.RowsRead, r.Accepted, r.Changed, r.Unchanged,
		r.Refused, r.Suspicious, jsonOrEmpty(r.Settings), jsonOrEmpty(r.Report), r.CreatedBy, r.CreatedAt, r.FinishedAt)
}

// UpdateImport writes how a load stands; see port.Imports.
func (t *tx) UpdateImport(ctx context.Context, r port.ImportRun) error {
	return t.change(ctx, errImportNotFound, `
UPDATE imports SET
  sha256 = $2,
  state = $3,
  rows_read = $4,
  accepted = $5,
  changed = $6,
  unchanged = $7,
  refused = $8,
  suspicious = $9,
  report = $10,
  finished_at = $11
WHERE id = $1`,
		r.ID, r.SHA256, r.State, r.RowsRead, r.Accepted, r.Changed, r.Unchanged, r.Refused, r.Suspicious, jsonOrEmpty(r.Report),
		r.FinishedAt)
}

// Import reads one; see port.Imports.
func (t *tx) Import(ctx context.Context, id uuid.UUID) (port.ImportRun, error) {
	return one(ctx, t, errImportNotFound, scanImport, `SELECT`+importColumns+` FROM imports WHERE id = $1`, id)
}

// ListImports lists, oldest first; see port.Imports.
func (t *tx) ListImports(ctx context.Context, p port.Page) (port.Paged[port.ImportRun], error) {
	var w filter
	if err := w.after("id", p.After); err != nil {
		return port.Paged[port.ImportRun]{}, err
	}
	rows, err := listed(ctx, t, scanImport, `SELECT`+importColumns+` FROM imports`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(r port.ImportRun) string { return cursor(r.ID.String()) }), err
}

// FailImports marks loads whose process ended; see port.Imports.
func (t *tx) FailImports(ctx context.Context, source, filename string, at time.Time) error {
	return t.exec(ctx, `
UPDATE imports SET
  state = 'failed',
  finished_at = $3
WHERE source = $1 AND filename = $2 AND state = 'running'`, source, filename, at)
}

// InsertQuarantine writes rows in one go; see port.Imports.
func (t *tx) InsertQuarantine(ctx context.Context, rows []port.QuarantineRow) error {
	b := &pgx.Batch{}
	for _, r := range rows {
		b.Queue(`
INSERT INTO quarantine (
  id,
  import_id,
  line,
  field,
  code,
  message,
  raw,
  severity,
  state,
  fingerprint
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (fingerprint) DO NOTHING`,
			r.ID, r.ImportID, r.Line, r.Field, r.Code, r.Message, jsonOrEmpty(r.Raw), r.Severity, r.State, r.Fingerprint)
	}
	if b.Len() == 0 {
		return nil
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

// quarantineColumns are in the order of scanQuarantine.
const quarantineColumns = `
  id,
  import_id,
  line,
  field,
  code,
  message,
  raw,
  severity,
  state,
  fingerprint`

// Quarantine reads one row; see port.Imports.
func (t *tx) Quarantine(ctx context.Context, id uuid.UUID) (port.QuarantineRow, error) {
	return one(ctx, t, errQuarantineNotFound, scanQuarantine, `SELECT`+quarantineColumns+` FROM quarantine WHERE id = $1`, id)
}

// LockQuarantine reads one row and locks it; see port.Imports.
func (t *tx) LockQuarantine(ctx context.Context, id uuid.UUID) (port.QuarantineRow, error) {
	return one(ctx, t, errQuarantineNotFound, scanQuarantine, `SELECT`+quarantineColumns+` FROM quarantine WHERE id = $1 FOR UPDATE`, id)
}

// ListQuarantine lists an import's rows by line; see port.Imports.
func (t *tx) ListQuarantine(ctx context.Context, importID uuid.UUID, state string, p port.Page) (port.Paged[port.QuarantineRow], error) {
	var w filter
	w.add("import_id = $?", importID)
	w.text("state = $?", state)
	key, err := parseCursor(p.After, 2)
	if err != nil {
		return port.Paged[port.QuarantineRow]{}, err
	}
	if key != nil {
		w.add("(line, id) > ($?::text::bigint, $?::uuid)", key[0], key[1])
	}
	rows, err := listed(ctx, t, scanQuarantine, `SELECT`+quarantineColumns+` FROM quarantine`+w.where()+w.limit("line, id", p), w.args...)
	return paged(rows, p, func(r port.QuarantineRow) string { return cursor(strconv.FormatInt(r.Line, 10), r.ID.String()) }), err
}

// SetQuarantineState marks a row corrected or discarded; see port.Imports.
func (t *tx) SetQuarantineState(ctx context.Context, id uuid.UUID, state string) error {
	return t.change(ctx, errQuarantineNotFound, `UPDATE quarantine SET state = $2 WHERE id = $1`, id, state)
}

func jsonOrEmpty(raw []byte) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage(`{}`)
	}
	return raw
}

func scanImport(row pgx.CollectableRow) (port.ImportRun, error) {
	var r port.ImportRun
	err := row.Scan(
		&r.ID,
		&r.Profile,
		&r.Source,
		&r.Filename,
		&r.SHA256,
		&r.Mode,
		&r.AsOf,
		&r.State,
		&r.RowsRead,
		&r.Accepted,
		&r.Changed,
		&r.Unchanged,
		&r.Refused,
		&r.Suspicious,
		&r.Settings,
		&r.Report,
		&r.CreatedBy,
		&r.CreatedAt,
		&r.FinishedAt,
	)
	return r, err
}

func scanQuarantine(row pgx.CollectableRow) (port.QuarantineRow, error) {
	var r port.QuarantineRow
	err := row.Scan(
		&r.ID,
		&r.ImportID,
		&r.Line,
		&r.Field,
		&r.Code,
		&r.Message,
		&r.Raw,
		&r.Severity,
		&r.State,
		&r.Fingerprint,
	)
	return r, err
}
