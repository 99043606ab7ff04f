package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/port"
)

// The bounds of what is kept of one file besides its payments.
const (
	maxStatements = 20_000
	maxProblems   = 2_000
)

// What a statement's totals prove.
const (
	proofProven     = "proven"
	proofUnproven   = "unproven"
	proofAlarm      = "alarm"
	proofOverridden = "overridden"
)

// LoadBankFile does what is left to do for a file: a first reading proves its totals and writes its statements, a second one
// records its payments. Run again after a crash it goes on where it stood. alive is called now and then.
// Errors: bank_file.not_found, bank_file.changed when another process is at it, document.file_missing, document.file_damaged,
// document.store_unavailable.
func (a *App) LoadBankFile(ctx context.Context, id uuid.UUID, alive func()) error {
	var f port.BankFile
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		var err error
		f, err = tx.BankFile(ctx, id)
		return err
	})
	if err != nil || f.FinishedAt != nil {
		return err
	}
	if f.State == port.BankFileReceived {
		if f, err = a.readBankFile(ctx, f, alive); err != nil || f.FinishedAt != nil {
			return err
		}
	}
	return a.loadBankFile(ctx, f, alive)
}

// openBankFile opens the bytes and the parser; run parses into a sink and tells which format it found.
func (a *App) parseBankFile(ctx context.Context, f port.BankFile, to remittance.Sink) (string, error) {
	if a.files == nil {
		return "", noFiles()
	}
	in, err := a.files.Open(ctx, f.SHA256, f.Size)
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }() // it was only read
	return readFormat(in, f.Format, f.Profile, to)
}

// reading is the first reading: what the file says of itself.
type reading struct {
	alive      func()
	file       uuid.UUID
	at         *port.BankStatement // under way
	statements []port.BankStatement
	accounts   []port.BankAccount // of each statement
	problems   []port.BankProblem
	counts     port.BankCounts
	locked     map[string]port.BankAccount
	// accounts that this file is the first to tell of
	unconfirmed map[uuid.UUID]bool
	// accounts of which this file is the first to name the currency, and what those before were read in
	mistaken map[uuid.UUID]money.Currency
	wrong    bool // the file as a whole contradicts itself
	entry    int
}

// readBankFile reads a file without recording payments, and writes its statements and what is wrong with them. What cannot be
// read is refused as a whole: nothing of it is recorded.
func (a *App) readBankFile(ctx context.Context, f port.BankFile, alive func()) (port.BankFile, error) {
	r := &reading{alive: alive, file: f.ID}
	format, failed := a.parseBankFile(ctx, f, remittance.Check(r))
	if failed != nil && fault.KindOf(failed) != fault.Invalid {
		return f, failed // the file could not be reached: that says nothing of it
	}
	err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		w := r.again() // this may run twice
		if failed == nil {
			if err := w.lockAccounts(ctx, tx, now); err != nil {
				return err
			}
		}
		there, err := tx.LockBankFile(ctx, f.ID)
		if err != nil || there.State != port.BankFileReceived {
			f = there
			return err
		}
		f = there
		f.Format, f.Counts = orElse(format, f.Format), r.counts
		if failed != nil {
			return a.refuseBankFile(ctx, tx, now, &f, failed)
		}
		if err := w.write(ctx, a, tx, now, f.CreatedBy); err != nil {
			return err
		}
		f.State, f.Counts = port.BankFileLoading, w.counts
		if err := tx.UpdateBankFile(ctx, f); err != nil {
			return err
		}
		f.Version++
		return nil
	})
	return f, err
}

func (a *App) refuseBankFile(ctx context.Context, tx port.Tx, now time.Time, f *port.BankFile, why error) error {
	f.State, f.FinishedAt, f.RefusedCode = port.BankFileRefused, &now, fault.CodeOf(why)
	if known, ok := asFault(why); ok {
		f.RefusedText = remittance.Clean(known.Message, 1000)
	}
	if err := tx.UpdateBankFile(ctx, *f); err != nil {
		return err
	}
	return recordBankFile(ctx, tx, now, f.CreatedBy, *f, "bank_file.refused")
}

// lockAccounts locks the file's accounts in the order of their keys, and writes those that are new.
func (r *reading) lockAccounts(ctx context.Context, tx port.Tx, now time.Time) error {
	list := slices.SortedStableFunc(slices.Values(r.accounts), func(a, b port.BankAccount) int { return strings.Compare(a.Key, b.Key) })
	for _, account := range list {
		there, locked := r.locked[account.Key]
		if !locked {
			id, err := uuid.NewV7()
			if err != nil {
				return err
			}
			account.ID, account.CreatedAt = id, now
			if there, err = tx.LockBankAccount(ctx, account); err != nil {
				return err
			}
			if r.unconfirmed[there.ID], err = unheard(ctx, tx, there); err != nil {
				return err
			}
		}
		var err error
		if r.locked[account.Key], err = r.learnCurrency(ctx, tx, there, account.Currency); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) write(ctx context.Context, a *App, tx port.Tx, now time.Time, actor string) error {
	ended := map[uuid.UUID]port.BankAccount{}
	for n := range r.statements {
		there := r.locked[r.accounts[n].Key]
		s := &r.statements[n]
		s.AccountID = someID(there.ID)
		if r.wrong {
			s.Proof = proofAlarm
		}
		if err := r.compare(ctx, tx, s, there, ended); err != nil {
			return err
		}
	}
	if err := tx.InsertBankStatements(ctx, r.statements); err != nil {
		return err
	}
	if err := tx.InsertBankProblems(ctx, r.problems); err != nil {
		return err
	}
	return r.tell(ctx, a, tx, now, actor)
}

// tell puts what stops a statement in front of a clerk: that it contradicts itself, or that nobody has confirmed its account.
func (r *reading) tell(ctx context.Context, a *App, tx port.Tx, now time.Time, actor string) error {
	for _, s := range r.statements {
		if s.Told.Status == remittance.Test {
			continue
		}
		if s.Proof == proofAlarm {
			if err := a.openBankException(ctx, tx, now, actor, alarmOf(s)); err != nil {
				return err
			}
		}
		if r.unconfirmed[s.AccountID.UUID] {
			e := alarmOf(s)
			e.Kind, e.StatementID, e.Why = port.ExceptionAccount, uuid.NullUUID{}, []string{stopAccount}
			delete(r.unconfirmed, s.AccountID.UUID)
			if err := a.openBankException(ctx, tx, now, actor, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// again is a copy that can be written without changing the original.
func (r *reading) again() *reading {
	c := *r
	c.statements, c.problems = slices.Clone(r.statements), slices.Clone(r.problems)
	c.unconfirmed, c.mistaken, c.locked = map[uuid.UUID]bool{}, map[uuid.UUID]money.Currency{}, map[string]port.BankAccount{}
	return &c
}

// unheard reports whether nobody has confirmed an account and no clerk is asked to yet.
func unheard(ctx context.Context, tx port.Tx, account port.BankAccount) (bool, error) {
	if account.Confirmed {
		return false, nil
	}
	open, err := tx.ListExceptions(ctx, port.CashExceptionFilter{Kind: port.ExceptionAccount, AccountID: someID(account.ID)}, port.Page{Limit: 1})
	return len(open.Items) == 0, err
}

// Begin starts a statement.
func (r *reading) Begin(s remittance.Statement) error {
	if len(r.statements) >= maxStatements {
		return remittance.Malformed(s.Line, "statement", remittance.CodeTooLarge, "a file has at most %d statements", maxStatements)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	r.at, r.entry = &port.BankStatement{ID: id, FileID: r.file, Seq: len(r.statements) + 1, Proof: proofUnproven, Version: 1}, 0
	return nil
}

// Transaction counts one.
func (r *reading) Transaction(t remittance.Transaction) error {
	r.alive()
	switch {
	case t.Entry.State != remittance.Booked, t.Minor == 0:
		r.at.Uncounted++
		r.counts.Uncounted++
		return nil
	case t.Entry.Number == r.entry:
		r.counts.Payments++
		return nil
	}
	r.counts.Payments++
	r.entry = t.Entry.Number
	if t.Entry.Credit {
		r.at.Credits++
		r.at.CreditMinor += t.Entry.Minor
	} else {
		r.at.Debits++
		r.at.DebitMinor += t.Entry.Minor
	}
	return nil
}

// End finishes a statement. One that names no account cannot be recorded anywhere.
func (r *reading) End(s remittance.Statement) error {
	key := s.Account.Key()
	if key == "" || len(key) > 80 {
		return remittance.Malformed(s.Line, "account", "bank_statement.no_account", "the statement names no account of at most 80 characters")
	}
	r.at.Told = s
	if r.at.Proof != proofAlarm && s.Opening != nil && s.Closing != nil {
		r.at.Proof = proofProven
	}
	r.counts.Statements++
	r.statements = append(r.statements, *r.at)
	account := port.BankAccount{Key: key, Account: s.Account}
	if !s.Assumed {
		account.Currency = s.Currency
	}
	r.accounts = append(r.accounts, account)
	r.at = nil
	return nil
}

// Advice counts one.
func (r *reading) Advice(ad remittance.Advice) error {
	r.alive()
	r.counts.Advices++
	return nil
}

// Problem keeps what is wrong; what is worse than a warning stops the statement it is about, or all when it is about none.
func (r *reading) Problem(p remittance.Problem) error {
	var of uuid.NullUUID
	if r.at != nil {
		of = someID(r.at.ID)
	}
	if p.Severity != remittance.Warning {
		if r.at != nil {
			r.at.Proof = proofAlarm
		} else {
			r.wrong = true
		}
	}
	r.note(p, of)
	return nil
}

// note counts a problem and keeps it while there is room.
func (r *reading) note(p remittance.Problem, of uuid.NullUUID) {
	switch p.Severity {
	case remittance.Alarm:
		r.counts.Alarms++
	case remittance.Refused:
		r.counts.Refusals++
	default:
		r.counts.Warnings++
	}
	if len(r.problems) >= maxProblems {
		return
	}
	p.Field, p.Message = remittance.Clean(p.Field, 100), remittance.Clean(p.Message, 500)
	r.problems = append(r.problems, port.BankProblem{FileID: r.file, Seq: len(r.problems) + 1, StatementID: of, Problem: p})
}

var _ remittance.Sink = (*reading)(nil)
