package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/port"
)

// write runs one use case in one transaction at the business instant, which counts to the microsecond as the database does.
func (a *App) write(ctx context.Context, fn func(ctx context.Context, tx port.Tx, now time.Time) error) error {
	now, err := a.clock.Now(ctx)
	if err != nil {
		return err
	}
	now = now.UTC().Truncate(time.Microsecond)
	return a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return fn(ctx, tx, now) })
}

// event is an audit entry in the making. Its data hold ids, amounts, dates and codes, never names or texts.
type event struct {
	id       uuid.UUID // the entry's own; zero: a fresh one
	action   string
	kind     string
	subject  uuid.UUID
	customer uuid.UUID
	invoice  uuid.UUID
	on       calendar.Date
	data     map[string]any
}

// record appends an audit entry.
func record(ctx context.Context, tx port.Tx, now time.Time, actor string, e event) error {
	if e.id == uuid.Nil {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		e.id = id
	}
	data, err := audit.JSON(e.data)
	if err != nil {
		return err
	}
	return tx.Audit(ctx, audit.Entry{
		ID: e.id.String(), At: now, BusinessDate: e.on, Actor: actor, Action: e.action, SubjectKind: e.kind,
		SubjectID: e.subject.String(), CustomerID: idText(e.customer), InvoiceID: idText(e.invoice), Data: data,
		IdempotencyKey: port.IdempotencyKey(ctx),
	})
}

// signLast gives the last entry, which tells of the command itself, the id and key of the idempotent request under way, so
// that doneBefore finds it when the request runs again.
func signLast(ctx context.Context, entries []audit.Entry) {
	id, ok := port.RequestID(ctx)
	if !ok || len(entries) == 0 {
		return
	}
	last := &entries[len(entries)-1]
	last.ID, last.IdempotencyKey = id.String(), port.IdempotencyKey(ctx)
}

func idText(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func someID(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

// madeBefore reads the record that an earlier attempt of the same idempotent request made, if it got so far.
func madeBefore[T any](ctx context.Context, read func(context.Context, uuid.UUID) (T, error)) (T, bool, error) {
	var none T
	id, ok := port.RequestID(ctx)
	if !ok {
		return none, false, nil
	}
	found, err := read(ctx, id)
	switch {
	case err == nil:
		return found, true, nil
	case fault.KindOf(err) == fault.NotFound:
		return none, false, nil
	}
	return none, false, err
}

// doneBefore reports whether an earlier attempt of the same idempotent request recorded its audit entry: the command has
// been done, and doing it again would be a second one.
func doneBefore(ctx context.Context, tx port.Tx) (bool, error) {
	id, ok := port.RequestID(ctx)
	if !ok {
		return false, nil
	}
	return tx.HasAudit(ctx, id)
}

// lookup runs a read for whoever has the permission.
func lookup[T any](ctx context.Context, a *App, p access.Principal, need access.Permission, read func(context.Context, port.Tx) (T, error)) (T, error) {
	var found T
	if err := access.Require(p, need); err != nil {
		return found, err
	}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		var err error
		found, err = read(ctx, tx)
		return err
	})
	return found, err
}

// command runs an action on something that exists, once per idempotent request. act does it under the audit entry id it is
// given and returns the result; a request that was done before answers with what read finds now.
func command[T any](ctx context.Context, a *App, read func(context.Context, port.Tx) (T, error), act func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error) (T, error) {
	var result T
	entry, err := port.NewID(ctx)
	if err != nil {
		return result, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		done, err := doneBefore(ctx, tx)
		if err != nil {
			return err
		}
		if !done {
			if err := act(ctx, tx, now, entry); err != nil {
				return err
			}
		}
		result, err = read(ctx, tx)
		return err
	})
	return result, err
}
