package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/receivable"
)

// writeOffColumns are in the order of scanWriteOff; w is the table.
const writeOffColumns = `
  w.id,
  w.item_id,
  w.receipt_id,
  w.kind,
  w.amount_minor,
  w.reason,
  w.created_by,
  w.created_at,
  w.reversed_at`

// InsertWriteOff writes a write-off; see port.Money.
func (t *tx) InsertWriteOff(ctx context.Context, w receivable.WriteOff) error {
	return t.exec(ctx, `
INSERT INTO write_offs (
  id,
  item_id,
  receipt_id,
  kind,
  amount_minor,
  reason,
  created_by,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		w.ID, w.ItemID, w.ReceiptID, w.Kind, w.AmountMinor, w.Reason, w.CreatedBy, w.CreatedAt)
}

// WriteOffsOfReceipt reads those that stand and that a receipt caused; see port.Money.
func (t *tx) WriteOffsOfReceipt(ctx context.Context, receiptID uuid.UUID) ([]receivable.WriteOff, error) {
	return many(ctx, t, scanWriteOff,
		`SELECT`+writeOffColumns+` FROM write_offs w WHERE w.receipt_id = $1 AND w.reversed_at IS NULL ORDER BY w.id`, receiptID)
}

// WriteOffsOfInvoice reads those on an invoice's items; see port.Money.
func (t *tx) WriteOffsOfInvoice(ctx context.Context, invoiceID uuid.UUID) ([]receivable.WriteOff, error) {
	return many(ctx, t, scanWriteOff,
		`SELECT`+writeOffColumns+` FROM write_offs w JOIN items t ON t.id = w.item_id WHERE t.invoice_id = $1 ORDER BY w.id`, invoiceID)
}

// ReverseWriteOff marks one as undone; see port.Money.
func (t *tx) ReverseWriteOff(ctx context.Context, id uuid.UUID, at time.Time) error {
	return t.change(ctx, errWriteOffNotFound,
		`UPDATE write_offs SET reversed_at = $2 WHERE id = $1 AND reversed_at IS NULL`, id, at)
}

func scanWriteOff(row pgx.CollectableRow) (receivable.WriteOff, error) {
	var w receivable.WriteOff
	err := row.Scan(
		&w.ID,
		&w.ItemID,
		&w.ReceiptID,
		&w.Kind,
		&w.AmountMinor,
		&w.Reason,
		&w.CreatedBy,
		&w.CreatedAt,
		&w.ReversedAt,
	)
	return w, err
}
