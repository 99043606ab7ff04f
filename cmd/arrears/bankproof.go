package main

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

// eachAccount calls with each of our accounts until it returns false.
func eachAccount(ctx context.Context, p *wire.Product, with func(port.BankAccount) bool) error {
	page := port.Page{Limit: port.MaxLimit}
	for {
		found, err := p.App.ListBankAccounts(ctx, operator(), page)
		if err != nil {
			return err
		}
		for _, a := range found.Items {
			if !with(a) {
				return nil
			}
		}
		if page.After = found.Next; page.After == "" {
			return nil
		}
	}
}

// accountNames are the keys of our accounts by their ids.
func accountNames(ctx context.Context, p *wire.Product) (map[uuid.UUID]string, error) {
	names := map[uuid.UUID]string{}
	err := eachAccount(ctx, p, func(a port.BankAccount) bool {
		names[a.ID] = a.Key
		return true
	})
	return names, err
}

// findAccount finds one of our accounts as people name it. Errors: bank_account.not_found, bank_account.ambiguous.
func findAccount(ctx context.Context, p *wire.Product, text string) (port.BankAccount, error) {
	if id, err := uuid.Parse(text); err == nil {
		return p.App.BankAccount(ctx, operator(), id)
	}
	key := remittance.Account{IBAN: text}.Key() // letters and digits alone, as keys have them
	var found []port.BankAccount
	err := eachAccount(ctx, p, func(a port.BankAccount) bool {
		_, number, _ := strings.Cut(a.Key, "/")
		if a.Key == key || a.Key == text || number == key {
			found = append(found, a)
		}
		return len(found) < 2
	})
	switch {
	case err != nil:
		return port.BankAccount{}, err
	case len(found) == 0:
		return port.BankAccount{}, fault.Newf(fault.NotFound, "bank_account.not_found", "there is no account %.60q", text)
	case len(found) > 1:
		return port.BankAccount{}, fault.Newf(fault.Conflict, "bank_account.ambiguous", "several banks have an account %.60q: give its id", text)
	}
	return found[0], nil
}

type bankProof struct {
	Account string `arg:"" help:"The account's IBAN, number or id."`
	From    string `required:"" help:"The first day."`
	To      string `help:"The last day; the first one unless told."`
}

// Run compares an account's days. It exits with 4 when one of them differs.
func (b bankProof) Run(ctx context.Context, c *console) error {
	from, to, err := span(b.From, orNone(b.To, b.From))
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		account, err := findAccount(ctx, p, b.Account)
		if err != nil {
			return err
		}
		days, err := p.App.CashProof(ctx, operator(), account.ID, from, to)
		if err != nil {
			return err
		}
		return c.proof(days)
	})
}

// proof shows days, and whether they hold.
func (c *console) proof(days []port.CashProof) error {
	var rows [][]string
	differ := 0
	for _, d := range days {
		verdict := "proven"
		if d.Difference() != 0 {
			differ++
			verdict = "differs by " + decimal(d.Difference(), d.Currency)
		}
		rows = append(rows, []string{
			d.On.String(), decimal(d.CreditMinor, d.Currency), decimal(d.RecordedMinor, d.Currency), decimal(d.AppliedMinor, d.Currency),
			decimal(d.OnAccountMinor, d.Currency), decimal(d.UnappliedMinor, d.Currency), decimal(d.RefundedMinor, d.Currency),
			decimal(d.ReversedMinor, d.Currency), string(d.Currency), verdict,
		})
	}
	c.table([]string{"day", ">credits", ">recorded", ">applied", ">on account", ">unapplied", ">refunded", ">reversed", "", ""}, rows, "")
	if differ > 0 {
		c.out.Line(c.out.Paint(terminal.Red, "differs") + "  what the bank booked is not what is recorded")
		return errFound
	}
	return nil
}
