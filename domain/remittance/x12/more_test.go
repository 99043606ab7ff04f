package x12_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/rtest"
	"arrears/domain/remittance/x12"
)

var errBroken = errors.New("the sink is broken")

// broken is a sink that takes nothing.
type broken struct{ remittance.Collector }

func (*broken) Advice(remittance.Advice) error   { return errBroken }
func (*broken) Problem(remittance.Problem) error { return errBroken }

func sample(t *testing.T, name string) (remittance.Collector, []string) {
	t.Helper()
	var c remittance.Collector
	require.NoError(t, x12.Read(rtest.Shared(t, name), x12.Options{}, remittance.Check(&c)))
	return c, rtest.Codes(c.Problems)
}

func TestSampleWithAWrongCount(t *testing.T) {
	t.Parallel()
	c, problems := sample(t, "remittance/mail/2_multi_820.edi")
	require.Equal(t, []string{"alarm SE01 count_differs"}, problems)
	require.Len(t, c.Advices, 1)
	a := c.Advices[0]
	require.Equal(t, []any{"820-20260918-VM", "VM-30881", int64(1105000), "VERTEX MANUFACTURING LLC"}, []any{a.Payment, a.Customer, a.Minor, a.Payer.Name})
	require.Equal(t, []any{calendar.MustDate("2026-09-18"), "555019900"}, []any{a.PaidOn, a.Payee.Account.Other})
	require.Equal(t, []string{"INV-10530/VM-77421/890000", "INV-10531/VM-77455/215000"}, brief(a))
}

func TestSamplesOfPremiums(t *testing.T) {
	t.Parallel()
	c, problems := sample(t, "remittance/x12-820/x12types_820_01.edi")
	require.Equal(t, []string{"alarm BPR02 lines_differ"}, problems, "the items are 16,750 of 19,000")
	require.Equal(t, []string{"970501001//1650000", "970501002//25000"}, brief(c.Advices[0]))
	require.Equal(t, "ABC PLASTICS", c.Advices[0].Payer.Name)

	c, problems = sample(t, "remittance/x12-820/x12types_820_02.edi")
	require.NotContains(t, problems, "alarm BPR02 lines_differ")
	a := c.Advices[0]
	require.EqualValues(t, 22000, a.Minor)
	require.Equal(t, []string{"APTC//3500", "APTC//3500", "APTC//-35000", "APTC//45000", "CSR//5000"}, brief(a))
	require.Equal(t, "777222", a.Lines[0].Customer)
	require.Contains(t, a.Lines[0].Words, "JOHN DOE")
	require.Equal(t, "GOVERNMENT AGENCY", a.Payer.Name)

	c, problems = sample(t, "remittance/x12-820/x12types_820_03.edi")
	require.Contains(t, problems, "alarm ISA15 unsupported_status")
	a = c.Advices[0]
	require.EqualValues(t, 23960, a.Minor)
	require.Equal(t, []string{"12345678//-555", "12345678//9696", "12345678//14819"}, brief(a))
	require.Contains(t, a.Lines[0].Words, "RECOVERY OF FUNDS")
	require.Equal(t, calendar.MustDate("2015-01-21"), a.PaidOn)
}

func TestSampleOfAnAdjustment(t *testing.T) {
	t.Parallel()
	c, problems := sample(t, "remittance/x12-812/x12types_812_full.edi")
	require.Equal(t, []string{"warning BCD04 no_total"}, problems)
	a := c.Advices[0]
	require.Equal(t, []any{"x12.812", "ADJ1", int64(500), true, false}, []any{a.Format, a.ID, a.Minor, a.Credit, a.MoneyMoves})
	require.Len(t, a.Lines, 1)
	l := a.Lines[0]
	require.Equal(t, []any{"INV999", "PO999", "ADJ1", "A1", int64(500)}, []any{l.Number, l.Order, l.Claim, l.Reason, *l.AdjustMinor})
	require.Equal(t, "REMIT TO", a.Payee.Name)
}

// brief says number, order and amount of each line.
func brief(a remittance.Advice) []string {
	var all []string
	for _, l := range a.Lines {
		all = append(all, fmt.Sprintf("%s/%s/%d", l.Number, l.Order, *l.PaidMinor))
	}
	return all
}

const debit = "812|BCD*20260901*DM-5*I*12550*D*20260801*A-17***PO-4~CUR*BY*USD~N9*CR*SOMETHING~N1*BY*ELM STREET FOODS*91*C-77~N1*SU*HARBORLINE SUPPLY*92*V1~"

func TestAdjustmentNotice(t *testing.T) {
	t.Parallel()
	a, problems := one(t, file("004010", debit+"CDD*01*D*1*10050~LIN*1*UP*012345678905~CDD*06*D*2*3000~N9*IV*A-18~DTM*003*20260802~MSG*CRUSHED~CDD*58*C*3*500~"))
	require.Empty(t, problems)
	require.Equal(t, []any{"DM-5", "C-77", int64(12550), false, false}, []any{a.ID, a.Customer, a.Minor, a.Credit, a.MoneyMoves})
	require.Equal(t, calendar.MustDate("2026-09-01"), a.PaidOn)
	require.Equal(t, []string{"SOMETHING"}, a.Text)
	var lines []string
	for _, l := range a.Lines {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %d %s", l.Kind, l.Number, l.Order, l.Reason, *l.AdjustMinor, l.On))
	}
	require.Equal(t, []string{"claim A-17 PO-4 01 -10050 ", "claim A-18 PO-4 06 -3000 2026-08-02", "claim A-17 PO-4 58 500 "}, lines)
	require.Equal(t, "2; CRUSHED", a.Lines[1].Words)
}

func TestAdjustmentNoticeRefusals(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		text     string
		problems []string
		advices  int
	}{
		"head alone":     {"812|BCD*20260901*DM-5*I*500*C~", nil, 1},
		"lines differ":   {"812|BCD*20260901*DM-5*I*500*C~CDD*01*C**400~", []string{"alarm BCD04 lines_differ"}, 1},
		"point":          {"812|BCD*20260901*DM-5*I*5.00*C~", []string{"refused BCD04 bad_amount"}, 0},
		"no flag":        {"812|BCD*20260901*DM-5*I*500~", []string{"refused BCD05 bad_amount"}, 0},
		"no line flag":   {"812|BCD*20260901*DM-5*I*500*C~CDD*01***500~", []string{"refused CDD02 bad_amount"}, 1},
		"line amount":    {"812|BCD*20260901*DM-5*I*500*C~CDD*01*C**5x~", []string{"refused CDD04 bad_amount"}, 1},
		"yen have no N2": {"812|BCD*20260901*DM-5*I*501*C~CUR*BY*JPY~", []string{"refused BCD04 bad_amount"}, 0},
		"yen":            {"812|BCD*20260901*DM-5*I*50000*C~CUR*BY*JPY~", nil, 1},
		"currency":       {"812|BCD*20260901*DM-5*I*500*C~CUR*BY*DOLLAR~", []string{"refused CUR02 unknown_currency"}, 0},
		"no beginning":   {"812|CUR*BY*USD~", []string{"refused BCD malformed"}, 0},
		"date":           {"812|BCD*20261301*DM-5*I*500*C~", []string{"warning BCD01 bad_date"}, 1},
		"unknown":        {"812|BCD*20260901*DM-5*I*500*C~QQ*1~", []string{"warning QQ unknown_element"}, 1},
		"order":          {"812|BCD*20260901*DM-5*I*500*C********PO*77~", nil, 1},
		"zero":           {"812|BCD*20260901*DM-5*I*0*C~CDD*01*C**5~CDD*01*D**5~", nil, 1},
	} {
		c, err := rtest.Collect(read, file("004010", x.text))
		require.NoError(t, err, name)
		require.Equal(t, x.problems, rtest.Codes(c.Problems), name)
		require.Len(t, c.Advices, x.advices, name)
		if name == "yen" {
			require.EqualValues(t, 500, c.Advices[0].Minor)
		}
		if name == "order" {
			require.Equal(t, "77", c.Advices[0].Lines[0].Order)
		}
	}
}

func TestTooManyLines(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		head + strings.Repeat("RMR*IV*A-1**1~", remittance.MaxLines+5),
		"812|BCD*20260901*DM-5*I*500*C~" + strings.Repeat("CDD*01*C**1~", remittance.MaxLines+5),
	} {
		c, err := rtest.Collect(read, file("004010", text))
		require.NoError(t, err)
		require.Len(t, c.Problems, 1)
		require.Equal(t, remittance.CodeTooLarge, c.Problems[0].Code)
		require.Empty(t, c.Advices)
	}
}

// Amounts that exceed every total are no payment, whichever way their sum would turn.
func TestLinesBeyondAnyTotal(t *testing.T) {
	t.Parallel()
	const most = "90000000000000"
	for name, x := range map[string]struct {
		text     string
		problems []string
		advices  int
	}{
		"items":       {"820|BPR*C*10*C*ACH~" + strings.Repeat("RMR*IV*A**"+most+"~", 3000), []string{"alarm BPR02 lines_differ"}, 1},
		"adjustments": {"820|BPR*C*10*C*ACH~RMR*IV*A**10~" + strings.Repeat("ADX*"+most+"*01~", 2), []string{"refused ADX01 too_large"}, 1},
		"net":         {"812|BCD*20260901*DM-5*I~" + strings.Repeat("CDD*01*C**"+most+"00~", 3000), []string{"refused BCD04 no_total"}, 0},
		"lost line":   {"812|BCD*20260901*DM-5*I~CDD*01*C**500~CDD*01*C**5x~", []string{"refused CDD04 bad_amount", "refused BCD04 no_total"}, 0},
	} {
		c, err := rtest.Collect(read, file("004010", x.text))
		require.NoError(t, err, name)
		require.Equal(t, x.problems, rtest.Codes(c.Problems), name)
		require.Len(t, c.Advices, x.advices, name)
	}
}

// Whatever amounts a payer writes: an advice whose lines add up is read without an alarm, and each line is what was written.
func TestAnyAmounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(-1_000_000, 1_000_000), 1, 30).Draw(t, "amounts")
		off := rapid.Int64Range(0, 2).Draw(t, "off")
		var body strings.Builder
		var sum int64
		for i, a := range amounts {
			sum += a
			fmt.Fprintf(&body, "RMR*IV*N%d**%s~", i, plain(a))
		}
		var c remittance.Collector
		if err := x12.Read(strings.NewReader(file("004010", "820|BPR*C*"+plain(sum+off)+"*C*ACH~TRN*1*T~"+body.String())), x12.Options{}, &c); err != nil {
			t.Fatal(err)
		}
		for i, l := range c.Advices[0].Lines {
			if *l.PaidMinor != amounts[i] {
				t.Fatalf("line %d is %d, not %d", i, *l.PaidMinor, amounts[i])
			}
		}
		alarmed := len(c.Problems) > 0 && c.Problems[0].Code == remittance.CodeLinesDiffer
		if alarmed != (off != 0) && (sum+off >= 0 || off == 0) {
			t.Fatalf("off by %d: %v", off, c.Problems)
		}
	})
}

func plain(minor int64) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	const lines = 400
	set := func(n int) string {
		var b strings.Builder
		fmt.Fprintf(&b, "ST*820*%09d~BPR*C*%d*C*ACH~TRN*1*T%d~ENT*1~", n, lines, n)
		for i := range lines {
			fmt.Fprintf(&b, "RMR*IV*INV-%d-%d**1.00~REF*PO*ORDER NUMBER %d~", n, i, i)
		}
		fmt.Fprintf(&b, "SE*%d*%09d~", 5+2*lines, n)
		return b.String()
	}
	start, _, _ := strings.Cut(file("004010"), "GE*")
	in := rtest.NewStream(start, rtest.LongStream, set, func(n int) string { return fmt.Sprintf("GE*%d*7~IEA*1*000000007~", n) })
	c, grown := rtest.Grown(t, read, in)
	require.Empty(t, c.Problems)
	require.Equal(t, in.Pieces(), c.Advices)
	require.Equal(t, lines*c.Advices, c.Lines)
	require.Less(t, grown, int64(rtest.MostGrown))
}

// FuzzRead reads anything: it ends, and what comes out keeps its bounds.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "ST*820*0001~", "ISA*", file("004010", head+"RMR*IV*A-1*PI*882*900*18~ADX*1*01~REF*PO*1~"), file("003020", head+"RMT*IV*A-1**510***10~"),
		file("004010", debit+"CDD*01*D*1*10050~"), "ST*812*1~BCD*1*2*3*-0*C~SE*3*1~", "GS*********~", "\xff\xfeS\x00T\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var c remittance.Collector
		if err := x12.Read(bytes.NewReader(text), x12.Options{}, remittance.Check(&c)); err != nil {
			require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
		}
		for _, a := range c.Advices {
			require.GreaterOrEqual(t, a.Minor, int64(0))
			require.True(t, a.Currency.Valid())
			require.LessOrEqual(t, len(a.Lines), remittance.MaxLines)
			for _, l := range a.Lines {
				require.LessOrEqual(t, len(l.Number), remittance.MaxField)
			}
		}
		for _, p := range c.Problems {
			require.True(t, strings.HasPrefix(p.Code, "remittance."))
		}
	})
}
