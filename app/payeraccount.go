package app

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

// PayerAccountSaid is what somebody says of a bank account and a customer.
type PayerAccountSaid struct {
	CustomerID uuid.UUID
	Account    string // an IBAN, a number, or bank/number
	Name       string // of its owner, as the bank has it
	State      string // known or refused; known unless told
}

// ListPayerAccounts lists the accounts from which customers pay, oldest record first; the filter's key is an account as people
// write it. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListPayerAccounts(ctx context.Context, who access.Principal, f port.PayerAccountFilter, page port.Page) (port.Paged[port.PayerAccount], error) {
	f.Key = payerKey(f.Key)
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.PayerAccount], error) {
		return tx.ListPayerAccounts(ctx, f, page)
	})
}

// PayerAccount shows one. Errors: access.forbidden, payer_account.not_found.
func (a *App) PayerAccount(ctx context.Context, who access.Principal, id uuid.UUID) (port.PayerAccount, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.PayerAccount, error) { return tx.PayerAccount(ctx, id) })
}

// SayPayerAccount says that an account is a customer's, or that it is not: from now on its payments are recognised by it, or
// are not. Waiting ones are not looked at again by themselves (RematchCash).
// Errors: access.forbidden, receivable.invalid, customer.not_found.
func (a *App) SayPayerAccount(ctx context.Context, who access.Principal, in PayerAccountSaid) (port.PayerAccount, error) {
	if err := access.Require(who, access.CashWrite); err != nil {
		return port.PayerAccount{}, err
	}
	if in.State == "" {
		in.State = port.AccountKnown
	}
	said := port.PayerAccount{CustomerID: in.CustomerID, Key: payerKey(in.Account), Name: in.Name, State: in.State, LearnedBy: who.ID}
	if err := checkPayerAccount(said); err != nil {
		return port.PayerAccount{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (port.PayerAccount, error) {
		found, err := tx.ListPayerAccounts(ctx, port.PayerAccountFilter{CustomerID: someID(said.CustomerID), Key: said.Key}, port.Page{Limit: 1})
		if err != nil || len(found.Items) == 0 {
			return said, err
		}
		return found.Items[0], nil
	}
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		customer, err := tx.Customer(ctx, said.CustomerID)
		if err != nil {
			return err
		}
		said.ID, said.FirstOn = entry, today(now, customer.TimeZone)
		said.LastOn = said.FirstOn
		return sayPayerAccount(ctx, tx, now, who.ID, said, entry)
	})
}

func checkPayerAccount(said port.PayerAccount) error {
	var f receivable.Form
	f.Line("name", said.Name, remittance.MaxField)
	receivable.OneOf(&f, "state", said.State, port.AccountKnown, port.AccountRefused)
	if said.Key == "" || len([]rune(said.Key)) > maxPayer {
		f.Add("account", receivable.CodeRequired, "name an IBAN, or a number with its bank, of at most 140 characters")
	}
	return f.Err("payer's account")
}

// payerKey is an account as people write it: an IBAN, a number, or bank/number.
func payerKey(text string) string {
	if bank, number, both := strings.Cut(text, "/"); both {
		return remittance.Account{Bank: bank, Other: number}.Key()
	}
	return remittance.Account{IBAN: text}.Key()
}

// JudgePayerAccount says that an account is the customer's (known), is not (refused), or is to be forgotten (removed).
// Errors: access.forbidden, payer_account.not_found.
func (a *App) JudgePayerAccount(ctx context.Context, who access.Principal, id uuid.UUID, state string) (port.PayerAccount, error) {
	if err := access.Require(who, access.CashWrite); err != nil {
		return port.PayerAccount{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (port.PayerAccount, error) { return tx.PayerAccount(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		said, err := tx.PayerAccount(ctx, id)
		if err != nil {
			return err
		}
		said.State, said.LearnedBy = state, who.ID
		return sayPayerAccount(ctx, tx, now, who.ID, said, entry)
	})
}

// sayPayerAccount writes it under the customer's lock, which receipts that learn accounts hold too.
func sayPayerAccount(ctx context.Context, tx port.Tx, now time.Time, actor string, said port.PayerAccount, entry uuid.UUID) error {
	if err := lockCustomers(ctx, tx, said.CustomerID); err != nil {
		return err
	}
	made, err := tx.SetPayerAccount(ctx, said)
	if err != nil {
		return err
	}
	action := "payer_account.confirmed"
	switch said.State {
	case port.AccountRefused:
		action = "payer_account.refused"
	case port.AccountRemoved:
		action = "payer_account.removed"
	}
	return record(ctx, tx, now, actor, event{
		id: entry, action: action, kind: "payer_account", subject: made.ID, customer: made.CustomerID, data: map[string]any{},
	})
}
