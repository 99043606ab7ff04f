package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"arrears/domain/casework"
	"arrears/port"
)

// ResolvePolicies names the policy versions of several invoices; see port.Batches.
func (t *tx) ResolvePolicies(ctx context.Context, invoiceIDs []uuid.UUID) ([]port.PinnedVersion, error) {
	scan := func(row pgx.CollectableRow) (port.PinnedVersion, error) {
		var p port.PinnedVersion
		var version uuid.NullUUID
		err := row.Scan(&p.InvoiceID, &version, &p.Used)
		p.VersionID = version.UUID
		return p, err
	}
	list, err := many(ctx, t, scan, `
SELECT
  inv.id,
  v.id,
  coalesce(v.used_at IS NOT NULL, false)
FROM invoices inv
CROSS JOIN LATERAL (SELECT * FROM customers WHERE id = inv.customer_id OFFSET 0) cu
CROSS JOIN installation house
LEFT JOIN segments s ON s.segment = cu.segment AND cu.segment <> ''
LEFT JOIN policies p ON p.key = coalesce(inv.policy_key, cu.policy_key, s.policy_key, house.default_policy)
LEFT JOIN policy_versions v ON v.key = p.key AND v.version = p.latest
WHERE inv.id = ANY($1)
ORDER BY inv.id`, invoiceIDs)
	for _, p := range list {
		if p.VersionID == uuid.Nil {
			return nil, errPolicyNotFound
		}
	}
	return list, err
}

// NewCaseFiles reads invoices as if they had cases; see port.Batches.
func (t *tx) NewCaseFiles(ctx context.Context, invoiceIDs []uuid.UUID, wide bool, now time.Time) ([]port.CaseFile, error) {
	return t.caseFiles(ctx, nil, invoiceIDs, wide, now)
}

// WriteNew writes new cases with what belongs to them; see port.Batches.
func (t *tx) WriteNew(ctx context.Context, w port.Work) error {
	columns := []string{
		"id", "kind", "customer_id", "policy_version_id", "state", "next_action", "wake_at", "decisions", "attention_code", "customer_wide",
	}
	err := copyRows(ctx, t, "cases", columns, w.Cases, func(c casework.Case) []any {
		return []any{
			c.ID, c.Kind, c.CustomerID, c.PolicyVersionID, string(c.State), c.NextAction, copyInstant(c.WakeAt), c.Decisions,
			c.AttentionCode, c.CustomerWide,
		}
	})
	if err != nil {
		return err
	}
	if err := t.copyDecisions(ctx, w.Decisions); err != nil {
		return err
	}
	urgent := false
	for _, n := range w.Nudges {
		urgent = urgent || n.StartAt.IsZero()
	}
	columns = []string{"workflow_id", "subject_id", "kind", "start_at", "first_action"}
	err = copyRows(ctx, t, "nudges", columns, w.Nudges, func(n port.Nudge) []any {
		return []any{n.WorkflowID, n.SubjectID, n.Kind, copyInstant(n.StartAt), n.FirstAction}
	})
	if err != nil {
		return err
	}
	if urgent {
		if err := t.exec(ctx, sqlNotifyNudge); err != nil {
			return err
		}
	}
	return t.AuditMany(ctx, w.Audit)
}

func (t *tx) copyDecisions(ctx context.Context, list []port.DecisionRecord) error {
	facts, decisions := make([]json.RawMessage, len(list)), make([]json.RawMessage, len(list))
	for i, d := range list {
		var err error
		if facts[i], err = json.Marshal(d.Facts); err != nil {
			return unwritable(err)
		}
		if decisions[i], err = json.Marshal(d.Decision); err != nil {
			return unwritable(err)
		}
	}
	columns := []string{"case_id", "seq", "at", "called_for", "rules_version", "policy_version_id", "facts", "decision"}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	return copyRows(ctx, t, "decisions", columns, order, func(i int) []any {
		d := list[i]
		return []any{d.CaseID, d.Seq, d.At, d.CalledFor, d.Decision.Rules, d.PolicyVersionID, facts[i], decisions[i]}
	})
}

// copyInstant is an instant as COPY takes it; the zero time is NULL.
func copyInstant(at time.Time) pgtype.Timestamptz {
	return pgtype.Timestamptz{Time: at, Valid: !at.IsZero()}
}
