package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/port"
)

// Write writes everything in w in one round trip; see port.Cases.
func (t *tx) Write(ctx context.Context, w port.Work) error {
	b := &pgx.Batch{}
	for _, c := range w.Cases {
		queueCase(b, c)
	}
	if err := queueDecisions(b, w.Decisions); err != nil {
		return err
	}
	for _, n := range w.Notices {
		queueNotice(b, n)
	}
	for _, s := range w.Steps {
		queueStep(b, s)
	}
	for _, l := range w.Lines {
		queueLine(b, l)
	}
	for _, a := range w.Approvals {
		queueApproval(b, a)
	}
	for _, m := range w.Ladder {
		queueLadder(b, m)
	}
	for _, c := range w.Climbs {
		queueClimb(b, c)
	}
	if err := queueRest(ctx, b, w); err != nil {
		return err
	}
	queueAsked(b, w)
	if b.Len() == 0 {
		return nil
	}
	return translate(t.q.SendBatch(ctx, b).Close())
}

func queueRest(ctx context.Context, b *pgx.Batch, w port.Work) error {
	for _, customer := range w.Holds {
		b.Queue(`UPDATE customers SET on_hold = 'requested', version = version + 1 WHERE id = $1 AND on_hold = ''`, customer)
	}
	for _, e := range w.BadEmail {
		b.Queue(`UPDATE contacts SET email_failed_at = $2, email_failure = $3, version = version + 1 WHERE id = $1`, e.ContactID, e.At, e.Reason)
	}
	for _, k := range w.Tasks {
		if err := queueTask(b, k); err != nil {
			return err
		}
	}
	urgent := false
	for _, n := range w.Nudges {
		b.Queue(sqlNudge, n.WorkflowID, n.SubjectID, n.Kind, orNull(n.StartAt), n.FirstAction)
		urgent = urgent || n.StartAt.IsZero()
	}
	for _, e := range w.Audit {
		if err := queueAudit(ctx, b, e); err != nil {
			return err
		}
	}
	for _, c := range w.Counts {
		b.Queue(`INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value`, c.Name, c.N)
	}
	if urgent {
		b.Queue(sqlNotifyNudge)
	}
	return nil
}

func queueCase(b *pgx.Batch, c casework.Case) {
	b.Queue(`
INSERT INTO cases (
  id,
  kind,
  customer_id,
  policy_version_id,
  state,
  next_action,
  wake_at,
  decisions,
  attention_code,
  customer_wide
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id) DO UPDATE SET
  state = excluded.state,
  next_action = excluded.next_action,
  wake_at = excluded.wake_at,
  decisions = excluded.decisions,
  attention_code = excluded.attention_code`,
		c.ID, c.Kind, c.CustomerID, c.PolicyVersionID, c.State, c.NextAction, orNull(c.WakeAt), c.Decisions, c.AttentionCode, c.CustomerWide)
}

func queueDecisions(b *pgx.Batch, records []port.DecisionRecord) error {
	for _, d := range records {
		facts, err := json.Marshal(d.Facts)
		if err != nil {
			return unwritable(err)
		}
		decision, err := json.Marshal(d.Decision)
		if err != nil {
			return unwritable(err)
		}
		b.Queue(`
INSERT INTO decisions (
  case_id,
  seq,
  at,
  called_for,
  rules_version,
  policy_version_id,
  facts,
  decision
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			d.CaseID, d.Seq, d.At, d.CalledFor, d.Decision.Rules, d.PolicyVersionID, json.RawMessage(facts), json.RawMessage(decision))
	}
	return nil
}

func unwritable(err error) error {
	return fault.Wrap(err, fault.Internal, "decision.unwritable", "the decision cannot be recorded")
}

// queueStep numbers a new attempt by itself.
func queueStep(b *pgx.Batch, s casework.Step) {
	b.Queue(`
INSERT INTO steps (
  id,
  item_id,
  case_id,
  stage,
  cycle,
  attempt,
  action,
  state,
  notice_id,
  ask_minor,
  decided_on,
  done_on,
  reason
) VALUES ($1, $2, $3, $4, $5, coalesce(nullif($6, 0), (
  SELECT coalesce(max(attempt), 0) + 1 FROM steps WHERE item_id = $2 AND stage = $4 AND cycle = $5)),
  $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id) DO UPDATE SET
  state = excluded.state,
  notice_id = excluded.notice_id,
  ask_minor = excluded.ask_minor,
  done_on = excluded.done_on,
  reason = excluded.reason`,
		s.ID, s.ItemID, s.CaseID, s.Stage, s.Cycle, s.Attempt, s.Action, s.State, s.NoticeID, s.AskMinor, s.DecidedOn, s.DoneOn, s.Reason)
}

func queueLine(b *pgx.Batch, l notice.Line) {
	b.Queue(`
INSERT INTO notice_lines (
  id,
  notice_id,
  item_id,
  case_id,
  step_id,
  stage,
  level,
  state,
  open_minor,
  ask_minor,
  reserved_minor,
  days_past_due,
  policy_version_id,
  template,
  reason
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (id) DO UPDATE SET
  state = excluded.state,
  level = excluded.level,
  open_minor = excluded.open_minor,
  ask_minor = excluded.ask_minor,
  reserved_minor = excluded.reserved_minor,
  days_past_due = excluded.days_past_due,
  reason = excluded.reason`,
		l.ID, l.NoticeID, l.ItemID, l.CaseID, l.StepID, l.Stage, l.Level, l.State, l.OpenMinor, l.AskMinor, l.ReservedMinor,
		l.DaysPastDue, l.PolicyVersionID, l.Template, l.Reason)
}

func queueLadder(b *pgx.Batch, m port.LadderMove) {
	b.Queue(`
UPDATE items
SET
  cycle = $2,
  level = $3,
  last_stage_done = $4,
  last_stage_on = $5,
  last_notice_on = $6,
  handed_over_on = $7,
  version = version + 1
WHERE id = $1`, m.ItemID, m.Cycle, m.Level, m.LastStageDone, m.LastStageOn, m.LastNoticeOn, m.HandedOverOn)
}

func queueClimb(b *pgx.Batch, c port.Climb) {
	b.Queue(`
UPDATE items i
SET
  level = CASE WHEN $4 > 0 THEN $4 ELSE i.level END,
  last_stage_done = s.stage,
  last_stage_on = $2,
  last_notice_on = CASE WHEN $3 THEN $2 ELSE i.last_notice_on END,
  version = i.version + 1
FROM steps s
WHERE s.id = $1 AND i.id = s.item_id AND i.cycle = s.cycle`, c.StepID, c.On, c.Notice, c.Level)
}

// queueTask opens a task unless its dedupe was used before, and records it if it was opened.
func queueTask(b *pgx.Batch, k casework.Task) error {
	entryID, err := uuid.NewV7()
	if err != nil {
		return err
	}
	data, err := audit.JSON(map[string]string{"kind": k.Kind, "dedupe": k.Dedupe, "due_on": k.DueOn.String(), "role": k.Role})
	if err != nil {
		return err
	}
	b.Queue(`
WITH opened AS (
  INSERT INTO tasks (
    id,
    kind,
    dedupe,
    customer_id,
    invoice_id,
    item_id,
    assignee,
    role,
    summary,
    due_on,
    state,
    created_at,
    dispute_id
  ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', $11, $14)
  ON CONFLICT (dedupe) DO NOTHING
  RETURNING id, customer_id, invoice_id, created_at
)
INSERT INTO audit_entries (
  id,
  at,
  actor,
  action,
  subject_kind,
  subject_id,
  customer_id,
  invoice_id,
  data
)
SELECT $12, created_at, 'engine', 'task.opened', 'task', id, customer_id, invoice_id, $13
FROM opened`,
		k.ID, k.Kind, k.Dedupe, k.CustomerID, k.InvoiceID, k.ItemID, k.Assignee, k.Role, k.Summary, k.DueOn, k.CreatedAt,
		entryID, json.RawMessage(data), k.DisputeID)
	return nil
}

func queueAudit(ctx context.Context, b *pgx.Batch, e audit.Entry) error {
	if e.IdempotencyKey == "" {
		e.IdempotencyKey = port.IdempotencyKey(ctx)
	}
	if err := e.Validate(); err != nil {
		return err
	}
	data := e.Data
	if len(data) == 0 {
		data = []byte(`{}`)
	}
	b.Queue(sqlAudit, e.ID, e.At, e.BusinessDate, e.Actor, e.Action, e.SubjectKind, e.SubjectID, e.CustomerID, e.InvoiceID,
		json.RawMessage(data), e.IdempotencyKey)
	return nil
}

// sqlAudit appends an entry.
const sqlAudit = `
INSERT INTO audit_entries (
  id,
  at,
  business_date,
  actor,
  action,
  subject_kind,
  subject_id,
  customer_id,
  invoice_id,
  data,
  idempotency_key
) VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::uuid, nullif($9, '')::uuid, $10, $11)`
