package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

func isNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// queueNotice writes a notice as it is from now on. What says to whom and when it goes never changes by a conflict: the
// store's callers hold the customer's lock.
func queueNotice(b *pgx.Batch, n port.NoticeWrite) {
	b.Queue(sqlNotice,
		n.ID, n.CustomerID, n.Currency, n.Channel, n.Kind, n.Stage, n.State, n.Language, n.TimeZone, n.OpensAt, n.SealAfter,
		n.Window.From, n.Window.To, weekdayDigits(n.Window.Days), n.Calendar, n.ContactID, n.Recipient, n.Template, n.Subject,
		n.ContentHash, n.MessageID, n.AskedMinor, n.Dispatches, n.Resends, orNull(n.WakeAt), n.ApprovedAt, n.DispatchedAt,
		n.DispatchedReal, n.SentAt, n.Outcome, n.OutcomeDetail, n.CreatedAt)
	if n.Raw != nil {
		b.Queue(`
INSERT INTO notice_bodies (notice_id, raw) VALUES ($1, $2)
ON CONFLICT (notice_id) DO UPDATE SET raw = excluded.raw`, n.ID, n.Raw)
	}
}

const sqlNotice = `
INSERT INTO notices (
  id,
  customer_id,
  currency,
  channel,
  kind,
  stage,
  state,
  language,
  time_zone,
  opens_at,
  seal_after,
  window_from,
  window_to,
  window_days,
  calendar,
  contact_id,
  recipient,
  template,
  subject,
  content_hash,
  message_id,
  asked_minor,
  dispatches,
  resends,
  wake_at,
  approved_at,
  dispatched_at,
  dispatched_real,
  sent_at,
  outcome,
  outcome_detail,
  created_at
) VALUES (
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
  $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32
)
ON CONFLICT (id) DO UPDATE SET
  state = excluded.state,
  language = excluded.language,
  opens_at = excluded.opens_at,
  seal_after = excluded.seal_after,
  contact_id = excluded.contact_id,
  recipient = excluded.recipient,
  template = excluded.template,
  subject = excluded.subject,
  content_hash = excluded.content_hash,
  message_id = excluded.message_id,
  asked_minor = excluded.asked_minor,
  dispatches = excluded.dispatches,
  resends = excluded.resends,
  wake_at = excluded.wake_at,
  approved_at = excluded.approved_at,
  dispatched_at = excluded.dispatched_at,
  dispatched_real = excluded.dispatched_real,
  sent_at = excluded.sent_at,
  outcome = excluded.outcome,
  outcome_detail = excluded.outcome_detail,
  version = notices.version + 1`

const sqlWithdrawSteps = `
UPDATE steps s
SET state = 'withdrawn', reason = $2
FROM notice_lines l
WHERE l.step_id = s.id AND l.id = ANY($1) AND s.state IN ('live','awaiting_approval','approved')`

const sqlWithdrawLines = `
UPDATE notice_lines
SET state = 'withdrawn', reason = $2
WHERE id = ANY($1) AND state = 'live'`

// WithdrawNotice withdraws a notice with all it asks for; see port.Notices.
func (t *tx) WithdrawNotice(ctx context.Context, id uuid.UUID, code string, now time.Time) ([]uuid.UUID, error) {
	n, err := t.Notice(ctx, id)
	if err != nil {
		return nil, err
	}
	var lines, cases []uuid.UUID
	for _, l := range n.Lines {
		lines, cases = append(lines, l.ID), append(cases, l.CaseID)
	}
	b := &pgx.Batch{}
	b.Queue(sqlWithdrawSteps, lines, code)
	b.Queue(sqlWithdrawLines, lines, code)
	b.Queue(`UPDATE notices SET state = 'withdrawn', outcome = $2, wake_at = NULL, version = version + 1 WHERE id = $1`, id, code)
	b.Queue(`
UPDATE approvals
SET state = 'lapsed', decided_at = $2, comment = $3, version = version + 1
WHERE subject_kind = 'notice' AND subject_id = $1 AND state = 'open'`, id, now, code)
	// The cases look again each in its own time; marked as due, the first of them that asks again takes the others along.
	b.Queue(`UPDATE cases SET next_action = 'AskApproval', wake_at = $2 WHERE id = ANY($1) AND state = 'active'`, cases, now)
	b.Queue(sqlNudge, "notice/"+id.String(), id, "notice", nil, "ReviewNotice")
	b.Queue(sqlNudgeCases, cases)
	b.Queue(sqlNotifyNudge)
	return cases, translate(t.q.SendBatch(ctx, b).Close())
}

// WithdrawLines withdraws lines, and notices of which no line is left; see port.Notices.
func (t *tx) WithdrawLines(ctx context.Context, lineIDs []uuid.UUID, code string, _ time.Time) error {
	b := &pgx.Batch{}
	b.Queue(sqlWithdrawSteps, lineIDs, code)
	b.Queue(sqlWithdrawLines, lineIDs, code)
	b.Queue(`
WITH gone AS (
  UPDATE notices n
  SET state = 'withdrawn', outcome = $2, wake_at = NULL, version = version + 1
  WHERE n.id IN (SELECT notice_id FROM notice_lines WHERE id = ANY($1))
    AND n.state IN ('gathering','sealed')
    AND NOT EXISTS (SELECT FROM notice_lines l WHERE l.notice_id = n.id AND l.state = 'live')
  RETURNING n.id
)
INSERT INTO nudges (
  workflow_id,
  subject_id,
  kind,
  first_action
)
SELECT 'notice/' || id, id, 'notice', 'ReviewNotice' FROM gone`+sqlNudgeConflict, lineIDs, code)
	b.Queue(sqlNotifyNudge)
	return translate(t.q.SendBatch(ctx, b).Close())
}
