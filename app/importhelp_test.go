package app_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
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
	"arrears/domain/intake"
	"arrears/filestore"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

// loader is an installation on a clock that stands still, to load files into.
type loader struct {
	t    testing.TB
	db   *store.DB
	url  string
	app  *app.App
	who  access.Principal
	conn *pgx.Conn
}

type stillClock struct{ now time.Time }

func (c stillClock) Now(context.Context) (time.Time, error) { return c.now, nil }

func (c stillClock) Real(_ context.Context, at time.Time) (time.Time, error) { return at, nil }

func newLoader(t testing.TB) *loader {
	t.Helper()
	db, url := testkit.DB(t)
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	l := &loader{t: t, db: db, url: url, who: access.Principal{ID: "key-loader", Role: access.Supervisor}}
	l.app = app.New(app.Deps{Store: db, Clock: stillClock{now}, Files: filestore.Memory()})
	house := port.Installation{
		CreditorName: "Creditor Ltd", TimeZone: "UTC", Language: "en", Calendar: "none", FromAddress: "ar@creditor.example",
		ReplyDomain: "reply.creditor.example", DefaultPolicy: "standard",
	}
	require.NoError(t, l.app.SetUp(t.Context(), house, calendar.Clock{Kind: calendar.SteppedClock, Epoch: now, Origin: now, Rate: 1, Position: now}))
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	l.conn = conn
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return l
}

// profileOf is a shipped profile.
func profileOf(t testing.TB, name string) *intake.Profile {
	t.Helper()
	p, err := intake.Shipped(name)
	require.NoError(t, err)
	return p
}

const ownHeader = "number,customer_number,customer_name,invoice_date,due_date,currency,amount,open_amount,instalments,settled_date,disputed,purchase_order,control_count\n"

// row writes one row of our own CSV; what is not given is blank.
func row(fields ...string) string {
	columns := strings.Split(strings.TrimSpace(ownHeader), ",")
	values := make([]string, len(columns))
	for i := 0; i < len(fields); i += 2 {
		for n, c := range columns {
			if c == fields[i] {
				values[n] = fields[i+1]
			}
		}
	}
	return strings.Join(values, ",") + "\n"
}

// inv is a row of an invoice due in thirty days from 2 February 2026.
func inv(number, customer, amount string, more ...string) string {
	return row(append([]string{"number", number, "customer_number", customer, "invoice_date", "2026-02-02", "due_date", "2026-03-04",
		"currency", "EUR", "amount", amount}, more...)...)
}

// load loads rows of our own CSV.
func (l *loader) load(rows ...string) app.ImportReport {
	l.t.Helper()
	return l.with(app.NewImport{}, rows...)
}

func (l *loader) with(in app.NewImport, rows ...string) app.ImportReport {
	l.t.Helper()
	got, err := l.try(in, rows...)
	require.NoError(l.t, err)
	l.lawful()
	return got.Report
}

func (l *loader) try(in app.NewImport, rows ...string) (app.Imported, error) {
	l.t.Helper()
	if in.Profile == nil {
		in.Profile = profileOf(l.t, "arrears")
	}
	if in.File == nil {
		in.File = strings.NewReader(ownHeader + strings.Join(rows, ""))
	}
	in.Filename = "test.csv"
	return l.app.Import(l.t.Context(), l.who, in)
}

// lawful proves after each load that every invoice has a case, its items sum to it, and whatever is open has a next date.
func (l *loader) lawful() {
	l.t.Helper()
	require.Zero(l.t, l.number(`SELECT count(*) FROM invoices i WHERE NOT EXISTS (SELECT FROM cases c WHERE c.id = i.id)`))
	require.Zero(l.t, l.number(`SELECT count(*) FROM invoices i WHERE state = 'valid' AND amount_minor <> (SELECT sum(original_minor) FROM items WHERE invoice_id = i.id)`))
	require.Zero(l.t, l.number(`
SELECT count(*) FROM cases c
WHERE (c.state = 'closed') <> NOT EXISTS (SELECT FROM items i WHERE i.invoice_id = c.id AND i.open_minor > 0)
  AND NOT EXISTS (SELECT FROM nudges n WHERE n.subject_id = c.id)`), "a case is closed when nothing is open, or told to look again")
	require.Zero(l.t, l.number(`
SELECT count(*) FROM cases c WHERE state = 'active' AND NOT EXISTS (SELECT FROM nudges n WHERE n.subject_id = c.id)`), "every open case is started")
	require.Equal(l.t, l.number(`SELECT coalesce(sum(applied_minor), 0) FROM receipts`), l.number(`SELECT coalesce(sum(amount_minor), 0) FROM applications WHERE reversed_at IS NULL`))
	require.Zero(l.t, l.number(`SELECT count(*) FROM cases c WHERE c.decisions <> (SELECT count(*) FROM decisions d WHERE d.case_id = c.id)`))
}

func (l *loader) number(sql string, args ...any) int64 {
	l.t.Helper()
	var n int64
	require.NoError(l.t, l.conn.QueryRow(l.t.Context(), sql, args...).Scan(&n))
	return n
}

func (l *loader) text(sql string, args ...any) string {
	l.t.Helper()
	var s string
	require.NoError(l.t, l.conn.QueryRow(l.t.Context(), sql, args...).Scan(&s))
	return s
}

// state fingerprints everything that a load may change but for the record of the load itself.
func (l *loader) state() string {
	l.t.Helper()
	var parts []string
	for _, table := range []string{"customers", "contacts", "invoices", "items", "receipts", "applications", "dispute_flags", "cases", "decisions", "nudges", "tasks", "quarantine"} {
		parts = append(parts, table+" "+l.text(`SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM `+table+` t`))
	}
	parts = append(parts, l.text(`SELECT count(*)::text FROM audit_entries WHERE action NOT LIKE 'import.%'`))
	return strings.Join(parts, "\n")
}

// open is what is open of an invoice.
func (l *loader) open(number string) int64 {
	l.t.Helper()
	return l.number(`SELECT sum(i.open_minor) FROM items i JOIN invoices v ON v.id = i.invoice_id WHERE v.number = $1`, number)
}

// quarantine lists "line severity code" of all rows.
func (l *loader) quarantine() []string {
	l.t.Helper()
	rows, err := l.conn.Query(l.t.Context(), `SELECT line || ' ' || severity || ' ' || replace(code, 'intake.', '') FROM quarantine ORDER BY line, id`)
	require.NoError(l.t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(l.t, err)
	return list
}

func (l *loader) id(sql string) uuid.UUID {
	l.t.Helper()
	var id uuid.UUID
	require.NoError(l.t, l.conn.QueryRow(l.t.Context(), sql).Scan(&id))
	return id
}

// sharedData opens a file of the shared test data, or skips.
func sharedData(t *testing.T, name string) *os.File {
	t.Helper()
	dirs := []string{os.Getenv("ARREARS_SHARED_DATA")}
	for up := ".."; len(up) < 60; up += "/.." {
		dirs = append(dirs, filepath.Join(up, "shared", "data"))
	}
	for _, dir := range dirs {
		if f, err := os.Open(filepath.Join(dir, name)); err == nil {
			t.Cleanup(func() { _ = f.Close() })
			return f
		}
	}
	t.Skipf("the shared test data is not here: set ARREARS_SHARED_DATA to the folder that holds %s", name)
	return nil
}

func code(err error) string { return fault.CodeOf(err) }

func fields(err error) []fault.Field {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Fields
	}
	return nil
}

func reader(text string) io.Reader { return strings.NewReader(text) }
