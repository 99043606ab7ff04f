package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"arrears/domain/dispute"
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
