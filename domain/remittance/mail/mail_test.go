package mail_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/rtest"
	"arrears/domain/remittance/mail"
)

func read(in io.Reader, to remittance.Sink) error {
	return mail.Read(in, mail.Options{Currency: "USD"}, to)
}

func one(t *testing.T, text string) (remittance.Advice, []string) {
	t.Helper()
	c, err := rtest.Collect(read, text)
	require.NoError(t, err)
	require.Len(t, c.Advices, 1, "%v", c.Problems)
	return c.Advices[0], rtest.Codes(c.Problems)
}

func sample(t *testing.T, name string) remittance.Advice {
	t.Helper()
	text, err := io.ReadAll(rtest.Shared(t, "remittance/mail/"+name))
	require.NoError(t, err)
	a, problems := one(t, string(text))
	require.Empty(t, problems)
	return a
}

func TestSamples(t *testing.T) {
	t.Parallel()
	exact := sample(t, "1_exact_lockbox.txt")
	require.Equal(t, []any{"NORTHWIND RETAIL CO", "NW-10042", "882104", int64(425000), "2026-09-18", "LBX-20260918-014"},
		[]any{exact.Payer.Name, exact.Customer, exact.Payment, exact.Minor, exact.PaidOn.String(), exact.ID})
	require.Equal(t, "INV-10481", exact.Lines[0].Number)
	require.Equal(t, "NW-PO-8831", exact.Lines[0].Order)
	require.Nil(t, exact.Lines[0].PaidMinor, "how much of it is for the invoice is not told")

	short := sample(t, "3_short_damage_email.eml")
	require.Equal(t, []any{"Cascade Health Systems", "CH-22018", int64(1124000), "USD"}, []any{short.Payer.Name, short.Customer, short.Minor, string(short.Currency)})
	require.Equal(t, "Short pay on INV-10510 — damaged cartons", short.Text[0])
	l := short.Lines[0]
	require.Equal(t, []any{"INV-10510", "CH-PO-4419", int64(-124000)}, []any{l.Number, l.Order, *l.AdjustMinor})
	require.Contains(t, l.Words, "damaged cartons")

	over := sample(t, "4_overpay_lockbox.txt")
	require.EqualValues(t, 610000, over.Minor)
	require.Contains(t, over.Text, "Memo: INV-10550 plus extra to leave on the account")
}

const table = "Payment amount: USD 1,950.00\n\nInvoice     Amount      Discount   Deduction   PO\n-------\nINV-1       1,000.00    20.00      -           PO-1\nINV-2       950.00      0.00       (50.00)     PO-2\nTotal       1,950.00\n\nRegards\n"

func TestTables(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"blanks": table,
		"bars":   "Payment amount: USD 1,950.00\n| Invoice | Amount | Discount | Deduction | PO |\n|---|---|---|---|---|\n| INV-1 | 1,000.00 | 20.00 | | PO-1 |\n| INV-2 | 950.00 | 0.00 | 50.00 | PO-2 |\n| Total | 1,950.00 |\n",
		"tabs":   "Payment amount: USD 1,950.00\r\nInvoice\tAmount\tDiscount\tDeduction\tPO\r\nINV-1\t1,000.00\t20.00\t-\tPO-1\r\nINV-2\t950.00\t0.00\t-50.00\tPO-2\r\n",
		"html":   "From: ap@elm.example\nTo: us@x.example\nMIME-Version: 1.0\nContent-Type: text/html\n\n<style>a:b</style><p>Payment amount: $1,950.00</p><table><tr><th>Invoice</th><th>Amount</th><th>Discount</th><th>Deduction</th><th>PO</th></tr><tr><td>INV-1</td><td>1,000.00</td><td>20.00</td><td>-</td><td>PO-1</td></tr><tr><td>INV-2</td><td>950.00</td><td>0.00</td><td>50.00</td><td>PO-2</td></tr></table>",
	} {
		a, problems := one(t, text)
		require.Empty(t, problems, name)
		require.EqualValues(t, 195000, a.Minor, name)
		require.Len(t, a.Lines, 2, name)
		require.Equal(t, "INV-1 PO-1 100000 2000", fmt.Sprintf("%s %s %d %d", a.Lines[0].Number, a.Lines[0].Order, *a.Lines[0].PaidMinor, *a.Lines[0].DiscountMinor), name)
		require.EqualValues(t, -5000, *a.Lines[1].AdjustMinor, name)
	}
	_, problems := one(t, strings.Replace(table, "USD 1,950.00", "1,949.00", 1))
	require.Equal(t, []string{"alarm amount lines_differ"}, problems)
	_, problems = one(t, strings.Replace(table, "Total       1,950.00", "Total       1,951.00", 1))
	require.Equal(t, []string{"alarm table/total total_differs"}, problems)
	a, problems := one(t, strings.Replace(table, "INV-1       1,000.00    20.00      -           PO-1", "INV-1       1,000.00    PO-1", 1))
	require.Equal(t, []string{"refused table ambiguous"}, problems)
	require.Len(t, a.Lines, 1)
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"$11,240.00": int64(1124000), "11240": int64(1124000), "USD 5": int64(500), "5.00 USD": int64(500), "1.240,00 USD": int64(124000),
		"1'240.50": int64(124050), "1,234,567": int64(123456700), "12,5": int64(1250), "0.5": int64(50), "12.340": remittance.CodeBadAmount,
		"1,240": mail.CodeAmbiguous, "1.240": mail.CodeAmbiguous, "1.2.3,4,5": mail.CodeAmbiguous, "12,34.00": mail.CodeAmbiguous,
		"1.005": mail.CodeAmbiguous, "5.123456": mail.CodeAmbiguous, "five": remittance.CodeBadAmount,
	} {
		if text == "12.340" {
			want = mail.CodeAmbiguous
		}
		c, err := rtest.Collect(read, "Amount: "+text+"\nInvoice: A-1\n")
		require.NoError(t, err)
		if minor, ok := want.(int64); ok {
			require.Empty(t, c.Problems, text)
			require.Equal(t, minor, c.Advices[0].Minor, text)
			continue
		}
		require.Equal(t, remittance.Refused, c.Problems[0].Severity, text)
		require.Equal(t, want, c.Problems[0].Code, text)
	}
	a, problems := one(t, "Amount: 1,240\nDeduction: 15.50 freight\nInvoice: A-1\n")
	require.Empty(t, problems, "the other number shows how this mail writes")
	require.EqualValues(t, 124000, a.Minor)
}

func TestCurrencies(t *testing.T) {
	t.Parallel()
	c := &remittance.Collector{}
	require.NoError(t, mail.Read(strings.NewReader("Amount: 10.00\nInvoice: A"), mail.Options{}, c))
	require.Equal(t, remittance.CodeUnknownCurrency, c.Problems[0].Code)
	require.Empty(t, c.Advices)
	for text, want := range map[string]string{"Amount: €10.00": "EUR", "Amount: 10,00 EUR": "EUR", "Currency: CAD\nAmount: $10.00": "CAD", "Amount: £1.00": "GBP"} {
		c := &remittance.Collector{}
		require.NoError(t, mail.Read(strings.NewReader(text+"\nInvoice: A"), mail.Options{}, c))
		require.Empty(t, c.Problems, text)
		require.EqualValues(t, want, c.Advices[0].Currency)
	}
	c, err := rtest.Collect(read, "Amount: $10.00\nDeduction: €1.00\nInvoice: A")
	require.NoError(t, err)
	require.Equal(t, []string{"refused amount currency_differs", "refused deduction currency_differs"}[1:], rtest.Codes(c.Problems))
}

func TestLists(t *testing.T) {
	t.Parallel()
	a, problems := one(t, "Payer: Elm\nAmount: 30.00\nInvoices: A-1 $10.00, A-2 $20.00\nPO: P-1; P-2\nDeduction: 5.00 late\nDeduction: 6.00 short")
	require.Empty(t, problems)
	require.Len(t, a.Lines, 4)
	require.Equal(t, "P-2", a.Lines[1].Order)
	require.EqualValues(t, 2000, *a.Lines[1].PaidMinor)
	require.Equal(t, remittance.LineClaim, a.Lines[3].Kind)
	a, _ = one(t, "Amount: 30.00\nPO: P-1 and P-2")
	require.Equal(t, remittance.LineOrder, a.Lines[0].Kind)
	a, _ = one(t, "Amount: 30.00\nInvoice: A\nPO: P-1, P-2")
	require.Contains(t, a.Text, "PO P-1")
	a, problems = one(t, "Amount: (30.00)\nInvoice: A\nPayment date: 09/10/2026")
	require.False(t, a.Credit)
	require.Equal(t, []string{"warning date bad_date"}, problems)
	_, problems = one(t, "Invoice: A")
	require.Equal(t, []string{"warning amount no_amount"}, problems)
	c, err := rtest.Collect(read, "Amount: 30.00\nTotal: 31.00\nInvoice: A")
	require.NoError(t, err)
	require.Equal(t, []string{"refused amount ambiguous"}, rtest.Codes(c.Problems))
}

const multi = "From: \"Elm Street Foods\" <ap@elm.example>\r\nTo: us@x.example\r\nSubject: =?utf-8?q?Zahlung_f=C3=BCr_A-1?=\r\nMessage-ID: <m1@elm.example>\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"Amount: 10.00\r\nInvoice: A-1\r\nMemo: f=FCr August\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\n\r\nPDF\r\n" +
	"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"a.edi\"\r\n\r\n" +
	"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260918*1200*U*00401*000000007*0*P*>~GS*RA*A*B*20260918*1200*7*X*004010~ST*820*1~BPR*C*5*C*ACH~RMR*IV*X**5~SE*4*1~GE*1*7~IEA*1*000000007~\r\n--b--\r\n"

func TestMessage(t *testing.T) {
	t.Parallel()
	c, err := rtest.Collect(read, multi)
	require.NoError(t, err)
	require.Equal(t, []string{"warning attachment attachment"}, rtest.Codes(c.Problems))
	require.Len(t, c.Advices, 2)
	require.Equal(t, "x12.820", c.Advices[0].Format)
	a := c.Advices[1]
	require.Equal(t, []any{"mail", "m1@elm.example", "Elm Street Foods", "ap@elm.example", int64(1000)}, []any{a.Format, a.ID, a.Payer.Name, a.Payer.ID, a.Minor})
	require.Equal(t, []string{"Zahlung für A-1", "Memo: für August"}, a.Text)
	c, err = rtest.Chunked(read, multi)
	require.NoError(t, err)
	require.Equal(t, a, c.Advices[1])
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"": remittance.CodeUnknownFormat, strings.Repeat("x\n", 9<<20): remittance.CodeTooLarge, strings.Repeat("x\n", 6000): remittance.CodeTooLarge,
		"From: a\nTo: b\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 200) + "--b--": remittance.CodeTooLarge,
	} {
		_, err := rtest.Collect(read, text)
		require.Equal(t, code, fault.CodeOf(err))
	}
	c, err := rtest.Collect(read, "hello\nworld")
	require.NoError(t, err)
	require.Equal(t, []string{"warning text no_amount"}, rtest.Codes(c.Problems))
}

// FuzzRead reads anything.
func FuzzRead(f *testing.F) {
	seeds := []string{
		envelope + "Content-Type: text/html\r\n\r\n" + page,
		parts(part("Content-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv", attachedTable)),
		parts(part("Content-Type: message/rfc822", multi)),
		"From:a\nTo:b\nContent-Type: text/html\n\n<table><td><table><tr></td></table></table><td>",
	}
	for _, seed := range append(seeds, []string{multi, table, "", "Amount: $\nInvoice: ,", "From:\nTo:\n\n", "\xff\xfea\x00"}...) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var c remittance.Collector
		if err := mail.Read(bytes.NewReader(text), mail.Options{Currency: "EUR"}, &c); err != nil {
			require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
		}
		for _, a := range c.Advices {
			require.True(t, a.Minor >= 0 && a.Currency.Valid())
		}
	})
}
