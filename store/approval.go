package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/casework"
	"arrears/port"
)

var errApprovalNotFound = missing("approval")

const approvalColumns = `
  id,
  subject_kind,
  subject_id,
  customer_id,
  case_id,
  stage,
  role,
  state,
  content_hash,
  summary,
  amount_minor,
  currency,
  proposers,
  at_deadline,
  deadline_days,
  due_at,
  reminders,
  requested_at,
  decided_at,
  decided_by,
  comment,
  version`

func scanApproval(row pgx.CollectableRow) (casework.Approval, error) {
	var a casework.Approval
	var hash []byte
	err := row.Scan(&a.ID, &a.SubjectKind, &a.SubjectID, &a.CustomerID, &a.CaseID, &a.Stage, &a.Role, &a.State, &hash, &a.Summary,
		&a.AmountMinor, &a.Currency, &a.Proposers, &a.AtDeadline, &a.DeadlineDays, &a.DueAt, &a.Reminders, &a.RequestedAt,
		&a.DecidedAt, &a.DecidedBy, &a.Comment, &a.Version)
	copy(a.ContentHash[:], hash)
	return a, err
}

// queueApproval writes an approval as it is from now on.
func queueApproval(b *pgx.Batch, a casework.Approval) {
	proposers := a.Proposers
	if proposers == nil {
		proposers = []string{}
	}
	b.Queue(`
INSERT INTO approvals (`+approvalColumns+`
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 1)
ON CONFLICT (id) DO UPDATE SET
  role = excluded.role,
  state = excluded.state,
  due_at = excluded.due_at,
  reminders = excluded.reminders,
  decided_at = excluded.decided_at,
  decided_by = excluded.decided_by,
  comment = excluded.comment,
  version = approvals.version + 1`,
		a.ID, a.SubjectKind, a.SubjectID, a.CustomerID, a.CaseID, a.Stage, a.Role, a.State, a.ContentHash[:], a.Summary,
		a.AmountMinor, a.Currency, proposers, a.AtDeadline, a.DeadlineDays, a.DueAt, a.Reminders, a.RequestedAt,
		a.DecidedAt, a.DecidedBy, a.Comment)
}

// Approval reads one; see port.Approvals.
func (t *tx) Approval(ctx context.Context, id uuid.UUID) (casework.Approval, error) {
	return one(ctx, t, errApprovalNotFound, scanApproval, `SELECT`+approvalColumns+` FROM approvals WHERE id = $1`, id)
}

// LockApproval locks the approval's customer and reads it; see port.Approvals.
func (t *tx) LockApproval(ctx context.Context, id uuid.UUID) (casework.Approval, error) {
	var a casework.Approval
	b := &pgx.Batch{}
	b.Queue(`SELECT id FROM customers WHERE id = (SELECT customer_id FROM approvals WHERE id = $1) FOR NO KEY UPDATE`, id)
	b.Queue(`SELECT`+approvalColumns+` FROM approvals WHERE id = $1`, id).Query(func(rows pgx.Rows) error {
		var err error
		a, err = pgx.CollectOneRow(rows, scanApproval)
		return err
	})
	if err := t.q.SendBatch(ctx, b).Close(); err != nil {
		return a, orMissing(err, errApprovalNotFound)
	}
	return a, nil
}

// ApprovalsOf reads all of a subject; see port.Approvals.
func (t *tx) ApprovalsOf(ctx context.Context, subjectID uuid.UUID) ([]casework.Approval, error) {
	return many(ctx, t, scanApproval, `SELECT`+approvalColumns+` FROM approvals WHERE subject_id = $1 ORDER BY requested_at, id`, subjectID)
}

// ofCase are the approvals of a case's steps and of the notices that it has a line on.
const ofCase = `
SELECT id FROM approvals WHERE case_id = $?
UNION ALL
SELECT a.id FROM notice_lines l JOIN approvals a ON a.subject_id = l.notice_id WHERE l.case_id = $?`

// ListApprovals lists approvals; see port.Approvals.
func (t *tx) ListApprovals(ctx context.Context, f port.ApprovalFilter, p port.Page) (port.Paged[casework.Approval], error) {
	var w filter
	w.text("state = $?", f.State)
	w.text("role = $?", f.Role)
	w.id("customer_id = $?", f.CustomerID)
	if f.CaseID.Valid {
		w.add("id IN ("+ofCase+")", f.CaseID.UUID, f.CaseID.UUID)
	}
	key, err := parseCursor(p.After, 1)
	if err != nil {
		return port.Paged[casework.Approval]{}, err
	}
	if key != nil {
		w.add("(due_at, id) > ((SELECT due_at FROM approvals WHERE id = $?), $?::uuid)", key[0], key[0])
	}
	rows, err := listed(ctx, t, scanApproval, `SELECT`+approvalColumns+` FROM approvals`+w.where()+w.limit("due_at, id", p), w.args...)
	return paged(rows, p, func(a casework.Approval) string { return cursor(a.ID.String()) }), err
}

// LapseStepApprovals lapses approvals of steps that send nothing, and frees the steps, approved ones included; see
// port.Approvals.
func (t *tx) LapseStepApprovals(ctx context.Context, caseIDs []uuid.UUID, code string, now time.Time) ([]casework.Approval, error) {
	return many(ctx, t, scanApproval, `
WITH freed AS (
  UPDATE steps
  SET state = 'withdrawn', reason = $2
  WHERE case_id = ANY($1) AND notice_id IS NULL AND state IN ('awaiting_approval','approved')
  RETURNING id
)
UPDATE approvals
SET state = 'lapsed', decided_at = $3, comment = $2, version = version + 1
WHERE subject_kind = 'step' AND state = 'open' AND subject_id IN (SELECT id FROM freed)
RETURNING`+approvalColumns, caseIDs, code, now)
}

// Proposers lists who may not approve; see port.Approvals. Money that comes, goes back, is credited, written off or contested
// changes what is asked as well: whoever did so last is one of them, beside whoever entered or changed the invoice. Of a
// denied deduction it is whoever denied it.
func (t *tx) Proposers(ctx context.Context, caseIDs []uuid.UUID) ([]string, error) {
	return many(ctx, t, pgx.RowTo[string], `
SELECT DISTINCT who
FROM invoices inv
JOIN customers cu ON cu.id = inv.customer_id
LEFT JOIN customers r ON r.id = cu.dunning_recipient_id
JOIN cases c ON c.id = inv.id
JOIN policy_versions v ON v.id = c.policy_version_id
LEFT JOIN LATERAL (
  SELECT e.actor
  FROM audit_entries e
  WHERE e.invoice_id = inv.id
    AND e.actor <> 'engine'
    AND e.action IN ('receipt.applied','receipt.unapplied','credit_memo.applied','credit_memo.unapplied',
      'write_off.made','dispute.flagged','dispute.released')
  ORDER BY e.recorded_at DESC, e.id DESC
  LIMIT 1
) money ON true
CROSS JOIN LATERAL (VALUES
  (inv.amounts_changed_by),
  (money.actor),
  (cu.recipient_changed_by),
  (r.recipient_changed_by),
  (v.created_by)) p (who)
WHERE inv.id = ANY($1) AND who <> ''
UNION
SELECT d.decided_by
FROM dispute_parts p
JOIN disputes d ON d.id = p.dispute_id
WHERE p.item_id = ANY($1) AND d.decided_by <> ''
UNION
SELECT v.created_by
FROM cases c
JOIN policy_versions v ON v.id = c.policy_version_id
WHERE c.id = ANY($1) AND c.kind = 'deduction'
ORDER BY who`, caseIDs)
}
