package intake_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/intake"
	"arrears/domain/money"
)

// wanted is an invoice as a test writes it, and as it must be read.
type wanted struct {
	number, customer, name, order string
	currency                      money.Currency
	minor, open                   int64
	invoiced, due                 int
}

func drawWanted(rt *rapid.T) wanted {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("aÄß€9 ,;|'\"-")), 1, 20, -1)
	plainText := func(name string) string {
		return strings.TrimSpace("x" + text.Draw(rt, name) + "x")
	}
	w := wanted{
		number: plainText("number"), customer: plainText("customer"), name: plainText("name"), order: plainText("order"),
		currency: rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD", "USD"}).Draw(rt, "currency"),
		minor:    rapid.Int64Range(1, 1_000_000_000).Draw(rt, "minor"),
		invoiced: rapid.IntRange(-400, 0).Draw(rt, "invoiced"),
	}
	w.open = rapid.Int64Range(0, w.minor).Draw(rt, "open")
	w.due = w.invoiced + rapid.IntRange(0, 90).Draw(rt, "due")
	return w
}

func (w wanted) fields() []string {
	return []string{
		w.number, w.customer, w.name, today.AddDays(w.invoiced).String(), today.AddDays(w.due).String(), string(w.currency),
		money.Of(w.minor, w.currency).Decimal(), money.Of(w.open, w.currency).Decimal(), w.order,
	}
}

func (w wanted) check(t require.TestingT, row *intake.Row) {
	require.NotNil(t, row)
	require.Equal(t, w.number, row.Number)
	require.Equal(t, w.customer, row.CustomerNumber)
	require.Equal(t, collapsed(w.name), row.CustomerName)
	require.Equal(t, w.minor, row.AmountMinor)
	require.Equal(t, w.open, row.OpenMinor)
	require.Equal(t, today.AddDays(w.invoiced), row.InvoiceDate)
	require.Equal(t, today.AddDays(w.due), row.DueDate)
}

func collapsed(s string) string {
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	return s
}

// Whatever another program writes as CSV is read back as it was meant, with either line end, with and without a byte order
// mark, and whatever stands in the quotes.
func TestReadsBackWhatOthersWrite(t *testing.T) {
	t.Parallel()
	p := shipped(t, "arrears")
	p.Normalise = []intake.Normalisation{intake.Trim}
	header := []string{"number", "customer_number", "customer_name", "invoice_date", "due_date", "currency", "amount", "open_amount", "purchase_order"}
	rapid.Check(t, func(rt *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(drawWanted), 0, 20).Draw(rt, "rows")
		var text bytes.Buffer
		if rapid.Bool().Draw(rt, "mark") {
			text.WriteString("\xef\xbb\xbf")
		}
		w := csv.NewWriter(&text)
		w.UseCRLF = rapid.Bool().Draw(rt, "crlf")
		require.NoError(rt, w.Write(header))
		for _, row := range list {
			require.NoError(rt, w.Write(row.fields()))
		}
		w.Flush()
		records := readAll(t, p, intake.Options{}, text.String())
		require.Len(rt, records, len(list))
		for i, want := range list {
			require.Empty(rt, records[i].Problems)
			got := *records[i].Row
			got.CustomerName = collapsed(got.CustomerName)
			want.check(rt, &got)
		}
	})
}

// A line of rubbish anywhere costs itself alone: all rows around it are read as before.
func TestRubbishCostsItselfAlone(t *testing.T) {
	t.Parallel()
	p := shipped(t, "arrears")
	const header = "number,customer_number,invoice_date,due_date,currency,amount\n"
	rapid.Check(t, func(rt *rapid.T) {
		before, after := rapid.IntRange(0, 5).Draw(rt, "before"), rapid.IntRange(0, 5).Draw(rt, "after")
		rubbish := rapid.StringOfN(rapid.RuneFrom([]rune("a,\"' \x00\x07é;9")), 1, 40, -1).
			Filter(func(s string) bool { return strings.TrimSpace(s) != "" }).Draw(rt, "rubbish")
		var text strings.Builder
		text.WriteString(header)
		for i := range before {
			fmt.Fprintf(&text, "B%d%s\n", i, tail)
		}
		text.WriteString(rubbish + "\n")
		for i := range after {
			fmt.Fprintf(&text, "A%d%s\n", i, tail)
		}
		records := readAll(t, p, intake.Options{}, text.String())
		require.Len(rt, records, before+1+after)
		for i, rec := range records {
			if i == before {
				_, refused := rec.Refused()
				require.True(rt, refused)
				require.Equal(rt, int64(before+2), rec.Line)
				continue
			}
			require.NotNil(rt, rec.Row)
			require.Empty(rt, rec.Problems)
		}
	})
}

// A corrected row goes through the same rules as a row of a file: read as the fields of one, it reads the same.
func TestAgainReadsWhatTheReaderReads(t *testing.T) {
	t.Parallel()
	p := shipped(t, "arrears")
	header := []string{"number", "customer_number", "customer_name", "invoice_date", "due_date", "currency", "amount", "open_amount", "purchase_order"}
	rapid.Check(t, func(rt *rapid.T) {
		row := drawWanted(rt)
		values := row.fields()
		spoilt := rapid.IntRange(0, len(values)).Draw(rt, "spoilt")
		if spoilt < len(values) {
			values[spoilt] = rapid.SampledFrom([]string{"", "x", "-1", "2026-13-01", "\x07"}).Draw(rt, "with")
		}
		fields := map[string]string{}
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		require.NoError(rt, w.Write(header))
		require.NoError(rt, w.Write(values))
		w.Flush()
		for i, h := range header {
			fields[h] = values[i]
		}
		read := readAll(t, p, intake.Options{}, text.String())
		again, err := intake.Again(p, intake.Options{Today: today}, fields)
		require.NoError(rt, err)
		require.Len(rt, read, 1)
		require.ElementsMatch(rt, codes(read[0]), codes(again))
		require.Equal(rt, read[0].Row, again.Row)
	})
}
