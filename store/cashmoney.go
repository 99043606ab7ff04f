package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// sqlTakenBack finds receipts by what a return says; each way is asked by its own index.
const sqlTakenBack = `
WITH named AS MATERIALIZED (
  SELECT receipt_id AS id FROM bank_entries WHERE $1 <> '' AND end_to_end <> '' AND end_to_end = $1 AND credit AND receipt_id IS NOT NULL
  UNION
  SELECT receipt_id FROM bank_entries WHERE $2 <> '' AND reference <> '' AND reference = $2 AND credit AND receipt_id IS NOT NULL
  UNION
  SELECT r.id FROM (SELECT DISTINCT k FROM unnest($6::text[]) k WHERE k <> '') t
  CROSS JOIN LATERAL (SELECT id FROM receipts WHERE number_key(reference) = t.k AND reference <> '' AND state = 'recorded' LIMIT 50) r
)
SELECT r.*, w.named
FROM (
  SELECT id, true AS named FROM named
  UNION ALL
  (SELECT id, false FROM receipts WHERE $3::date IS NOT NULL AND value_date = $3 AND gross_minor = $4 AND id NOT IN (SELECT id FROM named) LIMIT 50)
) w
CROSS JOIN LATERAL (SELECT` + receiptColumns + ` FROM receipts WHERE id = w.id AND state = 'recorded' AND kind = 'bank' AND currency = $5 OFFSET 0) r
ORDER BY w.named DESC, r.gross_minor = $4 DESC, r.value_date DESC, r.id
LIMIT 10`

// ReceiptsTakenBack finds what a returned payment may be; see port.Cash.
func (t *tx) ReceiptsTakenBack(ctx context.Context, ref port.PaymentRef) ([]port.TakenBack, error) {
	keys := append([]string{matching.NumberKey(ref.EndToEnd), matching.NumberKey(ref.Reference)}, ref.Keys...)
	return many(ctx, t, func(row pgx.CollectableRow) (port.TakenBack, error) {
		var b port.TakenBack
		err := row.Scan(append(receiptTargets(&b.Receipt), &b.Named)...)
		return b, err
	}, sqlTakenBack, ref.EndToEnd, ref.Reference, ref.On, ref.Minor, ref.Currency, keys)
}

// ReservesOf sums what several customers have waiting; see port.Cash.
func (t *tx) ReservesOf(ctx context.Context, customerIDs []uuid.UUID) (map[uuid.UUID][]port.Reserve, error) {
	rows, err := t.q.Query(ctx, `
SELECT
  customer_id,
  currency,
  sum(credit)::bigint,
  sum(cash)::bigint
FROM (
  SELECT customer_id, currency, open_minor AS credit, 0 AS cash FROM credit_memos WHERE customer_id = ANY($1) AND open_minor > 0
  UNION ALL
  SELECT customer_id, currency, 0, on_account_minor + unapplied_minor FROM receipts
  WHERE customer_id = ANY($1) AND on_account_minor + unapplied_minor > 0
  UNION ALL
  SELECT likely_customer_id, currency, 0, unapplied_minor FROM receipts
  WHERE likely_customer_id = ANY($1) AND customer_id IS NULL AND unapplied_minor > 0
) waiting
GROUP BY customer_id, currency
ORDER BY customer_id, currency`, customerIDs)
	if err != nil {
		return nil, translate(err)
	}
	found := map[uuid.UUID][]port.Reserve{}
	var id uuid.UUID
	var currency money.Currency
	var credit, cash int64
	_, err = pgx.ForEachRow(rows, []any{&id, &currency, &credit, &cash}, func() error {
		found[id] = append(found[id], port.Reserve{Currency: currency, CreditMinor: credit, OnAccountMinor: cash})
		return nil
	})
	return found, translate(err)
}

// UpdateItems writes where the versions are still the same; see port.Cash.
func (t *tx) UpdateItems(ctx context.Context, list []receivable.Item) error {
	if len(list) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	for _, item := range list {
		b.Queue(sqlUpdateItem, updateItemArgs(item)...).Exec(func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() == 0 {
				return errItemChanged
			}
			return nil
		})
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

// PromisesOfInvoices reads those of several invoices; see port.Cash.
func (t *tx) PromisesOfInvoices(ctx context.Context, invoiceIDs []uuid.UUID) ([]receivable.Promise, error) {
	return many(ctx, t, scanPromise,
		`SELECT`+promiseColumns+promiseFrom+` WHERE p.invoice_id = ANY($1) ORDER BY p.created_at, p.id`, invoiceIDs)
}
