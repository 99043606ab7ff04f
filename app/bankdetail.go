package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

// waitsUntouched reports whether a receipt waits as a whole, nobody has said whose it is, and it is not held.
func waitsUntouched(ctx context.Context, tx port.Tx, receiptID uuid.UUID) (bool, error) {
	r, err := tx.Receipt(ctx, receiptID)
	if err != nil {
		return false, err
	}
	return r.State == receivable.ReceiptRecorded && r.UnappliedMinor == r.GrossMinor && !r.CustomerID.Valid && r.Payer.HeldReason == "", nil
}

// giveWay lets a sum's details stand for it: its receipt never was one payment.
func (b *bankBatchWork) giveWay(ctx context.Context, sum port.BankEntry) error {
	if err := b.tx.DetailBankEntry(ctx, sum.ID); err != nil {
		return err
	}
	return b.app.reverse(ctx, b.tx, b.now, b.file.CreatedBy, sum.ReceiptID.UUID, "its details were told", uuid.Nil)
}

// contradict stops a statement that tells a payment of a day of which another final statement knows nothing of it: it may be one
// of that one's payments in words that contradict, and nobody is to have paid twice.
func (b *bankBatchWork) contradict(ctx context.Context, s *port.BankStatement, e element) error {
	if s.Proof == proofAlarm || s.Proof == proofOverridden {
		return nil
	}
	s.Proof = proofAlarm
	if err := b.tx.UpdateBankStatement(ctx, *s); err != nil {
		return err
	}
	b.file.Counts.Alarms++
	err := b.tx.InsertBankProblems(ctx, []port.BankProblem{{
		FileID: s.FileID, Seq: maxProblems + s.Seq, StatementID: someID(s.ID), Problem: remittance.Problem{
			Severity: remittance.Alarm, Line: e.transaction.Line, Field: "entry", Code: "bank_statement.contradicts",
			Message: "another final statement has told of this day, and this payment is none of its payments; it may count twice",
		},
	}})
	if err != nil {
		return err
	}
	return b.app.openBankException(ctx, b.tx, b.now, b.file.CreatedBy, alarmOf(*s))
}

// alarmOf is what a clerk sees of a statement that contradicts itself or another one.
func alarmOf(s port.BankStatement) port.CashException {
	return port.CashException{
		Kind: port.ExceptionAlarm, AccountID: s.AccountID, StatementID: someID(s.ID), ValueOn: s.Told.To, AmountMinor: s.CreditMinor,
		Currency: currencyOf(s.Told), Why: []string{stopAlarm},
	}
}

// currencyOf is the currency of a statement's sums, where they have one.
func currencyOf(s remittance.Statement) money.Currency {
	if s.Currency == "" && s.Closing != nil {
		return s.Closing.Currency
	}
	return s.Currency
}
