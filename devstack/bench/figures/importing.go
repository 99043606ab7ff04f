package figures

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/calendar"
)

// importing measures the import of a file, of which each row is read, validated, written with its items, audited and
// decided for, beside a COPY of the same rows into one table. The table is once like the product's own, with its keys and
// indices, and once bare; and beside a COPY of all that it writes, which is what the record costs without any work of ours.
func (b *Bench) importing(ctx context.Context) ([]measure.Row, error) {
	var ours, limit, heap, written measure.Series
	n := b.Size.Import
	p := plant.Portfolio{Invoices: n, Each: 10, Due: calendar.DateOf(time.Now(), time.UTC).AddDays(20)}
	side := func(name string, into *measure.Series, run func(context.Context, *plant.House, plant.Portfolio) error) func() error {
		return func() error { return collect(into, b.perSecond(name, n))(b.onNewHouse(ctx, p, run)) }
	}
	all := func() error { return collect(&written, b.perSecond("written", n))(b.copyWritten(ctx, p)) }
	err := turns(b.Size.Rounds,
		side("copy", &limit, copyLike), side("heap", &heap, copyHeap), all, side("ours", &ours, func(ctx context.Context, h *plant.House, p plant.Portfolio) error { return h.Import(ctx, p) }))
	return []measure.Row{
		{What: "import", Unit: "rows/s", Ours: ours, Limit: limit, AtLeast: 0.25, Note: "COPY into one table with the keys and indices of invoices"},
		{What: "import", Unit: "rows/s", Ours: ours, Limit: written, Note: "COPY of every row that the load writes, into the product's own tables"},
		{What: "import", Unit: "rows/s", Ours: ours, Limit: heap, Note: "COPY of the file's text into a table without key or index"},
	}, err
}

// onNewHouse times something in a fresh installation, without setting it up.
func (b *Bench) onNewHouse(ctx context.Context, p plant.Portfolio, run func(context.Context, *plant.House, plant.Portfolio) error) (time.Duration, error) {
	h, err := b.Servers.NewHouse(ctx, plant.HouseOptions{})
	if err != nil {
		return 0, err
	}
	defer h.Close(ctx)
	began := time.Now()
	err = run(ctx, h, p)
	return time.Since(began), err
}

// copyLike copies the rows, known and checked, into a table like the product's invoices.
func copyLike(ctx context.Context, h *plant.House, p plant.Portfolio) error {
	if _, err := h.SQL.Exec(ctx, `CREATE TABLE plain (LIKE invoices INCLUDING ALL)`); err != nil {
		return err
	}
	customers := make([]uuid.UUID, p.Customers())
	for i := range customers {
		customers[i] = uuid.New()
	}
	now := time.Now()
	issued := p.Due.AddDays(-90).Time(time.UTC)
	columns := []string{"id", "source", "number", "customer_id", "invoice_date", "currency", "amount_minor", "purchase_order", "amounts_changed_by", "created_at"}
	_, err := h.SQL.CopyFrom(ctx, pgx.Identifier{"plain"}, columns, pgx.CopyFromSlice(p.Invoices, func(i int) ([]any, error) {
		id, err := uuid.NewV7()
		return []any{id, plant.Source, p.Number(i), customers[i/p.Each], issued, "EUR", int64(10000 + i), fmt.Sprintf("PO-%d", i), "clerk", now}, err
	}))
	return err
}

// copyHeap copies the file as it is.
func copyHeap(ctx context.Context, h *plant.House, p plant.Portfolio) error {
	conn, err := h.SQL.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `
CREATE TABLE heap (number text, customer_number text, customer_name text, invoice_date date, due_date date, currency char(3), amount numeric, purchase_order text)`); err != nil {
		return err
	}
	_, err = conn.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(p.CSV()), `COPY heap FROM STDIN (FORMAT csv, HEADER)`)
	return err
}

// writtenTables are those that a load of new invoices fills, in the order in which they refer to each other.
var writtenTables = []string{"imports", "customers", "invoices", "items", "cases", "decisions", "nudges", "audit_entries"}

// copyWritten loads the file, empties the tables again, and times how long COPY takes to fill them with the same rows.
func (b *Bench) copyWritten(ctx context.Context, p plant.Portfolio) (time.Duration, error) {
	h, err := b.Servers.NewHouse(ctx, plant.HouseOptions{})
	if err != nil {
		return 0, err
	}
	defer h.Close(ctx)
	if err := h.Import(ctx, p); err != nil {
		return 0, err
	}
	conn, err := h.SQL.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	server := conn.Conn().PgConn()
	rows := make([]bytes.Buffer, len(writtenTables))
	for i, table := range writtenTables {
		if _, err := server.CopyTo(ctx, &rows[i], `COPY `+table+` TO STDOUT (FORMAT binary)`); err != nil {
			return 0, err
		}
	}
	if _, err := conn.Exec(ctx, `TRUNCATE `+strings.Join(writtenTables, ", ")+` CASCADE`); err != nil {
		return 0, err
	}
	began := time.Now()
	for i, table := range writtenTables {
		if _, err := server.CopyFrom(ctx, &rows[i], `COPY `+table+` FROM STDIN (FORMAT binary)`); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}
