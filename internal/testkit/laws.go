package testkit

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// MoneyLaws are the laws of MONEY, each by a statement that selects what breaks it.
func MoneyLaws() map[string]string {
	return map[string]string{
		"an item's parts are its original": `
SELECT id::text FROM items
WHERE original_minor <> paid_minor + discounted_minor + credited_minor + written_off_minor + moved_minor + open_minor
  OR disputed_minor > open_minor
  OR least(paid_minor, discounted_minor, credited_minor, written_off_minor, moved_minor, open_minor, disputed_minor) < 0`,
		"what an item counts as paid and as discount is what is applied to it, or a claim for an earned discount": `
SELECT i.id::text FROM items i
LEFT JOIN applications a ON a.item_id = i.id AND a.reversed_at IS NULL
GROUP BY i.id
HAVING i.paid_minor <> coalesce(sum(a.item_minor), 0)
  OR i.discounted_minor <> coalesce(sum(a.discount_minor), 0) + coalesce((
    SELECT sum(p.written_off_minor) FROM dispute_parts p JOIN disputes d ON d.id = p.dispute_id
    WHERE p.item_id = i.id AND d.outcome = 'earned_discount'), 0)`,
		"what an item counts as credited is what is credited to it": `
SELECT i.id::text FROM items i
LEFT JOIN credit_applications a ON a.item_id = i.id AND a.reversed_at IS NULL
GROUP BY i.id HAVING i.credited_minor <> coalesce(sum(a.amount_minor), 0)`,
		"what an item counts as written off are its write-offs": `
SELECT i.id::text FROM items i
LEFT JOIN write_offs w ON w.item_id = i.id AND w.reversed_at IS NULL
GROUP BY i.id HAVING i.written_off_minor <> coalesce(sum(w.amount_minor), 0)`,
		"what an item counts as disputed is what its flags name, as far as it is open": `
SELECT i.id::text FROM items i
LEFT JOIN dispute_flags f ON f.item_id = i.id AND f.state = 'open'
GROUP BY i.id HAVING i.disputed_minor <> least(i.open_minor, coalesce(sum(f.amount_minor), 0))`,
		"what an item counts as moved went elsewhere by moves that stand": `
SELECT i.id::text FROM items i
LEFT JOIN moves m ON m.from_item = i.id AND m.reversed_at IS NULL
GROUP BY i.id HAVING i.moved_minor <> coalesce(sum(m.amount_minor), 0)`,
		"a deduction's original came to it by moves that stand": `
SELECT i.id::text FROM items i
LEFT JOIN moves m ON m.to_item = i.id AND m.reversed_at IS NULL
WHERE i.kind = 'deduction'
GROUP BY i.id HAVING i.original_minor <> coalesce(sum(m.amount_minor), 0)`,
		"the portfolio is what was invoiced, claimed and charged, wherever it was moved to": `
SELECT currency FROM items
GROUP BY currency
HAVING sum(paid_minor + discounted_minor + credited_minor + written_off_minor + open_minor)
    <> coalesce(sum(original_minor) FILTER (WHERE kind <> 'deduction'), 0)
  OR sum(moved_minor) <> coalesce(sum(original_minor) FILTER (WHERE kind = 'deduction'), 0)`,
		"an invoice is the sum of its instalments": `
SELECT v.id::text FROM invoices v JOIN items i ON i.invoice_id = v.id AND i.kind = 'instalment'
WHERE v.state = 'valid' GROUP BY v.id HAVING v.amount_minor <> sum(i.original_minor)`,
		"a receipt's parts are its amount and what was netted": `
SELECT id::text FROM receipts
WHERE amount_minor + netted_minor <> applied_minor + on_account_minor + unapplied_minor + refunded_minor`,
		"a receipt has applied what its applications say": `
SELECT r.id::text FROM receipts r
LEFT JOIN applications a ON a.receipt_id = r.id AND a.reversed_at IS NULL
GROUP BY r.id HAVING r.applied_minor <> coalesce(sum(a.amount_minor), 0)`,
		"a credit memo has applied what its applications say": `
SELECT m.id::text FROM credit_memos m
LEFT JOIN credit_applications a ON a.credit_memo_id = m.id AND a.reversed_at IS NULL
GROUP BY m.id HAVING m.applied_minor <> coalesce(sum(a.amount_minor), 0)`,
	}
}

// ClaimLaws are the laws of claims and their cases, in the same way.
func ClaimLaws() map[string]string {
	return map[string]string{
		"each part of a claim is somewhere": `
SELECT id::text FROM dispute_parts
WHERE claimed_minor <> undecided_minor + credit_due_minor + credited_minor + written_off_minor + repaid_minor + denied_minor + withdrawn_minor
  OR least(claimed_minor, undecided_minor, credit_due_minor, credited_minor, written_off_minor, repaid_minor, denied_minor, withdrawn_minor) < 0`,
		"a case keeps the sums of its parts": `
SELECT d.id::text FROM disputes d
LEFT JOIN dispute_parts p ON p.dispute_id = d.id
GROUP BY d.id
HAVING d.claimed_minor <> coalesce(sum(p.claimed_minor), 0)
  OR d.pending_minor <> coalesce(sum(p.undecided_minor + p.credit_due_minor), 0)
  OR d.denied_minor <> coalesce(sum(p.denied_minor), 0)`,
		"a flag names what of its part is undecided or awaits its credit memo": `
SELECT p.id::text FROM dispute_parts p
LEFT JOIN dispute_flags f ON f.id = p.flag_id AND f.state = 'open'
WHERE p.item_id IS NOT NULL AND coalesce(f.amount_minor, 0) <> p.undecided_minor + p.credit_due_minor`,
		"what is denied and open of a claim is open on its item": `
SELECT i.id::text FROM items i
JOIN dispute_parts p ON p.item_id = i.id
GROUP BY i.id HAVING sum(p.denied_minor) > i.open_minor`,
		"a denied deduction that is open has a collection case that is looked after": `
SELECT i.id::text FROM items i
LEFT JOIN cases c ON c.id = i.id
WHERE i.kind IN ('deduction','claim')
  AND EXISTS (SELECT FROM dispute_parts p WHERE p.item_id = i.id AND p.denied_minor > 0)
  AND coalesce(c.state, 'none') NOT IN ('active','needs_attention')`,
		"a live claim has a next date, and an ended one nothing that is pending or denied and open": `
SELECT id::text FROM disputes
WHERE CASE WHEN state IN ('closed','void') THEN pending_minor + denied_minor > 0 ELSE wake_at IS NULL END`,
		"a claim's next deadline is the earliest that stands": `
SELECT d.id::text FROM disputes d
LEFT JOIN dispute_deadlines e ON e.dispute_id = d.id AND e.state = 'open'
GROUP BY d.id HAVING d.deadline_on IS DISTINCT FROM min(e.due_on)`,
		"a claim that awaits its credit memo has a deadline for it": `
SELECT p.dispute_id::text FROM dispute_parts p
WHERE p.credit_due_minor > 0
  AND NOT EXISTS (SELECT FROM dispute_deadlines e WHERE e.dispute_id = p.dispute_id AND e.kind = 'credit_memo' AND e.state IN ('open','lapsed'))`,
		"a claim that awaits approval has a proposal with an open approval": `
SELECT d.id::text FROM disputes d
WHERE d.state = 'awaiting_approval'
  AND NOT EXISTS (
    SELECT FROM dispute_decisions x
    JOIN approvals a ON a.subject_id = x.id AND a.state = 'open'
    WHERE x.dispute_id = d.id AND x.state = 'proposed')`,
		"a receipt has netted the claims that came with it": `
SELECT r.id::text FROM receipts r
LEFT JOIN (
  SELECT DISTINCT d.receipt_id, i.id, i.original_minor
  FROM disputes d
  JOIN dispute_parts p ON p.dispute_id = d.id
  JOIN items i ON i.id = p.item_id AND i.kind = 'claim'
) n ON n.receipt_id = r.id
GROUP BY r.id HAVING r.netted_minor <> coalesce(sum(n.original_minor), 0)`,
	}
}

// Laws proves the laws of money and of claims on all that is in the database behind a URL of DB or Schema.
func Laws(t testing.TB, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), cleanupTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(ctx)) }()
	for _, laws := range []map[string]string{MoneyLaws(), ClaimLaws()} {
		for law, broken := range laws {
			rows, err := conn.Query(ctx, broken)
			require.NoError(t, err, law)
			found, err := pgx.CollectRows(rows, pgx.RowTo[string])
			require.NoError(t, err, law)
			require.Empty(t, found, law)
		}
	}
}
