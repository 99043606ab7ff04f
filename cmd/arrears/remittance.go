package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type remittancesCommand struct {
	List remittanceList `cmd:"" help:"List advices, oldest first."`
	Show remittanceShow `cmd:"" help:"Show an advice with its lines, and what it was used for."`
	Add  remittanceAdd  `cmd:"" help:"Enter one advice, written in JSON. Files of payers are loaded by import bank."`
	Void remittanceVoid `cmd:"" help:"Say that an advice is not to be used."`
}

type remittanceList struct {
	listPage
	State    string    `enum:",waiting,used,void" default:"" help:"Only in this state: waiting, used or void."`
	Payment  string    `help:"Only of the payment of this reference."`
	Customer string    `help:"Only those that were used for money of this customer, by number or id."`
	Receipt  uuid.UUID `help:"Only those that were used for this receipt, by its id."`
	File     uuid.UUID `help:"Only those of this file, by its id."`
}

// Run lists advices.
func (l remittanceList) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		filter := port.RemittanceFilter{State: l.State, Payment: l.Payment, ReceiptID: someID(l.Receipt), FileID: someID(l.File)}
		var err error
		if filter.CustomerID, err = optionalCustomer(ctx, p, l.Customer); err != nil {
			return err
		}
		found, err := p.App.ListRemittances(ctx, operator(), filter, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, r := range found.Items {
			ad := r.Advice
			rows = append(rows, []string{
				r.State, decimal(ad.Minor, ad.Currency), string(ad.Currency), ad.PaidOn.String(), clipped(ad.Payer.Name), orNone(ad.Payment, ad.ID), r.ID.String(),
			})
		}
		c.pages([]string{"state", ">amount", "", "paid on", "payer", "payment", "advice"}, rows, found.Next)
		return nil
	})
}

type remittanceArg struct {
	Advice uuid.UUID `arg:"" help:"The advice's id."`
}

type remittanceShow struct{ remittanceArg }

// Run shows an advice.
func (s remittanceShow) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		f, err := p.App.Remittance(ctx, operator(), s.Advice)
		if err != nil {
			return err
		}
		c.remittance(f)
		return nil
	})
}

// maxAdvice bounds what is read of an advice before its own bounds refuse it.
const maxAdvice = 16 << 20

type remittanceAdd struct {
	File string `arg:"" help:"The advice in JSON, as docs/api.md and POST /v1/remittances have it; - is standard input."`
}

// Run enters an advice.
func (a remittanceAdd) Run(ctx context.Context, c *console) error {
	text, err := readFile(a.File, maxAdvice)
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		f, err := p.App.RecordRemittance(ctx, operator(), text)
		if err != nil {
			return err
		}
		c.remittance(f)
		return nil
	})
}

type remittanceVoid struct{ remittanceArg }

// Run voids an advice.
func (v remittanceVoid) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		f, err := p.App.VoidRemittance(ctx, operator(), v.Advice, 0)
		if err != nil {
			return err
		}
		c.remittance(f)
		c.out.Line("")
		c.out.Line(looksAgain)
		return nil
	})
}

// remittance shows what a payer said, and the money that it was used for.
func (c *console) remittance(f app.RemittanceFile) {
	ad := f.Advice
	rows := []terminal.Row{
		{Name: "advice", Value: f.ID.String()}, {Name: "state", Value: f.State}, {Name: "payer", Value: orNone(ad.Payer.Name, "not told")},
		{Name: "payment", Value: orNone(orNone(ad.Payment, ad.ID), "not told")}, {Name: "amount", Value: amount(ad.Minor, ad.Currency)},
	}
	if r := f.Receipt; r != nil {
		rows = append(rows, terminal.Row{Name: "receipt", Value: fmt.Sprintf("%s of %s, %s of it applied", r.ID, r.ValueDate, amount(r.AppliedMinor, r.Currency))})
	}
	c.out.List(rows)
	var lines [][]string
	for _, l := range ad.Lines {
		lines = append(lines, []string{said(string(l.Kind)), lineNumber(l), told(l.PaidMinor, ad.Currency), told(l.DiscountMinor, ad.Currency), orNone(l.Reason, l.Words)})
	}
	c.section([]string{"line", "number", ">paid", ">discount", "reason"}, lines)
}

// lineNumber is what a line is about, as far as it says.
func lineNumber(l remittance.Line) string { return orNone(l.Number, orNone(l.Claim, l.Order)) }

// told is an amount that may not have been told.
func told(minor *int64, currency money.Currency) string {
	if minor == nil {
		return ""
	}
	return decimal(*minor, currency)
}
