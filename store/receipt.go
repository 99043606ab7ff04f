package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/receivable"
	"arrears/port"
)

// receiptColumns are in the order of scanReceipt.
const receiptColumns = `
  id,
  source,
  number,
  customer_id,
  kind,
  currency,
  amount_minor,
  gross_minor,
  netted_minor,
  applied_minor,
  on_account_minor,
  unapplied_minor,
  refunded_minor,
  value_date,
  reference,
  state,
  reversed_at,
  reversal_reason,
  created_by,
  created_at,
  version,
  match_state,
  likely_customer_id,
  payer_name,
  payer_account,
  held_reason,
  beside_id`

// InsertReceipt writes the receipt and its applications; see port.Money.
func (t *tx) InsertReceipt(ctx context.Context, r receivable.Receipt) error {
	err := t.exec(ctx, `
INSERT INTO receipts (
  id,
  source,
  number,
  customer_id,
  kind,
  currency,
  amount_minor,
  gross_minor,
  netted_minor,
  applied_minor,
  on_account_minor,
  unapplied_minor,
  refunded_minor,
  value_date,
  reference,
  state,
  reversed_at,
  reversal_reason,
  created_by,
  created_at,
  version,
  match_state,
  likely_customer_id,
  payer_name,
  payer_account,
  held_reason,
  beside_id
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`,
		r.ID, r.Source, r.Number, r.CustomerID, r.Kind, r.Currency, r.AmountMinor, r.GrossMinor, r.NettedMinor, r.AppliedMinor,
		r.OnAccountMinor, r.UnappliedMinor, r.RefundedMinor, r.ValueDate, r.Reference, r.State, r.ReversedAt, r.ReversalReason,
		r.CreatedBy, r.CreatedAt, max(1, r.Version), r.Payer.Match, r.Payer.LikelyID, r.Payer.Name, r.Payer.Account, r.Payer.HeldReason,
		r.BesideID)
	if err != nil {
		return err
	}
	return t.putApplications(ctx, r.Applications)
}

// UpdateReceipt writes where the version is still the same; see port.Money.
func (t *tx) UpdateReceipt(ctx context.Context, r receivable.Receipt) error {
	err := t.change(ctx, errReceiptChanged, `
UPDATE receipts SET
  customer_id = $3,
  amount_minor = $4,
  netted_minor = $5,
  applied_minor = $6,
  on_account_minor = $7,
  unapplied_minor = $8,
  refunded_minor = $9,
  state = $10,
  reversed_at = $11,
  reversal_reason = $12,
  match_state = $13,
  likely_customer_id = $14,
  held_reason = $15,
  version = version + 1
WHERE id = $1 AND version = $2`,
		r.ID, r.Version, r.CustomerID, r.AmountMinor, r.NettedMinor, r.AppliedMinor, r.OnAccountMinor, r.UnappliedMinor,
		r.RefundedMinor, r.State, r.ReversedAt, r.ReversalReason, r.Payer.Match, r.Payer.LikelyID, r.Payer.HeldReason)
	if err != nil {
		return err
	}
	return t.putApplications(ctx, r.Applications)
}

// putApplications inserts those that are new and marks those that were undone since; nothing else of them ever changes.
func (t *tx) putApplications(ctx context.Context, list []receivable.Application) error {
	for _, a := range list {
		err := t.exec(ctx, `
INSERT INTO applications (
  id,
  receipt_id,
  item_id,
  amount_minor,
  item_minor,
  discount_minor,
  rate,
  applied_at,
  reversed_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (id) DO UPDATE SET reversed_at = excluded.reversed_at
WHERE applications.reversed_at IS NULL AND excluded.reversed_at IS NOT NULL`,
			a.ID, a.ReceiptID, a.ItemID, a.AmountMinor, a.ItemMinor, a.DiscountMinor, a.Rate, a.AppliedAt, a.ReversedAt)
		if err != nil {
			return err
		}
	}
	return nil
}

// Receipt reads one with its applications; see port.Money.
func (t *tx) Receipt(ctx context.Context, id uuid.UUID) (receivable.Receipt, error) {
	return t.receiptWhere(ctx, `id = $1`, id)
}

// ReceiptByNumber reads one by its natural key; see port.Money.
func (t *tx) ReceiptByNumber(ctx context.Context, source, number string) (receivable.Receipt, error) {
	return t.receiptWhere(ctx, `source = $1 AND number = $2`, source, number)
}

func (t *tx) receiptWhere(ctx context.Context, condition string, args ...any) (receivable.Receipt, error) {
	r, err := one(ctx, t, errReceiptNotFound, scanReceipt,
		`SELECT`+receiptColumns+` FROM receipts WHERE `+condition, args...)
	if err != nil {
		return r, err
	}
	r.Applications, err = t.applications(ctx, r.ID)
	return r, err
}

// applications reads those of a receipt in the order they were made.
func (t *tx) applications(ctx context.Context, receiptID uuid.UUID) ([]receivable.Application, error) {
	return many(ctx, t, scanApplication, `
SELECT
  id,
  receipt_id,
  item_id,
  amount_minor,
  item_minor,
  discount_minor,
  rate,
  applied_at,
  reversed_at
FROM applications
WHERE receipt_id = $1
ORDER BY id`, receiptID)
}

// ReceiptsOfItem reads the receipts that are on an item; see port.Money.
func (t *tx) ReceiptsOfItem(ctx context.Context, itemID uuid.UUID) ([]receivable.Receipt, error) {
	return t.receiptsWhere(ctx, `id IN (SELECT receipt_id FROM applications WHERE item_id = $1 AND reversed_at IS NULL)`, itemID)
}

// receiptsWhere reads some with their applications, oldest first.
func (t *tx) receiptsWhere(ctx context.Context, condition string, args ...any) ([]receivable.Receipt, error) {
	list, err := many(ctx, t, scanReceipt, `SELECT`+receiptColumns+` FROM receipts WHERE `+condition+` ORDER BY id`, args...)
	for n := 0; n < len(list) && err == nil; n++ {
		list[n].Applications, err = t.applications(ctx, list[n].ID)
	}
	return list, err
}

// OffsetsBeside reads the offsets made beside a receipt; see port.Money.
func (t *tx) OffsetsBeside(ctx context.Context, receiptID uuid.UUID) ([]receivable.Receipt, error) {
	return t.receiptsWhere(ctx, `beside_id = $1`, receiptID)
}

// ListReceipts lists, oldest first; see port.Money.
func (t *tx) ListReceipts(ctx context.Context, f port.ReceiptFilter, p port.Page) (port.Paged[receivable.Receipt], error) {
	var w filter
	w.id("customer_id = $?", f.CustomerID)
	w.id(`EXISTS (
  SELECT FROM applications a JOIN items t ON t.id = a.item_id WHERE a.receipt_id = receipts.id AND t.invoice_id = $?)`, f.InvoiceID)
	if f.Number == "" {
		w.text("source = $?", f.Source)
	} else if err := w.number(ctx, t, "receipts", "", f.Source, f.Number); err != nil {
		return port.Paged[receivable.Receipt]{}, err
	}
	w.text("state = $?", f.State)
	w.flag("on_account_minor + unapplied_minor > 0", f.Rest)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[receivable.Receipt]{}, err
	}
	rows, err := listed(ctx, t, scanReceipt, `SELECT`+receiptColumns+` FROM receipts`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(r receivable.Receipt) string { return cursor(r.ID.String()) }), err
}

// Reserves sums by currency what the customer has waiting; see port.Money.
func (t *tx) Reserves(ctx context.Context, customerID uuid.UUID) ([]port.Reserve, error) {
	return many(ctx, t, scanReserve, `
SELECT
  currency,
  sum(credit)::bigint,
  sum(cash)::bigint
FROM (
  SELECT currency, open_minor AS credit, 0 AS cash FROM credit_memos WHERE customer_id = $1 AND open_minor > 0
  UNION ALL
  SELECT currency, 0, on_account_minor + unapplied_minor FROM receipts
  WHERE customer_id = $1 AND on_account_minor + unapplied_minor > 0
  UNION ALL
  SELECT currency, 0, unapplied_minor FROM receipts
  WHERE likely_customer_id = $1 AND customer_id IS NULL AND unapplied_minor > 0
) waiting
GROUP BY currency
ORDER BY currency`, customerID)
}

func scanReserve(row pgx.CollectableRow) (port.Reserve, error) {
	var r port.Reserve
	err := row.Scan(&r.Currency, &r.CreditMinor, &r.OnAccountMinor)
	return r, err
}

func scanApplication(row pgx.CollectableRow) (receivable.Application, error) {
	var a receivable.Application
	err := row.Scan(
		&a.ID,
		&a.ReceiptID,
		&a.ItemID,
		&a.AmountMinor,
		&a.ItemMinor,
		&a.DiscountMinor,
		&a.Rate,
		&a.AppliedAt,
		&a.ReversedAt,
	)
	return a, err
}

func scanReceipt(row pgx.CollectableRow) (receivable.Receipt, error) {
	var r receivable.Receipt
	err := row.Scan(receiptTargets(&r)...)
	return r, err
}

// receiptTargets are in the order of receiptColumns.
func receiptTargets(r *receivable.Receipt) []any {
	return []any{
		&r.ID, &r.Source, &r.Number, &r.CustomerID, &r.Kind, &r.Currency, &r.AmountMinor, &r.GrossMinor, &r.NettedMinor, &r.AppliedMinor,
		&r.OnAccountMinor, &r.UnappliedMinor, &r.RefundedMinor, &r.ValueDate, &r.Reference, &r.State, &r.ReversedAt, &r.ReversalReason,
		&r.CreatedBy, &r.CreatedAt, &r.Version, &r.Payer.Match, &r.Payer.LikelyID, &r.Payer.Name, &r.Payer.Account, &r.Payer.HeldReason,
		&r.BesideID,
	}
}
