package sample_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/filestore"
	"arrears/internal/sample"
	"arrears/internal/testkit"
	"arrears/port"
)

type stillClock struct{ now time.Time }

func (c stillClock) Now(context.Context) (time.Time, error) { return c.now, nil }

func (c stillClock) Real(_ context.Context, at time.Time) (time.Time, error) { return at, nil }

func installed(t *testing.T, now time.Time) (*app.App, *pgx.Conn) {
	t.Helper()
	db, url := testkit.DB(t)
	a := app.New(app.Deps{Store: db, Clock: stillClock{now}, Files: filestore.Memory()})
	house := port.Installation{
		CreditorName: "Creditor Ltd", TimeZone: "Europe/Berlin", Language: "en", Calendar: "DE", FromAddress: "ar@creditor.example",
		ReplyDomain: "reply.creditor.example",
	}
	clock := calendar.Clock{Kind: calendar.SteppedClock, Epoch: now, Origin: now, Rate: 1, Position: now}
	require.NoError(t, a.SetUp(t.Context(), house, clock))
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return a, conn
}

func counted(t *testing.T, conn *pgx.Conn, sql string) int {
	t.Helper()
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

// The whole portfolio goes through the use cases; a second load, also on another day, changes nothing.
func TestLoadTheSample(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	a, conn := installed(t, now)
	who := access.Principal{ID: "sample", Role: access.Admin}
	p := sample.Generate(1, calendar.DateOf(now, time.UTC))
	var last int
	require.NoError(t, sample.Load(t.Context(), a, who, p, func(done, total int) { last = total - done }))
	require.Zero(t, last, "everything was told")

	require.Equal(t, 60, counted(t, conn, `SELECT count(*) FROM customers`))
	require.Equal(t, 400, counted(t, conn, `SELECT count(*) FROM invoices`))
	require.Equal(t, 400, counted(t, conn, `SELECT count(*) FROM cases`))
	require.Equal(t, len(p.Receipts), counted(t, conn, `SELECT count(*) FROM receipts`))
	require.Equal(t, len(p.CreditMemos), counted(t, conn, `SELECT count(*) FROM credit_memos`))
	require.Equal(t, len(p.Promises), counted(t, conn, `SELECT count(*) FROM promises WHERE state = 'open'`))
	require.Equal(t, len(p.Blocks), counted(t, conn, `SELECT count(*) FROM blocks`))
	require.Equal(t, len(p.Disputes), counted(t, conn, `SELECT count(*) FROM dispute_flags`))
	require.Equal(t, len(p.Notes), counted(t, conn, `SELECT count(*) FROM notes`))
	require.Equal(t, len(p.Copies), counted(t, conn, `SELECT count(*) FROM documents WHERE media_type = 'application/pdf'`))
	require.Equal(t, 2, counted(t, conn, `SELECT count(DISTINCT policy_version_id) FROM cases`), "two levels of collection")
	require.Positive(t, counted(t, conn, `SELECT count(*) FROM nudges WHERE start_at IS NULL`))
	require.Positive(t, counted(t, conn, `SELECT count(*) FROM nudges WHERE start_at IS NOT NULL`))
	for _, inv := range p.Invoices {
		var open int64
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT sum(i.open_minor) FROM items i JOIN invoices v ON v.id = i.invoice_id WHERE v.number = $1`, inv.Number).Scan(&open))
		require.Equal(t, p.OpenMinor(inv.Number), open, inv.Number)
	}

	entries := counted(t, conn, `SELECT count(*) FROM audit_entries`)
	require.NoError(t, sample.Load(t.Context(), a, who, p, nil))
	require.NoError(t, sample.Load(t.Context(), a, who, sample.Generate(1, p.Today.AddDays(3)), nil))
	require.Equal(t, entries, counted(t, conn, `SELECT count(*) FROM audit_entries`))
}

// A load that was interrupted is taken up again, also on the next day.
func TestLoadIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	a, conn := installed(t, now)
	who := access.Principal{ID: "sample", Role: access.Admin}
	p := sample.Generate(1, calendar.DateOf(now, time.UTC))
	for _, stop := range []int{70, 470, 640} {
		ctx, cancel := context.WithCancel(t.Context())
		err := sample.Load(ctx, a, who, p, func(done, _ int) {
			if done == stop {
				cancel()
			}
		})
		require.ErrorIs(t, err, context.Canceled)
		cancel()
	}
	require.NoError(t, sample.Load(t.Context(), a, who, sample.Generate(1, p.Today.AddDays(1)), nil))
	require.Equal(t, 400, counted(t, conn, `SELECT count(*) FROM invoices`))
	require.Equal(t, len(p.Receipts), counted(t, conn, `SELECT count(*) FROM receipts`))
	require.Equal(t, len(p.Copies), counted(t, conn, `SELECT count(*) FROM documents`))
}

func TestLoadNeedsARole(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	a, _ := installed(t, now)
	err := sample.Load(t.Context(), a, access.Principal{ID: "x", Role: access.Auditor}, sample.Generate(1, calendar.DateOf(now, time.UTC)), nil)
	require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
}
