package store

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/port"
)

// tx is one transaction. Its methods are in one file per noun.
type tx struct {
	q        pgx.Tx
	policies *policyCache
}

var _ port.Tx = (*tx)(nil)

// LockCustomer takes the customer's row lock; see port.Tx.
func (t *tx) LockCustomer(ctx context.Context, id uuid.UUID) error {
	_, err := one(ctx, t, errCustomerNotFound, pgx.RowTo[uuid.UUID],
		`SELECT id FROM customers WHERE id = $1 FOR NO KEY UPDATE`, id)
	return err
}

// LockCustomerOf locks the customer of an invoice; see port.Tx. An invoice never changes its customer.
func (t *tx) LockCustomerOf(ctx context.Context, invoiceID uuid.UUID) (uuid.UUID, error) {
	id, err := one(ctx, t, errInvoiceNotFound, pgx.RowTo[uuid.UUID],
		`SELECT customer_id FROM invoices WHERE id = $1`, invoiceID)
	if err != nil {
		return uuid.Nil, err
	}
	return id, t.LockCustomer(ctx, id)
}

// BusinessClock reads the one clock row; see port.Tx. Error: clock.not_found before the installation was set up.
func (t *tx) BusinessClock(ctx context.Context) (calendar.Clock, error) {
	return one(ctx, t, errClockNotFound, scanClock, `SELECT kind, epoch, origin, rate, position FROM business_clock`)
}

func scanClock(row pgx.CollectableRow) (calendar.Clock, error) {
	var c calendar.Clock
	err := row.Scan(&c.Kind, &c.Epoch, &c.Origin, &c.Rate, &c.Position)
	return c, err
}

// one reads exactly one row; missing is returned when there is none.
func one[T any](ctx context.Context, t *tx, missing error, scan pgx.RowToFunc[T], sql string, args ...any) (T, error) {
	var zero T
	rows, err := t.q.Query(ctx, sql, args...)
	if err != nil {
		return zero, translate(err)
	}
	value, err := pgx.CollectOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return zero, missing
	}
	return value, translate(err)
}

// many reads all rows.
func many[T any](ctx context.Context, t *tx, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := t.q.Query(ctx, sql, args...)
	if err != nil {
		return nil, translate(err)
	}
	values, err := pgx.CollectRows(rows, scan)
	return values, translate(err)
}

// exec runs a statement.
func (t *tx) exec(ctx context.Context, sql string, args ...any) error {
	_, err := t.q.Exec(ctx, sql, args...)
	return translate(err)
}

// change runs a statement that must touch a row; missing is returned when it touches none.
func (t *tx) change(ctx context.Context, missing *fault.Error, sql string, args ...any) error {
	tag, err := t.q.Exec(ctx, sql, args...)
	if err != nil {
		return translate(err)
	}
	if tag.RowsAffected() == 0 {
		return missing
	}
	return nil
}
