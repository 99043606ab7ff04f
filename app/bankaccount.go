package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

// ListBankAccounts lists our accounts, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListBankAccounts(ctx context.Context, who access.Principal, page port.Page) (port.Paged[port.BankAccount], error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.BankAccount], error) {
		return tx.ListBankAccounts(ctx, page)
	})
}

// BankAccount shows one. Errors: access.forbidden, bank_account.not_found.
func (a *App) BankAccount(ctx context.Context, who access.Principal, id uuid.UUID) (port.BankAccount, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.BankAccount, error) { return tx.BankAccount(ctx, id) })
}

// ConfirmBankAccount says that an account is ours, entering it when no file has told of it yet: from now on what comes on it is
// applied by itself, what waits for that reason is matched again. Errors: access.forbidden, receivable.invalid.
func (a *App) ConfirmBankAccount(ctx context.Context, who access.Principal, of remittance.Account) (port.BankAccount, error) {
	var made port.BankAccount
	if err := access.Require(who, access.CashManage); err != nil {
		return made, err
	}
	var f receivable.Form
	f.Line("name", of.Name, remittance.MaxField)
	if key := of.Key(); key == "" || len(key) > 80 {
		f.Add("iban", receivable.CodeRequired, "name an IBAN, or a number with its bank, of at most 80 characters")
	}
	if err := f.Err("bank account"); err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		made, err = tx.LockBankAccount(ctx, port.BankAccount{ID: id, Key: of.Key(), Account: of, CreatedAt: now})
		if err != nil || made.Confirmed {
			return err
		}
		made.Confirmed, made.ConfirmedBy, made.ConfirmedAt = true, who.ID, &now
		if of.Name != "" {
			made.Account.Name = of.Name
		}
		if err := tx.UpdateBankAccount(ctx, made); err != nil {
			return err
		}
		if err := closeBankExceptions(ctx, tx, now, who.ID, port.ExceptionAccount, "confirmed", port.CashExceptionFilter{AccountID: someID(made.ID)}); err != nil {
			return err
		}
		if err := resume(ctx, tx, now, someID(made.ID), uuid.NullUUID{}); err != nil {
			return err
		}
		if err := record(ctx, tx, now, who.ID, event{action: "bank_account.confirmed", kind: "bank_account", subject: made.ID, data: map[string]any{}}); err != nil {
			return err
		}
		made, err = tx.BankAccount(ctx, made.ID)
		return err
	})
	return made, err
}

var errNoAlarm = fault.New(fault.Conflict, "bank_statement.no_alarm", "nothing about this statement stops its payments")

// OverrideStatement says, with a reason, that a statement that contradicts itself is to be believed: what waits for that reason
// is matched again. Errors: access.forbidden, receivable.invalid, bank_statement.not_found, bank_statement.no_alarm.
func (a *App) OverrideStatement(ctx context.Context, who access.Principal, id uuid.UUID, reason string) (port.BankStatement, error) {
	if err := access.Require(who, access.CashManage); err != nil {
		return port.BankStatement{}, err
	}
	if err := checkText("reason", reason); err != nil {
		return port.BankStatement{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (port.BankStatement, error) { return tx.BankStatement(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		s, err := tx.BankStatement(ctx, id)
		if err != nil {
			return err
		}
		if s.Proof != proofAlarm {
			return errNoAlarm
		}
		s.Proof, s.OverriddenBy, s.OverriddenAt, s.Reason = proofOverridden, who.ID, &now, reason
		if err := tx.UpdateBankStatement(ctx, s); err != nil {
			return err
		}
		err = closeBankExceptions(ctx, tx, now, who.ID, port.ExceptionAlarm, "overridden", port.CashExceptionFilter{StatementID: someID(id)})
		if err != nil {
			return err
		}
		if err := resume(ctx, tx, now, uuid.NullUUID{}, someID(id)); err != nil {
			return err
		}
		return record(ctx, tx, now, who.ID, event{
			id: entry, action: "bank_statement.overridden", kind: "bank_statement", subject: id, on: s.Told.To,
			data: map[string]any{"file_id": s.FileID, "credits": s.Credits, "debits": s.Debits},
		})
	})
}
