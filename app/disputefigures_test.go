package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/report"
)

// figures computes the figures of a window.
func (c *court) figures(from, to string) report.Deductions {
	c.t.Helper()
	var w report.Window
	if from != "" {
		w.From = calendar.MustDate(from)
	}
	if to != "" {
		w.To = calendar.MustDate(to)
	}
	d, err := c.app.DisputeFigures(c.t.Context(), c.reader, w)
	require.NoError(c.t, err)
	return d
}

// valuesOf are the values by id, or why there is none.
func valuesOf(list []report.Figure) map[string]string {
	all := map[string]string{}
	for _, f := range list {
		all[f.ID] = f.Decimal() + f.Absent
	}
	return all
}

func TestFiguresOfAMonthOfClaims(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	c.clock.now = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC) // a Monday
	denied, valid := c.deduction(20_000), c.deduction(30_000)
	c.deduction(10_000)
	c.claim(dispute.Contest, 40_000, "tax") // withheld nothing
	c.clock.now = c.clock.now.AddDate(0, 0, 7)
	d := c.decide(c.analyst, denied.ID, dispute.DecideInvalid)
	c.decide(c.analyst, valid.ID, dispute.DecideValid)
	c.clock.now = time.Date(2026, time.March, 31, 12, 0, 0, 0, time.UTC)
	c.repays(d.Dispute, 15_000)

	got := c.figures("2026-03-01", "")
	want := map[string]string{ // withheld: 20,000 + 30,000 + 10,000 = 60,000, in 31 days
		report.DDOUndecided:       "5.17",                     // 10,000 / 60,000 * 31
		report.DDODeniedUnpaid:    "2.58",                     //  5,000 / 60,000 * 31
		report.InvalidRate:        "40.00",                    // 20,000 / 50,000
		report.RecoveryRate:       "75.00",                    // 15,000 / 20,000
		report.RecoveryOfDeducted: "25.00",                    // 15,000 / 60,000
		report.AutoWriteOffRate:   "0.00",                     // nothing of 60,000
		report.DaysToDecision:     "5.00",                     // both from Monday to Monday
		report.DaysToDecisionP90:  "5.00",                     //
		report.DaysToCash:         report.AbsentNoneRecovered, // 5,000 are not there yet
		report.DaysToCashP90:      report.AbsentNoneRecovered, //
		report.AgeUndecided:       "21.00",                    // Monday the 2nd to Tuesday the 31st, of the contested one, too
		report.AgeUndecidedP90:    "21.00",                    //
		report.AgeDenied:          "21.00",                    //
		report.AgeDeniedP90:       "21.00",                    //
	}
	require.Equal(t, want, valuesOf(got.Whole))
	require.Len(t, got.ByReason, 1)
	require.Equal(t, "tax", got.ByReason[0].Key)
	require.Equal(t, want, valuesOf(got.ByReason[0].Figures))
	require.Equal(t, c.customer.ID.String(), got.ByCustomer[0].Key)
	require.Equal(t, "75.00", valuesOf(got.Months[0].Figures)[report.RecoveryRate])
	require.Equal(t, 4, got.Patterns[0].Claims, "four claims for one reason, and none in the 31 days before")

	c.repays(d.Dispute, 5_000)
	got = c.figures("2026-03-01", "2026-03-31")
	require.Equal(t, "21.00", valuesOf(got.Whole)[report.DaysToCash], "closed with the last cent")
	require.Equal(t, "100.00", valuesOf(got.Whole)[report.RecoveryRate])
	require.Equal(t, "0.00", valuesOf(got.Whole)[report.DDODeniedUnpaid])
}

func TestFiguresSayWhyThereIsNone(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	for _, f := range c.figures("", "").Whole {
		require.NotEmpty(t, f.Absent, f.ID)
	}
	c.deduction(20_000)
	c.clock.now = c.clock.now.AddDate(0, 0, 40)
	past := valuesOf(c.figures("2026-03-01", "2026-03-31").Whole)
	require.Equal(t, report.AbsentNotKept, past[report.DDOUndecided])
	require.Equal(t, report.AbsentNoneDecided, past[report.InvalidRate])
	require.Equal(t, "0.00", past[report.AutoWriteOffRate])
	require.Equal(t, 90, c.figures("", "").Window.Days())
	require.Equal(t, calendar.MustDate("2026-04-11"), c.figures("", "").Window.To)
}

func TestWindowsWithoutFigures(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	day := calendar.MustDate
	for name, w := range map[string]report.Window{
		"backwards": {From: day("2026-03-02"), To: day("2026-03-01")},
		"tomorrow":  {From: day("2026-03-01"), To: day("2026-03-03")},
		"too long":  {From: day("2020-03-01"), To: day("2026-03-01")},
	} {
		_, err := c.app.DisputeFigures(t.Context(), c.reader, w)
		require.Error(t, err, name)
		require.Equal(t, "figures.bad_window", fault.CodeOf(err))
	}
	_, err := c.app.DisputeFigures(t.Context(), access.Principal{ID: "nobody"}, report.Window{})
	require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
}
