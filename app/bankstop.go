package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/port"
)

// Why nothing of a statement is applied by itself.
const (
	stopAlarm   = "statement_alarm"
	stopAccount = "account_unconfirmed"
)

// stopOf is why nothing of a statement is applied by itself as things stand; empty when something is.
func stopOf(ctx context.Context, tx port.Tx, statementID uuid.UUID) (string, error) {
	s, err := tx.BankStatement(ctx, statementID)
	if err != nil {
		return "", err
	}
	if s.Proof == proofAlarm {
		return stopAlarm, nil
	}
	account, err := tx.BankAccount(ctx, s.AccountID.UUID)
	if err != nil || account.Confirmed {
		return "", err
	}
	return stopAccount, nil
}

// resume lets the engine look again at files whose payments wait because of an account or a statement.
func resume(ctx context.Context, tx port.Tx, now time.Time, accountID, statementID uuid.NullUUID) error {
	files, err := tx.StoppedFiles(ctx, accountID, statementID)
	if err != nil {
		return err
	}
	for _, id := range files {
		f, err := tx.LockBankFile(ctx, id)
		if err != nil {
			return err
		}
		// Of one that is being loaded this changes the version, so that its load does not end without having looked.
		f.State, f.FinishedAt, f.WakeAt = port.BankFileLoading, nil, now
		if err := tx.UpdateBankFile(ctx, f); err != nil {
			return err
		}
		if err := tx.NudgeBankFile(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// matchStopped looks again at a file's payments that waited for a person to say that their statement is to be believed and
// their account ours. It returns the version of the file that nobody else has changed meanwhile.
func (a *App) matchStopped(ctx context.Context, fileID uuid.UUID, alive func()) (version int64, err error) {
	var after uuid.UUID
	for {
		alive()
		var some []port.StoppedException
		var now int64
		err := a.write(ctx, func(ctx context.Context, tx port.Tx, at time.Time) error {
			f, err := tx.LockBankFile(ctx, fileID)
			if now = f.Version; err != nil || f.FinishedAt != nil {
				some = nil
				return err
			}
			if version != 0 && version != f.Version {
				after = uuid.Nil // somebody has said so of what was passed by
			}
			if some, err = tx.StoppedExceptions(ctx, fileID, after, bankBatch); err != nil {
				return err
			}
			changed, err := a.matchAgain(ctx, tx, at, &f, some)
			if changed {
				now++
			}
			return err
		})
		if version = now; err != nil || len(some) < bankBatch {
			return version, err
		}
		after = some[len(some)-1].ID
	}
}

// matchAgain looks at some of them, and tells whether it has written the file.
func (a *App) matchAgain(ctx context.Context, tx port.Tx, now time.Time, f *port.BankFile, some []port.StoppedException) (bool, error) {
	var list []port.CashException
	counted := false
	stops := map[uuid.UUID]string{}
	for _, s := range some {
		stop, known := stops[s.StatementID]
		if !known {
			var err error
			if stop, err = stopOf(ctx, tx, s.StatementID); err != nil {
				return false, err
			}
			stops[s.StatementID] = stop
		}
		if stop != "" {
			continue
		}
		e, err := tx.Exception(ctx, s.ID)
		if err != nil {
			return false, err
		}
		if e.Stop == stopLockbox {
			continue // a person says what it is
		}
		if e.Kind == port.ExceptionReturn {
			settled, err := a.returnAgain(ctx, tx, now, f.CreatedBy, e)
			if err != nil {
				return false, err
			}
			if settled {
				f.Counts.ReturnOpen--
				f.Counts.Returned++
				counted = true
			}
			continue
		}
		e.Stop = ""
		list = append(list, e)
	}
	c := a.newCash(tx, now.Truncate(time.Microsecond), access.Principal{ID: f.CreatedBy})
	done, err := c.rematch(ctx, list)
	if err != nil || len(done) == 0 && !counted {
		return false, err
	}
	for _, w := range done {
		if err := countAgain(ctx, tx, f, w); err != nil {
			return false, err
		}
	}
	return true, tx.UpdateBankFile(ctx, *f)
}

// countAgain counts a payment under what became of it at last.
func countAgain(ctx context.Context, tx port.Tx, f *port.BankFile, w *waiting) error {
	if !w.entry.Valid {
		return nil
	}
	e, err := tx.BankEntry(ctx, w.entry.UUID)
	if err != nil || e.Outcome == w.taken.outcome {
		return err
	}
	*outcomeCount(&f.Counts, e.Outcome)--
	*outcomeCount(&f.Counts, w.taken.outcome)++
	f.Counts.LinesMatched += int64(w.taken.linesMatched)
	e.Outcome = w.taken.outcome
	return tx.UpdateBankEntry(ctx, e)
}

// outcomeCount is where credits of an outcome are counted.
func outcomeCount(c *port.BankCounts, outcome string) *int64 {
	switch outcome {
	case "applied":
		return &c.Applied
	case "proposed":
		return &c.Proposed
	case "held":
		return &c.Held
	}
	return &c.Unidentified
}

// The exceptions that a load itself opens.

func (a *App) openBankException(ctx context.Context, tx port.Tx, now time.Time, actor string, e port.CashException) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	e.ID, e.Since, e.State = id, now, "open"
	if err := tx.InsertExceptions(ctx, []port.CashException{e}); err != nil {
		return err
	}
	c := &cash{tx: tx, now: now, who: access.Principal{ID: actor}}
	if err := c.noteException(ctx, e, uuid.Nil, "cash_exception.opened"); err != nil {
		return err
	}
	return tx.AuditMany(ctx, c.entries)
}

// gone puts a payment that a correction or deletion no longer tells in front of a clerk: its receipt stands until somebody
// reverses it.
func (a *App) gone(ctx context.Context, tx port.Tx, now time.Time, actor string, e port.BankEntry, statementID uuid.UUID) error {
	return a.openBankException(ctx, tx, now, actor, port.CashException{
		Kind: port.ExceptionMissing, ReceiptID: e.ReceiptID, EntryID: someID(e.ID), StatementID: someID(statementID), AccountID: someID(e.AccountID),
		Currency: e.Currency, AmountMinor: e.Minor, ValueOn: e.ValueOn, Why: []string{"payment_gone"},
	})
}

// closeBankExceptions closes what stood on the clerks' list about a statement or an account.
func closeBankExceptions(ctx context.Context, tx port.Tx, now time.Time, actor, kind, outcome string, f port.CashExceptionFilter) error {
	f.Kind = kind
	found, err := tx.ListExceptions(ctx, f, port.Page{Limit: port.MaxLimit})
	if err != nil {
		return err
	}
	for _, e := range found.Items {
		if err := closeException(ctx, tx, now, actor, e, outcome, uuid.Nil); err != nil {
			return err
		}
	}
	return nil
}
