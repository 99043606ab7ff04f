package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/app"
)

// speedRows is how many invoices the comparison loads.
const speedRows = 5000

// BenchmarkImport loads open invoices of 500 customers and tells how fast that is compared with a plain COPY of the same
// invoices and items into the same tables, which decides nothing, audits nothing and arms nothing.
func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		l := newLoader(b)
		plain := l.copyPlainly(b)
		began := time.Now()
		got, err := l.app.Import(b.Context(), l.who, app.NewImport{Profile: profileOf(b, "arrears"), Filename: "speed.csv", File: strings.NewReader(speedFile())})
		took := time.Since(began)
		require.NoError(b, err)
		require.Equal(b, int64(speedRows), got.Report.Accepted)
		b.ReportMetric(float64(speedRows)/took.Seconds(), "rows/s")
		b.ReportMetric(plain.Seconds()/took.Seconds(), "of-copy")
	}
}

func speedFile() string {
	var text strings.Builder
	text.WriteString(ownHeader)
	for i := range speedRows {
		text.WriteString(inv("S"+digits(i), "C"+digits(i%500), "1"+digits(i)+".00", "due_date", "2026-04-10"))
	}
	return text.String()
}

// copyPlainly copies rows of the same size into the tables, in batches as a load does, and takes them out again.
func (l *loader) copyPlainly(b *testing.B) time.Duration {
	b.Helper()
	customer := uuid.New()
	_, err := l.conn.Exec(b.Context(), `INSERT INTO customers (id, source, number, name, currency, created_at) VALUES ($1, 'plain', 'P', 'Plain', 'EUR', now())`, customer)
	require.NoError(b, err)
	began := time.Now()
	for at := 0; at < speedRows; at += 1000 {
		l.copyBatch(b, customer, at)
	}
	return time.Since(began)
}

func (l *loader) copyBatch(b *testing.B, customer uuid.UUID, at int) {
	b.Helper()
	var invoices, items [][]any
	day := time.Date(2026, time.February, 2, 0, 0, 0, 0, time.UTC)
	for i := at; i < at+1000; i++ {
		id, err := uuid.NewV7()
		require.NoError(b, err)
		item, err := uuid.NewV7()
		require.NoError(b, err)
		invoices = append(invoices, []any{id, "plain", "P" + digits(i), customer, day, "EUR", int64(1000 + i), "x", day})
		items = append(items, []any{item, id, customer, "instalment", day, day, "UTC", "EUR", int64(1000 + i), int64(1000 + i)})
	}
	tx, err := l.conn.Begin(b.Context())
	require.NoError(b, err)
	_, err = tx.CopyFrom(b.Context(), pgx.Identifier{"invoices"},
		[]string{"id", "source", "number", "customer_id", "invoice_date", "currency", "amount_minor", "amounts_changed_by", "created_at"}, pgx.CopyFromRows(invoices))
	require.NoError(b, err)
	_, err = tx.CopyFrom(b.Context(), pgx.Identifier{"items"},
		[]string{"id", "invoice_id", "customer_id", "kind", "due_date", "aging_date", "time_zone", "currency", "original_minor", "open_minor"}, pgx.CopyFromRows(items))
	require.NoError(b, err)
	require.NoError(b, tx.Commit(b.Context()))
}
