package mail_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/rtest"
	"arrears/domain/remittance/mail"
)

const envelope = "From: \"Elm Street Foods\" <ap@elm.example>\r\nTo: us@x.example\r\nSubject: Payment\r\nMIME-Version: 1.0\r\n"

// part is one part of a mail in several.
func part(header, body string) string { return "--b\r\n" + header + "\r\n\r\n" + body + "\r\n" }

func parts(list ...string) string {
	return envelope + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Join(list, "") + "--b--\r\n"
}

// lines says of each line of an advice its number and what is paid.
func lines(a remittance.Advice) map[string]int64 {
	told := map[string]int64{}
	for _, l := range a.Lines {
		if l.PaidMinor != nil {
			told[l.Number] = *l.PaidMinor
		} else {
			told[l.Number] = 0
		}
	}
	return told
}

const page = `<html><head><title>Amount: 9.99</title></head><body>
<table width="100%"><tr><td>&nbsp;</td><td>
  <p>Dear all,</p><p>Payment&nbsp;amount: <b>EUR&nbsp;1.234,50</b></p>
  <table><tr><td>Payment reference:</td><td>T-9</td></tr></table>
  <table border=1>
   <tr><th><p>Rechnung / <b>In</b>voice</p></th><th>Amount</th><th>Discount</th><th>Comment</th></tr>
  </table>
  <table border=1>
   <tr><th><p><b>In</b>voice</p></th><th>Amount</th><th>Discount</th><th>Comment</th></tr>
   <tr><td><p>INV-1</p></td><td>1.000,00</td><td>20,00</td><td>two<br>lines</td>
   <tr><td><p>INV-2</p></td><td>234,50</td><td></td><td></td></tr>
   <tr><td>Total</td><td>1.234,50</td><td></td><td></td></tr>
  </table>
</td><td>&nbsp;</td></tr></table></body></html>`

func requirePage(t *testing.T, text, name string) {
	t.Helper()
	c := &remittance.Collector{}
	require.NoError(t, mail.Read(strings.NewReader(text), mail.Options{}, c), name)
	require.Empty(t, c.Problems, name)
	require.Len(t, c.Advices, 1, name)
	a := c.Advices[0]
	require.Equal(t, []any{int64(123450), "EUR", "T-9"}, []any{a.Minor, string(a.Currency), a.Payment}, name)
	require.Equal(t, map[string]int64{"INV-1": 100000, "INV-2": 23450}, lines(a), name)
	require.EqualValues(t, 2000, *a.Lines[0].DiscountMinor)
	require.Equal(t, "two lines", a.Lines[0].Words)
}

// Mails of programs are laid out by tables within tables, whose cells hold paragraphs and whose rows lack ends.
func TestHTMLAloneInAnyDress(t *testing.T) {
	t.Parallel()
	latin, err := charmap.ISO8859_1.NewEncoder().String(strings.Replace(page, "Dear all", "Grüße", 1))
	require.NoError(t, err)
	quoted := strings.NewReplacer("=", "=3D", "&nbsp;", "=\r\n&nbsp;").Replace(page)
	for name, text := range map[string]string{
		"plain bytes":      envelope + "Content-Type: text/html; charset=utf-8\r\n\r\n" + page,
		"quoted-printable": envelope + "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted,
		"base64":           envelope + "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(page)),
		"iso-8859-1":       envelope + "Content-Type: text/html; charset=iso-8859-1\r\n\r\n" + latin,
		"one line":         envelope + "Content-Type: text/html\r\n\r\n" + strings.ReplaceAll(page, "\n", ""),
		"alternative": envelope + "Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
			part("Content-Type: text/plain", "Please look at this message with a program that shows HTML.") + part("Content-Type: text/html", page) + "--b--",
		"empty alternative": envelope + "Content-Type: multipart/alternative; boundary=b\r\n\r\n" +
			part("Content-Type: text/plain", " ") + part("Content-Type: text/html", page) + "--b--",
		"forwarded": parts(part("Content-Type: text/plain", ""), part("Content-Type: message/rfc822", "From: a@x.example\r\nContent-Type: text/html\r\n\r\n"+page)),
	} {
		requirePage(t, text, name)
	}
}

func TestThePlainFormComesFirst(t *testing.T) {
	t.Parallel()
	a, problems := one(t, envelope+"Content-Type: multipart/alternative; boundary=b\r\n\r\n"+
		part("Content-Type: text/plain", "Amount: 5.00\r\nInvoice: A-1")+part("Content-Type: text/html", page)+"--b--")
	require.Empty(t, problems)
	require.EqualValues(t, 500, a.Minor)
}

const attachedTable = "Remittance of Elm Street Foods\n\nInvoice No.;Date;Invoice Amount;Amount Paid;Currency;PO Number\n" +
	"\"INV-1\";2026-08-01;1.000,00;1.000,00;EUR;\"P;1\"\nINV-2;2026-08-02;250,00;234,50;EUR;\nTotal;;;1.234,50;;\n"

func TestAnAttachedTable(t *testing.T) {
	t.Parallel()
	table := strings.ReplaceAll(attachedTable, "\n", "\r\n")
	text := part("Content-Type: text/plain", "Payment amount: 1.234,50\r\nPayment reference: T-9\r\nsee the attached list")
	for name, attachment := range map[string]string{
		"text/csv": part("Content-Type: text/csv; charset=utf-8\r\nContent-Disposition: attachment; filename=list.csv", table),
		"base64": part("Content-Type: application/vnd.ms-excel; name=LIST.CSV\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64",
			base64.StdEncoding.EncodeToString([]byte("\ufeff"+table))),
		"comma": part("Content-Type: text/csv\r\nContent-Disposition: attachment; filename=list.csv",
			"invoice,paid,currency\r\nINV-1,\"1.000,00\",EUR\r\nINV-2,\"234,50\",EUR\r\n"),
	} {
		c := &remittance.Collector{}
		require.NoError(t, mail.Read(strings.NewReader(parts(text, attachment)), mail.Options{Currency: "EUR"}, c), name)
		require.Empty(t, c.Problems, name)
		a := c.Advices[0]
		require.Equal(t, map[string]int64{"INV-1": 100000, "INV-2": 23450}, lines(a), name)
		require.Equal(t, "T-9", a.Payment, name)
		if name == "text/csv" {
			require.Equal(t, "P;1", a.Lines[0].Order)
			require.Equal(t, "2026-08-01", a.Lines[0].On.String())
		}
		alone := &remittance.Collector{}
		require.NoError(t, mail.Read(strings.NewReader(parts(attachment)), mail.Options{}, alone), name)
		require.Empty(t, alone.Problems, name)
		require.EqualValues(t, 123450, alone.Advices[0].Minor, name)
		require.EqualValues(t, "EUR", alone.Advices[0].Currency, name)
	}
}

func TestAttachedTablesThatAreRefused(t *testing.T) {
	t.Parallel()
	read := func(text, table string) *remittance.Collector {
		c, err := rtest.Collect(read, parts(part("Content-Type: text/plain", text), part("Content-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv", table)))
		require.NoError(t, err)
		return c
	}
	for name, x := range map[string]struct {
		table string
		want  []string
	}{
		"amount":   {"invoice,paid\nA,1.0.0\n", []string{"refused attachment/paid ambiguous"}},
		"currency": {"invoice,paid,currency\nA,1.00,EUR\n", []string{"refused attachment/currency currency_differs"}},
		"no money": {"invoice,paid,currency\nA,1.00,EURO\n", []string{"refused attachment/currency unknown_currency"}},
		"cells":    {"invoice,paid\nA,1.00,2.00\n", []string{"refused attachment ambiguous"}},
		"quotes":   {"invoice,paid\nA,\"1\"x\n", []string{"refused attachment malformed"}},
		"total":    {"invoice,paid\nA,5.00\nTotal,6.00\n", []string{"alarm attachment/total total_differs"}},
		"sum":      {"invoice,paid\nA,6.00\n", []string{"alarm amount lines_differ"}},
		"no table": {"name,street\nA,6.00\n", []string{"warning attachment attachment"}},
	} {
		c := read("Amount: 5.00", x.table)
		require.Equal(t, x.want, rtest.Codes(c.Problems), name)
		require.Len(t, c.Advices, 1, name)
		require.EqualValues(t, 500, c.Advices[0].Minor, name)
	}
	c := read("Amount: 5.00\r\nInvoice: B", "invoice,paid\nA,5.00\n")
	require.Equal(t, []string{"warning attachment attachment"}, rtest.Codes(c.Problems), "the text says what it is for")
	require.Equal(t, map[string]int64{"B": 0}, lines(c.Advices[0]))
	many := read("Amount: 5.00", "invoice,paid\n"+strings.Repeat("A,5.00\n", remittance.MaxLines+1))
	require.Equal(t, []string{"refused attachment too_large"}, rtest.Codes(many.Problems))
}

func TestPartsThatAreNotRead(t *testing.T) {
	t.Parallel()
	text := part("Content-Type: text/plain", "Amount: 5.00\r\nInvoice: B")
	for header, want := range map[string][]string{
		"Content-Type: application/pdf": {"warning attachment attachment"},
		"Content-Type: image/png":       nil,
		"Content-Type: image/png\r\nContent-Disposition: attachment; filename=a.png": {"warning attachment attachment"},
		"Content-Type: text/calendar":                      nil,
		"Content-Type: text/plain; charset=x-nobody-knows": {"warning charset text_replaced"},
	} {
		c, err := rtest.Collect(read, parts(text, part(header, "?")))
		require.NoError(t, err)
		require.Equal(t, want, rtest.Codes(c.Problems), header)
		require.Len(t, c.Advices, 1)
	}
}

// Amounts without a currency are dollars where people pay by checks, and nothing elsewhere.
func TestACurrencyThatIsNotTold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"Check amount: 5.00\nInvoice: A":                   {"warning amount assumed"},
		"LOCKBOX REMITTANCE ADVICE\nAmount: 5.00\nPO: A":   {"warning amount assumed"},
		"Cheque amount: 5.00\nInvoice: A":                  {"refused amount unknown_currency", "warning amount no_amount", "refused currency unknown_currency"},
		"Check number: 7\nAmount: EUR 5.00\nInvoice: A":    nil,
		"Check number: 7\nAmount: 5.00\nDeduction: EUR 1":  {"warning amount assumed", "refused deduction currency_differs"},
		"Currency: CAD\nCheck amount: 5.00\nInvoice: A\n":  nil,
		"Check number: 7\nInvoice: A\nDeduction: 1.00 bad": {"warning deduction assumed", "warning amount no_amount"},
	} {
		c := &remittance.Collector{}
		require.NoError(t, mail.Read(strings.NewReader(text), mail.Options{}, c))
		require.Equal(t, want, rtest.Codes(c.Problems), text)
	}
}

func TestTablesWithBlankCells(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"bars":      "|Invoice|Amount|Discount|\n|A|5.00||\n|B|6.00|1.00|\n",
		"open bars": "Invoice|Amount|Discount\nA|5.00\nB|6.00|1.00\n",
		"tabs":      "Invoice\tAmount\tDiscount\nA\t5.00\t\nB\t6.00\t1.00\t\n",
	} {
		a, problems := one(t, text)
		require.Empty(t, problems, name)
		require.Equal(t, map[string]int64{"A": 500, "B": 600}, lines(a), name)
		require.EqualValues(t, 1100, a.Minor, name)
	}
	c, err := rtest.Collect(read, "Invoice | Amount\nA | 5.00\nand a word\nB | 6.00\n")
	require.NoError(t, err)
	require.Equal(t, []string{"refused table ambiguous", "warning amount no_amount"}, rtest.Codes(c.Problems), "the sum would lack the row behind the words")
}

func TestLinesBeyondWhatAnAmountMayBe(t *testing.T) {
	t.Parallel()
	c, err := rtest.Collect(read, "Invoice | Amount\n"+strings.Repeat("A | 90000000000000.00\n", 2000))
	require.NoError(t, err)
	require.Equal(t, []string{"refused amount too_large"}, rtest.Codes(c.Problems))
	require.Empty(t, c.Advices)
}
