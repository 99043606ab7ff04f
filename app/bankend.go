package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/remittance"
	"arrears/port"
)

// endStatement does what the end of a statement says: a correction or deletion takes away what it no longer tells, and a
// proven closing balance is that of the account; a lockbox's cheques are a deposit. Done again it changes nothing.
func (a *App) endStatement(ctx context.Context, id uuid.UUID, alive func()) error {
	for more := true; more; alive() {
		err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
			more = false
			s, err := tx.BankStatement(ctx, id)
			if err != nil || s.Told.Status == remittance.Test {
				return err
			}
			if s.Told.Status == remittance.Correction || s.Told.Status == remittance.Deletion {
				if more, err = a.replaceStatements(ctx, tx, now, s); err != nil || more {
					return err
				}
			}
			if err := a.deposited(ctx, tx, now, s); err != nil {
				return err
			}
			return proveAccount(ctx, tx, s)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// goneBatch is how many payments one transaction takes away.
const goneBatch = 500

// replaceStatements marks what a correction or deletion replaces, and puts each payment that is no longer told in front of a
// person: its receipt stands until somebody reverses it. There may be more than it has taken away.
func (a *App) replaceStatements(ctx context.Context, tx port.Tx, now time.Time, s port.BankStatement) (more bool, err error) {
	seen, err := tx.BankAccount(ctx, s.AccountID.UUID)
	if err != nil {
		return false, err
	}
	if _, err := tx.LockBankAccount(ctx, seen); err != nil {
		return false, err
	}
	f, err := tx.LockBankFile(ctx, s.FileID)
	if err != nil {
		return false, err
	}
	replaced, err := tx.StatementsLike(ctx, s)
	if err != nil {
		return false, err
	}
	for _, old := range replaced {
		gone, err := tx.EntriesUntold(ctx, old.ID, goneBatch)
		if err != nil {
			return false, err
		}
		for _, e := range gone {
			e.GoneBy = someID(s.ID)
			if err := tx.TellBankEntry(ctx, e); err != nil {
				return false, err
			}
			if err := a.gone(ctx, tx, now, f.CreatedBy, e, s.ID); err != nil {
				return false, err
			}
			f.Counts.Gone++
		}
		if len(gone) == goneBatch {
			return true, tx.UpdateBankFile(ctx, f)
		}
		old.ReplacedBy = someID(s.ID)
		if err := tx.UpdateBankStatement(ctx, old); err != nil {
			return false, err
		}
	}
	return false, tx.UpdateBankFile(ctx, f)
}

func proveAccount(ctx context.Context, tx port.Tx, s port.BankStatement) error {
	if s.Proof != proofProven || s.Told.Kind != remittance.EndOfDay || s.Told.Status == remittance.Deletion || s.Told.To.IsZero() {
		return nil
	}
	seen, err := tx.BankAccount(ctx, s.AccountID.UUID)
	if err != nil {
		return err
	}
	account, err := tx.LockBankAccount(ctx, seen)
	if err != nil || account.ProvenOn > s.Told.To {
		return err
	}
	if account.ProvenOn == s.Told.To && account.ProvenMinor == s.Told.Closing.Minor {
		return nil
	}
	account.ProvenOn, account.ProvenMinor = s.Told.To, s.Told.Closing.Minor
	return tx.UpdateBankAccount(ctx, account)
}
