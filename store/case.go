package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/port"
)

var errCaseNotFound = missing("case")

// LockCase locks the case's customer and reads the case; see port.Cases. The lock is a statement of its own before the
// reads: each statement sees what was committed when it began.
func (t *tx) LockCase(ctx context.Context, caseID uuid.UUID, now time.Time) (port.CaseFile, error) {
	lock := func(b *pgx.Batch) {
		b.Queue(sqlLockOfCase, caseID)
	}
	files, err := t.caseFiles(ctx, lock, []uuid.UUID{caseID}, false, now)
	if err != nil {
		return port.CaseFile{}, err
	}
	if len(files) == 0 || files[0].Case.ID == uuid.Nil {
		return port.CaseFile{}, errCaseNotFound
	}
	return files[0], nil
}

// CaseFiles reads several cases; see port.Cases.
func (t *tx) CaseFiles(ctx context.Context, caseIDs []uuid.UUID, now time.Time) ([]port.CaseFile, error) {
	if len(caseIDs) == 0 {
		return nil, nil
	}
	all, err := t.caseFiles(ctx, nil, caseIDs, false, now)
	files := all[:0]
	for _, f := range all {
		if f.Case.ID != uuid.Nil {
			files = append(files, f)
		}
	}
	return files, err
}

// NewCaseFile reads an invoice, or an item, as if it had a case; see port.Cases.
func (t *tx) NewCaseFile(ctx context.Context, caseID uuid.UUID, wide bool, now time.Time) (port.CaseFile, error) {
	files, err := t.caseFiles(ctx, nil, []uuid.UUID{caseID}, wide, now)
	if err != nil {
		return port.CaseFile{}, err
	}
	if len(files) == 0 {
		return port.CaseFile{}, errInvoiceNotFound
	}
	return files[0], nil
}

type resolvedPolicy struct {
	id   uuid.NullUUID
	used bool
}

// repaymentPolicy is the key of the policy under which denied deductions are collected.
const repaymentPolicy = "repayment"

// ResolvePolicy names the version an invoice or a denied deduction falls under; see port.Cases.
func (t *tx) ResolvePolicy(ctx context.Context, caseID uuid.UUID) (uuid.UUID, bool, error) {
	scan := func(row pgx.CollectableRow) (resolvedPolicy, error) {
		var r resolvedPolicy
		err := row.Scan(&r.id, &r.used)
		return r, err
	}
	r, err := one(ctx, t, errInvoiceNotFound, scan, `
SELECT
  v.id,
  coalesce(v.used_at IS NOT NULL, false)
FROM invoices inv
JOIN customers cu ON cu.id = inv.customer_id
CROSS JOIN installation house
LEFT JOIN segments s ON s.segment = cu.segment AND cu.segment <> ''
LEFT JOIN policies p ON p.key = coalesce(inv.policy_key, cu.policy_key, s.policy_key, house.default_policy)
LEFT JOIN policy_versions v ON v.key = p.key AND v.version = p.latest
WHERE inv.id = $1
UNION ALL
SELECT
  v.id,
  coalesce(v.used_at IS NOT NULL, false)
FROM items i
LEFT JOIN policies p ON p.key = $2
LEFT JOIN policy_versions v ON v.key = p.key AND v.version = p.latest
WHERE i.id = $1 AND i.kind IN ('deduction','claim')`, caseID, repaymentPolicy)
	if err != nil {
		return uuid.Nil, false, err
	}
	if !r.id.Valid {
		return uuid.Nil, false, errPolicyNotFound
	}
	return r.id.UUID, r.used, nil
}

// AskingCases lists cases that are about to ask for approval; see port.Cases. 200 items are more than one person can check
// in one message.
func (t *tx) AskingCases(ctx context.Context, customerID, except uuid.UUID, now time.Time) ([]uuid.UUID, error) {
	return many(ctx, t, pgx.RowTo[uuid.UUID], `
SELECT id
FROM cases
WHERE customer_id = $1
  AND id <> $2
  AND state = 'active'
  AND next_action = 'AskApproval'
  AND wake_at <= $3
ORDER BY id
LIMIT 200`, customerID, except, now)
}

// orNull writes the zero time as NULL.
func orNull(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

const caseColumns = `
  id,
  kind,
  customer_id,
  policy_version_id,
  state,
  next_action,
  wake_at,
  decisions,
  attention_code,
  customer_wide`

func scanCase(row pgx.CollectableRow) (casework.Case, error) {
	var c casework.Case
	var wake *time.Time
	err := row.Scan(&c.ID, &c.Kind, &c.CustomerID, &c.PolicyVersionID, &c.State, &c.NextAction, &wake, &c.Decisions, &c.AttentionCode, &c.CustomerWide)
	if wake != nil {
		c.WakeAt = *wake
	}
	return c, err
}

// Case reads one; see port.Cases.
func (t *tx) Case(ctx context.Context, id uuid.UUID) (casework.Case, error) {
	return one(ctx, t, errCaseNotFound, scanCase, `SELECT`+caseColumns+` FROM cases WHERE id = $1`, id)
}

// ListAttention lists parked cases; see port.Cases.
func (t *tx) ListAttention(ctx context.Context, p port.Page) (port.Paged[casework.Case], error) {
	var w filter
	w.flag("state = 'needs_attention'", true)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[casework.Case]{}, err
	}
	rows, err := listed(ctx, t, scanCase, `SELECT`+caseColumns+` FROM cases`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(c casework.Case) string { return cursor(c.ID.String()) }), err
}

// PinPolicy makes a case follow another version; see port.Cases.
func (t *tx) PinPolicy(ctx context.Context, caseID, versionID uuid.UUID, wide bool) error {
	return t.exec(ctx, `UPDATE cases SET policy_version_id = $2, customer_wide = $3 WHERE id = $1`, caseID, versionID, wide)
}

// DecisionsOf reads recorded decisions; see port.Cases.
func (t *tx) DecisionsOf(ctx context.Context, caseID uuid.UUID) ([]port.DecisionRecord, error) {
	return many(ctx, t, scanDecision, sqlDecisions+`
ORDER BY seq`, caseID)
}

// LastDecision reads the latest; see port.Cases.
func (t *tx) LastDecision(ctx context.Context, caseID uuid.UUID) (port.DecisionRecord, error) {
	found, err := many(ctx, t, scanDecision, sqlDecisions+`
ORDER BY seq DESC
LIMIT 1`, caseID)
	if err != nil || len(found) == 0 {
		return port.DecisionRecord{}, err
	}
	return found[0], nil
}

// sqlDecisions is in the order of scanDecision.
const sqlDecisions = `
SELECT
  case_id,
  seq,
  at,
  called_for,
  policy_version_id,
  facts,
  decision
FROM decisions
WHERE case_id = $1`

func scanDecision(row pgx.CollectableRow) (port.DecisionRecord, error) {
	var d port.DecisionRecord
	var facts, decision []byte
	if err := row.Scan(&d.CaseID, &d.Seq, &d.At, &d.CalledFor, &d.PolicyVersionID, &facts, &decision); err != nil {
		return d, err
	}
	if err := json.Unmarshal(facts, &d.Facts); err != nil {
		return d, fault.Wrap(err, fault.Internal, "decision.unreadable", "the recorded facts cannot be read")
	}
	if err := json.Unmarshal(decision, &d.Decision); err != nil {
		return d, fault.Wrap(err, fault.Internal, "decision.unreadable", "the recorded decision cannot be read")
	}
	return d, nil
}
