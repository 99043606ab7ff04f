package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// blockColumns are in the order of scanBlock.
const blockColumns = `
  id,
  customer_id,
  invoice_id,
  item_id,
  reason,
  note,
  until,
  created_by,
  created_at,
  released_at,
  released_by`

var errBlockReleased = fault.New(fault.Conflict, "block.released", "the block was released before")

// InsertBlock writes a block; see port.Holds.
func (t *tx) InsertBlock(ctx context.Context, b receivable.Block) error {
	return t.exec(ctx, `
INSERT INTO blocks (
  id,
  customer_id,
  invoice_id,
  item_id,
  reason,
  note,
  until,
  created_by,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		b.ID, b.CustomerID, b.InvoiceID, b.ItemID, b.Reason, b.Note, b.Until, b.CreatedBy, b.CreatedAt)
}

// Block reads one; see port.Holds.
func (t *tx) Block(ctx context.Context, id uuid.UUID) (receivable.Block, error) {
	return one(ctx, t, errBlockNotFound, scanBlock, `SELECT`+blockColumns+` FROM blocks WHERE id = $1`, id)
}

// ReleaseBlock marks one as released; see port.Holds.
func (t *tx) ReleaseBlock(ctx context.Context, id uuid.UUID, at time.Time, by string) error {
	return t.change(ctx, errBlockReleased,
		`UPDATE blocks SET released_at = $2, released_by = $3 WHERE id = $1 AND released_at IS NULL`, id, at, by)
}

// LiveBlocks reads the customer's blocks that are not released; see port.Holds.
func (t *tx) LiveBlocks(ctx context.Context, customerID uuid.UUID) ([]receivable.Block, error) {
	return many(ctx, t, scanBlock,
		`SELECT`+blockColumns+` FROM blocks WHERE customer_id = $1 AND released_at IS NULL ORDER BY created_at, id`, customerID)
}

// ListBlocks lists, oldest first; see port.Holds.
func (t *tx) ListBlocks(ctx context.Context, f port.HoldFilter, p port.Page) (port.Paged[receivable.Block], error) {
	var w filter
	w.id("customer_id = $?", f.CustomerID)
	w.id("invoice_id = $?", f.InvoiceID)
	w.flag("released_at IS NULL", f.State == "open")
	w.flag("released_at IS NOT NULL", f.State == "released")
	if err := w.after("id", p.After); err != nil {
		return port.Paged[receivable.Block]{}, err
	}
	rows, err := listed(ctx, t, scanBlock, `SELECT`+blockColumns+` FROM blocks`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(b receivable.Block) string { return cursor(b.ID.String()) }), err
}

func scanBlock(row pgx.CollectableRow) (receivable.Block, error) {
	var b receivable.Block
	err := row.Scan(
		&b.ID,
		&b.CustomerID,
		&b.InvoiceID,
		&b.ItemID,
		&b.Reason,
		&b.Note,
		&b.Until,
		&b.CreatedBy,
		&b.CreatedAt,
		&b.ReleasedAt,
		&b.ReleasedBy,
	)
	return b, err
}
