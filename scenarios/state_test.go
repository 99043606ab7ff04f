package scenarios_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// These are the rows of Kill Bill's overdue states, which belong to an account. Ours are conditions on the customer: they
// switch a stage on and off, and a level that was sent does not go down.

// states is a policy of three notices, each under a condition; values are days or numbers of invoices.
func states(condition string, values ...int) string {
	text := "key: states\nmin_days_between_notices: 0\nreview_days: 30\nstages:\n"
	for i, v := range values {
		text += fmt.Sprintf("  - {key: od%d, moment: due + 1 day, action: notice, template: reminder-1, conditions: {%s: %d}}\n", i+1, condition, v)
	}
	return text
}

// byAge is an installation with the states of S40 and an invoice that is unpaid since the end of May 2012.
func byAge(t *testing.T) (*world, customer, invoice) {
	t.Helper()
	w := begin(t, "2012-05-31")
	w.publish(states("oldest_days", 30, 40, 50))
	w.byDefault("states")
	c := w.customer("account")
	return w, c, w.owe(c, "A", "100.00 EUR", "2012-05-31")
}

func TestS40ClearBeforeTheFirstState(t *testing.T) {
	t.Parallel()
	w, _, inv := byAge(t)
	for _, day := range []string{"2012-06-08", "2012-06-16", "2012-06-24", "2012-06-29"} {
		require.Empty(t, w.run(day))
		require.Contains(t, w.reasons(inv), "unmet_oldest_days")
	}
}

func TestS41EachStateOnItsDay(t *testing.T) {
	t.Parallel()
	w, _, inv := byAge(t)
	var decided []string
	for day := "2012-06-26"; day <= "2012-07-24"; day = dayAfter(day) {
		for range w.run(day) {
			decided = append(decided, day)
		}
		w.clerk.post("/v1/cases/"+inv.ID+"/wake", nil).ok() // as a retried payment does
		w.settle()
	}
	require.Equal(t, []string{"2012-06-30", "2012-07-10", "2012-07-20"}, decided)
	require.Equal(t, 3, w.level(inv))
	w.noErrors()
}

func TestS42PaidIsClearAtOnce(t *testing.T) {
	t.Parallel()
	w, c, first := byAge(t)
	second := w.owe(c, "B", "50.00 EUR", "2012-06-30")
	for _, day := range []string{"2012-06-30", "2012-07-10", "2012-07-20"} {
		w.on(day)
	}
	require.Equal(t, 2, w.level(first), "the first went out on Monday the second, after a Saturday")
	w.pay(first, "100.00 EUR")
	w.pay(second, "50.00 EUR")
	w.settle()
	sent := len(w.allSent())
	for _, inv := range []invoice{first, second} {
		require.Equal(t, "closed", w.caseOf(inv).State)
	}
	w.through("2012-10-31")
	require.Len(t, w.allSent(), sent)
}

// byCount is an installation with the states of S49.
func byCount(t *testing.T) (*world, customer) {
	t.Helper()
	w := begin(t, "2026-03-02")
	w.publish(states("overdue_count", 2, 3, 5))
	w.byDefault("states")
	return w, w.customer("account")
}

// unpaid enters an invoice that has been overdue for months.
func (w *world) unpaid(c customer, n int) invoice {
	w.Helper()
	return w.owe(c, "I"+strconv.Itoa(n), "100.00 EUR", fmt.Sprintf("2025-11-%02d", n))
}

func TestS49ByNumberOfUnpaidInvoices(t *testing.T) {
	t.Parallel()
	w, c := byCount(t)
	days := []string{"2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09"}
	var all []invoice
	var oldest []int
	for n, day := range days {
		w.on(day)
		all = append(all, w.unpaid(c, n+1))
		w.pump.RunUntilQuiet()
		oldest = append(oldest, w.level(all[0]))
	}
	require.Equal(t, []int{0, 1, 2, 2, 3}, oldest)

	// Paying the newest first steps down: what is switched off is not sent any more.
	before := len(w.allSent())
	for n := 4; n > 0; n-- {
		w.pay(all[n], "100.00 EUR")
		w.settle()
	}
	w.through("2026-06-30")
	require.Equal(t, 3, w.level(all[0]), "a level that was sent does not go down")
	require.Len(t, w.allSent(), before)
	w.noErrors()
}

func TestS49SteppingDownSwitchesTheNextStateOff(t *testing.T) {
	t.Parallel()
	w, c := byCount(t)
	first, second := w.unpaid(c, 1), w.unpaid(c, 2)
	w.on("2026-03-03")
	require.Equal(t, 1, w.level(first))
	w.pay(second, "100.00 EUR")
	w.through("2026-06-30")
	require.Equal(t, 1, w.level(first))
	require.Contains(t, w.reasons(first), "unmet_overdue_count")
	third, fourth := w.unpaid(c, 3), w.unpaid(c, 4)
	w.on("2026-07-01")
	require.Equal(t, 2, w.level(first), "three are unpaid again")
	require.Equal(t, 1, w.level(third))
	require.Equal(t, 1, w.level(fourth))
}

// Time alone brings the count about, too: nothing happens on the day but that a second invoice becomes overdue.
func TestS49ADueDateThatPassesCounts(t *testing.T) {
	t.Parallel()
	w, c := byCount(t)
	first := w.owe(c, "A", "100.00 EUR", "2026-03-03")
	w.owe(c, "B", "100.00 EUR", "2026-03-10")
	w.through("2026-03-10")
	require.Empty(t, w.allSent())
	w.through("2026-03-11")
	require.Equal(t, 1, w.level(first))
	require.Len(t, w.sent("2026-03-11"), 2)
}

// A write-off clears; undoing it brings the state back at once. Ours undoes a write-off with the receipt that caused it.
func TestS52AWriteOffClearsAndComesBack(t *testing.T) {
	t.Parallel()
	w := begin(t, "2026-03-02")
	w.publish(states("oldest_days", 5))
	w.byDefault("states")
	c := w.customer("account")
	inv := w.owe(c, "A", "100.00 EUR", "2026-03-02")
	paid := w.pay(inv, "99.00 EUR")
	w.admin.post("/v1/write-offs", body{
		"item_id": inv.Items[0].ID, "receipt_id": paid.ID, "kind": "small_difference", "amount_minor": 100, "currency": "EUR", "reason": "bank fee",
	}).ok()
	w.on("2026-03-09")
	require.Empty(t, w.allSent())
	require.Equal(t, "closed", w.caseOf(inv).State)
	w.reverse(paid)
	w.pump.RunUntilQuiet()
	require.Equal(t, []string{"A 2026-03-02 L1 email 100.00/100.00 EUR"}, w.sent("2026-03-09"))
}
