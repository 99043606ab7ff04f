package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// The counts. None of them reads a whole row, and each is one statement, so that a count that is given up has locked nothing.
const (
	figureCases    = `SELECT state, '', count(*), 0::float8 FROM cases GROUP BY state`
	figureLate     = `SELECT count(*) FROM cases WHERE state = 'active' AND wake_at < $1`
	figureItems    = `SELECT currency, '', count(*), sum(open_minor)::float8 FROM items WHERE open_minor > 0 GROUP BY currency`
	figureDisputes = `SELECT state, '', count(*), 0::float8 FROM disputes WHERE state NOT IN ('closed','void') GROUP BY state`
	figureDenied   = `
SELECT
  currency,
  '',
  count(*),
  sum(denied_minor)::float8
FROM disputes
WHERE denied_minor > 0 AND state NOT IN ('closed','void')
GROUP BY currency`
	figureNotices  = `SELECT state, channel, count(*), 0::float8 FROM notices GROUP BY state, channel`
	figureTasks    = `SELECT kind, '', count(*), 0::float8 FROM tasks WHERE state = 'open' GROUP BY kind`
	figureCounters = `SELECT name, '', value, 0::float8 FROM counters`
	figureRefused  = `SELECT severity, '', count(*), 0::float8 FROM quarantine WHERE state = 'open' GROUP BY severity`
	figureDeliver  = `SELECT state, '', count(*), 0::float8 FROM webhook_deliveries WHERE state IN ('pending','dead') GROUP BY state`
	figureEndpoint = `SELECT state, '', count(*), 0::float8 FROM webhook_endpoints WHERE state <> 'archived' GROUP BY state`
	figureCensus   = `
SELECT
  check_name,
  CASE WHEN repair = '' THEN 'no' ELSE 'yes' END,
  count(*),
  0::float8
FROM census_findings
WHERE NOT note AND census_id = (SELECT id FROM censuses WHERE state = 'done' ORDER BY begun_real DESC NULLS LAST, id DESC LIMIT 1)
GROUP BY 1, 2`
	figureAges = `
SELECT
  coalesce((SELECT extract(epoch FROM clock_timestamp() - min(created_at)) FROM webhook_deliveries WHERE state = 'pending'), 0)::float8,
  coalesce((SELECT extract(epoch FROM clock_timestamp() - max(begun_real)) FROM censuses WHERE state = 'done'), -1)::float8`
	figureApproval = `
SELECT
  count(*),
  count(*) FILTER (WHERE due_at < $1),
  min(requested_at)
FROM approvals
WHERE state = 'open'`
	figureOutbox = `
SELECT
  count(*) FILTER (WHERE start_at IS NULL AND not_before <= clock_timestamp()),
  count(*) FILTER (WHERE start_at IS NOT NULL),
  count(*) FILTER (WHERE attempts > 0),
  coalesce(extract(epoch FROM clock_timestamp() - min(not_before) FILTER (WHERE start_at IS NULL AND not_before <= clock_timestamp())), 0)::float8
FROM nudges`
	figureRecord = `
SELECT
  count(*),
  coalesce((SELECT max(position) FROM audit_entries), 0),
  coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0)::float8
FROM audit_entries
WHERE position IS NULL`
)

// Figures counts in one reading. now is the business instant against which deadlines are held; cases whose next date is
// before late count as late. The database gives up after the timeout.
func (db *DB) Figures(ctx context.Context, now, late time.Time, timeout time.Duration) (port.Figures, error) {
	var f port.Figures
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, db.pool, options, func(q pgx.Tx) error {
		if _, err := q.Exec(ctx, fmt.Sprintf(`SET LOCAL statement_timeout = %d`, timeout.Milliseconds())); err != nil {
			return err
		}
		b := &pgx.Batch{}
		for sql, into := range map[string]*[]port.Tally{
			figureCases: &f.Cases, figureItems: &f.Items, figureNotices: &f.Notices, figureTasks: &f.Tasks,
			figureCounters: &f.Counters, figureRefused: &f.Quarantine, figureDeliver: &f.Deliveries, figureEndpoint: &f.Endpoints,
			figureCensus: &f.Census, figureDisputes: &f.Disputes, figureDenied: &f.DisputesDenied,
		} {
			b.Queue(sql).Query(func(rows pgx.Rows) (err error) {
				*into, err = pgx.CollectRows(rows, pgx.RowToStructByPos[port.Tally])
				return err
			})
		}
		b.Queue(figureLate, late).QueryRow(func(row pgx.Row) error { return row.Scan(&f.CasesLate) })
		b.Queue(figureApproval, now).QueryRow(func(row pgx.Row) error { return scanApprovalFigures(row, &f) })
		b.Queue(figureOutbox).QueryRow(func(row pgx.Row) error { return scanOutboxFigures(row, &f.Outbox) })
		b.Queue(figureRecord).QueryRow(func(row pgx.Row) error { return scanRecordFigures(row, &f.Record) })
		b.Queue(figureAges).QueryRow(func(row pgx.Row) error { return scanAges(row, &f) })
		return q.SendBatch(ctx, b).Close()
	})
	return f, translate(err)
}

func scanApprovalFigures(row pgx.Row, f *port.Figures) error {
	var since *time.Time
	err := row.Scan(&f.ApprovalsOpen, &f.ApprovalsOverdue, &since)
	if since != nil {
		f.ApprovalsSince = *since
	}
	return err
}

func scanOutboxFigures(row pgx.Row, f *port.OutboxFigures) error {
	var seconds float64
	err := row.Scan(&f.Waiting, &f.Delayed, &f.Failing, &seconds)
	f.Oldest = lasting(seconds)
	return err
}

func scanRecordFigures(row pgx.Row, f *port.RecordFigures) error {
	var seconds float64
	err := row.Scan(&f.Unsealed, &f.Position, &seconds)
	f.Oldest = lasting(seconds)
	return err
}

func scanAges(row pgx.Row, f *port.Figures) error {
	var webhook, census float64
	err := row.Scan(&webhook, &census)
	f.WebhookOldest, f.CensusAge = lasting(webhook), lasting(census)
	return err
}

func lasting(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
