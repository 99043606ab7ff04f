package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/intake"
)

// The late-payments sample, cut at the end of June 2013, twice; then again three months later, as a replay would.
func TestImportLatePaymentsFile(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	load := func(day string) app.ImportReport {
		return l.with(app.NewImport{
			Profile: profileOf(t, "ibm-late-payments"), File: sharedData(t, "invoices/ibm-late-payments.csv"),
			AsOf: calendar.MustDate(day), Currency: "USD",
		})
	}
	first := load("2013-06-30")
	require.Equal(t, app.ImportCounts{Accepted: 1930, NotYet: 536, Suspicious: first.Suspicious}, first.ImportCounts)
	require.Equal(t, int64(100), first.NewCustomers)
	require.Equal(t, int64(84), l.number(`SELECT count(*) FROM items WHERE open_minor > 0`))
	require.Equal(t, int64(84), l.number(`SELECT count(*) FROM cases WHERE state = 'active'`))
	require.Equal(t, int64(1846), l.number(`SELECT count(*) FROM receipts`))
	require.Equal(t, int64(84), l.number(`SELECT count(*) FROM nudges WHERE kind = 'invoice'`), "what is settled starts nothing")
	require.Equal(t, "0000611365", l.text(`SELECT number FROM invoices WHERE number LIKE '%611365'`), "leading zeros stay")
	require.Positive(t, l.number(`SELECT count(*) FROM dispute_flags`))
	require.Zero(t, l.number(`SELECT count(*) FROM dispute_flags d JOIN items i ON i.id = d.item_id WHERE i.open_minor = 0`))

	before := l.state()
	second := load("2013-06-30")
	require.Equal(t, app.ImportCounts{Unchanged: 1930, NotYet: 536, Suspicious: second.Suspicious}, second.ImportCounts)
	require.Equal(t, before, l.state(), "the second load changes nothing")

	later := load("2013-09-30")
	require.Equal(t, int64(84), later.Changed+later.Unchanged-1846, "the open ones")
	require.Positive(t, later.Changed)
	require.Equal(t, int64(2466), later.Accepted+later.Changed+later.Unchanged+later.NotYet)
}

func TestImportERPExtractFile(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	load := func() app.ImportReport {
		return l.with(app.NewImport{Profile: profileOf(t, "erp-cleared"), File: sharedData(t, "invoices/erp-extract-cleared.csv"), AsOf: calendar.MustDate("2019-08-31")})
	}
	first := load()
	require.Equal(t, int64(24310), first.RowsRead)
	require.Equal(t, int64(24310), first.Accepted+first.Unchanged+first.Refused+first.NotYet, "no row is lost")
	require.Equal(t, int64(6), first.Refused, "the rows without an invoice id")
	require.Equal(t, first.Codes[intake.CodeDuplicateRow], first.Unchanged)
	require.Greater(t, first.Unchanged, int64(500))
	require.Len(t, first.Currencies, 2)
	require.Positive(t, first.Codes[intake.CodeNameSeveralNumbers])
	require.Equal(t, l.number(`SELECT count(*) FROM customers WHERE number LIKE 'name:%'`), first.Codes[intake.CodeCustomerByName], "flagged once for each customer")
	require.Equal(t, int64(106), first.Codes[intake.CodeDueBeforeInvoice])
	require.Equal(t, first.Accepted, l.number(`SELECT count(*) FROM invoices`))
	require.Equal(t, first.NewCustomers, l.number(`SELECT count(*) FROM customers`))
	require.Zero(t, l.number(`SELECT count(*) FROM customers WHERE name LIKE '%  %'`), "double spaces are gone")
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM customers WHERE number = '200769623'`), "ten spellings, one customer")
	before := l.state()
	second := load()
	require.Zero(t, second.Accepted+second.Changed)
	require.Equal(t, first.Accepted+first.Unchanged, second.Unchanged)
	require.Equal(t, before, l.state())
}
