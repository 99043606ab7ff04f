package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/port"
)

// ruleSetColumns are in the order of scanRuleSet; r is the table.
const ruleSetColumns = `
  r.id,
  r.scope,
  r.segment,
  r.customer_id,
  r.version,
  r.body::text,
  r.hash,
  r.created_by,
  r.created_at`

// InsertRuleSet writes the next version of a set; see port.Rules.
func (t *tx) InsertRuleSet(ctx context.Context, kind port.RuleKind, r port.RuleSet) error {
	return t.exec(ctx, `
INSERT INTO `+string(kind)+` (
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

// RuleSetsFor reads the latest sets that apply to any of the customers, the most specific first; see port.Rules.
func (t *tx) RuleSetsFor(ctx context.Context, kind port.RuleKind, customerIDs ...uuid.UUID) ([]port.RuleSet, error) {
	return many(ctx, t, scanRuleSet, `
SELECT`+ruleSetColumns+`
FROM (
  SELECT DISTINCT ON (x.scope, x.segment, x.customer_id) x.*
  FROM `+string(kind)+` x
  WHERE x.scope = 'default'
     OR (x.scope = 'segment' AND x.segment IN (SELECT segment FROM customers WHERE id = ANY($1)))
     OR (x.scope = 'customer' AND x.customer_id = ANY($1))
  ORDER BY x.scope, x.segment, x.customer_id, x.version DESC
) r
ORDER BY array_position(ARRAY['customer','segment','default'], r.scope)`, customerIDs)
}

// LatestRuleSet reads the latest version of one set; see port.Rules.
func (t *tx) LatestRuleSet(ctx context.Context, kind port.RuleKind, scope, segment string, customerID uuid.NullUUID) (port.RuleSet, error) {
	list, err := many(ctx, t, scanRuleSet, `SELECT`+ruleSetColumns+`
FROM `+string(kind)+` r
WHERE r.scope = $1 AND r.segment = $2 AND r.customer_id IS NOT DISTINCT FROM $3
ORDER BY r.version DESC
LIMIT 1`, scope, segment, customerID)
	if err != nil || len(list) == 0 {
		return port.RuleSet{}, err
	}
	return list[0], nil
}

// RuleSet reads one version; see port.Rules.
func (t *tx) RuleSet(ctx context.Context, kind port.RuleKind, id uuid.UUID) (port.RuleSet, error) {
	none := fault.Newf(fault.NotFound, string(kind)+".not_found", "there is no such version of %s", words(string(kind)))
	return one(ctx, t, none, scanRuleSet, `SELECT`+ruleSetColumns+` FROM `+string(kind)+` r WHERE r.id = $1`, id)
}

// ListRuleSets lists all versions, newest last; see port.Rules.
func (t *tx) ListRuleSets(ctx context.Context, kind port.RuleKind, p port.Page) (port.Paged[port.RuleSet], error) {
	var w filter
	if err := w.after("r.id", p.After); err != nil {
		return port.Paged[port.RuleSet]{}, err
	}
	rows, err := listed(ctx, t, scanRuleSet, `SELECT`+ruleSetColumns+` FROM `+string(kind)+` r`+w.where()+w.limit("r.id", p), w.args...)
	return paged(rows, p, func(r port.RuleSet) string { return cursor(r.ID.String()) }), err
}

func scanRuleSet(row pgx.CollectableRow) (port.RuleSet, error) {
	var r port.RuleSet
	var body string
	var hash []byte
	err := row.Scan(&r.ID, &r.Scope, &r.Segment, &r.CustomerID, &r.Version, &body, &hash, &r.CreatedBy, &r.CreatedAt)
	r.Body = []byte(body)
	copy(r.Hash[:], hash)
	return r, err
}
