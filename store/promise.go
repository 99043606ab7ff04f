package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/receivable"
	"arrears/port"
)

// promiseColumns are in the order of scanPromise. The items come along as three lists, so a list of promises is one query.
const promiseColumns = `
  p.id,
  p.customer_id,
  p.invoice_id,
  p.amount_minor,
  p.currency,
  p.received_minor,
  p.promised_on,
  p.due_on,
  p.grace_days,
  p.state,
  p.settled_on,
  p.note,
  p.created_by,
  p.created_at,
  p.version,
  parts.item_ids,
  parts.amounts,
  parts.received`

const promiseFrom = `
FROM promises p
CROSS JOIN LATERAL (
  SELECT
    array_agg(x.item_id ORDER BY t.seq, t.id) AS item_ids,
    array_agg(x.amount_minor ORDER BY t.seq, t.id) AS amounts,
    array_agg(x.received_minor ORDER BY t.seq, t.id) AS received
  FROM promise_items x
  JOIN items t ON t.id = x.item_id
  WHERE x.promise_id = p.id
) parts`

// InsertPromise writes a promise with its items; see port.Holds.
func (t *tx) InsertPromise(ctx context.Context, p receivable.Promise) error {
	err := t.exec(ctx, `
INSERT INTO promises (
  id,
  customer_id,
  invoice_id,
  amount_minor,
  currency,
  received_minor,
  promised_on,
  due_on,
  grace_days,
  state,
  settled_on,
  note,
  created_by,
  created_at,
  version
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		p.ID, p.CustomerID, p.InvoiceID, p.AmountMinor, p.Currency, p.ReceivedMinor, p.PromisedOn, p.DueOn, p.GraceDays, p.State,
		p.SettledOn, p.Note, p.CreatedBy, p.CreatedAt, max(1, p.Version))
	if err != nil {
		return err
	}
	return t.putPromiseItems(ctx, p)
}

// UpdatePromise writes where the version is still the same; see port.Holds.
func (t *tx) UpdatePromise(ctx context.Context, p receivable.Promise) error {
	err := t.change(ctx, errPromiseChanged, `
UPDATE promises SET
  received_minor = $3,
  state = $4,
  settled_on = $5,
  version = version + 1
WHERE id = $1 AND version = $2`, p.ID, p.Version, p.ReceivedMinor, p.State, p.SettledOn)
	if err != nil {
		return err
	}
	return t.putPromiseItems(ctx, p)
}

func (t *tx) putPromiseItems(ctx context.Context, p receivable.Promise) error {
	for _, item := range p.Items {
		err := t.exec(ctx, `
INSERT INTO promise_items (
  promise_id,
  item_id,
  amount_minor,
  received_minor
) VALUES ($1, $2, $3, $4)
ON CONFLICT (promise_id, item_id) DO UPDATE SET received_minor = excluded.received_minor`,
			p.ID, item.ItemID, item.AmountMinor, item.ReceivedMinor)
		if err != nil {
			return err
		}
	}
	return nil
}

// Promise reads one with its items; see port.Holds.
func (t *tx) Promise(ctx context.Context, id uuid.UUID) (receivable.Promise, error) {
	return one(ctx, t, errPromiseNotFound, scanPromise, `SELECT`+promiseColumns+promiseFrom+` WHERE p.id = $1`, id)
}

// PromisesOfInvoice reads all of an invoice; see port.Holds.
func (t *tx) PromisesOfInvoice(ctx context.Context, invoiceID uuid.UUID) ([]receivable.Promise, error) {
	return many(ctx, t, scanPromise,
		`SELECT`+promiseColumns+promiseFrom+` WHERE p.invoice_id = $1 ORDER BY p.created_at, p.id`, invoiceID)
}

// OpenPromises reads the customer's open ones; see port.Holds.
func (t *tx) OpenPromises(ctx context.Context, customerID uuid.UUID) ([]receivable.Promise, error) {
	return many(ctx, t, scanPromise,
		`SELECT`+promiseColumns+promiseFrom+` WHERE p.customer_id = $1 AND p.state = 'open' ORDER BY p.created_at, p.id`, customerID)
}

// ListPromises lists, oldest first; see port.Holds.
func (t *tx) ListPromises(ctx context.Context, f port.HoldFilter, p port.Page) (port.Paged[receivable.Promise], error) {
	var w filter
	w.id("p.customer_id = $?", f.CustomerID)
	w.id("p.invoice_id = $?", f.InvoiceID)
	w.text("p.state = $?", f.State)
	if err := w.after("p.id", p.After); err != nil {
		return port.Paged[receivable.Promise]{}, err
	}
	rows, err := listed(ctx, t, scanPromise, `SELECT`+promiseColumns+promiseFrom+w.where()+w.limit("p.id", p), w.args...)
	return paged(rows, p, func(p receivable.Promise) string { return cursor(p.ID.String()) }), err
}

func scanPromise(row pgx.CollectableRow) (receivable.Promise, error) {
	var p receivable.Promise
	var items []uuid.UUID
	var amounts, received []int64
	err := row.Scan(
		&p.ID,
		&p.CustomerID,
		&p.InvoiceID,
		&p.AmountMinor,
		&p.Currency,
		&p.ReceivedMinor,
		&p.PromisedOn,
		&p.DueOn,
		&p.GraceDays,
		&p.State,
		&p.SettledOn,
		&p.Note,
		&p.CreatedBy,
		&p.CreatedAt,
		&p.Version,
		&items,
		&amounts,
		&received,
	)
	for i, id := range items {
		p.Items = append(p.Items, receivable.PromiseItem{ItemID: id, AmountMinor: amounts[i], ReceivedMinor: received[i]})
	}
	return p, err
}
