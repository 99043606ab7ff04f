package app_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/receivable"
	"arrears/port"
)

func TestImportEntersInvoicesAndArmsThem(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	got := l.load(inv("R1", "C1", "100.00", "customer_name", "Green Ltd", "purchase_order", "PO 1", "due_date", "2026-03-20"),
		inv("R2", "C1", "50.00", "due_date", "2026-02-10"),
		inv("R3", "C2", "900.00", "due_date", "", "instalments", "2026-03-04=300.00 2026-04-04=600.00"),
		inv("R4", "C2", "70.00", "due_date", ""))
	require.Equal(t, int64(4), got.RowsRead)
	require.Equal(t, app.ImportCounts{Accepted: 4}, got.ImportCounts)
	require.Equal(t, int64(2), got.NewCustomers)
	require.Equal(t, []app.ImportCurrency{{Currency: "EUR", Rows: 4, AmountMinor: 112000, AcceptedMinor: 112000}}, got.Currencies)
	require.Equal(t, int64(5), l.number(`SELECT count(*) FROM items`))
	require.Equal(t, int64(4), l.number(`SELECT count(*) FROM decisions WHERE called_for = 'arm' AND seq = 1`))
	require.Equal(t, "2026-03-04", l.text(`SELECT due_date::text FROM items i JOIN invoices v ON v.id = i.invoice_id WHERE v.number = 'R4'`), "by the terms: 30 days")
	require.Equal(t, "PassStage", l.text(`SELECT first_action FROM nudges n JOIN invoices v ON v.id = n.subject_id WHERE v.number = 'R2' AND n.start_at IS NULL`), "the courtesy reminder has lapsed")
	require.Equal(t, "2026-03-17", l.text(`SELECT start_at::date::text FROM nudges n JOIN invoices v ON v.id = n.subject_id WHERE v.number = 'R1'`), "a later one starts on its day")
	for _, action := range []string{"customer.created", "invoice.created", "case.armed"} {
		require.Positive(t, l.number(`SELECT count(*) FROM audit_entries WHERE action = $1`, action), action)
	}
	require.Equal(t, "Green Ltd", l.text(`SELECT name FROM customers WHERE number = 'C1'`))
	require.Equal(t, "C2", l.text(`SELECT name FROM customers WHERE number = 'C2'`), "a customer without a name is called by its number")
	require.Equal(t, int64(4), l.number(`SELECT count(*) FROM invoices WHERE import_id = (SELECT id FROM imports) AND amounts_changed_by = 'key-loader'`))
}

func TestImportTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	rows := []string{
		inv("R1", "C1", "100.00", "customer_name", "Green Ltd"), inv("R2", "C1", "50.00", "settled_date", "2026-02-20"),
		inv("R3", "C1", "80.00", "open_amount", "30.00"), inv("R4", "C2", "70.00", "disputed", "yes"),
		inv("R1", "C1", "100.00", "customer_name", "Green Ltd"), inv("R4", "C2", "71.00", "disputed", "yes"),
		inv("R5", "C1", "100.00", "customer_name", "Blue Ltd"), inv("", "C1", "5.00"), inv("", "C1", "5.00"), "broken \" row\n",
	}
	first := l.load(rows...)
	require.Equal(t, app.ImportCounts{Accepted: 5, Unchanged: 1, Refused: 4, Suspicious: 2}, first.ImportCounts)
	before := l.state()
	second := l.load(rows...)
	require.Equal(t, int64(0), second.Accepted+second.Changed)
	require.Equal(t, int64(6), second.Unchanged)
	require.Equal(t, int64(4), second.Refused)
	require.Equal(t, before, l.state())
	require.Equal(t, []string{
		"6 suspicious duplicate_row", "7 refused conflicting_duplicate", "8 suspicious number_several_names", "9 refused missing_value",
		"10 refused missing_value", "11 refused malformed_row",
	}, l.quarantine(), "equal refused rows are kept each")
}

func TestImportSettlesWhatTheSourceSettled(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	rows := []string{inv("R1", "C1", "100.00", "settled_date", "2026-02-10"), inv("R2", "C1", "40.00", "settled_date", "2026-02-25"),
		inv("R3", "C1", "30.00", "invoice_date", "2026-02-20", "settled_date", "2026-02-25"), inv("R4", "C1", "60.00", "open_amount", "20")}
	cut := func(day string) app.NewImport { return app.NewImport{AsOf: calendar.MustDate(day)} }
	got := l.with(cut("2026-02-15"), rows...)
	require.Equal(t, app.ImportCounts{Accepted: 3, NotYet: 1}, got.ImportCounts)
	require.Equal(t, int64(0), l.open("R1"))
	require.Equal(t, int64(4000), l.open("R2"), "settled later: open as far as is known")
	require.Equal(t, int64(2000), l.open("R4"))
	require.Equal(t, "closed", l.text(`SELECT c.state FROM cases c JOIN invoices v ON v.id = c.id WHERE v.number = 'R1'`))
	require.Equal(t, "2026-02-10", l.text(`SELECT value_date::text FROM receipts WHERE number = 'R1/settled'`))

	got = l.with(cut("2026-03-01"), rows...)
	require.Equal(t, app.ImportCounts{Accepted: 1, Changed: 1, Unchanged: 2}, got.ImportCounts)
	require.Equal(t, int64(0), l.open("R2"))
	require.Equal(t, int64(0), l.open("R3"))
	before := l.state()
	require.Equal(t, int64(4), l.with(cut("2026-03-01"), rows...).Unchanged)
	require.Equal(t, int64(3), l.with(cut("2026-02-15"), rows...).Unchanged, "what is known does not become unknown")
	require.Equal(t, before, l.state())
}

func TestImportDoesNotRecordAReversedSettlementAgain(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	settled := inv("R1", "C1", "100.00", "settled_date", "2026-02-10")
	l.load(settled)
	_, err := l.app.ReverseReceipt(t.Context(), l.who, l.id(`SELECT id FROM receipts`), "returned by the bank")
	require.NoError(t, err)
	require.Equal(t, int64(10000), l.open("R1"))
	require.Equal(t, int64(1), l.load(settled).Unchanged)
	require.Equal(t, int64(10000), l.open("R1"))
}

func TestImportChanges(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "100.00"), inv("R2", "C1", "100.00", "open_amount", "40.00"),
		inv("R3", "C1", "90.00", "due_date", "", "instalments", "2026-03-04=30 2026-04-04=60"), inv("R4", "C1", "10.00"))
	got := l.load(inv("R1", "C1", "120.00", "due_date", "2026-03-20"), inv("R2", "C1", "60.00"),
		inv("R3", "C1", "100.00", "due_date", "", "instalments", "2026-03-04=40 2026-04-04=60"), inv("R4", "C1", "10.00", "purchase_order", "PO 9"))
	require.Equal(t, app.ImportCounts{Changed: 4}, got.ImportCounts)
	require.Equal(t, int64(12000), l.open("R1"))
	require.Equal(t, "2026-03-20", l.text(`SELECT due_date::text FROM items i JOIN invoices v ON v.id = i.invoice_id WHERE v.number = 'R1'`))
	require.Equal(t, int64(0), l.open("R2"), "what was paid stays paid")
	require.Equal(t, int64(10000), l.open("R3"))
	require.Equal(t, "PO 9", l.text(`SELECT purchase_order FROM invoices WHERE number = 'R4'`))
	require.Equal(t, int64(4), l.number(`SELECT count(*) FROM audit_entries WHERE action = 'invoice.changed'`))
	require.Equal(t, int64(10000), l.number(`SELECT (data->>'was_minor')::bigint FROM audit_entries a JOIN invoices v ON v.id = a.invoice_id WHERE action = 'invoice.changed' AND v.number = 'R1'`))
	require.Positive(t, l.number(`SELECT count(*) FROM nudges n JOIN invoices v ON v.id = n.subject_id WHERE v.number = 'R1' AND n.first_action = 'Review' AND n.start_at IS NULL`), "its case looks again")
}

func TestImportRefusesWhatContradictsTheRecord(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "100.00", "open_amount", "40.00"), inv("R2", "C1", "101.00"), inv("R3", "C1", "102.00"),
		inv("R4", "C1", "90.00", "due_date", "", "instalments", "2026-03-04=30 2026-04-04=60"), inv("R5", "C1", "5.00"))
	_, err := l.app.VoidInvoice(t.Context(), l.who, l.id(`SELECT id FROM invoices WHERE number = 'R5'`), "entered twice")
	require.NoError(t, err)
	before := l.text(`SELECT md5(string_agg(i::text, '' ORDER BY id)) FROM items i`)
	got := l.load(inv("R1", "C1", "59.99"), inv("R2", "C2", "101.00"), inv("R3", "C1", "102.00", "currency", "USD"),
		inv("R4", "C1", "90.00"), inv("R5", "C1", "6.00"))
	require.Equal(t, int64(5), got.Refused)
	require.Equal(t, []string{
		"2 refused below_paid", "3 refused customer_changed", "4 refused currency_changed", "5 refused instalments_changed", "6 refused invoice_void",
	}, l.quarantine())
	require.Equal(t, before, l.text(`SELECT md5(string_agg(i::text, '' ORDER BY id)) FROM items i`))
}

func TestImportFlagsOnceWhatTheSourceDisputes(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	rows := []string{inv("R1", "C1", "100.00", "disputed", "yes", "open_amount", "60"), inv("R2", "C1", "100.00", "disputed", "yes", "settled_date", "2026-02-20")}
	l.load(rows...)
	require.Equal(t, int64(6000), l.number(`SELECT sum(disputed_minor) FROM items`))
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM dispute_flags WHERE state = 'open'`))
	_, err := l.app.ReleaseDispute(t.Context(), l.who, l.id(`SELECT id FROM dispute_flags`), "settled on the telephone")
	require.NoError(t, err)
	l.load(rows...)
	require.Equal(t, int64(0), l.number(`SELECT sum(disputed_minor) FROM items`), "a released flag does not come back")
}

func TestImportShowsWhatIsOdd(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	rows := []string{inv("A1", "C1", "100.00", "customer_name", "Green Ltd")}
	for _, n := range strings.Fields("B C D E F G H I J K") {
		rows = append(rows, inv(n, "C1", "11"+n2(n)+".00"))
	}
	rows = append(rows, inv("BIG", "C1", "99000.00"), inv("A2", "C1", "100.00"), inv("X1", "C9", "7.00", "customer_name", "GREEN. Ltd"))
	got := l.load(rows...)
	require.Equal(t, int64(14), got.Accepted, "what is odd is accepted")
	require.Equal(t, int64(3), got.Suspicious)
	require.Equal(t, []string{"13 suspicious amount_outlier", "14 suspicious duplicate_content", "15 suspicious name_several_numbers"}, l.quarantine())
	later := l.load(inv("A3", "C1", "100.00"))
	require.Equal(t, int64(1), later.Codes[intake.CodeDuplicateContent], "also across files")
	require.Equal(t, int64(1), l.load(inv("A1", "C1", "100.00", "open_amount", "1.00")).Codes[intake.CodeOpenDiffers])
	require.Equal(t, int64(10000), l.open("A1"))
}

// n2 makes a number of a letter.
func n2(letter string) string { return string('0' + (letter[0]-'A')%10) }

func TestImportRefusesFilesAndCallers(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	cases := []struct {
		name, code string
		in         app.NewImport
	}{
		{"mode", app.CodeImportMode, app.NewImport{Mode: "partial"}},
		{"control totals of a delta", app.CodeImportMode, app.NewImport{Controls: []intake.Control{{}}}},
		{"source", receivable.CodeInvalid, app.NewImport{Source: strings.Repeat("s", 101)}},
		{"header", intake.CodeHeader, app.NewImport{File: strings.NewReader("a,b\n")}},
		{"empty", intake.CodeEmptyFile, app.NewImport{File: strings.NewReader("")}},
		{"option", intake.CodeMissingOption, app.NewImport{Profile: profileOf(t, "ibm-late-payments")}},
	}
	for _, c := range cases {
		_, err := l.try(c.in)
		require.Equal(t, c.code, fault.CodeOf(err), c.name)
	}
	for _, role := range []access.Role{access.Collector, access.Auditor} {
		_, err := l.app.Import(t.Context(), access.Principal{ID: "x", Role: role}, app.NewImport{Profile: profileOf(t, "arrears"), File: strings.NewReader(ownHeader)})
		require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
	}
	require.Zero(t, l.number(`SELECT count(*) FROM imports`), "a file that is refused as a whole leaves nothing")
}

// A load that breaks off in the middle has done whole batches; loading the file again gives what one load would have.
func TestImportResumes(t *testing.T) {
	t.Parallel()
	whole, broken := newLoader(t), newLoader(t)
	text := ownHeader
	for i := range 3500 {
		text += inv("R"+digits(i), "C"+digits(i%7), "1"+digits(i%90)+".00")
	}
	one := whole.with(app.NewImport{File: strings.NewReader(text)})
	require.Equal(t, int64(3500), one.Accepted)

	gone := errors.New("the disk is gone")
	got, err := broken.try(app.NewImport{File: io.MultiReader(strings.NewReader(text[:len(text)*2/3]), iotest.ErrReader(gone))})
	require.ErrorIs(t, err, gone)
	require.Equal(t, app.Imported{}, got)
	require.Equal(t, "failed", broken.text(`SELECT state FROM imports`))
	require.Equal(t, int64(2000), broken.number(`SELECT count(*) FROM invoices`))
	again := broken.with(app.NewImport{File: strings.NewReader(text)})
	require.Equal(t, int64(1500), again.Accepted)
	require.Equal(t, int64(2000), again.Unchanged)
	const content = `SELECT md5(string_agg(v.number || i.due_date || i.open_minor || c.number || k.state || k.next_action, '|' ORDER BY v.number))
FROM invoices v JOIN items i ON i.invoice_id = v.id JOIN customers c ON c.id = v.customer_id JOIN cases k ON k.id = v.id`
	require.Equal(t, whole.text(content), broken.text(content))
}

func digits(n int) string {
	return string([]byte{byte('0' + n/1000%10), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)})
}

// While a load runs, its caller and whoever looks at its record see how far it is.
func TestImportTellsItsProgress(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	text := ownHeader
	for i := range 2200 {
		text += inv("R"+digits(i), "C1", "10.00", "invoice_date", "2026-01-"+digits(i%28 + 1)[2:])
	}
	var seen []app.ImportProgress
	var shown []port.ImportRun
	l.with(app.NewImport{File: strings.NewReader(text), Progress: func(p app.ImportProgress) {
		seen = append(seen, p)
		list, err := l.app.ListImports(t.Context(), l.who, port.Page{})
		require.NoError(t, err)
		shown = append(shown, list.Items[0])
	}})
	require.Len(t, seen, 2)
	require.Equal(t, int64(2000), seen[0].Rows)
	require.Equal(t, int64(2200), seen[1].Rows)
	require.Equal(t, int64(len(text)), seen[1].Bytes)
	require.Equal(t, int64(2200), seen[1].Accepted)
	for i, run := range shown {
		require.Equal(t, "running", run.State)
		require.Equal(t, seen[i].Rows, run.RowsRead)
		require.Equal(t, seen[i].Accepted, run.Accepted)
		require.Nil(t, run.FinishedAt)
	}
}

func TestImportIsOneRequest(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	id := l.id(`SELECT gen_random_uuid()`)
	again := func() (app.Imported, error) {
		ctx := port.WithIdempotencyID(t.Context(), "key", id)
		return l.app.Import(ctx, l.who, app.NewImport{Profile: profileOf(t, "arrears"), Filename: "a.csv", File: strings.NewReader(ownHeader + inv("R1", "C1", "1.00"))})
	}
	first, err := again()
	require.NoError(t, err)
	second, err := again()
	require.NoError(t, err)
	require.Equal(t, first.Run.ID, second.Run.ID)
	require.Equal(t, int64(1), second.Report.Accepted, "the answer is the first one's")
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM imports`))
	run, err := l.app.ImportRun(t.Context(), l.who, id)
	require.NoError(t, err)
	require.Equal(t, "done", run.State)
	require.Len(t, run.SHA256, 32)
	list, err := l.app.ListImports(t.Context(), l.who, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
}

// Two loads of the same file at once enter every invoice once.
func TestImportAtOnce(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	text := ownHeader
	for i := range 600 {
		text += inv("R"+digits(i), "C"+digits(i%50), "1"+digits(i%90)+".00", "customer_name", "Customer "+digits(i%50))
	}
	results := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := l.app.Import(context.Background(), l.who, app.NewImport{Profile: profileOf(t, "arrears"), Filename: "a.csv", File: strings.NewReader(text)})
			results <- err
		}()
	}
	require.NoError(t, <-results)
	require.NoError(t, <-results)
	require.Equal(t, int64(600), l.number(`SELECT count(*) FROM invoices`))
	require.Equal(t, int64(50), l.number(`SELECT count(*) FROM customers`))
	l.lawful()
}

func TestImportGivesCustomersWhatIsKnown(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	text := "number,customer_number,invoice_date,currency,amount,country,language,time_zone,email\n" +
		"R1,C1,2026-02-02,EUR,1.00,DE,,,ar@green.example\nR2,C2,2026-02-02,EUR,1.00,AT,en,Europe/Rome,\nR3,C3,2026-02-02,EUR,1.00,,,,\nR4,C4,2026-02-02,EUR,1.00,XK,,,\n"
	l.with(app.NewImport{File: strings.NewReader(text), Customers: app.CustomerDefaults{
		Language: "fr", TimeZone: "Europe/Paris", Country: "FR",
		Countries: map[string]app.CountryDefaults{"DE": {Language: "de", TimeZone: "Europe/Berlin"}, "AT": {Language: "de", TimeZone: "Europe/Vienna"}},
	}})
	const all = `SELECT country || ' ' || language || ' ' || time_zone || ' ' || calendar FROM customers WHERE number = $1`
	require.Equal(t, "DE de Europe/Berlin DE", l.text(all, "C1"))
	require.Equal(t, "AT en Europe/Rome AT", l.text(all, "C2"))
	require.Equal(t, "FR fr Europe/Paris FR", l.text(all, "C3"))
	require.Equal(t, "XK fr Europe/Paris none", l.text(all, "C4"))
	require.Equal(t, "ar@green.example", l.text(`SELECT email FROM contacts`))
	require.Equal(t, int64(4), l.number(`SELECT count(*) FROM items i JOIN customers c ON c.id = i.customer_id WHERE i.time_zone = c.time_zone`))
}
