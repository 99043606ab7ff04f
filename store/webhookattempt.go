package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/audit"
	"arrears/domain/event"
	"arrears/domain/webhook"
	"arrears/port"
)

// counterResent counts attempts that were made again because nobody recorded how the one before went.
const counterResent = "webhook_resent"

// errLeaseLost is never shown: another attempt has begun, and its outcome counts.
var errLeaseLost = errors.New("lease lost")

// ClaimDeliveries leases at most limit due deliveries of an enabled endpoint that did not ask for a pause. Each is an attempt
// that has begun: only its lease may record it, and when nobody does by the lease's end, it is claimed again and counted.
func (db *DB) ClaimDeliveries(ctx context.Context, endpointID uuid.UUID, now time.Time, lease time.Duration, limit int) (port.ClaimedDeliveries, error) {
	var claimed port.ClaimedDeliveries
	err := db.write(ctx, func(t *tx) error {
		claimed = port.ClaimedDeliveries{}
		e, err := t.Endpoint(ctx, endpointID)
		if err != nil || e.State != webhook.Enabled || (e.PausedUntil != nil && now.Before(*e.PausedUntil)) {
			return err
		}
		claimed.Endpoint = e
		rows, err := t.claim(ctx, endpointID, now, lease, limit)
		if err != nil || len(rows) == 0 {
			return err
		}
		events, err := t.eventsAt(ctx, rows)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.unrecorded {
				claimed.Unrecorded++
				if err := t.insertAttempt(ctx, row.ID, webhook.Attempt{Number: row.Attempts - 1, At: row.was.Add(-lease), Error: webhook.ErrUncertain}); err != nil {
					return err
				}
			}
			claimed.Deliveries = append(claimed.Deliveries, port.ClaimedDelivery{Delivery: row.Delivery, Event: events[row.Position]})
		}
		if claimed.Unrecorded > 0 {
			return t.Count(ctx, counterResent, int64(claimed.Unrecorded))
		}
		return nil
	})
	return claimed, err
}

type claimedRow struct {
	webhook.Delivery
	unrecorded bool      // leased before, and never recorded
	was        time.Time // when it was due: the lease's end where it was leased
}

func (t *tx) claim(ctx context.Context, endpointID uuid.UUID, now time.Time, lease time.Duration, limit int) ([]claimedRow, error) {
	return many(ctx, t, scanClaimed, `
WITH due AS (
  SELECT
    q.id,
    q.leased,
    q.next_at
  FROM webhook_deliveries q
  WHERE q.endpoint_id = $1 AND q.state = 'pending' AND q.next_at <= $2
  ORDER BY q.next_at, q.id
  LIMIT $4
  FOR UPDATE SKIP LOCKED
)
UPDATE webhook_deliveries d SET
  attempts = d.attempts + 1,
  lease = d.lease + 1,
  leased = true,
  next_at = $3
FROM due
WHERE d.id = due.id
RETURNING`+deliveryColumns+`,
  due.leased,
  due.next_at`, endpointID, now, now.Add(lease), limit)
}

func scanClaimed(row pgx.CollectableRow) (claimedRow, error) {
	var c claimedRow
	err := row.Scan(append(deliveryFields(&c.Delivery), &c.unrecorded, &c.was)...)
	return c, err
}

// eventsAt reads the events of deliveries by their positions.
func (t *tx) eventsAt(ctx context.Context, rows []claimedRow) (map[int64]*event.Event, error) {
	var positions []int64
	for _, row := range rows {
		if row.Position > 0 {
			positions = append(positions, row.Position)
		}
	}
	links, err := many(ctx, t, scanLink, `
SELECT`+auditColumns+`,
  position,
  prev_hash,
  hash
FROM audit_entries
WHERE position = ANY($1)`, positions)
	events := make(map[int64]*event.Event, len(links))
	for _, l := range links {
		put(events, l)
	}
	return events, err
}

func put(events map[int64]*event.Event, l audit.Link) {
	if e, ok := event.Of(l); ok {
		events[l.Position] = &e
	}
}

// RecordAttempt writes what an attempt came to and returns how its endpoint does. recorded is false, and nothing changes,
// when another attempt has begun since.
func (db *DB) RecordAttempt(ctx context.Context, o port.AttemptOutcome) (health port.EndpointHealth, recorded bool, err error) {
	err = db.write(ctx, func(t *tx) error {
		health, err = t.recordHealth(ctx, o)
		if err != nil {
			return err
		}
		if err := t.settle(ctx, o); err != nil {
			return err
		}
		return t.insertAttempt(ctx, o.Delivery.ID, o.Attempt)
	})
	if errors.Is(err, errLeaseLost) {
		return port.EndpointHealth{}, false, nil
	}
	return health, err == nil, err
}

// recordHealth locks the endpoint before the delivery, as everyone does. A success after successes touches nothing.
func (t *tx) recordHealth(ctx context.Context, o port.AttemptOutcome) (port.EndpointHealth, error) {
	if o.Verdict.State == webhook.Delivered {
		return port.EndpointHealth{}, t.exec(ctx, `
UPDATE webhook_endpoints SET
  failing_since = NULL,
  failures = 0
WHERE id = $1 AND failures > 0`, o.Delivery.EndpointID)
	}
	var pause *time.Time
	if !o.Verdict.PausedUntil.IsZero() {
		pause = &o.Verdict.PausedUntil
	}
	return one(ctx, t, errEndpointNotFound, scanHealth, `
UPDATE webhook_endpoints SET
  failing_since = coalesce(failing_since, $2),
  failures = failures + 1,
  paused_until = greatest(paused_until, $3)
WHERE id = $1
RETURNING failing_since, failures`, o.Delivery.EndpointID, o.At, pause)
}

func scanHealth(row pgx.CollectableRow) (port.EndpointHealth, error) {
	var h port.EndpointHealth
	err := row.Scan(&h.FailingSince, &h.Failures)
	return h, err
}

// settle moves the delivery on, if the lease is still the last.
func (t *tx) settle(ctx context.Context, o port.AttemptOutcome) error {
	v := o.Verdict
	next, settled := v.NextAt, &o.At
	if v.State == webhook.Pending {
		settled = nil
	} else {
		next = o.At // it means nothing any more
	}
	tag, err := t.q.Exec(ctx, `
UPDATE webhook_deliveries SET
  state = $3,
  failures = $4,
  next_at = $5,
  settled_at = $6,
  last_status = $7,
  last_error = $8,
  leased = false
WHERE id = $1 AND lease = $2 AND leased`,
		o.Delivery.ID, o.Delivery.Lease, v.State, v.Failures, next, settled, o.Attempt.Status, o.Attempt.Error)
	if err == nil && tag.RowsAffected() == 0 {
		return errLeaseLost
	}
	return translate(err)
}

func (t *tx) insertAttempt(ctx context.Context, deliveryID uuid.UUID, a webhook.Attempt) error {
	response := a.Response
	if response == nil {
		response = []byte{}
	}
	return t.exec(ctx, `
INSERT INTO webhook_attempts (
  delivery_id,
  number,
  at,
  took_ms,
  status,
  error,
  response
) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (delivery_id, number) DO NOTHING`, deliveryID, a.Number, a.At, a.Took.Milliseconds(), a.Status, a.Error, response)
}
