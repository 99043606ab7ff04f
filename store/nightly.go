package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/port"
)

// installationID names the one installation: the id of its nightly workflow.
const installationID = "04c6cde4-24ac-53de-8773-1a6f6bc643c6"

var errNightNotFound = missing("night")

// LockNightly locks the row of the nightly work; see port.Censuses.
func (t *tx) LockNightly(ctx context.Context, first port.NightPlan) (port.NightPlan, error) {
	return one(ctx, t, errNightNotFound, scanPlan, `
INSERT INTO nightly (next_on, next_at) VALUES ($1, $2)
ON CONFLICT (singleton) DO UPDATE SET next_on = nightly.next_on
RETURNING next_on, next_at`, first.Date, first.At)
}

func scanPlan(row pgx.CollectableRow) (port.NightPlan, error) {
	var p port.NightPlan
	err := row.Scan(&p.Date, &p.At)
	return p, err
}

// SetNightly moves the plan on; see port.Censuses.
func (t *tx) SetNightly(ctx context.Context, plan port.NightPlan) error {
	return t.exec(ctx, `UPDATE nightly SET next_on = $1, next_at = $2`, plan.Date, plan.At)
}

// NudgeNightly leaves a nudge for the nightly workflow; see port.Censuses.
func (t *tx) NudgeNightly(ctx context.Context, after time.Duration) error {
	b := &pgx.Batch{}
	b.Queue(`
INSERT INTO nudges (
  workflow_id,
  subject_id,
  kind,
  first_action,
  not_before
) VALUES ('nightly/' || $1::text, $1::uuid, 'nightly', 'ReviewNightly', clock_timestamp() + make_interval(secs => $2))
ON CONFLICT (workflow_id) DO UPDATE SET
  start_at = NULL,
  first_action = excluded.first_action,
  version = nextval('nudge_versions'),
  attempts = 0,
  not_before = excluded.not_before`, installationID, after.Seconds())
	b.Queue(sqlNotifyNudge)
	return translate(t.q.SendBatch(ctx, b).Close())
}

// Verified reads how far the chain has been verified; see port.Censuses.
func (t *tx) Verified(ctx context.Context) (int64, []byte, error) {
	type verified struct {
		Position int64
		Hash     []byte
	}
	found, err := many(ctx, t, pgx.RowToStructByPos[verified], `SELECT verified_position, verified_hash FROM nightly`)
	if err != nil || len(found) == 0 {
		return 0, nil, err
	}
	return found[0].Position, found[0].Hash, nil
}

// SetVerified notes how far the chain has been verified; see port.Censuses. Two censuses may end in any order.
func (t *tx) SetVerified(ctx context.Context, position int64, hash []byte) error {
	return t.exec(ctx, `UPDATE nightly SET verified_position = $1, verified_hash = $2 WHERE verified_position < $1`, position, hash)
}

const nightColumns = `
  business_date,
  started_at,
  finished_at,
  missed,
  census_id,
  snapshot_on,
  purged`

func scanNight(row pgx.CollectableRow) (port.Night, error) {
	var n port.Night
	err := row.Scan(&n.Date, &n.StartedAt, &n.FinishedAt, &n.Missed, &n.CensusID, &n.SnapshotOn, &n.Purged)
	return n, err
}

// BeginNight writes the night unless it is there; see port.Censuses.
func (t *tx) BeginNight(ctx context.Context, n port.Night) (port.Night, error) {
	if err := t.exec(ctx, `
INSERT INTO nights (business_date, started_at, missed, census_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (business_date) DO NOTHING`, n.Date, n.StartedAt, n.Missed, n.CensusID); err != nil {
		return n, err
	}
	return one(ctx, t, errNightNotFound, scanNight, `SELECT`+nightColumns+` FROM nights WHERE business_date = $1`, n.Date)
}

// EndNight writes what the night came to; see port.Censuses.
func (t *tx) EndNight(ctx context.Context, n port.Night) error {
	return t.change(ctx, errNightNotFound, `
UPDATE nights SET finished_at = $2, snapshot_on = coalesce($3, snapshot_on), purged = $4 WHERE business_date = $1`,
		n.Date, n.FinishedAt, n.SnapshotOn, n.Purged)
}

// LastNight reads the latest; see port.Censuses.
func (t *tx) LastNight(ctx context.Context) (port.Night, error) {
	n, err := one(ctx, t, errNightNotFound, scanNight, `SELECT`+nightColumns+` FROM nights ORDER BY business_date DESC LIMIT 1`)
	if found, ok := errors.AsType[*fault.Error](err); ok && found.Code == errNightNotFound.Code {
		return port.Night{}, nil
	}
	return n, err
}
