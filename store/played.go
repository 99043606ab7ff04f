package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Played is what a rehearsal left behind: what was sent, asked, opened and paid, row by row. It is read from the records
// themselves and not from what the engine counted, so that a figure of it can be checked against the engine.
type Played struct {
	Steps     []PlayedStep
	Notices   []PlayedNotice
	Lines     []PlayedLine
	Approvals []PlayedApproval
	Tasks     []PlayedTask
	Items     []PlayedItem
	Moves     []PlayedMove
	Cash      []PlayedCash
	Attention int64 // cases that need a person because a step of theirs failed
}

// PlayedStep is one attempt at a stage.
type PlayedStep struct {
	Invoice, Stage, Action, State, Reason string
	DecidedOn, DoneOn                     calendar.Date
	Attempt                               int
}

// PlayedNotice is a notice that was sent.
type PlayedNotice struct {
	ID         uuid.UUID
	Customer   string // its number
	Channel    string
	Kind       string
	Currency   money.Currency
	AskedMinor int64
	Subject    string
	TimeZone   string
	At         time.Time // of its dispatch
}

// PlayedLine is a line of a notice that was sent.
type PlayedLine struct {
	NoticeID       uuid.UUID
	ItemID         uuid.UUID
	Invoice, Stage string
	AskMinor       int64
	DueDate        calendar.Date
}

// PlayedApproval is an approval that was asked for.
type PlayedApproval struct {
	Customer, Stage, State string
	Currency               money.Currency
	AmountMinor            int64
	AskedAt                time.Time
	DecidedAt              *time.Time
}

// PlayedTask is a task that was opened.
type PlayedTask struct {
	Kind, Customer string
	At             time.Time
}

// PlayedItem is an amount owed as it began.
type PlayedItem struct {
	ID            uuid.UUID
	OriginalMinor int64
}

// PlayedMove is what lowered what is collectable of an item, from an instant on and, where it was undone, until another.
type PlayedMove struct {
	ItemID uuid.UUID
	Minor  int64
	At     time.Time
	Undone *time.Time
}

// PlayedCash is a change of what a customer has waiting: money that came, or a part of it that was applied.
type PlayedCash struct {
	Customer string
	Currency money.Currency
	Minor    int64 // negative: applied
	At       time.Time
	Undone   *time.Time
}

// Played reads the whole installation.
func (db *DB) Played(ctx context.Context) (Played, error) {
	var p Played
	err := pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(q pgx.Tx) (err error) {
		if p.Steps, err = collect[PlayedStep](ctx, q, sqlPlayedSteps); err != nil {
			return err
		}
		if p.Notices, err = collect[PlayedNotice](ctx, q, sqlPlayedNotices); err != nil {
			return err
		}
		if p.Lines, err = collect[PlayedLine](ctx, q, sqlPlayedLines); err != nil {
			return err
		}
		if p.Approvals, err = collect[PlayedApproval](ctx, q, sqlPlayedApprovals); err != nil {
			return err
		}
		if p.Tasks, err = collect[PlayedTask](ctx, q, sqlPlayedTasks); err != nil {
			return err
		}
		return p.ledger(ctx, q)
	})
	return p, translate(err)
}

func (p *Played) ledger(ctx context.Context, q pgx.Tx) (err error) {
	if p.Items, err = collect[PlayedItem](ctx, q, `SELECT id, original_minor FROM items`); err != nil {
		return err
	}
	if p.Moves, err = collect[PlayedMove](ctx, q, sqlPlayedMoves); err != nil {
		return err
	}
	if p.Cash, err = collect[PlayedCash](ctx, q, sqlPlayedCash); err != nil {
		return err
	}
	return q.QueryRow(ctx, `SELECT count(*) FROM cases WHERE state = 'needs_attention'`).Scan(&p.Attention)
}

const (
	sqlPlayedSteps = `
SELECT
  v.number,
  s.stage,
  s.action,
  s.state,
  s.reason,
  s.decided_on,
  s.done_on,
  s.attempt
FROM steps s
JOIN invoices v ON v.id = s.case_id
JOIN items i ON i.id = s.item_id
ORDER BY v.number, i.seq, s.decided_on, s.stage, s.attempt`

	sqlPlayedNotices = `
SELECT
  n.id,
  c.number,
  n.channel,
  n.kind,
  n.currency,
  n.asked_minor,
  n.subject,
  n.time_zone,
  n.dispatched_at
FROM notices n
JOIN customers c ON c.id = n.customer_id
WHERE n.state = 'sent'`

	sqlPlayedLines = `
SELECT
  l.notice_id,
  l.item_id,
  v.number,
  l.stage,
  l.ask_minor,
  i.due_date
FROM notice_lines l
JOIN items i ON i.id = l.item_id
JOIN invoices v ON v.id = i.invoice_id
WHERE l.state = 'sent'`

	sqlPlayedApprovals = `
SELECT
  c.number,
  a.stage,
  a.state,
  a.currency,
  a.amount_minor,
  a.requested_at,
  a.decided_at
FROM approvals a
JOIN customers c ON c.id = a.customer_id`

	sqlPlayedTasks = `
SELECT
  t.kind,
  coalesce(c.number, ''),
  t.created_at
FROM tasks t
LEFT JOIN customers c ON c.id = t.customer_id`

	sqlPlayedMoves = `
SELECT item_id, item_minor + discount_minor, applied_at, reversed_at FROM applications
UNION ALL
SELECT item_id, amount_minor, applied_at, reversed_at FROM credit_applications
UNION ALL
SELECT item_id, amount_minor, created_at, reversed_at FROM write_offs
UNION ALL
SELECT item_id, amount_minor, created_at, released_at FROM dispute_flags`

	sqlPlayedCash = `
SELECT c.number, r.currency, r.gross_minor, r.created_at, r.reversed_at
FROM receipts r
JOIN customers c ON c.id = r.customer_id
UNION ALL
SELECT c.number, r.currency, -a.amount_minor, a.applied_at, a.reversed_at
FROM applications a
JOIN receipts r ON r.id = a.receipt_id
JOIN customers c ON c.id = r.customer_id`
)
