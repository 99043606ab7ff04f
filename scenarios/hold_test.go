package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// promising is a policy of three notices a week apart; broken is what a broken promise does.
func promising(broken string) string {
	return `
key: promising
min_days_between_notices: 1
review_days: 30
broken_promise: ` + broken + `
stages:
  - {key: l1, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: l2, moment: due + 8 days, action: notice, template: reminder-2}
  - {key: l3, moment: due + 29 days, action: notice, template: final-demand}
`
}

// owing is an installation in which a customer owes 1000 since Monday, 2 March 2026, and was reminded on the day after.
func owing(t *testing.T, broken string) (*world, customer, invoice) {
	t.Helper()
	w := begin(t, "2026-03-02")
	w.publish(promising(broken))
	w.byDefault("promising")
	c := w.customer("debtor")
	inv := w.owe(c, "A", "1000.00 EUR", "2026-03-02")
	w.through("2026-03-03")
	require.Equal(t, 1, w.level(inv))
	return w, c, inv
}

// promise lets the customer promise an amount for a day, with two days of grace.
func (w *world) promise(inv invoice, amount, due string) promise {
	w.Helper()
	minor, currency := w.minor(amount)
	var made promise
	w.clerk.post("/v1/promises", body{
		"invoice_id": inv.ID, "amount_minor": minor, "currency": currency, "due_on": due, "grace_days": 2,
	}).into(&made)
	return made
}

func (w *world) promiseNow(p promise) promise {
	w.Helper()
	w.auditor.get("/v1/promises/" + p.ID).into(&p)
	return p
}

func TestAPromiseHoldsAndIsKept(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	p := w.promise(inv, "1000.00 EUR", "2026-03-17")
	w.through("2026-03-18")
	require.Len(t, w.allSent(), 1, "the second level waits for the promise")
	require.Contains(t, w.reasons(inv), "promised")
	w.pay(inv, "1000.00 EUR")
	require.Equal(t, "kept", w.promiseNow(p).State, "at once")
	w.through("2026-04-30")
	require.Len(t, w.allSent(), 1)
	require.Equal(t, "closed", w.caseOf(inv).State)
	w.noErrors()
}

func TestAPromiseOfAPartHoldsThatPart(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	w.promise(inv, "600.00 EUR", "2026-03-31")
	w.on("2026-03-10")
	require.Equal(t, []string{"A 2026-03-02 L2 email 400.00/1000.00 EUR"}, w.sent("2026-03-10"))
}

func TestAPromiseIsPartlyKept(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	p := w.promise(inv, "1000.00 EUR", "2026-03-17")
	w.through("2026-03-16")
	w.pay(inv, "300.00 EUR")
	require.Equal(t, "open", w.promiseNow(p).State)
	w.through("2026-03-19")
	require.Equal(t, "open", w.promiseNow(p).State, "the grace is part of it")
	w.through("2026-03-20")
	settled := w.promiseNow(p)
	require.Equal(t, "partially_kept", settled.State)
	require.Equal(t, int64(30000), settled.ReceivedMinor)
	require.Equal(t, []string{"A 2026-03-02 L2 email 700.00/1000.00 EUR"}, w.sent("2026-03-20"))
}

func TestABrokenPromiseLetsTheLadderGoOn(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	p := w.promise(inv, "1000.00 EUR", "2026-03-17")
	w.through("2026-03-20")
	require.Equal(t, "broken", w.promiseNow(p).State)
	require.Equal(t, []string{"A 2026-03-02 L2 email 1000.00/1000.00 EUR"}, w.sent("2026-03-20"))
	require.Empty(t, w.tasks("broken_promise"))
	require.Contains(t, w.actions(inv), "promise.broken")
}

func TestABrokenPromiseBecomesATask(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "task")
	w.promise(inv, "1000.00 EUR", "2026-03-17")
	w.through("2026-04-30")
	require.Len(t, w.tasks("broken_promise"), 1)
	require.Equal(t, 3, w.level(inv))
	w.noErrors()
}

func TestABrokenPromiseHastensTheNextStage(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "next_stage")
	w.through("2026-03-10")
	require.Equal(t, 2, w.level(inv))
	w.promise(inv, "1000.00 EUR", "2026-03-16")
	w.through("2026-03-19")
	require.Equal(t, []string{"A 2026-03-02 L3 email 1000.00/1000.00 EUR"}, w.sent("2026-03-19"), "twelve days before its moment")
}

func TestAWithdrawnPromiseHoldsNoMore(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	p := w.promise(inv, "1000.00 EUR", "2026-04-30")
	w.on("2026-03-16")
	require.Len(t, w.allSent(), 1)
	w.clerk.post("/v1/promises/"+p.ID+"/withdraw", body{"reason": "was for another invoice"}).ok()
	w.pump.RunUntilQuiet()
	require.Equal(t, []string{"A 2026-03-02 L2 email 1000.00/1000.00 EUR"}, w.sent("2026-03-16"))
	require.Equal(t, "withdrawn", w.promiseNow(p).State)
}

func TestAReversalReopensAKeptPromise(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	p := w.promise(inv, "1000.00 EUR", "2026-03-17")
	paid := w.pay(inv, "1000.00 EUR")
	w.settle()
	require.Equal(t, "kept", w.promiseNow(p).State)
	w.on("2026-03-11")
	w.reverse(paid)
	w.pump.RunUntilQuiet()
	require.Equal(t, "open", w.promiseNow(p).State)
	require.Len(t, w.allSent(), 1)
	w.through("2026-03-20")
	require.Equal(t, "broken", w.promiseNow(p).State)
	require.Len(t, w.sent("2026-03-20"), 1)
}

func TestABlockHoldsThroughItsLastDay(t *testing.T) {
	t.Parallel()
	w, c, inv := owing(t, "resume")
	w.block(c, "2026-03-17")
	w.through("2026-03-17")
	require.Len(t, w.allSent(), 1)
	require.Contains(t, w.reasons(inv), "blocked_customer")
	w.through("2026-03-18")
	require.Equal(t, []string{"A 2026-03-02 L2 email 1000.00/1000.00 EUR"}, w.sent("2026-03-18"))
}

func TestAReleasedBlockHoldsNoMore(t *testing.T) {
	t.Parallel()
	w, c, _ := owing(t, "resume")
	id := w.block(c, "2026-12-31")
	w.on("2026-03-16")
	require.Len(t, w.allSent(), 1)
	w.clerk.post("/v1/blocks/"+id+"/release", nil).ok()
	w.pump.RunUntilQuiet()
	require.Len(t, w.sent("2026-03-16"), 1)
}

// dispute marks an amount of an item as disputed.
func (w *world) dispute(it item, amount string) string {
	w.Helper()
	minor, currency := w.minor(amount)
	var made struct {
		ID string `json:"id"`
	}
	w.clerk.post("/v1/dispute-flags", body{"item_id": it.ID, "amount_minor": minor, "currency": currency, "reason": "shortage"}).into(&made)
	return made.ID
}

func TestADisputeLowersWhatIsAsked(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	flag := w.dispute(inv.Items[0], "300.00 EUR")
	w.on("2026-03-10")
	require.Equal(t, []string{"A 2026-03-02 L2 email 700.00/1000.00 EUR"}, w.sent("2026-03-10"))
	require.Equal(t, int64(30000), w.read(inv).Items[0].DisputedMinor)
	w.clerk.post("/v1/dispute-flags/"+flag+"/release", body{"reason": "delivery was proved"}).ok()
	w.on("2026-03-31")
	require.Equal(t, []string{"A 2026-03-02 L3 email 1000.00/1000.00 EUR"}, w.sent("2026-03-31"))
}

func TestADisputedItemIsNotAsked(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	w.dispute(inv.Items[0], "1000.00 EUR")
	w.through("2026-04-30")
	require.Len(t, w.allSent(), 1)
	w.clerk.post("/v1/dispute-flags", body{"item_id": inv.Items[0].ID, "amount_minor": 1, "currency": "EUR", "reason": "damage"}).
		refused(409, "item.exceeds_undisputed")
}

func TestADisputeFlaggedWhileALineWaitsLowersIt(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	w.decide("2026-03-10")
	w.dispute(inv.Items[0], "300.00 EUR")
	w.pump.RunUntilQuiet()
	require.Equal(t, []string{"A 2026-03-02 L2 email 700.00/1000.00 EUR"}, w.sent("2026-03-10"))
}
