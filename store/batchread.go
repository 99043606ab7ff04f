package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
	"arrears/port"
)

// customerRefColumns are in the order of scanCustomerRef.
const customerRefColumns = `
  id,
  number,
  name,
  time_zone,
  net_days,
  end_of_month,
  discount_bp,
  discount_days`

func scanCustomerRef(row pgx.CollectableRow) (port.CustomerRef, error) {
	var c port.CustomerRef
	err := row.Scan(&c.ID, &c.Number, &c.Name, &c.TimeZone, &c.Terms.NetDays, &c.Terms.EndOfMonth, &c.Terms.DiscountBP, &c.Terms.DiscountDays)
	return c, err
}

// CustomerRefs lists a source's customers; see port.Batches.
func (t *tx) CustomerRefs(ctx context.Context, source string, after uuid.UUID, limit int) ([]port.CustomerRef, error) {
	return many(ctx, t, scanCustomerRef,
		`SELECT`+customerRefColumns+` FROM customers WHERE source = $1 AND id > $2 ORDER BY id LIMIT $3`, source, after, limit)
}

// CustomerRefsByNumber reads customers by their natural keys; see port.Batches.
func (t *tx) CustomerRefsByNumber(ctx context.Context, source string, numbers []string) ([]port.CustomerRef, error) {
	return many(ctx, t, scanCustomerRef,
		`SELECT`+customerRefColumns+` FROM (SELECT DISTINCT unnest($2::text[]) AS asked) a CROSS JOIN LATERAL (
  SELECT * FROM customers WHERE source = $1 AND number = asked OFFSET 0) c`, source, numbers)
}

// LockCustomers takes several customers' locks in id order; see port.Batches.
func (t *tx) LockCustomers(ctx context.Context, ids []uuid.UUID) error {
	_, err := many(ctx, t, pgx.RowTo[uuid.UUID],
		`SELECT id FROM customers WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, ids)
	return err
}

// InvoicesByNumbers reads invoices by their natural keys; see port.Batches.
func (t *tx) InvoicesByNumbers(ctx context.Context, source string, numbers []string) ([]receivable.Invoice, error) {
	// A join and not number = ANY: without statistics, as in a new installation, the planner takes that for a filter over
	// all invoices of the source.
	list, err := many(ctx, t, scanInvoice,
		`SELECT`+invoiceColumns+` FROM (SELECT DISTINCT unnest($2::text[]) AS number) asked JOIN invoices i ON i.source = $1 AND i.number = asked.number`,
		source, numbers)
	if err != nil || len(list) == 0 {
		return list, err
	}
	ids, at := make([]uuid.UUID, len(list)), make(map[uuid.UUID]int, len(list))
	for i, inv := range list {
		ids[i], at[inv.ID] = inv.ID, i
	}
	items, err := many(ctx, t, scanItem,
		`SELECT`+itemColumns+` FROM items WHERE invoice_id = ANY($1) ORDER BY invoice_id, kind, seq`, ids)
	for _, item := range items {
		i := at[item.InvoiceID.UUID]
		list[i].Items = append(list[i].Items, item)
	}
	return list, err
}

// KnownContent tells which contents some invoice has; see port.Batches.
func (t *tx) KnownContent(ctx context.Context, list []port.Content) ([]bool, error) {
	known := make([]bool, len(list))
	if len(list) == 0 {
		return known, nil
	}
	customers, dates := make([]uuid.UUID, len(list)), make([]string, len(list))
	currencies, amounts := make([]string, len(list)), make([]int64, len(list))
	for i, c := range list {
		customers[i], dates[i], currencies[i], amounts[i] = c.CustomerID, c.InvoiceDate.String(), string(c.Currency), c.AmountMinor
	}
	found, err := many(ctx, t, pgx.RowTo[int64], `
SELECT asked.at
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS asked (customer_id, invoice_date, currency, amount_minor, at)
WHERE EXISTS (
  SELECT FROM invoices i
  WHERE i.customer_id = asked.customer_id
    AND i.amount_minor = asked.amount_minor
    AND i.invoice_date = asked.invoice_date::date
    AND i.currency = asked.currency
    AND i.state = 'valid')`, customers, dates, currencies, amounts)
	for _, at := range found {
		known[at-1] = true
	}
	return known, err
}

// OpenSums sums what is open of a source's invoices; see port.Batches.
func (t *tx) OpenSums(ctx context.Context, source string) ([]port.OpenSum, error) {
	scan := func(row pgx.CollectableRow) (port.OpenSum, error) {
		var s port.OpenSum
		err := row.Scan(&s.CustomerID, &s.Number, &s.Currency, &s.Count, &s.SumMinor)
		return s, err
	}
	return many(ctx, t, scan, `
SELECT
  c.id,
  c.number,
  i.currency,
  count(DISTINCT i.invoice_id),
  sum(i.open_minor)::bigint
FROM items i
JOIN invoices inv ON inv.id = i.invoice_id
JOIN customers c ON c.id = inv.customer_id
WHERE i.open_minor > 0 AND inv.source = $1
GROUP BY c.id, c.number, i.currency
ORDER BY c.number, i.currency`, source)
}

// OpenInvoices lists a source's invoices with something open; see port.Batches.
func (t *tx) OpenInvoices(ctx context.Context, source string, after uuid.UUID, limit int) ([]port.OpenInvoice, error) {
	scan := func(row pgx.CollectableRow) (port.OpenInvoice, error) {
		var o port.OpenInvoice
		var date calendar.Date
		err := row.Scan(&o.ID, &o.Number, &o.CustomerID, &date, &o.Currency, &o.OpenMinor)
		o.InvoiceDate = date
		return o, err
	}
	return many(ctx, t, scan, `
SELECT
  inv.id,
  inv.number,
  inv.customer_id,
  inv.invoice_date,
  inv.currency,
  sums.open_minor
FROM invoices inv
CROSS JOIN LATERAL (
  SELECT coalesce(sum(i.open_minor), 0)::bigint AS open_minor FROM items i WHERE i.invoice_id = inv.id
) sums
WHERE inv.source = $1 AND inv.id > $2 AND sums.open_minor > 0
ORDER BY inv.id
LIMIT $3`, source, after, limit)
}
