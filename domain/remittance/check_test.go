package remittance_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	"arrears/domain/remittance"
)

func euro(minor int64) *remittance.Balance { return &remittance.Balance{Minor: minor, Currency: "EUR"} }

func entry(number int, minor int64) remittance.Transaction {
	credit := minor >= 0
	minor = max(minor, -minor)
	return remittance.Transaction{Credit: credit, Minor: minor, Currency: "EUR",
		Entry: remittance.Entry{Number: number, State: remittance.Booked, Credit: credit, Minor: minor, Currency: "EUR"}}
}

// part is one detail of an entry.
func part(number, n int, whole, minor int64) remittance.Transaction {
	t := entry(number, whole)
	t.Part, t.Minor, t.Credit = n, max(minor, -minor), minor >= 0
	return t
}

// play sends a statement through Check and returns the problems' codes.
func play(t require.TestingT, s remittance.Statement, list ...remittance.Transaction) []string {
	var c remittance.Collector
	sink := remittance.Check(&c)
	require.NoError(t, sink.Begin(remittance.Statement{Kind: s.Kind, Opening: s.Opening}))
	for _, x := range list {
		require.NoError(t, sink.Transaction(x))
	}
	require.NoError(t, sink.End(s))
	require.Len(t, c.Transactions, len(list), "what passes is not changed")
	var codes []string
	for _, p := range c.Problems {
		codes = append(codes, string(p.Severity)+" "+strings.TrimPrefix(p.Code, "remittance."))
	}
	return codes
}

func TestCheckBalances(t *testing.T) {
	t.Parallel()
	day := remittance.Statement{Kind: remittance.EndOfDay, Opening: euro(1000), Closing: euro(1300)}
	require.Empty(t, play(t, day, entry(1, 500), entry(2, -200)))
	require.Equal(t, []string{"alarm balance_differs"}, play(t, day, entry(1, 500), entry(2, -201)))
	pending := entry(3, 7)
	pending.Entry.State = remittance.Pending
	require.Empty(t, play(t, day, entry(1, 500), entry(2, -200), pending), "what is not booked does not count")
	foreign := entry(1, 300)
	foreign.Entry.Currency = "USD"
	require.Equal(t, []string{"alarm currency_differs"}, play(t, day, foreign))
	require.Equal(t, []string{"alarm currency_differs"}, play(t, remittance.Statement{Opening: euro(1), Closing: &remittance.Balance{Minor: 1, Currency: "USD"}}))
	require.Equal(t, []string{"warning no_balance"}, play(t, remittance.Statement{Kind: remittance.EndOfDay, Opening: euro(1)}))
	require.Empty(t, play(t, remittance.Statement{Kind: remittance.Intraday}), "only the end of a day has to have balances")
}

func TestCheckStatedTotals(t *testing.T) {
	t.Parallel()
	none := remittance.Sums{Count: -1, CreditCount: -1, DebitCount: -1}
	for name, x := range map[string]struct {
		change func(*remittance.Sums)
		want   []string
	}{
		"nothing stated": {func(*remittance.Sums) {}, nil},
		"right":          {func(s *remittance.Sums) { *s = remittance.Sums{2, 1, 1, 500, 200, true, true} }, nil},
		"count":          {func(s *remittance.Sums) { s.Count = 3 }, []string{"alarm count_differs"}},
		"credits":        {func(s *remittance.Sums) { s.CreditCount = 0 }, []string{"alarm count_differs"}},
		"debits":         {func(s *remittance.Sums) { s.DebitCount = 2 }, []string{"alarm count_differs"}},
		"credit sum":     {func(s *remittance.Sums) { s.CreditMinor, s.CreditStated = 499, true }, []string{"alarm total_differs"}},
		"debit sum":      {func(s *remittance.Sums) { s.DebitMinor, s.DebitStated = 0, true }, []string{"alarm total_differs"}},
	} {
		sums := none
		x.change(&sums)
		require.Equal(t, x.want, play(t, remittance.Statement{Entries: &sums}, entry(1, 500), entry(2, -200)), name)
	}
}

func TestCheckParts(t *testing.T) {
	t.Parallel()
	s := remittance.Statement{Opening: euro(0), Closing: euro(500)}
	require.Empty(t, play(t, s, part(1, 1, 500, 600), part(1, 2, 500, -100)))
	require.Equal(t, []string{"alarm parts_differ"}, play(t, s, part(1, 1, 500, 600), part(1, 2, 500, -99)))
	require.Equal(t, []string{"alarm parts_differ", "alarm balance_differs"}, play(t, s, part(1, 1, 400, 399), entry(2, 50)), "the entry before is closed by the next")
	foreign := part(1, 1, 500, 10)
	foreign.Currency = "USD"
	require.Empty(t, play(t, s, foreign), "details in another currency prove nothing")
	require.Empty(t, play(t, remittance.Statement{Opening: euro(0), Closing: euro(-500)}, part(1, 1, -500, -500)))
}

// A statement proves itself exactly when opening plus booked entries is closing, however its entries are split, and a second
// statement does not see the first.
func TestCheckAnyStatement(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(-1_000_000, 1_000_000), 0, 20).Draw(rt, "amounts")
		opening, off := rapid.Int64Range(-1_000_000, 1_000_000).Draw(rt, "opening"), rapid.Int64Range(-1, 1).Draw(rt, "off")
		sum := opening
		var list []remittance.Transaction
		for i, a := range amounts {
			sum += a
			if a == 0 || !rapid.Bool().Draw(rt, "split") {
				list = append(list, entry(i+1, a))
				continue
			}
			first := rapid.Int64Range(-1_000_000, 1_000_000).Draw(rt, "part")
			list = append(list, part(i+1, 1, a, first), part(i+1, 2, a, a-first))
		}
		codes := play(rt, remittance.Statement{Kind: remittance.EndOfDay, Opening: euro(opening), Closing: euro(sum + off)}, list...)
		if off == 0 {
			require.Empty(rt, codes)
		} else {
			require.Equal(rt, []string{"alarm balance_differs"}, codes)
		}
	})
}

func TestCheckForgetsTheStatementBefore(t *testing.T) {
	t.Parallel()
	var c remittance.Collector
	sink := remittance.Check(&c)
	for range 2 {
		s := remittance.Statement{Kind: remittance.EndOfDay, Opening: euro(0), Closing: euro(5)}
		require.NoError(t, sink.Begin(s))
		require.NoError(t, sink.Transaction(entry(1, 5)))
		require.NoError(t, sink.End(s))
	}
	require.NoError(t, sink.Advice(remittance.Advice{ID: "A"}))
	require.Empty(t, c.Problems)
	require.Equal(t, []int{0, 1}, c.Of)
	require.Len(t, c.Statements, 2)
	require.Len(t, c.Advices, 1)
}

var errFull = errors.New("the sink is full")

type full struct{ remittance.Collector }

func (*full) Problem(remittance.Problem) error { return errFull }

func TestCheckGivesBackTheSinksError(t *testing.T) {
	t.Parallel()
	sink := remittance.Check(&full{})
	require.NoError(t, sink.Begin(remittance.Statement{}))
	require.ErrorIs(t, sink.End(remittance.Statement{Kind: remittance.EndOfDay}), errFull)
	sink = remittance.Check(&full{})
	require.NoError(t, sink.Begin(remittance.Statement{}))
	require.NoError(t, sink.Transaction(part(1, 1, 5, 4)))
	require.ErrorIs(t, sink.Transaction(entry(2, 1)), errFull)
	require.ErrorIs(t, func() error {
		s := remittance.Check(&full{})
		_ = s.Begin(remittance.Statement{})
		_ = s.Transaction(part(1, 1, 5, 4))
		return s.End(remittance.Statement{})
	}(), errFull)
}

func TestMalformedSaysWhere(t *testing.T) {
	t.Parallel()
	err := remittance.Malformed(7, ":61:", remittance.CodeTruncated, "it ends after %d", 3)
	require.Equal(t, remittance.CodeTruncated, fault.CodeOf(err))
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, fault.Invalid, f.Kind)
	require.Contains(t, f.Message, "line 7")
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "\ta \t\n b\n": "a b", "a\x00b": "a b", "äöü": "äöü", "\xffx": "x", "\u00a0x\u2003y": "x y"} {
		require.Equal(t, want, remittance.Clean(in, 100), "%q", in)
	}
	require.Equal(t, "äö", remittance.Clean("äöü", 5), "characters stay whole")
	rapid.Check(t, func(rt *rapid.T) {
		in, limit := rapid.String().Draw(rt, "in"), rapid.IntRange(0, 50).Draw(rt, "limit")
		out := remittance.Clean(in, limit)
		require.True(rt, utf8.ValidString(out) && len(out) <= limit)
		require.Equal(rt, out, remittance.Clean(out, limit), "cleaning twice is cleaning once")
		require.NotContains(rt, out, "  ")
		require.Equal(rt, strings.TrimSpace(out), out)
	})
}

func TestAccountKey(t *testing.T) {
	t.Parallel()
	for want, list := range map[string][]remittance.Account{
		"DE89370400440532013000": {{IBAN: "DE89370400440532013000"}, {IBAN: "de89 3704 0044 0532 0130 00", Other: "1", Bank: "X"}},
		"021000021/123456":       {{Other: "123-456", Bank: "021 000 021"}, {Other: "123456", Bank: "021000021", Name: "Elm"}},
		"123456":                 {{Other: "123456"}, {Other: " 12 34 56 "}},
		"":                       {{}, {Bank: "X"}, {Other: "--"}, {Name: "Elm"}},
	} {
		for _, a := range list {
			require.Equal(t, want, a.Key(), fmt.Sprintf("%+v", a))
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		iban := rapid.StringMatching(`[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}`).Draw(rt, "iban")
		var dressed strings.Builder
		for _, r := range iban {
			dressed.WriteRune(r)
			if rapid.Bool().Draw(rt, "blank") {
				dressed.WriteByte(' ')
			}
		}
		require.Equal(rt, remittance.Account{IBAN: iban}.Key(), remittance.Account{IBAN: strings.ToLower(dressed.String())}.Key())
	})
}
