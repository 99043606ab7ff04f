package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// These are the rows of Lago's dunning campaigns: a threshold per currency on what is overdue in all, and a number of
// attempts. An attempt is a stage; its counter is the ladder of each item.

// campaign is a policy of so many attempts, one a day, above thresholds like "EUR: 50.99".
func campaign(key, thresholds string, attempts int) string {
	text := "key: " + key + "\nmin_days_between_notices: 0\nreview_days: 10\nstages:\n"
	names := []string{"one", "two", "three", "four", "five"}
	for i := range attempts {
		moment := "due + 1 day"
		if i > 0 {
			moment = "1 day after previous notice"
		}
		text += "  - {key: " + names[i] + ", moment: " + moment +
			", action: notice, template: reminder-1, conditions: {overdue_total: {" + thresholds + "}}}\n"
	}
	return text
}

// campaigning is an installation with a campaign for everybody; its first day is a Monday.
func campaigning(t *testing.T, thresholds string, attempts int) *world {
	t.Helper()
	w := begin(t, "2026-03-02")
	w.publish(campaign("entity", thresholds, attempts))
	w.byDefault("entity")
	return w
}

const due = "2026-02-27"

func TestS59TheTotalCounts(t *testing.T) {
	t.Parallel()
	w := campaigning(t, `EUR: "50.99"`, 1)
	both, one := w.customer("both"), w.customer("one")
	w.owe(both, "A", "50.00 EUR", due)
	w.owe(both, "B", "1.00 EUR", due)
	w.owe(one, "C", "50.00 EUR", due)
	w.on("2026-03-03")
	require.Equal(t, []string{
		"A 2026-02-27 L1 email 50.00/50.00 EUR",
		"B 2026-02-27 L1 email 1.00/1.00 EUR",
	}, w.sent("2026-03-03"))
	require.Len(t, w.pump.Mail.Messages(), 1)
}

func TestS60TheThresholdItselfIsEnough(t *testing.T) {
	t.Parallel()
	w := campaigning(t, `EUR: "99.01"`, 1)
	w.publish(campaign("lower", `EUR: "99.00"`, 1))
	not, made := w.customer("not"), w.customer("made", following("lower"))
	w.owe(not, "A", "99.00 EUR", due)
	w.owe(made, "B", "99.00 EUR", due)
	w.on("2026-03-03")
	require.Equal(t, []string{"B 2026-02-27 L1 email 99.00/99.00 EUR"}, w.sent("2026-03-03"))
}

func TestS62AfterTheLastAttemptNothing(t *testing.T) {
	t.Parallel()
	w := campaigning(t, `EUR: "40.00"`, 5)
	inv := w.owe(w.customer("done"), "A", "50.00 EUR", due)
	w.through("2026-03-10")
	require.Equal(t, 5, w.level(inv))
	require.Len(t, w.allSent(), 5)
	w.through("2026-06-30")
	require.Len(t, w.allSent(), 5)
	require.Len(t, w.tasks("ladder_done"), 1, "a person hears of the end once")
}

func TestS63TheCustomersCampaignWins(t *testing.T) {
	t.Parallel()
	w := campaigning(t, `EUR: "50.99"`, 1)
	w.publish(campaign("own", `EUR: "49.99"`, 1))
	w.owe(w.customer("own", following("own")), "A", "50.00 EUR", due)
	w.owe(w.customer("entity"), "B", "50.00 EUR", due)
	w.on("2026-03-03")
	require.Equal(t, []string{"A 2026-02-27 L1 email 50.00/50.00 EUR"}, w.sent("2026-03-03"))
}

func TestS64AnExcludedCustomerGetsNothing(t *testing.T) {
	t.Parallel()
	w := campaigning(t, `EUR: "40.00"`, 1)
	w.publishFile("nofollow")
	w.owe(w.customer("excluded", following("no-follow")), "A", "50.00 EUR", due)
	w.on("2026-03-03")
	require.Empty(t, w.allSent())
}

func TestS64ExcludedBetweenPlanningAndSending(t *testing.T) {
	t.Parallel()
	w := campaigning(t, `EUR: "40.00"`, 1)
	c := w.customer("late")
	inv := w.owe(c, "A", "50.00 EUR", due)
	w.decide("2026-03-03")
	require.Equal(t, "gathering", w.notices()[0].State)
	w.clerk.post("/v1/blocks", body{"customer_id": c.ID, "reason": "legal"}).ok()
	w.through("2026-04-30")
	require.Empty(t, w.pump.Mail.Messages())
	require.Equal(t, "withdrawn", w.notices()[0].State)
	require.Contains(t, w.reasons(inv), "blocked_customer")
}

func TestS65OneAttemptPerCurrency(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		second string
		lines  []string
	}{
		{"25.00 EUR", []string{"A 2026-02-27 L1 email 50.00/50.00 USD", "B 2026-02-27 L1 email 25.00/25.00 EUR"}},
		{"15.00 EUR", []string{"A 2026-02-27 L1 email 50.00/50.00 USD"}},
		{"100.00 GBP", []string{"A 2026-02-27 L1 email 50.00/50.00 USD"}},
	} {
		t.Run(row.second, func(t *testing.T) {
			t.Parallel()
			w := campaigning(t, `USD: "40.00", EUR: "20.00"`, 1)
			c := w.customer("several")
			w.owe(c, "A", "50.00 USD", due)
			w.owe(c, "B", row.second, due)
			w.on("2026-03-03")
			require.Equal(t, row.lines, w.sent("2026-03-03"))
			require.Len(t, w.pump.Mail.Messages(), len(row.lines))
		})
	}
}

func TestS66EachCurrencyHasItsOwnCounter(t *testing.T) {
	t.Parallel()
	w := campaigning(t, `USD: "40.00", EUR: "20.00"`, 2)
	c := w.customer("several")
	dollars := w.owe(c, "A", "50.00 USD", due)
	w.through("2026-03-05")
	require.Equal(t, 2, w.level(dollars))
	euros := w.owe(c, "B", "25.00 EUR", due)
	w.pump.RunUntilQuiet()
	w.on("2026-03-06")
	require.Equal(t, 2, w.level(dollars))
	require.Equal(t, 1, w.level(euros))
	require.Empty(t, w.tasks("ladder_done"), "the customer has the review days before a person hears of it")
	w.noErrors()
}

// A dispute that was lost belongs to the deductions, and no invoice is without a due date here: the customer's terms give it.
func TestS72OnlyTheOverdueAreOverdue(t *testing.T) {
	t.Parallel()
	w := campaigning(t, `EUR: "1.00"`, 1)
	w.on("2026-03-04")
	c := w.customer("mixed")
	w.owe(c, "yesterday", "10.00 EUR", "2026-03-03")
	w.owe(c, "today", "10.00 EUR", "2026-03-04")
	w.owe(c, "tomorrow", "10.00 EUR", "2026-03-05")
	w.pay(w.owe(c, "paid", "10.00 EUR", "2026-03-03"), "10.00 EUR")
	w.void(w.owe(c, "void", "10.00 EUR", "2026-03-03"))
	byTerms := w.invoice(c, "terms", "10.00 EUR", with("invoice_date", "2026-03-03"))
	require.Equal(t, "2026-04-02", byTerms.Items[0].DueDate)
	rows := list[invoiceRow](w.auditor, "/v1/invoices?state=overdue")
	require.Len(t, rows, 1)
	require.Equal(t, "yesterday", rows[0].Number)
	w.pump.RunUntilQuiet()
	require.Equal(t, []string{"yesterday 2026-03-03 L1 email 10.00/10.00 EUR"}, w.sent("2026-03-04"))
}
