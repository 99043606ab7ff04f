package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/internal/wire"
	"arrears/port"
)

// cashLines are what becomes of invoices or items, in major units of the receipt's currency.
type cashLines struct {
	Line     []string `sep:"none" help:"INVOICE=AMOUNT that is paid, once per invoice: its number, or the id of an item."`
	Discount []string `sep:"none" help:"INVOICE=AMOUNT of discount that goes with its payment."`
	Claim    []string `sep:"none" help:"INVOICE=AMOUNT=REASON that the customer withheld of it, with its own words for why."`
	WriteOff []string `sep:"none" help:"INVOICE=AMOUNT that is missing and too small to ask for."`
}

// read makes one line of everything that is said of an invoice or item, in the order in which they are named.
func (l cashLines) read(currency money.Currency) ([]app.CashLine, error) {
	var order []string
	by := map[string]*app.CashLine{}
	each := func(texts []string, set func(line *app.CashLine, minor int64, rest string)) error {
		for _, text := range texts {
			name, figure, _ := strings.Cut(text, "=")
			figure, rest, _ := strings.Cut(figure, "=")
			minor, err := amountArg(figure, currency)
			if err != nil || minor <= 0 {
				return fault.Newf(fault.Invalid, "usage", "%.60q is not INVOICE=AMOUNT", text)
			}
			if by[name] == nil {
				by[name], order = cashLine(name), append(order, name)
			}
			set(by[name], minor, rest)
		}
		return nil
	}
	err := each(l.Line, func(line *app.CashLine, minor int64, _ string) { line.AmountMinor += minor })
	if err == nil {
		err = each(l.Discount, func(line *app.CashLine, minor int64, _ string) { line.DiscountMinor += minor })
	}
	if err == nil {
		err = each(l.Claim, func(line *app.CashLine, minor int64, why string) {
			line.Claim = &app.CashClaim{AmountMinor: minor, Reason: why}
		})
	}
	if err == nil {
		err = each(l.WriteOff, func(line *app.CashLine, minor int64, _ string) { line.WriteOffMinor += minor })
	}
	lines := make([]app.CashLine, len(order))
	for n, name := range order {
		lines[n] = *by[name]
	}
	return lines, err
}

// cashLine is of an item, by its id, or of an invoice, by its number.
func cashLine(name string) *app.CashLine {
	if id, err := uuid.Parse(name); err == nil {
		return &app.CashLine{ItemID: someID(id)}
	}
	return &app.CashLine{InvoiceNumber: name}
}

type cashAllocate struct {
	cashArg
	cashLines
	Customer  string `help:"Whose money it is, by number or id; needed while nobody has said so."`
	OnAccount bool   `help:"What is left stays on the customer's account, and nothing waits any more."`
}

// Run puts the money where the clerk says.
func (a cashAllocate) Run(ctx context.Context, c *console) error {
	return a.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		f, err := p.App.CashException(ctx, operator(), a.Exception)
		if err != nil {
			return f, err
		}
		in := app.CashByHand{OnAccount: a.OnAccount, Version: f.Version}
		if in.CustomerID, err = optionalCustomer(ctx, p, a.Customer); err != nil {
			return f, err
		}
		if a.Customer == "" && f.Receipt != nil && !f.Receipt.CustomerID.Valid {
			in.CustomerID = f.CustomerID // the likely one
		}
		if in.Lines, err = a.read(f.Currency); err != nil {
			return f, err
		}
		return p.App.ApplyCashByHand(ctx, operator(), a.Exception, in)
	})
}

type cashUndo struct {
	Receipt     uuid.UUID   `arg:"" help:"The receipt's id, as cash show and cash applications tell it."`
	Reason      string      `required:"" help:"Why, for the record."`
	Application []uuid.UUID `help:"Only these applications, by their ids; all that stand unless told."`
	cashLines
}

// Run takes applications off, or moves the money.
func (u cashUndo) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		r, err := p.App.Receipt(ctx, operator(), u.Receipt)
		if err != nil {
			return err
		}
		lines, err := u.read(r.Currency)
		if err != nil {
			return err
		}
		r, err = p.App.UnapplyReceipt(ctx, operator(), u.Receipt, app.Unapply{
			Applications: u.Application, Lines: lines, Reason: u.Reason, Version: r.Version,
		})
		if err != nil {
			return err
		}
		c.out.Line(fmt.Sprintf("%s of %s is applied, %s stands on account", amount(r.AppliedMinor, r.Currency), amount(r.GrossMinor, r.Currency),
			amount(r.OnAccountMinor, r.Currency)))
		return nil
	})
}

type cashApplications struct {
	listPage
	Receipt  uuid.UUID `help:"Only of this receipt, by its id."`
	Invoice  string    `help:"Only on this invoice, by number or id."`
	Customer string    `help:"Only of receipts of this customer, by number or id."`
	Undone   bool      `help:"Those that were undone, instead."`
}

// Run lists applications.
func (l cashApplications) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		filter := port.ApplicationFilter{ReceiptID: someID(l.Receipt), State: choose(l.Undone, port.ApplicationUndone, port.ApplicationStanding)}
		var err error
		if filter.CustomerID, err = optionalCustomer(ctx, p, l.Customer); err != nil {
			return err
		}
		if l.Invoice != "" {
			inv, err := invoiceArg{Invoice: l.Invoice}.find(ctx, p)
			if err != nil {
				return err
			}
			filter.InvoiceID = someID(inv.ID)
		}
		found, err := p.App.ListApplications(ctx, operator(), filter, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, a := range found.Items {
			rows = append(rows, []string{
				a.AppliedAt.UTC().Format(time.DateOnly), decimal(a.AmountMinor, a.Currency), string(a.Currency), decimal(a.DiscountMinor, a.ItemCurrency),
				a.ID.String(), a.ReceiptID.String(), a.ItemID.String(),
			})
		}
		c.pages([]string{"applied", ">amount", "", ">discount", "application", "receipt", "item"}, rows, found.Next)
		return nil
	})
}
