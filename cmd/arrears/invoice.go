package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type invoiceCommand struct {
	Show     invoiceShow     `cmd:"" help:"Show an invoice, its items and where its collection stands."`
	Timeline invoiceTimeline `cmd:"" help:"Tell what happened to an invoice, in words."`
	Preview  invoicePreview  `cmd:"" help:"Say in words and dates what will happen to an invoice if nobody pays."`
}

// invoiceArg names an invoice as people do.
type invoiceArg struct {
	Invoice string `arg:"" help:"The invoice's id or number."`
	Source  string `help:"Source of the number, when several sources have it."`
}

// find returns the invoice. Errors: invoice.not_found, invoice.ambiguous.
func (i invoiceArg) find(ctx context.Context, p *wire.Product) (receivable.Invoice, error) {
	if id, err := uuid.Parse(i.Invoice); err == nil {
		return p.App.Invoice(ctx, operator(), id)
	}
	found, err := p.App.ListInvoices(ctx, operator(), port.InvoiceFilter{Number: i.Invoice, Source: i.Source}, port.Page{Limit: 2})
	if err != nil {
		return receivable.Invoice{}, err
	}
	switch len(found.Items) {
	case 0:
		return receivable.Invoice{}, fault.Newf(fault.NotFound, "invoice.not_found", "there is no invoice %.60q", i.Invoice)
	case 1:
		return p.App.Invoice(ctx, operator(), found.Items[0].ID)
	}
	return receivable.Invoice{}, fault.Newf(fault.Conflict, "invoice.ambiguous", "several sources have an invoice %.60q: say which with --source", i.Invoice)
}

type invoiceShow struct{ invoiceArg }

// Run shows an invoice.
func (s invoiceShow) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		inv, err := s.find(ctx, p)
		if err != nil {
			return err
		}
		customer, err := p.App.Customer(ctx, operator(), inv.CustomerID)
		if err != nil {
			return err
		}
		detail, err := p.App.Case(ctx, operator(), inv.ID)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		c.invoice(inv, customer, detail)
		return nil
	})
}

func (c *console) invoice(inv receivable.Invoice, customer receivable.Customer, detail app.CaseDetail) {
	c.out.List([]terminal.Row{
		{Name: "invoice", Value: fmt.Sprintf("%s (%s), %s", inv.Number, inv.Source, inv.State)},
		{Name: "id", Value: inv.ID.String()},
		{Name: "customer", Value: fmt.Sprintf("%s  %s", customer.Number, customer.Name)},
		{Name: "date", Value: inv.InvoiceDate.String()},
		{Name: "amount", Value: amount(inv.AmountMinor, inv.Currency)},
		{Name: "collection", Value: collection(detail)},
	})
	rows := make([][]string, len(inv.Items))
	for i, item := range inv.Items {
		rows[i] = []string{
			fmt.Sprint(item.Seq), item.DueDate.String(), decimal(item.OriginalMinor, inv.Currency), decimal(item.PaidMinor, inv.Currency),
			decimal(item.OpenMinor, inv.Currency), decimal(item.DisputedMinor, inv.Currency), fmt.Sprint(item.Level), item.LastStageDone,
		}
	}
	c.out.Line("")
	c.out.Table([]string{">item", "due", ">original", ">paid", ">open", ">disputed", ">level", "last stage"}, rows)
}

// collection says in a few words where the case stands.
func collection(d app.CaseDetail) string {
	if d.ID == uuid.Nil {
		return "none"
	}
	text := strings.ReplaceAll(string(d.State), "_", " ")
	if d.NextAction != "" && !d.WakeAt.IsZero() {
		text += fmt.Sprintf("; next %s at %s", d.NextAction, d.WakeAt.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return text
}

func decimal(minor int64, c money.Currency) string { return money.Of(minor, c).Format("en") }

func amount(minor int64, c money.Currency) string { return string(c) + " " + decimal(minor, c) }

type invoiceTimeline struct{ invoiceArg }

// Run tells everything, page by page.
func (l invoiceTimeline) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		inv, err := l.find(ctx, p)
		if err != nil {
			return err
		}
		page := port.Page{Limit: port.MaxLimit}
		for {
			told, err := p.App.Timeline(ctx, operator(), inv.ID, page)
			if err != nil {
				return err
			}
			for _, e := range told.Items {
				c.out.Line(c.out.Paint(terminal.Cyan, e.At.UTC().Format("2006-01-02 15:04")) + "  " + e.Text + c.out.Paint(terminal.Faint, "  ("+e.Actor+")"))
			}
			if page.After = told.Next; page.After == "" {
				return nil
			}
		}
	})
}

type invoicePreview struct {
	invoiceArg
	Policy string `help:"Key of another policy to look at."`
}

// Run tells what will happen if nobody pays.
func (v invoicePreview) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		inv, err := v.find(ctx, p)
		if err != nil {
			return err
		}
		told, err := p.App.PreviewPolicy(ctx, operator(), app.PreviewRequest{InvoiceID: inv.ID, PolicyKey: v.Policy})
		if err != nil {
			return err
		}
		c.out.Line("By the policy " + c.out.Paint(terminal.Bold, told.PolicyKey) + ", if nobody pays:")
		c.preview(told.Lines)
		return nil
	})
}
