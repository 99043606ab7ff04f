package store

import "arrears/domain/census"

// What breaks a check. Each query looks at the rows of its part with an id above @from, up to @to, in one statement, which
// sees one moment: what a running transaction changes together is seen together. It names the check, the subject, whose it
// is, and what differs. Sums are taken anew from what was applied; nothing is read from policy or engine.
const (
	sqlCensusItems = `
SELECT v.check_name, i.id::text, i.customer_id, i.invoice_id,
  'stored ' || v.stored || ', recomputed ' || v.summed || ' ' || i.currency
FROM items i
LEFT JOIN (
  SELECT item_id, sum(item_minor) AS paid, sum(discount_minor) AS discounted
  FROM applications
  WHERE item_id > @from AND item_id <= @to AND reversed_at IS NULL
  GROUP BY item_id
) a ON a.item_id = i.id
LEFT JOIN (
  SELECT p.item_id, sum(p.written_off_minor) AS minor
  FROM dispute_parts p
  JOIN disputes x ON x.id = p.dispute_id AND x.outcome = 'earned_discount'
  WHERE p.item_id > @from AND p.item_id <= @to
  GROUP BY p.item_id
) e ON e.item_id = i.id
LEFT JOIN (
  SELECT item_id, sum(amount_minor) AS minor
  FROM credit_applications
  WHERE item_id > @from AND item_id <= @to AND reversed_at IS NULL
  GROUP BY item_id
) c ON c.item_id = i.id
LEFT JOIN (
  SELECT item_id, sum(amount_minor) AS minor
  FROM write_offs
  WHERE item_id > @from AND item_id <= @to AND reversed_at IS NULL
  GROUP BY item_id
) w ON w.item_id = i.id
LEFT JOIN (
  SELECT item_id, sum(amount_minor) AS minor
  FROM dispute_flags
  WHERE item_id > @from AND item_id <= @to AND state = 'open'
  GROUP BY item_id
) d ON d.item_id = i.id
LEFT JOIN (
  SELECT from_item, sum(amount_minor) AS minor
  FROM moves
  WHERE from_item > @from AND from_item <= @to AND reversed_at IS NULL
  GROUP BY from_item
) m ON m.from_item = i.id
LEFT JOIN (
  SELECT to_item, sum(amount_minor) AS minor
  FROM moves
  WHERE to_item > @from AND to_item <= @to AND reversed_at IS NULL
  GROUP BY to_item
) o ON o.to_item = i.id
CROSS JOIN LATERAL (VALUES
  ('item.sum', i.original_minor::numeric, (i.paid_minor + i.discounted_minor + i.credited_minor + i.written_off_minor + i.moved_minor + i.open_minor)::numeric),
  ('item.negative', least(0, i.paid_minor, i.discounted_minor, i.credited_minor, i.written_off_minor, i.moved_minor, i.disputed_minor, i.open_minor - i.disputed_minor), 0),
  ('item.paid', i.paid_minor, coalesce(a.paid, 0)),
  ('item.discounted', i.discounted_minor, coalesce(a.discounted, 0) + coalesce(e.minor, 0)),
  ('item.credited', i.credited_minor, coalesce(c.minor, 0)),
  ('item.written_off', i.written_off_minor, coalesce(w.minor, 0)),
  ('item.disputed', i.disputed_minor, least(i.open_minor, coalesce(d.minor, 0))),
  ('item.moved', i.moved_minor, coalesce(m.minor, 0)),
  ('item.origin', CASE i.kind WHEN 'deduction' THEN i.original_minor END, coalesce(o.minor, 0))
) v (check_name, stored, summed)
WHERE i.id > @from AND i.id <= @to AND v.stored <> v.summed` // what has no stored figure differs from nothing

	// A case for which a nudge waits is about to look.
	sqlCensusOwners = `
SELECT 'item.no_owner', i.id::text, i.customer_id, i.invoice_id,
  CASE WHEN c.id IS NULL THEN 'no case' ELSE 'case ' || c.state END || ', open ' || i.open_minor || ' ' || i.currency
FROM items i
LEFT JOIN cases c ON c.id = i.invoice_id
WHERE i.id > @from AND i.id <= @to
  AND i.open_minor > 0
  AND i.kind IN ('instalment','charge')
  AND coalesce(c.state, 'none') <> 'needs_attention'
  AND (coalesce(c.state, 'none') <> 'active' OR c.wake_at IS NULL)
  AND NOT EXISTS (SELECT FROM nudges n WHERE n.workflow_id = 'invoice/' || c.id)`

	sqlCensusLevels = `
SELECT 'item.level', i.id::text, i.customer_id, i.invoice_id,
  'level ' || i.level || ', sent ' || coalesce(sent.level, 0) || ', cycle ' || i.cycle
FROM items i
LEFT JOIN (
  SELECT l.item_id, s.cycle, max(l.level) AS level
  FROM notice_lines l
  JOIN steps s ON s.id = l.step_id
  WHERE l.item_id > @from AND l.item_id <= @to AND l.state = 'sent'
  GROUP BY l.item_id, s.cycle
) sent ON sent.item_id = i.id AND sent.cycle = i.cycle
WHERE i.id > @from AND i.id <= @to AND i.level <> coalesce(sent.level, 0)`

	sqlCensusInvoices = `
SELECT 'invoice.sum', v.id::text, v.customer_id, v.id,
  'state ' || v.state || ', amount ' || v.amount_minor || ', instalments ' || coalesce(i.minor, 0) || ' ' || v.currency
FROM invoices v
LEFT JOIN (
  SELECT invoice_id, sum(original_minor) AS minor
  FROM items
  WHERE invoice_id > @from AND invoice_id <= @to AND kind = 'instalment'
  GROUP BY invoice_id
) i ON i.invoice_id = v.id
WHERE v.id > @from AND v.id <= @to
  AND coalesce(i.minor, 0) <> CASE v.state WHEN 'void' THEN 0 ELSE v.amount_minor END`

	sqlCensusReceipts = `
SELECT v.check_name, r.id::text, r.customer_id, NULL::uuid,
  'state ' || r.state || ', stored ' || v.stored || ', recomputed ' || v.summed || ' ' || r.currency
FROM receipts r
LEFT JOIN (
  SELECT receipt_id, sum(amount_minor) AS minor
  FROM applications
  WHERE receipt_id > @from AND receipt_id <= @to AND reversed_at IS NULL
  GROUP BY receipt_id
) a ON a.receipt_id = r.id
LEFT JOIN (
  SELECT x.receipt_id, sum(i.original_minor) AS minor
  FROM (
    SELECT DISTINCT d.receipt_id, p.item_id
    FROM disputes d
    JOIN dispute_parts p ON p.dispute_id = d.id
    WHERE d.receipt_id > @from AND d.receipt_id <= @to
  ) x
  JOIN items i ON i.id = x.item_id AND i.kind = 'claim'
  GROUP BY x.receipt_id
) n ON n.receipt_id = r.id
CROSS JOIN LATERAL (VALUES
  ('receipt.sum', (r.amount_minor + r.netted_minor)::numeric, (r.applied_minor + r.on_account_minor + r.unapplied_minor + r.refunded_minor)::numeric),
  ('receipt.applied', r.applied_minor, coalesce(a.minor, 0)),
  ('receipt.netted', r.netted_minor, coalesce(n.minor, 0))
) v (check_name, stored, summed)
WHERE r.id > @from AND r.id <= @to AND v.stored <> v.summed`

	sqlCensusCreditMemos = `
SELECT v.check_name, m.id::text, m.customer_id, m.invoice_id,
  'state ' || m.state || ', stored ' || v.stored || ', recomputed ' || v.summed || ' ' || m.currency
FROM credit_memos m
LEFT JOIN (
  SELECT credit_memo_id, sum(amount_minor) AS minor
  FROM credit_applications
  WHERE credit_memo_id > @from AND credit_memo_id <= @to AND reversed_at IS NULL
  GROUP BY credit_memo_id
) a ON a.credit_memo_id = m.id
CROSS JOIN LATERAL (VALUES
  ('credit_memo.sum', CASE m.state WHEN 'void' THEN 0 ELSE m.amount_minor END::numeric, (m.applied_minor + m.open_minor)::numeric),
  ('credit_memo.applied', m.applied_minor, coalesce(a.minor, 0))
) v (check_name, stored, summed)
WHERE m.id > @from AND m.id <= @to AND v.stored <> v.summed`

	sqlCensusCases = `
SELECT 'case.late', c.id::text, c.customer_id, ` + sqlInvoiceOfCase + `,
  'next date ' || to_char(c.wake_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ', action ' || c.next_action
FROM cases c
WHERE c.id > @from AND c.id <= @to AND c.state = 'active' AND c.wake_at < @late
UNION ALL
SELECT 'case.unseen', c.id::text, c.customer_id, ` + sqlInvoiceOfCase + `, 'code ' || c.attention_code
FROM cases c
WHERE c.id > @from AND c.id <= @to
  AND c.state = 'needs_attention'
  AND NOT EXISTS (SELECT FROM nudges n WHERE n.workflow_id = c.kind || '/' || c.id)
  AND NOT EXISTS (
    SELECT FROM tasks t
    WHERE t.customer_id = c.customer_id
      AND t.kind = 'needs_attention'
      AND t.state = 'open'
      AND (t.invoice_id = c.id OR starts_with(t.dedupe, 'needs_attention/' || c.id || '/')))
UNION ALL
SELECT 'case.record', c.id::text, c.customer_id, ` + sqlInvoiceOfCase + `, 'counted ' || c.decisions || ', recorded ' || coalesce(d.seq, 0)
FROM cases c
LEFT JOIN LATERAL (SELECT seq FROM decisions WHERE case_id = c.id ORDER BY seq DESC LIMIT 1) d ON true
WHERE c.id > @from AND c.id <= @to AND c.decisions <> coalesce(d.seq, 0)`

	sqlCensusSteps = `
SELECT 'step.undecided', s.id::text, i.customer_id, i.invoice_id, 'stage ' || s.stage
FROM steps s
JOIN items i ON i.id = s.item_id
WHERE s.id > @from AND s.id <= @to
  AND s.state = 'awaiting_approval'
  AND s.action <> 'notice'
  AND NOT EXISTS (SELECT FROM approvals a WHERE a.subject_kind = 'step' AND a.subject_id = s.id AND a.state = 'open')
UNION ALL
SELECT 'step.line', s.id::text, i.customer_id, i.invoice_id, 'stage ' || s.stage || ', state ' || s.state
FROM steps s
JOIN items i ON i.id = s.item_id
WHERE s.id > @from AND s.id <= @to
  AND s.state IN ('live','awaiting_approval','approved')
  AND s.action = 'notice'
  AND NOT EXISTS (SELECT FROM notice_lines l WHERE l.step_id = s.id AND l.state = 'live')`

	sqlCensusLines = `
SELECT 'line.step', l.id::text, n.customer_id, i.invoice_id, 'line ' || l.state || ', step ' || s.state
FROM notice_lines l
JOIN items i ON i.id = l.item_id
JOIN steps s ON s.id = l.step_id
JOIN notices n ON n.id = l.notice_id
WHERE l.id > @from AND l.id <= @to
  AND ((l.state = 'sent') <> (s.state = 'done') OR (l.state = 'live') <> (s.state IN ('live','awaiting_approval','approved')))
UNION ALL
SELECT 'line.asked', l.id::text, n.customer_id, i.invoice_id, 'asked ' || l.ask_minor || ', open ' || l.open_minor || ' ' || n.currency
FROM notice_lines l
JOIN items i ON i.id = l.item_id
JOIN notices n ON n.id = l.notice_id
WHERE l.id > @from AND l.id <= @to AND l.state = 'sent' AND (l.ask_minor = 0 OR l.ask_minor > l.open_minor)`

	sqlCensusNotices = `
SELECT 'notice.lines', n.id::text, n.customer_id, NULL::uuid,
  'state ' || n.state || ', live ' || coalesce(l.live, 0) || ', sent ' || coalesce(l.sent, 0)
FROM notices n
LEFT JOIN (
  SELECT notice_id, count(*) FILTER (WHERE state = 'live') AS live, count(*) FILTER (WHERE state = 'sent') AS sent
  FROM notice_lines
  WHERE notice_id > @from AND notice_id <= @to
  GROUP BY notice_id
) l ON l.notice_id = n.id
WHERE n.id > @from AND n.id <= @to
  AND ((n.state IN ('gathering','draft','sealed','sending')) <> (coalesce(l.live, 0) > 0)
    OR (n.state = 'sent') <> (coalesce(l.sent, 0) > 0))
UNION ALL
SELECT 'notice.undecided', n.id::text, n.customer_id, NULL::uuid, 'stage ' || n.stage
FROM notices n
WHERE n.id > @from AND n.id <= @to
  AND n.state = 'draft'
  AND NOT EXISTS (SELECT FROM approvals a WHERE a.subject_kind = 'notice' AND a.subject_id = n.id AND a.state = 'open')
UNION ALL
SELECT 'notice.sending', n.id::text, n.customer_id, NULL::uuid, 'dispatches ' || n.dispatches || ', resends ' || n.resends
FROM notices n
WHERE n.id > @from AND n.id <= @to
  AND n.state = 'sending'
  AND n.dispatched_real < clock_timestamp() - make_interval(secs => @sending)
UNION ALL
SELECT 'notice.stuck', n.id::text, n.customer_id, NULL::uuid, 'state ' || n.state || ', outcome ' || n.outcome
FROM notices n
WHERE n.id > @from AND n.id <= @to AND n.state IN ('gathering','sealed') AND n.opens_at < @stuck`

	sqlCensusApprovals = `
SELECT 'approval.overdue', a.id::text, a.customer_id, (SELECT id FROM invoices WHERE id = a.case_id),
  'due ' || to_char(a.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || ', reminders ' || a.reminders
FROM approvals a
WHERE a.id > @from AND a.id <= @to AND a.state = 'open' AND (a.due_at < @late OR a.due_at = 'infinity')
UNION ALL
SELECT 'approval.reminder', a.id::text, a.customer_id, (SELECT id FROM invoices WHERE id = a.case_id), 'reminders ' || a.reminders
FROM approvals a
WHERE a.id > @from AND a.id <= @to
  AND a.state = 'open'
  AND a.reminders > 0
  AND NOT EXISTS (SELECT FROM tasks t WHERE t.dedupe = 'approval_overdue/' || a.id || '/' || a.reminders)
UNION ALL
SELECT 'approval.subject', a.id::text, a.customer_id, (SELECT id FROM invoices WHERE id = a.case_id),
  a.subject_kind || ' ' || coalesce(n.state, s.state, d.state, f.state, 'missing')
FROM approvals a
LEFT JOIN notices n ON a.subject_kind = 'notice' AND n.id = a.subject_id
LEFT JOIN steps s ON a.subject_kind = 'step' AND s.id = a.subject_id
LEFT JOIN dispute_decisions d ON a.subject_kind = 'dispute_decision' AND d.id = a.subject_id
LEFT JOIN refunds f ON a.subject_kind = 'refund' AND f.id = a.subject_id
WHERE a.id > @from AND a.id <= @to
  AND a.state = 'open'
  AND coalesce(n.state, s.state, d.state, f.state, 'missing')
    <> CASE a.subject_kind WHEN 'notice' THEN 'draft' WHEN 'dispute_decision' THEN 'proposed' WHEN 'refund' THEN 'proposed' ELSE 'awaiting_approval' END`

	// sqlInvoiceOfCase is the invoice to which a case c belongs; that of a claim without one has none.
	sqlInvoiceOfCase = `CASE c.kind WHEN 'invoice' THEN c.id ELSE (SELECT o.invoice_id FROM items o WHERE o.id = c.id) END`

	// What has no rows of its own: all of the portfolio, the outbox, the end of the record, the counters. A counter whose task
	// a person has closed is known.
	sqlCensusWhole = `
SELECT 'portfolio.moved', i.currency::text, NULL::uuid, NULL::uuid,
  'moved ' || sum(i.moved_minor) || ', moved to ' || coalesce(sum(i.original_minor) FILTER (WHERE i.kind = 'deduction'), 0)
FROM items i
WHERE i.moved_minor <> 0 OR i.kind = 'deduction'
GROUP BY i.currency
HAVING sum(i.moved_minor) <> coalesce(sum(i.original_minor) FILTER (WHERE i.kind = 'deduction'), 0)
UNION ALL
SELECT 'nudge.old', 'outbox', NULL::uuid, NULL::uuid, count(*) || ' waiting, attempts ' || max(n.attempts)
FROM nudges n
WHERE n.attempts > @tries
   OR (n.not_before < clock_timestamp() - make_interval(secs => @nudge) AND (n.start_at IS NULL OR n.start_at < @late))
HAVING count(*) > 0
UNION ALL
SELECT 'audit.unsealed', 'record', NULL::uuid, NULL::uuid, count(*) || ' entries'
FROM audit_entries e
WHERE e.position IS NULL AND e.recorded_at < clock_timestamp() - make_interval(secs => @seal)
HAVING count(*) > 0
UNION ALL
SELECT 'counter.not_zero', c.name, NULL::uuid, NULL::uuid, c.value || ' counted'
FROM counters c
WHERE c.name = ANY(@zero)
  AND c.value > 0
  AND NOT EXISTS (SELECT FROM tasks t WHERE t.dedupe = 'census/counter.not_zero/' || c.name || '/' || c.value AND t.state <> 'open')`
)

// censusTable is the table whose rows a part goes through.
func censusTable(part census.Part) string {
	switch part {
	case census.Items, census.Invoices, census.Receipts, census.CreditMemos, census.Cases, census.Steps, census.Notices, census.Approvals,
		census.Disputes, census.BankFiles, census.BankEntries:
		return string(part)
	case census.Lines:
		return "notice_lines"
	}
	return ""
}

// censusQueries are what a part is looked at with.
func censusQueries(part census.Part) []string {
	switch part {
	case census.Items:
		return []string{sqlCensusItems, sqlCensusOwners, sqlCensusLevels}
	case census.Invoices:
		return []string{sqlCensusInvoices}
	case census.Receipts:
		return []string{sqlCensusReceipts}
	case census.CreditMemos:
		return []string{sqlCensusCreditMemos}
	case census.Cases:
		return []string{sqlCensusCases}
	case census.Steps:
		return []string{sqlCensusSteps}
	case census.Lines:
		return []string{sqlCensusLines}
	case census.Notices:
		return []string{sqlCensusNotices}
	case census.Approvals:
		return []string{sqlCensusApprovals}
	case census.Disputes:
		return []string{sqlCensusClaims, sqlCensusClaimParts, sqlCensusClaimWaits}
	case census.BankFiles:
		return []string{sqlCensusBankFiles}
	case census.BankEntries:
		return []string{sqlCensusBankEntries}
	}
	return nil
}
