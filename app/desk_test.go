package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/filestore"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

// deskClock is a business clock that a test moves by hand.
type deskClock struct{ now time.Time }

func (c *deskClock) Now(context.Context) (time.Time, error) { return c.now, nil }

func (c *deskClock) Real(_ context.Context, at time.Time) (time.Time, error) { return at, nil }

// desk is an installation with one customer, a person of each role, and a clock; today is Monday, 2 March 2026.
type desk struct {
	t                                    *testing.T
	db                                   *store.DB
	url                                  string
	app                                  *app.App
	clock                                *deskClock
	conn                                 *pgx.Conn
	files                                *filestore.Store
	collector, supervisor, admin, reader access.Principal
	customer                             receivable.Customer
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	db, url := testkit.DB(t)
	return deskOn(t, db, url)
}

// deskOn opens a desk on an empty database.
func deskOn(t *testing.T, db *store.DB, url string) *desk {
	t.Helper()
	d := &desk{
		t: t, db: db, url: url, files: filestore.Memory(), clock: &deskClock{now: time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)},
		collector:  access.Principal{ID: "collector-1", Role: access.Collector},
		supervisor: access.Principal{ID: "supervisor-1", Role: access.Supervisor},
		admin:      access.Principal{ID: "admin-1", Role: access.Admin},
		reader:     access.Principal{ID: "auditor-1", Role: access.Auditor},
	}
	d.app = app.New(app.Deps{Store: db, Clock: d.clock, Files: d.files})
	require.NoError(t, d.app.SetUp(t.Context(), deskInstallation(), deskClockRow(d.clock.now)))
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	d.conn = conn
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	d.customer = d.newCustomer("K-1")
	return d
}

func deskInstallation() port.Installation {
	return port.Installation{
		CreditorName: "Nordlicht GmbH", TimeZone: "Europe/Berlin", Language: "en", Calendar: "none",
		FromAddress: "dunning@example.com", ReplyDomain: "reply.example.com",
	}
}

func deskClockRow(at time.Time) calendar.Clock {
	return calendar.Clock{Kind: calendar.SteppedClock, Position: at}
}

func (d *desk) newCustomer(number string) receivable.Customer {
	d.t.Helper()
	terms := receivable.Terms{NetDays: 30, DiscountBP: 200, DiscountDays: 14}
	c, err := d.app.CreateCustomer(d.t.Context(), d.supervisor, app.NewCustomer{
		Number: number, Name: "Nordwind " + number, Currency: "EUR", Terms: &terms, Collector: "Kim",
		Contacts: []app.NewContact{{Role: receivable.RoleBilling, Email: "billing@example.com"}},
	})
	require.NoError(d.t, err)
	return c
}

// day is a date of the tests.
func day(s string) calendar.Date { return calendar.MustDate(s) }

// owed enters an invoice of the desk's customer, dated 1 February 2026, the instalments due monthly from 15 February.
func (d *desk) owed(number string, amounts ...int64) receivable.Invoice {
	d.t.Helper()
	in := app.NewInvoice{Number: number, CustomerID: d.customer.ID, InvoiceDate: day("2026-02-01"), Currency: "EUR"}
	for n, minor := range amounts {
		in.AmountMinor += minor
		in.Instalments = append(in.Instalments, receivable.InstalmentPart{DueDate: day("2026-02-15").AddMonths(n), AmountMinor: minor})
	}
	got, err := d.app.CreateInvoice(d.t.Context(), d.supervisor, in)
	require.NoError(d.t, err)
	return got
}

// paid records a receipt that pays an item.
func (d *desk) paid(number string, item receivable.Item, minor int64) receivable.Receipt {
	d.t.Helper()
	r, err := d.app.RecordReceipt(d.t.Context(), d.collector, app.NewReceipt{
		Number: number, Currency: "EUR", AmountMinor: minor, ValueDate: day("2026-03-02"),
		Applications: []app.ReceiptApplication{{ItemID: d.id(item.ID), AmountMinor: minor}},
	})
	require.NoError(d.t, err)
	return r
}

func (d *desk) id(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }

// now reads an invoice as it stands.
func (d *desk) now(id uuid.UUID) receivable.Invoice {
	d.t.Helper()
	got, err := d.app.Invoice(d.t.Context(), d.reader, id)
	require.NoError(d.t, err)
	require.NoError(d.t, got.Check())
	return got
}

// amounts asserts paid, discounted, credited, written off, open and disputed of an item.
func (d *desk) amounts(item receivable.Item, want ...int64) {
	d.t.Helper()
	inv := d.now(item.InvoiceID.UUID)
	for _, i := range inv.Items {
		if i.ID == item.ID {
			got := []int64{i.PaidMinor, i.DiscountedMinor, i.CreditedMinor, i.WrittenOffMinor, i.OpenMinor, i.DisputedMinor}
			require.Equal(d.t, want, got, "paid, discounted, credited, written off, open, disputed")
		}
	}
}

// number reads one number.
func (d *desk) number(sql string, args ...any) int64 {
	d.t.Helper()
	var n int64
	require.NoError(d.t, d.conn.QueryRow(d.t.Context(), sql, args...).Scan(&n))
	return n
}

// recorded asserts that the record has so many entries of each action about the invoice or customer.
func (d *desk) recorded(about uuid.UUID, actions ...string) {
	d.t.Helper()
	for _, action := range actions {
		n := d.number(`SELECT count(*) FROM audit_entries WHERE action = $1 AND (invoice_id = $2 OR customer_id = $2 OR subject_id = $2)`,
			action, about)
		require.Equal(d.t, int64(1), n, action)
	}
}

// nudges runs fn and asserts which of the invoices' cases were nudged to look again by it.
func (d *desk) nudges(fn func(), invoices ...receivable.Invoice) {
	d.t.Helper()
	_, err := d.conn.Exec(d.t.Context(), `DELETE FROM nudges`)
	require.NoError(d.t, err)
	fn()
	var ids []uuid.UUID
	for _, inv := range invoices {
		ids = append(ids, inv.ID)
	}
	rows, err := d.conn.Query(d.t.Context(), `SELECT subject_id FROM nudges WHERE start_at IS NULL`)
	require.NoError(d.t, err)
	got, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(d.t, err)
	require.ElementsMatch(d.t, ids, got)
}

// refuses runs fn, which must fail with the code and leave every table as it was. It returns the fields that are named.
func (d *desk) refuses(code string, fn func(context.Context) error) (paths []string) {
	d.t.Helper()
	before := d.fingerprint()
	err := fn(d.t.Context())
	require.Equal(d.t, code, fault.CodeOf(err), "%v", err)
	require.Equal(d.t, before, d.fingerprint(), "a refusal changes nothing")
	var known *fault.Error
	require.ErrorAs(d.t, err, &known)
	for _, field := range known.Fields {
		paths = append(paths, field.Path)
	}
	return paths
}

// fingerprint sums up every table.
func (d *desk) fingerprint() map[string]string {
	d.t.Helper()
	ctx := d.t.Context()
	rows, err := d.conn.Query(ctx, `SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()`)
	require.NoError(d.t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(d.t, err)
	parts := make([]string, len(tables))
	for n, table := range tables {
		parts[n] = fmt.Sprintf(`SELECT '%s', count(*) || '/' || coalesce(sum(hashtext(x::text)::bigint), 0) FROM %s x`, table, table)
	}
	rows, err = d.conn.Query(ctx, strings.Join(parts, " UNION ALL "))
	require.NoError(d.t, err)
	sums := make(map[string]string)
	var table, sum string
	_, err = pgx.ForEachRow(rows, []any{&table, &sum}, func() error { sums[table] = sum; return nil })
	require.NoError(d.t, err)
	return sums
}

// again runs fn twice as the same idempotent request, as after a crash between commit and answer.
func (d *desk) again(fn func(ctx context.Context)) {
	d.t.Helper()
	id := uuid.Must(uuid.NewV7())
	for range 2 {
		fn(port.WithIdempotencyID(d.t.Context(), "request-1", id))
	}
}

func ptr[T any](v T) *T { return &v }
