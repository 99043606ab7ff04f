package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/webhook"
	"arrears/port"
)

// deliveryColumns are in the order of deliveryFields; the alias is for statements that join.
const deliveryColumns = `
  d.id,
  d.endpoint_id,
  d.event_id,
  d.event_type,
  coalesce(d.position, 0),
  d.body,
  d.state,
  d.attempts,
  d.failures,
  d.replays,
  d.next_at,
  d.lease,
  d.last_status,
  d.last_error,
  d.created_at,
  d.settled_at`

// InsertDelivery writes a delivery that no feed holds; see port.Webhooks.
func (t *tx) InsertDelivery(ctx context.Context, d webhook.Delivery) error {
	return t.exec(ctx, `
INSERT INTO webhook_deliveries (
  id,
  endpoint_id,
  event_id,
  event_type,
  body,
  state,
  next_at,
  created_at
) VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7)`, d.ID, d.EndpointID, d.EventID, d.EventType, d.Body, d.NextAt, d.CreatedAt)
}

// Delivery reads one; see port.Webhooks.
func (t *tx) Delivery(ctx context.Context, id uuid.UUID) (webhook.Delivery, error) {
	return one(ctx, t, errDeliveryNotFound, scanDelivery, `SELECT`+deliveryColumns+` FROM webhook_deliveries d WHERE d.id = $1`, id)
}

// Attempts reads the last attempts; see port.Webhooks.
func (t *tx) Attempts(ctx context.Context, deliveryID uuid.UUID, limit int) ([]webhook.Attempt, error) {
	attempts, err := many(ctx, t, scanAttempt, `
SELECT
  number,
  at,
  took_ms,
  status,
  error,
  response
FROM webhook_attempts
WHERE delivery_id = $1
ORDER BY number DESC
LIMIT $2`, deliveryID, limit)
	slices.Reverse(attempts)
	return attempts, err
}

// ListDeliveries lists by id; see port.Webhooks.
func (t *tx) ListDeliveries(ctx context.Context, f port.DeliveryFilter, p port.Page) (port.Paged[webhook.Delivery], error) {
	w := deliveriesThat(f)
	if err := w.after("d.id", p.After); err != nil {
		return port.Paged[webhook.Delivery]{}, err
	}
	rows, err := listed(ctx, t, scanDelivery, `SELECT`+deliveryColumns+` FROM webhook_deliveries d`+w.where()+w.limit("d.id", p), w.args...)
	return paged(rows, p, func(d webhook.Delivery) string { return cursor(d.ID.String()) }), err
}

func deliveriesThat(f port.DeliveryFilter) *filter {
	var w filter
	w.id("d.endpoint_id = $?", f.EndpointID)
	w.id("d.event_id = $?", f.EventID)
	w.text("d.state = $?", f.State)
	w.text("d.event_type = $?", f.EventType)
	if !f.Since.IsZero() {
		w.add("d.created_at >= $?", f.Since)
	}
	if !f.Until.IsZero() {
		w.add("d.created_at < $?", f.Until)
	}
	return &w
}

// revived is what a delivery becomes that is to be tried from the beginning. Its attempts go on counting.
const revived = `
  state = 'pending',
  failures = 0,
  replays = webhook_deliveries.replays + 1,
  leased = false,
  settled_at = NULL`

// ReplayDeliveries makes deliveries pending again; see port.Webhooks.
func (t *tx) ReplayDeliveries(ctx context.Context, f port.DeliveryFilter, now time.Time, limit int) (int, error) {
	w := deliveriesThat(f)
	w.flag("d.state <> 'pending'", true)
	w.args = append(w.args, limit, now)
	last := len(w.args)
	tag, err := t.q.Exec(ctx, `
UPDATE webhook_deliveries SET`+revived+`,
  next_at = $`+strconv.Itoa(last)+`
WHERE id IN (
  SELECT d.id
  FROM webhook_deliveries d`+w.where()+`
  ORDER BY d.id
  LIMIT $`+strconv.Itoa(last-1)+`
  FOR UPDATE OF d)`, w.args...)
	return int(tag.RowsAffected()), translate(err)
}

// RetryDelivery makes one pending and due; see port.Webhooks.
func (t *tx) RetryDelivery(ctx context.Context, id uuid.UUID, now time.Time) error {
	return t.change(ctx, errDeliveryInProgress, `
UPDATE webhook_deliveries SET`+revived+`,
  next_at = $2
WHERE id = $1 AND NOT leased`, id, now)
}

func deliveryFields(d *webhook.Delivery) []any {
	return []any{
		&d.ID,
		&d.EndpointID,
		&d.EventID,
		&d.EventType,
		&d.Position,
		&d.Body,
		&d.State,
		&d.Attempts,
		&d.Failures,
		&d.Replays,
		&d.NextAt,
		&d.Lease,
		&d.LastStatus,
		&d.LastError,
		&d.CreatedAt,
		&d.SettledAt,
	}
}

func scanDelivery(row pgx.CollectableRow) (webhook.Delivery, error) {
	var d webhook.Delivery
	err := row.Scan(deliveryFields(&d)...)
	return d, err
}

func scanAttempt(row pgx.CollectableRow) (webhook.Attempt, error) {
	var a webhook.Attempt
	var milliseconds int64
	err := row.Scan(&a.Number, &a.At, &milliseconds, &a.Status, &a.Error, &a.Response)
	a.Took = time.Duration(milliseconds) * time.Millisecond
	return a, err
}
