package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// disputeColumns are in the order of scanDisputeFlag.
const disputeColumns = `
  id,
  item_id,
  coalesce(invoice_id, '00000000-0000-0000-0000-000000000000'),
  customer_id,
  amount_minor,
  currency,
  reason,
  note,
  state = 'released',
  created_by,
  created_at,
  released_by,
  released_at,
  release_reason`

var errDisputeReleased = fault.New(fault.Conflict, "dispute.released", "the dispute flag was released before")

// InsertDisputeFlag writes a flag; see port.Holds. One on a claim without invoice names none.
func (t *tx) InsertDisputeFlag(ctx context.Context, d receivable.DisputeFlag) error {
	return t.exec(ctx, `
INSERT INTO dispute_flags (
  id,
  item_id,
  invoice_id,
  customer_id,
  amount_minor,
  currency,
  reason,
  note,
  state,
  created_by,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10)`,
		d.ID, d.ItemID, uuid.NullUUID{UUID: d.InvoiceID, Valid: d.InvoiceID != uuid.Nil}, d.CustomerID, d.AmountMinor, d.Currency, d.Reason,
		d.Note, d.CreatedBy, d.CreatedAt)
}

// DisputeFlag reads one; see port.Holds.
func (t *tx) DisputeFlag(ctx context.Context, id uuid.UUID) (receivable.DisputeFlag, error) {
	return one(ctx, t, errDisputeNotFound, scanDisputeFlag, `SELECT`+disputeColumns+` FROM dispute_flags WHERE id = $1`, id)
}

// UpdateDisputeFlag writes amount and release of one that stands; see port.Holds.
func (t *tx) UpdateDisputeFlag(ctx context.Context, d receivable.DisputeFlag) error {
	return t.change(ctx, errDisputeReleased, `
UPDATE dispute_flags SET
  amount_minor = $2,
  state = CASE WHEN $3 THEN 'released' ELSE 'open' END,
  released_by = $4,
  released_at = $5,
  release_reason = $6
WHERE id = $1 AND state = 'open'`,
		d.ID, d.AmountMinor, d.Released, d.ReleasedBy, d.ReleasedAt, d.ReleaseReason)
}

// OpenDisputeFlags reads those of an item that stand; see port.Holds.
func (t *tx) OpenDisputeFlags(ctx context.Context, itemID uuid.UUID) ([]receivable.DisputeFlag, error) {
	return many(ctx, t, scanDisputeFlag,
		`SELECT`+disputeColumns+` FROM dispute_flags WHERE item_id = $1 AND state = 'open' ORDER BY created_at, id`, itemID)
}

// ListDisputeFlags lists, oldest first; see port.Holds.
func (t *tx) ListDisputeFlags(ctx context.Context, f port.HoldFilter, p port.Page) (port.Paged[receivable.DisputeFlag], error) {
	var w filter
	w.id("customer_id = $?", f.CustomerID)
	w.id("invoice_id = $?", f.InvoiceID)
	w.text("state = $?", f.State)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[receivable.DisputeFlag]{}, err
	}
	rows, err := listed(ctx, t, scanDisputeFlag,
		`SELECT`+disputeColumns+` FROM dispute_flags`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(d receivable.DisputeFlag) string { return cursor(d.ID.String()) }), err
}

func scanDisputeFlag(row pgx.CollectableRow) (receivable.DisputeFlag, error) {
	var d receivable.DisputeFlag
	err := row.Scan(
		&d.ID,
		&d.ItemID,
		&d.InvoiceID,
		&d.CustomerID,
		&d.AmountMinor,
		&d.Currency,
		&d.Reason,
		&d.Note,
		&d.Released,
		&d.CreatedBy,
		&d.CreatedAt,
		&d.ReleasedBy,
		&d.ReleasedAt,
		&d.ReleaseReason,
	)
	return d, err
}
