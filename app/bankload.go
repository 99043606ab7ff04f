package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/internal/failpoint"
	"arrears/port"
)

// bankBatch is how many elements of a file are recorded in one transaction.
const bankBatch = 50

// errBankFileTaken says that another process went on with the file: whoever tries again finds it further on.
var errBankFileTaken = fault.New(fault.Unavailable, "bank_file.changed", "another process is loading this file")

// loading is the second reading: payments are recorded in batches, and each batch commits how far the file has come.
type loading struct {
	app        *App
	ctx        context.Context //nolint:containedctx // a sink's methods have none, and one load is one call
	alive      func()
	file       port.BankFile
	statements []port.BankStatement
	read       int64 // elements seen in this reading
	begun      int   // statements begun in this reading
	names      map[string]int
	entry      int
	name       string
	batch      []element
}

// element is one payment or advice of a file.
type element struct {
	transaction *remittance.Transaction
	name        string   // of the entry
	nth         int      // among the entries of this name in the statement
	of          *booking // of a new payment
	advice      *remittance.Advice
}

// loadBankFile records what is not recorded yet, and ends with the report.
func (a *App) loadBankFile(ctx context.Context, f port.BankFile, alive func()) error {
	l := &loading{app: a, ctx: ctx, alive: alive, file: f}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		var err error
		l.statements, err = statementsOf(ctx, tx, f.ID)
		return err
	})
	if err != nil {
		return err
	}
	if _, err := a.parseBankFile(ctx, f, l); err != nil {
		return err
	}
	if err := l.flush(); err != nil {
		return err
	}
	return a.endBankFile(ctx, f.ID, alive)
}

// endBankFile looks again at what waited for a person to say so, and ends the load unless somebody says so meanwhile.
func (a *App) endBankFile(ctx context.Context, id uuid.UUID, alive func()) error {
	for {
		version, err := a.matchStopped(ctx, id, alive)
		if err != nil {
			return err
		}
		done, err := a.finishBankFile(ctx, id, version)
		if err != nil || done {
			return err
		}
	}
}

// statementsOf reads all statements of a file in their order.
func statementsOf(ctx context.Context, tx port.Tx, fileID uuid.UUID) ([]port.BankStatement, error) {
	var all []port.BankStatement
	page := port.Page{Limit: port.MaxLimit}
	for {
		some, err := tx.ListBankStatements(ctx, port.BankStatementFilter{FileID: someID(fileID)}, page)
		if err != nil {
			return nil, err
		}
		all = append(all, some.Items...)
		if page.After = some.Next; some.Next == "" {
			return all, nil
		}
	}
}

// finishBankFile ends a load, with its report, when the file is as it was in that version.
func (a *App) finishBankFile(ctx context.Context, id uuid.UUID, version int64) (done bool, err error) {
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		f, err := tx.LockBankFile(ctx, id)
		if done = err == nil && (f.FinishedAt != nil || f.Version == version); err != nil || !done || f.FinishedAt != nil {
			return err
		}
		f.State, f.FinishedAt = port.BankFileDone, &now
		if err := tx.UpdateBankFile(ctx, f); err != nil {
			return err
		}
		return recordBankFile(ctx, tx, now, f.CreatedBy, f, "bank_file.loaded")
	})
	return done, err
}

func (l *loading) at() *port.BankStatement { return &l.statements[l.begun-1] }

// Begin starts a statement: names are counted anew.
func (l *loading) Begin(remittance.Statement) error {
	if err := l.flush(); err != nil {
		return err
	}
	l.begun++
	l.names, l.entry = map[string]int{}, 0
	if l.begun > len(l.statements) {
		return errBankFileTaken // the bytes are those of the first reading, so this cannot be
	}
	return nil
}

// Transaction takes one into the batch, or passes by what was recorded before.
func (l *loading) Transaction(t remittance.Transaction) error {
	if t.Entry.State != remittance.Booked || t.Minor == 0 || l.at().Told.Status == remittance.Test {
		return l.pass()
	}
	if t.Entry.Number != l.entry {
		l.entry, l.name = t.Entry.Number, t.Entry.Name(t)
		l.names[l.name]++
	}
	return l.take(element{transaction: &t, name: l.name, nth: l.names[l.name]})
}

// End records the rest of the statement, and what its end says of the account.
func (l *loading) End(remittance.Statement) error {
	if err := l.flush(); err != nil {
		return err
	}
	return l.app.endStatement(l.ctx, l.at().ID, l.alive)
}

// Advice takes one into the batch.
func (l *loading) Advice(ad remittance.Advice) error { return l.take(element{advice: &ad}) }

// Problem was kept by the first reading.
func (l *loading) Problem(remittance.Problem) error { return nil }

func (l *loading) pass() error {
	l.alive()
	l.read++
	return nil
}

func (l *loading) take(e element) error {
	l.alive()
	l.read++
	if l.read <= l.file.Position {
		return nil
	}
	l.batch = append(l.batch, e)
	if len(l.batch) < bankBatch {
		return nil
	}
	return l.flush()
}

// flush records the batch in one transaction, which commits as well how far the file has come: no money is there in between
// that would not hold back the notices of whoever paid it.
func (l *loading) flush() error {
	if len(l.batch) == 0 {
		return nil
	}
	var f port.BankFile // as this leaves it: the transaction may be run twice
	err := l.app.write(l.ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		account, err := l.lockAccount(ctx, tx)
		if err != nil {
			return err
		}
		f, err = tx.LockBankFile(ctx, l.file.ID)
		if err != nil {
			return err
		}
		if f.Position != l.file.Position || f.FinishedAt != nil {
			return errBankFileTaken
		}
		b := &bankBatchWork{app: l.app, tx: tx, now: now, file: &f}
		if err := b.record(ctx, l, account); err != nil {
			return err
		}
		f.Position, f.WakeAt = l.read, now
		if err := tx.UpdateBankFile(ctx, f); err != nil {
			return err
		}
		return failpoint.Hit(failpoint.BankBeforeCommit)
	})
	l.batch = l.batch[:0]
	if err != nil {
		return err
	}
	f.Version++
	l.file = f
	return failpoint.Hit(failpoint.BankAfterCommit)
}

// lockAccount locks the account of the batch's payments: accounts are locked before files, and files before customers.
func (l *loading) lockAccount(ctx context.Context, tx port.Tx) (port.BankAccount, error) {
	if l.batch[0].transaction == nil {
		return port.BankAccount{}, nil // advices stand outside of statements
	}
	seen, err := tx.BankAccount(ctx, l.at().AccountID.UUID)
	if err != nil {
		return seen, err
	}
	return tx.LockBankAccount(ctx, seen)
}
