package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// nudgeChannel wakes the relay.
const nudgeChannel = "arrears_nudges"

// A row that waits for its start and is nudged starts at once. A row that was leased keeps being a new row: its version
// rises, so that the relay that delivers the old one does not delete it.
const sqlNudgeConflict = `
ON CONFLICT (workflow_id) DO UPDATE SET
  start_at = CASE WHEN nudges.start_at IS NULL OR excluded.start_at IS NULL THEN NULL ELSE least(nudges.start_at, excluded.start_at) END,
  first_action = CASE WHEN excluded.start_at IS NULL THEN excluded.first_action ELSE nudges.first_action END,
  version = nextval('nudge_versions'),
  attempts = 0,
  not_before = clock_timestamp(),
  traceparent = coalesce(excluded.traceparent, nudges.traceparent)`

const sqlNudge = `
INSERT INTO nudges (
  workflow_id,
  subject_id,
  kind,
  start_at,
  first_action
) VALUES ($1, $2, $3, $4, $5)` + sqlNudgeConflict

// A case that is closed for good is left alone: nothing of it is open.
const sqlNudgeCases = `
INSERT INTO nudges (
  workflow_id,
  subject_id,
  kind,
  first_action
)
SELECT
  c.kind || '/' || c.id,
  c.id,
  c.kind,
  'Review'
FROM cases c
WHERE c.id = ANY($1)
  AND (c.state <> 'closed'
    OR EXISTS (SELECT FROM items i WHERE i.invoice_id = c.id AND i.open_minor > 0 AND i.kind IN ('instalment','charge'))
    OR EXISTS (SELECT FROM items i WHERE i.id = c.id AND i.open_minor > 0))
ORDER BY c.id` + sqlNudgeConflict

// The cases of customers that look at their sums, by the stage at which an item of theirs stands.
const (
	sqlOpenOfCase = `
SELECT last_stage_done
FROM items
WHERE invoice_id = c.id AND open_minor > 0 AND kind IN ('instalment','charge')
UNION ALL
SELECT last_stage_done
FROM items
WHERE id = c.id AND open_minor > 0`

	sqlWideStages = `
SELECT DISTINCT
  c.policy_version_id,
  i.last_stage_done
FROM cases c
JOIN LATERAL (` + sqlOpenOfCase + `) i ON true
WHERE c.customer_id = ANY($1) AND c.customer_wide AND c.state = 'active'`

	sqlNudgeWide = `
INSERT INTO nudges (
  workflow_id,
  subject_id,
  kind,
  first_action
)
SELECT DISTINCT
  c.kind || '/' || c.id,
  c.id,
  c.kind,
  'Review'
FROM unnest($2::uuid[], $3::text[]) AS looking (version_id, stage)
JOIN cases c ON c.policy_version_id = looking.version_id
JOIN LATERAL (` + sqlOpenOfCase + `) i ON i.last_stage_done = looking.stage
WHERE c.customer_id = ANY($1) AND c.customer_wide AND c.state = 'active'
ORDER BY c.id` + sqlNudgeConflict
)

const sqlNotifyNudge = `SELECT pg_notify('` + nudgeChannel + `', '')`

// NudgeCases leaves nudges for cases; see port.Cases.
func (t *tx) NudgeCases(ctx context.Context, caseIDs []uuid.UUID) error {
	if len(caseIDs) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	b.Queue(sqlNudgeCases, caseIDs)
	b.Queue(sqlNotifyNudge)
	return translate(t.q.SendBatch(ctx, b).Close())
}

// NudgeWideCases nudges the cases that look at the customer's sums; see port.Cases.
func (t *tx) NudgeWideCases(ctx context.Context, customerID uuid.UUID) error {
	return t.NudgeWideCasesOf(ctx, []uuid.UUID{customerID})
}

// wideStage is where an item stands on its ladder.
type wideStage struct {
	Version uuid.UUID
	Done    string
}

// NudgeWideCasesOf nudges cases of several customers that look at their sums; see port.Batches. Most items stand before
// stages that do not, and their cases sleep on: the sums of a large customer change many times a day.
func (t *tx) NudgeWideCasesOf(ctx context.Context, customerIDs []uuid.UUID) error {
	found, err := many(ctx, t, pgx.RowToStructByPos[wideStage], sqlWideStages, customerIDs)
	if err != nil {
		return err
	}
	var versions []uuid.UUID
	var stages []string
	for _, at := range found {
		p, err := t.PinnedPolicy(ctx, at.Version)
		if err != nil {
			return err
		}
		if p.LooksAtCustomer(at.Done) {
			versions, stages = append(versions, at.Version), append(stages, at.Done)
		}
	}
	if len(versions) == 0 {
		return nil
	}
	return t.exec(ctx, sqlNudgeWide, customerIDs, versions, stages)
}

// Nudges reads rows that are due for delivery: those to be delivered at once first, then by their start. It takes no lock:
// one relay leads, and a row that two deliver is one nudge too many, which does no harm. A stepped clock holds rows back
// whose start lies ahead of it.
func (db *DB) Nudges(ctx context.Context, limit int) ([]port.Nudge, error) {
	return db.nudges(ctx, "", limit)
}

// nudges reads rows; a condition may name further arguments from $2.
func (db *DB) nudges(ctx context.Context, condition string, limit int, args ...any) ([]port.Nudge, error) {
	rows, err := db.pool.Query(ctx, `
SELECT
  workflow_id,
  subject_id,
  kind,
  start_at,
  first_action,
  version,
  attempts,
  coalesce(traceparent, '')
FROM nudges
WHERE not_before <= clock_timestamp() AND `+dueStart+` `+condition+`
ORDER BY start_at NULLS FIRST, workflow_id
LIMIT $1`, append([]any{limit}, args...)...)
	if err != nil {
		return nil, translate(err)
	}
	nudges, err := pgx.CollectRows(rows, scanNudge)
	return nudges, translate(err)
}

func scanNudge(row pgx.CollectableRow) (port.Nudge, error) {
	var n port.Nudge
	var start *time.Time
	err := row.Scan(&n.WorkflowID, &n.SubjectID, &n.Kind, &start, &n.FirstAction, &n.Version, &n.Attempts, &n.Traceparent)
	if start != nil {
		n.StartAt = *start
	}
	return n, err
}

// DeleteNudges deletes delivered rows whose version is what was read: a row that was nudged since stays, and so does one that
// a transaction is nudging now. Waiting for it could be a deadlock, since transactions nudge in orders of their own.
func (db *DB) DeleteNudges(ctx context.Context, delivered []port.Nudge) error {
	ids, versions := make([]string, len(delivered)), make([]int64, len(delivered))
	for i, n := range delivered {
		ids[i], versions[i] = n.WorkflowID, n.Version
	}
	_, err := db.pool.Exec(ctx, `
DELETE FROM nudges
WHERE workflow_id IN (
  SELECT n.workflow_id
  FROM nudges n
  JOIN unnest($1::text[], $2::bigint[]) AS d (workflow_id, version) ON n.workflow_id = d.workflow_id AND n.version = d.version
  FOR UPDATE OF n SKIP LOCKED)`, ids, versions)
	return translate(err)
}

// FailNudge keeps a row that could not be delivered for a later attempt.
func (db *DB) FailNudge(ctx context.Context, n port.Nudge, code string, after time.Duration) error {
	_, err := db.pool.Exec(ctx, `
UPDATE nudges
SET
  attempts = attempts + 1,
  last_error = $3,
  not_before = clock_timestamp() + make_interval(secs => $4)
WHERE workflow_id = $1 AND version = $2`, n.WorkflowID, n.Version, code, after.Seconds())
	return translate(err)
}

// NudgeLag reports how many rows wait to be delivered at once, and since when the oldest of them is due.
func (db *DB) NudgeLag(ctx context.Context) (waiting int64, oldest time.Duration, err error) {
	var seconds float64
	err = db.pool.QueryRow(ctx, `
SELECT
  count(*),
  coalesce(extract(epoch FROM clock_timestamp() - min(not_before)), 0)
FROM nudges
WHERE start_at IS NULL AND not_before <= clock_timestamp()`).Scan(&waiting, &seconds)
	return waiting, time.Duration(seconds * float64(time.Second)), translate(err)
}
