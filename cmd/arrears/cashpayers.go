package main

import (
	"context"
	"fmt"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type payersList struct {
	listPage
	Customer string `help:"Only of this customer, by number or id."`
	Account  string `help:"Only this account: an IBAN, a number, or bank/number."`
	State    string `enum:",known,refused,removed" default:"" help:"Only in this state: known, refused or removed."`
}

// Run lists accounts from which customers pay.
func (l payersList) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		filter := port.PayerAccountFilter{Key: l.Account, State: l.State}
		var err error
		if filter.CustomerID, err = optionalCustomer(ctx, p, l.Customer); err != nil {
			return err
		}
		found, err := p.App.ListPayerAccounts(ctx, operator(), filter, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		numbers := map[string]string{}
		for _, a := range found.Items {
			id := a.CustomerID.String()
			if numbers[id] == "" {
				customer, err := p.App.Customer(ctx, operator(), a.CustomerID)
				if err != nil {
					return err
				}
				numbers[id] = customer.Number
			}
			rows = append(rows, []string{a.Key, numbers[id], a.State, fmt.Sprint(a.Uses), a.FirstOn.String(), a.LastOn.String(), a.LearnedBy, a.Name})
		}
		c.pages([]string{"account", "customer", "state", ">payments", "first", "last", "said by", "name"}, rows, found.Next)
		return nil
	})
}

type payerArg struct {
	Account string `arg:"" help:"The account, as cash show tells it: an IBAN, a number, or bank/number."`
	customerArg
}

// say says of an account that it is a customer's, or is not.
func (a payerArg) say(ctx context.Context, c *console, state, name string) error {
	return c.opened(ctx, func(p *wire.Product) error {
		customer, err := a.find(ctx, p)
		if err != nil {
			return err
		}
		said, err := p.App.SayPayerAccount(ctx, operator(), app.PayerAccountSaid{CustomerID: customer.ID, Account: a.Account, Name: name, State: state})
		if err != nil {
			return err
		}
		c.payer(said, customer.Number)
		return nil
	})
}

func (c *console) payer(a port.PayerAccount, number string) {
	c.out.Line(c.out.Paint(terminal.Green, a.State) + "  " + a.Key + " of customer " + number)
}

type payersConfirm struct {
	payerArg
	Name string `help:"Whose account it is, as the bank has it."`
}

// Run says that an account is the customer's.
func (k payersConfirm) Run(ctx context.Context, c *console) error {
	if err := k.say(ctx, c, port.AccountKnown, k.Name); err != nil {
		return err
	}
	c.out.Line(looksAgain)
	return nil
}

type payersRefuse struct{ payerArg }

// Run says that an account is not the customer's.
func (r payersRefuse) Run(ctx context.Context, c *console) error {
	return r.say(ctx, c, port.AccountRefused, "")
}

type payersRemove struct{ payerArg }

// Run forgets an account of a customer.
func (r payersRemove) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		customer, err := r.find(ctx, p)
		if err != nil {
			return err
		}
		found, err := p.App.ListPayerAccounts(ctx, operator(), port.PayerAccountFilter{CustomerID: someID(customer.ID), Key: r.Account}, port.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(found.Items) == 0 {
			return fault.Newf(fault.NotFound, "payer_account.not_found", "customer %s has no account %.60q", customer.Number, r.Account)
		}
		gone, err := p.App.JudgePayerAccount(ctx, operator(), found.Items[0].ID, port.AccountRemoved)
		if err != nil {
			return err
		}
		c.payer(gone, customer.Number)
		return nil
	})
}
