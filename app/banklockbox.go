package app

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

// stopLockbox is why money is not applied by itself that may be a lockbox's deposit.
const stopLockbox = "lockbox_deposit"

// lockboxFamily is the format of files that tell a deposit's cheques.
const lockboxFamily = "lockbox"

// saysLockbox finds what banks write on a lockbox's deposit; of BAI codes 115 and 116 do.
var saysLockbox = regexp.MustCompile(`(?i)\block ?box\b|\bLBOX\b`)

// mayBeDeposit reports whether a payment may be the sum of a lockbox: nobody is told who paid it.
func mayBeDeposit(e port.BankEntry) bool {
	return e.Credit && e.PayerAccount == "" && e.EndToEnd == ""
}

// isDeposit reports whether a payment says that it is a lockbox's deposit: it names the box, or calls itself one.
func isDeposit(e port.BankEntry, lockbox string) bool {
	said := e.Words + " " + e.Reference + " " + e.Code + " " + e.Payer
	number := matching.NumberKey(lockbox)
	return e.Code == "115" || e.Code == "116" || saysLockbox.MatchString(said) ||
		len(number) > 3 && strings.Contains(matching.NumberKey(said), number)
}

// depositOf finds the lockbox's deposit that a new payment is. It says so itself, or a person has to where one is likely.
func depositOf(e port.BankEntry, list []port.BankDeposit) (said *port.BankDeposit, likely bool) {
	for n, d := range list {
		if !isDeposit(e, d.Lockbox) {
			continue
		}
		if said != nil {
			return nil, true // of several it says nothing
		}
		said = &list[n]
	}
	return said, len(list) > 0
}

// claimed reports whether another payment of the batch is a deposit, or one with which it shares its cheques.
func claimed(sums map[uuid.UUID]port.BankDeposit, d port.BankDeposit) bool {
	for _, other := range sums {
		if other.AccountID == d.AccountID && other.On == d.On && (other.Batch == d.Batch || other.Batch == "" || d.Batch == "") {
			return true
		}
	}
	return false
}

// depositsOf finds what sums new payments may be.
func (b *bankBatchWork) depositsOf(ctx context.Context, s port.BankStatement, entries []port.BankEntry) (map[uuid.UUID][]port.BankDeposit, error) {
	var list []port.BankEntry
	for _, e := range entries {
		if mayBeDeposit(e) {
			list = append(list, e)
		}
	}
	if len(list) == 0 || s.Told.Family() == lockboxFamily {
		return map[uuid.UUID][]port.BankDeposit{}, nil
	}
	return b.tx.BankDepositsOf(ctx, s.AccountID.UUID, list)
}

// deposited keeps what a lockbox's day was in sum, by batch and as a whole, and finds the statement's entries that came before it:
// such a sum gives way to its cheques.
func (a *App) deposited(ctx context.Context, tx port.Tx, now time.Time, s port.BankStatement) error {
	if s.Told.Family() != lockboxFamily || s.Proof == proofAlarm || s.Told.To.IsZero() {
		return nil
	}
	account, err := tx.BankAccount(ctx, s.AccountID.UUID)
	if err != nil || !account.Confirmed {
		return err
	}
	f, err := tx.BankFile(ctx, s.FileID)
	if err != nil {
		return err
	}
	list, err := tx.PutBankDeposits(ctx, account.ID, s.Told.To)
	if err != nil {
		return err
	}
	b := &bankBatchWork{app: a, tx: tx, now: now, file: &f}
	for _, d := range list { // the whole before its batches
		found, err := b.findDeposit(ctx, d)
		if err != nil || found && d.Batch == "" {
			return err
		}
	}
	return nil
}

// findDeposit looks for the entry of which a deposit's cheques are the details.
func (b *bankBatchWork) findDeposit(ctx context.Context, d port.BankDeposit) (bool, error) {
	list, err := b.tx.DepositEntries(ctx, d)
	if err != nil {
		return false, err
	}
	var said []port.BankEntry
	for _, e := range list {
		if isDeposit(e, d.Lockbox) {
			said = append(said, e)
			continue
		}
		if err := b.doubt(ctx, e); err != nil {
			return false, err
		}
	}
	if len(said) != 1 {
		for _, e := range said {
			if err := b.doubt(ctx, e); err != nil {
				return false, err
			}
		}
		return false, nil
	}
	e := said[0]
	untouched, err := waitsUntouched(ctx, b.tx, e.ReceiptID.UUID)
	if err != nil {
		return false, err
	}
	if err := b.tx.ClaimBankDeposit(ctx, d, e.ID); err != nil {
		return false, err
	}
	if untouched {
		return true, b.giveWay(ctx, e)
	}
	r, err := b.tx.Receipt(ctx, e.ReceiptID.UUID)
	if err != nil || r.State == receivable.ReceiptReversed {
		return true, err
	}
	return true, b.app.openBankException(ctx, b.tx, b.now, b.file.CreatedBy, port.CashException{
		Kind: port.ExceptionMissing, ReceiptID: e.ReceiptID, EntryID: someID(e.ID), AccountID: someID(e.AccountID), Currency: e.Currency,
		AmountMinor: e.Minor, ValueOn: e.ValueOn, Why: []string{stopLockbox},
	})
}

// doubt lets a person say whether waiting money is a lockbox's deposit before anything of it is applied by itself.
func (b *bankBatchWork) doubt(ctx context.Context, e port.BankEntry) error {
	list, err := b.tx.ExceptionsOf(ctx, []uuid.UUID{e.ReceiptID.UUID})
	for _, x := range list {
		if err != nil || x.Stop != "" {
			return err
		}
		x.Stop, x.Why = stopLockbox, append(x.Why, stopLockbox)
		err = b.tx.UpdateException(ctx, x)
	}
	return err
}
