package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/dispute"
)

// InsertDecision writes what was decided or proposed, numbered by itself; see port.Disputes.
func (t *tx) InsertDecision(ctx context.Context, d dispute.Decision) error {
	parts, err := json.Marshal(append([]dispute.PartDecision{}, d.Parts...))
	if err != nil {
		return unwritable(err)
	}
	return t.exec(ctx, `
INSERT INTO dispute_decisions (
  id,
  dispute_id,
  seq,
  kind,
  valid_minor,
  denied_minor,
  conceded_minor,
  reason,
  comment,
  evidence,
  parts,
  state,
  content_hash,
  approval_id,
  payable_by,
  decided_by,
  decided_at,
  approved_by,
  limit_check
) VALUES ($1, $2, coalesce(nullif($3, 0), (SELECT coalesce(max(seq), 0) + 1 FROM dispute_decisions WHERE dispute_id = $2)),
  $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		d.ID, d.DisputeID, d.Seq, d.Kind, d.ValidMinor, d.DeniedMinor, d.ConcededMinor, d.Reason, d.Comment,
		append([]uuid.UUID{}, d.Evidence...), json.RawMessage(parts), d.State, d.ContentHash[:], d.ApprovalID, d.PayableBy,
		d.DecidedBy, d.DecidedAt, d.ApprovedBy, d.Limit)
}

// UpdateDecision writes what became of a decision; see port.Disputes.
func (t *tx) UpdateDecision(ctx context.Context, d dispute.Decision, was dispute.DecisionState) error {
	return t.change(ctx, errClaimDecisionChanged, `
UPDATE dispute_decisions SET
  state = $3,
  approval_id = $4,
  approved_by = $5
WHERE id = $1 AND state = $2`, d.ID, was, d.State, d.ApprovalID, d.ApprovedBy)
}

// ClaimDecisionsOf reads a case's decisions in order; see port.Disputes.
func (t *tx) ClaimDecisionsOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Decision, error) {
	return many(ctx, t, scanClaimDecision, `
SELECT
  id,
  dispute_id,
  seq,
  kind,
  valid_minor,
  denied_minor,
  conceded_minor,
  reason,
  comment,
  evidence,
  parts,
  state,
  content_hash,
  approval_id,
  payable_by,
  decided_by,
  decided_at,
  approved_by,
  limit_check
FROM dispute_decisions
WHERE dispute_id = $1
ORDER BY seq`, disputeID)
}

func scanClaimDecision(row pgx.CollectableRow) (dispute.Decision, error) {
	var d dispute.Decision
	var hash []byte
	err := row.Scan(&d.ID, &d.DisputeID, &d.Seq, &d.Kind, &d.ValidMinor, &d.DeniedMinor, &d.ConcededMinor, &d.Reason, &d.Comment,
		&d.Evidence, &d.Parts, &d.State, &hash, &d.ApprovalID, &d.PayableBy, &d.DecidedBy, &d.DecidedAt, &d.ApprovedBy, &d.Limit)
	copy(d.ContentHash[:], hash)
	return d, err
}

// PutRound writes a new round, or the answer to one; see port.Disputes. What was submitted stays as it was.
func (t *tx) PutRound(ctx context.Context, r dispute.Round) error {
	return t.exec(ctx, `
INSERT INTO dispute_rounds (
  dispute_id,
  round,
  channel,
  portal_reference,
  submitted_by,
  submitted_at,
  reply_by,
  answer,
  answer_note,
  answered_at,
  answered_by,
  buyer_involved
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (dispute_id, round) DO UPDATE SET
  portal_reference = excluded.portal_reference,
  reply_by = excluded.reply_by,
  answer = excluded.answer,
  answer_note = excluded.answer_note,
  answered_at = excluded.answered_at,
  answered_by = excluded.answered_by,
  buyer_involved = excluded.buyer_involved`,
		r.DisputeID, r.Round, r.Channel, r.PortalReference, r.SubmittedBy, r.SubmittedAt, r.ReplyBy, r.Answer, r.AnswerNote,
		r.AnsweredAt, r.AnsweredBy, r.BuyerInvolved)
}

// RoundsOf reads a case's rounds in order; see port.Disputes.
func (t *tx) RoundsOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Round, error) {
	return many(ctx, t, scanRound, `
SELECT
  dispute_id,
  round,
  channel,
  portal_reference,
  submitted_by,
  submitted_at,
  reply_by,
  answer,
  answer_note,
  answered_at,
  answered_by,
  buyer_involved
FROM dispute_rounds
WHERE dispute_id = $1
ORDER BY round`, disputeID)
}

func scanRound(row pgx.CollectableRow) (dispute.Round, error) {
	var r dispute.Round
	err := row.Scan(&r.DisputeID, &r.Round, &r.Channel, &r.PortalReference, &r.SubmittedBy, &r.SubmittedAt, &r.ReplyBy, &r.Answer,
		&r.AnswerNote, &r.AnsweredAt, &r.AnsweredBy, &r.BuyerInvolved)
	return r, err
}
