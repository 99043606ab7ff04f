package mt940_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/rtest"
	"arrears/domain/remittance/mt940"
)

func parse(in io.Reader, to remittance.Sink) error { return mt940.Read(in, mt940.Options{}, to) }

func shared(t *testing.T, name string) (*remittance.Collector, error) {
	t.Helper()
	raw, err := io.ReadAll(rtest.Shared(t, "bank/mt940/"+name))
	require.NoError(t, err)
	return rtest.Collect(parse, string(raw))
}

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, code, f.Code)
}

func date(s string) calendar.Date { return calendar.MustDate(s) }

func TestSamples(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		statements, entries int
		codes               []string
	}{
		"jejik-abnamro.txt":                    {2, 10, []string{"alarm balance balance_differs", "alarm balance balance_differs"}},
		"jejik-generic.txt":                    {2, 2, nil},
		"jejik-ing-unix.txt":                   {1, 7, []string{"alarm balance balance_differs", "alarm debits count_differs", "alarm credits total_differs", "alarm debits total_differs"}},
		"jejik-rabobank-iban.txt":              {2, 4, nil},
		"self-provided__february_30.sta":       {1, 1, []string{"warning :61: bad_date"}},
		"self-provided__malformed_details.sta": {1, 1, []string{"alarm balance balance_differs"}},
	} {
		c, err := shared(t, name)
		require.NoError(t, err, name)
		require.Len(t, c.Statements, want.statements, name)
		require.Len(t, c.Transactions, want.entries, name)
		require.Equal(t, want.codes, rtest.Codes(c.Problems), name)
	}
	_, err := shared(t, "betterplace__empty_86.sta")
	requireCode(t, remittance.CodeUnknownFormat, err)
}

func TestSamplesOfDutchBanks(t *testing.T) {
	t.Parallel()
	c, err := shared(t, "jejik-abnamro.txt")
	require.NoError(t, err)
	giro := c.Transactions[0]
	require.Equal(t, "KPN - DIGITENNE", giro.Payer.Name)
	require.Equal(t, "428428", giro.Payer.Account.Other)
	require.Equal(t, "0000000421886595314606715", giro.EndToEnd, "the number goes on in the next line")
	require.Equal(t, "528939882", c.Transactions[9].Payer.Account.Other)
	require.Equal(t, []string{"", "1"}, []string{c.Statements[0].Page, c.Statements[1].Page})
	require.False(t, c.Statements[1].LastPage)
	require.Equal(t, "ABNANL2A", c.Statements[0].Account.Bank)
	c, err = shared(t, "jejik-rabobank-iban.txt")
	require.NoError(t, err)
	require.Equal(t, "CONTRA ACCOUNT HOLDER", c.Transactions[0].Payer.Name)
	require.Equal(t, "01-01-2013 12:00 0030000987654321", c.Transactions[0].EndToEnd)
	require.Equal(t, "1234567", c.Transactions[1].Payer.Account.Other)
	require.Equal(t, []string{"Reference 201301234"}, c.Transactions[1].Text)
}

func TestSamplesOfGermanBanks(t *testing.T) {
	t.Parallel()
	c, err := shared(t, "self-provided__malformed_details.sta")
	require.NoError(t, err)
	got := c.Transactions[0]
	require.Equal(t, "123/123/12345-----L1101234567890123", got.EndToEnd)
	require.Equal(t, "BYA12345678901", got.Mandate)
	require.Equal(t, "DE99ZZZ00000012345", got.Payer.ID)
	require.Equal(t, "Finanzamt Muenchen Abteilung Erhebung", got.Payer.Name)
	require.Equal(t, "Finanzamt Sentinel", got.UltimatePayer.Name)
	require.Equal(t, "NMSC/105", got.Entry.Code)
	c, err = shared(t, "self-provided__february_30.sta")
	require.NoError(t, err)
	require.Equal(t, date("2016-02-29"), c.Transactions[0].Entry.ValueOn)
	require.Equal(t, date("2016-03-01"), c.Transactions[0].Entry.BookedOn)
}

const whole = `{1:F01BANKDEFFAXXX0000000000}{2:O9400000000000BANKDEFFAXXX00000000000000000000N}{4:
:20:STMT-7
:25:DE89370400440532013000
:28C:00007/001
:60F:C261231EUR1000,
:61:2701021231C250,50NTRFINV-9//BANKREF1
/OCMT/USD270,//CHGS/EUR1,5/
:86:166?00GUTSCHRIFT?20EREF+PAY-1?21SVWZ+Invoice 1001 and?22 1002?30COBADEFFXXX
?31DE89370400440532013000?32Nordwind Spiel?33waren GmbH
:61:2701020102RC100,00NRTINONREF
:86:109?00RUECKBUCHUNG?20EREF+PAY-0?21SVWZ+RETURN AC04 CLOSED?22OAMT+98,00?32Blue Harbor Ltd
:62F:C270102EUR1150,50
:64:C270102EUR1150,50
-}{5:{CHK:000000000000}}
`

func TestAWholeMessage(t *testing.T) {
	t.Parallel()
	c, err := rtest.Collect(parse, whole)
	require.NoError(t, err)
	require.Empty(t, c.Problems)
	s := c.Statements[0]
	require.Equal(t, remittance.Account{IBAN: "DE89370400440532013000", Bank: "BANKDEFF"}, s.Account)
	require.Equal(t, []string{"7", "", "STMT-7", "mt940"}, []string{s.Sequence, s.Page, s.ID, s.Format})
	require.Equal(t, date("2026-12-31"), s.From)
	require.Equal(t, date("2027-01-02"), s.To)
	in := c.Transactions[0]
	require.Equal(t, date("2026-12-31"), in.Entry.BookedOn, "the entry date is in the other year")
	require.Equal(t, date("2027-01-02"), in.Entry.ValueOn)
	require.Equal(t, "BANKREF1", in.Reference)
	require.Equal(t, "PAY-1", in.EndToEnd)
	require.Equal(t, []string{"Invoice 1001 and 1002"}, in.Text)
	require.Equal(t, "Nordwind Spielwaren GmbH", in.Payer.Name)
	require.Equal(t, "DE89370400440532013000", in.Payer.Account.IBAN)
	require.Equal(t, int64(27000), in.InstructedMinor)
	require.Equal(t, int64(150), in.ChargesMinor)
	back := c.Transactions[1]
	require.False(t, back.Credit)
	require.True(t, back.Entry.Reversal)
	require.Equal(t, &remittance.Return{Code: "AC04", Text: "RETURN AC04 CLOSED", EndToEnd: "PAY-0", Minor: 9800}, back.Return)
}

func TestDressDoesNotMatter(t *testing.T) {
	t.Parallel()
	plain, err := rtest.Collect(parse, whole)
	require.NoError(t, err)
	for name, text := range map[string]string{
		"crlf": strings.ReplaceAll(whole, "\n", "\r\n"), "cr": strings.ReplaceAll(whole, "\n", "\r"),
		"bom": "\xEF\xBB\xBF" + whole, "wire": "\x01" + whole + "\x03", "no end": strings.TrimRight(whole, "\n"),
	} {
		got, err := rtest.Chunked(parse, text)
		require.NoError(t, err, name)
		require.Empty(t, got.Problems, name)
		require.Empty(t, cmp.Diff(plain.Transactions, got.Transactions), name)
	}
	latin, err := rtest.Collect(parse, strings.Replace(whole, "Nordwind", "N\xF6rdwind", 1))
	require.NoError(t, err)
	require.Equal(t, "Nördwind Spielwaren GmbH", latin.Transactions[0].Payer.Name)
	require.Equal(t, []string{"warning file text_replaced"}, rtest.Codes(latin.Problems))
}

func TestMarks(t *testing.T) {
	t.Parallel()
	for mark, want := range map[string]struct {
		credit, reversal bool
		state            remittance.Booking
	}{
		"C": {true, false, remittance.Booked}, "D": {false, false, remittance.Booked}, "RC": {false, true, remittance.Booked},
		"RD": {true, true, remittance.Booked}, "EC": {true, false, remittance.Pending}, "ED": {false, false, remittance.Pending},
		"CR": {true, false, remittance.Booked}, "DR": {false, false, remittance.Booked},
	} {
		c, err := rtest.Collect(parse, strings.Replace(whole, "1231C250", "1231"+mark+"250", 1))
		require.NoError(t, err)
		got := c.Transactions[0]
		require.Equal(t, want.credit, got.Credit, mark)
		require.Equal(t, want.reversal, got.Entry.Reversal, mark)
		require.Equal(t, want.reversal, got.Return != nil, mark)
		require.Equal(t, want.state, got.Entry.State, mark)
	}
}

// What the bank calls a returned item came back, whatever its mark: unpaid collections are plain debits at most banks.
func TestReturnedItems(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"NRTI", "FRTI", "SRTI"} {
		for mark, credit := range map[string]bool{"D": false, "C": true} {
			c, err := rtest.Collect(parse, strings.Replace(whole, "C250,50NTRF", mark+"250,50"+kind, 1))
			require.NoError(t, err)
			got := c.Transactions[0]
			require.Equal(t, credit, got.Credit)
			require.True(t, got.Entry.Reversal)
			require.NotNil(t, got.Return)
			require.Equal(t, "PAY-1", got.Return.EndToEnd)
		}
	}
}

func TestEntryDatesAroundNewYear(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2612310102": "2027-01-02", "2701021231": "2026-12-31", "2611191119": "2026-11-19", "2702280230": "2027-02-28", "2802280229": "2028-02-29",
	} {
		c, err := rtest.Collect(parse, strings.Replace(whole, "2701021231C", in+"C", 1))
		require.NoError(t, err)
		require.Equal(t, date(want), c.Transactions[0].Entry.BookedOn, in)
	}
}

func TestRefusalsAndAlarms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"point":          {"C250,50N", "C250.50N", "refused :61: bad_amount"},
		"grouping":       {"C250,50N", "C1.250,50N", "refused :61: bad_amount"},
		"decimals":       {"C250,50N", "C250,505N", "refused :61: bad_amount"},
		"no amount":      {"C250,50N", "CN", "refused :61: malformed"},
		"31 February":    {"2701021231C", "270231C", "refused :61: bad_date"},
		"no month":       {"2701021231C", "271301C", "refused :61: bad_date"},
		"entry date":     {"2701021231C", "2701021331C", "refused :61: bad_date"},
		"30 February":    {"2701021231C", "270230C", "warning :61: bad_date"},
		"closing":        {"EUR1150,50\n:64", "EUR1150,51\n:64", "alarm balance balance_differs"},
		"no closing":     {":62F:C270102EUR1150,50\n", "", "alarm :62F: truncated"},
		"opening":        {":60F:C261231EUR1000,", ":60F:X261231EUR1000,", "refused :60F: malformed"},
		"currency":       {":60F:C261231EUR1000,", ":60F:C261231ZZZ1000,", "refused :61: unknown_currency"},
		"balance date":   {":60F:C261231", ":60F:C261331", "refused :60F: bad_date"},
		"balance amount": {"EUR1000,", "EUR1.000,", "refused :60F: bad_amount"},
		"unknown":        {":64:", ":99Z:", "warning :99Z: unknown_element"},
		"outside":        {"-}{5", "-\n:61:2701020102C5,NTRFX\n-}{5", "refused :61: malformed"},
	} {
		require.Equal(t, 1, strings.Count(whole, c.from), name)
		got, err := rtest.Collect(parse, strings.Replace(whole, c.from, c.to, 1))
		require.NoError(t, err, name)
		require.Contains(t, rtest.Codes(got.Problems), c.want, name)
	}
}

func TestWhatCannotGoOn(t *testing.T) {
	t.Parallel()
	for code, text := range map[string]string{
		remittance.CodeUnknownFormat: "01,a,b,261120,,1,,,2/\n",
		remittance.CodeTooLarge:      ":20:X\n:86:" + strings.Repeat("x", 100_000),
	} {
		_, err := rtest.Collect(parse, text)
		requireCode(t, code, err)
	}
	_, err := rtest.Collect(parse, "")
	requireCode(t, remittance.CodeUnknownFormat, err)
}

func TestPagesFollowEachOther(t *testing.T) {
	t.Parallel()
	page := func(open, closing string) string {
		return ":20:P\n:25:1\n:28C:5/2\n" + open + "\n" + closing + "\n-\n"
	}
	first, second := page(":60F:C260101EUR1,", ":62M:C260101EUR1,"), page(":60M:C260101EUR1,", ":62F:C260102EUR1,")
	c, err := rtest.Collect(parse, first+second)
	require.NoError(t, err)
	require.Empty(t, c.Problems)
	require.Equal(t, []bool{false, true}, []bool{c.Statements[0].LastPage, c.Statements[1].LastPage})
	require.Equal(t, "2", c.Statements[1].Page)
	c, err = rtest.Collect(parse, first+strings.ReplaceAll(second, "EUR1,", "EUR2,"))
	require.NoError(t, err)
	require.Equal(t, []string{"alarm :60M: balance_differs"}, rtest.Codes(c.Problems))
}

func TestInterimReport(t *testing.T) {
	t.Parallel()
	text := ":20:R\n:25:1/2\n:28C:1\n:34F:EUR0,\n:13D:2611191200+0100\n:61:261119C5,NTRFX\n:86:words\n:90D:0EUR0,\n:90C:1EUR5,\n-\n"
	c, err := rtest.Collect(parse, text)
	require.NoError(t, err)
	require.Empty(t, c.Problems)
	require.Equal(t, remittance.Intraday, c.Statements[0].Kind)
	require.Equal(t, "mt942", c.Statements[0].Format)
	require.Equal(t, date("2026-11-19"), c.Statements[0].To)
	c, err = rtest.Collect(parse, strings.Replace(text, ":90C:1EUR5,", ":90C:2EUR6,", 1))
	require.NoError(t, err)
	require.Equal(t, []string{"alarm credits count_differs", "alarm credits total_differs"}, rtest.Codes(c.Problems))
	for _, bad := range []string{":90C:xEUR5,", ":90C:1USD5,"} {
		c, err = rtest.Collect(parse, strings.Replace(text, ":90C:1EUR5,", bad, 1))
		require.NoError(t, err)
		require.Equal(t, []string{"refused :90C: malformed"}, rtest.Codes(c.Problems))
	}
}

func TestTrailersOfTestsAndCopies(t *testing.T) {
	t.Parallel()
	for trailer, want := range map[string]remittance.Status{"{TNG:}": remittance.Test, "{PDE:}": remittance.Copy, "{PDM:}": remittance.Copy, "{MAC:1}": remittance.Update} {
		c, err := rtest.Collect(parse, strings.Replace(whole, "{CHK:000000000000}", trailer, 1))
		require.NoError(t, err)
		require.Equal(t, want, c.Statements[0].Status)
	}
}

func with86(t *testing.T, words string, o mt940.Options) remittance.Transaction {
	t.Helper()
	c := &remittance.Collector{}
	text := ":20:X\n:25:1\n:28C:1\n:60F:C261119EUR0,\n:61:261119C5,NTRFNONREF\n:86:" + words + "\n:62F:C261119EUR5,\n-\n"
	require.NoError(t, mt940.Read(strings.NewReader(text), o, remittance.Check(c)))
	require.Empty(t, c.Problems)
	return c.Transactions[0]
}

func TestSlashTags(t *testing.T) {
	t.Parallel()
	got := with86(t, "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NA\nME/Blue Harbor BV/REMI/USTD//Invoice 12/34/EREF/NOTPROVIDED", mt940.Options{})
	require.Equal(t, "NL91ABNA0417164300", got.Payer.Account.IBAN)
	require.Equal(t, "Blue Harbor BV", got.Payer.Name)
	require.Equal(t, []string{"Invoice 12/34"}, got.Text)
	require.Empty(t, got.EndToEnd)
	got = with86(t, "/EREF/E-1//CNTP/NL91ABNA0417164300/ABNANL2A/Blue Harbor BV/Delft//REMI/STRD/CUR/1234567890123456/", mt940.Options{})
	require.Equal(t, "E-1", got.EndToEnd)
	require.Equal(t, "Blue Harbor BV", got.Payer.Name)
	require.Equal(t, "NL91ABNA0417164300", got.Payer.Account.IBAN)
	require.Equal(t, "1234567890123456", got.Lines[0].Number)
	got = with86(t, "/RTRN/AC04/EREF/E-2/MARF/M-1/CSID/NL99ZZZ1/ULTD/NAME/Child BV/", mt940.Options{})
	require.Equal(t, "AC04", got.Return.Code)
	require.Equal(t, "E-2", got.Return.EndToEnd)
	require.Equal(t, "M-1", got.Mandate)
	require.Equal(t, "Child BV", got.UltimatePayer.Name)
}

func TestLabelledAndPlainWords(t *testing.T) {
	t.Parallel()
	got := with86(t, "SEPA OVERBOEKING                 IBAN: NL91ABNA0417164300        \nBIC: ABNANL2A                    NAAM: Blue Harbor BV            \nKENMERK: K-9", mt940.Options{})
	require.Equal(t, "NL91ABNA0417164300", got.Payer.Account.IBAN)
	require.Equal(t, "Blue Harbor BV", got.Payer.Name)
	require.Equal(t, "K-9", got.EndToEnd)
	full := strings.Repeat("a", 62) + " 10"
	got = with86(t, full+"\n01\nsecond", mt940.Options{})
	require.Equal(t, []string{full + "01", "second"}, got.Text, "a full line goes on in the next")
	got = with86(t, "166?20no keyword?21here", mt940.Options{})
	require.Equal(t, []string{"no keyword here"}, got.Text)
}

type own struct{}

func (own) Name() string                           { return "own" }
func (own) Match(_ []string, c mt940.Context) bool { return c.Account.Other == "1" }
func (own) Read(lines []string, _ mt940.Context, t *remittance.Transaction) {
	t.Customer = lines[0]
}

func TestABanksOwnPlugIn(t *testing.T) {
	t.Parallel()
	require.Equal(t, "C-1", with86(t, "C-1", mt940.Options{Details: []mt940.Details{own{}}}).Customer)
	for _, d := range append(mt940.Shipped(), mt940.Plain()) {
		require.NotEmpty(t, d.Name())
	}
}

func TestIBAN(t *testing.T) {
	t.Parallel()
	require.True(t, mt940.IsIBAN("GB29NWBK60161331926819"))
	for _, s := range []string{"", "GB28NWBK60161331926819", "GB29 NWBK", "gb29nwbk60161331926819"} {
		require.False(t, mt940.IsIBAN(s))
	}
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	stream := rtest.NewStream(":20:X\n:25:1\n:28C:1\n:60F:C261119EUR0,\n", rtest.LongStream,
		func(int) string {
			return ":61:261119C1,NTRFNONREF\n:86:166?00GUTSCHRIFT?20EREF+PAY-1?21SVWZ+" + strings.Repeat("Invoice 1001 ", 20) + "?32Blue Harbor\n"
		},
		func(int) string { return ":62F:C261119EUR1,\n-\n" })
	c, grown := rtest.Grown(t, parse, stream)
	require.Equal(t, stream.Pieces(), c.Transactions)
	require.Less(t, grown, int64(rtest.MostGrown))
}

func FuzzRead(f *testing.F) {
	f.Add(whole)
	f.Add(":20:\n:61:2702300230EC1,N   \n:86:/A/\n:86:166?")
	f.Add(":20:\n:34F:\n:13:\n:25P:\n\n:90C:\n:62F:")
	f.Fuzz(func(t *testing.T, text string) {
		a, errA := rtest.Collect(parse, text)
		b, errB := rtest.Chunked(parse, text)
		require.Equal(t, errA == nil, errB == nil)
		require.Empty(t, cmp.Diff(a, b))
	})
}
