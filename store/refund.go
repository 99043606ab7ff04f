package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// refundColumns are in the order of scanRefund.
const refundColumns = `
  id,
  receipt_id,
  customer_id,
  currency,
  amount_minor,
  reason,
  to_account,
  state,
  approval_id,
  content_hash,
  proposed_by,
  proposed_at,
  decided_by,
  decided_at,
  comment,
  paid_on,
  paid_by,
  version`

// InsertRefund writes one; see port.Cash.
func (t *tx) InsertRefund(ctx context.Context, r port.Refund) error {
	return t.exec(ctx, `
INSERT INTO refunds (
  id,
  receipt_id,
  customer_id,
  currency,
  amount_minor,
  reason,
  to_account,
  state,
  approval_id,
  content_hash,
  proposed_by,
  proposed_at,
  decided_by,
  decided_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		r.ID, r.ReceiptID, r.CustomerID, r.Currency, r.AmountMinor, r.Reason, r.ToAccount, r.State, r.ApprovalID, r.ContentHash[:], r.ProposedBy,
		r.ProposedAt, r.DecidedBy, r.DecidedAt)
}

// UpdateRefund writes where the version is still the same; see port.Cash.
func (t *tx) UpdateRefund(ctx context.Context, r port.Refund) error {
	return t.change(ctx, errRefundChanged, `
UPDATE refunds SET
  state = $3,
  decided_by = $4,
  decided_at = $5,
  comment = $6,
  paid_on = $7,
  paid_by = $8,
  approval_id = $9,
  version = version + 1
WHERE id = $1 AND version = $2`, r.ID, r.Version, r.State, r.DecidedBy, r.DecidedAt, r.Comment, r.PaidOn, r.PaidBy, r.ApprovalID)
}

// Refund reads one; see port.Cash.
func (t *tx) Refund(ctx context.Context, id uuid.UUID) (port.Refund, error) {
	return one(ctx, t, errRefundNotFound, scanRefund, `SELECT`+refundColumns+` FROM refunds WHERE id = $1`, id)
}

// ListRefunds lists, oldest first; see port.Cash.
func (t *tx) ListRefunds(ctx context.Context, f port.RefundFilter, p port.Page) (port.Paged[port.Refund], error) {
	var w filter
	w.text("state = $?", f.State)
	w.id("customer_id = $?", f.CustomerID)
	w.id("receipt_id = $?", f.ReceiptID)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[port.Refund]{}, err
	}
	rows, err := listed(ctx, t, scanRefund, `SELECT`+refundColumns+` FROM refunds`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(r port.Refund) string { return cursor(r.ID.String()) }), err
}

func scanRefund(row pgx.CollectableRow) (port.Refund, error) {
	var r port.Refund
	var hash []byte
	err := row.Scan(&r.ID, &r.ReceiptID, &r.CustomerID, &r.Currency, &r.AmountMinor, &r.Reason, &r.ToAccount, &r.State, &r.ApprovalID, &hash,
		&r.ProposedBy, &r.ProposedAt, &r.DecidedBy, &r.DecidedAt, &r.Comment, &r.PaidOn, &r.PaidBy, &r.Version)
	copy(r.ContentHash[:], hash)
	return r, err
}
