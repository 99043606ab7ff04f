package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/port"
)

// The states of a row in quarantine.
const (
	quarantineOpen      = "open"
	quarantineCorrected = "corrected"
	quarantineDiscarded = "discarded"
)

// Codes of refusals.
const (
	// CodeQuarantineSettled means the row was corrected or discarded before.
	CodeQuarantineSettled = "quarantine.settled"
	// CodeStillRefused means the corrected row is refused too; each field says why.
	CodeStillRefused = "quarantine.still_refused"
)

// ListQuarantine lists the rows of a load by line; an empty state means all.
// Errors: access.forbidden, import.not_found, page.bad_cursor.
func (a *App) ListQuarantine(ctx context.Context, who access.Principal, importID uuid.UUID, state string, page port.Page) (port.Paged[port.QuarantineRow], error) {
	return lookup(ctx, a, who, access.ImportsRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.QuarantineRow], error) {
		if _, err := tx.Import(ctx, importID); err != nil {
			return port.Paged[port.QuarantineRow]{}, err
		}
		return tx.ListQuarantine(ctx, importID, state, page)
	})
}

// QuarantineRow shows one. Errors: access.forbidden, quarantine.not_found.
func (a *App) QuarantineRow(ctx context.Context, who access.Principal, id uuid.UUID) (port.QuarantineRow, error) {
	return lookup(ctx, a, who, access.ImportsRead, func(ctx context.Context, tx port.Tx) (port.QuarantineRow, error) {
		return tx.Quarantine(ctx, id)
	})
}

// CorrectQuarantine loads a row again with the given fields, by the names of the file's columns, in place of those it had;
// a row that could not be taken apart needs all of them. The rules are those of the load that it belongs to.
// Errors: access.forbidden, quarantine.not_found, quarantine.settled, quarantine.still_refused, intake.header.
func (a *App) CorrectQuarantine(ctx context.Context, who access.Principal, id uuid.UUID, fields map[string]string) (port.QuarantineRow, error) {
	if err := access.Require(who, access.ImportsWrite); err != nil {
		return port.QuarantineRow{}, err
	}
	found, err := a.correctionOfClaim(ctx, who, id, fields)
	if err != nil {
		return port.QuarantineRow{}, err
	}
	if found {
		return a.settleQuarantine(ctx, who, id, quarantineCorrected, nil, func(context.Context, port.Tx, time.Time, port.QuarantineRow) error {
			return nil // its case is open
		})
	}
	return a.settleQuarantine(ctx, who, id, quarantineCorrected, nil, func(ctx context.Context, tx port.Tx, now time.Time, q port.QuarantineRow) error {
		r, err := a.reopenImport(ctx, tx, now, who, q.ImportID)
		if err != nil {
			return err
		}
		options := intake.Options{AsOf: r.in.AsOf, Currency: r.in.Currency, Today: r.cut}
		rec, err := intake.Again(r.in.Profile, options, corrected(q, fields))
		if err != nil {
			return err
		}
		return r.again(ctx, tx, now, rec)
	})
}

// DiscardQuarantine says that a row shall not be loaded, or that a suspicious one is as it should be.
// Errors: access.forbidden, receivable.invalid, quarantine.not_found, quarantine.settled.
func (a *App) DiscardQuarantine(ctx context.Context, who access.Principal, id uuid.UUID, reason string) (port.QuarantineRow, error) {
	if err := access.Require(who, access.ImportsWrite); err != nil {
		return port.QuarantineRow{}, err
	}
	if err := checkText("reason", reason); err != nil {
		return port.QuarantineRow{}, err
	}
	return a.settleQuarantine(ctx, who, id, quarantineDiscarded, map[string]any{"explained": true}, func(context.Context, port.Tx, time.Time, port.QuarantineRow) error {
		return nil
	})
}

// settleQuarantine does something about a row under its lock, once.
func (a *App) settleQuarantine(ctx context.Context, who access.Principal, id uuid.UUID, state string, more map[string]any,
	do func(context.Context, port.Tx, time.Time, port.QuarantineRow) error) (port.QuarantineRow, error) {
	if err := access.Require(who, access.ImportsWrite); err != nil {
		return port.QuarantineRow{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (port.QuarantineRow, error) { return tx.Quarantine(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		q, err := tx.LockQuarantine(ctx, id)
		if err != nil {
			return err
		}
		if q.State != quarantineOpen {
			return fault.Newf(fault.Conflict, CodeQuarantineSettled, "the row was %s before", q.State)
		}
		if err := do(ctx, tx, now, q); err != nil {
			return err
		}
		if err := tx.SetQuarantineState(ctx, id, state); err != nil {
			return err
		}
		data := map[string]any{"import_id": q.ImportID, "line": q.Line, "code": q.Code, "severity": q.Severity}
		for key, value := range more {
			data[key] = value
		}
		return record(ctx, tx, now, who.ID, event{id: entry, action: "quarantine." + state, kind: "quarantine", subject: id, data: data})
	})
}

// corrected is the row as it stood with the fields that were given.
func corrected(q port.QuarantineRow, fields map[string]string) map[string]string {
	var raw intake.Raw
	all := map[string]string{}
	if err := json.Unmarshal(q.Raw, &raw); err == nil {
		for header, value := range raw.Fields {
			all[header] = value
		}
	}
	for header, value := range fields {
		all[header] = value
	}
	return all
}

// reopenImport takes a load up again by what it was told.
func (a *App) reopenImport(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, id uuid.UUID) (*importRun, error) {
	was, err := tx.Import(ctx, id)
	if err != nil {
		return nil, err
	}
	var told importSettings
	if err := json.Unmarshal(was.Settings, &told); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "import.settings_lost", "the load's settings cannot be read")
	}
	profile, err := intake.LoadProfile([]byte(told.ProfileText))
	if err != nil {
		return nil, err
	}
	r := newImportRun(a, who, NewImport{
		Profile: profile, Filename: was.Filename, Source: was.Source, Mode: ImportDelta, AsOf: was.AsOf, Currency: told.Currency,
		Customers: told.Customers,
	})
	r.record = was
	if r.house, err = tx.Installation(ctx); err != nil {
		return nil, err
	}
	r.cut = was.AsOf
	if r.cut.IsZero() {
		r.cut = today(now, r.house.TimeZone)
	}
	return r, nil
}

// again loads one corrected row in the caller's transaction. What is only odd about it was seen by whoever corrected it.
func (r *importRun) again(ctx context.Context, tx port.Tx, now time.Time, rec intake.Record) error {
	rows := r.first([]intake.Record{rec})
	b := newBatch(r, tx, now, rows)
	b.silent = true
	if err := b.run(ctx); err != nil {
		return err
	}
	switch rows[0].fate {
	case fateAccepted, fateChanged, fateUnchanged:
		return nil
	case fateNotYet:
		rows[0].Refuse(intake.FieldInvoiceDate, intake.CodeNotYet, "the invoice is of a later date than the load")
	case fateControl:
		rows[0].Refuse(intake.FieldNumber, intake.CodeMalformedControl, "a control total is no invoice")
	}
	var problems []fault.Field
	for _, p := range rows[0].Problems {
		if p.Severity == intake.Refused {
			problems = append(problems, fault.Field{Path: orElse(p.Field, "row"), Code: p.Code, Message: p.Message})
		}
	}
	return fault.Fields(CodeStillRefused, "the corrected row is refused too", problems...)
}
