package x12_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/rtest"
	"arrears/domain/remittance/x12"
)

func read(in io.Reader, to remittance.Sink) error { return x12.Read(in, x12.Options{}, to) }

// file puts sets into an interchange with right counts.
func file(version string, sets ...string) string {
	var b strings.Builder
	b.WriteString("ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *260918*1200*U*00401*000000007*0*P*>~\n")
	b.WriteString("GS*RA*BUYER*SELLER*20260918*1200*7*X*" + version + "~\n")
	for i, s := range sets {
		kind, body, _ := strings.Cut(s, "|")
		segments := strings.Split(strings.TrimSuffix(strings.TrimSpace(body), "~"), "~")
		fmt.Fprintf(&b, "ST*%s*%04d~\n", kind, i+1)
		for _, segment := range segments {
			b.WriteString(strings.TrimSpace(segment) + "~\n")
		}
		fmt.Fprintf(&b, "SE*%d*%04d~\n", len(segments)+2, i+1)
	}
	fmt.Fprintf(&b, "GE*%d*7~\nIEA*1*000000007~\n", len(sets))
	return b.String()
}

const head = "820|BPR*C*1000.00*C*ACH*CTX*01*021000021*DA*123456789*9876543210**01*071000013*DA*555019900*20260918~TRN*1*TRACE1*9876543210~N1*PR*ELM STREET FOODS*91*C-77~N1*PE*HARBORLINE SUPPLY~ENT*1~"

func one(t *testing.T, text string) (remittance.Advice, []string) {
	t.Helper()
	c, err := rtest.Collect(read, text)
	require.NoError(t, err)
	require.Len(t, c.Advices, 1)
	return c.Advices[0], rtest.Codes(c.Problems)
}

func minor(p *int64) any {
	if p == nil {
		return nil
	}
	return *p
}

func TestHead(t *testing.T) {
	t.Parallel()
	a, problems := one(t, file("004010", head+"RMR*IV*A-1**1000.00~"))
	require.Empty(t, problems)
	require.Equal(t, "x12.820", a.Format)
	require.Equal(t, "TRACE1", a.Payment)
	require.Equal(t, "TRACE1", a.ID)
	require.Equal(t, "C-77", a.Customer)
	require.Equal(t, remittance.Party{Name: "ELM STREET FOODS", ID: "9876543210", Account: remittance.Account{Other: "123456789", Bank: "021000021"}}, a.Payer)
	require.Equal(t, "HARBORLINE SUPPLY", a.Payee.Name)
	require.Equal(t, remittance.Account{Other: "555019900", Bank: "071000013"}, a.Payee.Account)
	require.Equal(t, calendar.MustDate("2026-09-18"), a.PaidOn)
	require.True(t, a.Credit)
	require.True(t, a.MoneyMoves)
	require.EqualValues(t, 100000, a.Minor)
	require.EqualValues(t, "USD", a.Currency)
	require.EqualValues(t, 3, a.Line)
}

func TestItems(t *testing.T) {
	t.Parallel()
	a, problems := one(t, file("005010", head+
		"RMR*IV*A-1*PI*882*900*18~REF*PO*PO-9~REF*ZZ**SEE NOTE~DTM*003*20260801~"+
		"RMR*CM*CR-5**-82.00~"+
		"RMR*PO*PO-12*PO*150~NTE*GEN*FOR AUGUST~"+
		"RMR*IV*A-2*PP*50*100**01*-50~REF*D9*CLAIM-3~"+
		"ADX*-50*06*DB*DEB-1~REF*ZZ*LATE TRUCK~"))
	require.Empty(t, problems)
	require.Len(t, a.Lines, 4)
	first := a.Lines[0]
	require.Equal(t, remittance.LineInvoice, first.Kind)
	require.Equal(t, []any{"A-1", "PO-9", int64(88200), int64(90000), int64(1800)},
		[]any{first.Number, first.Order, minor(first.PaidMinor), minor(first.GrossMinor), minor(first.DiscountMinor)})
	require.Equal(t, calendar.MustDate("2026-08-01"), first.On)
	require.Contains(t, first.Words, "SEE NOTE")
	require.Equal(t, remittance.LineCreditNote, a.Lines[1].Kind)
	require.EqualValues(t, -8200, *a.Lines[1].PaidMinor)
	require.Equal(t, remittance.LineOrder, a.Lines[2].Kind)
	require.Equal(t, "payment on account; FOR AUGUST", a.Lines[2].Words)
	short := a.Lines[3]
	require.Equal(t, []any{"A-2", "CLAIM-3", "01", int64(-5000)}, []any{short.Number, short.Claim, short.Reason, minor(short.AdjustMinor)})
}

// An adjustment before the items, or after the entity, stands for itself; its sign turned with 003050.
func TestAdjustmentsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for version, amount := range map[string]string{"004010": "-100", "003050": "-100", "003030": "100"} {
		a, problems := one(t, file(version, head+"ADX*"+amount+"*01*DB*DEB-9~RMR*IV*A-1**1100~"))
		require.Empty(t, problems, version)
		require.Len(t, a.Lines, 2)
		require.Equal(t, remittance.LineClaim, a.Lines[0].Kind)
		require.EqualValues(t, -10000, *a.Lines[0].PaidMinor, version)
		require.Equal(t, "DEB-9", a.Lines[0].Claim)
		require.Equal(t, "01", a.Lines[0].Reason)
	}
	a, problems := one(t, file("004010", head+"ADX*100*01~RMR*IV*A-1**1100~"))
	require.Equal(t, []string{"warning ADX01 adjustments_reread"}, problems, "the sign of the old version in a new one adds up")
	require.EqualValues(t, -10000, *a.Lines[0].PaidMinor)
	require.Equal(t, remittance.LineAdjustment, a.Lines[0].Kind)
}

// What is paid of an item may or may not count the item's adjustments: the payment's amount says which.
func TestAdjustmentsOfItems(t *testing.T) {
	t.Parallel()
	net, problems := one(t, file("004010", head+"RMR*IV*A-1**1000*1100~ADX*-60*01~ADX*-40*06*D9*CL-1~"))
	require.Empty(t, problems)
	before, problems := one(t, file("004010", head+"RMR*IV*A-1**1100*1100~ADX*-60*01~ADX*-40*06*D9*CL-1~"))
	require.Equal(t, []string{"warning ADX01 adjustments_reread"}, problems)
	old, problems := one(t, file("003030", head+"RMR*IV*A-1**1000*1100~ADX*60*01~ADX*40*06*D9*CL-1~"))
	require.Empty(t, problems)
	for _, a := range []remittance.Advice{net, before, old} {
		require.Len(t, a.Lines, 1)
		l := a.Lines[0]
		require.EqualValues(t, 100000, *l.PaidMinor)
		require.EqualValues(t, -10000, *l.AdjustMinor)
		require.Equal(t, "01", l.Reason)
		require.Equal(t, "CL-1", l.Claim)
		require.Equal(t, "also 06", l.Words)
	}
}

func TestOldRemittanceSegments(t *testing.T) {
	t.Parallel()
	a, problems := one(t, file("003020", strings.Replace(head, "ENT*1~", "", 1)+
		"RMT*IV*A-1**510***10~RMT*IV*A-2*400*480***0*80*01*SHORT SHIPPED~RMT*IV*A-3*100~"))
	require.Empty(t, problems)
	require.Equal(t, []any{int64(50000), int64(1000)}, []any{minor(a.Lines[0].PaidMinor), minor(a.Lines[0].DiscountMinor)})
	require.Equal(t, []any{int64(40000), int64(-8000), "01", "SHORT SHIPPED"},
		[]any{minor(a.Lines[1].PaidMinor), minor(a.Lines[1].AdjustMinor), a.Lines[1].Reason, a.Lines[1].Words})
	c, err := rtest.Collect(read, file("003020", head+"RMT*IV*A-1**1000****50*01~"))
	require.NoError(t, err)
	require.Equal(t, []string{"refused RMT08 bad_amount"}, rtest.Codes(c.Problems), "50 more or 50 less is not told")
}

func TestZeroPaymentMovesNothing(t *testing.T) {
	t.Parallel()
	a, problems := one(t, file("004010", "820|BPR*I*0*C*NON************20260918~TRN*1*Z1~N1*PR*ELM STREET FOODS~ENT*1~RMR*IV*A-1**250~RMR*CM*CR-1**-250~"))
	require.Empty(t, problems)
	require.False(t, a.MoneyMoves)
	require.Zero(t, a.Minor)
	require.Len(t, a.Lines, 2)
}

func TestDebitsAndNotices(t *testing.T) {
	t.Parallel()
	a, _ := one(t, file("004010", "820|BPR*C*100*D*ACH~RMR*IV*A-1**100~"))
	require.False(t, a.Credit)
	a, problems := one(t, file("004010", "820|BPR*C*-100*C*ACH~RMR*IV*A-1**-100~"))
	require.Empty(t, problems)
	require.False(t, a.Credit)
	require.EqualValues(t, 10000, a.Minor)
	a, _ = one(t, file("004010", "820|BPR*H*100*C*ACH~RMR*IV*A-1**100~"))
	require.False(t, a.MoneyMoves)
	require.Equal(t, "000000007-0001", a.ID, "a set without a trace is named by its controls")
	a, problems = one(t, file("004010", "820|BPR*P*0*C*ACH~TRN*1*T~"))
	require.Equal(t, []string{"alarm BPR01 unsupported_status"}, problems)
	require.False(t, a.MoneyMoves)
}

func TestCurrencyOfTheSet(t *testing.T) {
	t.Parallel()
	a, problems := one(t, file("004010", "820|BPR*C*1000*C*ACH~CUR*PR*JPY~RMR*IV*A-1**1000.00~"))
	require.Empty(t, problems)
	require.EqualValues(t, 1000, a.Minor)
	require.EqualValues(t, 1000, *a.Lines[0].PaidMinor)
	c := &remittance.Collector{}
	require.NoError(t, x12.Read(strings.NewReader(file("004010", "820|BPR*C*10*C*ACH~")), x12.Options{Currency: "CAD"}, c))
	require.EqualValues(t, "CAD", c.Advices[0].Currency)
}

// Each refusal costs its line or its advice and says where.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		text     string
		problems []string
		advices  int
	}{
		"amount":            {"820|BPR*C*10,50*C*ACH~RMR*IV*A**1~", []string{"refused BPR02 bad_amount"}, 0},
		"no amount":         {"820|BPR*C**C*ACH~RMR*IV*A**1~", []string{"refused BPR02 bad_amount"}, 0},
		"no payment":        {"820|RMR*IV*A**1~", []string{"refused BPR malformed"}, 0},
		"too precise":       {"820|BPR*C*1.005*C*ACH~", []string{"refused BPR02 bad_amount"}, 0},
		"line":              {"820|BPR*C*10*C*ACH~RMR*IV*A**5~RMR*IV*B**1e1~", []string{"refused RMR04 bad_amount"}, 1},
		"discount":          {"820|BPR*C*10*C*ACH~RMR*IV*A**5**x~", []string{"refused RMR06 bad_amount"}, 1},
		"adjustment":        {"820|BPR*C*10*C*ACH~ADX*abc*01~", []string{"refused ADX01 bad_amount"}, 1},
		"currency":          {"820|BPR*C*10*C*ACH~CUR*PR*XXX~RMR*IV*A**10~", []string{"refused CUR02 unknown_currency"}, 0},
		"currency too late": {"820|BPR*C*10*C*ACH~RMR*IV*A**10~CUR*PR*EUR~", []string{"refused CUR02 currency_differs"}, 0},
		"lines differ":      {"820|BPR*C*10*C*ACH~RMR*IV*A**9~", []string{"alarm BPR02 lines_differ"}, 1},
		"line without":      {"820|BPR*C*10*C*ACH~RMR*IV*A~", []string{"warning RMR04 no_total"}, 1},
		"date":              {"820|BPR*C*10*C*ACH************20260230~RMR*IV*A**10~", []string{"warning BPR16 bad_date"}, 1},
		"other set":         {"810|BIG*20260101*1~", []string{"warning ST01 unknown_element"}, 0},
		"unknown segment":   {"820|BPR*C*10*C*ACH~XYZ*1~XYZ*2~", []string{"warning XYZ unknown_element"}, 1},
	} {
		c, err := rtest.Collect(read, file("004010", x.text))
		require.NoError(t, err, name)
		got := rtest.Codes(c.Problems)
		require.Equal(t, x.problems, got, name)
		require.Len(t, c.Advices, x.advices, name)
	}
}

func TestEnvelopes(t *testing.T) {
	t.Parallel()
	whole := file("004010", head+"RMR*IV*A-1**1000~", head+"RMR*IV*A-1**1000~")
	for name, x := range map[string]struct {
		old, new string
		problems []string
		advices  int
	}{
		"segments":      {"SE*8*0001", "SE*9*0001", []string{"alarm SE01 count_differs"}, 2},
		"no number":     {"SE*8*0001", "SE**0001", []string{"alarm SE01 count_differs"}, 2},
		"set control":   {"SE*8*0002", "SE*8*0003", []string{"alarm SE02 control_differs"}, 2},
		"sets":          {"GE*2*7", "GE*3*7", []string{"alarm GE01 count_differs"}, 2},
		"group control": {"GE*2*7", "GE*2*8", []string{"alarm GE02 control_differs"}, 2},
		"groups":        {"IEA*1*", "IEA*2*", []string{"alarm IEA01 count_differs"}, 2},
		"interchange":   {"IEA*1*000000007", "IEA*1*000000008", []string{"alarm IEA02 control_differs"}, 2},
		"no group end":  {"GE*2*7~\n", "", []string{"alarm GE truncated"}, 2},
		"no end":        {"IEA*1*000000007~\n", "", []string{"alarm IEA truncated"}, 2},
		"no set end":    {"SE*8*0001~\n", "", []string{"refused SE truncated"}, 1},
		"end alone":     {"GE*2*7", "SE*1*9~\nGE*2*7", []string{"alarm SE control_differs"}, 2},
		"group alone":   {"IEA*1*000000007", "GE*1*7~IEA*1*000000007", []string{"alarm GE control_differs"}, 2},
		"outside":       {"GE*2*7", "RMR*IV*X**1~\nGE*2*7", []string{"warning RMR unknown_element"}, 2},
		"test":          {"*0*P*>", "*0*T*>", []string{"alarm ISA15 unsupported_status"}, 2},
	} {
		require.Contains(t, whole, x.old, name)
		c, err := rtest.Collect(read, strings.Replace(whole, x.old, x.new, 1))
		require.NoError(t, err, name)
		require.Equal(t, x.problems, rtest.Codes(c.Problems), name)
		require.Len(t, c.Advices, x.advices, name)
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	whole := file("004010", head+"RMR*IV*A-1**1000~")
	before, _, _ := strings.Cut(whole, "RMR")
	for name, x := range map[string]struct{ text, code string }{
		"empty":              {"", remittance.CodeUnknownFormat},
		"blank":              {" \n ", remittance.CodeUnknownFormat},
		"other":              {"<Document>", remittance.CodeUnknownFormat},
		"bad separator":      {"ISAA00", remittance.CodeUnknownFormat},
		"separator a blank":  {"ISA 00", remittance.CodeMalformed},
		"header only":        {whole[:60], remittance.CodeTruncated},
		"in a segment":       {whole[:len(whole)-4], remittance.CodeTruncated},
		"in a set":           {before, remittance.CodeTruncated},
		"header never ends":  {"ST*820*" + strings.Repeat("A", 500), remittance.CodeMalformed},
		"endless segment":    {whole[:120] + strings.Repeat("A", 70<<10), remittance.CodeTooLarge},
		"header without end": {"ISA" + strings.Repeat("*00", 16) + "00000", remittance.CodeMalformed},
	} {
		_, err := rtest.Collect(read, x.text)
		require.Equal(t, x.code, fault.CodeOf(err), name)
	}
}

// Separators are whatever the header says, and line ends mean nothing.
func TestDress(t *testing.T) {
	t.Parallel()
	plain := file("004010", head+"RMR*IV*A-1**1000~REF*PO*PO-1~")
	want, err := rtest.Collect(read, plain)
	require.NoError(t, err)
	require.Empty(t, want.Problems)
	dresses := map[string]string{
		"one line":       strings.ReplaceAll(plain, "\n", ""),
		"CRLF":           strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":             strings.ReplaceAll(plain, "\n", "\r"),
		"line ends":      strings.ReplaceAll(plain, "~\n", "\n"),
		"CRLF ends":      strings.ReplaceAll(plain, "~\n", "\r\n"),
		"other":          strings.NewReplacer("*", "|", "~\n", "'", ">", ":").Replace(plain),
		"mark":           "\ufeff" + plain,
		"group alone":    plain[strings.Index(plain, "GS*"):strings.Index(plain, "IEA*")],
		"set alone":      plain[strings.Index(plain, "ST*"):strings.Index(plain, "GE*")],
		"wrapped":        wrap(strings.ReplaceAll(plain, "\n", ""), 80),
		"lower names":    strings.ReplaceAll(plain, "RMR*", "rmr*"),
		"without blanks": strings.NewReplacer("*          *", "*  *", "BUYER          ", "BUYER", "SELLER         ", "SELLER").Replace(plain),
	}
	for name, text := range dresses {
		for _, collect := range []func(rtest.Parser, string) (*remittance.Collector, error){rtest.Collect, rtest.Chunked} {
			got, err := collect(read, text)
			require.NoError(t, err, name)
			require.Empty(t, got.Problems, name)
			require.Equal(t, unplaced(want.Advices), unplaced(got.Advices), name)
		}
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	text := file("004010", strings.Replace(head, "ELM STREET FOODS", "CAF\xc9 DU PORT", 1)+"RMR*IV*A-1**1000~")
	a, problems := one(t, text)
	require.Equal(t, "CAFÉ DU PORT", a.Payer.Name)
	require.Equal(t, []string{"warning N1 text_replaced"}, problems)
	a, problems = one(t, file("004010", strings.Replace(head, "ELM STREET FOODS", "CAFÉ DU PORT", 1)+"RMR*IV*A-1**1000~"))
	require.Equal(t, "CAFÉ DU PORT", a.Payer.Name)
	require.Empty(t, problems)
}

func TestSinkErrorsEndTheReading(t *testing.T) {
	t.Parallel()
	for _, x := range []string{"RMR*IV*A-1**1000~", "RMR*IV*A-1**999~", "RMR*IV*A-1**x~"} {
		err := x12.Read(strings.NewReader(file("004010", head+x)), x12.Options{}, &broken{})
		require.ErrorIs(t, err, errBroken)
	}
}

func wrap(s string, width int) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s
}

// unplaced drops lines of the file, which its dress moves, and the format's numbering.
func unplaced(list []remittance.Advice) []remittance.Advice {
	var all []remittance.Advice
	for _, a := range list {
		a.Line = 0
		a.Lines = append([]remittance.Line{}, a.Lines...)
		for i := range a.Lines {
			a.Lines[i].Line = 0
		}
		all = append(all, a)
	}
	return all
}
