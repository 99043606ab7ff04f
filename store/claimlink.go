package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/dispute"
)

// PutLink writes a link or the state of one, from whichever side it was made; see port.Disputes.
func (t *tx) PutLink(ctx context.Context, l dispute.Link) error {
	return t.exec(ctx, `
WITH there AS (
  UPDATE dispute_links SET state = $4
  WHERE kind = $3 AND ((dispute_id = $1 AND other_id = $2) OR (dispute_id = $2 AND other_id = $1))
  RETURNING 1
)
INSERT INTO dispute_links (
  dispute_id,
  other_id,
  kind,
  state,
  why,
  created_by,
  created_at
)
SELECT $1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::timestamptz
WHERE NOT EXISTS (SELECT FROM there)`,
		l.DisputeID, l.OtherID, l.Kind, l.State, l.Why, l.CreatedBy, l.CreatedAt)
}

// LinksOf reads the links of a case from either side; see port.Disputes.
func (t *tx) LinksOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Link, error) {
	return many(ctx, t, scanClaimLink, `
SELECT
  dispute_id,
  other_id,
  kind,
  state,
  why,
  created_by,
  created_at
FROM dispute_links
WHERE dispute_id = $1 OR other_id = $1
ORDER BY created_at, dispute_id, other_id, kind`, disputeID)
}

func scanClaimLink(row pgx.CollectableRow) (dispute.Link, error) {
	var l dispute.Link
	err := row.Scan(&l.DisputeID, &l.OtherID, &l.Kind, &l.State, &l.Why, &l.CreatedBy, &l.CreatedAt)
	return l, err
}

// InsertMove writes what went from one item to another; see port.Disputes.
func (t *tx) InsertMove(ctx context.Context, m dispute.Move) error {
	return t.exec(ctx, `
INSERT INTO moves (
  id,
  from_item,
  to_item,
  receipt_id,
  dispute_id,
  amount_minor,
  moved_at,
  reversed_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		m.ID, m.FromItem, m.ToItem, m.ReceiptID, m.DisputeID, m.AmountMinor, m.MovedAt, m.ReversedAt)
}

// ReverseMove marks one as undone; see port.Disputes.
func (t *tx) ReverseMove(ctx context.Context, id uuid.UUID, at time.Time) error {
	return t.change(ctx, errMoveNotFound, `UPDATE moves SET reversed_at = $2 WHERE id = $1 AND reversed_at IS NULL`, id, at)
}

// sqlMoves reads moves that stand.
const sqlMoves = `
SELECT
  id,
  from_item,
  to_item,
  receipt_id,
  dispute_id,
  amount_minor,
  moved_at,
  reversed_at
FROM moves
WHERE reversed_at IS NULL AND `

// MovesOfReceipt reads those that a receipt caused; see port.Disputes.
func (t *tx) MovesOfReceipt(ctx context.Context, receiptID uuid.UUID) ([]dispute.Move, error) {
	return many(ctx, t, scanMove, sqlMoves+`receipt_id = $1 ORDER BY id`, receiptID)
}

// MovesOfDispute reads those of a case; see port.Disputes.
func (t *tx) MovesOfDispute(ctx context.Context, disputeID uuid.UUID) ([]dispute.Move, error) {
	return many(ctx, t, scanMove, sqlMoves+`dispute_id = $1 ORDER BY id`, disputeID)
}

func scanMove(row pgx.CollectableRow) (dispute.Move, error) {
	var m dispute.Move
	err := row.Scan(&m.ID, &m.FromItem, &m.ToItem, &m.ReceiptID, &m.DisputeID, &m.AmountMinor, &m.MovedAt, &m.ReversedAt)
	return m, err
}

// PutMessage writes a new message once per business step, or what became of one; see port.Disputes. Kind and step of a
// message never change.
func (t *tx) PutMessage(ctx context.Context, m dispute.Message) error {
	return t.exec(ctx, `
INSERT INTO dispute_messages (
  id,
  dispute_id,
  kind,
  dedupe,
  state,
  address,
  message_id,
  body,
  attempts,
  created_at,
  sent_at,
  reason
)
SELECT $1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::text, $8::bytea, $9::integer, $10::timestamptz, $11::timestamptz, $12::text
WHERE NOT EXISTS (SELECT FROM dispute_messages WHERE dispute_id = $2 AND dedupe = $4 AND id <> $1)
ON CONFLICT (id) DO UPDATE SET
  state = excluded.state,
  address = excluded.address,
  message_id = excluded.message_id,
  body = excluded.body,
  attempts = excluded.attempts,
  sent_at = excluded.sent_at,
  reason = excluded.reason`,
		m.ID, m.DisputeID, m.Kind, m.Dedupe, m.State, m.Address, m.MessageID, m.Body, m.Attempts, m.CreatedAt, m.SentAt, m.Reason)
}

// MessagesOf reads what a case's customer was told, oldest first; see port.Disputes.
func (t *tx) MessagesOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Message, error) {
	return many(ctx, t, scanMessage, `
SELECT
  id,
  dispute_id,
  kind,
  dedupe,
  state,
  address,
  message_id,
  body,
  attempts,
  created_at,
  sent_at,
  reason
FROM dispute_messages
WHERE dispute_id = $1
ORDER BY created_at, id`, disputeID)
}

func scanMessage(row pgx.CollectableRow) (dispute.Message, error) {
	var m dispute.Message
	err := row.Scan(&m.ID, &m.DisputeID, &m.Kind, &m.Dedupe, &m.State, &m.Address, &m.MessageID, &m.Body, &m.Attempts, &m.CreatedAt,
		&m.SentAt, &m.Reason)
	return m, err
}
