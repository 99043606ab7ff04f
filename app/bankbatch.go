package app

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

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

// numberOf is a receipt's number: the payment's key, with its part of a collected entry.
func numberOf(e port.BankEntry) string {
	if e.Part == 0 {
		return e.Key
	}
	return e.Key + "/" + strconv.Itoa(e.Part)
}
