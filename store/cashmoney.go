package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// ReceiptsTakenBack finds what a returned payment may be; see port.Cash. Each way is asked by its own index.
func (t *tx) ReceiptsTakenBack(ctx context.Context, ref port.PaymentRef) ([]receivable.Receipt, error) {
	return many(ctx, t, scanReceipt, `
SELECT`+receiptColumns+`
FROM receipts
WHERE state = 'recorded' AND currency = $5 AND id IN (
  SELECT receipt_id FROM bank_entries WHERE $1 <> '' AND end_to_end = $1 AND credit AND receipt_id IS NOT NULL
  UNION
  SELECT receipt_id FROM bank_entries WHERE $2 <> '' AND reference = $2 AND credit AND receipt_id IS NOT NULL
  UNION
  SELECT r.id FROM receipts r WHERE $2 <> '' AND r.reference = $2
  UNION
  SELECT r.id FROM receipts r WHERE $1 <> '' AND r.reference = $1
  UNION
  SELECT r.id FROM receipts r WHERE $3::date IS NOT NULL AND r.value_date = $3 AND r.gross_minor = $4
)
ORDER BY value_date DESC, id
LIMIT 10`, ref.EndToEnd, ref.Reference, ref.On, ref.Minor, ref.Currency)
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
