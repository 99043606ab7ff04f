package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/port"
)

// PutRates writes rates; see port.Rates. They are written in the order of their keys, so that two loads of the same days do
// not wait for each other in turn.
func (t *tx) PutRates(ctx context.Context, list []port.ExchangeRate) (int, []port.CorrectedRate, error) {
	if len(list) == 0 {
		return 0, nil, nil
	}
	c := columnsOf(list)
	added, err := many(ctx, t, pgx.RowTo[string], `
INSERT INTO exchange_rates (base, quote, valid_on, rate, source, created_by, created_at)
SELECT base, quote, valid_on, rate, source, created_by, created_at
FROM `+fromRates+`
ORDER BY base, quote, valid_on
ON CONFLICT (base, quote, valid_on) DO NOTHING
RETURNING base`, c.args()...)
	if err != nil || len(added) == len(list) {
		return len(added), nil, err
	}
	corrected, err := many(ctx, t, scanCorrected, `
WITH old AS (
  SELECT r.base, r.quote, r.valid_on, r.rate AS was, n.rate, n.source, n.created_by, n.created_at
  FROM exchange_rates r
  JOIN `+fromRates+` ON n.base = r.base AND n.quote = r.quote AND n.valid_on = r.valid_on
  WHERE (r.rate, r.source) IS DISTINCT FROM (n.rate, n.source)
  ORDER BY r.base, r.quote, r.valid_on
  FOR UPDATE OF r
)
UPDATE exchange_rates r SET
  rate = old.rate,
  source = old.source,
  created_by = old.created_by,
  created_at = old.created_at
FROM old
WHERE r.base = old.base AND r.quote = old.quote AND r.valid_on = old.valid_on
RETURNING r.base, r.quote, r.valid_on, r.rate, r.source, old.was`, c.args()...)
	return len(added), corrected, err
}

// fromRates are the rates of a statement's parameters as rows.
const fromRates = `(
  SELECT u.base::char(3) AS base, u.quote::char(3) AS quote, u.valid_on::date AS valid_on, u.rate, u.source, u.created_by, u.created_at
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
    AS u (base, quote, valid_on, rate, source, created_by, created_at)
) n`

// rateColumns are rates as columns.
type rateColumns struct {
	base, quote, validOn, rate, source, by []string
	at                                     []time.Time
}

func columnsOf(list []port.ExchangeRate) rateColumns {
	var c rateColumns
	for _, r := range list {
		c.base, c.quote, c.validOn = append(c.base, string(r.Base)), append(c.quote, string(r.Quote)), append(c.validOn, r.ValidOn.String())
		c.rate, c.source = append(c.rate, string(r.Rate)), append(c.source, r.Source)
		c.by, c.at = append(c.by, r.CreatedBy), append(c.at, r.CreatedAt)
	}
	return c
}

func (c rateColumns) args() []any {
	return []any{c.base, c.quote, c.validOn, c.rate, c.source, c.by, c.at}
}

func scanCorrected(row pgx.CollectableRow) (port.CorrectedRate, error) {
	var r port.CorrectedRate
	err := row.Scan(&r.Base, &r.Quote, &r.ValidOn, &r.Rate, &r.Source, &r.Was)
	return r, err
}

// RateOn reads the newest rate of each pair that has one of the two currencies and lets money choose; see port.Rates. The
// pairs are found one after another on the key, without reading the days between.
func (t *tx) RateOn(ctx context.Context, from, to money.Currency, on calendar.Date) (money.DatedRate, error) {
	if from == to {
		return money.RateOn(nil, from, to, on)
	}
	known, err := many(ctx, t, scanRate, `
WITH RECURSIVE pairs AS (
  (SELECT base, quote FROM exchange_rates ORDER BY base, quote LIMIT 1)
  UNION ALL
  SELECT n.base, n.quote
  FROM pairs p
  CROSS JOIN LATERAL (
    SELECT e.base, e.quote
    FROM exchange_rates e
    WHERE (e.base, e.quote) > (p.base, p.quote)
    ORDER BY e.base, e.quote
    LIMIT 1
  ) n
)
SELECT r.base, r.quote, r.valid_on, r.rate, r.source
FROM pairs p
CROSS JOIN LATERAL (
  SELECT e.base, e.quote, e.valid_on, e.rate, e.source
  FROM exchange_rates e
  WHERE e.base = p.base AND e.quote = p.quote AND e.valid_on <= $3
  ORDER BY e.valid_on DESC
  LIMIT 1
) r
WHERE p.base IN ($1, $2) OR p.quote IN ($1, $2)`, from, to, on)
	if err != nil {
		return money.DatedRate{}, err
	}
	return money.RateOn(known, from, to, on)
}

func scanRate(row pgx.CollectableRow) (money.DatedRate, error) {
	var r money.DatedRate
	err := row.Scan(&r.Base, &r.Quote, &r.ValidOn, &r.Rate, &r.Source)
	return r, err
}

// ListRates lists, newest day first; see port.Rates.
func (t *tx) ListRates(ctx context.Context, f port.RateFilter, p port.Page) (port.Paged[port.ExchangeRate], error) {
	var w filter
	w.text("base = $?", string(f.Base))
	w.text("quote = $?", string(f.Quote))
	if !f.From.IsZero() {
		w.add("valid_on >= $?", f.From)
	}
	if !f.Until.IsZero() {
		w.add("valid_on <= $?", f.Until)
	}
	if err := w.afterRate(p.After); err != nil {
		return port.Paged[port.ExchangeRate]{}, err
	}
	rows, err := listed(ctx, t, scanExchangeRate, `
SELECT base, quote, valid_on, rate, source, created_by, created_at
FROM exchange_rates`+w.where()+w.limit("valid_on DESC, base DESC, quote DESC", p), w.args...)
	return paged(rows, p, func(r port.ExchangeRate) string { return cursor(string(r.Base), string(r.Quote), r.ValidOn.String()) }), err
}

// afterRate continues behind the rate that a cursor names.
func (f *filter) afterRate(after string) error {
	key, err := parseKeys(after, 3)
	if err != nil || key == nil {
		return err
	}
	on, err := calendar.ParseDate(key[2])
	if err != nil || !money.Currency(key[0]).Valid() || !money.Currency(key[1]).Valid() {
		return errBadCursor
	}
	f.add("(valid_on, base, quote) < ($?, $?, $?)", on, key[0], key[1])
	return nil
}

func scanExchangeRate(row pgx.CollectableRow) (port.ExchangeRate, error) {
	var r port.ExchangeRate
	err := row.Scan(&r.Base, &r.Quote, &r.ValidOn, &r.Rate, &r.Source, &r.CreatedBy, &r.CreatedAt)
	return r, err
}
