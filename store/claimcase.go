package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/dispute"
)

// evidenceColumns are in the order of scanEvidence.
const evidenceColumns = `
  id,
  dispute_id,
  document_kind,
  mandatory,
  team,
  state,
  document_id,
  task_id,
  due_on,
  note,
  requested_by,
  version`

// InsertEvidence writes new rows; see port.Disputes.
func (t *tx) InsertEvidence(ctx context.Context, list []dispute.Evidence) error {
	b := &pgx.Batch{}
	for _, e := range list {
		b.Queue(`
INSERT INTO dispute_evidence (
  id,
  dispute_id,
  document_kind,
  mandatory,
  team,
  state,
  document_id,
  task_id,
  due_on,
  note,
  requested_by,
  version
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			e.ID, e.DisputeID, e.DocumentKind, e.Mandatory, e.Team, e.State, e.DocumentID, e.TaskID, e.DueOn, e.Note,
			e.RequestedBy, max(1, e.Version))
	}
	return t.send(ctx, b)
}

// send runs a batch in one round trip; an empty one is none.
func (t *tx) send(ctx context.Context, b *pgx.Batch) error {
	if b.Len() == 0 {
		return nil
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

// UpdateEvidence writes where the version is still the same; see port.Disputes.
func (t *tx) UpdateEvidence(ctx context.Context, e dispute.Evidence) error {
	return t.change(ctx, errEvidenceChanged, `
UPDATE dispute_evidence SET
  mandatory = $3,
  team = $4,
  state = $5,
  document_id = $6,
  task_id = $7,
  due_on = $8,
  note = $9,
  requested_by = $10,
  version = version + 1
WHERE id = $1 AND version = $2`,
		e.ID, e.Version, e.Mandatory, e.Team, e.State, e.DocumentID, e.TaskID, e.DueOn, e.Note, e.RequestedBy)
}

// EvidenceOf reads what a case needs; see port.Disputes.
func (t *tx) EvidenceOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Evidence, error) {
	return many(ctx, t, scanEvidence,
		`SELECT`+evidenceColumns+` FROM dispute_evidence WHERE dispute_id = $1 ORDER BY id`, disputeID)
}

func scanEvidence(row pgx.CollectableRow) (dispute.Evidence, error) {
	var e dispute.Evidence
	err := row.Scan(&e.ID, &e.DisputeID, &e.DocumentKind, &e.Mandatory, &e.Team, &e.State, &e.DocumentID, &e.TaskID, &e.DueOn,
		&e.Note, &e.RequestedBy, &e.Version)
	return e, err
}

// sqlDeadlineOn keeps the earliest deadline of a case beside it. It is no change that a reader of the case could lose, so
// the version stays.
const sqlDeadlineOn = `
UPDATE disputes d
SET deadline_on = e.due_on
FROM (
  SELECT
    c.id,
    (SELECT min(due_on) FROM dispute_deadlines WHERE dispute_id = c.id AND state = 'open') AS due_on
  FROM unnest($1::uuid[]) c (id)
) e
WHERE d.id = e.id AND d.deadline_on IS DISTINCT FROM e.due_on`

// PutDeadlines writes deadlines; see port.Disputes. Those that no longer stand come first, because only one of a kind may
// stand.
func (t *tx) PutDeadlines(ctx context.Context, list []dispute.Deadline) error {
	b := &pgx.Batch{}
	var cases []uuid.UUID
	for _, open := range []bool{false, true} {
		for _, d := range list {
			if (d.State == dispute.DeadlineOpen) == open {
				queueDeadline(b, d)
				cases = append(cases, d.DisputeID)
			}
		}
	}
	if len(cases) > 0 {
		b.Queue(sqlDeadlineOn, unique(cases))
	}
	return t.send(ctx, b)
}

func queueDeadline(b *pgx.Batch, d dispute.Deadline) {
	b.Queue(`
INSERT INTO dispute_deadlines (
  id,
  dispute_id,
  kind,
  due_on,
  warn_on,
  warned_at,
  state,
  settled_at,
  raised,
  evidence_id
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id) DO UPDATE SET
  due_on = excluded.due_on,
  warn_on = excluded.warn_on,
  warned_at = excluded.warned_at,
  state = excluded.state,
  settled_at = excluded.settled_at,
  raised = excluded.raised`,
		d.ID, d.DisputeID, d.Kind, d.DueOn, d.WarnOn, d.WarnedAt, d.State, d.SettledAt, d.Raised, d.EvidenceID)
}

func unique(ids []uuid.UUID) []uuid.UUID {
	seen := map[uuid.UUID]bool{}
	var kept []uuid.UUID
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			kept = append(kept, id)
		}
	}
	return kept
}

// DeadlinesOf reads all deadlines of a case, the earliest first; see port.Disputes.
func (t *tx) DeadlinesOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Deadline, error) {
	return many(ctx, t, scanDeadline, `
SELECT
  id,
  dispute_id,
  kind,
  due_on,
  warn_on,
  warned_at,
  state,
  settled_at,
  raised,
  evidence_id
FROM dispute_deadlines
WHERE dispute_id = $1
ORDER BY due_on, id`, disputeID)
}

func scanDeadline(row pgx.CollectableRow) (dispute.Deadline, error) {
	var d dispute.Deadline
	err := row.Scan(&d.ID, &d.DisputeID, &d.Kind, &d.DueOn, &d.WarnOn, &d.WarnedAt, &d.State, &d.SettledAt, &d.Raised, &d.EvidenceID)
	return d, err
}

// NudgeDispute leaves a nudge for the case's workflow; see port.Disputes.
func (t *tx) NudgeDispute(ctx context.Context, id uuid.UUID) error {
	return t.StartDispute(ctx, id, time.Time{}, "ReviewDispute")
}

// StartDispute leaves a nudge that starts the case's workflow at an instant; see port.Disputes.
func (t *tx) StartDispute(ctx context.Context, id uuid.UUID, at time.Time, first string) error {
	b := &pgx.Batch{}
	b.Queue(sqlNudge, "dispute/"+id.String(), id, "dispute", orNull(at), first)
	if at.IsZero() {
		b.Queue(sqlNotifyNudge)
	}
	return t.send(ctx, b)
}
