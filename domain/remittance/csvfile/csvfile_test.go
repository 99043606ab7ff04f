package csvfile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/csvfile"
	"arrears/domain/remittance/internal/rtest"
)

func by(t testing.TB, name string) rtest.Parser {
	t.Helper()
	p, err := csvfile.Shipped(name)
	require.NoError(t, err)
	return func(in io.Reader, to remittance.Sink) error { return csvfile.Read(in, p, to) }
}

const (
	european = "Account;Booking date;Value date;Payer;Payer IBAN;Purpose;Amount;Currency;Balance;Reference\n" +
		"DE89370400440532013000;19.09.2026;19.09.2026;Bank;;Fee;-5,00;EUR;1.245,50;B3\n" +
		"DE89370400440532013000;18.09.26;;M\xfcller & Co;GB82 WEST 1234 5698 7654 32;\"INV-1; INV-2\";1.250,50;EUR;1.250,50;B2\n"
	american = "Account number,Date,Description,Credit,Debit,Running balance,Bank reference,Check number,Type\n" +
		"4711,09/18/2026,ELM STREET INV-1,\"1,000.00\",,1100.00,R1,882104,ACH\n" +
		"4711,09/18/2026,FEE,,10.00,1090.00,R2,,FEE\n" +
		"4712,09/18/2026,OTHER,5.00,0.00,,,,\n"
	advice = "payment,paid_on,payment_amount,currency,payer,customer_number,invoice,purchase_order,invoice_date,paid,gross,discount,adjustment,reason,claim,words\n" +
		"T1,2026-09-18,900.00,EUR,Elm,C1,A-1,P-1,2026-08-01,980.00,\"1,000.00\",20.00,,,,\n" +
		"T1,2026-09-18,900.00,EUR,Elm,C1,,,,-80.00,,,,01,CL-1,crushed\n" +
		"T2,2026-09-19,,EUR,Oak,,A-2,,,5.00,,,,,,\n"
)

func TestStatementNewestFirst(t *testing.T) {
	t.Parallel()
	for _, collect := range []func(rtest.Parser, string) (*remittance.Collector, error){rtest.Collect, rtest.Chunked} {
		c, err := collect(by(t, "bank-eu"), strings.ReplaceAll(european, "\n", "\r\n"))
		require.NoError(t, err)
		require.Empty(t, c.Problems)
		s := c.Statements[0]
		require.Equal(t, []any{"DE89370400440532013000", int64(0), int64(124550), "2026-09-18", "2026-09-19"},
			[]any{s.Account.IBAN, s.Opening.Minor, s.Closing.Minor, s.From.String(), s.To.String()})
		x := c.Transactions[1]
		require.Equal(t, []any{"Müller & Co", "GB82WEST12345698765432", int64(125050), true, "INV-1; INV-2", int64(3), 2},
			[]any{x.Payer.Name, x.Payer.Account.IBAN, x.Minor, x.Credit, x.Text[0], x.Line, x.Entry.Number})
		require.False(t, c.Transactions[0].Credit)
	}
	c, err := rtest.Collect(by(t, "bank-eu"), strings.Replace(european, "-5,00", "-6,00", 1))
	require.NoError(t, err)
	require.Len(t, c.Problems, 2, "the chain says where, the ends that")
	require.Equal(t, remittance.Problem{Severity: remittance.Alarm, Line: 3, Field: "balance", Code: remittance.CodeBalanceDiffers, Message: c.Problems[0].Message}, c.Problems[0])
}

func TestStatementInTwoColumns(t *testing.T) {
	t.Parallel()
	c, err := rtest.Collect(by(t, "bank-us"), american)
	require.NoError(t, err)
	require.Equal(t, []string{"warning balance no_balance"}, rtest.Codes(c.Problems), "the second account has none")
	require.Len(t, c.Statements, 2)
	require.EqualValues(t, 10000, c.Statements[0].Opening.Minor)
	require.EqualValues(t, 109000, c.Statements[0].Closing.Minor)
	require.Equal(t, []any{"882104", "ACH", "4711"}, []any{c.Transactions[0].Cheque, c.Transactions[0].Entry.Code, c.Statements[0].Account.Other})
	require.False(t, c.Transactions[1].Credit)
}

func TestRowsRefused(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ old, new, problem string }{
		"both":      {",10.00,1090", "1.00,10.00,1090", "refused credit_amount bad_amount"},
		"neither":   {",10.00,1090", ",,1090", "refused credit_amount bad_amount"},
		"negative":  {"\"1,000.00\"", "-5.00", "refused credit_amount bad_amount"},
		"grouping":  {"\"1,000.00\"", "\"1,00.00\"", "refused credit_amount bad_amount"},
		"date":      {"09/18/2026,FEE", "13/18/2026,FEE", "refused booked_on bad_date"},
		"no date":   {"09/18/2026,FEE", ",FEE", "refused booked_on bad_date"},
		"balance":   {"1090.00", "x", "refused balance bad_amount"},
		"quote":     {"FEE,,", "F\"EE,,", "refused row malformed"},
		"too short": {",R2,,FEE\n", "\n", "refused row malformed"},
	} {
		require.Contains(t, american, x.old, name)
		c, err := rtest.Collect(by(t, "bank-us"), strings.Replace(american, x.old, x.new, 1))
		require.NoError(t, err, name)
		require.Equal(t, x.problem, rtest.Codes(c.Problems)[0], name)
		require.Len(t, c.Transactions, 2, name)
	}
}

func TestIndicator(t *testing.T) {
	t.Parallel()
	p, err := csvfile.LoadProfile([]byte("{name: a, skip: 1, account: X1, currency: EUR, dates: [YYYY-MM-DD, DD/MM/YYYY, MM/DD/YYYY], columns: [{header: D, field: booked_on}, {header: A, field: amount}, {header: S, field: indicator}]}"))
	require.NoError(t, err)
	var c remittance.Collector
	require.NoError(t, csvfile.Read(strings.NewReader("Export\nD,A,S,Odd\n2026-09-18,5.00,CR,\n2026-09-18,2.00,D,\n2026-09-18,-2.00,D,\n2026-09-18,2.00,?,\n01/02/2026,1.00,C,\n"), p, remittance.Check(&c)))
	require.Equal(t, []string{"warning Odd unknown_element", "refused amount bad_amount", "refused indicator bad_amount", "refused booked_on bad_date", "warning balance no_balance"}, rtest.Codes(c.Problems))
	require.Equal(t, []bool{true, false}, []bool{c.Transactions[0].Credit, c.Transactions[1].Credit})
	require.Equal(t, "X1", c.Statements[0].Account.Other)
}

func TestAdvices(t *testing.T) {
	t.Parallel()
	c, err := rtest.Collect(by(t, "remittance"), "\ufeff"+advice)
	require.NoError(t, err)
	require.Empty(t, c.Problems)
	require.Len(t, c.Advices, 2)
	a := c.Advices[0]
	require.Equal(t, []any{"T1", int64(90000), "C1", "Elm", "2026-09-18"}, []any{a.Payment, a.Minor, a.Customer, a.Payer.Name, a.PaidOn.String()})
	require.Equal(t, "invoice A-1 P-1 98000 100000 2000", fmt.Sprintf("%s %s %s %d %d %d", a.Lines[0].Kind, a.Lines[0].Number, a.Lines[0].Order, *a.Lines[0].PaidMinor, *a.Lines[0].GrossMinor, *a.Lines[0].DiscountMinor))
	require.Equal(t, "claim CL-1 01 crushed", fmt.Sprintf("%s %s %s %s", a.Lines[1].Kind, a.Lines[1].Claim, a.Lines[1].Reason, a.Lines[1].Words))
	require.EqualValues(t, 500, c.Advices[1].Minor)
	for name, x := range map[string]struct{ old, new, problem string }{
		"sum":      {"980.00", "981.00", "alarm payment_amount lines_differ"},
		"currency": {"T2,2026-09-19,,EUR", "T2,2026-09-19,,EURO", "refused currency unknown_currency"},
		"payment":  {"T2,", ",", "refused payment malformed"},
		"paid":     {",5.00,", ",,", "refused paid bad_amount"},
		"gross":    {"\"1,000.00\"", "x", "refused gross bad_amount"},
		"paid on":  {"2026-09-19", "19.9.2026", "refused paid_on bad_date"},
		"dated":    {"2026-08-01", "1.8.2026", "refused invoice_date bad_date"},
	} {
		c, err := rtest.Collect(by(t, "remittance"), strings.Replace(advice, x.old, x.new, 1))
		require.NoError(t, err, name)
		require.Equal(t, x.problem, rtest.Codes(c.Problems)[0], name)
	}
}

// An advice whose lines are not all there, or are too many, is another payment.
func TestAdvicesThatAreNotWhole(t *testing.T) {
	t.Parallel()
	const head, good = "payment,payment_amount,currency,invoice,paid,words\n", "T,,EUR,A,1.00,\n"
	large := "T,,EUR,A,90000000000000.00,\n"
	for name, x := range map[string]struct {
		rows     string
		problems []string
		advices  int
	}{
		"a bad row":            {good + "T,,EUR,B,1.0.0,\n", []string{"refused paid bad_amount", "refused payment_amount bad_amount"}, 0},
		"a torn row":           {good + "T,,EUR\n", []string{"refused row malformed", "refused payment_amount bad_amount"}, 0},
		"a torn row before":    {"U,,EUR,A,5.00,\n,,,\n" + good, []string{"refused row malformed", "refused payment_amount bad_amount", "refused payment_amount bad_amount"}, 0},
		"whose row is unknown": {"U,,EUR,A,5.00,\n,,EUR,B,1.00,\n" + good + good + "V,,EUR,A,6.00,\n", []string{"refused payment malformed", "refused payment_amount bad_amount", "refused payment_amount bad_amount"}, 1},
		"with its amount":      {"T,3.00,EUR,A,1.00,\nT,3.00,EUR,B,2.0.0,\n", []string{"refused paid bad_amount", "alarm payment_amount lines_differ"}, 1},
		"two amounts":          {"T,3.00,EUR,A,1.00,\nT,4.00,EUR,B,2.00,\n", []string{"refused payment_amount total_differs", "alarm payment_amount lines_differ"}, 1},
		"too many lines":       {strings.Repeat(good, remittance.MaxLines+5) + "U,,EUR,A,5.00,\n", []string{"refused payment too_large"}, 1},
		"beyond any amount":    {large + large, []string{"refused payment_amount too_large"}, 0},
		"beyond any total":     {strings.Repeat(large, 1100), []string{"refused payment_amount too_large"}, 0},
	} {
		c, err := rtest.Collect(by(t, "remittance"), head+x.rows)
		require.NoError(t, err, name)
		require.Equal(t, x.problems, rtest.Codes(c.Problems), name)
		require.Len(t, c.Advices, x.advices, name)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"":                               remittance.CodeUnknownFormat,
		"payment,currency,paid\n":        csvfile.CodeHeader,
		"payment,payment,invoice,paid\n": csvfile.CodeHeader,
		"a\"b,c\n":                       csvfile.CodeHeader,
	} {
		_, err := rtest.Collect(by(t, "remittance"), text)
		require.Equal(t, code, fault.CodeOf(err), text)
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(csvfile.Schema()))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("p.json", document))
	schema, err := compiler.Compile("p.json")
	require.NoError(t, err)
	require.Equal(t, []string{"bank-eu", "bank-us", "remittance"}, csvfile.ShippedNames())
	for _, name := range csvfile.ShippedNames() {
		_, err := csvfile.Shipped(name)
		require.NoError(t, err)
		text, err := os.ReadFile("profiles/" + name + ".yaml")
		require.NoError(t, err)
		var value any
		require.NoError(t, yaml.Unmarshal(text, &value))
		encoded, err := json.Marshal(value)
		require.NoError(t, err)
		back, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(back), name)
	}
	for _, name := range []string{"nobody", "../x"} {
		_, err = csvfile.Shipped(name)
		require.Equal(t, csvfile.CodeUnknownProfile, fault.CodeOf(err))
	}
	const good = "{name: a, account: X, currency: EUR, columns: [{header: D, field: booked_on}, {header: A, field: amount}]}"
	_, err = csvfile.LoadProfile([]byte(good))
	require.NoError(t, err)
	for old, changed := range map[string]string{
		"name: a": "name: A B", "account: X, ": "", "currency: EUR": "currency: XXX", "field: amount": "field: sum", "header: A": "header: D", "name: a,": "name: a, decimal: x,",
		"columns": "colums", "{name": "{form: other, name", "X,": "X, dates: [Q],", "EUR,": "EUR, thousands: .,", "EUR, ": "EUR, encoding: ebcdic, ", "EUR, c": "EUR, skip: -1, c",
		"a, ": "a, kind: daily, ", "a, a": "a, delimiter: x, a", "field: booked_on": "field: value_on", "amount}": "amount, values: {A: credit}}",
	} {
		_, err := csvfile.LoadProfile([]byte(strings.Replace(good, old, changed, 1)))
		require.Equal(t, csvfile.CodeMalformedProfile, fault.CodeOf(err), changed)
	}
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	head, row, _ := strings.Cut(american, "\n")
	row, _, _ = strings.Cut(row, "\n")
	row = strings.Replace(row, "1100.00", "", 1) + "\n"
	in := rtest.NewStream(head+"\n", rtest.LongStream, func(int) string { return row }, func(int) string { return "" })
	c, grown := rtest.Grown(t, by(t, "bank-us"), in)
	require.Equal(t, []string{"warning balance no_balance"}, rtest.Codes(c.Problems))
	require.Equal(t, in.Pieces(), c.Transactions)
	require.Less(t, grown, int64(rtest.MostGrown))
}

// FuzzRead reads anything by each form.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{european, american, advice, "", "\"\n", "payment,currency,invoice,paid\nT,EUR,1,1\n"} {
		f.Add([]byte(seed))
	}
	parsers := []rtest.Parser{by(f, "bank-eu"), by(f, "bank-us"), by(f, "remittance")}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, read := range parsers {
			var c remittance.Collector
			if err := read(bytes.NewReader(text), remittance.Check(&c)); err != nil {
				require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
			}
			for _, x := range c.Transactions {
				require.True(t, x.Minor >= 0 && x.Currency.Valid())
			}
		}
	})
}
