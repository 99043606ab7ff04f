package app

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/receivable"
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
	accounts   map[uuid.UUID]port.BankAccount
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
	l := &loading{app: a, ctx: ctx, alive: alive, file: f, accounts: map[uuid.UUID]port.BankAccount{}}
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
	err := l.app.write(l.ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		account, err := l.lockAccount(ctx, tx)
		if err != nil {
			return err
		}
		f, err := tx.LockBankFile(ctx, l.file.ID)
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
		f.Version++
		l.file = f
		return failpoint.Hit(failpoint.BankBeforeCommit)
	})
	l.batch = l.batch[:0]
	if err != nil {
		return err
	}
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

// bankBatchWork records one batch.
type bankBatchWork struct {
	app  *App
	tx   port.Tx
	now  time.Time
	file *port.BankFile
}

func (b *bankBatchWork) record(ctx context.Context, l *loading, account port.BankAccount) error {
	var payments []element
	for _, e := range l.batch {
		if e.advice == nil {
			payments = append(payments, e)
			continue
		}
		e.advice.Doubtful = b.file.Counts.Alarms > 0 // totals are those of sets and files, so each of its advices is in doubt
		_, used, err := b.app.adviceIn(ctx, b.tx, b.now, l.file.CreatedBy, someID(l.file.ID), *e.advice)
		if err != nil {
			return err
		}
		if used {
			b.file.Counts.AdvicesUsed++
		}
	}
	if len(payments) == 0 {
		return nil
	}
	s, err := b.tx.BankStatement(ctx, l.at().ID) // an alarm or an override may have come meanwhile
	if err != nil || s.Told.Status == remittance.Deletion {
		return err // a deletion says what never was, and its end takes that away
	}
	fresh, err := b.newPayments(ctx, account.ID, s, payments)
	if err != nil {
		return err
	}
	b.file.Counts.Known += int64(len(payments) - len(fresh.list))
	if fresh.unheard != nil {
		if err := b.contradict(ctx, &s, *fresh.unheard); err != nil {
			return err
		}
	}
	for _, sum := range fresh.detailed {
		if err := b.giveWay(ctx, sum); err != nil {
			return err
		}
	}
	stop, err := stopOf(ctx, b.tx, s.ID)
	if err != nil {
		return err
	}
	return b.takeIn(ctx, account, s, fresh.list, stop)
}

// takeIn records new payments: credits become receipts, debits that take an earlier one back undo it. A lockbox's deposit is what
// its cheques are.
func (b *bankBatchWork) takeIn(ctx context.Context, account port.BankAccount, s port.BankStatement, fresh []element, stop string) error {
	entries := make([]port.BankEntry, len(fresh))
	for n, e := range fresh {
		var err error
		if entries[n], err = b.entry(account, e); err != nil {
			return err
		}
	}
	deposits, err := b.depositsOf(ctx, s, entries)
	if err != nil {
		return err
	}
	money := map[string][]incoming{} // by what stops it
	at := map[uuid.UUID]int{}
	sums := map[uuid.UUID]port.BankDeposit{}
	for n := range entries {
		entry := &entries[n]
		at[entry.ID] = n
		said, likely := depositOf(*entry, deposits[entry.ID])
		switch {
		case said != nil && !claimed(sums, *said):
			entry.Outcome, sums[entry.ID] = port.EntryDetailed, *said
			b.file.Counts.Known++
			continue
		case !entry.Credit:
			continue
		}
		receipt, err := b.receipt(account, *entry)
		if err != nil {
			return err
		}
		why := stop
		if likely && stop == "" {
			why = stopLockbox
		}
		money[why] = append(money[why], incoming{entry: entry.ID, receipt: receipt, seen: matching.FromTransaction(receipt.ID, *fresh[n].transaction)})
	}
	if err := b.tx.InsertBankEntries(ctx, entries); err != nil {
		return err
	}
	for id, deposit := range sums {
		if err := b.tx.ClaimBankDeposit(ctx, deposit, id); err != nil {
			return err
		}
	}
	for _, why := range slices.Sorted(maps.Keys(money)) {
		if err := b.receive(ctx, money[why], why, entries, at); err != nil {
			return err
		}
	}
	return b.takeAllBack(ctx, fresh, entries, stop)
}

// receive makes receipts of credits.
func (b *bankBatchWork) receive(ctx context.Context, money []incoming, stop string, entries []port.BankEntry, at map[uuid.UUID]int) error {
	done, err := b.app.takeIn(ctx, b.tx, b.now, b.file.CreatedBy, money, stop)
	if err != nil {
		return err
	}
	for n, in := range money {
		b.count(done[n])
		entry := &entries[at[in.entry]]
		entry.Outcome, entry.ReceiptID = done[n].outcome, someID(done[n].receiptID)
		if err := b.tx.UpdateBankEntry(ctx, *entry); err != nil {
			return err
		}
	}
	if stop != "" {
		return nil
	}
	return b.app.returnedBefore(ctx, b.tx, b.now, b.file.CreatedBy, money)
}

// takeAllBack looks at the debits when all money is there that they may take back.
func (b *bankBatchWork) takeAllBack(ctx context.Context, fresh []element, entries []port.BankEntry, stop string) error {
	for n := range entries {
		if entries[n].Credit {
			continue
		}
		if err := b.takeBack(ctx, &entries[n], *fresh[n].transaction, stop); err != nil {
			return err
		}
		if err := b.tx.UpdateBankEntry(ctx, entries[n]); err != nil {
			return err
		}
	}
	return nil
}

func (b *bankBatchWork) count(t taken) {
	c := &b.file.Counts
	c.Credits++
	c.Lines += int64(t.lines)
	c.LinesMatched += int64(t.linesMatched)
	*outcomeCount(c, t.outcome)++
}

func (b *bankBatchWork) takeBack(ctx context.Context, entry *port.BankEntry, t remittance.Transaction, stop string) error {
	b.file.Counts.Debits++
	entry.Outcome = "debit"
	if t.Return == nil && !t.Entry.Reversal {
		return nil
	}
	outcome, err := b.app.takeBack(ctx, b.tx, b.now, b.file.CreatedBy, entry.ID, t, stop)
	entry.Outcome = outcome
	if outcome == "returned" {
		b.file.Counts.Returned++
	} else {
		b.file.Counts.ReturnOpen++
	}
	return err
}

// entry is the row of a payment.
func (b *bankBatchWork) entry(account port.BankAccount, e element) (port.BankEntry, error) {
	t := e.transaction
	id, err := uuid.NewV7()
	if err != nil {
		return port.BankEntry{}, err
	}
	told, err := json.Marshal(t)
	if err != nil {
		return port.BankEntry{}, err
	}
	return port.BankEntry{
		ID: id, AccountID: account.ID, Key: e.of.Key, Part: t.Part, Credit: t.Credit, Minor: t.Minor, EntryMinor: t.Entry.Minor,
		Kinds: e.of.Kinds, Renamed: e.of.Renamed, EarlyBy: e.of.EarlyBy, FinalBy: e.of.FinalBy, Currency: t.Currency, BookedOn: t.Entry.BookedOn, ValueOn: t.Entry.ValueOn, Code: remittance.Clean(t.Entry.Code, remittance.MaxField),
		Payer:        remittance.Clean(t.Payer.Name, remittance.MaxField),
		PayerAccount: remittance.Clean(t.Payer.Account.Key(), remittance.MaxField),
		Reference:    named(orElse(t.Reference, t.Entry.Reference)), EndToEnd: named(t.EndToEnd),
		Words: remittance.Clean(joinWords(*t), remittance.MaxText), Told: told, CreatedAt: b.now,
	}, nil
}

// named is a reference that says something, or nothing.
func named(reference string) string {
	if !remittance.Named(reference) {
		return ""
	}
	return remittance.Clean(reference, remittance.MaxField)
}

func joinWords(t remittance.Transaction) string {
	words := ""
	for _, text := range t.Text {
		words += text + " "
	}
	return orElse(remittance.Clean(words, remittance.MaxText), t.Entry.Text)
}

// receipt is the money of a payment, nobody's yet.
func (b *bankBatchWork) receipt(account port.BankAccount, e port.BankEntry) (receivable.Receipt, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return receivable.Receipt{}, err
	}
	return receivable.Receipt{
		ID: id, Source: "bank:" + account.Key, Number: numberOf(e), Kind: "bank", Currency: e.Currency, AmountMinor: e.Minor, GrossMinor: e.Minor,
		UnappliedMinor: e.Minor, ValueDate: e.ValueOn, Reference: remittance.Clean(orElse(e.Reference, e.EndToEnd), remittance.MaxField),
		State: receivable.ReceiptRecorded, CreatedBy: b.file.CreatedBy, CreatedAt: b.now, Version: 1,
	}, nil
}
