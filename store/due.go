package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/port"
)

const (
	sqlLockOfCase = `SELECT id FROM customers WHERE id = (SELECT customer_id FROM cases WHERE id = $1) FOR NO KEY UPDATE`

	// Cases that do the same at the same moment nearly always have an item with the same due date, which an index finds. A
	// customer with many more gets them in several portions.
	sqlDueTogether = `
SELECT k.id
FROM (
  SELECT DISTINCT i.case_id
  FROM (
    SELECT customer_id, currency, due_date
    FROM items
    WHERE invoice_id = $1 AND open_minor > 0 AND kind IN ('instalment','charge')
    UNION ALL
    SELECT customer_id, currency, due_date
    FROM items
    WHERE id = $1 AND open_minor > 0 AND kind IN ('deduction','claim')
  ) o
  CROSS JOIN LATERAL (
    SELECT CASE WHEN kind IN ('deduction','claim') THEN id ELSE invoice_id END AS case_id
    FROM items
    WHERE customer_id = o.customer_id
      AND currency = o.currency
      AND due_date = o.due_date
      AND open_minor > 0
    LIMIT 200
  ) i
) same
JOIN cases k ON k.id = same.case_id
WHERE k.id <> $1
  AND k.state = 'active'
  AND k.next_action = $2
  AND k.wake_at <= $3
ORDER BY k.id
LIMIT 99`
)

// LockDue locks a case's customer and tells which of its other cases are due for the same; see port.Together.
func (t *tx) LockDue(ctx context.Context, caseID uuid.UUID, action string, now time.Time) (port.Due, error) {
	var due port.Due
	b := &pgx.Batch{}
	b.Queue(sqlLockOfCase, caseID)
	b.Queue(`SELECT`+caseColumns+` FROM cases WHERE id = $1`, caseID).Query(func(rows pgx.Rows) (err error) {
		due.Case, err = pgx.CollectOneRow(rows, scanCase)
		return err
	})
	b.Queue(sqlDueTogether, caseID, action, now).Query(func(rows pgx.Rows) (err error) {
		due.Others, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		return err
	})
	if err := t.q.SendBatch(ctx, b).Close(); err != nil {
		if isNoRows(err) {
			return due, errCaseNotFound
		}
		return due, translate(err)
	}
	return due, nil
}
