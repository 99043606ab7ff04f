package sample

import (
	"bytes"
	"context"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/domain/money"
)

// enterHolds enters promises, blocks and disputed amounts. What an earlier load entered is found by its id; what no longer
// fits, because the sample is taken up on another day and money came meanwhile, is left out.
func (l *loader) enterHolds(ctx context.Context, p *Portfolio) error {
	for n, promise := range p.Promises {
		_, err := l.app.MakePromise(once(ctx, "promise", promise.Invoice, n), l.who, app.NewPromise{
			InvoiceID: l.invoices[promise.Invoice], AmountMinor: promise.AmountMinor, Currency: p.currency(promise.Invoice),
			DueOn: promise.DueOn, GraceDays: promise.GraceDays, Note: promise.Note,
		})
		if err := l.fits(err); err != nil {
			return err
		}
	}
	for n, b := range p.Blocks {
		in := app.NewBlock{Reason: b.Reason, Note: b.Note, Until: b.Until}
		if id, ok := l.invoices[b.Invoice]; ok {
			in.InvoiceID = uuid.NullUUID{UUID: id, Valid: true}
		} else {
			in.CustomerID = l.known(b.Customer)
		}
		_, err := l.app.SetBlock(once(ctx, "block", b.Customer+b.Invoice, n), l.who, in)
		if err := l.fits(err); err != nil {
			return err
		}
	}
	for n, d := range p.Disputes {
		if err := l.dispute(ctx, p, n, d); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) dispute(ctx context.Context, p *Portfolio, n int, d Dispute) error {
	inv, err := l.app.Invoice(ctx, l.who, l.invoices[d.Invoice])
	if err != nil {
		return err
	}
	_, err = l.app.FlagDispute(once(ctx, "dispute", d.Invoice, n), l.who, app.NewDisputeFlag{
		ItemID: inv.Items[0].ID, AmountMinor: d.AmountMinor, Currency: p.currency(d.Invoice), Reason: d.Reason, Note: d.Note,
	})
	return l.fits(err)
}

// fits passes over what cannot be entered any more.
func (l *loader) fits(err error) error {
	l.step()
	if kind := fault.KindOf(err); kind == fault.Conflict || kind == fault.Invalid {
		return nil
	}
	return err
}

// enterPapers enters notes and the copies of invoices.
func (l *loader) enterPapers(ctx context.Context, p *Portfolio) error {
	for n, note := range p.Notes {
		in := app.NewNote{CustomerID: l.customers[note.Customer], Kind: note.Kind, Outcome: note.Outcome, Body: note.Body, FollowUpOn: note.FollowUpOn}
		if id, ok := l.invoices[note.Invoice]; ok {
			in.InvoiceID = uuid.NullUUID{UUID: id, Valid: true}
		}
		_, err := l.app.AddNote(once(ctx, "note", note.Customer+note.Invoice, n), l.who, in)
		if err := l.fits(err); err != nil {
			return err
		}
	}
	for _, c := range p.Copies {
		_, err := l.app.StoreDocument(once(ctx, "copy", c.Invoice, 0), l.who, app.NewDocument{
			InvoiceID: uuid.NullUUID{UUID: l.invoices[c.Invoice], Valid: true}, Kind: "invoice", Filename: c.Filename,
			MediaType: "application/pdf", Content: bytes.NewReader(c.PDF),
		})
		l.step()
		if err != nil {
			return err
		}
	}
	return nil
}

// currency is an invoice's.
func (p *Portfolio) currency(invoice string) money.Currency {
	for _, inv := range p.Invoices {
		if inv.Number == invoice {
			return inv.Currency
		}
	}
	return ""
}
