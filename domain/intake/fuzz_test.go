package intake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
)

// FuzzReader reads anything as a file of our own CSV: it ends, every row that is not blank is accounted for, what is read
// keeps the bounds of the normal form, and whatever is refused says why and can be kept as JSON.
func FuzzReader(f *testing.F) {
	const header = "number,customer_number,invoice_date,due_date,currency,amount\n"
	for _, seed := range []string{
		"", "A,C1,2026-01-10,2026-02-09,EUR,100.00\n", "\"A\"\"\",C1,2026-01-10,,JPY,1", "\"A\nB\",C1,2026-01-10,,EUR,1\n\n\"",
		"A,C1,2026-01-10,,KWD,0.001\r\n\r\n,,,,,\n", "\xff\xfe\x00,", "\"\"\"\"\n\"\n\"\"\n", "A,C1,9999-12-31,0001-01-01,EUR,90000000000000.00\n",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	p := shipped(f, "arrears")
	f.Fuzz(func(t *testing.T, body []byte, headed bool) {
		text := body
		if headed {
			text = append([]byte(header), body...)
		}
		r, err := intake.NewReader(bytes.NewReader(text), p, intake.Options{Today: today})
		if err != nil {
			require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
			return
		}
		last := int64(0)
		for {
			rec, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			require.Greater(t, rec.Line, last, "lines grow")
			last = rec.Line
			checkRecord(t, rec)
		}
		require.LessOrEqual(t, last, int64(bytes.Count(text, []byte("\n"))+1))
	})
}

func checkRecord(t *testing.T, rec intake.Record) {
	t.Helper()
	problem, refused := rec.Refused()
	require.Equal(t, refused, rec.Row == nil && rec.Control == nil)
	kept, err := json.Marshal(rec.Raw)
	require.NoError(t, err)
	require.NotContains(t, string(kept), `\u0000`)
	if refused {
		require.True(t, strings.HasPrefix(problem.Code, "intake."))
		require.NotEmpty(t, problem.Message)
	}
	if row := rec.Row; row != nil {
		require.NotEmpty(t, row.Number)
		require.True(t, row.Currency.Valid())
		require.Positive(t, row.AmountMinor)
		require.LessOrEqual(t, row.AmountMinor, money.MaxMinor)
		require.False(t, row.InvoiceDate.IsZero())
		require.True(t, row.OpenMinor >= 0 && row.OpenMinor <= row.AmountMinor)
	}
}

// FuzzProfile loads anything as a profile: it is refused with a code, or it can read a file.
func FuzzProfile(f *testing.F) {
	f.Add(smallest)
	f.Add(byName)
	f.Add("columns: [{header: a, field: number, dates: [M/D/YYYY]}]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := intake.LoadProfile([]byte(text))
		if err != nil {
			require.Equal(t, intake.CodeMalformedProfile, fault.CodeOf(err))
			return
		}
		_, err = intake.NewReader(strings.NewReader("a,b\n1,2\n"), p, intake.Options{Today: today, AsOf: today, Currency: "EUR"})
		require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
	})
}

// FuzzControls reads anything as control totals.
func FuzzControls(f *testing.F) {
	f.Add("customer_number,currency,count,sum\nC1,EUR,2,150.50\n")
	f.Add(`[{"customer_number":"C1","currency":"EUR","count":2,"sum":"150.50"}]`)
	f.Fuzz(func(t *testing.T, text string) {
		totals, err := intake.ReadControls(strings.NewReader(text))
		if err != nil {
			require.Equal(t, intake.CodeMalformedControl, fault.CodeOf(err))
			return
		}
		for _, c := range totals {
			require.True(t, c.Count >= 0 && c.SumMinor >= 0 && c.Currency.Valid() && c.CustomerNumber != "")
		}
	})
}
