package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/port"
)

// compare notes when a statement does not go on where the account's last one ended, which may stand before it in the file, and
// stops one whose currency is in doubt, or of which a correction has come already.
func (r *reading) compare(ctx context.Context, tx port.Tx, s *port.BankStatement, account port.BankAccount, ended map[uuid.UUID]port.BankAccount) error {
	if last, ok := ended[account.ID]; ok {
		account = last
	}
	if p, gap := gapBefore(*s, account); gap {
		r.note(p, someID(s.ID))
	}
	if p, differs := r.otherCurrency(*s, account); differs {
		s.Proof = proofAlarm
		r.note(p, someID(s.ID))
	}
	if s.Told.Kind != remittance.EndOfDay {
		return nil
	}
	if s.Proof == proofProven && s.Told.Status != remittance.Test && s.Told.To >= account.ProvenOn {
		account.ProvenOn, account.ProvenMinor = s.Told.To, s.Told.Closing.Minor
		ended[account.ID] = account
	}
	if s.Told.Status != remittance.Update && s.Told.Status != remittance.Copy {
		return nil
	}
	like, err := tx.StatementsLike(ctx, *s)
	for _, other := range like {
		if other.Told.Status == remittance.Correction {
			s.Proof = proofAlarm
			r.note(remittance.Problem{
				Severity: remittance.Alarm, Line: s.Told.Line, Field: "statement", Code: "bank_statement.corrected",
				Message: "a correction of this statement was loaded before it",
			}, someID(s.ID))
			break
		}
	}
	return err
}

// gapBefore tells when a statement does not go on where the last proven one of the account ended.
func gapBefore(s port.BankStatement, account port.BankAccount) (remittance.Problem, bool) {
	opening := s.Told.Opening
	if s.Told.Kind != remittance.EndOfDay || opening == nil || account.ProvenOn.IsZero() || s.Told.To <= account.ProvenOn || opening.Minor == account.ProvenMinor {
		return remittance.Problem{}, false
	}
	return remittance.Problem{
		Severity: remittance.Warning, Line: s.Told.Line, Field: "balance", Code: "bank_statement.gap",
		Message: fmt.Sprintf("it begins with %s, and the last one known ended with %s on %s: one in between may be missing",
			money.Of(opening.Minor, opening.Currency), money.Of(account.ProvenMinor, opening.Currency), account.ProvenOn),
	}, true
}

// learnCurrency notes the currency of an account whose files did not name it so far, and what they were read in.
func (r *reading) learnCurrency(ctx context.Context, tx port.Tx, account port.BankAccount, named money.Currency) (port.BankAccount, error) {
	if account.Currency != "" || named == "" {
		return account, nil
	}
	before, err := tx.ListBankStatements(ctx, port.BankStatementFilter{AccountID: someID(account.ID)}, port.Page{Limit: 1})
	if err != nil {
		return account, err
	}
	for _, s := range before.Items {
		if s.Told.Currency != "" && s.Told.Currency != named {
			r.mistaken[account.ID] = s.Told.Currency
		}
	}
	account.Currency = named
	if err := tx.UpdateBankAccount(ctx, account); err != nil {
		return account, err
	}
	account.Version++
	return account, nil
}

// otherCurrency tells when a statement was read in the currency that its format means without one, and its account is in another;
// and when it is the first to name the currency, and those before it were read in another.
func (r *reading) otherCurrency(s port.BankStatement, account port.BankAccount) (remittance.Problem, bool) {
	p := remittance.Problem{Severity: remittance.Alarm, Line: s.Told.Line, Field: "currency", Code: remittance.CodeCurrencyDiffers}
	if s.Told.Assumed && account.Currency != "" && s.Told.Currency != account.Currency {
		p.Message = fmt.Sprintf("the file names no currency and was read in %s, the account is in %s", s.Told.Currency, account.Currency)
		return p, true
	}
	if read, mistaken := r.mistaken[account.ID]; mistaken && !s.Told.Assumed {
		p.Message = fmt.Sprintf("the account is in %s, and files before that named no currency were read in %s", account.Currency, read)
		return p, true
	}
	return p, false
}
