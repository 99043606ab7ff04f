package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// PortfolioInvoice is an invoice with what a rehearsal needs to let it come into being again.
type PortfolioInvoice struct {
	Number        string
	Customer      string // its number
	InvoiceDate   calendar.Date
	Currency      money.Currency
	AmountMinor   int64
	OpeningMinor  int64 // paid before the invoice was first loaded
	PurchaseOrder string
	DueDates      []calendar.Date // of the instalments in order
	PartsMinor    []int64
	Disputed      bool
	Settled       calendar.Date // none: not as far as is known
}

// PortfolioCustomer is a customer as a file made it known.
type PortfolioCustomer struct {
	Number, Name, Segment, Country, Language, TimeZone, Calendar, Email string
}

// PortfolioOdd is a row in quarantine.
type PortfolioOdd struct {
	Line                           int
	Severity, Field, Code, Message string
}

// Portfolio is everything that a load brought in.
type Portfolio struct {
	Invoices  []PortfolioInvoice  // by number
	Customers []PortfolioCustomer // by number
	Odd       []PortfolioOdd      // by line
}

// Portfolio reads what loads of a source brought in.
func (db *DB) Portfolio(ctx context.Context, source string) (Portfolio, error) {
	var p Portfolio
	err := pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(q pgx.Tx) (err error) {
		if p.Invoices, err = collect[PortfolioInvoice](ctx, q, sqlPortfolioInvoices, source); err != nil {
			return err
		}
		if p.Customers, err = collect[PortfolioCustomer](ctx, q, sqlPortfolioCustomers, source); err != nil {
			return err
		}
		p.Odd, err = collect[PortfolioOdd](ctx, q, sqlPortfolioOdd, source)
		return err
	})
	return p, translate(err)
}

// collect reads rows whose columns are the fields of T in order.
func collect[T any](ctx context.Context, q pgx.Tx, sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}

const (
	// The receipts that a load makes bear the invoice's number with a word behind it.
	sqlPortfolioInvoices = `
SELECT
  v.number,
  c.number,
  v.invoice_date,
  v.currency,
  v.amount_minor,
  coalesce(o.gross_minor, 0),
  v.purchase_order,
  i.due_dates,
  i.parts,
  EXISTS (SELECT FROM dispute_flags f WHERE f.invoice_id = v.id),
  s.value_date
FROM invoices v
JOIN customers c ON c.id = v.customer_id
JOIN LATERAL (
  SELECT
    array_agg(due_date ORDER BY seq) AS due_dates,
    array_agg(original_minor ORDER BY seq) AS parts
  FROM items
  WHERE invoice_id = v.id AND kind = 'instalment'
) i ON true
LEFT JOIN receipts o ON o.source = v.source AND o.number = v.number || '/opening'
LEFT JOIN receipts s ON s.source = v.source AND s.number = v.number || '/settled'
WHERE v.source = $1
ORDER BY v.number`

	sqlPortfolioCustomers = `
SELECT
  c.number,
  c.name,
  c.segment,
  c.country,
  c.language,
  c.time_zone,
  c.calendar,
  coalesce((SELECT min(email) FROM contacts k WHERE k.customer_id = c.id), '')
FROM customers c
WHERE c.source = $1
ORDER BY c.number`

	sqlPortfolioOdd = `
SELECT
  q.line::int,
  q.severity,
  q.field,
  q.code,
  q.message
FROM quarantine q
JOIN imports m ON m.id = q.import_id
WHERE m.source = $1
ORDER BY q.line, q.code`
)
