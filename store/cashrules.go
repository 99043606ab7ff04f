package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// cashRulesColumns are in the order of scanCashRules; r is the table.
const cashRulesColumns = `
  r.id,
  r.scope,
  r.segment,
  r.customer_id,
  r.version,
  r.body::text,
  r.hash,
  r.created_by,
  r.created_at`

// InsertCashRules writes the next version of a set; see port.Cash.
func (t *tx) InsertCashRules(ctx context.Context, r port.CashRuleSet) error {
	return t.exec(ctx, `
INSERT INTO cash_rules (
  id,
  scope,
  segment,
  customer_id,
  version,
  body,
  hash,
  created_by,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.ID, r.Scope, r.Segment, r.CustomerID, r.Version, json.RawMessage(r.Body), r.Hash[:], r.CreatedBy, r.CreatedAt)
}

// CashRulesFor reads the latest sets that apply to any of the customers; see port.Cash.
func (t *tx) CashRulesFor(ctx context.Context, customerIDs []uuid.UUID) ([]port.CashRuleSet, error) {
	return many(ctx, t, scanCashRules, `
SELECT DISTINCT ON (r.scope, r.segment, r.customer_id)`+cashRulesColumns+`
FROM cash_rules r
WHERE r.scope = 'default'
   OR (r.scope = 'segment' AND r.segment IN (SELECT segment FROM customers WHERE id = ANY($1)))
   OR (r.scope = 'customer' AND r.customer_id = ANY($1))
ORDER BY r.scope, r.segment, r.customer_id, r.version DESC`, customerIDs)
}

// LatestCashRules reads the latest version of one set; see port.Cash.
func (t *tx) LatestCashRules(ctx context.Context, scope, segment string, customerID uuid.NullUUID) (port.CashRuleSet, error) {
	list, err := many(ctx, t, scanCashRules, `SELECT`+cashRulesColumns+`
FROM cash_rules r
WHERE r.scope = $1 AND r.segment = $2 AND r.customer_id IS NOT DISTINCT FROM $3
ORDER BY r.version DESC
LIMIT 1`, scope, segment, customerID)
	if err != nil || len(list) == 0 {
		return port.CashRuleSet{}, err
	}
	return list[0], nil
}

// CashRules reads one version; see port.Cash.
func (t *tx) CashRules(ctx context.Context, id uuid.UUID) (port.CashRuleSet, error) {
	return one(ctx, t, errCashRulesNotFound, scanCashRules, `SELECT`+cashRulesColumns+` FROM cash_rules r WHERE r.id = $1`, id)
}

// ListCashRules lists all versions, newest last; see port.Cash.
func (t *tx) ListCashRules(ctx context.Context, p port.Page) (port.Paged[port.CashRuleSet], error) {
	var w filter
	if err := w.after("r.id", p.After); err != nil {
		return port.Paged[port.CashRuleSet]{}, err
	}
	rows, err := listed(ctx, t, scanCashRules, `SELECT`+cashRulesColumns+` FROM cash_rules r`+w.where()+w.limit("r.id", p), w.args...)
	return paged(rows, p, func(r port.CashRuleSet) string { return cursor(r.ID.String()) }), err
}

func scanCashRules(row pgx.CollectableRow) (port.CashRuleSet, error) {
	var r port.CashRuleSet
	var body string
	var hash []byte
	err := row.Scan(&r.ID, &r.Scope, &r.Segment, &r.CustomerID, &r.Version, &body, &hash, &r.CreatedBy, &r.CreatedAt)
	r.Body = []byte(body)
	copy(r.Hash[:], hash)
	return r, err
}
