package rehearsal

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/port"
	"arrears/store"
)

// payers is how many customers pay at the same time.
const payers = 8

// entry lets history happen in an installation.
type entry struct {
	house     *house
	profile   *intake.Profile // our own file's
	source    string
	customers map[string]store.PortfolioCustomer
	address   map[string]string    // the made-up one, by customer number
	ids       map[string]uuid.UUID // of the customers that have come into being
	refused   map[string]refusal   // of the invoices that the product did not take, by number
}

// refusal is why the product did not take an invoice on the day on which it came. The same row may be taken in a file that
// knows its payment already: nobody is asked for what is paid.
type refusal struct{ field, code, message string }

func newEntry(h *house, source string, customers []store.PortfolioCustomer) (*entry, error) {
	own, err := intake.Shipped("arrears")
	if err != nil {
		return nil, err
	}
	e := &entry{
		house: h, profile: own, source: source, ids: map[string]uuid.UUID{}, refused: map[string]refusal{},
		customers: make(map[string]store.PortfolioCustomer, len(customers)), address: make(map[string]string, len(customers)),
	}
	for i, c := range customers {
		e.customers[c.Number] = c
		e.address[c.Number] = fmt.Sprintf("customer-%06d@%s", i+1, domain)
	}
	return e, nil
}

// columns are those of our own file that an entering invoice may fill.
var columns = []string{
	"number", "customer_number", "customer_name", "invoice_date", "due_date", "instalments", "currency", "amount", "open_amount",
	"purchase_order", "disputed", "country", "language", "time_zone", "segment", "email",
}

// enter loads a day's invoices by the product's import, as our own file would bring them.
func (e *entry) enter(ctx context.Context, list []Invoice) error {
	if len(list) == 0 {
		return nil
	}
	text, err := e.file(list)
	if err != nil {
		return err
	}
	done, err := e.house.app.Import(ctx, clerk, app.NewImport{
		Profile: e.profile, File: bytes.NewReader(text), Filename: "history.csv", Source: e.source,
	})
	if err != nil {
		return err
	}
	if done.Report.Accepted != int64(len(list)) {
		if err := e.note(ctx, done, list); err != nil {
			return err
		}
	}
	return e.learn(ctx, list)
}

// note keeps what was refused, and why.
func (e *entry) note(ctx context.Context, done app.Imported, list []Invoice) error {
	const header = 2 // the first invoice stands in the second line
	found := int64(0)
	page := port.Page{Limit: port.MaxLimit}
	for {
		rows, err := e.house.app.ListQuarantine(ctx, clerk, done.Run.ID, "", page)
		if err != nil {
			return err
		}
		for _, q := range rows.Items {
			if at := int(q.Line) - header; q.Severity == string(intake.Refused) && at >= 0 && at < len(list) {
				e.refused[list[at].Number] = refusal{q.Field, q.Code, q.Message}
				found++
			}
		}
		if page.After = rows.Next; rows.Next == "" {
			break
		}
	}
	if found+done.Report.Accepted != int64(len(list)) {
		return fault.Newf(fault.Internal, CodeHistory, "%d of the %d invoices of %s were accepted, and %d refused", done.Report.Accepted,
			len(list), list[0].Enters, found)
	}
	return nil
}

func (e *entry) file(list []Invoice) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(columns); err != nil {
		return nil, err
	}
	for _, v := range list {
		if err := w.Write(e.row(v)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func (e *entry) row(v Invoice) []string {
	c := e.customers[v.Customer]
	due, instalments := v.DueDates[0].String(), ""
	if len(v.DueDates) > 1 {
		due, instalments = "", parts(v)
	}
	disputed := ""
	if v.Disputed {
		disputed = "yes"
	}
	return []string{
		v.Number, v.Customer, c.Name, v.InvoiceDate.String(), due, instalments, string(v.Currency), decimal(v.AmountMinor, v.Currency),
		decimal(v.AmountMinor-v.OpeningMinor, v.Currency), v.PurchaseOrder, disputed, c.Country, c.Language, c.TimeZone, c.Segment,
		e.address[v.Customer],
	}
}

func parts(v Invoice) string {
	list := make([]string, len(v.DueDates))
	for i, due := range v.DueDates {
		list[i] = due.String() + "=" + decimal(v.PartsMinor[i], v.Currency)
	}
	return strings.Join(list, " ")
}

func decimal(minor int64, currency money.Currency) string { return money.Of(minor, currency).Decimal() }

// learn remembers the ids of customers that have just come into being.
func (e *entry) learn(ctx context.Context, list []Invoice) error {
	var unknown []string
	for _, v := range list {
		if _, known := e.ids[v.Customer]; !known {
			unknown = append(unknown, v.Customer)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return e.house.db.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		refs, err := tx.CustomerRefsByNumber(ctx, e.source, unknown)
		for _, ref := range refs {
			e.ids[ref.Number] = ref.ID
		}
		return err
	})
}

// pay records a day's payments, each with its applications in one transaction. Customers pay at the same time: they share
// nothing.
func (e *entry) pay(ctx context.Context, list []Payment) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(payers)
	for _, p := range list {
		group.Go(func() error { return e.payOne(ctx, p) })
	}
	return group.Wait()
}

func (e *entry) payOne(ctx context.Context, p Payment) error {
	day := p.Invoices[0].Paid
	p.Invoices = slices.DeleteFunc(slices.Clone(p.Invoices), func(v Invoice) bool { _, refused := e.refused[v.Number]; return refused })
	if len(p.Invoices) == 0 {
		return nil
	}
	in := app.NewReceipt{
		Source: e.source, Number: fmt.Sprintf("%s/%s/%d", p.Customer, day, p.Number),
		CustomerID: uuid.NullUUID{UUID: e.ids[p.Customer], Valid: true}, Currency: p.Currency, AmountMinor: p.PaysMinor(), ValueDate: day,
	}
	for _, v := range p.Invoices {
		in.Applications = append(in.Applications, app.ReceiptApplication{InvoiceNumber: v.Number, AmountMinor: v.AmountMinor - v.OpeningMinor})
	}
	_, err := e.house.app.RecordReceipt(ctx, clerk, in)
	return err
}
