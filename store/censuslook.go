package store

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/census"
	"arrears/domain/fault"
	"arrears/port"
)

// nudgeTries is how often a nudge may fail before it counts as old: about an hour of its longest back-off.
const nudgeTries = 120

// CensusPage looks at some rows of a part; see port.Censuses.
func (t *tx) CensusPage(ctx context.Context, part census.Part, after uuid.UUID, limit int, b census.Bounds) (port.CensusPage, error) {
	var page port.CensusPage
	table := censusTable(part)
	if table == "" {
		return page, noSuchPart(part)
	}
	scan := func(row pgx.CollectableRow) (port.CensusPage, error) {
		var p port.CensusPage
		var last uuid.NullUUID
		err := row.Scan(&p.Rows, &last)
		p.Last = last.UUID
		return p, err
	}
	page, err := one(ctx, t, errCensusNotFound, scan, `
SELECT count(*)::int, (array_agg(id ORDER BY id DESC))[1]
FROM (SELECT id FROM `+table+` WHERE id > $1 ORDER BY id LIMIT $2) page`, after, limit)
	if err != nil || page.Rows == 0 {
		return page, err
	}
	page.Found, err = t.censusRange(ctx, part, after, page.Last, b)
	return page, err
}

// CensusRow looks at one row; see port.Censuses.
func (t *tx) CensusRow(ctx context.Context, part census.Part, id uuid.UUID, b census.Bounds) ([]census.Finding, error) {
	if censusTable(part) == "" {
		return nil, noSuchPart(part)
	}
	return t.censusRange(ctx, part, before(id), id, b)
}

func noSuchPart(part census.Part) error {
	return fault.Newf(fault.Internal, "census.no_such_part", "the census has no part %.40q with rows", string(part))
}

// before is the greatest id below this one.
func before(id uuid.UUID) uuid.UUID {
	for i := len(id) - 1; i >= 0; i-- {
		id[i]--
		if id[i] != 0xff {
			break
		}
	}
	return id
}

// censusRange runs a part's queries over a range of ids in one round trip.
func (t *tx) censusRange(ctx context.Context, part census.Part, from, to uuid.UUID, b census.Bounds) ([]census.Finding, error) {
	var all []census.Finding
	batch := &pgx.Batch{}
	for _, query := range censusQueries(part) {
		args := pgx.NamedArgs{"from": from, "to": to}
		for name, value := range map[string]any{"late": b.Late, "stuck": b.Stuck, "slow": b.Slow, "sending": census.SendingGrace.Seconds()} {
			if strings.Contains(query, "@"+name) {
				args[name] = value
			}
		}
		batch.Queue(query, args).Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, scanFinding)
			all = append(all, found...)
			return err
		})
	}
	return all, translate(t.q.SendBatch(ctx, batch).Close())
}

func scanFinding(row pgx.CollectableRow) (census.Finding, error) {
	var f census.Finding
	err := row.Scan(&f.Check, &f.Subject, &f.CustomerID, &f.InvoiceID, &f.Detail)
	return f, err
}

// CensusWhole looks at what has no rows; see port.Censuses.
func (t *tx) CensusWhole(ctx context.Context, b census.Bounds) ([]census.Finding, error) {
	return many(ctx, t, scanFinding, sqlCensusWhole, pgx.NamedArgs{
		"nudge": census.NudgeGrace.Seconds(), "tries": nudgeTries, "seal": census.SealGrace.Seconds(), "zero": census.MustBeZero(),
		"late": b.Late,
	})
}

// Looked lists what must have a running workflow; see port.Censuses.
func (t *tx) Looked(ctx context.Context, part census.Part, after uuid.UUID, limit int) ([]port.Looked, error) {
	query := `
SELECT c.id, c.customer_id, ` + sqlInvoiceOfCase + `, c.kind
FROM cases c
WHERE c.id > $1
  AND c.state = 'active'
  AND NOT EXISTS (SELECT FROM nudges n WHERE n.workflow_id = c.kind || '/' || c.id)
ORDER BY c.id
LIMIT $2`
	switch part {
	case census.DisputeWorkflows:
		query = `
SELECT d.id, d.customer_id, NULL::uuid, 'dispute'
FROM disputes d
WHERE d.id > $1
  AND ` + waitingClaim + `
  AND NOT EXISTS (SELECT FROM nudges w WHERE w.workflow_id = 'dispute/' || d.id)
ORDER BY d.id
LIMIT $2`
	case census.NoticeWorkflows:
		query = `
SELECT n.id, n.customer_id, NULL::uuid, 'notice'
FROM notices n
WHERE n.id > $1
  AND n.state IN ('gathering','draft','sealed','sending')
  AND NOT EXISTS (SELECT FROM nudges w WHERE w.workflow_id = 'notice/' || n.id)
ORDER BY n.id
LIMIT $2`
	}
	return many(ctx, t, pgx.RowToStructByPos[port.Looked], query, after, limit)
}

// Strays names the workflows to which nothing belongs; see port.Censuses.
func (t *tx) Strays(ctx context.Context, workflowIDs []string) ([]string, error) {
	return many(ctx, t, pgx.RowTo[string], `
SELECT w.id
FROM unnest($1::text[]) w (id)
WHERE (w.id LIKE ANY ('{invoice/%,deduction/%}') AND NOT EXISTS (
    SELECT FROM cases c WHERE c.id = split_part(w.id, '/', 2)::uuid AND c.kind = split_part(w.id, '/', 1)))
   OR (w.id LIKE 'dispute/%' AND NOT EXISTS (SELECT FROM disputes d WHERE d.id = split_part(w.id, '/', 2)::uuid))
   OR (w.id LIKE 'notice/%' AND NOT EXISTS (SELECT FROM notices n WHERE n.id = split_part(w.id, '/', 2)::uuid))
ORDER BY w.id`, workflowIDs)
}

// PurgeAnswers deletes answers that are too old to keep; see port.Censuses.
func (t *tx) PurgeAnswers(ctx context.Context, keep time.Duration, limit int) (int64, error) {
	tag, err := t.q.Exec(ctx, `
DELETE FROM idempotency
WHERE (principal, key) IN (
  SELECT principal, key
  FROM idempotency
  WHERE created_at < clock_timestamp() - make_interval(secs => $1)
  ORDER BY created_at
  LIMIT $2)`, keep.Seconds(), limit)
	return tag.RowsAffected(), translate(err)
}
