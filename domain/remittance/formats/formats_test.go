package formats_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/unicode"

	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/csvfile"
	"arrears/domain/remittance/formats"
	"arrears/domain/remittance/internal/rtest"
)

func TestDetectSamples(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]formats.Format{
		"bank/camt/viafintech-053-valid.xml":             formats.Camt,
		"bank/camt/genkgo-camt054.v4.xml":                formats.Camt,
		"bank/mt940/jejik-abnamro.txt":                   formats.MT940,
		"bank/mt940/jejik-ing-unix.txt":                  formats.MT940,
		"bank/mt940/jejik-rabobank-iban.txt":             formats.MT940,
		"bank/mt940/self-provided__february_30.sta":      formats.MT940,
		"bank/bai2/moov-sample1.txt":                     formats.BAI2,
		"bank/lockbox/test_lockbox.bai":                  formats.Lockbox,
		"remittance/x12-820/x12types_820_01.edi":         formats.X12,
		"remittance/x12-812/x12types_812_full.edi":       formats.X12,
		"remittance/mail/1_exact_lockbox.txt":            formats.Mail,
		"remittance/mail/3_short_damage_email.eml":       formats.Mail,
		"remittance/mail/2_multi_820.edi":                formats.X12,
		"remittance/mail/customers.csv":                  "",
		"cash-application/sample-01-bank_statement.json": formats.JSON,
	} {
		head, err := io.ReadAll(io.LimitReader(rtest.Shared(t, name), formats.HeadSize))
		require.NoError(t, err)
		got, ok := formats.Detect(head)
		require.Equal(t, want != "", ok, name)
		require.Equal(t, want, got, name)
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	wide, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte("\r\n:20:X\r\n:25:1\r\n"))
	require.NoError(t, err)
	for text, want := range map[string]formats.Format{
		"": "", "a,b\n1,2\n": "", "<html>": formats.Camt, "\ufeff <?xml version='1.0'?><Document>": formats.Camt, "  {\"statement\"": formats.JSON,
		"{1:F01": formats.MT940, string(wide): formats.MT940, "STATE,B\n": "", "ST*820*1~": formats.X12, "GS|RA": formats.X12, "STX 1": "",
		"Payer: A\nAmount: 5\n": formats.Mail, "Payer: A\n": "", "From: a\nTo: b\n\nx": formats.Mail, "01,A,B,/": formats.BAI2,
	} {
		got, ok := formats.Detect([]byte(text))
		require.Equal(t, want != "" && text != "<html>", ok, text)
		require.Equal(t, want, got, text)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	profile, err := csvfile.Shipped("remittance")
	require.NoError(t, err)
	for name, x := range map[string]struct {
		text    string
		options formats.Options
		want    formats.Format
	}{
		"x12":  {"ST*820*0001~BPR*C*5*C*ACH~TRN*1*T~RMR*IV*A**5~SE*5*0001~", formats.Options{}, formats.X12},
		"json": {`{"advice": {"amount_minor": 500, "currency": "USD", "lines": []}}`, formats.Options{}, formats.JSON},
		"mail": {"Payer: Elm\nAmount: 5.00\nInvoice: A\n", formats.Options{Currency: "USD"}, formats.Mail},
		"csv":  {"payment,currency,invoice,paid\nT,USD,A,5.00\n", formats.Options{Profile: profile}, formats.CSV},
		"told": {"Hello\nAmount: 5.00\nInvoice: A\n", formats.Options{Format: formats.Mail, Currency: "USD"}, formats.Mail},
	} {
		var c remittance.Collector
		got, err := formats.Read(strings.NewReader(x.text), x.options, remittance.Check(&c))
		require.NoError(t, err, name)
		require.Equal(t, x.want, got)
		require.Empty(t, c.Problems, name)
		require.Len(t, c.Advices, 1, name)
		require.EqualValues(t, 500, c.Advices[0].Minor)
	}
	for _, file := range []string{"bank/camt/viafintech-053-valid.xml", "bank/mt940/jejik-ing-unix.txt", "bank/bai2/moov-sample1.txt", "bank/lockbox/test_lockbox.bai"} {
		var c remittance.Collector
		_, err := formats.Read(rtest.Shared(t, file), formats.Options{}, remittance.Check(&c))
		require.NoError(t, err, file)
		require.NotEmpty(t, c.Transactions, file)
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	for _, o := range []formats.Options{{}, {Format: "fax"}} {
		_, err := formats.Read(strings.NewReader("a,b\n1,2\n"), o, &remittance.Collector{})
		require.Equal(t, remittance.CodeUnknownFormat, fault.CodeOf(err))
	}
	_, err := formats.Read(strings.NewReader("a"), formats.Options{Format: formats.CSV}, &remittance.Collector{})
	require.Equal(t, csvfile.CodeUnknownProfile, fault.CodeOf(err))
	for _, f := range formats.All() {
		require.True(t, f.Known())
		_, err := formats.Read(bytes.NewReader(nil), formats.Options{Format: f}, &remittance.Collector{})
		require.Error(t, err, f)
	}
	require.False(t, formats.Format("fax").Known())
}

// FuzzDetect looks at anything.
func FuzzDetect(f *testing.F) {
	f.Add([]byte(":20:"))
	f.Add([]byte("\xff\xfe:"))
	f.Fuzz(func(t *testing.T, head []byte) {
		if format, ok := formats.Detect(head); ok {
			require.True(t, format.Known())
		}
	})
}
