package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/port"
)

var (
	errNoticeNotFound = missing("notice")
	errNoBody         = fault.New(fault.NotFound, "notice.no_body", "the notice has not been composed")
)

const noticeColumns = `
  n.id,
  n.customer_id,
  n.currency,
  n.channel,
  n.kind,
  n.stage,
  n.state,
  n.language,
  n.time_zone,
  n.opens_at,
  n.seal_after,
  n.window_from,
  n.window_to,
  n.window_days,
  n.calendar,
  n.contact_id,
  n.recipient,
  n.template,
  n.subject,
  n.content_hash,
  n.message_id,
  n.asked_minor,
  n.dispatches,
  n.resends,
  n.approved_at,
  n.dispatched_at,
  n.dispatched_real,
  n.sent_at,
  n.outcome,
  n.outcome_detail,
  n.created_at,
  n.version`

func noticeFields(n *notice.Notice, days *string) []any {
	return []any{
		&n.ID, &n.CustomerID, &n.Currency, &n.Channel, &n.Kind, &n.Stage, &n.State, &n.Language, &n.TimeZone, &n.OpensAt, &n.SealAfter,
		&n.Window.From, &n.Window.To, days, &n.Calendar, &n.ContactID, &n.Recipient, &n.Template, &n.Subject, &n.ContentHash,
		&n.MessageID, &n.AskedMinor, &n.Dispatches, &n.Resends, &n.ApprovedAt, &n.DispatchedAt, &n.DispatchedReal, &n.SentAt,
		&n.Outcome, &n.OutcomeDetail, &n.CreatedAt, &n.Version,
	}
}

func scanNotice(row pgx.CollectableRow) (notice.Notice, error) {
	var n notice.Notice
	var days string
	err := row.Scan(noticeFields(&n, &days)...)
	n.Window.Days = weekdays(days)
	return n, err
}

// weekdays are kept as digits, Sunday 0.
func weekdays(digits string) []time.Weekday {
	var days []time.Weekday
	for _, d := range digits {
		days = append(days, time.Weekday(d-'0'))
	}
	return days
}

func weekdayDigits(days []time.Weekday) string {
	digits := make([]byte, len(days))
	for i, d := range days {
		digits[i] = '0' + byte(d)
	}
	return string(digits)
}

const lineColumns = `
  l.id,
  l.notice_id,
  l.item_id,
  l.case_id,
  l.step_id,
  l.stage,
  l.level,
  l.state,
  l.open_minor,
  l.ask_minor,
  l.reserved_minor,
  l.days_past_due,
  l.policy_version_id,
  l.template,
  l.reason,
  i.invoice_id,
  coalesce(inv.number, ''),
  coalesce(inv.purchase_order, ''),
  coalesce(inv.invoice_date, i.aging_date),
  i.due_date,
  i.seq,
  (SELECT count(*)::int FROM items s WHERE s.invoice_id = i.invoice_id AND s.kind = i.kind AND i.kind = 'instalment'),
  i.original_minor,
  coalesce(claim.number, 0),
  coalesce(claim.claim_reference, ''),
  i.aging_date`

const lineJoins = `
FROM notice_lines l
JOIN items i ON i.id = l.item_id
LEFT JOIN invoices inv ON inv.id = i.invoice_id` + joinClaim

// joinClaim finds the claim that a deduction's item i is of: the one that was opened last.
const joinClaim = `
LEFT JOIN LATERAL (
  SELECT d.number, d.claim_reference
  FROM dispute_parts p
  JOIN disputes d ON d.id = p.dispute_id
  WHERE p.item_id = i.id AND i.kind IN ('deduction','claim')
  ORDER BY d.number DESC
  LIMIT 1
) claim ON true`

// lineOrder is the order on the message: oldest first.
const lineOrder = ` ORDER BY l.notice_id, i.due_date, inv.number, i.seq, l.id`

func scanLine(row pgx.CollectableRow) (notice.Line, error) {
	var l notice.Line
	err := row.Scan(&l.ID, &l.NoticeID, &l.ItemID, &l.CaseID, &l.StepID, &l.Stage, &l.Level, &l.State, &l.OpenMinor, &l.AskMinor,
		&l.ReservedMinor, &l.DaysPastDue, &l.PolicyVersionID, &l.Template, &l.Reason, &l.InvoiceID, &l.InvoiceNumber,
		&l.PurchaseOrder, &l.InvoiceDate, &l.DueDate, &l.Instalment, &l.Instalments, &l.OriginalMinor, &l.ClaimNumber,
		&l.ClaimReference, &l.AgingDate)
	return l, err
}

const sqlNoticeFile = `
SELECT` + noticeColumns + `,
  a.id,
  a.due_at,
  house.time_zone,
  house.calendar,
  cu.collector
FROM notices n
JOIN customers cu ON cu.id = n.customer_id
CROSS JOIN installation house
LEFT JOIN approvals a ON a.subject_kind = 'notice' AND a.subject_id = n.id AND a.state = 'open'
WHERE n.id = $1`

// LockNotice locks the notice's customer and reads the notice; see port.Notices.
func (t *tx) LockNotice(ctx context.Context, id uuid.UUID) (port.NoticeFile, error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT id FROM customers WHERE id = (SELECT customer_id FROM notices WHERE id = $1) FOR NO KEY UPDATE`, id)
	return t.noticeFile(ctx, b, id)
}

// NoticeFile reads a notice without locking; see port.Notices.
func (t *tx) NoticeFile(ctx context.Context, id uuid.UUID) (port.NoticeFile, error) {
	return t.noticeFile(ctx, &pgx.Batch{}, id)
}

func (t *tx) noticeFile(ctx context.Context, b *pgx.Batch, id uuid.UUID) (port.NoticeFile, error) {
	var f port.NoticeFile
	b.Queue(sqlNoticeFile, id).Query(func(rows pgx.Rows) error {
		var err error
		f, err = pgx.CollectOneRow(rows, scanNoticeFile)
		return err
	})
	b.Queue(`SELECT`+lineColumns+lineJoins+` WHERE l.notice_id = $1`+lineOrder, id).Query(func(rows pgx.Rows) error {
		var err error
		f.Lines, err = pgx.CollectRows(rows, scanLine)
		return err
	})
	if err := t.q.SendBatch(ctx, b).Close(); err != nil {
		return f, orMissing(err, errNoticeNotFound)
	}
	return f, nil
}

func scanNoticeFile(row pgx.CollectableRow) (port.NoticeFile, error) {
	var f port.NoticeFile
	var days string
	var due *time.Time
	err := row.Scan(append(noticeFields(&f.Notice, &days), &f.Approval.ID, &due, &f.HouseZone, &f.HouseCalendar, &f.Collector)...)
	f.Window.Days = weekdays(days)
	if due != nil {
		f.Approval.DueAt = *due
	}
	return f, err
}

// Notice reads one with its lines; see port.Notices.
func (t *tx) Notice(ctx context.Context, id uuid.UUID) (notice.Notice, error) {
	n, err := one(ctx, t, errNoticeNotFound, scanNotice, `SELECT`+noticeColumns+` FROM notices n WHERE n.id = $1`, id)
	if err != nil {
		return n, err
	}
	n.Lines, err = many(ctx, t, scanLine, `SELECT`+lineColumns+lineJoins+` WHERE l.notice_id = $1`+lineOrder, id)
	return n, err
}

// NoticeBody reads the bytes; see port.Notices.
func (t *tx) NoticeBody(ctx context.Context, id uuid.UUID) ([]byte, error) {
	return one(ctx, t, errNoBody, pgx.RowTo[[]byte], `SELECT raw FROM notice_bodies WHERE notice_id = $1`, id)
}

// ListNotices lists notices; see port.Notices.
func (t *tx) ListNotices(ctx context.Context, f port.NoticeFilter, p port.Page) (port.Paged[notice.Notice], error) {
	var w filter
	w.id("n.customer_id = $?", f.CustomerID)
	w.text("n.state = $?", f.State)
	w.text("n.channel = $?", f.Channel)
	w.id("n.id IN (SELECT l.notice_id FROM notice_lines l JOIN items i ON i.id = l.item_id WHERE i.invoice_id = $?)", f.InvoiceID)
	key, err := parseCursor(p.After, 1)
	if err != nil {
		return port.Paged[notice.Notice]{}, err
	}
	if key != nil {
		w.add("n.id < $?", key[0])
	}
	rows, err := listed(ctx, t, scanNotice, `SELECT`+noticeColumns+` FROM notices n`+w.where()+w.limit("n.id DESC", p), w.args...)
	return paged(rows, p, func(n notice.Notice) string { return cursor(n.ID.String()) }), err
}

// LiveNotices lists notices with a live line of the cases; see port.Notices.
func (t *tx) LiveNotices(ctx context.Context, caseIDs []uuid.UUID) ([]notice.Notice, error) {
	notices, err := many(ctx, t, scanNotice, `
SELECT`+noticeColumns+`
FROM notices n
WHERE n.state IN ('gathering','draft','sealed','sending')
  AND n.id IN (
    SELECT l.notice_id
    FROM (`+sqlCaseItems+`) i
    JOIN steps s ON s.item_id = i.id
    JOIN notice_lines l ON l.step_id = s.id
    WHERE s.state IN ('live','awaiting_approval','approved') AND l.state = 'live')
ORDER BY n.id`, caseIDs)
	if err != nil || len(notices) == 0 {
		return nil, err
	}
	at := make(map[uuid.UUID]int, len(notices))
	ids := make([]uuid.UUID, len(notices))
	for i, n := range notices {
		at[n.ID], ids[i] = i, n.ID
	}
	lines, err := many(ctx, t, scanLine, `SELECT`+lineColumns+lineJoins+` WHERE l.notice_id = ANY($1)`+lineOrder, ids)
	for _, l := range lines {
		n := &notices[at[l.NoticeID]]
		n.Lines = append(n.Lines, l)
	}
	return notices, err
}

// orMissing turns the error of a batch into "there is no such row" where one row was expected.
func orMissing(err error, missing error) error {
	if isNoRows(err) {
		return missing
	}
	return translate(err)
}
