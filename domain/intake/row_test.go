package intake_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"arrears/domain/intake"
)

func TestRowInTheNormalForm(t *testing.T) {
	t.Parallel()
	text := "number,customer_number,customer_name,invoice_date,due_date,currency,amount,open_amount,instalments,purchase_order," +
		"settled_date,disputed,country,language,time_zone,segment,email\n" +
		"00042,C-1,  Green   Grocer Ltd ,2026-01-10,2026-02-09,EUR,1000.5,400,2026-02-09=300.50 2026-03-09=700,PO 7," +
		",Yes,DE,de,Europe/Berlin,retail,ar@green.example\n"
	records := readAll(t, shipped(t, "arrears"), intake.Options{}, text)
	require.Len(t, records, 1)
	require.Empty(t, records[0].Problems)
	want := &intake.Row{
		Number: "00042", CustomerNumber: "C-1", CustomerName: "Green Grocer Ltd", NameKey: "green grocer ltd",
		InvoiceDate: day("2026-01-10"), DueDate: day("2026-02-09"), Currency: "EUR",
		AmountMinor: 100050, OpenMinor: 40000, StatesOpen: true,
		Instalments: []intake.Instalment{
			{DueDate: day("2026-02-09"), AmountMinor: 30050},
			{DueDate: day("2026-03-09"), AmountMinor: 70000},
		},
		PurchaseOrder: "PO 7", Disputed: true,
		Country: "DE", Language: "de", TimeZone: "Europe/Berlin", Segment: "retail", Email: "ar@green.example",
	}
	require.Empty(t, cmp.Diff(want, records[0].Row))
	require.Equal(t, "  Green   Grocer Ltd ", records[0].Raw.Fields["customer_name"], "the raw row stays as it was")
}

func TestRowMinimal(t *testing.T) {
	t.Parallel()
	row := own(t, "A,C1,2026-01-10,,EUR,5.26")[0].Row
	require.True(t, row.DueDate.IsZero(), "by the customer's terms")
	require.Equal(t, int64(526), row.AmountMinor)
	require.Equal(t, int64(526), row.OpenMinor)
	require.False(t, row.StatesOpen)
}

// Every way a row of our own CSV can be refused: what is written, and the problem.
func TestRowRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, row, want string }{
		{"no number", ",C1,2026-01-10,,EUR,1", "refused number missing_value"},
		{"blank number", "  ,C1,2026-01-10,,EUR,1", "refused number missing_value"},
		{"number too long", strings.Repeat("9", 101) + ",C1,2026-01-10,,EUR,1", "refused number too_long"},
		{"no customer", "A,,2026-01-10,,EUR,1", "refused customer_number missing_value"},
		{"no date", "A,C1,,,EUR,1", "refused invoice_date missing_value"},
		{"30 February", "A,C1,2026-02-30,,EUR,1", "refused invoice_date malformed_date"},
		{"American date", "A,C1,1/2/2026,,EUR,1", "refused invoice_date malformed_date"},
		{"date with time", "A,C1,2026-01-10T00:00,,EUR,1", "refused invoice_date malformed_date"},
		{"due date", "A,C1,2026-01-10,soon,EUR,1", "refused due_date malformed_date"},
		{"no currency", "A,C1,2026-01-10,,,1", "refused currency missing_value"},
		{"currency", "A,C1,2026-01-10,,EURO,1", "refused currency unknown_currency"},
		{"lower case currency", "A,C1,2026-01-10,,eur,1", "refused currency unknown_currency"},
		{"gold is no currency", "A,C1,2026-01-10,,XAU,1", "refused currency unknown_currency"},
		{"no amount", "A,C1,2026-01-10,,EUR,", "refused amount missing_value"},
		{"no number for amount", "A,C1,2026-01-10,,EUR,12a", "refused amount malformed_amount"},
		{"exponent", "A,C1,2026-01-10,,EUR,1e3", "refused amount malformed_amount"},
		{"German amount", "A,C1,2026-01-10,,EUR,\"1,50\"", "refused amount malformed_amount"},
		{"too precise", "A,C1,2026-01-10,,EUR,1.005", "refused amount too_precise"},
		{"too precise yen", "A,C1,2026-01-10,,JPY,1.5", "refused amount too_precise"},
		{"zero", "A,C1,2026-01-10,,EUR,0.00", "refused amount amount_not_positive"},
		{"negative", "A,C1,2026-01-10,,EUR,-1", "refused amount amount_not_positive"},
		{"out of range", "A,C1,2026-01-10,,EUR,999999999999999999", "refused amount malformed_amount"},
		{"control character", "A\x07,C1,2026-01-10,,EUR,1", "refused number control_character"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			records := own(t, c.row)
			require.Len(t, records, 1)
			require.Equal(t, []string{c.want}, codes(records[0]))
			require.Nil(t, records[0].Row)
			require.Equal(t, int64(2), records[0].Line)
			require.NotEmpty(t, records[0].Raw.Bytes)
			p, _ := records[0].Refused()
			require.NotEmpty(t, p.Message)
		})
	}
}

func TestRowTellsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	records := own(t, ",,2026-13-01,x,EURO,1")
	require.Equal(t, []string{
		"refused number missing_value", "refused customer_number missing_value", "refused invoice_date malformed_date",
		"refused due_date malformed_date", "refused currency unknown_currency",
	}, codes(records[0]))
}

func TestRowOptionalColumns(t *testing.T) {
	t.Parallel()
	cases := []struct{ column, value, want string }{
		{"open_amount", "0", ""},
		{"open_amount", "100", ""},
		{"open_amount", "100.01", "refused open_amount open_exceeds_amount"},
		{"open_amount", "-1", "refused open_amount open_exceeds_amount"},
		{"open_amount", "x", "refused open_amount malformed_amount"},
		{"instalments", "2026-02-01=40 2026-03-01=60", ""},
		{"instalments", "2026-02-01=40 2026-03-01=61", "refused instalments instalments"},
		{"instalments", "2026-02-01=40", "refused instalments instalments"},
		{"instalments", "2026-02-01=100 2026-03-01=0", "refused instalments instalments"},
		{"instalments", "2026-02-01=140 2026-03-01=-40", "refused instalments instalments"},
		{"instalments", "2026-03-01=40 2026-02-01=60", "refused instalments instalments"},
		{"instalments", "40 60", "refused instalments instalments"},
		{"instalments", strings.Repeat("2026-02-01=1 ", 130), "refused instalments instalments"},
		{"disputed", "no", ""},
		{"disputed", "maybe", "refused disputed unknown_value"},
		{"settled_date", "2026-01-20", ""},
		{"settled_date", "2026-01-32", "refused settled_date malformed_date"},
		{"country", "Germany", "refused country unknown_value"},
		{"language", "German", "refused language unknown_value"},
		{"time_zone", "Local", "refused time_zone unknown_value"},
		{"email", "not an address", "refused email unknown_value"},
		{"email", "a@b.example\"", "refused email malformed_row"},
		{"segment", strings.Repeat("s", 101), "refused segment too_long"},
	}
	for _, c := range cases {
		t.Run(c.column+" "+clip(c.value), func(t *testing.T) {
			t.Parallel()
			text := "number,customer_number,invoice_date,currency,amount," + c.column + "\nA,C1,2026-01-10,EUR,100," + c.value + "\n"
			records := readAll(t, shipped(t, "arrears"), intake.Options{}, text)
			require.Len(t, records, 1)
			if c.want == "" {
				require.Empty(t, codes(records[0]))
				return
			}
			require.Equal(t, []string{c.want}, codes(records[0]))
		})
	}
}

func clip(s string) string { return s[:min(len(s), 30)] }

func TestRowOddities(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, row, want string }{
		{"due on the day is ordinary", "A,C1,2026-01-10,2026-01-10,EUR,1", ""},
		{"very old", "A,C1,2022-01-10,2022-02-10,EUR,1", "suspicious due_date very_old"},
		{"old and ordinary", "A,C1,2023-06-10,2023-07-10,EUR,1", ""},
		{"far ahead", "A,C1,2026-01-10,2029-02-10,EUR,1", "suspicious due_date far_ahead"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := own(t, c.row)[0]
			require.NotNil(t, r.Row, "an odd row is accepted")
			_, refused := r.Refused()
			require.False(t, refused)
			require.Equal(t, c.want, strings.Join(codes(r), "; "))
		})
	}
}

// An open invoice that would be chased too early is refused; a settled one is history.
func TestRowDueBeforeItsDate(t *testing.T) {
	t.Parallel()
	const header = "number,customer_number,invoice_date,due_date,currency,amount,settled_date,instalments\n"
	cut := intake.Options{AsOf: day("2026-01-31")}
	rows := readAll(t, shipped(t, "arrears"), cut, header+
		"A,C1,2026-01-10,2026-01-09,EUR,1,,\n"+
		"B,C1,2026-01-10,2026-01-09,EUR,1,2026-01-20,\n"+
		"C,C1,2026-01-10,2026-01-09,EUR,1,2026-02-20,\n"+
		"D,C1,2026-01-10,,EUR,2,,2026-01-09=1 2026-02-09=1\n")
	require.Equal(t, []string{"refused due_date due_before_invoice"}, codes(rows[0]))
	require.Equal(t, []string{"suspicious due_date due_before_invoice"}, codes(rows[1]))
	require.Equal(t, []string{"refused due_date due_before_invoice"}, codes(rows[2]), "settled after the cut: open as far as is known")
	require.Equal(t, []string{"refused instalments due_before_invoice"}, codes(rows[3]))
	require.Equal(t, "A", rows[0].Number, "the number of a refused row is known")
}

func TestCustomerKeyOfALongName(t *testing.T) {
	t.Parallel()
	long := intake.Row{NameKey: strings.Repeat("ä", 150)}
	require.LessOrEqual(t, len(long.CustomerKey()), 100)
	other := intake.Row{NameKey: strings.Repeat("ä", 151)}
	require.NotEqual(t, long.CustomerKey(), other.CustomerKey())
}

func TestRowSettledBeforeItsDate(t *testing.T) {
	t.Parallel()
	text := "number,customer_number,invoice_date,currency,amount,settled_date\nA,C1,2026-01-10,EUR,100,2026-01-09\n"
	r := readAll(t, shipped(t, "arrears"), intake.Options{}, text)[0]
	require.Equal(t, []string{"suspicious settled_date settled_before_invoice"}, codes(r))
}

func TestRowCutAtADate(t *testing.T) {
	t.Parallel()
	row := intake.Row{InvoiceDate: day("2026-01-10"), Settled: day("2026-02-10")}
	later, early, onDay := row, row, row
	require.True(t, later.AsOf(day("2026-03-01")))
	require.Equal(t, row.Settled, later.Settled)
	require.True(t, onDay.AsOf(day("2026-02-10")))
	require.Equal(t, row.Settled, onDay.Settled, "what settles on the day is known")
	require.True(t, early.AsOf(day("2026-02-09")))
	require.True(t, early.Settled.IsZero())
	require.False(t, row.AsOf(day("2026-01-09")))
}

const byName = `
name: by-name
constants: {currency: EUR, language: de}
customer: {match: number_then_name, name_noise: [ltd]}
columns:
  - {header: no, field: number}
  - {header: customer, field: customer_number}
  - {header: name, field: customer_name}
  - {header: date, field: invoice_date}
  - {header: amount, field: amount}
`

func TestRowFindsItsCustomer(t *testing.T) {
	t.Parallel()
	rows := readAll(t, profile(t, byName), intake.Options{}, "no,customer,name,date,amount\n"+
		"1,C1,Green Ltd,2026-01-10,1\n2,,Green Ltd,2026-01-10,1\n3,, GREEN ,2026-01-10,1\n4,,,2026-01-10,1\n5,C5,,2026-01-10,1\n")
	require.Equal(t, "C1", rows[0].Row.CustomerKey())
	require.Empty(t, rows[0].Problems)
	require.Equal(t, "name:green", rows[1].Row.CustomerKey())
	require.True(t, rows[1].Row.ByName())
	require.Equal(t, rows[1].Row.CustomerKey(), rows[2].Row.CustomerKey())
	require.Equal(t, []string{"refused customer_name missing_value"}, codes(rows[3]))
	require.Equal(t, "C5", rows[4].Row.CustomerKey())
	require.Equal(t, "de", rows[4].Row.Language, "constants fill in")
	all := readAll(t, profile(t, strings.Replace(byName, "number_then_name", "name", 1)), intake.Options{}, "no,customer,name,date,amount\n1,C1,Green,2026-01-10,1\n")
	require.Equal(t, "name:green", all[0].Row.CustomerKey())
	require.True(t, all[0].Row.ByName(), "in such a file every customer is found by name")
}

func TestRowCurrencyOption(t *testing.T) {
	t.Parallel()
	text := strings.Replace(smallest, "constants: {currency: EUR}", "requires: [currency]", 1)
	rows := readAll(t, profile(t, text), intake.Options{Currency: "KWD"}, "no,customer,date,amount\n1,C1,2026-01-10,1.005\n")
	require.Equal(t, int64(1005), rows[0].Row.AmountMinor)
	both := text + "  - {header: cur, field: currency}\n"
	rows = readAll(t, profile(t, both), intake.Options{Currency: "KWD"}, "no,customer,date,amount,cur\n1,C1,2026-01-10,1,USD\n2,C1,2026-01-10,1,\n")
	require.Equal(t, int64(100), rows[0].Row.AmountMinor, "the file's currency wins")
	require.Equal(t, int64(1000), rows[1].Row.AmountMinor)
}

func TestAgainReadsACorrectedRow(t *testing.T) {
	t.Parallel()
	p := shipped(t, "arrears")
	fields := map[string]string{"number": "A", "customer_number": "C1", "invoice_date": "2026-01-10", "currency": "EUR", "amount": "1.00"}
	rec, err := intake.Again(p, intake.Options{Today: today}, fields)
	require.NoError(t, err)
	require.Equal(t, "A", rec.Row.Number)
	require.Equal(t, fields, rec.Raw.Fields)
	fields["amount"] = "x"
	rec, err = intake.Again(p, intake.Options{Today: today}, fields)
	require.NoError(t, err)
	require.Equal(t, []string{"refused amount malformed_amount"}, codes(rec))
	fields["colour"] = "red"
	_, err = intake.Again(p, intake.Options{Today: today}, fields)
	require.Equal(t, []string{"line 1, colour"}, paths(err))
}
