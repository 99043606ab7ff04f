package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/receivable"
	"arrears/port"
)

// creditMemoColumns are in the order of scanCreditMemo.
const creditMemoColumns = `
  id,
  source,
  number,
  customer_id,
  invoice_id,
  currency,
  amount_minor,
  applied_minor,
  open_minor,
  memo_date,
  reason,
  state,
  created_by,
  created_at,
  version,
  dispute_id,
  dispute_minor`

// InsertCreditMemo writes the memo and its applications; see port.Money.
func (t *tx) InsertCreditMemo(ctx context.Context, m receivable.CreditMemo) error {
	err := t.exec(ctx, `
INSERT INTO credit_memos (
  id,
  source,
  number,
  customer_id,
  invoice_id,
  currency,
  amount_minor,
  applied_minor,
  open_minor,
  memo_date,
  reason,
  state,
  created_by,
  created_at,
  version,
  dispute_id,
  dispute_minor
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		m.ID, m.Source, m.Number, m.CustomerID, m.InvoiceID, m.Currency, m.AmountMinor, m.AppliedMinor, m.OpenMinor, m.MemoDate,
		m.Reason, m.State, m.CreatedBy, m.CreatedAt, max(1, m.Version), m.DisputeID, m.DisputeMinor)
	if err != nil {
		return err
	}
	return t.putCreditApplications(ctx, m.Applications)
}

// UpdateCreditMemo writes where the version is still the same; see port.Money.
func (t *tx) UpdateCreditMemo(ctx context.Context, m receivable.CreditMemo) error {
	err := t.change(ctx, errCreditMemoChanged, `
UPDATE credit_memos SET
  applied_minor = $3,
  open_minor = $4,
  reason = $5,
  state = $6,
  dispute_id = $7,
  dispute_minor = $8,
  version = version + 1
WHERE id = $1 AND version = $2`,
		m.ID, m.Version, m.AppliedMinor, m.OpenMinor, m.Reason, m.State, m.DisputeID, m.DisputeMinor)
	if err != nil {
		return err
	}
	return t.putCreditApplications(ctx, m.Applications)
}

// putCreditApplications inserts those that are new and marks those that were undone since.
func (t *tx) putCreditApplications(ctx context.Context, list []receivable.CreditApplication) error {
	for _, a := range list {
		err := t.exec(ctx, `
INSERT INTO credit_applications (
  id,
  credit_memo_id,
  item_id,
  amount_minor,
  applied_at,
  reversed_at
) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET reversed_at = excluded.reversed_at
WHERE credit_applications.reversed_at IS NULL AND excluded.reversed_at IS NOT NULL`,
			a.ID, a.CreditMemoID, a.ItemID, a.AmountMinor, a.AppliedAt, a.ReversedAt)
		if err != nil {
			return err
		}
	}
	return nil
}

// CreditMemo reads one with its applications; see port.Money.
func (t *tx) CreditMemo(ctx context.Context, id uuid.UUID) (receivable.CreditMemo, error) {
	return t.creditMemoWhere(ctx, `id = $1`, id)
}

// CreditMemoByNumber reads one by its natural key; see port.Money.
func (t *tx) CreditMemoByNumber(ctx context.Context, source, number string) (receivable.CreditMemo, error) {
	return t.creditMemoWhere(ctx, `source = $1 AND number = $2`, source, number)
}

func (t *tx) creditMemoWhere(ctx context.Context, condition string, args ...any) (receivable.CreditMemo, error) {
	m, err := one(ctx, t, errCreditMemoNotFound, scanCreditMemo,
		`SELECT`+creditMemoColumns+` FROM credit_memos WHERE `+condition, args...)
	if err != nil {
		return m, err
	}
	m.Applications, err = many(ctx, t, scanCreditApplication, `
SELECT
  id,
  credit_memo_id,
  item_id,
  amount_minor,
  applied_at,
  reversed_at
FROM credit_applications
WHERE credit_memo_id = $1
ORDER BY id`, m.ID)
	return m, err
}

// ListCreditMemos lists, oldest first; see port.Money.
func (t *tx) ListCreditMemos(ctx context.Context, f port.CreditMemoFilter, p port.Page) (port.Paged[receivable.CreditMemo], error) {
	var w filter
	w.id("customer_id = $?", f.CustomerID)
	w.id("invoice_id = $?", f.InvoiceID)
	if f.Number == "" {
		w.text("source = $?", f.Source)
	} else if err := w.number(ctx, t, "credit_memos", "", f.Source, f.Number); err != nil {
		return port.Paged[receivable.CreditMemo]{}, err
	}
	w.flag("open_minor > 0", f.Open)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[receivable.CreditMemo]{}, err
	}
	rows, err := listed(ctx, t, scanCreditMemo,
		`SELECT`+creditMemoColumns+` FROM credit_memos`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(m receivable.CreditMemo) string { return cursor(m.ID.String()) }), err
}

func scanCreditApplication(row pgx.CollectableRow) (receivable.CreditApplication, error) {
	var a receivable.CreditApplication
	err := row.Scan(
		&a.ID,
		&a.CreditMemoID,
		&a.ItemID,
		&a.AmountMinor,
		&a.AppliedAt,
		&a.ReversedAt,
	)
	return a, err
}

func scanCreditMemo(row pgx.CollectableRow) (receivable.CreditMemo, error) {
	var m receivable.CreditMemo
	err := row.Scan(
		&m.ID,
		&m.Source,
		&m.Number,
		&m.CustomerID,
		&m.InvoiceID,
		&m.Currency,
		&m.AmountMinor,
		&m.AppliedMinor,
		&m.OpenMinor,
		&m.MemoDate,
		&m.Reason,
		&m.State,
		&m.CreatedBy,
		&m.CreatedAt,
		&m.Version,
		&m.DisputeID,
		&m.DisputeMinor,
	)
	return m, err
}
