package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/dispute"
	"arrears/port"
)

// ReasonCodes reads all by code; see port.Disputes.
func (t *tx) ReasonCodes(ctx context.Context) ([]dispute.ReasonCode, error) {
	return many(ctx, t, pgx.RowToStructByPos[dispute.ReasonCode],
		`SELECT code, name, trade, active, version FROM reason_codes ORDER BY code`)
}

// PutReasonCode writes a new code or changes one; see port.Disputes.
func (t *tx) PutReasonCode(ctx context.Context, c dispute.ReasonCode) error {
	if c.Version == 0 {
		return t.change(ctx, errReasonExists, `
INSERT INTO reason_codes (
  code,
  name,
  trade,
  active
) VALUES ($1, $2, $3, $4)
ON CONFLICT (code) DO NOTHING`, c.Code, c.Name, c.Trade, c.Active)
	}
	return t.change(ctx, errReasonChanged, `
UPDATE reason_codes SET
  name = $3,
  trade = $4,
  active = $5,
  version = version + 1
WHERE code = $1 AND version = $2`, c.Code, c.Version, c.Name, c.Trade, c.Active)
}

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

// InsertRuleSet writes the next version of a set; see port.Disputes.
func (t *tx) InsertRuleSet(ctx context.Context, r dispute.RuleSet) error {
	return t.exec(ctx, `
INSERT INTO triage_rules (
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

// RulesFor reads the latest sets that apply to a customer, the most specific first; see port.Disputes.
func (t *tx) RulesFor(ctx context.Context, customerID uuid.UUID) ([]dispute.RuleSet, error) {
	return many(ctx, t, scanRuleSet, `
SELECT`+ruleSetColumns+`
FROM (
  SELECT DISTINCT ON (x.scope) x.*
  FROM triage_rules x
  JOIN customers c ON c.id = $1
  WHERE x.scope = 'default'
     OR (x.scope = 'segment' AND x.segment = c.segment)
     OR (x.scope = 'customer' AND x.customer_id = c.id)
  ORDER BY x.scope, x.version DESC
) r
ORDER BY array_position(ARRAY['customer','segment','default'], r.scope)`, customerID)
}

// RuleSet reads one version; see port.Disputes.
func (t *tx) RuleSet(ctx context.Context, id uuid.UUID) (dispute.RuleSet, error) {
	return one(ctx, t, errRulesNotFound, scanRuleSet, `SELECT`+ruleSetColumns+` FROM triage_rules r WHERE r.id = $1`, id)
}

// ListRuleSets lists all versions, newest last; see port.Disputes.
func (t *tx) ListRuleSets(ctx context.Context, p port.Page) (port.Paged[dispute.RuleSet], error) {
	var w filter
	if err := w.after("r.id", p.After); err != nil {
		return port.Paged[dispute.RuleSet]{}, err
	}
	rows, err := listed(ctx, t, scanRuleSet, `SELECT`+ruleSetColumns+` FROM triage_rules r`+w.where()+w.limit("r.id", p), w.args...)
	return paged(rows, p, func(r dispute.RuleSet) string { return cursor(r.ID.String()) }), err
}

func scanRuleSet(row pgx.CollectableRow) (dispute.RuleSet, error) {
	var r dispute.RuleSet
	var body string
	var hash []byte
	err := row.Scan(&r.ID, &r.Scope, &r.Segment, &r.CustomerID, &r.Version, &body, &hash, &r.CreatedBy, &r.CreatedAt)
	r.Body = []byte(body)
	copy(r.Hash[:], hash)
	return r, err
}

// Limits reads all approval limits; see port.Disputes.
func (t *tx) Limits(ctx context.Context) ([]dispute.Limit, error) {
	return many(ctx, t, pgx.RowToStructByPos[dispute.Limit],
		`SELECT role, currency, kind, amount_minor, version FROM approval_limits ORDER BY role, currency, kind`)
}

// PutLimit writes a new limit or changes one; see port.Disputes.
func (t *tx) PutLimit(ctx context.Context, l dispute.Limit) error {
	if l.Version == 0 {
		return t.change(ctx, errLimitChanged, `
INSERT INTO approval_limits (
  role,
  currency,
  kind,
  amount_minor
) VALUES ($1, $2, $3, $4)
ON CONFLICT (role, currency, kind) DO NOTHING`, l.Role, l.Currency, l.Kind, l.AmountMinor)
	}
	return t.change(ctx, errLimitChanged, `
UPDATE approval_limits SET
  amount_minor = $5,
  version = version + 1
WHERE role = $1 AND currency = $2 AND kind = $3 AND version = $4`, l.Role, l.Currency, l.Kind, l.Version, l.AmountMinor)
}

// Aliases reads what spellings were taught to mean; see port.Disputes.
func (t *tx) Aliases(ctx context.Context, kind string, spellings []string) (map[string]dispute.Alias, error) {
	rows, err := many(ctx, t, scanAlias, `
SELECT
  kind,
  spelling,
  customer_id,
  coalesce(reason, ''),
  learned_by,
  learned_at,
  uses
FROM aliases
WHERE kind = $1 AND spelling = ANY($2)`, kind, spellings)
	found := make(map[string]dispute.Alias, len(rows))
	for _, a := range rows {
		found[a.Spelling] = a
	}
	return found, err
}

// LearnAlias writes what a correction taught, and counts how often; see port.Disputes.
func (t *tx) LearnAlias(ctx context.Context, a dispute.Alias) error {
	return t.exec(ctx, `
INSERT INTO aliases (
  kind,
  spelling,
  customer_id,
  reason,
  learned_by,
  learned_at
) VALUES ($1, $2, $3, nullif($4, ''), $5, $6)
ON CONFLICT (kind, spelling) DO UPDATE SET
  customer_id = excluded.customer_id,
  reason = excluded.reason,
  learned_by = excluded.learned_by,
  learned_at = excluded.learned_at,
  uses = aliases.uses + 1`, a.Kind, a.Spelling, a.CustomerID, a.Reason, a.LearnedBy, a.LearnedAt)
}

func scanAlias(row pgx.CollectableRow) (dispute.Alias, error) {
	var a dispute.Alias
	err := row.Scan(&a.Kind, &a.Spelling, &a.CustomerID, &a.Reason, &a.LearnedBy, &a.LearnedAt, &a.Uses)
	return a, err
}
