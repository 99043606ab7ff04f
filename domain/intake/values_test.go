package intake_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
)

// dated reads one date through a profile with the given layouts.
func dated(t testing.TB, layouts, value string) intake.Record {
	t.Helper()
	text := strings.Replace(smallest, "field: invoice_date", "field: invoice_date, dates: ["+layouts+"]", 1)
	return readAll(t, profile(t, text), intake.Options{}, "no,customer,date,amount\n1,C1,\""+value+"\",1\n")[0]
}

func TestDateLayouts(t *testing.T) {
	t.Parallel()
	cases := []struct{ layouts, value, want string }{
		{"YYYY-MM-DD", "2026-01-05", "2026-01-05"},
		{"YYYY-MM-DD", "2026-1-5", ""},
		{"YYYY-MM-DD", "2026-01-05 ", "2026-01-05"},
		{"YYYY-MM-DD", "26-01-05", ""},
		{"M/D/YYYY", "1/5/2026", "2026-01-05"},
		{"M/D/YYYY", "12/31/2026", "2026-12-31"},
		{"M/D/YYYY", "13/1/2026", ""},
		{"M/D/YYYY", "01/05/2026", "2026-01-05"},
		{"M/D/YYYY", "001/05/2026", ""},
		{"DD.MM.YYYY", "05.01.2026", "2026-01-05"},
		{"DD.MM.YYYY", "5.1.2026", ""},
		{"D.M.YY", "5.1.26", "2026-01-05"},
		{"D.M.YY", "5.1.69", "2069-01-05"},
		{"D.M.YY", "5.1.70", "1970-01-05"},
		{"YYYYMMDD", "20260105", "2026-01-05"},
		{"YYYYMMDD", "20260230", ""},
		{"D-MMM-YYYY", "5-Jan-2026", "2026-01-05"},
		{"D-MMM-YYYY", "5-DEC-2026", "2026-12-05"},
		{"D-MMM-YYYY", "5-Dez-2026", ""},
		{"'D. MMM YYYY'", "5. may 2026", "2026-05-05"},
		{"YYYY-MM-DD", "2024-02-29", "2024-02-29"},
		{"YYYY-MM-DD", "2025-02-29", ""},
		{"YYYY-MM-DD", "0000-01-01", ""},
		{"YYYY-MM-DD", "-026-01-01", ""},
	}
	for _, c := range cases {
		t.Run(c.layouts+" "+c.value, func(t *testing.T) {
			t.Parallel()
			rec := dated(t, c.layouts, c.value)
			if c.want == "" {
				require.Equal(t, []string{"refused invoice_date malformed_date"}, codes(rec))
				return
			}
			require.Equal(t, day(c.want), rec.Row.InvoiceDate)
		})
	}
}

func TestDateThatTwoLayoutsReadDifferentlyIsFlagged(t *testing.T) {
	t.Parallel()
	both := "M/D/YYYY, D/M/YYYY"
	rec := dated(t, both, "1/2/2026")
	require.Equal(t, day("2026-01-02"), rec.Row.InvoiceDate, "the first layout counts")
	require.Equal(t, []string{"suspicious invoice_date ambiguous_date"}, codes(rec))
	require.Empty(t, dated(t, both, "2/2/2026").Problems, "both read the same")
	rec = dated(t, both, "31/1/2026")
	require.Equal(t, day("2026-01-31"), rec.Row.InvoiceDate)
	require.Empty(t, rec.Problems, "only one fits")
}

func TestLayoutsThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "YYYY", "YYYY-MM", "YYY-MM-DD", "YYYY-MMMM-DD", "YYYY-MM-DDD", "DMYYYY", "YYYYMD", "YYYY-MM-DD YYYY", strings.Repeat("-", 40) + "YYYY-MM-DD"} {
		_, err := intake.ParseLayout(text)
		require.Equal(t, intake.CodeMalformedProfile, fault.CodeOf(err), text)
	}
}

func TestDatesReadBackWhatLayoutsWrite(t *testing.T) {
	t.Parallel()
	layouts := map[string]string{"YYYY-MM-DD": "2006-01-02", "M/D/YYYY": "1/2/2006", "D.M.YYYY": "2.1.2006", "YYYYMMDD": "20060102", "DD-MMM-YYYY": "02-Jan-2006"}
	rapid.Check(t, func(rt *rapid.T) {
		date := calendar.MustDate("1970-01-01").AddDays(rapid.IntRange(0, 40000).Draw(rt, "days"))
		for ours, gos := range layouts {
			rec := dated(t, ours, date.Time(time.UTC).Format(gos))
			require.NotNil(rt, rec.Row, ours)
			require.Equal(rt, date, rec.Row.InvoiceDate)
		}
	})
}

// priced reads one amount through a profile with the given separators.
func priced(t testing.TB, decimal, thousands, currency, value string) intake.Record {
	t.Helper()
	text := strings.Replace(smallest, "name: small", fmt.Sprintf("name: small\ndecimal: %q\nthousands: %q", decimal, thousands), 1)
	text = strings.Replace(text, "currency: EUR", "currency: "+currency, 1)
	return readAll(t, profile(t, text), intake.Options{}, "no,customer,date,amount\n1,C1,2026-01-10,\""+value+"\"\n")[0]
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	cases := []struct {
		decimal, thousands, currency, value string
		want                                int64
	}{
		{".", "", "EUR", "1234.5", 123450},
		{".", "", "EUR", "+7", 700},
		{".", "", "EUR", "7.", 0},
		{".", "", "EUR", ".7", 0},
		{".", "", "EUR", "1,234.50", 0},
		{".", ",", "EUR", "1,234.50", 123450},
		{".", ",", "EUR", "1234.50", 123450},
		{".", ",", "EUR", "1,234,567.89", 123456789},
		{".", ",", "EUR", "12,34.50", 0},
		{".", ",", "EUR", ",234.50", 0},
		{".", ",", "EUR", "1,50", 0},
		{".", ",", "EUR", "1234,567.00", 0},
		{".", ",", "EUR", "1.234,50", 0},
		{",", ".", "EUR", "1.234,50", 123450},
		{",", ".", "EUR", "1234,5", 123450},
		{",", ".", "EUR", "1.5", 0},
		{",", "", "EUR", "1.5", 0},
		{",", "", "EUR", "1,5,5", 0},
		{",", "\u00a0", "EUR", "1\u00a0234,50", 123450},
		{",", " ", "EUR", "1 234,50", 123450},
		{".", "’", "CHF", "1’234.50", 123450},
		{".", "", "JPY", "100", 100},
		{".", "", "JPY", "100.00", 100},
		{".", "", "KWD", "1.005", 1005},
		{".", "", "EUR", "12.5000", 1250},
		{".", "", "EUR", "0.01", 1},
		{".", "", "EUR", "€ 5", 0},
		{".", "", "EUR", "(5.00)", 0},
		{".", "", "EUR", "５", 0},
	}
	for _, c := range cases {
		t.Run(c.decimal+c.thousands+c.value, func(t *testing.T) {
			t.Parallel()
			rec := priced(t, c.decimal, c.thousands, c.currency, c.value)
			if c.want == 0 {
				require.Equal(t, []string{"refused amount malformed_amount"}, codes(rec))
				return
			}
			require.NotNil(t, rec.Row)
			require.Equal(t, c.want, rec.Row.AmountMinor)
		})
	}
}

func TestAmountsReadBackWhatLanguagesWrite(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		currency := rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD"}).Draw(rt, "currency")
		minor := rapid.Int64Range(1, money.MaxMinor).Draw(rt, "minor")
		amount := money.Of(minor, currency)
		english := priced(t, ".", ",", string(currency), amount.Format("en"))
		german := priced(t, ",", ".", string(currency), amount.Format("de"))
		require.Equal(rt, minor, english.Row.AmountMinor)
		require.Equal(rt, minor, german.Row.AmountMinor)
	})
}

func TestRawKeepsEveryByte(t *testing.T) {
	t.Parallel()
	cases := []intake.Raw{
		{Bytes: []byte("a,b"), Fields: map[string]string{"x": "a", "y": "b"}},
		{Bytes: []byte("a\"b")},
		{Bytes: []byte("a\x00b")},
		{Bytes: []byte("a\xff")},
		{Bytes: []byte("a\x00,b"), Fields: map[string]string{"x": "a\x00", "y": "b"}},
	}
	for _, raw := range cases {
		text, err := json.Marshal(raw)
		require.NoError(t, err)
		require.NotContains(t, string(text), `\u0000`)
		var back intake.Raw
		require.NoError(t, json.Unmarshal(text, &back))
		if back.Fields != nil {
			require.Equal(t, raw.Fields, back.Fields)
			continue
		}
		require.Equal(t, raw.Bytes, back.Bytes)
	}
	require.Error(t, json.Unmarshal([]byte(`{"base64":"!"}`), &intake.Raw{}))
	require.Error(t, json.Unmarshal([]byte(`[]`), &intake.Raw{}))
}

func TestRawOfALongRowIsCut(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(intake.Raw{Bytes: []byte(strings.Repeat("x", 100<<10))})
	require.NoError(t, err)
	require.Contains(t, string(text), `"cut_at":65536`)
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	raw := intake.Raw{Bytes: []byte("a,b")}
	first := raw.Fingerprint("erp", "code", 0)
	require.Equal(t, first, raw.Fingerprint("erp", "code", 0))
	for _, other := range [][32]byte{
		raw.Fingerprint("er", "pcode", 0), raw.Fingerprint("erp", "code", 1),
		intake.Raw{Bytes: []byte("a,c")}.Fingerprint("erp", "code", 0),
	} {
		require.NotEqual(t, first, other)
	}
}

func TestOutliers(t *testing.T) {
	t.Parallel()
	var o intake.Outliers
	for range 10 {
		require.False(t, o.Add("C1", "EUR", 10_000))
	}
	require.False(t, o.Add("C1", "EUR", 200_000), "twenty times the mean is not yet far above")
	require.True(t, o.Add("C1", "EUR", 20_000_000))
	require.True(t, o.Add("C1", "EUR", 20_000_000), "one like it stands out too")
	require.False(t, o.Add("C1", "USD", 20_000_000), "currencies do not mix")
	require.False(t, o.Add("C2", "EUR", 20_000_000), "nor do customers")
	var few intake.Outliers
	for range 9 {
		few.Add("C1", "EUR", 1)
	}
	require.False(t, few.Add("C1", "EUR", 1_000_000), "nine invoices do not say what is usual")
	for range 3 {
		require.False(t, few.Add("C3", "EUR", money.MaxMinor))
	}
}
