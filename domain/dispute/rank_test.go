package dispute_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	. "arrears/domain/dispute"
)

var today = date("2026-03-10")

func ranked(deadline calendar.Date, reason string, trade bool, minor int64) Dispute {
	d := claim(minor)
	d.State, d.Reason, d.Trade, d.DeadlineOn = Investigating, reason, trade, deadline
	return d
}

func TestTheOrderOfTheWorklist(t *testing.T) {
	t.Parallel()
	inOrder := []Dispute{
		ranked(date("2026-03-09"), "tax", false, 10),             // overdue, however small
		ranked(date("2026-03-10"), "tax", false, 200),            // today is not too late
		ranked(date("2026-03-13"), "", false, 200),               // unknown: less likely than a non-trade reason
		ranked(date("2026-03-11"), "promotion", true, 200),       // trade: least likely
		ranked(date("2026-03-14"), "tax", false, 1_000_000),      // within seven days
		ranked(date("2026-03-17"), "promotion", true, 1_000_000), //
		ranked(date("2026-03-18"), "shortage", false, 9_000_000), // later
		ranked(0, "shortage", false, 8_000_000),                  // no deadline is like a late one
		ranked(date("2026-12-31"), "shortage", false, 7_000_000), //
	}
	for i := 1; i < len(inOrder); i++ {
		before, after := Rank(inOrder[i-1], today), Rank(inOrder[i], today)
		require.Greater(t, before.Score, after.Score, "%d: %v %v", i, before, after)
	}
	o := Rank(inOrder[0], today)
	require.Equal(t, []string{WhyOverdue, WhyNonTrade}, o.Why)
	require.Equal(t, int64(10), o.AtRiskMinor)
	require.Equal(t, ChanceNonTrade, o.ChancePercent)
	require.Equal(t, 9, o.AgeDays)
	require.Equal(t, int64(3)<<61|7, o.Score, "as it is stated for SQL")
}

func TestWhatIsAtRisk(t *testing.T) {
	t.Parallel()
	d := ranked(0, "tax", false, 1000)
	require.NoError(t, d.Parts[0].Uphold(600))
	require.NoError(t, d.Parts[0].Deny(400))
	d.State = AwaitingCreditMemo
	o := Rank(d, today)
	require.Equal(t, int64(400), o.AtRiskMinor, "what was found valid is no longer at risk")
	require.Equal(t, []string{WhyNoDeadline, WhyNonTrade, WhyCreditAgain}, o.Why)
	require.NoError(t, d.Parts[0].Credit(600))
	d.State = AwaitingRepayment
	require.Equal(t, int64(400), Rank(d, today).AtRiskMinor)
}

func TestRankNeverOverflows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(1, 9_000_000_000_000_000).Draw(t, "amount")
		deadline := calendar.Date(rapid.Int32Range(0, math.MaxInt16).Draw(t, "days"))
		if deadline > 0 {
			deadline += today - 100
		}
		d := ranked(deadline, "tax", rapid.Bool().Draw(t, "trade"), minor)
		o := Rank(d, today)
		require.GreaterOrEqual(t, o.Score, int64(0))
		bigger := ranked(deadline, "tax", d.Trade, minor+10)
		require.Greater(t, Rank(bigger, today).Score, o.Score)
		bigger.DeadlineOn = today - 1
		require.GreaterOrEqual(t, Rank(bigger, today).Score, o.Score)
	})
}
