package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/money"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type cashCommand struct {
	Exceptions cashExceptions `cmd:"" help:"List what waits for a clerk, best proposal first."`
	Show       cashShow       `cmd:"" help:"Show what waits, with the proposals and why."`
	Apply      cashApply      `cmd:"" help:"Apply a proposal."`
	Identify   cashIdentify   `cmd:"" help:"Say whose money it is; matching looks at it again."`
}

type cashExceptions struct {
	listPage
	Kind     string `enum:",receipt,return,alarm,missing,account" default:"" help:"Only of this kind: receipt, return, alarm, missing or account."`
	Customer string `help:"Only where this is the likely customer, by number or id."`
	Currency string `help:"Only in this currency."`
}

// Run lists the clerks' list.
func (l cashExceptions) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		filter := port.CashExceptionFilter{Kind: l.Kind, Currency: money.Currency(l.Currency)}
		if l.Customer != "" {
			customer, err := customerArg{l.Customer}.find(ctx, p)
			if err != nil {
				return err
			}
			filter.CustomerID = someID(customer.ID)
		}
		found, err := p.App.CashExceptions(ctx, operator(), filter, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, e := range found.Items {
			rows = append(rows, []string{
				e.ID.String(), e.Kind, waits(e), string(e.Currency), fmt.Sprint(e.Score), e.Since.UTC().Format("2006-01-02"), e.Owner, said(strings.Join(e.Why, ", ")),
			})
		}
		c.table([]string{"exception", "kind", ">amount", "", ">score", "since", "owner", "why"}, rows, found.Next)
		return nil
	})
}

// waits is the money that waits, if there is any.
func waits(e port.CashException) string {
	if e.Currency == "" {
		return ""
	}
	return decimal(e.AmountMinor, e.Currency)
}

type cashArg struct {
	Exception uuid.UUID `arg:"" help:"The exception's id."`
}

// on does something with an exception and shows it as it is then.
func (a cashArg) on(ctx context.Context, c *console, act func(p *wire.Product) (app.CashExceptionFile, error)) error {
	return c.opened(ctx, func(p *wire.Product) error {
		f, err := act(p)
		if err != nil {
			return err
		}
		c.cashException(f)
		return nil
	})
}

type cashShow struct{ cashArg }

// Run shows an exception.
func (s cashShow) Run(ctx context.Context, c *console) error {
	return s.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.CashException(ctx, operator(), s.Exception)
	})
}

type cashApply struct {
	cashArg
	Proposal uuid.UUID `arg:"" help:"The proposal's id."`
}

// Run applies a proposal as it is.
func (a cashApply) Run(ctx context.Context, c *console) error {
	return a.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.ApplyCashProposal(ctx, operator(), a.Exception, a.Proposal, 0)
	})
}

type cashIdentify struct {
	cashArg
	customerArg
}

// Run says whose money it is.
func (i cashIdentify) Run(ctx context.Context, c *console) error {
	return i.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		customer, err := i.find(ctx, p)
		if err != nil {
			return app.CashExceptionFile{}, err
		}
		return p.App.IdentifyCash(ctx, operator(), i.Exception, customer.ID, 0)
	})
}

// cashException shows what waits, where the money is, and each proposal with its reasons.
func (c *console) cashException(f app.CashExceptionFile) {
	rows := []terminal.Row{{Name: "exception", Value: f.ID.String()}, {Name: "kind", Value: f.Kind + ", " + f.State + closedBy(f)}}
	if r := f.Receipt; r != nil {
		rows = append(rows, terminal.Row{Name: "amount", Value: amount(r.GrossMinor, r.Currency)}, terminal.Row{Name: "applied", Value: amount(r.AppliedMinor, r.Currency)},
			terminal.Row{Name: "on account", Value: amount(r.OnAccountMinor, r.Currency)}, terminal.Row{Name: "payer", Value: orNone(r.Payer.Name, "unknown")})
	}
	if f.Payment != nil && len(f.Payment.Texts) > 0 {
		rows = append(rows, terminal.Row{Name: "words", Value: strings.Join(f.Payment.Texts, " ")})
	}
	if len(f.Why) > 0 {
		rows = append(rows, terminal.Row{Name: "why", Value: said(strings.Join(f.Why, ", "))})
	}
	c.out.List(rows)
	for _, p := range f.Proposals {
		c.out.Line("")
		c.out.Line(fmt.Sprintf("proposal %s, %s, %d points", p.ID, p.State, p.Score))
		for _, words := range p.Words {
			c.out.Line("  " + words)
		}
	}
}

func closedBy(f app.CashExceptionFile) string {
	if f.Outcome == "" {
		return ""
	}
	return ": " + said(f.Outcome)
}
