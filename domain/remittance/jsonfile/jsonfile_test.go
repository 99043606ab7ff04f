package jsonfile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/rtest"
	"arrears/domain/remittance/jsonfile"
)

const (
	head = `{"statement": {"id": "S1", "account": {"iban": "de89 3704 0044 0532 0130 00", "bank": "COBADEFFXXX"}, "currency": "EUR",
  "opening": {"amount_minor": 1000, "on": "2026-09-17"}, "closing": {"amount_minor": 6000}, "entries": {"count": 2, "credit_minor": 7000}},
 "transactions": [`
	credit = `{"reference": "B1", "booked_on": "2026-09-18", "direction": "credit", "amount_minor": 7000, "payer": {"name": "Elm Street Foods",
  "account": {"iban": "GB82WEST12345698765432"}}, "end_to_end": "E1", "text": ["INV-1", "and  more"], "lines": [{"kind": "invoice", "number": "INV-1", "paid_minor": 7000}]}`
	debit = `{"booked_on": "2026-09-18", "value_on": "2026-09-17", "direction": "debit", "amount_minor": 2000, "return": {"code": "AM04", "end_to_end": "E0", "amount_minor": 2000}}`
	whole = head + "\n" + credit + ",\n" + debit + "]}"
	note  = `{"advice": {"id": "A1", "payment": "T1", "payer": {"name": "Elm"}, "customer_number": "C1", "amount_minor": 900, "currency": "EUR", "paid_on": "2026-09-18",
  "lines": [{"kind": "invoice", "number": "1", "paid_minor": 1000, "gross_minor": 1000}, {"kind": "claim", "claim": "X", "paid_minor": -100, "reason": "01"}]}}`
)

func TestStatement(t *testing.T) {
	t.Parallel()
	for _, collect := range []func(rtest.Parser, string) (*remittance.Collector, error){rtest.Collect, rtest.Chunked} {
		c, err := collect(jsonfile.Read, "\ufeff"+whole)
		require.NoError(t, err)
		require.Empty(t, c.Problems)
		require.Len(t, c.Transactions, 2)
		s := c.Statements[0]
		require.Equal(t, "DE89370400440532013000", s.Account.IBAN)
		require.Equal(t, []any{remittance.EndOfDay, remittance.Update, int64(1000)}, []any{s.Kind, s.Status, s.Opening.Minor})
		first, second := c.Transactions[0], c.Transactions[1]
		require.Equal(t, []string{"INV-1", "and more"}, first.Text)
		require.Equal(t, []any{1, true, int64(7000), "E1", int64(4)}, []any{first.Entry.Number, first.Credit, first.Minor, first.EndToEnd, first.Line})
		require.Equal(t, "2026-09-18", first.Entry.ValueOn.String(), "the day of booking when none is told")
		require.Equal(t, "AM04", second.Return.Code)
		require.EqualValues(t, 6, second.Line)
	}
}

func TestAdvices(t *testing.T) {
	t.Parallel()
	c, err := rtest.Collect(jsonfile.Read, note+"\n"+whole+note)
	require.NoError(t, err)
	require.Empty(t, c.Problems)
	require.Len(t, c.Advices, 2)
	a := c.Advices[0]
	require.Equal(t, []any{"A1", "T1", "C1", int64(900), true, true}, []any{a.ID, a.Payment, a.Customer, a.Minor, a.Credit, a.MoneyMoves})
	require.EqualValues(t, -100, *a.Lines[1].PaidMinor)
	c, err = rtest.Collect(jsonfile.Read, strings.Replace(note, `"paid_minor": 1000`, `"paid_minor": 999`, 1))
	require.NoError(t, err)
	require.Equal(t, []string{"alarm advice/lines lines_differ"}, rtest.Codes(c.Problems))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ old, new, problem string }{
		"no amount":      {`"amount_minor": 7000, `, ``, "refused transactions/amount_minor bad_amount"},
		"negative":       {`"amount_minor": 7000`, `"amount_minor": -7000`, "refused transactions/amount_minor bad_amount"},
		"decimals":       {`"amount_minor": 7000`, `"amount_minor": 70.5`, "refused transactions malformed"},
		"text amount":    {`"amount_minor": 7000`, `"amount_minor": "7000"`, "refused transactions malformed"},
		"huge":           {`"amount_minor": 7000`, `"amount_minor": 9000000000000001`, "refused transactions/amount_minor bad_amount"},
		"direction":      {`"direction": "credit"`, `"direction": "in"`, "refused transactions/direction malformed"},
		"currency":       {`"direction": "credit"`, `"direction": "credit", "currency": "EURO"`, "refused transactions/currency unknown_currency"},
		"no date":        {`"booked_on": "2026-09-18", "direction": "credit"`, `"direction": "credit"`, "refused transactions/booked_on bad_date"},
		"date":           {`"2026-09-18", "direction": "credit"`, `"2026-02-30", "direction": "credit"`, "refused transactions malformed"},
		"state":          {`"direction": "credit"`, `"direction": "credit", "state": "maybe"`, "refused transactions/state unsupported_status"},
		"unknown member": {`"reference": "B1"`, `"referenceX": "B1"`, "refused transactions malformed"},
		"line kind":      {`"kind": "invoice"`, `"kind": "bill"`, "refused transactions/lines/kind malformed"},
		"return":         {`"end_to_end": "E0", "amount_minor": 2000`, `"amount_minor": -1`, "refused transactions/return/amount_minor bad_amount"},
	} {
		require.Contains(t, whole, x.old, name)
		c, err := rtest.Collect(jsonfile.Read, strings.Replace(whole, x.old, x.new, 1))
		require.NoError(t, err, name)
		got := rtest.Codes(c.Problems)
		require.Equal(t, x.problem, got[0], name)
		require.Contains(t, got, "alarm balance balance_differs", name)
		require.Len(t, c.Transactions, 1, name)
	}
	for old, problem := range map[string]string{
		`"amount_minor": 900`: "refused advice/amount_minor bad_amount", `"currency": "EUR"`: "refused advice/currency unknown_currency", `"id": "A1"`: "refused advice malformed",
	} {
		c, err := rtest.Collect(jsonfile.Read, strings.Replace(note, old, `"direction": "credit", "idd": 1`, 1))
		require.NoError(t, err)
		require.Len(t, c.Problems, 1, problem)
		require.Empty(t, c.Advices)
	}
}

// What is wrong is said in the file's words, once: no type of ours, no code within the message.
func TestWordsOfWhatIsMalformed(t *testing.T) {
	t.Parallel()
	for said, x := range map[string][2]string{
		"amount_minor may not be a string":      {`"amount_minor": 7000`, `"amount_minor": "7000"`},
		"amount_minor may not be a number 70.5": {`"amount_minor": 7000`, `"amount_minor": 70.5`},
		`unknown field "referenceX"`:            {`"reference": "B1"`, `"referenceX": "B1"`},
	} {
		c, err := rtest.Collect(jsonfile.Read, strings.Replace(whole, x[0], x[1], 1))
		require.NoError(t, err)
		require.Equal(t, said, c.Problems[0].Message)
	}
	_, err := rtest.Collect(jsonfile.Read, strings.Replace(whole, `"id": "S1"`, `"id": 1`, 1))
	require.ErrorContains(t, err, ": id may not be a number")
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"":                                       remittance.CodeUnknownFormat,
		"[]":                                     remittance.CodeUnknownFormat,
		note + "{}":                              remittance.CodeUnknownFormat,
		`{"transactions": []}`:                   remittance.CodeUnknownElement,
		`{"payments": []}`:                       remittance.CodeUnknownElement,
		whole[:len(whole)-2]:                     remittance.CodeTruncated,
		whole[:len(whole)/2]:                     remittance.CodeTruncated,
		whole + "x":                              remittance.CodeMalformed,
		head + `{"a": }]}`:                       remittance.CodeMalformed,
		`{"statement": []}`:                      remittance.CodeMalformed,
		head + `"` + strings.Repeat("x", 17<<20): remittance.CodeTooLarge,
		strings.Replace(whole, `"EUR"`, `"EURO"`, 1):                                remittance.CodeUnknownCurrency,
		strings.Replace(whole, `"id": "S1"`, `"kind": "daily"`, 1):                  remittance.CodeMalformed,
		strings.Replace(whole, `"id": "S1"`, `"status": "odd"`, 1):                  remittance.CodeUnsupportedStatus,
		strings.Replace(whole, `"iban": "de89 3704 0044 0532 0130 00", `, ``, 1):    remittance.CodeMalformed,
		strings.Replace(whole, `{"amount_minor": 6000}`, `{"on": "2026-09-18"}`, 1): remittance.CodeBadAmount,
	} {
		_, err := rtest.Collect(jsonfile.Read, text)
		require.Equal(t, code, fault.CodeOf(err), "%.60s", text)
	}
}

// What the schema calls valid is what is read.
func TestSchema(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(jsonfile.Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("s.json", document))
	s, err := c.Compile("s.json")
	require.NoError(t, err)
	for text, valid := range map[string]bool{whole: true, note: true, `{"statement": {"currency": "EUR"}}`: false, strings.Replace(whole, "reference", "ref", 1): false} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, valid, s.Validate(value) == nil, "%.80s", text)
	}
}

// The public samples of cash application, put into our form: every payment is there, to the cent.
func TestCashApplicationSamples(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 5; n++ {
		var sample struct {
			Date         string `json:"statement_date"`
			Bank         string
			Account      string
			Transactions []struct {
				ID             string      `json:"txn_id"`
				Date           string      `json:"date"`
				Amount         json.Number `json:"amount"`
				Currency, Note string
				Type           string `json:"payment_type"`
				Payer          string `json:"payer_raw"`
				Reference      string `json:"bank_reference"`
				Text           string `json:"remittance_text"`
			}
		}
		require.NoError(t, json.NewDecoder(rtest.Shared(t, fmt.Sprintf("cash-application/sample-%02d-bank_statement.json", n))).Decode(&sample))
		var list []map[string]any
		var sum int64
		for _, x := range sample.Transactions {
			whole, fraction, _ := strings.Cut(x.Amount.String(), ".")
			a, err := money.Parse(whole+"."+(fraction + "00")[:2], money.Currency(x.Currency))
			require.NoError(t, err)
			direction, minor := "credit", a.Minor()
			if minor < 0 || strings.HasSuffix(x.Type, "RETURN") {
				direction, minor = "debit", max(minor, -minor)
			}
			if direction == "credit" {
				sum += minor
			}
			list = append(list, map[string]any{"reference": x.Reference, "booked_on": x.Date, "direction": direction, "amount_minor": minor, "currency": x.Currency,
				"code": x.Type, "payer": map[string]any{"name": x.Payer}, "text": []string{x.Text}})
		}
		rows, err := json.Marshal(list)
		require.NoError(t, err)
		text := fmt.Sprintf(`{"statement": {"account": {"other": %q, "bank": %q}, "currency": "USD", "kind": "notification", "to": %q}, "transactions": %s}`,
			sample.Account, sample.Bank, sample.Date, rows)
		c, err := rtest.Collect(jsonfile.Read, text)
		require.NoError(t, err)
		require.Empty(t, c.Problems)
		require.Len(t, c.Transactions, len(sample.Transactions))
		var got int64
		for _, x := range c.Transactions {
			if x.Credit {
				got += x.Minor
			}
		}
		require.Equal(t, sum, got)
	}
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	start := strings.NewReplacer(`"closing": {"amount_minor": 6000}, `, "", `"entries": {"count": 2, "credit_minor": 7000}`, `"sequence": "1"`).Replace(head)
	in := rtest.NewStream(start+debit, rtest.LongStream, func(int) string { return ",\n" + credit }, func(int) string { return "]}" })
	c, grown := rtest.Grown(t, jsonfile.Read, in)
	require.Equal(t, []string{"warning balance no_balance"}, rtest.Codes(c.Problems))
	require.Equal(t, in.Pieces()+1, c.Transactions)
	require.Less(t, grown, int64(rtest.MostGrown))
}

// FuzzRead reads anything.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{whole, note, "", "{", `{"advice":null}`, `{"statement":null,"transactions":null}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var c remittance.Collector
		if err := jsonfile.Read(bytes.NewReader(text), remittance.Check(&c)); err != nil {
			require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
		}
		for _, x := range c.Transactions {
			require.True(t, x.Minor >= 0 && x.Currency.Valid() && !x.Entry.BookedOn.IsZero())
		}
		for _, p := range c.Problems {
			require.True(t, strings.HasPrefix(p.Code, "remittance."))
		}
	})
}
