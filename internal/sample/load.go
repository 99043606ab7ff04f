package sample

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/port"
)

//go:embed considerate.yaml
var considerate []byte

// considerateSegments are dunned by the sample's own policy, all others by the default.
func considerateSegments() []string { return []string{"key-accounts", "public-sector"} }

// Load enters the portfolio through the use cases, as the principal, who must be allowed to enter invoices and policies.
// What is there already stays as it is, so a load that was interrupted is taken up again, and a second one changes nothing,
// even on another day: documents are found by their numbers, everything else by ids derived from them. It should run before
// the relay starts, or an invoice may be chased before its receipt is entered.
// Progress is called with how much of the whole is done; nil: nobody listens.
func Load(ctx context.Context, a *app.App, who access.Principal, p *Portfolio, progress func(done, total int)) error {
	l := loader{app: a, who: who, customers: map[string]uuid.UUID{}, invoices: map[string]uuid.UUID{}, progress: progress}
	l.total = len(p.Customers) + len(p.Invoices) + len(p.CreditMemos) + len(p.Receipts) + len(p.Promises) + len(p.Blocks) +
		len(p.Disputes) + len(p.Notes) + len(p.Copies)
	if done, err := l.complete(ctx, p); err != nil || done {
		return err
	}
	for _, step := range []func(context.Context, *Portfolio) error{
		l.policies, l.enterCustomers, l.enterInvoices, l.enterMoney, l.enterHolds, l.enterPapers,
	} {
		if err := step(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

type loader struct {
	app         *app.App
	who         access.Principal
	customers   map[string]uuid.UUID
	invoices    map[string]uuid.UUID
	progress    func(done, total int)
	done, total int
}

// complete reports whether the last thing that is loaded is there.
func (l *loader) complete(ctx context.Context, p *Portfolio) (bool, error) {
	if len(p.Copies) == 0 {
		return false, nil
	}
	_, err := l.app.Document(ctx, l.who, recordID("copy", p.Copies[len(p.Copies)-1].Invoice, 0))
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}

func (l *loader) step() {
	l.done++
	if l.progress != nil {
		l.progress(l.done, l.total)
	}
}

func (l *loader) policies(ctx context.Context, _ *Portfolio) error {
	own, err := policy.Parse(considerate)
	if err != nil {
		return err
	}
	if _, err := l.app.PublishPolicy(ctx, l.who, own); err != nil {
		return err
	}
	for _, segment := range considerateSegments() {
		if err := l.app.SetSegmentPolicy(ctx, l.who, segment, own.Key); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) enterCustomers(ctx context.Context, p *Portfolio) error {
	for _, c := range p.Customers {
		id, err := l.customer(ctx, c)
		if err != nil {
			return err
		}
		l.customers[c.Number] = id
		l.step()
	}
	return nil
}

func (l *loader) customer(ctx context.Context, c Customer) (uuid.UUID, error) {
	found, err := l.app.ListCustomers(ctx, l.who, port.CustomerFilter{Source: Source, Number: c.Number}, port.Page{Limit: 1})
	if err != nil {
		return uuid.Nil, err
	}
	if len(found.Items) > 0 {
		return found.Items[0].ID, nil
	}
	in := app.NewCustomer{
		Source: Source, Number: c.Number, Name: c.Name, Segment: c.Segment, Currency: c.Currency, Language: c.Language,
		TimeZone: c.TimeZone, Calendar: c.Calendar, Country: c.Country, PreferredChannel: c.PreferredChannel,
		Collector: c.Collector, PayerID: l.known(c.Payer), ParentID: l.known(c.Parent), DunningRecipientID: l.known(c.Recipient),
		Terms: &c.Terms,
	}
	for _, k := range c.Contacts {
		in.Contacts = append(in.Contacts, app.NewContact{
			Role: k.Role, Name: k.Name, Email: k.Email, Phone: k.Phone, Address: k.Address, Rank: k.Rank,
		})
	}
	made, err := l.app.CreateCustomer(ctx, l.who, in)
	return made.ID, err
}

// known is a customer's id, or none.
func (l *loader) known(number string) uuid.NullUUID {
	id, ok := l.customers[number]
	return uuid.NullUUID{UUID: id, Valid: ok}
}

func (l *loader) enterInvoices(ctx context.Context, p *Portfolio) error {
	for _, inv := range p.Invoices {
		found, err := l.app.InvoiceByNumber(ctx, l.who, Source, inv.Number)
		if fault.KindOf(err) == fault.NotFound {
			found, err = l.app.CreateInvoice(ctx, l.who, app.NewInvoice{
				Source: Source, Number: inv.Number, CustomerID: l.customers[inv.Customer], InvoiceDate: inv.InvoiceDate,
				Currency: inv.Currency, AmountMinor: inv.AmountMinor, PurchaseOrder: inv.PurchaseOrder, Instalments: inv.Instalments,
			})
		}
		if err != nil {
			return err
		}
		l.invoices[inv.Number] = found.ID
		l.step()
	}
	return nil
}

// there passes over a document that an earlier load entered, perhaps on another day and so with other dates.
func (l *loader) there(err error, code string) error {
	if fault.CodeOf(err) == code {
		err = nil
	}
	l.step()
	return err
}

func (l *loader) enterMoney(ctx context.Context, p *Portfolio) error {
	for _, m := range p.CreditMemos {
		in := app.NewCreditMemo{
			Source: Source, Number: m.Number, CustomerID: l.customers[m.Customer], Currency: m.Currency, AmountMinor: m.AmountMinor,
			MemoDate: m.MemoDate, Reason: m.Reason,
		}
		if id, ok := l.invoices[m.Invoice]; ok {
			in.InvoiceID = uuid.NullUUID{UUID: id, Valid: true}
		}
		_, err := l.app.CreateCreditMemo(ctx, l.who, in)
		if err := l.there(err, "credit_memo.number_taken"); err != nil {
			return err
		}
	}
	for _, r := range p.Receipts {
		in := app.NewReceipt{
			Source: Source, Number: r.Number, CustomerID: l.known(r.Customer), Currency: r.Currency, AmountMinor: r.AmountMinor,
			ValueDate: r.ValueDate, Reference: r.Reference,
		}
		if id, ok := l.invoices[r.Invoice]; ok {
			in.Applications = []app.ReceiptApplication{{InvoiceID: uuid.NullUUID{UUID: id, Valid: true}, AmountMinor: r.AppliedMinor}}
		}
		_, err := l.app.RecordReceipt(ctx, l.who, in)
		if err := l.there(err, "receipt.number_taken"); err != nil {
			return err
		}
	}
	return nil
}

// once makes everything that has no number of its own under an id derived from what it is about.
func once(ctx context.Context, kind, about string, n int) context.Context {
	return port.WithIdempotencyID(ctx, "", recordID(kind, about, n))
}

// recordID is the id of a record of the sample: in the form of a UUIDv7 from before the product was, so that the sample
// stands first in every list, in the order of n.
func recordID(kind, about string, n int) uuid.UUID {
	const before = 1_577_836_800_000 // 1 January 2020 in milliseconds
	var id uuid.UUID
	sum := sha256.Sum256([]byte(Source + "/" + kind + "/" + about))
	copy(id[6:], sum[:])
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], before+uint64(max(n, 0)))
	copy(id[:6], stamp[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
