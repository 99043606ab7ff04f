package store

// What breaks a check about claims; see censussql.go. Each case is a subject once per check, however many of its parts break
// it.
const (
	// The law of each part, and what is kept with the case for lists: the sums of the parts and the earliest deadline.
	sqlCensusClaims = `
SELECT v.check_name, d.id::text, d.customer_id, NULL::uuid,
  'state ' || d.state || ', stored ' || v.stored || ', recomputed ' || v.summed || ' ' || d.currency
FROM disputes d
LEFT JOIN (
  SELECT
    dispute_id,
    sum(claimed_minor) AS claimed,
    sum(undecided_minor + credit_due_minor) AS pending,
    sum(denied_minor) AS denied,
    count(*) FILTER (WHERE claimed_minor <> undecided_minor + credit_due_minor + credited_minor + written_off_minor + repaid_minor
        + denied_minor + withdrawn_minor
      OR least(undecided_minor, credit_due_minor, credited_minor, written_off_minor, repaid_minor, denied_minor, withdrawn_minor) < 0) AS broken
  FROM dispute_parts
  WHERE dispute_id > @from AND dispute_id <= @to
  GROUP BY dispute_id
) p ON p.dispute_id = d.id
LEFT JOIN (
  SELECT dispute_id, min(due_on) AS due_on
  FROM dispute_deadlines
  WHERE dispute_id > @from AND dispute_id <= @to AND state = 'open'
  GROUP BY dispute_id
) e ON e.dispute_id = d.id
CROSS JOIN LATERAL (VALUES
  ('dispute.law', '0 broken parts', coalesce(p.broken, 0) || ' broken parts'),
  ('dispute.sums', d.claimed_minor || '/' || d.pending_minor || '/' || d.denied_minor,
    coalesce(p.claimed, 0) || '/' || coalesce(p.pending, 0) || '/' || coalesce(p.denied, 0)),
  ('dispute.deadline', coalesce(d.deadline_on::text, 'none'), coalesce(e.due_on::text, 'none'))
) v (check_name, stored, summed)
WHERE d.id > @from AND d.id <= @to AND v.stored <> v.summed`

	// Parts against their items: what holds them back, what is open of them, and who collects what was denied.
	sqlCensusClaimParts = `
SELECT v.check_name, d.id::text, d.customer_id, (array_agg(p.invoice_id))[1],
  string_agg('part ' || p.id || ': ' || v.detail, '; ' ORDER BY p.seq)
FROM dispute_parts p
JOIN disputes d ON d.id = p.dispute_id
JOIN items i ON i.id = p.item_id
LEFT JOIN dispute_flags f ON f.id = p.flag_id AND f.state = 'open'
LEFT JOIN cases c ON c.id = p.item_id
CROSS JOIN LATERAL (VALUES
  ('dispute.flag', coalesce(f.amount_minor, 0) <> p.undecided_minor + p.credit_due_minor,
    'flag ' || coalesce(f.amount_minor, 0) || ', pending ' || p.undecided_minor + p.credit_due_minor),
  ('dispute.denied_open', p.denied_minor > 0 AND (SELECT sum(o.denied_minor) FROM dispute_parts o WHERE o.item_id = p.item_id) > i.open_minor,
    'denied ' || p.denied_minor || ', open ' || i.open_minor),
  ('dispute.uncollected', p.denied_minor > 0
      AND i.kind IN ('deduction','claim')
      AND coalesce(c.state, 'none') NOT IN ('active','needs_attention')
      AND NOT EXISTS (SELECT FROM nudges n WHERE n.workflow_id = 'deduction/' || p.item_id),
    'denied ' || p.denied_minor || ', case ' || coalesce(c.state, 'none'))
) v (check_name, broken, detail)
WHERE p.dispute_id > @from AND p.dispute_id <= @to AND v.broken
GROUP BY v.check_name, d.id, d.customer_id`

	// What is waited for has somebody or something that ends the waiting.
	sqlCensusClaimWaits = `
SELECT 'dispute.late', d.id::text, d.customer_id, NULL::uuid,
  'state ' || d.state || ', next date ' || coalesce(to_char(d.wake_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'none')
FROM disputes d
WHERE d.id > @from AND d.id <= @to AND ` + waitingClaim + ` AND (d.wake_at IS NULL OR d.wake_at < @late)
UNION ALL
SELECT 'dispute.credit_due', d.id::text, d.customer_id, NULL::uuid, 'state ' || d.state
FROM disputes d
WHERE d.id > @from AND d.id <= @to
  AND EXISTS (SELECT FROM dispute_parts p WHERE p.dispute_id = d.id AND p.credit_due_minor > 0)
  AND NOT EXISTS (SELECT FROM dispute_deadlines e WHERE e.dispute_id = d.id AND e.kind = 'credit_memo' AND e.state IN ('open','lapsed'))
UNION ALL
SELECT 'dispute.unapproved', d.id::text, d.customer_id, NULL::uuid, 'state ' || d.state
FROM disputes d
WHERE d.id > @from AND d.id <= @to
  AND d.state = 'awaiting_approval'
  AND NOT EXISTS (
    SELECT FROM dispute_decisions x
    JOIN approvals a ON a.subject_kind = 'dispute_decision' AND a.subject_id = x.id AND a.state = 'open'
    WHERE x.dispute_id = d.id AND x.state = 'proposed')
UNION ALL
SELECT 'dispute.unwritten', d.id::text, d.customer_id, NULL::uuid, count(*) || ' messages wait'
FROM dispute_messages m
JOIN disputes d ON d.id = m.dispute_id
WHERE d.id > @from AND d.id <= @to AND m.state IN ('due','sending') AND m.created_at < @stuck
GROUP BY d.id, d.customer_id`
)
