package lockbox_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/rtest"
	"arrears/domain/remittance/lockbox"
)

func parse(in io.Reader, to remittance.Sink) error { return lockbox.Read(in, lockbox.Options{}, to) }

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, code, f.Code)
}

func TestSample(t *testing.T) {
	t.Parallel()
	raw, err := io.ReadAll(rtest.Shared(t, "bank/lockbox/test_lockbox.bai"))
	require.NoError(t, err)
	c, err := rtest.Collect(parse, string(raw))
	require.NoError(t, err)
	require.Empty(t, c.Problems, "every count and total holds")
	require.Len(t, c.Transactions, 1)
	s, got := c.Statements[0], c.Transactions[0]
	require.Equal(t, remittance.Notification, s.Kind)
	require.Equal(t, "0022222", s.Account.Other)
	require.Equal(t, calendar.MustDate("2016-05-23"), got.Entry.BookedOn)
	require.Equal(t, int64(700000), got.Minor)
	require.Equal(t, "180", got.Cheque)
	require.Equal(t, "BOB E SMITH", got.Payer.Name)
	require.Equal(t, remittance.Account{Bank: "055002707", Other: "0012345555"}, got.Payer.Account)
	require.Equal(t, "cheque of 2016-05-16", got.Entry.Text)
	require.Len(t, got.Lines, 1)
	require.Equal(t, "CE554", got.Lines[0].Number)
	require.Nil(t, got.Lines[0].PaidMinor)
}

// deposit writes one lockbox with two cheques.
func deposit() string {
	return strings.Join([]string{
		"100ACMEDESTIN01210000012611190600",
		"2ACMEDESTIN0121000001000000000040008000801",
		"50010000001234261119ACMEDESTIN0121000001",
		"6001001000003000012100000100004440010000000777111826" + fmt.Sprintf("%-30s%-30s", "NORTHWIND TOYS LLC", "ACME"),
		"4001001601 " + fmt.Sprintf("%-16s%010d%010d%3s%-30s", "INV-1001", 20000, 500, "DMG", "two boxes broken"),
		"4001001602 " + fmt.Sprintf("%-16s%010d%010d%3s%-30s", "INV-1002", 10000, 0, "", ""),
		"40010016039PLEASE SEND RECEIPTS TO THE OLD ADDRESS",
		"6001002000000500012100000100004440020000000778000000" + fmt.Sprintf("%-30s", "BLUE HARBOR LTD"),
		"40010026019INV2001",
		"70010000001234261119002" + fmt.Sprintf("%010d", 35000),
		"80000000001234261119" + "0002" + fmt.Sprintf("%010d", 35000),
		"9000012", "",
	}, "\n")
}

func TestADeposit(t *testing.T) {
	t.Parallel()
	c, err := rtest.Collect(parse, deposit())
	require.NoError(t, err)
	require.Empty(t, c.Problems)
	require.Equal(t, "0121000001/261119/0600", c.Statements[0].ID)
	require.True(t, c.Statements[0].Assumed, "no record names the currency")
	require.Len(t, c.Transactions, 2)
	first := c.Transactions[0]
	paid, less, gross, second, none := int64(20000), int64(-500), int64(20500), int64(10000), calendar.Date(0)
	require.Empty(t, cmp.Diff([]remittance.Line{
		{Line: 5, Kind: remittance.LineInvoice, Number: "INV-1001", PaidMinor: &paid, AdjustMinor: &less, GrossMinor: &gross, Reason: "DMG", Words: "two boxes broken", On: none},
		{Line: 6, Kind: remittance.LineInvoice, Number: "INV-1002", PaidMinor: &second},
	}, first.Lines))
	require.Equal(t, []string{"PLEASE SEND RECEIPTS TO THE OLD ADDRESS"}, first.Text)
	require.Equal(t, "001/001", first.Reference)
	require.Equal(t, []string{"777", "778"}, []string{first.Cheque, c.Transactions[1].Cheque})
	require.Empty(t, c.Transactions[1].Entry.Text, "no cheque date")
	require.EqualValues(t, 2, c.Statements[0].Entries.Count)
}

func TestDressDoesNotMatter(t *testing.T) {
	t.Parallel()
	plain, err := rtest.Collect(parse, deposit())
	require.NoError(t, err)
	var fixed strings.Builder
	for _, l := range strings.Split(strings.TrimSpace(deposit()), "\n") {
		fmt.Fprintf(&fixed, "%-120s", l)
	}
	for name, text := range map[string]string{
		"crlf": strings.ReplaceAll(deposit(), "\n", "\r\n"), "cr": strings.ReplaceAll(deposit(), "\n", "\r"), "bom": "\xEF\xBB\xBF" + deposit(),
	} {
		got, err := rtest.Chunked(parse, text)
		require.NoError(t, err, name)
		require.Empty(t, cmp.Diff(plain, got), name)
	}
	layout := lockbox.Standard()
	layout.RecordLength = 120
	c := &remittance.Collector{}
	require.NoError(t, lockbox.Read(strings.NewReader(fixed.String()), lockbox.Options{Layout: &layout}, remittance.Check(c)))
	require.Empty(t, c.Problems)
	require.Len(t, c.Transactions, 2)
	require.Len(t, c.Transactions[0].Lines, 2)
}

func TestABanksOwnLayout(t *testing.T) {
	t.Parallel()
	layout := lockbox.Standard()
	layout.Remitter, layout.Payee = lockbox.Columns{}, lockbox.Columns{}
	layout.Items = []lockbox.Item{{Number: lockbox.Columns{From: 52, To: 62}, Paid: lockbox.Columns{From: 62, To: 72}}}
	layout.OverItems = []lockbox.Item{
		{Number: lockbox.Columns{From: 11, To: 21}, Paid: lockbox.Columns{From: 21, To: 31}},
		{Number: lockbox.Columns{From: 31, To: 41}, Paid: lockbox.Columns{From: 41, To: 51}},
	}
	text := strings.Join([]string{
		"100ACMEDESTIN01210000012611190600", "50010000001234261119",
		"6001001000000600012100000100004440010000000777111826" + fmt.Sprintf("%-10s%010d", "A1", 1000),
		"40010016019" + fmt.Sprintf("%-10s%010d%-10s%010d", "A2", 2000, "A3", 3000),
		"70010000001234261119001" + fmt.Sprintf("%010d", 6000), "800000000012342611190001" + fmt.Sprintf("%010d", 6000), "9000007",
	}, "\n")
	c := &remittance.Collector{}
	require.NoError(t, lockbox.Read(strings.NewReader(text), lockbox.Options{Layout: &layout, Currency: "CAD"}, remittance.Check(c)))
	require.Empty(t, c.Problems)
	require.EqualValues(t, "CAD", c.Transactions[0].Currency)
	var numbers []string
	for _, l := range c.Transactions[0].Lines {
		numbers = append(numbers, l.Number)
	}
	require.Equal(t, []string{"A1", "A2", "A3"}, numbers)
}

func TestRefusalsAndAlarms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"amount":        {"6001002000000", "60010020000x0", "refused 6 bad_amount"},
		"deposit date":  {"50010000001234261119", "50010000001234261139", "refused 5 bad_date"},
		"cheque date":   {"0777111826", "0777133826", "warning 6 bad_date"},
		"other item":    {"4001001602 ", "4001009602 ", "refused 4 malformed"},
		"line missing":  {"4001001602 ", "4001001604 ", "alarm 4 count_differs"},
		"deduction":     {"00200000000000500DMG", "002000000000x0500DMG", "refused 4 bad_amount"},
		"lines":         {"0000020000", "0000020001", "warning 4 lines_differ"},
		"batch count":   {"70010000001234261119002", "70010000001234261119003", "alarm 7 count_differs"},
		"batch total":   {"1190020000035000", "1190020000035001", "alarm 7 total_differs"},
		"no batch":      {"70010000001234261119002" + "0000035000\n", "", "alarm 7 truncated"},
		"box count":     {"2611190002", "2611190003", "alarm entries count_differs"},
		"box total":     {"26111900020000035000", "26111900020000035001", "alarm credits total_differs"},
		"box unread":    {"26111900020000035000", "2611190002", "alarm 8 total_differs"},
		"another box":   {"80000000001234", "80000000009999", "alarm 8 total_differs"},
		"no box":        {"8000000000123426111900020000035000\n", "", "alarm 8 truncated"},
		"records":       {"9000012", "9000011", "alarm 9 count_differs"},
		"more lines":    {"40010026019INV2001", "40010026010INV2001", "warning 4 truncated"},
		"another batch": {"6001002000000", "6002002000000", "alarm 7 truncated"},
	} {
		require.Equal(t, 1, strings.Count(deposit(), c.from), name)
		got, err := rtest.Collect(parse, strings.Replace(deposit(), c.from, c.to, 1))
		require.NoError(t, err, name)
		require.Contains(t, rtest.Codes(got.Problems), c.want, name)
	}
}

func TestALeftOutDepositHasNoCheques(t *testing.T) {
	t.Parallel()
	c, err := rtest.Collect(parse, strings.Replace(deposit(), "50010000001234261119", "50010000001234261139", 1))
	require.NoError(t, err)
	require.Empty(t, c.Transactions)
	require.Contains(t, rtest.Codes(c.Problems), "alarm entries count_differs")
}

func TestWhatCannotGoOn(t *testing.T) {
	t.Parallel()
	lines := strings.Split(deposit(), "\n")
	for _, c := range []struct{ text, code string }{
		{"", remittance.CodeUnknownFormat},
		{":20:X\n", remittance.CodeUnknownFormat},
		{strings.Join(lines[:6], "\n"), remittance.CodeTruncated},
		{lines[0] + "\n" + lines[0], remittance.CodeTruncated},
		{lines[0] + "\n" + lines[3], remittance.CodeMalformed},
		{lines[0] + "\n" + lines[4], remittance.CodeMalformed},
		{lines[0] + "\n" + lines[9], remittance.CodeMalformed},
		{lines[0] + "\n" + lines[10], remittance.CodeMalformed},
		{lines[0] + "\nX", remittance.CodeMalformed},
		{"1" + strings.Repeat(" ", 5_000), remittance.CodeTooLarge},
	} {
		_, err := rtest.Collect(parse, c.text)
		requireCode(t, c.code, err)
	}
	err := lockbox.Read(strings.NewReader(deposit()), lockbox.Options{Currency: "ZZZ"}, &remittance.Collector{})
	requireCode(t, remittance.CodeUnknownCurrency, err)
}

func TestMoreLinesThanAreKept(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range remittance.MaxLines + 5 {
		fmt.Fprintf(&b, "400100260%02d INV%d\n", i%99+1, i)
	}
	c, err := rtest.Collect(parse, strings.Replace(deposit(), "40010026019INV2001\n", strings.ReplaceAll(b.String(), "400100260", "4001002 "), 1))
	require.NoError(t, err)
	require.Len(t, c.Transactions[1].Lines, remittance.MaxLines)
	require.Contains(t, rtest.Codes(c.Problems), "refused 4 too_large")
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	piece := "6001001000000500012100000100004440020000000778000000BLUE HARBOR LTD\n40010016019INV2001\n"
	stream := rtest.NewStream("100ACMEDESTIN01210000012611190600\n50010000001234261119\n", rtest.LongStream,
		func(int) string { return piece }, func(int) string { return "9000000\n" })
	c, grown := rtest.Grown(t, parse, stream)
	require.Equal(t, stream.Pieces(), c.Transactions)
	require.Less(t, grown, int64(rtest.MostGrown))
}

func FuzzRead(f *testing.F) {
	f.Add(deposit())
	f.Add("1\n5\n6\n4\n7\n8\n9")
	f.Fuzz(func(t *testing.T, text string) {
		a, errA := rtest.Collect(parse, text)
		b, errB := rtest.Chunked(parse, text)
		require.Equal(t, errA == nil, errB == nil)
		require.Empty(t, cmp.Diff(a, b))
		for _, x := range a.Transactions {
			require.GreaterOrEqual(t, x.Minor, int64(0))
		}
	})
}
