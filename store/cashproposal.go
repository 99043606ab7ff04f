package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// proposalColumns are in the order of scanProposal.
const proposalColumns = `
  id,
  receipt_id,
  seq,
  customer_id,
  score,
  automatic,
  body::text,
  reasons::text,
  state,
  rules_id,
  created_at,
  decided_by,
  decided_at`

// PutProposals writes new proposals in place of the open ones; see port.Cash.
func (t *tx) PutProposals(ctx context.Context, receiptIDs []uuid.UUID, list []port.CashProposal, at time.Time) error {
	b := &pgx.Batch{}
	b.Queue(`
UPDATE match_proposals SET
  state = 'superseded',
  decided_by = 'rules',
  decided_at = $2
WHERE receipt_id = ANY($1) AND state = 'open'`, receiptIDs, at)
	for _, p := range list {
		b.Queue(`
INSERT INTO match_proposals (
  id,
  receipt_id,
  seq,
  customer_id,
  score,
  automatic,
  body,
  reasons,
  state,
  rules_id,
  created_at,
  decided_by,
  decided_at
) VALUES ($1, $2, (SELECT coalesce(max(seq), 0) + 1 FROM match_proposals WHERE receipt_id = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			p.ID, p.ReceiptID, p.CustomerID, p.Score, p.Automatic, p.Body, p.Reasons, p.State, p.RulesID, p.CreatedAt, p.DecidedBy, p.DecidedAt)
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

// DecideProposal writes what became of an open one; see port.Cash.
func (t *tx) DecideProposal(ctx context.Context, id uuid.UUID, state, by string, at time.Time) error {
	return t.change(ctx, errProposalDecided, `
UPDATE match_proposals SET
  state = $2,
  decided_by = $3,
  decided_at = $4
WHERE id = $1 AND state = 'open'`, id, state, by, at)
}

// Proposal reads one; see port.Cash.
func (t *tx) Proposal(ctx context.Context, id uuid.UUID) (port.CashProposal, error) {
	return one(ctx, t, errProposalNotFound, scanProposal, `SELECT`+proposalColumns+` FROM match_proposals WHERE id = $1`, id)
}

// ProposalsOf reads those of a receipt; see port.Cash.
func (t *tx) ProposalsOf(ctx context.Context, receiptID uuid.UUID) ([]port.CashProposal, error) {
	return many(ctx, t, scanProposal, `SELECT`+proposalColumns+`
FROM match_proposals
WHERE receipt_id = $1
ORDER BY state = 'open' DESC, created_at DESC, score DESC, seq
LIMIT 100`, receiptID)
}

func scanProposal(row pgx.CollectableRow) (port.CashProposal, error) {
	var p port.CashProposal
	var body, reasons string
	err := row.Scan(&p.ID, &p.ReceiptID, &p.Seq, &p.CustomerID, &p.Score, &p.Automatic, &body, &reasons, &p.State, &p.RulesID, &p.CreatedAt,
		&p.DecidedBy, &p.DecidedAt)
	p.Body, p.Reasons = []byte(body), []byte(reasons)
	return p, err
}
