package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"arrears/port"
)

// What a driver of a stepped clock needs: where the next moment is, and to nudge what waits for it. On other clocks nobody
// calls it, because real time does the same.

// dueStart keeps rows back whose start a stepped clock has not reached: nothing waits in real time for it, so a workflow
// that is started now would only wait for a nudge.
const dueStart = `(start_at IS NULL OR start_at <= coalesce((SELECT position FROM business_clock WHERE kind = 'stepped'), 'infinity'))`

// waitingNotice tells notices that wait for a moment from those that are being sent or have ended.
const waitingNotice = `state IN ('gathering','draft','sealed') AND wake_at IS NOT NULL`

// NextMoments are the earliest moments after the given one for which a case or claim and a notice wait; zero where none does.
func (db *DB) NextMoments(ctx context.Context, after time.Time) (ofCases, ofNotices time.Time, err error) {
	var c, n *time.Time
	err = db.pool.QueryRow(ctx, `
SELECT
  least(
    (SELECT min(wake_at) FROM cases WHERE state = 'active' AND wake_at > $1),
    (SELECT min(wake_at) FROM disputes WHERE `+waitingClaim+` AND wake_at > $1)),
  (SELECT min(wake_at) FROM notices WHERE `+waitingNotice+` AND wake_at > $1)`, after).Scan(&c, &n)
	if c != nil {
		ofCases = *c
	}
	if n != nil {
		ofNotices = *n
	}
	return ofCases, ofNotices, translate(err)
}

// NextStart is the earliest start that a stepped clock holds back; zero when there is none.
func (db *DB) NextStart(ctx context.Context) (time.Time, error) {
	var start *time.Time
	err := db.pool.QueryRow(ctx, `SELECT min(start_at) FROM nudges WHERE NOT `+dueStart).Scan(&start)
	if start == nil {
		return time.Time{}, translate(err)
	}
	return *start, translate(err)
}

// NudgeDue leaves nudges for the cases, notices and claims whose moment has come and returns how many. What waits in the outbox for
// its start is left alone: its row is due by itself.
func (db *DB) NudgeDue(ctx context.Context, at time.Time) (int64, error) {
	var left int64
	err := pgx.BeginFunc(ctx, db.pool, func(q pgx.Tx) error {
		for _, sql := range []string{`
INSERT INTO nudges (workflow_id, subject_id, kind, first_action)
SELECT kind || '/' || id, id, kind, 'Review'
FROM cases
WHERE state = 'active' AND wake_at <= $1
ORDER BY id
ON CONFLICT (workflow_id) DO NOTHING`, `
INSERT INTO nudges (workflow_id, subject_id, kind, first_action)
SELECT 'notice/' || id, id, 'notice', 'ReviewNotice'
FROM notices
WHERE ` + waitingNotice + ` AND wake_at <= $1
ORDER BY id
ON CONFLICT (workflow_id) DO NOTHING`, `
INSERT INTO nudges (workflow_id, subject_id, kind, first_action)
SELECT 'dispute/' || id, id, 'dispute', 'ReviewDispute'
FROM disputes
WHERE ` + waitingClaim + ` AND wake_at <= $1
ORDER BY id
ON CONFLICT (workflow_id) DO NOTHING`, `
INSERT INTO nudges (workflow_id, subject_id, kind, first_action)
SELECT 'bank-file/' || id, id, 'bank-file', 'ReviewBankFile'
FROM bank_files
WHERE state NOT IN ('done','refused') AND wake_at <= $1
ORDER BY id
ON CONFLICT (workflow_id) DO NOTHING`} {
			tag, err := q.Exec(ctx, sql, at)
			if err != nil {
				return err
			}
			left += tag.RowsAffected()
		}
		return nil
	})
	return left, translate(err)
}

// NudgesOf is Nudges for one kind of subject.
func (db *DB) NudgesOf(ctx context.Context, kind string, limit int) ([]port.Nudge, error) {
	return db.nudges(ctx, `AND kind = $2`, limit, kind)
}

// Undelivered counts the rows of these kinds that are due, those that a failed delivery put off included.
func (db *DB) Undelivered(ctx context.Context, kinds ...string) (int64, error) {
	var n int64
	err := db.pool.QueryRow(ctx, `SELECT count(*) FROM nudges WHERE kind = ANY($1) AND `+dueStart, kinds).Scan(&n)
	return n, translate(err)
}
