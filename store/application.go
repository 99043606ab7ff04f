package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// sqlApplications reads applications in the order of scanApplied, with what they join.
const sqlApplications = `
SELECT
  a.id,
  a.item_id,
  a.amount_minor,
  a.item_minor,
  a.discount_minor,
  a.rate::text,
  a.applied_at,
  a.reversed_at,
  a.receipt_id,
  r.currency,
  i.currency,
  i.invoice_id,
  r.customer_id
FROM applications a
JOIN receipts r ON r.id = a.receipt_id
JOIN items i ON i.id = a.item_id`

// Application reads one; see port.Money.
func (t *tx) Application(ctx context.Context, id uuid.UUID) (port.AppliedCash, error) {
	return one(ctx, t, errApplicationNotFound, scanApplied, sqlApplications+` WHERE a.id = $1`, id)
}

// ListApplications lists, oldest record first; see port.Money.
func (t *tx) ListApplications(ctx context.Context, f port.ApplicationFilter, p port.Page) (port.Paged[port.AppliedCash], error) {
	var w filter
	w.id("a.receipt_id = $?", f.ReceiptID)
	w.id("a.item_id = $?", f.ItemID)
	// Items and receipts are read beforehand, for the planner to go by the few that there are.
	w.id("a.item_id = ANY(ARRAY(SELECT id FROM items WHERE invoice_id = $?))", f.InvoiceID)
	w.id("a.receipt_id = ANY(ARRAY(SELECT id FROM receipts WHERE customer_id = $?))", f.CustomerID)
	w.flag("a.reversed_at IS NULL", f.State == port.ApplicationStanding)
	w.flag("a.reversed_at IS NOT NULL", f.State == port.ApplicationUndone)
	if err := w.after("a.id", p.After); err != nil {
		return port.Paged[port.AppliedCash]{}, err
	}
	rows, err := listed(ctx, t, scanApplied, sqlApplications+w.where()+w.limit("a.id", p), w.args...)
	return paged(rows, p, func(a port.AppliedCash) string { return cursor(a.ID.String()) }), err
}

func scanApplied(row pgx.CollectableRow) (port.AppliedCash, error) {
	var a port.AppliedCash
	err := row.Scan(&a.ID, &a.ItemID, &a.AmountMinor, &a.ItemMinor, &a.DiscountMinor, &a.Rate, &a.AppliedAt, &a.ReversedAt, &a.ReceiptID,
		&a.Currency, &a.ItemCurrency, &a.InvoiceID, &a.CustomerID)
	return a, err
}
