package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/event"
	"arrears/domain/webhook"
	"arrears/port"
)

// The bounds of one turn of queueing.
const (
	queueBatch = 500  // events queued in one transaction
	maxQueued  = 5000 // deliveries of one endpoint that wait; the feed keeps the rest
)

// errNotMine is never shown: the endpoint is not enabled, or another process is busy with it.
var errNotMine = errors.New("not to be served now")

// write runs fn in one transaction.
func (db *DB) write(ctx context.Context, fn func(t *tx) error) error {
	return db.InTx(ctx, func(_ context.Context, opened port.Tx) error {
		t, ok := opened.(*tx)
		if !ok {
			return errNotMine // InTx makes no other
		}
		return fn(t)
	})
}

// ServedEndpoints lists those to which events are sent now.
func (db *DB) ServedEndpoints(ctx context.Context) ([]uuid.UUID, error) {
	rows, err := db.pool.Query(ctx, `SELECT id FROM webhook_endpoints WHERE state = 'enabled' ORDER BY id`)
	if err != nil {
		return nil, translate(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return ids, translate(err)
}

// QueueEvents makes deliveries of what the feed holds beyond the endpoint's position and moves the position with them, in
// one transaction: nothing is skipped, and nothing is queued twice. more is true while there may be more at once.
func (db *DB) QueueEvents(ctx context.Context, endpointID uuid.UUID, now time.Time) (queued int, more bool, err error) {
	err = db.write(ctx, func(t *tx) error {
		queued, more = 0, false
		e, err := one(ctx, t, nil, scanEndpoint,
			`SELECT`+endpointColumns+` FROM webhook_endpoints WHERE id = $1 AND state = 'enabled' FOR NO KEY UPDATE SKIP LOCKED`, endpointID)
		if err != nil || e.ID == uuid.Nil {
			return err
		}
		room, err := t.queueRoom(ctx, endpointID)
		if err != nil || room == 0 {
			return err
		}
		if e.Replaying() {
			queued, more, err = t.queueReplay(ctx, e, now, room)
			return err
		}
		queued, more, err = t.queueNew(ctx, e, now, room)
		return err
	})
	return queued, more, err
}

// queueRoom is how many deliveries may be queued now.
func (t *tx) queueRoom(ctx context.Context, endpointID uuid.UUID) (int, error) {
	waiting, err := one(ctx, t, errEndpointNotFound, pgx.RowTo[int], `
SELECT count(*)
FROM (SELECT FROM webhook_deliveries WHERE endpoint_id = $1 AND state = 'pending' LIMIT $2) AS bounded`, endpointID, maxQueued)
	return min(queueBatch, maxQueued-waiting), err
}

func (t *tx) queueNew(ctx context.Context, e webhook.Endpoint, now time.Time, room int) (int, bool, error) {
	events, last, err := t.ListEvents(ctx, e.Position, e.EventTypes, room)
	if err != nil || last == e.Position {
		return 0, false, err
	}
	if err := t.queue(ctx, e.ID, events, now, `DO NOTHING`); err != nil {
		return 0, false, err
	}
	return len(events), true, t.exec(ctx, `UPDATE webhook_endpoints SET position = $2 WHERE id = $1`, e.ID, last)
}

// queueReplay queues a stretch again: what was settled becomes pending, what was swept is made again, what is pending stays.
func (t *tx) queueReplay(ctx context.Context, e webhook.Endpoint, now time.Time, room int) (int, bool, error) {
	events, last, err := t.ListEvents(ctx, e.ReplayAfter, e.EventTypes, room)
	if err != nil {
		return 0, false, err
	}
	last = min(last, e.ReplayUntil)
	for len(events) > 0 && events[len(events)-1].Position > last {
		events = events[:len(events)-1]
	}
	if err := t.queue(ctx, e.ID, events, now, `DO UPDATE SET`+revived+`, next_at = excluded.next_at WHERE webhook_deliveries.state <> 'pending'`); err != nil {
		return 0, false, err
	}
	return len(events), true, t.exec(ctx, `UPDATE webhook_endpoints SET replay_after = $2 WHERE id = $1`, e.ID, last)
}

func (t *tx) queue(ctx context.Context, endpointID uuid.UUID, events []event.Event, now time.Time, onConflict string) error {
	if len(events) == 0 {
		return nil
	}
	var ids []uuid.UUID
	var of, types []string
	var positions []int64
	for _, e := range events {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		ids, of, types, positions = append(ids, id), append(of, e.ID), append(types, e.Type), append(positions, e.Position)
	}
	return t.exec(ctx, `
INSERT INTO webhook_deliveries (
  id,
  endpoint_id,
  event_id,
  event_type,
  position,
  state,
  next_at,
  created_at
)
SELECT
  e.id,
  $1,
  e.event_id::uuid,
  e.event_type,
  e.position,
  'pending',
  $6,
  $6
FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[]) AS e (id, event_id, event_type, position)
ON CONFLICT (endpoint_id, event_id) `+onConflict, endpointID, ids, of, types, positions, now)
}

// SweepWebhooks erases expired secrets, cancels what waits for archived endpoints, and deletes at most limit deliveries that
// were settled before the moment given; dead letters stay until they are replayed. It returns how many rows it touched: call
// it again at once while that is limit or more.
func (db *DB) SweepWebhooks(ctx context.Context, now, before time.Time, limit int) (int64, error) {
	total := int64(0)
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM webhook_secrets WHERE expires_at <= $1`, []any{now}},
		{`
UPDATE webhook_deliveries SET
  state = 'cancelled',
  leased = false,
  settled_at = $1
WHERE id IN (
  SELECT d.id
  FROM webhook_deliveries d
  JOIN webhook_endpoints e ON e.id = d.endpoint_id
  WHERE e.state = 'archived' AND d.state = 'pending'
  LIMIT $2)`, []any{now, limit}},
		{`
DELETE FROM webhook_deliveries
WHERE id IN (
  SELECT id
  FROM webhook_deliveries
  WHERE state IN ('delivered', 'cancelled') AND settled_at < $1
  LIMIT $2)`, []any{before, limit}},
	} {
		tag, err := db.pool.Exec(ctx, step.sql, step.args...)
		if err != nil {
			return total, translate(err)
		}
		total += tag.RowsAffected()
	}
	return total, nil
}
