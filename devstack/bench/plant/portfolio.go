package plant

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/intake"
)

// Source is the source of the shipped profile for our own CSV, of which customers and invoices are.
const Source = "csv"

// Portfolio says what is loaded: Invoices, Each of them to one customer, all due on Due.
type Portfolio struct {
	Invoices int
	Each     int
	Due      calendar.Date
	// Prefix keeps the numbers of several loads apart.
	Prefix string
}

// Customers is how many customers the portfolio has.
func (p Portfolio) Customers() int { return (p.Invoices + p.Each - 1) / p.Each }

func (p Portfolio) customer(i int) string { return fmt.Sprintf("%sC%06d", p.Prefix, i) }

// Number is the number of an invoice.
func (p Portfolio) Number(i int) string { return fmt.Sprintf("%sI%07d", p.Prefix, i) }

// Load enters the customers and imports the invoices, which arms them.
func (h *House) Load(ctx context.Context, p Portfolio) error {
	if err := h.enterCustomers(ctx, p); err != nil {
		return err
	}
	return h.Import(ctx, p)
}

// Import imports the portfolio's file as the command does.
func (h *House) Import(ctx context.Context, p Portfolio) error {
	profile, err := intake.Shipped("arrears")
	if err != nil {
		return err
	}
	got, err := h.Product.App.Import(ctx, Clerk, app.NewImport{Profile: profile, Filename: "bench.csv", File: bytes.NewReader(p.CSV())})
	if err != nil {
		return err
	}
	if got.Report.Accepted != int64(p.Invoices) {
		return fmt.Errorf("the import accepted %d of %d rows: %v", got.Report.Accepted, p.Invoices, got.Report.Codes)
	}
	return nil
}

// CSV is the portfolio as a file in our own format.
func (p Portfolio) CSV() []byte {
	var text bytes.Buffer
	text.WriteString("number,customer_number,customer_name,invoice_date,due_date,currency,amount,purchase_order\n")
	for i := range p.Invoices {
		fmt.Fprintf(&text, "%s,%s,Customer %d,%s,%s,EUR,%d.%02d,PO-%d\n",
			p.Number(i), p.customer(i/p.Each), i/p.Each, p.Due.AddDays(-90), p.Due, 100+i%900, i%100, i)
	}
	return text.Bytes()
}

// spread is the number of seconds over which the product spreads the wake-ups of one morning, by the customer's id.
const spread = 600

// together makes an id that the product wakes at the very beginning of the day: a wave is measured without its spreading.
func together() uuid.UUID {
	for {
		id := uuid.New()
		h := fnv.New64a()
		_, _ = h.Write(id[:]) // a hash never fails
		if h.Sum64()%spread == 0 {
			return id
		}
	}
}

// enterCustomers writes the customers and a contact each. They are no part of what is measured, but for their ids: all of
// them wake at the same instant.
func (h *House) enterCustomers(ctx context.Context, p Portfolio) error {
	now := time.Now()
	var customers, contacts [][]any
	for i := range p.Customers() {
		id, number := together(), p.customer(i)
		customers = append(customers, []any{id, Source, number, fmt.Sprintf("Customer %d", i), "EUR", now})
		contacts = append(contacts, []any{uuid.New(), id, "billing", "Accounts payable", "accounts@" + number + ".example", "1 Main Street"})
	}
	_, err := h.SQL.CopyFrom(ctx, pgx.Identifier{"customers"}, []string{"id", "source", "number", "name", "currency", "created_at"}, pgx.CopyFromRows(customers))
	if err != nil {
		return err
	}
	_, err = h.SQL.CopyFrom(ctx, pgx.Identifier{"contacts"}, []string{"id", "customer_id", "role", "name", "email", "address"}, pgx.CopyFromRows(contacts))
	return err
}

// Count counts the rows of a table that meet a condition.
func (h *House) Count(ctx context.Context, table, condition string) (n int, err error) {
	err = h.SQL.QueryRow(ctx, "SELECT count(*) FROM "+table+" WHERE "+condition).Scan(&n)
	return n, err
}

// None waits until no row of the table meets the condition.
func (h *House) None(ctx context.Context, table, condition string) error {
	return Until(ctx, "no row of "+table+" is "+condition, func() (bool, error) {
		n, err := h.Count(ctx, table, condition)
		return n == 0, err
	})
}
