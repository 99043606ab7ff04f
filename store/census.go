package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/audit"
	"arrears/domain/census"
	"arrears/port"
)

var errCensusNotFound = missing("census")

// censusColumns are in the order of scanCensus.
const censusColumns = `
  id,
  reason,
  asked_by,
  state,
  business_date,
  asked_at,
  started_at,
  finished_at,
  took_ms,
  part,
  coalesce(after_id, '00000000-0000-0000-0000-000000000000'),
  looked_at,
  found,
  counters,
  engine,
  raised,
  resolved,
  repaired`

func scanCensus(row pgx.CollectableRow) (port.Census, error) {
	var c port.Census
	err := row.Scan(&c.ID, &c.Reason, &c.AskedBy, &c.State, &c.BusinessDate, &c.AskedAt, &c.StartedAt, &c.FinishedAt, &c.TookMS,
		&c.Part, &c.After, &c.LookedAt, &c.Found, &c.Counters, &c.Engine, &c.Raised, &c.Resolved, &c.Repaired)
	return c, err
}

// InsertCensus writes a new one; see port.Censuses.
func (t *tx) InsertCensus(ctx context.Context, c port.Census) error {
	return t.exec(ctx, `
INSERT INTO censuses (
  id,
  reason,
  asked_by,
  state,
  business_date,
  asked_at,
  started_at,
  begun_real
) VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $4 = 'running' THEN clock_timestamp() END)`,
		c.ID, c.Reason, c.AskedBy, c.State, c.BusinessDate, c.AskedAt, c.StartedAt)
}

// UpdateCensus writes where one stands; see port.Censuses. How long it took counts from when it was begun.
func (t *tx) UpdateCensus(ctx context.Context, c port.Census) error {
	maps := [3][]byte{}
	for i, m := range []any{c.LookedAt, c.Found, c.Counters} {
		raw, err := json.Marshal(m)
		if err != nil {
			return unwritable(err)
		}
		if string(raw) == "null" {
			raw = []byte(`{}`)
		}
		maps[i] = raw
	}
	return t.change(ctx, errCensusNotFound, `
UPDATE censuses SET
  state = $2,
  started_at = $3,
  finished_at = $4,
  begun_real = CASE WHEN $2 = 'asked' THEN begun_real ELSE coalesce(begun_real, clock_timestamp()) END,
  took_ms = coalesce((extract(epoch FROM clock_timestamp() - begun_real) * 1000)::bigint, 0),
  part = $5,
  after_id = $6,
  looked_at = $7,
  found = $8,
  counters = $9,
  engine = $10,
  raised = $11,
  resolved = $12,
  repaired = $13
WHERE id = $1`,
		c.ID, c.State, c.StartedAt, c.FinishedAt, c.Part, c.After, json.RawMessage(maps[0]), json.RawMessage(maps[1]),
		json.RawMessage(maps[2]), c.Engine, c.Raised, c.Resolved, c.Repaired)
}

// Census reads one; see port.Censuses.
func (t *tx) Census(ctx context.Context, id uuid.UUID) (port.Census, error) {
	return one(ctx, t, errCensusNotFound, scanCensus, `SELECT`+censusColumns+` FROM censuses WHERE id = $1`, id)
}

// AskedCensuses reads those that wait for a worker, or for one to go on with them; see port.Censuses. One that a person runs
// in a process of their own says from the beginning when it was started.
func (t *tx) AskedCensuses(ctx context.Context) ([]port.Census, error) {
	return many(ctx, t, scanCensus, `SELECT`+censusColumns+`
FROM censuses
WHERE state = 'asked' OR (state = 'running' AND reason = 'asked' AND started_at IS NULL)
ORDER BY asked_at, id
LIMIT 10`)
}

// AbandonCensuses marks those that nobody goes on with; see port.Censuses.
func (t *tx) AbandonCensuses(ctx context.Context, longer time.Duration) error {
	return t.exec(ctx, `
UPDATE censuses SET state = 'abandoned'
WHERE state = 'running' AND begun_real < clock_timestamp() - make_interval(secs => $1)`, longer.Seconds())
}

// ListCensuses lists, newest first; see port.Censuses.
func (t *tx) ListCensuses(ctx context.Context, p port.Page) (port.Paged[port.Census], error) {
	var w filter
	key, err := parseCursor(p.After, 1)
	if err != nil {
		return port.Paged[port.Census]{}, err
	}
	if key != nil {
		w.add("id < $?", key[0])
	}
	rows, err := listed(ctx, t, scanCensus, `SELECT`+censusColumns+` FROM censuses`+w.where()+w.limit("id DESC", p), w.args...)
	return paged(rows, p, func(c port.Census) string { return cursor(c.ID.String()) }), err
}

// ListFindings lists what a census found; see port.Censuses.
func (t *tx) ListFindings(ctx context.Context, id uuid.UUID, p port.Page) (port.Paged[census.Finding], error) {
	var w filter
	w.add("census_id = $?", id)
	key, err := parseCursor(p.After, 3)
	if err != nil {
		return port.Paged[census.Finding]{}, err
	}
	if key != nil {
		w.add("(check_name, subject) > ($?, $?)", key[0], key[1])
	}
	scan := func(row pgx.CollectableRow) (census.Finding, error) {
		var f census.Finding
		err := row.Scan(&f.Check, &f.Subject, &f.CustomerID, &f.InvoiceID, &f.Detail, &f.Note, &f.Repair, &f.FoundAt)
		return f, err
	}
	rows, err := listed(ctx, t, scan, `
SELECT check_name, subject, customer_id, invoice_id, detail, note, repair, found_at
FROM census_findings`+w.where()+w.limit("check_name, subject", p), w.args...)
	return paged(rows, p, func(f census.Finding) string { return cursor(f.Check, f.Subject, id.String()) }), err
}

// InsertFindings writes findings once; see port.Censuses.
func (t *tx) InsertFindings(ctx context.Context, id uuid.UUID, list []census.Finding) error {
	b := &pgx.Batch{}
	for _, f := range list {
		b.Queue(`
INSERT INTO census_findings (
  census_id,
  check_name,
  subject,
  customer_id,
  invoice_id,
  detail,
  note,
  repair,
  found_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING`, id, f.Check, f.Subject, f.CustomerID, f.InvoiceID, f.Detail, f.Note, f.Repair, f.FoundAt)
	}
	if b.Len() == 0 {
		return nil
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

// findingKey is census.Finding.Key of the finding that opened a task: its dedupe without what follows the last slash.
const findingKey = `regexp_replace(t.dedupe, '/[^/]*$', '')`

// OpenFindings reads the keys of findings whose task is open; see port.Censuses.
func (t *tx) OpenFindings(ctx context.Context) ([]string, error) {
	return many(ctx, t, pgx.RowTo[string], `SELECT `+findingKey+` FROM tasks t WHERE t.kind = 'census' AND t.state = 'open' ORDER BY t.id`)
}

// ResolveFindings closes the tasks of what was not found again; see port.Censuses.
func (t *tx) ResolveFindings(ctx context.Context, id uuid.UUID, keep []string, now time.Time) (int64, error) {
	type closed struct {
		ID, CustomerID, InvoiceID string
		Key                       string
	}
	list, err := many(ctx, t, pgx.RowToStructByPos[closed], `
UPDATE tasks t SET
  state = 'done',
  outcome = 'resolved',
  closed_at = $3,
  closed_by = 'engine',
  version = version + 1
WHERE t.kind = 'census'
  AND t.state = 'open'
  AND split_part(t.dedupe, '/', 2) <> ALL($2)
  AND NOT EXISTS (
    SELECT FROM census_findings f
    WHERE f.census_id = $1 AND 'census/' || f.check_name || '/' || f.subject = `+findingKey+`)
RETURNING t.id::text, coalesce(t.customer_id::text, ''), coalesce(t.invoice_id::text, ''), `+findingKey, id, keep, now)
	if err != nil {
		return 0, err
	}
	for _, k := range list {
		entry, err := uuid.NewV7()
		if err != nil {
			return 0, err
		}
		data, err := audit.JSON(map[string]any{"kind": census.TaskKind, "census_id": id, "finding": k.Key, "outcome": "resolved"})
		if err != nil {
			return 0, err
		}
		if err := t.Audit(ctx, audit.Entry{
			ID: entry.String(), At: now, Actor: "engine", Action: "task.closed", SubjectKind: "task", SubjectID: k.ID,
			CustomerID: k.CustomerID, InvoiceID: k.InvoiceID, Data: data,
		}); err != nil {
			return 0, err
		}
	}
	return int64(len(list)), nil
}
