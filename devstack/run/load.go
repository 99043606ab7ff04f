package run

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/receivable"
	"arrears/internal/sample"
	"arrears/port"
)

// sampleLoaded is the counter that says that the sample is in.
const sampleLoaded = "sample_loaded"

// loader is the use cases that loading needs, over ids by number.
type loader struct {
	app       *app.App
	who       access.Principal
	tell      func(done, total int64)
	customers map[string]uuid.UUID
	invoices  map[string]receivable.Invoice
	done      int64
	total     int64
}

// loadSample loads the portfolio once. Killed in the middle, the next start loads it again from the beginning: each record
// is found by its number, or by an id that is derived from its place.
func loadSample(ctx context.Context, store port.Store, a *app.App, p *sample.Portfolio, tell func(done, total int64)) error {
	counters, err := countersOf(ctx, store)
	if err != nil || counters[sampleLoaded] > 0 {
		return err
	}
	l := &loader{
		app: a, who: access.Principal{ID: "sample", Name: "sample", Role: access.Admin}, tell: tell,
		customers: map[string]uuid.UUID{}, invoices: map[string]receivable.Invoice{}, total: size(p),
	}
	if err := l.all(ctx, p); err != nil {
		return fmt.Errorf("load the sample: %w", err)
	}
	return count(ctx, store, sampleLoaded, 1)
}

func size(p *sample.Portfolio) int64 {
	return int64(len(p.Customers) + len(p.Invoices) + len(p.CreditMemos) + len(p.Receipts) + len(p.Promises) + len(p.Blocks) +
		len(p.Disputes) + len(p.Notes) + len(p.Copies))
}

func (l *loader) all(ctx context.Context, p *sample.Portfolio) error {
	steps := []func() error{
		func() error { return each(ctx, l, "customer", p.Customers, l.customer) },
		func() error { return each(ctx, l, "invoice", p.Invoices, l.invoice) },
		func() error { return each(ctx, l, "copy", p.Copies, l.document) },
		func() error { return each(ctx, l, "memo", p.CreditMemos, l.memo) },
		func() error { return each(ctx, l, "receipt", p.Receipts, l.receipt) },
		func() error { return each(ctx, l, "promise", p.Promises, l.promise) },
		func() error { return each(ctx, l, "block", p.Blocks, l.block) },
		func() error { return each(ctx, l, "dispute", p.Disputes, l.dispute) },
		func() error { return each(ctx, l, "note", p.Notes, l.note) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// each loads a list; every record has an identity of its own, which makes loading it again harmless.
func each[T any](ctx context.Context, l *loader, kind string, list []T, load func(context.Context, T) error) error {
	for i, record := range list {
		key := fmt.Sprintf("sample/%s/%d", kind, i)
		if err := load(port.WithIdempotencyID(ctx, key, uuid.NewSHA1(uuid.NameSpaceURL, []byte(key))), record); err != nil {
			return fmt.Errorf("%s %d: %w", kind, i+1, err)
		}
		l.done++
		l.tell(l.done, l.total)
	}
	return nil
}

func (l *loader) customer(ctx context.Context, c sample.Customer) error {
	in := app.NewCustomer{
		Source: sample.Source, Number: c.Number, Name: c.Name, Segment: c.Segment, Currency: c.Currency, Language: c.Language,
		TimeZone: c.TimeZone, Calendar: c.Calendar, Country: c.Country, PreferredChannel: c.PreferredChannel, Collector: c.Collector,
		PayerID: l.customerID(c.Payer), ParentID: l.customerID(c.Parent), DunningRecipientID: l.customerID(c.Recipient), Terms: &c.Terms,
	}
	for _, contact := range c.Contacts {
		in.Contacts = append(in.Contacts, app.NewContact{
			Role: contact.Role, Name: contact.Name, Email: contact.Email, Phone: contact.Phone, Address: contact.Address, Rank: contact.Rank,
		})
	}
	made, err := l.app.CreateCustomer(ctx, l.who, in)
	l.customers[c.Number] = made.ID
	return err
}

func (l *loader) invoice(ctx context.Context, inv sample.Invoice) error {
	made, err := l.app.CreateInvoice(ctx, l.who, app.NewInvoice{
		Source: sample.Source, Number: inv.Number, CustomerID: l.customers[inv.Customer], InvoiceDate: inv.InvoiceDate,
		Currency: inv.Currency, AmountMinor: inv.AmountMinor, PurchaseOrder: inv.PurchaseOrder, Instalments: inv.Instalments,
	})
	l.invoices[inv.Number] = made
	return err
}

func (l *loader) document(ctx context.Context, d sample.Copy) error {
	_, err := l.app.StoreDocument(ctx, l.who, app.NewDocument{
		CustomerID: id(l.invoices[d.Invoice].CustomerID), InvoiceID: l.invoiceID(d.Invoice), Kind: "invoice", Filename: d.Filename,
		MediaType: "application/pdf", Content: d.PDF,
	})
	return err
}

func (l *loader) memo(ctx context.Context, m sample.CreditMemo) error {
	_, err := l.app.CreateCreditMemo(ctx, l.who, app.NewCreditMemo{
		Source: sample.Source, Number: m.Number, CustomerID: l.customers[m.Customer], InvoiceID: l.invoiceID(m.Invoice),
		Currency: m.Currency, AmountMinor: m.AmountMinor, MemoDate: m.MemoDate, Reason: m.Reason,
	})
	return err
}

func (l *loader) receipt(ctx context.Context, r sample.Receipt) error {
	in := app.NewReceipt{
		Source: sample.Source, Number: r.Number, CustomerID: l.customerID(r.Customer), Currency: r.Currency, AmountMinor: r.AmountMinor,
		ValueDate: r.ValueDate, Reference: r.Reference,
	}
	if r.AppliedMinor > 0 {
		in.Applications = []app.ReceiptApplication{{InvoiceID: l.invoiceID(r.Invoice), AmountMinor: r.AppliedMinor}}
	}
	_, err := l.app.RecordReceipt(ctx, l.who, in)
	return err
}

func (l *loader) promise(ctx context.Context, p sample.Promise) error {
	inv := l.invoices[p.Invoice]
	_, err := l.app.MakePromise(ctx, l.who, app.NewPromise{
		InvoiceID: inv.ID, AmountMinor: p.AmountMinor, Currency: inv.Currency, DueOn: p.DueOn, GraceDays: p.GraceDays, Note: p.Note,
	})
	return err
}

func (l *loader) block(ctx context.Context, b sample.Block) error {
	in := app.NewBlock{Reason: b.Reason, Note: b.Note, Until: b.Until}
	if b.Invoice != "" {
		in.InvoiceID = l.invoiceID(b.Invoice)
	} else {
		in.CustomerID = l.customerID(b.Customer)
	}
	_, err := l.app.SetBlock(ctx, l.who, in)
	return err
}

func (l *loader) dispute(ctx context.Context, d sample.Dispute) error {
	inv := l.invoices[d.Invoice]
	_, err := l.app.FlagDispute(ctx, l.who, app.NewDisputeFlag{
		ItemID: inv.Items[0].ID, AmountMinor: d.AmountMinor, Currency: inv.Currency, Reason: d.Reason, Note: d.Note,
	})
	return err
}

func (l *loader) note(ctx context.Context, n sample.Note) error {
	_, err := l.app.AddNote(ctx, l.who, app.NewNote{
		CustomerID: l.customers[n.Customer], InvoiceID: l.invoiceID(n.Invoice), Kind: n.Kind, Outcome: n.Outcome, Body: n.Body,
		FollowUpOn: n.FollowUpOn,
	})
	return err
}

func (l *loader) customerID(number string) uuid.NullUUID { return id(l.customers[number]) }

func (l *loader) invoiceID(number string) uuid.NullUUID { return id(l.invoices[number].ID) }

func id(known uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: known, Valid: known != uuid.Nil} }

func countersOf(ctx context.Context, store port.Store) (map[string]int64, error) {
	var counters map[string]int64
	err := store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		counters, err = tx.Counters(ctx)
		return err
	})
	return counters, err
}

func count(ctx context.Context, store port.Store, name string, n int64) error {
	return store.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return tx.Count(ctx, name, n) })
}
