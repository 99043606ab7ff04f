package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/money"
	"arrears/domain/receivable"
)

// itemColumns are in the order of scanItem.
const itemColumns = `
  id,
  invoice_id,
  customer_id,
  kind,
  seq,
  due_date,
  aging_date,
  time_zone,
  currency,
  original_minor,
  paid_minor,
  discounted_minor,
  credited_minor,
  written_off_minor,
  moved_minor,
  open_minor,
  disputed_minor,
  cycle,
  level,
  last_stage_done,
  last_stage_on,
  last_notice_on,
  handed_over_on,
  version`

func (t *tx) insertItem(ctx context.Context, item receivable.Item) error {
	return t.exec(ctx, `
INSERT INTO items (
  id,
  invoice_id,
  customer_id,
  kind,
  seq,
  due_date,
  aging_date,
  time_zone,
  currency,
  original_minor,
  paid_minor,
  discounted_minor,
  credited_minor,
  written_off_minor,
  moved_minor,
  open_minor,
  disputed_minor,
  cycle,
  level,
  last_stage_done,
  last_stage_on,
  last_notice_on,
  handed_over_on,
  version
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
		item.ID, item.InvoiceID, item.CustomerID, item.Kind, item.Seq, item.DueDate, item.AgingDate, item.TimeZone, item.Currency,
		item.OriginalMinor, item.PaidMinor, item.DiscountedMinor, item.CreditedMinor, item.WrittenOffMinor, item.MovedMinor,
		item.OpenMinor, item.DisputedMinor, max(1, item.Cycle), item.Level, item.LastStageDone, item.LastStageOn,
		item.LastNoticeOn, item.HandedOverOn, max(1, item.Version))
}

// InsertItem writes an item of its own; see port.Invoices.
func (t *tx) InsertItem(ctx context.Context, item receivable.Item) error {
	return t.insertItem(ctx, item)
}

const sqlUpdateItem = `
UPDATE items SET
  due_date = $3,
  aging_date = $4,
  original_minor = $5,
  paid_minor = $6,
  discounted_minor = $7,
  credited_minor = $8,
  written_off_minor = $9,
  moved_minor = $10,
  open_minor = $11,
  disputed_minor = $12,
  cycle = $13,
  level = $14,
  last_stage_done = $15,
  last_stage_on = $16,
  last_notice_on = $17,
  handed_over_on = $18,
  version = version + 1
WHERE id = $1 AND version = $2`

func updateItemArgs(item receivable.Item) []any {
	return []any{
		item.ID, item.Version, item.DueDate, item.AgingDate, item.OriginalMinor, item.PaidMinor, item.DiscountedMinor,
		item.CreditedMinor, item.WrittenOffMinor, item.MovedMinor, item.OpenMinor, item.DisputedMinor, item.Cycle, item.Level,
		item.LastStageDone, item.LastStageOn, item.LastNoticeOn, item.HandedOverOn,
	}
}

// UpdateItem writes where the version is still the same; see port.Invoices.
func (t *tx) UpdateItem(ctx context.Context, item receivable.Item) error {
	return t.change(ctx, errItemChanged, sqlUpdateItem, updateItemArgs(item)...)
}

// Item reads one; see port.Invoices.
func (t *tx) Item(ctx context.Context, id uuid.UUID) (receivable.Item, error) {
	return one(ctx, t, errItemNotFound, scanItem, `SELECT`+itemColumns+` FROM items WHERE id = $1`, id)
}

// ItemsByID reads several; see port.Invoices.
func (t *tx) ItemsByID(ctx context.Context, ids []uuid.UUID) ([]receivable.Item, error) {
	return many(ctx, t, scanItem, `SELECT`+itemColumns+` FROM items WHERE id = ANY($1) ORDER BY id`, ids)
}

// ItemsOf reads an invoice's items; see port.Invoices.
func (t *tx) ItemsOf(ctx context.Context, invoiceID uuid.UUID) ([]receivable.Item, error) {
	return many(ctx, t, scanItem,
		`SELECT`+itemColumns+` FROM items WHERE invoice_id = $1 ORDER BY kind = 'instalment' DESC, kind, seq`, invoiceID)
}

// OpenItems reads the customer's open items, oldest due date first; see port.Invoices.
func (t *tx) OpenItems(ctx context.Context, customerID uuid.UUID, currency money.Currency) ([]receivable.Item, error) {
	w := filter{conditions: []string{"open_minor > 0"}}
	w.add("customer_id = $?", customerID)
	w.text("currency = $?", string(currency))
	return many(ctx, t, scanItem, `SELECT`+itemColumns+` FROM items`+w.where()+` ORDER BY due_date, id`, w.args...)
}

func scanItem(row pgx.CollectableRow) (receivable.Item, error) {
	var item receivable.Item
	err := row.Scan(
		&item.ID,
		&item.InvoiceID,
		&item.CustomerID,
		&item.Kind,
		&item.Seq,
		&item.DueDate,
		&item.AgingDate,
		&item.TimeZone,
		&item.Currency,
		&item.OriginalMinor,
		&item.PaidMinor,
		&item.DiscountedMinor,
		&item.CreditedMinor,
		&item.WrittenOffMinor,
		&item.MovedMinor,
		&item.OpenMinor,
		&item.DisputedMinor,
		&item.Cycle,
		&item.Level,
		&item.LastStageDone,
		&item.LastStageOn,
		&item.LastNoticeOn,
		&item.HandedOverOn,
		&item.Version,
	)
	return item, err
}
