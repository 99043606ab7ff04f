package store

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"arrears/domain/money"
	"arrears/port"
)

// exceptionColumns are in the order of scanException.
const exceptionColumns = `
  id,
  kind,
  receipt_id,
  entry_id,
  statement_id,
  account_id,
  customer_id,
  coalesce(currency, ''),
  amount_minor,
  value_on,
  since,
  score,
  why,
  seen::text,
  stop,
  owner,
  taken_at,
  state,
  outcome,
  closed_by,
  closed_at,
  version`

// InsertExceptions writes new ones; see port.Cash.
func (t *tx) InsertExceptions(ctx context.Context, list []port.CashException) error {
	b := &pgx.Batch{}
	for _, e := range list {
		b.Queue(`
INSERT INTO cash_exceptions (
  id,
  kind,
  receipt_id,
  entry_id,
  statement_id,
  account_id,
  customer_id,
  currency,
  amount_minor,
  value_on,
  since,
  score,
  why,
  seen,
  stop,
  state
) VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9, $10, $11, $12, $13, $14, $15, 'open')
ON CONFLICT DO NOTHING`,
			e.ID, e.Kind, e.ReceiptID, e.EntryID, e.StatementID, e.AccountID, e.CustomerID, string(e.Currency), e.AmountMinor, e.ValueOn, e.Since,
			e.Score, whyOf(e), orNoJSON(e.Seen), e.Stop)
	}
	if b.Len() == 0 {
		return nil
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

func whyOf(e port.CashException) []string {
	if e.Why == nil {
		return []string{}
	}
	return e.Why
}

// orNoJSON is a text of JSON, or null.
func orNoJSON(raw []byte) pgtype.Text { return pgtype.Text{String: string(raw), Valid: len(raw) > 0} }

// UpdateException writes where the version is still the same; see port.Cash.
func (t *tx) UpdateException(ctx context.Context, e port.CashException) error {
	return t.change(ctx, errExceptionChanged, `
UPDATE cash_exceptions SET
  customer_id = $3,
  amount_minor = $4,
  score = $5,
  why = $6,
  seen = $7,
  stop = $8,
  owner = $9,
  taken_at = $10,
  state = $11,
  outcome = $12,
  closed_by = $13,
  closed_at = $14,
  receipt_id = $15,
  version = version + 1
WHERE id = $1 AND version = $2`,
		e.ID, e.Version, e.CustomerID, e.AmountMinor, e.Score, whyOf(e), orNoJSON(e.Seen), e.Stop, e.Owner, e.TakenAt, e.State, e.Outcome,
		e.ClosedBy, e.ClosedAt, e.ReceiptID)
}

// Exception reads one; see port.Cash.
func (t *tx) Exception(ctx context.Context, id uuid.UUID) (port.CashException, error) {
	return one(ctx, t, errExceptionNotFound, scanException, `SELECT`+exceptionColumns+` FROM cash_exceptions WHERE id = $1`, id)
}

// ExceptionsOf reads the open ones of receipts; see port.Cash.
func (t *tx) ExceptionsOf(ctx context.Context, receiptIDs []uuid.UUID) ([]port.CashException, error) {
	return many(ctx, t, scanException, `SELECT`+exceptionColumns+`
FROM cash_exceptions
WHERE receipt_id = ANY($1) AND state = 'open' AND kind = 'receipt'
ORDER BY id`, receiptIDs)
}

// ExceptionsWaiting reads the open ones over an amount; see port.Cash.
func (t *tx) ExceptionsWaiting(ctx context.Context, minor int64, currency money.Currency) ([]port.CashException, error) {
	return many(ctx, t, scanException, `SELECT`+exceptionColumns+`
FROM cash_exceptions
WHERE currency = $1 AND amount_minor = $2 AND state = 'open' AND kind = 'receipt'
ORDER BY since, id
LIMIT 50`, currency, minor)
}

// ReturnsWaiting reads the open returns over amounts; see port.Cash.
func (t *tx) ReturnsWaiting(ctx context.Context, currency money.Currency, minors []int64) ([]port.CashException, error) {
	return many(ctx, t, scanException, `SELECT`+exceptionColumns+`
FROM cash_exceptions
WHERE currency = $1 AND amount_minor = ANY($2) AND state = 'open' AND kind = 'return'
ORDER BY since, id
LIMIT 50`, currency, minors)
}

// ListExceptions lists, best proposal first; see port.Cash.
func (t *tx) ListExceptions(ctx context.Context, f port.CashExceptionFilter, p port.Page) (port.Paged[port.CashException], error) {
	var w filter
	w.text("kind = $?", f.Kind)
	if f.State == "" {
		w.flag("state = 'open'", true)
	} else if f.State != "all" {
		w.text("state = $?", f.State)
	}
	w.text("owner = $?", f.Owner)
	w.flag("owner = ''", f.Free)
	w.id("customer_id = $?", f.CustomerID)
	w.id("receipt_id = $?", f.ReceiptID)
	w.id("entry_id = $?", f.EntryID)
	w.id("statement_id = $?", f.StatementID)
	w.id("account_id = $?", f.AccountID)
	w.text("currency = $?", string(f.Currency))
	w.text("$? = ANY(why)", f.Why)
	if f.MinMinor > 0 {
		w.add("amount_minor >= $?", f.MinMinor)
	}
	if !f.Before.IsZero() {
		w.add("since < $?", f.Before)
	}
	key, err := parseCursor(p.After, 3)
	if err != nil {
		return port.Paged[port.CashException]{}, err
	}
	if key != nil {
		score, err := strconv.Atoi(key[0])
		since, errTime := time.Parse(time.RFC3339Nano, key[1])
		if err != nil || errTime != nil {
			return port.Paged[port.CashException]{}, errBadCursor
		}
		w.add("(-score, since, id) > ($?, $?, $?)", -score, since, key[2])
	}
	rows, err := listed(ctx, t, scanException,
		`SELECT`+exceptionColumns+` FROM cash_exceptions`+w.where()+w.limit("-score, since, id", p), w.args...)
	return paged(rows, p, func(e port.CashException) string {
		return cursor(strconv.Itoa(e.Score), e.Since.UTC().Format(time.RFC3339Nano), e.ID.String())
	}), err
}

// CountExceptions sums the open ones; see port.Cash.
func (t *tx) CountExceptions(ctx context.Context) ([]port.CashWaiting, error) {
	return many(ctx, t, scanWaiting, `
SELECT
  kind,
  coalesce(currency, ''),
  count(*),
  sum(amount_minor)::bigint,
  min(since)
FROM cash_exceptions
WHERE state = 'open'
GROUP BY kind, currency
ORDER BY kind, currency`)
}

func scanWaiting(row pgx.CollectableRow) (port.CashWaiting, error) {
	var c port.CashWaiting
	err := row.Scan(&c.Kind, &c.Currency, &c.Count, &c.Minor, &c.Since)
	return c, err
}

func scanException(row pgx.CollectableRow) (port.CashException, error) {
	var e port.CashException
	var seen pgtype.Text
	err := row.Scan(&e.ID, &e.Kind, &e.ReceiptID, &e.EntryID, &e.StatementID, &e.AccountID, &e.CustomerID, &e.Currency, &e.AmountMinor, &e.ValueOn,
		&e.Since, &e.Score, &e.Why, &seen, &e.Stop, &e.Owner, &e.TakenAt, &e.State, &e.Outcome, &e.ClosedBy, &e.ClosedAt, &e.Version)
	e.Seen = []byte(seen.String)
	return e, err
}
