package store

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

const (
	sqlCashCustomers = `
SELECT
  c.id,
  c.number,
  c.name,
  c.parent_id,
  c.payer_id,
  c.segment,
  c.net_days,
  c.discount_bp,
  c.discount_days,
  ARRAY(SELECT spelling FROM aliases WHERE kind = 'customer' AND customer_id = c.id ORDER BY spelling LIMIT 200),
  ARRAY(SELECT key FROM payer_accounts WHERE customer_id = c.id AND state = 'known' ORDER BY key LIMIT 200)
FROM unnest($1::uuid[]) w
CROSS JOIN LATERAL (SELECT * FROM customers WHERE id = w OFFSET 0) c
ORDER BY c.id`

	// Of each customer the oldest open items, one more than matching takes, so that it sees that there are more.
	sqlCashItems = `
WITH wanted AS MATERIALIZED (
  SELECT x.id FROM unnest($1::uuid[]) c
  CROSS JOIN LATERAL (SELECT id FROM items WHERE customer_id = c AND open_minor > 0 ORDER BY due_date, id LIMIT 501) x
  UNION
  SELECT unnest($2::uuid[])
)
SELECT
  i.id,
  i.invoice_id,
  i.customer_id,
  i.kind,
  coalesce(v.number, ''),
  coalesce(v.purchase_order, ''),
  i.seq,
  CASE WHEN i.kind = 'instalment' THEN (SELECT count(*) FROM items n WHERE n.invoice_id = i.invoice_id AND n.kind = 'instalment')::int ELSE 0 END,
  i.due_date,
  v.invoice_date,
  i.currency,
  i.original_minor,
  i.credited_minor,
  i.moved_minor,
  i.discounted_minor,
  i.open_minor,
  i.disputed_minor,
  EXISTS (
    SELECT FROM blocks b
    WHERE b.customer_id = i.customer_id AND b.released_at IS NULL AND b.reason = 'legal'
      AND (b.invoice_id IS NULL OR b.invoice_id = i.invoice_id) AND (b.item_id IS NULL OR b.item_id = i.id)),
  d.id,
  coalesce(d.claim_reference, ''),
  coalesce(d.number, 0)
FROM wanted w
CROSS JOIN LATERAL (SELECT * FROM items WHERE id = w.id OFFSET 0) i
LEFT JOIN LATERAL (SELECT number, purchase_order, invoice_date FROM invoices WHERE id = i.invoice_id OFFSET 0) v ON true
LEFT JOIN LATERAL (
  SELECT x.id, x.claim_reference, x.number
  FROM dispute_parts p
  JOIN disputes x ON x.id = p.dispute_id
  WHERE p.item_id = i.id AND x.state <> 'void' AND i.kind IN ('deduction','claim')
  ORDER BY x.number
  LIMIT 1
) d ON true
ORDER BY i.id`

	sqlCashCredits = `
SELECT
  id,
  customer_id,
  invoice_id,
  number,
  memo_date,
  currency,
  open_minor
FROM credit_memos
WHERE customer_id = ANY($1) AND open_minor > 0 AND dispute_id IS NULL
ORDER BY id
LIMIT 25000`
)

// CashRows reads what matching looks at; see port.Cash.
func (t *tx) CashRows(ctx context.Context, found port.CashFound) (port.CashRows, error) {
	rows := port.CashRows{Segments: map[uuid.UUID]string{}}
	if len(found.Customers) == 0 && len(found.Advices) == 0 {
		return rows, nil
	}
	terms := map[uuid.UUID]receivable.Terms{}
	var items []cashItem
	b := &pgx.Batch{}
	b.Queue(sqlCashCustomers, found.Customers).Query(func(r pgx.Rows) error {
		var c matching.Customer
		var t receivable.Terms
		var segment string
		_, err := pgx.ForEachRow(r, []any{
			&c.ID, &c.Number, &c.Name, &c.ParentID, &c.PayerID, &segment, &t.NetDays, &t.DiscountBP, &t.DiscountDays, &c.Aliases, &c.Accounts,
		}, func() error {
			rows.Customers = append(rows.Customers, c)
			rows.Segments[c.ID], terms[c.ID] = segment, t
			c = matching.Customer{}
			return nil
		})
		return err
	})
	b.Queue(sqlCashItems, found.Customers, found.Items).Query(func(r pgx.Rows) (err error) {
		items, err = pgx.CollectRows(r, scanCashItem)
		return err
	})
	b.Queue(sqlCashCredits, found.Customers).Query(func(r pgx.Rows) (err error) {
		rows.Credits, err = pgx.CollectRows(r, scanCashCredit)
		return err
	})
	if err := t.q.SendBatch(ctx, b).Close(); err != nil {
		return rows, translate(err)
	}
	for _, item := range items {
		rows.Items = append(rows.Items, item.with(terms[item.CustomerID]))
	}
	var err error
	rows.Advices, err = t.waitingAdvices(ctx, found.Advices)
	return rows, err
}

// cashItem is an item with what its discount is counted from.
type cashItem struct {
	matching.Item
	credited, moved, discounted int64
	legal                       bool
	reference                   string
	number                      int64
}

func scanCashItem(row pgx.CollectableRow) (cashItem, error) {
	var i cashItem
	err := row.Scan(&i.ID, &i.InvoiceID, &i.CustomerID, &i.Kind, &i.Number, &i.Order, &i.Instalment, &i.Instalments, &i.DueOn, &i.InvoicedOn,
		&i.Currency, &i.OriginalMinor, &i.credited, &i.moved, &i.discounted, &i.OpenMinor, &i.DisputedMinor, &i.legal, &i.DisputeID,
		&i.reference, &i.number)
	return i, err
}

// with completes an item by its customer's terms.
func (i cashItem) with(terms receivable.Terms) matching.Item {
	item := i.Item
	if i.legal {
		item.Held = string(receivable.HeldLegal)
	}
	if i.DisputeID.Valid {
		item.ClaimReferences = []string{"D-" + strconv.FormatInt(i.number, 10)}
		if i.reference != "" {
			item.ClaimReferences = append(item.ClaimReferences, i.reference)
		}
	}
	if i.Kind == receivable.Instalment && !i.InvoicedOn.IsZero() {
		item.Discounts = matching.Discounts(terms, receivable.Item{
			Currency: i.Currency, OriginalMinor: i.OriginalMinor, CreditedMinor: i.credited, MovedMinor: i.moved,
			DiscountedMinor: i.discounted, OpenMinor: i.OpenMinor,
		}, i.InvoicedOn)
	}
	return item
}

func scanCashCredit(row pgx.CollectableRow) (matching.Credit, error) {
	var c matching.Credit
	err := row.Scan(&c.ID, &c.CustomerID, &c.InvoiceID, &c.Number, &c.On, &c.Currency, &c.OpenMinor)
	return c, err
}

// waitingAdvices reads advices that still wait, under locks in id order.
func (t *tx) waitingAdvices(ctx context.Context, ids []uuid.UUID) ([]matching.Advice, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := many(ctx, t, scanRemittance, `
SELECT`+remittanceColumns+`
FROM remittances
WHERE id = ANY($1) AND state = 'waiting'
ORDER BY id
FOR NO KEY UPDATE`, ids)
	if err != nil {
		return nil, err
	}
	if err := t.withLines(ctx, list); err != nil {
		return nil, err
	}
	advices := make([]matching.Advice, len(list))
	for n, r := range list {
		advices[n] = matching.Advice{ID: r.ID, Advice: r.Advice}
	}
	return advices, nil
}
