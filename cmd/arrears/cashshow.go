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

// cashException shows what waits, where the money is, and each proposal with its reasons.
func (c *console) cashException(ctx context.Context, p *wire.Product, f app.CashExceptionFile) error {
	now, err := p.App.Now(ctx)
	if err != nil {
		return err
	}
	rows := []terminal.Row{
		{Name: "exception", Value: f.ID.String()}, {Name: "kind", Value: f.Kind + ", " + f.State + closedBy(f)},
		{Name: "since", Value: fmt.Sprintf("%s, %d days", f.Since.UTC().Format("2006-01-02 15:04"), app.DaysWaited(f.CashException, now))},
	}
	if f.Owner != "" {
		rows = append(rows, terminal.Row{Name: "taken by", Value: f.Owner})
	}
	if rows, err = c.cashOwner(ctx, p, f, rows); err != nil {
		return err
	}
	rows = append(rows, cashMoney(f)...)
	if len(f.Why) > 0 {
		rows = append(rows, terminal.Row{Name: "why", Value: whyWords(f.CashException)})
	}
	c.out.List(rows)
	if err := c.proposals(ctx, p, f); err != nil {
		return err
	}
	for _, r := range f.Remittances {
		c.out.Line("")
		c.out.Line("advice " + r.ID.String() + " was used for it")
	}
	return nil
}

// cashOwner adds whose money it is, or most likely is.
func (c *console) cashOwner(ctx context.Context, p *wire.Product, f app.CashExceptionFile, rows []terminal.Row) ([]terminal.Row, error) {
	id, name := f.CustomerID, "likely of"
	if f.Receipt != nil && f.Receipt.CustomerID.Valid {
		id, name = f.Receipt.CustomerID, "customer"
	}
	if !id.Valid {
		return rows, nil
	}
	customer, err := p.App.Customer(ctx, operator(), id.UUID)
	return append(rows, terminal.Row{Name: name, Value: customer.Number + "  " + customer.Name}), err
}

// cashMoney is where the money is, and what the bank told of it.
func cashMoney(f app.CashExceptionFile) []terminal.Row {
	var rows []terminal.Row
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, terminal.Row{Name: name, Value: value})
		}
	}
	if r := f.Receipt; r != nil {
		add("receipt", r.ID.String())
		add("amount", amount(r.GrossMinor, r.Currency))
		add("applied", amount(r.AppliedMinor, r.Currency))
		add("on account", amount(r.OnAccountMinor, r.Currency))
		add("unapplied", amount(r.UnappliedMinor, r.Currency))
		add("held", said(string(r.Payer.HeldReason)))
	} else if f.Currency != "" {
		add("amount", amount(f.AmountMinor, f.Currency))
	}
	if f.Payment != nil {
		add("payer", orNone(f.Payment.Payer.Name, "unknown"))
		add("account", f.Payment.Payer.Account.Key())
		add("words", strings.Join(f.Payment.Texts, " "))
		add("lines", linesOf(len(f.Payment.Lines)))
	}
	return rows
}

func linesOf(many int) string {
	if many == 0 {
		return ""
	}
	return fmt.Sprintf("%d of the payer", many)
}

// proposals shows those of an exception, and how the best one is applied.
func (c *console) proposals(ctx context.Context, p *wire.Product, f app.CashExceptionFile) error {
	var best uuid.UUID
	for _, x := range f.Proposals {
		if x.State == port.ProposalSuperseded {
			continue
		}
		if x.State == port.ProposalOpen && best == uuid.Nil {
			best = x.ID
		}
		if err := c.proposal(ctx, p, x, f.Currency); err != nil {
			return err
		}
	}
	if f.State == "open" && best != uuid.Nil {
		c.out.Line("")
		c.out.Line(fmt.Sprintf("arrears cash apply %s %s", f.ID, best))
	}
	return nil
}

// proposal shows what becomes of each item, and why.
func (c *console) proposal(ctx context.Context, p *wire.Product, x app.CashProposalFile, currency money.Currency) error {
	c.out.Line("")
	c.out.Line(fmt.Sprintf("proposal %s, %s, %d points", x.ID, x.State, x.Score))
	var ids []uuid.UUID
	for _, a := range x.Proposal.Applications {
		ids = append(ids, a.ItemID)
	}
	names, err := p.App.ItemNames(ctx, operator(), ids)
	if err != nil {
		return err
	}
	for _, a := range x.Proposal.Applications {
		text := "  " + amount(a.Minor, currency) + " on " + orNone(names[a.ItemID], "item "+a.ItemID.String())
		if a.DiscountMinor > 0 {
			text += ", with a discount of " + amount(a.DiscountMinor, x.Proposal.Currency)
		}
		c.out.Line(text)
	}
	if x.Proposal.OnAccountMinor > 0 {
		c.out.Line("  " + amount(x.Proposal.OnAccountMinor, currency) + " on account")
	}
	if x.Proposal.Advice.Valid {
		c.out.Line("  by the advice " + x.Proposal.Advice.UUID.String())
	}
	for _, words := range x.Words {
		c.out.Line("  - " + words)
	}
	return nil
}

func closedBy(f app.CashExceptionFile) string {
	if f.Outcome == "" {
		return ""
	}
	return ": " + said(f.Outcome)
}
