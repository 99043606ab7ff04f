package store

import (
	"context"
	"hash/fnv"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
)

// maxJitter spreads the wake-ups of one morning.
const maxJitter = 10 * time.Minute

// jitter is derived from the customer, so that all cases of a customer wake together and gather into one notice.
func jitter(customer uuid.UUID) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write(customer[:]) // a hash never fails
	return time.Duration(h.Sum64()%uint64(maxJitter/time.Second)) * time.Second
}

// caseFiles reads the files of invoices and deductions in one round trip, two where a policy asks for the customer's sums, in id order.
// before is queued first: a lock.
func (t *tx) caseFiles(ctx context.Context, before func(*pgx.Batch), ids []uuid.UUID, wide bool, now time.Time) ([]port.CaseFile, error) {
	f := &factsReader{byID: make(map[uuid.UUID]int, len(ids)), items: make(map[uuid.UUID]itemAt)}
	b := &pgx.Batch{}
	if before != nil {
		before(b)
	}
	b.Queue(sqlFactsHead, ids, wide).Query(f.each(f.head))
	b.Queue(sqlFactsItems, ids).Query(f.each(f.item))
	b.Queue(sqlFactsBlocks, ids).Query(f.each(f.block))
	b.Queue(sqlFactsPromises, ids).Query(f.each(f.promise))
	b.Queue(sqlFactsReserve, ids, now).Query(f.each(f.reserve))
	b.Queue(sqlFactsRefused, ids).Query(f.each(f.refused))
	b.Queue(sqlFactsTasks, ids).Query(f.each(f.task))
	b.Queue(sqlFactsGathering, ids).Query(f.each(f.gathering))
	if err := t.q.SendBatch(ctx, b).Close(); err != nil {
		return nil, translate(err)
	}
	f.settleBlocks(now)
	return f.files, t.customerSums(ctx, f, ids, wide, now)
}

// customerSums reads what few policies ask for.
func (t *tx) customerSums(ctx context.Context, f *factsReader, ids []uuid.UUID, wide bool, now time.Time) error {
	if !slices.ContainsFunc(f.files, func(c port.CaseFile) bool { return c.Case.CustomerWide }) {
		return nil
	}
	b := &pgx.Batch{}
	b.Queue(sqlFactsOverdue, ids, now, wide).Query(f.each(f.overdue))
	b.Queue(sqlFactsDue, ids, now, wide).Query(f.each(f.due))
	return translate(t.q.SendBatch(ctx, b).Close())
}

// itemAt is where an item stands in the files.
type itemAt struct{ file, item int }

type blockRow struct {
	customer      uuid.UUID
	invoice, item uuid.NullUUID
	reason        string
	until         calendar.Date
}

// factsReader puts the rows of the queries in their places.
type factsReader struct {
	files  []port.CaseFile
	byID   map[uuid.UUID]int
	items  map[uuid.UUID]itemAt
	blocks []blockRow
}

// each scans every row of a query with fn.
func (f *factsReader) each(fn func(pgx.Rows) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			if err := fn(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}

func (f *factsReader) head(rows pgx.Rows) error {
	var c port.CaseFile
	var preferred receivable.Channel
	var email, letter, sms, webhook bool
	var caseID, policyID uuid.NullUUID
	var wake *time.Time
	cu := &c.Facts.Customer
	err := rows.Scan(
		&c.ID, &c.InvoiceID, &cu.ID, &cu.Calendar, &c.TimeZone, &preferred, &cu.OnHold, &c.Collector,
		&email, &letter, &sms, &webhook, &c.HouseZone, &c.HouseCalendar,
		&caseID, &c.Case.Kind, &policyID, &c.Case.State, &c.Case.NextAction, &wake, &c.Case.Decisions, &c.Case.AttentionCode, &c.Case.CustomerWide)
	if err != nil {
		return err
	}
	c.Case.ID, c.Case.CustomerID, c.Case.PolicyVersionID = caseID.UUID, cu.ID, policyID.UUID
	c.PolicyVersionID = policyID.UUID
	if wake != nil {
		c.Case.WakeAt = *wake
	}
	c.Facts.CaseID, c.Facts.Jitter = c.ID, jitter(cu.ID)
	cu.Channels = reachable(preferred, map[receivable.Channel]bool{
		receivable.Email: email, receivable.Letter: letter, receivable.SMS: sms, receivable.Webhook: webhook,
	})
	f.byID[c.ID] = len(f.files)
	f.files = append(f.files, c)
	return nil
}

// reachable orders the channels that work: the preferred one first.
func reachable(preferred receivable.Channel, works map[receivable.Channel]bool) []receivable.Channel {
	var channels []receivable.Channel
	if works[preferred] {
		channels = append(channels, preferred)
	}
	for _, c := range []receivable.Channel{receivable.Email, receivable.Letter, receivable.Webhook, receivable.SMS} {
		if works[c] && c != preferred {
			channels = append(channels, c)
		}
	}
	return channels
}

func (f *factsReader) item(rows pgx.Rows) error {
	var it policy.ItemFacts
	var caseID uuid.UUID
	var step, noticeID, approval uuid.NullUUID
	var ref port.LiveRef
	var decided calendar.Date
	var opens, due *time.Time
	s := &ref.Step
	err := rows.Scan(
		&caseID, &it.ID, &it.Kind, &it.TimeZone, &it.Currency, &it.DueDate, &it.OriginalMinor, &it.OpenMinor, &it.DisputedMinor,
		&it.Cycle, &it.Level, &it.LastStageDone, &it.LastStageOn, &it.LastNoticeOn, &it.HandedOverOn,
		&step, &s.Stage, &s.Attempt, &s.Action, &s.State, &noticeID, &s.AskMinor, &decided, &opens, &approval, &due)
	if err != nil {
		return err
	}
	at, ok := f.byID[caseID]
	if !ok {
		return nil
	}
	file := &f.files[at]
	if step.Valid {
		s.ID, s.ItemID, s.CaseID, s.Cycle, s.NoticeID, s.DecidedOn = step.UUID, it.ID, caseID, it.Cycle, noticeID, decided
		ref.ApprovalID = approval
		file.Live = append(file.Live, ref)
		it.Live = liveFacts(&it, ref.Step, opens, due)
	}
	f.items[it.ID] = itemAt{at, len(file.Facts.Items)}
	file.Facts.Items = append(file.Facts.Items, it)
	return nil
}

func (f *factsReader) facts(item uuid.UUID) *policy.ItemFacts {
	at, ok := f.items[item]
	if !ok {
		return nil
	}
	return &f.files[at.file].Facts.Items[at.item]
}
