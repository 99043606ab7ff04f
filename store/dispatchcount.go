package store

import (
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// What is asked for without right is counted by plain SQL over the stored figures, when the notice is marked as being sent.
// It asks no rule, so that a rule that is wrong shows. A counter's row is touched only when there is something to count:
// dispatches must not wait for each other.
//
// $1 is the notice. Its own dispatch instant is the business moment. What open promises that still hold name is held; a
// block holds through its last day. Waiting receipts, also those that are only likely the customer's, are set against what is due, oldest first, each unit once; a policy that
// shows credits instead of reserving them asks for the whole by choice.
const sqlCountSending = `
WITH line AS MATERIALIZED (
  SELECT
    l.id,
    l.ask_minor,
    i.id AS item_id,
    i.customer_id,
    i.currency,
    coalesce(v.body ->> 'credits', '') = 'show' AS shows,
    CASE WHEN EXISTS (
      SELECT FROM blocks b
      WHERE b.customer_id = i.customer_id
        AND b.released_at IS NULL
        AND (b.until IS NULL OR b.until >= (n.dispatched_at AT TIME ZONE
          CASE WHEN b.invoice_id IS NULL AND b.item_id IS NULL THEN cu.time_zone ELSE i.time_zone END)::date)
        AND (b.invoice_id IS NULL OR b.invoice_id = i.invoice_id)
        AND (b.item_id IS NULL OR b.item_id = i.id)
    ) THEN 0 ELSE greatest(0, i.open_minor - i.disputed_minor - coalesce((
      SELECT sum(greatest(pi.amount_minor - pi.received_minor, 0))
      FROM promise_items pi
      JOIN promises p ON p.id = pi.promise_id
      WHERE pi.item_id = i.id
        AND p.state = 'open'
        AND p.due_on + p.grace_days >= (n.dispatched_at AT TIME ZONE i.time_zone)::date), 0)) END AS collectable
  FROM notice_lines l
  JOIN notices n ON n.id = l.notice_id
  JOIN items i ON i.id = l.item_id
  JOIN customers cu ON cu.id = i.customer_id
  JOIN policy_versions v ON v.id = l.policy_version_id
  WHERE l.notice_id = $1 AND l.state = 'live'
), cash AS MATERIALIZED (
  SELECT n.customer_id, n.currency, sum(r.minor) AS minor, n.dispatched_at
  FROM notices n
  CROSS JOIN LATERAL (
    SELECT on_account_minor + unapplied_minor AS minor FROM receipts
    WHERE customer_id = n.customer_id AND currency = n.currency AND on_account_minor + unapplied_minor > 0
    UNION ALL
    SELECT unapplied_minor FROM receipts
    WHERE customer_id IS NULL AND likely_customer_id = n.customer_id AND currency = n.currency AND unapplied_minor > 0
  ) r
  WHERE n.id = $1
  GROUP BY n.id
), covered AS (
  SELECT
    due.id,
    least(due.need, greatest(0, due.cash - (due.upto - due.need))) AS minor
  FROM (
    SELECT
      i.id,
      i.open_minor - i.disputed_minor AS need,
      cash.minor AS cash,
      sum(i.open_minor - i.disputed_minor) OVER (ORDER BY i.due_date, i.id) AS upto
    FROM cash
    JOIN items i ON i.customer_id = cash.customer_id
      AND i.currency = cash.currency
      AND i.open_minor > 0
      AND i.due_date <= (cash.dispatched_at AT TIME ZONE i.time_zone)::date
  ) due
), counted AS (
  SELECT 'dunned_after_paid' AS name, count(*) AS n FROM line WHERE collectable = 0
  UNION ALL
  SELECT 'asked_too_much', count(*) FROM line WHERE ask_minor > collectable
  UNION ALL
  SELECT 'dunned_while_cash_waiting', count(*)
  FROM line
  JOIN covered ON covered.id = line.item_id AND covered.minor > 0
  WHERE NOT line.shows AND line.ask_minor > line.collectable - covered.minor
)
INSERT INTO counters (name, value)
SELECT name, n FROM counted WHERE n > 0 ORDER BY name
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value`

// sqlCountTaken counts the customer's receipts since the dispatch of the notice, both by the database's own clock, and keeps
// the longest window in which any came. $1 is the notice.
const sqlCountTaken = `
WITH sending AS (
  SELECT max(recorded_at) AS since
  FROM audit_entries
  WHERE subject_id = $1 AND action IN ('notice.dispatched','notice.dispatched_again')
), came AS (
  SELECT
    count(*) AS n,
    (extract(epoch FROM clock_timestamp() - min(sending.since)) * 1000)::bigint AS ms
  FROM sending
  JOIN notices n ON n.id = $1
  JOIN audit_entries e ON e.customer_id = n.customer_id AND e.recorded_at > sending.since AND e.action = 'receipt.recorded'
), longest AS (
  INSERT INTO counters (name, value)
  SELECT 'paid_while_sending_longest_ms', ms FROM came WHERE n > 0
  ON CONFLICT (name) DO UPDATE SET value = greatest(counters.value, excluded.value)
)
INSERT INTO counters (name, value)
SELECT 'paid_while_sending', n FROM came WHERE n > 0
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value`

// queueAsked counts what should not have been asked for, behind everything else in the batch: it reads what was written.
func queueAsked(b *pgx.Batch, w port.Work) {
	for _, id := range w.Sending {
		b.Queue(sqlCountSending, id)
	}
	for _, id := range w.Taken {
		b.Queue(sqlCountTaken, id)
	}
}
