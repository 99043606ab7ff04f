package bai2_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/domain/remittance/bai2"
	"arrears/domain/remittance/internal/rtest"
)

func parse(in io.Reader, to remittance.Sink) error { return bai2.Read(in, bai2.Options{}, to) }

func shared(t *testing.T, name string) (*remittance.Collector, error) {
	t.Helper()
	raw, err := io.ReadAll(rtest.Shared(t, "bank/bai2/"+name))
	require.NoError(t, err)
	return rtest.Collect(parse, string(raw))
}

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, code, f.Code)
}

func TestSampleWithTagsInContinuations(t *testing.T) {
	t.Parallel()
	c, err := shared(t, "citi.bai2")
	require.NoError(t, err)
	require.Equal(t, []string{"alarm balance balance_differs"}, rtest.Codes(c.Problems), "100.00 + 0.01 is not 100.00")
	require.Len(t, c.Transactions, 1)
	got := c.Transactions[0]
	require.Equal(t, int64(1), got.Minor)
	require.True(t, got.Credit)
	require.EqualValues(t, "GBP", got.Currency)
	require.Equal(t, "1234567890", got.Reference)
	require.Equal(t, "RP12312312312312", got.EndToEnd)
	require.Equal(t, "DOE JO", got.Payer.Name)
	require.Equal(t, "11111111", got.Payer.Account.Other)
	require.Len(t, got.Text, 7)
	require.Equal(t, calendar.MustDate("2015-07-15"), got.Entry.ValueOn)
}

func TestSampleOfOneAccountTwice(t *testing.T) {
	t.Parallel()
	c, err := shared(t, "moov-sample1.txt")
	require.NoError(t, err)
	require.Equal(t, []string{"warning balance no_balance", "warning balance no_balance"}, rtest.Codes(c.Problems), "every control total holds")
	require.Len(t, c.Transactions, 17)
	require.Equal(t, []string{"", "2"}, []string{c.Statements[0].Sequence, c.Statements[1].Sequence})
	require.Equal(t, []string{"RETURNED CHEQUE"}, c.Transactions[0].Text)
	require.False(t, c.Transactions[0].Credit)
	require.EqualValues(t, 208500, c.Statements[0].Entries.CreditMinor)
	require.EqualValues(t, 3, c.Statements[0].Entries.CreditCount)
}

func TestSampleOfSummariesWithoutTheirEntries(t *testing.T) {
	t.Parallel()
	c, err := shared(t, "moov-sample2.txt")
	require.NoError(t, err)
	require.Len(t, c.Statements, 5)
	require.Len(t, c.Transactions, 4)
	var alarms []string
	for _, p := range c.Problems {
		if p.Severity == remittance.Alarm {
			alarms = append(alarms, p.Code)
		}
	}
	require.Equal(t, []string{remittance.CodeTotalDiffers, remittance.CodeTotalDiffers, remittance.CodeTotalDiffers, remittance.CodeTotalDiffers}, alarms,
		"the file's own totals hold; totals of all credits and debits that are not detailed sound the alarm")
	require.Equal(t, remittance.Correction, c.Statements[4].Status)
	require.Equal(t, "LOCK BOX NO.68751", c.Transactions[1].Text[0], "distributed availability is stepped over")
	require.Equal(t, []string{"PROCEEDS OF LETTER OF CREDIT FROM THE ARAMCO OIL CO"}, c.Transactions[2].Text)
	require.Equal(t, "YRC065321", c.Transactions[2].EndToEnd)
}

func TestSampleOfSeveralRecordsOnALine(t *testing.T) {
	t.Parallel()
	c, err := shared(t, "moov-sample3.txt")
	require.NoError(t, err)
	require.Equal(t, []string{"warning 16 unknown_element"}, rtest.Codes(c.Problems), "every balance, total and count holds")
	require.Len(t, c.Statements, 15)
	require.Len(t, c.Transactions, 26)
}

func TestSampleThatIsMalformed(t *testing.T) {
	t.Parallel()
	c, err := shared(t, "moov-parse-error.txt")
	requireCode(t, remittance.CodeUnknownFormat, err)
	require.Empty(t, c.Statements)
}

const whole = `01,121000001,987654321,261120,0600,7,80,,2/
02,987654321,121000001,1,261119,2400,USD,2/
03,4440001,,010,100000,,,015,139900,,/
88,100,60000,2,,400,20100,2,/
16,142,50000,V,261118,,ACH-1,INV-77,ORIG CO NAME:NORTHWIND TOYS ORIG ID:1234567890 SEC:CTX IND ID:PO 5/16,/
88,RMR*IV*1001**500.00/
16,475,100,Z,,000812,/
16,195,10000,0,WIRE-9,,ORG=Blue Harbor Ltd OBI=INVOICE 55, 56/
16,557,20000,1,RET-4,INV-70,RETURN R01 INSUFFICIENT FUNDS/
16,890,,,,,nothing moves/
49,400100,9/
98,400100,1,11/
99,400100,1,13/
`

func TestAWholeFile(t *testing.T) {
	t.Parallel()
	c, err := rtest.Collect(parse, whole)
	require.NoError(t, err)
	require.Empty(t, c.Problems)
	require.Len(t, c.Transactions, 4)
	s := c.Statements[0]
	require.Equal(t, remittance.EndOfDay, s.Kind)
	require.Equal(t, remittance.Account{Other: "4440001", Bank: "121000001"}, s.Account)
	require.Equal(t, "121000001/261120/7", s.ID)
	ach := c.Transactions[0]
	require.Equal(t, "NORTHWIND TOYS", ach.Payer.Name)
	require.Equal(t, "1234567890", ach.Payer.ID)
	require.Equal(t, "PO 5/16,", ach.EndToEnd, "a slash and a comma within words are words")
	require.Equal(t, "RMR*IV*1001**500.00", ach.Text[1])
	require.Equal(t, calendar.MustDate("2026-11-18"), ach.Entry.ValueOn)
	require.Equal(t, calendar.MustDate("2026-11-19"), ach.Entry.BookedOn)
	require.Equal(t, "812", c.Transactions[1].Cheque)
	require.Equal(t, "Blue Harbor Ltd", c.Transactions[2].Payer.Name)
	back := c.Transactions[3]
	require.True(t, back.Entry.Reversal)
	require.Equal(t, "R01", back.Return.Code)
	require.Equal(t, "INV-70", back.Return.EndToEnd)
	require.False(t, back.Credit)
}

func TestDressDoesNotMatter(t *testing.T) {
	t.Parallel()
	plain, err := rtest.Collect(parse, whole)
	require.NoError(t, err)
	same := cmpopts.IgnoreFields(remittance.Transaction{}, "Line")
	padded := strings.Split(strings.TrimSuffix(whole, "\n"), "\n")
	for i, l := range padded {
		if len(l) < 160 {
			padded[i] = l + strings.Repeat(" ", 160-len(l))
		}
	}
	for name, text := range map[string]string{
		"crlf":    strings.ReplaceAll(whole, "\n", "\r\n"),
		"cr":      strings.ReplaceAll(whole, "\n", "\r"),
		"bom":     "\xEF\xBB\xBF" + whole,
		"a line":  strings.ReplaceAll(whole, "\n", " "),
		"blocked": strings.Replace(strings.Join(padded, ""), ",80,,2/", ",160,2/", 1),
	} {
		got, err := rtest.Chunked(parse, text)
		require.NoError(t, err, name)
		require.Empty(t, got.Problems, name)
		require.Empty(t, cmp.Diff(plain.Transactions, got.Transactions, same), name)
	}
}

// Any record may go on in others, between two of its fields, and each counts as a record. A comma before the slash is a blank
// field.
func TestContinuationsAtEveryLevel(t *testing.T) {
	t.Parallel()
	plain, err := rtest.Collect(parse, whole)
	require.NoError(t, err)
	for from, to := range map[string]string{
		"01,121000001,987654321,":      "01,121000001/\n88,987654321,",
		"02,987654321,121000001,1,":    "02,987654321,121000001/\n88,1,",
		"03,4440001,,010,100000,,,":    "03,4440001,,010/\n88,100000,,/\n88,",
		"16,475,100,Z,,":               "16,475/\n88,100,Z,/\n88,",
		"16,142,50000,V,261118,,ACH-1": "16,142,50000,V/\n88,261118,/\n88,ACH-1",
		"49,400100,":                   "49,400100/\n88,",
		"98,400100,1,":                 "98,400100/\n88,1,",
		"99,400100,1,":                 "99,400100/\n88,1,",
	} {
		require.Equal(t, 1, strings.Count(whole, from), from)
		got, err := rtest.Collect(parse, strings.Replace(whole, from, to, 1))
		require.NoError(t, err, from)
		require.Empty(t, cmp.Diff(plain.Transactions, got.Transactions, cmpopts.IgnoreFields(remittance.Transaction{}, "Line")), from)
		for _, p := range got.Problems {
			require.Equal(t, remittance.CodeCountDiffers, p.Code, "%s: the trailers count the records of the other file", from)
		}
	}
}

func TestStatusAndKind(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]remittance.Status{"1": remittance.Update, "2": remittance.Deletion, "3": remittance.Correction, "4": remittance.Test, "9": remittance.Test} {
		c, err := rtest.Collect(parse, strings.Replace(whole, ",1,261119", ","+status+",261119", 1))
		require.NoError(t, err)
		require.Equal(t, want, c.Statements[0].Status)
		require.Equal(t, status == "9", len(c.Problems) == 1, rtest.Codes(c.Problems))
	}
	for modifier, want := range map[string]remittance.Kind{"": remittance.EndOfDay, "1": remittance.Intraday, "2": remittance.EndOfDay, "3": remittance.Intraday, "4": remittance.Intraday} {
		c, err := rtest.Collect(parse, strings.Replace(whole, "USD,2/", "USD,"+modifier+"/", 1))
		require.NoError(t, err)
		require.Equal(t, want, c.Statements[0].Kind)
	}
}

func TestCurrencies(t *testing.T) {
	t.Parallel()
	with := func(group, account string, o bai2.Options) *remittance.Collector {
		text := strings.Replace(strings.Replace(whole, "2400,USD", "2400,"+group, 1), "4440001,,", "4440001,"+account+",", 1)
		c := &remittance.Collector{}
		require.NoError(t, bai2.Read(strings.NewReader(text), o, remittance.Check(c)))
		return c
	}
	require.EqualValues(t, "JPY", with("CAD", "JPY", bai2.Options{}).Transactions[0].Currency)
	require.EqualValues(t, "CAD", with("CAD", "", bai2.Options{}).Transactions[0].Currency)
	require.EqualValues(t, "GBP", with("", "", bai2.Options{Currency: "GBP"}).Transactions[0].Currency)
	require.EqualValues(t, "USD", with("", "", bai2.Options{}).Transactions[0].Currency)
	c := with("ZZZ", "", bai2.Options{})
	require.Empty(t, c.Transactions)
	require.Contains(t, rtest.Codes(c.Problems), "refused 03 unknown_currency")
}

func TestRefusalsAndAlarms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"amount":         {"16,195,10000,", "16,195,100.00,", "refused 16 bad_amount"},
		"negative":       {"16,195,10000,", "16,195,-10000,", "refused 16 bad_amount"},
		"too large":      {"16,195,10000,", "16,195,99999999999999999,", "refused 16 bad_amount"},
		"type":           {"16,195,", "16,720,", "refused 16 type_code_unknown"},
		"balance":        {"16,195,", "16,015,", "refused 16 type_code_unknown"},
		"total":          {"16,195,", "16,190,", "warning 16 summary_entry"},
		"value date":     {"V,261118", "V,261131", "refused 16 bad_date"},
		"funds":          {"10000,0,WIRE", "10000,Q,WIRE", "refused 16 malformed"},
		"distribution":   {"10000,0,WIRE", "10000,D,x,WIRE", "refused 16 malformed"},
		"03 amount":      {"010,100000", "010,1000.00", "refused 03 bad_amount"},
		"03 code":        {"015,139900", "15,139900", "refused 03 malformed"},
		"03 count":       {"100,60000,2", "100,60000,x", "refused 03 malformed"},
		"balance proof":  {"015,139900", "015,139901", "alarm balance balance_differs"},
		"credits":        {"100,60000", "100,60001", "alarm credits total_differs"},
		"account total":  {"49,400100", "49,400201", "alarm 49 total_differs"},
		"account count":  {"49,400100,9", "49,400100,8", "alarm 49 count_differs"},
		"group total":    {"98,400100", "98,4", "alarm 98 total_differs"},
		"group accounts": {"98,400100,1", "98,400100,2", "alarm 98 count_differs"},
		"file records":   {"99,400100,1,13", "99,400100,1,", "alarm 99 count_differs"},
		"no 49":          {"49,400100,9/\n", "", "alarm 98 truncated"},
		"version":        {",80,,2/", ",80,,3/", "alarm 01 version"},
		"no 98":          {"98,400100,1,11/\n", "", "alarm 99 truncated"},
	} {
		require.Equal(t, 1, strings.Count(whole, c.from), name)
		got, err := rtest.Collect(parse, strings.Replace(whole, c.from, c.to, 1))
		require.NoError(t, err, name)
		require.Contains(t, rtest.Codes(got.Problems), c.want, name)
	}
}

// Totals beyond any amount equal none that is stated, though they may come back into an integer's range.
func TestControlTotalsBeyondAnyAmount(t *testing.T) {
	t.Parallel()
	text := strings.Replace(whole, "88,100,60000,2,,400,20100,2,/\n", "88,100,60000,2,,400,20100,2,,/\n"+
		strings.Repeat("88,072,9000000000000000,,/\n", 1040)+strings.Repeat("88,072,-9000000000000000,,/\n", 900), 1)
	c, err := rtest.Collect(parse, text)
	require.NoError(t, err)
	require.Contains(t, rtest.Codes(c.Problems), "alarm 49 total_differs")
	require.Contains(t, rtest.Codes(c.Problems), "alarm 99 total_differs")
}

func before(record string) string {
	head, _, _ := strings.Cut(whole, "\n"+record)
	return head + "\n"
}

func TestWhatCannotGoOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, code string }{
		"empty":            {"", remittance.CodeUnknownFormat},
		"another format":   {":20:STARTUMS\n", remittance.CodeUnknownFormat},
		"truncated":        {before("49,"), remittance.CodeTruncated},
		"entry outside":    {"01,a,b,261120,,1,,,2/\n16,142,5,,,,/\n", remittance.CodeMalformed},
		"continuation":     {"88,100/\n", remittance.CodeMalformed},
		"group outside":    {"02,a,b,1,261119,,,/\n", remittance.CodeMalformed},
		"account outside":  {"01,a,b,261120,,1,,,2/\n03,1,,/\n", remittance.CodeMalformed},
		"trailer outside":  {"99,0,0,1/\n", remittance.CodeMalformed},
		"group trailer":    {"01,a,b,261120,,1,,,2/\n98,0,0,1/\n", remittance.CodeMalformed},
		"as-of date":       {strings.Replace(whole, "261119", "261339", 1), remittance.CodeBadDate},
		"file in file":     {before("02,") + whole, remittance.CodeTruncated},
		"unknown record":   {strings.Replace(whole, "49,4", "50,4", 1), remittance.CodeMalformed},
		"no end of record": {"01," + strings.Repeat("x", 200_000), remittance.CodeTooLarge},
	} {
		_, err := rtest.Collect(parse, c.text)
		require.Error(t, err, name)
		requireCode(t, c.code, err)
	}
}

func TestABanksOwnTypeCodes(t *testing.T) {
	t.Parallel()
	c := &remittance.Collector{}
	o := bai2.Options{Types: map[string]bai2.Type{"720": {Credit: true}}}
	require.NoError(t, bai2.Read(strings.NewReader(strings.Replace(whole, "16,195,", "16,720,", 1)), o, remittance.Check(c)))
	require.Empty(t, c.Problems)
	require.Len(t, c.Transactions, 4)
}

// Whoever named the currency, the file did, or it is the format's.
func TestACurrencyThatIsNotNamedIsAssumed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		group, account string
		options        bai2.Options
		want           money.Currency
		assumed        bool
	}{
		{"EUR", "", bai2.Options{}, "EUR", false},
		{"", "EUR", bai2.Options{}, "EUR", false},
		{"USD", "CAD", bai2.Options{}, "CAD", false},
		{"", "", bai2.Options{}, "USD", true},
		{"", "", bai2.Options{Currency: "CAD"}, "CAD", true},
	} {
		text := strings.Replace(whole, "2400,USD,2/", "2400,"+c.group+",2/", 1)
		text = strings.Replace(text, "03,4440001,,", "03,4440001,"+c.account+",", 1)
		got := &remittance.Collector{}
		require.NoError(t, bai2.Read(strings.NewReader(text), c.options, remittance.Check(got)))
		require.Empty(t, got.Problems)
		require.Equal(t, c.want, got.Statements[0].Currency)
		require.Equal(t, c.assumed, got.Statements[0].Assumed)
	}
}

func TestTooManyContinuationsLoseWordsAlone(t *testing.T) {
	t.Parallel()
	more := strings.Repeat("88,again and again\n", 5_000)
	c, err := rtest.Collect(parse, strings.Replace(whole, "88,RMR", more+"88,RMR", 1))
	require.NoError(t, err)
	require.Len(t, c.Transactions, 4)
	require.Len(t, c.Transactions[0].Text, remittance.MaxTexts)
	require.Contains(t, rtest.Codes(c.Problems), "warning 16 too_large")
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	head := "01,a,b,261120,,1,,,2/\n02,b,a,1,261119,,USD,2/\n03,1,,010,0,,/\n"
	for _, end := range []string{"\n", " "} {
		stream := rtest.NewStream(strings.ReplaceAll(head, "\n", end), rtest.LongStream,
			func(int) string { return "16,142,100,Z,,REF,PAYMENT OF INVOICE 4711/" + end + "88,AND 4712/" + end },
			func(int) string { return "49,0,0/" + end + "98,0,0,0/" + end + "99,0,0,0/" })
		c, grown := rtest.Grown(t, parse, stream)
		require.Equal(t, stream.Pieces(), c.Transactions)
		require.Less(t, grown, int64(rtest.MostGrown))
	}
}

func FuzzRead(f *testing.F) {
	f.Add(whole)
	f.Add(strings.ReplaceAll(whole, "\n", " "))
	f.Add("01,a,b,261120,,1,20,,2/\n88,x")
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
