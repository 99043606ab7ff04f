package app

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/domain/remittance/jsonfile"
	"arrears/port"
)

// CodeRemittanceUsed means that an advice found its money already.
const CodeRemittanceUsed = "remittance.used"

// RemittanceFile is a payer's advice with the receipt that it was used for.
type RemittanceFile struct {
	port.Remittance
	Receipt *receivable.Receipt
}

// RecordRemittance keeps one advice, in JSON as jsonfile has it, and looks again at waiting receipts of its amount. Money that
// comes later finds it. The same advice twice is one, by whatever way it came.
// Errors: access.forbidden, remittance.malformed, remittance.bad_amount, remittance.unknown_currency, remittance.too_large,
// remittance.bad_date.
func (a *App) RecordRemittance(ctx context.Context, who access.Principal, content []byte) (RemittanceFile, error) {
	if err := access.Require(who, access.CashWrite); err != nil {
		return RemittanceFile{}, err
	}
	ad, err := readAdvice(content)
	if err != nil {
		return RemittanceFile{}, err
	}
	var made RemittanceFile
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		id, _, err := a.adviceIn(ctx, tx, now, who.ID, uuid.NullUUID{}, ad)
		if err != nil {
			return err
		}
		made, err = remittanceFile(ctx, tx, id)
		return err
	})
	return made, err
}

// readAdvice reads exactly one advice, or says what is wrong with it.
func readAdvice(content []byte) (remittance.Advice, error) {
	var found remittance.Collector
	in := io.MultiReader(strings.NewReader(`{"advice":`), bytes.NewReader(content), strings.NewReader(`}`))
	if err := jsonfile.Read(in, &found); err != nil {
		return remittance.Advice{}, err
	}
	for _, p := range found.Problems {
		if p.Severity == remittance.Refused {
			path := strings.TrimPrefix(strings.TrimPrefix(p.Field, "advice"), "/")
			return remittance.Advice{}, fault.Fields(p.Code, "the advice cannot be taken", fault.Field{Path: path, Code: p.Code, Message: p.Message})
		}
	}
	if len(found.Advices) != 1 {
		return remittance.Advice{}, fault.New(fault.Invalid, remittance.CodeMalformed, "one advice is expected")
	}
	ad := found.Advices[0]
	ad.Doubtful = slices.ContainsFunc(found.Problems, func(p remittance.Problem) bool { return p.Severity == remittance.Alarm })
	return ad, nil
}

func remittanceFile(ctx context.Context, tx port.Tx, id uuid.UUID) (RemittanceFile, error) {
	var f RemittanceFile
	var err error
	if f.Remittance, err = tx.Remittance(ctx, id); err != nil || !f.ReceiptID.Valid {
		return f, err
	}
	r, err := tx.Receipt(ctx, f.ReceiptID.UUID)
	f.Receipt = &r
	return f, err
}

// Remittance shows an advice with its lines and the receipt that it was used for.
// Errors: access.forbidden, remittance.not_found.
func (a *App) Remittance(ctx context.Context, who access.Principal, id uuid.UUID) (RemittanceFile, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (RemittanceFile, error) { return remittanceFile(ctx, tx, id) })
}

// ListRemittances lists advices without their lines, oldest first; the filter's payment is a reference as people write it.
// Errors: access.forbidden, page.bad_cursor.
func (a *App) ListRemittances(ctx context.Context, who access.Principal, f port.RemittanceFilter, page port.Page) (port.Paged[port.Remittance], error) {
	f.Payment = matching.NumberKey(f.Payment)
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.Remittance], error) {
		return tx.ListRemittances(ctx, f, page)
	})
}

// VoidRemittance says that an advice is not to be used: its money will not come, or it was wrong. version is the one that was
// read; 0 does not compare.
// Errors: access.forbidden, remittance.not_found, remittance.used, remittance.changed.
func (a *App) VoidRemittance(ctx context.Context, who access.Principal, id uuid.UUID, version int64) (RemittanceFile, error) {
	if err := access.Require(who, access.CashWrite); err != nil {
		return RemittanceFile{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (RemittanceFile, error) { return remittanceFile(ctx, tx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		kept, err := tx.Remittance(ctx, id)
		switch {
		case err != nil:
			return err
		case kept.State == port.RemittanceUsed:
			return fault.New(fault.Conflict, CodeRemittanceUsed, "it found its money already")
		case version != 0 && version != kept.Version:
			return fault.New(fault.Precondition, "remittance.changed", "the remittance was changed since it was read")
		case kept.State == port.RemittanceVoid:
			return nil
		}
		kept.State = port.RemittanceVoid
		if err := tx.SetRemittance(ctx, kept); err != nil {
			return err
		}
		return record(ctx, tx, now, who.ID, event{
			id: entry, action: "remittance.voided", kind: "remittance", subject: id, customer: kept.CustomerID.UUID, on: kept.Advice.PaidOn,
			data: map[string]any{"amount_minor": max(0, kept.Advice.Minor), "lines": len(kept.Advice.Lines), "currency": kept.Advice.Currency},
		})
	})
}
