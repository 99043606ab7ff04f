package store

// The queries behind a case file. They go from the few invoices outwards: LATERAL with OFFSET 0 keeps the planner from reading
// all customers, open items or gathering notices first, which it prefers while its statistics are of a quieter hour. $1 are
// cases (a case's id is its invoice's, or that of the deduction's or claim's own item), $2 is the business moment, and $3 ($2 of the first) asks for the customer's sums
// although no case says so yet.
const (
	sqlFactsHead = `
SELECT
  k.id,
  k.invoice_id,
  k.customer_id,
  cu.calendar,
  cu.time_zone,
  cu.preferred_channel,
  cu.on_hold <> '',
  cu.collector,
  coalesce(r.email, false),
  coalesce(r.letter, false),
  coalesce(r.sms, false),
  coalesce(r.webhook, false),
  house.time_zone,
  house.calendar,
  c.id,
  k.kind,
  c.policy_version_id,
  coalesce(c.state, ''),
  coalesce(c.next_action, ''),
  c.wake_at,
  coalesce(c.decisions, 0),
  coalesce(c.attention_code, ''),
  coalesce(c.customer_wide, $2)
FROM (` + sqlSubjects + `) k
CROSS JOIN LATERAL (SELECT * FROM customers WHERE id = k.customer_id OFFSET 0) cu
CROSS JOIN installation house
LEFT JOIN LATERAL (SELECT * FROM cases WHERE id = k.id OFFSET 0) c ON true
LEFT JOIN LATERAL (
  SELECT
    bool_or(email <> '' AND email_failed_at IS NULL) AS email,
    bool_or(address <> '') AS letter,
    bool_or(phone <> '') AS sms,
    bool_or(webhook <> '') AS webhook
  FROM contacts
  WHERE customer_id = coalesce(cu.dunning_recipient_id, cu.id)
    AND active
    AND role IN ('dunning','billing','management')
) r ON true
ORDER BY k.id`

	sqlFactsItems = `
SELECT
  i.case_id,
  i.id,
  i.kind,
  i.time_zone,
  i.currency,
  i.due_date,
  i.original_minor,
  i.open_minor,
  i.disputed_minor,
  i.cycle,
  i.level,
  i.last_stage_done,
  i.last_stage_on,
  i.last_notice_on,
  i.handed_over_on,
  s.id,
  coalesce(s.stage, ''),
  coalesce(s.attempt, 0),
  coalesce(s.action, ''),
  coalesce(s.state, ''),
  s.notice_id,
  coalesce(s.ask_minor, 0),
  s.decided_on,
  CASE WHEN n.state <> 'draft' THEN n.opens_at END,
  a.id,
  a.due_at
FROM (` + sqlCaseItems + `) i
LEFT JOIN steps s ON s.item_id = i.id AND s.state IN ('live','awaiting_approval','approved')
LEFT JOIN notices n ON n.id = s.notice_id
LEFT JOIN approvals a ON a.subject_kind = 'step' AND a.subject_id = s.id AND a.state = 'open'
ORDER BY i.case_id, i.kind DESC, i.seq, i.id`

	sqlFactsBlocks = `
SELECT
  b.customer_id,
  b.invoice_id,
  b.item_id,
  b.reason,
  b.until
FROM (` + sqlWho + `) w
CROSS JOIN LATERAL (
  SELECT *
  FROM blocks
  WHERE customer_id = w.customer_id AND released_at IS NULL
  OFFSET 0
) b
ORDER BY b.created_at, b.id`

	sqlFactsPromises = `
SELECT
  pi.item_id,
  p.id,
  p.state,
  greatest(pi.amount_minor - pi.received_minor, 0),
  p.due_on + p.grace_days,
  p.settled_on
FROM (` + sqlCaseItems + `) i
CROSS JOIN LATERAL (SELECT * FROM promise_items WHERE item_id = i.id OFFSET 0) pi
JOIN promises p ON p.id = pi.promise_id
WHERE p.state IN ('open','broken','partially_kept')
ORDER BY p.settled_on NULLS FIRST, p.created_at, p.id`

	// Each unit of what a customer has waiting is set against one item only: the oldest that is due comes first.
	sqlFactsReserve = `
WITH pool AS MATERIALIZED (
  SELECT w.customer_id, waiting.currency, sum(waiting.minor)::bigint AS minor
  FROM (` + sqlWho + `) w
  CROSS JOIN LATERAL (
    SELECT currency, open_minor AS minor
    FROM credit_memos
    WHERE customer_id = w.customer_id AND open_minor > 0
    UNION ALL
    SELECT currency, on_account_minor + unapplied_minor
    FROM receipts
    WHERE customer_id = w.customer_id AND on_account_minor + unapplied_minor > 0
    UNION ALL
    SELECT currency, unapplied_minor
    FROM receipts
    WHERE likely_customer_id = w.customer_id AND customer_id IS NULL AND unapplied_minor > 0
    OFFSET 0
  ) waiting
  GROUP BY w.customer_id, waiting.currency
), ranked AS (
  SELECT
    i.id,
    i.invoice_id,
    p.minor AS pool,
    i.open_minor - i.disputed_minor AS need,
    (sum(i.open_minor - i.disputed_minor) OVER (PARTITION BY p.customer_id, p.currency ORDER BY i.due_date, i.id))::bigint AS upto
  FROM pool p
  CROSS JOIN LATERAL (
    SELECT *
    FROM items
    WHERE customer_id = p.customer_id
      AND currency = p.currency
      AND open_minor > 0
      AND due_date <= ($2::timestamptz AT TIME ZONE time_zone)::date
    OFFSET 0
  ) i
)
SELECT
  id,
  least(need, pool - (upto - need))
FROM ranked
WHERE (invoice_id = ANY($1) OR id = ANY($1)) AND need > 0 AND pool > upto - need`

	// What the customer owes beyond its due date, less what is disputed, promised or blocked; only where a policy asks.
	sqlFactsOverdue = `
SELECT
  customer_id,
  currency,
  count(*)::int,
  sum(minor)::bigint,
  min(due_date)
FROM (
  SELECT
    i.customer_id,
    i.currency,
    i.due_date,
    i.open_minor - i.disputed_minor - coalesce((
      SELECT sum(greatest(pi.amount_minor - pi.received_minor, 0))
      FROM promise_items pi
      JOIN promises p ON p.id = pi.promise_id
      WHERE pi.item_id = i.id AND p.state = 'open'), 0) AS minor
  FROM (` + sqlWide + `) w
  CROSS JOIN LATERAL (
    SELECT *
    FROM items
    WHERE customer_id = w.customer_id
      AND open_minor > 0
      AND due_date < ($2::timestamptz AT TIME ZONE time_zone)::date
    OFFSET 0
  ) i
  WHERE NOT EXISTS (
    SELECT FROM blocks b
    WHERE b.customer_id = i.customer_id
      AND b.released_at IS NULL
      AND (b.until IS NULL OR b.until >= ($2::timestamptz AT TIME ZONE i.time_zone)::date)
      AND (b.invoice_id IS NULL OR b.invoice_id = i.invoice_id)
      AND (b.item_id IS NULL OR b.item_id = i.id))
) collectable
WHERE minor > 0
GROUP BY customer_id, currency
ORDER BY customer_id, currency`

	sqlFactsDue = `
SELECT
  w.customer_id,
  d.due_date
FROM (` + sqlWide + `) w
CROSS JOIN LATERAL (
  SELECT i.due_date
  FROM items i
  WHERE i.customer_id = w.customer_id
    AND i.open_minor > 0
    AND i.due_date >= ($2::timestamptz AT TIME ZONE i.time_zone)::date
  ORDER BY i.due_date
  LIMIT 32
) d
ORDER BY w.customer_id, d.due_date`

	// sqlSubjects are what the cases are about: invoices, and the items of deductions and claims.
	sqlSubjects = `
SELECT id, id AS invoice_id, customer_id, 'invoice' AS kind
FROM invoices
WHERE id = ANY($1)
UNION ALL
SELECT id, invoice_id, customer_id, 'deduction'
FROM items
WHERE id = ANY($1) AND kind IN ('deduction','claim')`

	// sqlCaseItems are the items of the cases: an invoice's instalments and charges, and deductions and claims each for itself.
	sqlCaseItems = `
SELECT invoice_id AS case_id, items.*
FROM items
WHERE invoice_id = ANY($1) AND kind IN ('instalment','charge')
UNION ALL
SELECT id, items.*
FROM items
WHERE id = ANY($1) AND kind IN ('deduction','claim')`

	// sqlWho names the customers of the cases.
	sqlWho = `
SELECT customer_id
FROM invoices
WHERE id = ANY($1)
UNION
SELECT customer_id
FROM items
WHERE id = ANY($1) AND kind IN ('deduction','claim')`

	sqlWide = `
SELECT DISTINCT wi.customer_id
FROM (` + sqlSubjects + `) wi
LEFT JOIN LATERAL (SELECT customer_wide FROM cases WHERE id = wi.id OFFSET 0) wc ON true
WHERE coalesce(wc.customer_wide, $3)`

	// What was refused on the way to the present stage: a stage that is done or skipped no longer counts.
	sqlFactsRefused = `
SELECT
  s.item_id,
  s.reason,
  s.done_on,
  coalesce(n.channel, '')
FROM (` + sqlCaseItems + `) i
CROSS JOIN LATERAL (
  SELECT *
  FROM steps
  WHERE item_id = i.id AND cycle = i.cycle
  OFFSET 0
) s
LEFT JOIN notices n ON n.id = s.notice_id
WHERE s.state = 'refused'
  AND NOT EXISTS (
    SELECT FROM steps d
    WHERE d.item_id = s.item_id AND d.stage = s.stage AND d.cycle = s.cycle AND d.state IN ('done','skipped'))
ORDER BY s.recorded_at, s.id`

	// Which of the tasks that are opened once have been opened. A missing address counts for its stage alone.
	sqlFactsTasks = `
SELECT
  t.item_id,
  t.kind,
  t.dedupe
FROM (
  SELECT *
  FROM tasks
  WHERE invoice_id = ANY($1)
  UNION ALL
  SELECT own.*
  FROM items d
  JOIN tasks own ON own.invoice_id = d.invoice_id AND own.item_id = d.id
  WHERE d.id = ANY($1) AND d.kind IN ('deduction','claim')
  UNION ALL
  SELECT *
  FROM tasks
  WHERE invoice_id IS NULL AND item_id = ANY($1)
) t
JOIN items i ON i.id = t.item_id
WHERE t.kind IN ('no_address','apply_credit','ladder_done','broken_promise')
  AND (t.kind = 'broken_promise' OR split_part(t.dedupe, '/', 3) = i.cycle::text)
  AND (t.kind <> 'no_address' OR NOT EXISTS (
    SELECT FROM steps d
    WHERE d.item_id = i.id AND d.cycle = i.cycle AND d.stage = split_part(t.dedupe, '/', 4) AND d.state IN ('done','skipped')))
ORDER BY t.created_at, t.id`

	sqlFactsGathering = `
SELECT
  n.customer_id,
  n.id,
  n.currency,
  n.channel,
  n.kind,
  n.opens_at
FROM (` + sqlWho + `) w
CROSS JOIN LATERAL (
  SELECT *
  FROM notices
  WHERE customer_id = w.customer_id AND state = 'gathering'
  OFFSET 0
) n
ORDER BY n.id`
)
