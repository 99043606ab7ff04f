package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"arrears/domain/dispute"
)

// claimColumns are in the order of scanClaim. The parts come along as one list, so a page of cases is one query.
const claimColumns = `
  d.id,
  d.number,
  d.kind,
  d.customer_id,
  d.currency,
  d.state,
  d.outcome,
  d.customer_reason,
  d.customer_words,
  d.claim_reference,
  d.source,
  d.taken_on,
  d.receipt_id,
  coalesce(d.reason, ''),
  d.trade,
  d.team,
  d.owner,
  d.priority,
  d.rules_id,
  d.round,
  d.portal_reference,
  d.payable_by,
  d.paid_in_protest,
  d.decided_by,
  d.decided_at,
  d.split_from,
  d.claimed_whole,
  d.deadline_on,
  d.wake_at,
  d.attention_code,
  d.opened_by,
  d.opened_at,
  d.closed_at,
  d.version,
  (SELECT coalesce(json_agg(p ORDER BY p.seq), '[]') FROM dispute_parts p WHERE p.dispute_id = d.id)`

// partRow is a row of dispute_parts as JSON.
type partRow struct {
	ID         uuid.UUID     `json:"id"`
	DisputeID  uuid.UUID     `json:"dispute_id"`
	InvoiceID  uuid.NullUUID `json:"invoice_id"`
	ItemID     uuid.NullUUID `json:"item_id"`
	FlagID     uuid.NullUUID `json:"flag_id"`
	Claimed    int64         `json:"claimed_minor"`
	Undecided  int64         `json:"undecided_minor"`
	CreditDue  int64         `json:"credit_due_minor"`
	Credited   int64         `json:"credited_minor"`
	WrittenOff int64         `json:"written_off_minor"`
	Repaid     int64         `json:"repaid_minor"`
	Denied     int64         `json:"denied_minor"`
	Withdrawn  int64         `json:"withdrawn_minor"`
}

func (r partRow) part() dispute.Part {
	return dispute.Part{
		ID: r.ID, DisputeID: r.DisputeID, InvoiceID: r.InvoiceID, ItemID: r.ItemID, FlagID: r.FlagID,
		Amounts: dispute.Amounts{
			ClaimedMinor: r.Claimed, UndecidedMinor: r.Undecided, CreditDueMinor: r.CreditDue, CreditedMinor: r.Credited,
			WrittenOffMinor: r.WrittenOff, RepaidMinor: r.Repaid, DeniedMinor: r.Denied, WithdrawnMinor: r.Withdrawn,
		},
	}
}

func scanClaim(row pgx.CollectableRow) (dispute.Dispute, error) { return scanClaimWith(row) }

// scanClaimWith scans further columns behind those of a case.
func scanClaimWith(row pgx.CollectableRow, further ...any) (dispute.Dispute, error) {
	var d dispute.Dispute
	var parts []partRow
	targets := []any{
		&d.ID, &d.Number, &d.Kind, &d.CustomerID, &d.Currency, &d.State, &d.Outcome,
		&d.CustomerReason, &d.CustomerWords, &d.ClaimReference, &d.Source, &d.TakenOn, &d.ReceiptID,
		&d.Reason, &d.Trade, &d.Team, &d.Owner, &d.Priority, &d.Rules,
		&d.Round, &d.PortalReference, &d.PayableBy, &d.PaidInProtest, &d.DecidedBy, &d.DecidedAt, &d.SplitFrom, &d.ClaimedWhole,
		&d.DeadlineOn, &d.WakeAt, &d.AttentionCode, &d.OpenedBy, &d.OpenedAt, &d.ClosedAt, &d.Version, &parts,
	}
	err := row.Scan(append(targets, further...)...)
	for _, p := range parts {
		d.Parts = append(d.Parts, p.part())
	}
	return d, err
}

// InsertDispute writes a case with its parts; see port.Disputes.
func (t *tx) InsertDispute(ctx context.Context, d dispute.Dispute) (int64, error) {
	var number int64
	sum := d.Amounts()
	b := &pgx.Batch{}
	b.Queue(`
INSERT INTO disputes (
  id,
  kind,
  customer_id,
  currency,
  state,
  outcome,
  customer_reason,
  customer_words,
  claim_reference,
  source,
  taken_on,
  receipt_id,
  reason,
  trade,
  team,
  owner,
  priority,
  rules_id,
  round,
  portal_reference,
  payable_by,
  paid_in_protest,
  decided_by,
  decided_at,
  split_from,
  claimed_whole,
  claimed_minor,
  pending_minor,
  denied_minor,
  wake_at,
  attention_code,
  opened_by,
  opened_at,
  closed_at,
  version
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, nullif($13, ''), $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
  $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35)
RETURNING number`,
		d.ID, d.Kind, d.CustomerID, d.Currency, d.State, d.Outcome, d.CustomerReason, d.CustomerWords, d.ClaimReference, d.Source,
		d.TakenOn, d.ReceiptID, d.Reason, d.Trade, d.Team, d.Owner, d.Priority, d.Rules, d.Round, d.PortalReference, d.PayableBy,
		d.PaidInProtest, d.DecidedBy, d.DecidedAt, d.SplitFrom, d.ClaimedWhole, sum.ClaimedMinor, sum.PendingMinor(), sum.DeniedMinor,
		d.WakeAt, d.AttentionCode, d.OpenedBy, d.OpenedAt, d.ClosedAt, max(1, d.Version),
	).QueryRow(func(row pgx.Row) error { return row.Scan(&number) })
	queueParts(b, d)
	err := t.q.SendBatch(ctx, b).Close()
	return number, translate(err)
}

// UpdateDispute writes where the version is still the same; see port.Disputes. What the customer said and where the claim
// came from never change.
func (t *tx) UpdateDispute(ctx context.Context, d dispute.Dispute) error {
	sum := d.Amounts()
	b := &pgx.Batch{}
	b.Queue(`
UPDATE disputes SET
  state = $3,
  outcome = $4,
  reason = nullif($5, ''),
  trade = $6,
  team = $7,
  owner = $8,
  priority = $9,
  rules_id = $10,
  round = $11,
  portal_reference = $12,
  payable_by = $13,
  paid_in_protest = $14,
  decided_by = $15,
  decided_at = $16,
  claimed_minor = $17,
  pending_minor = $18,
  denied_minor = $19,
  wake_at = $20,
  attention_code = $21,
  closed_at = $22,
  version = version + 1
WHERE id = $1 AND version = $2`,
		d.ID, d.Version, d.State, d.Outcome, d.Reason, d.Trade, d.Team, d.Owner, d.Priority, d.Rules, d.Round, d.PortalReference,
		d.PayableBy, d.PaidInProtest, d.DecidedBy, d.DecidedAt, sum.ClaimedMinor, sum.PendingMinor(), sum.DeniedMinor,
		d.WakeAt, d.AttentionCode, d.ClosedAt,
	).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() == 0 {
			return errDisputeChanged
		}
		return nil
	})
	queueParts(b, d)
	return translate(t.q.SendBatch(ctx, b).Close())
}

// queueParts writes the parts in their order: new ones, and the amounts of those that are there.
func queueParts(b *pgx.Batch, d dispute.Dispute) {
	for i, p := range d.Parts {
		b.Queue(`
INSERT INTO dispute_parts (
  id,
  dispute_id,
  seq,
  invoice_id,
  item_id,
  flag_id,
  claimed_minor,
  undecided_minor,
  credit_due_minor,
  credited_minor,
  written_off_minor,
  repaid_minor,
  denied_minor,
  withdrawn_minor
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (id) DO UPDATE SET
  invoice_id = excluded.invoice_id,
  item_id = excluded.item_id,
  flag_id = excluded.flag_id,
  claimed_minor = excluded.claimed_minor,
  undecided_minor = excluded.undecided_minor,
  credit_due_minor = excluded.credit_due_minor,
  credited_minor = excluded.credited_minor,
  written_off_minor = excluded.written_off_minor,
  repaid_minor = excluded.repaid_minor,
  denied_minor = excluded.denied_minor,
  withdrawn_minor = excluded.withdrawn_minor`,
			p.ID, d.ID, i+1, p.InvoiceID, p.ItemID, p.FlagID, p.ClaimedMinor, p.UndecidedMinor, p.CreditDueMinor, p.CreditedMinor,
			p.WrittenOffMinor, p.RepaidMinor, p.DeniedMinor, p.WithdrawnMinor)
	}
}

// Dispute reads one with its parts; see port.Disputes.
func (t *tx) Dispute(ctx context.Context, id uuid.UUID) (dispute.Dispute, error) {
	return one(ctx, t, errDisputeNotFound, scanClaim, `SELECT`+claimColumns+` FROM disputes d WHERE d.id = $1`, id)
}

// DisputesOfItems reads the cases about items; see port.Disputes.
func (t *tx) DisputesOfItems(ctx context.Context, itemIDs []uuid.UUID) ([]dispute.Dispute, error) {
	return many(ctx, t, scanClaim, `
SELECT`+claimColumns+`
FROM disputes d
WHERE d.id IN (SELECT dispute_id FROM dispute_parts WHERE item_id = ANY($1))
ORDER BY d.id`, itemIDs)
}

// DisputesOfReceipt reads the cases that a receipt brought; see port.Disputes.
func (t *tx) DisputesOfReceipt(ctx context.Context, receiptID uuid.UUID) ([]dispute.Dispute, error) {
	return many(ctx, t, scanClaim, `SELECT`+claimColumns+` FROM disputes d WHERE d.receipt_id = $1 ORDER BY d.id`, receiptID)
}

// plainReference is what references are compared by: their letters and digits.
const plainReference = `lower(regexp_replace(%s, '[^[:alnum:]]+', '', 'g'))`

// SimilarDisputes finds what dispute.Similar may call one claim that came twice; see port.Disputes.
func (t *tx) SimilarDisputes(ctx context.Context, d dispute.Dispute) ([]dispute.Dispute, error) {
	var items, invoices []uuid.NullUUID
	var amounts []int64
	for _, p := range d.Parts {
		items, invoices, amounts = append(items, p.ItemID), append(invoices, p.InvoiceID), append(amounts, p.ClaimedMinor)
	}
	return many(ctx, t, scanClaim, `
SELECT`+claimColumns+`
FROM disputes d
WHERE d.customer_id = $2
  AND d.id <> $1
  AND d.state <> 'void'
  AND (
    (d.claim_reference <> '' AND `+fmt.Sprintf(plainReference, "d.claim_reference")+` = nullif(`+fmt.Sprintf(plainReference, "$3::text")+`, ''))
    OR (d.currency = $7
      AND CASE WHEN d.reason IS NOT NULL AND $8 <> '' THEN d.reason = $8 ELSE lower(d.customer_reason) = lower($9) END
      AND EXISTS (
        SELECT FROM dispute_parts p
        JOIN unnest($4::uuid[], $5::uuid[], $6::bigint[]) mine (item_id, invoice_id, minor)
          ON p.claimed_minor = mine.minor AND (p.item_id = mine.item_id OR p.invoice_id = mine.invoice_id)
        WHERE p.dispute_id = d.id)))
ORDER BY d.id
LIMIT 20`,
		d.ID, d.CustomerID, d.ClaimReference, items, invoices, amounts, d.Currency, d.Reason, d.CustomerReason)
}
