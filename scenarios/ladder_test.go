package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// These are the rows of OCA's credit control. Of their portfolio, which may not be kept here, each enters only the invoices
// that its own words name.

// threeTime is an installation whose policy has two e-mails and a letter.
func threeTime(t *testing.T, start string) *world {
	t.Helper()
	w := begin(t, start)
	for _, name := range []string{"nofollow", "p2", "p3"} {
		w.publishFile(name)
	}
	w.byDefault("three-time")
	return w
}

// winter enters the invoices of January and February that the rows name.
func winter(w *world) map[string]invoice {
	w.Helper()
	four, five := w.customer("four"), w.customer("five")
	two, three := w.customer("two", following("two-time")), w.customer("three", following("two-time"))
	return map[string]invoice{
		"SI_10": w.invoice(four, "SI_10", "1000.00 EUR", with("invoice_date", "2013-01-18"),
			instalments("EUR", "300.00 on 2013-01-18", "700.00 on 2013-02-28")),
		"SI_11": w.owe(four, "SI_11", "360.00 USD", "2013-02-15"),
		"SI_13": w.owe(five, "SI_13", "1000.00 USD", "2013-02-17"),
		"SI_4":  w.owe(two, "SI_4", "1000.00 EUR", "2013-02-28"),
		"SI_7":  w.owe(three, "SI_7", "1000.00 EUR", "2013-02-17"),
	}
}

func TestS01FirstInstalmentAlone(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-01-14")
	winter(w)
	require.Equal(t, []string{"SI_10 2013-01-18 L1 email 300.00/300.00 EUR"}, w.run("2013-01-31"))
	require.Len(t, w.pump.Mail.Messages(), 1)
	require.Len(t, w.sent("2013-01-31"), 1)
}

func TestS02TheBoundaryDayCounts(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-01-14")
	winter(w)
	w.run("2013-01-31")
	require.Equal(t, []string{
		"SI_10 2013-01-18 L2 email 300.00/300.00 EUR",
		"SI_11 2013-02-15 L1 email 360.00/360.00 USD",
		"SI_13 2013-02-17 L1 email 1000.00/1000.00 USD",
	}, w.run("2013-02-28"))
}

// spring goes to the end of March with two invoices more, of which one is paid in part before.
func spring(t *testing.T) (*world, map[string]invoice, []string) {
	t.Helper()
	w := threeTime(t, "2013-01-14")
	all := winter(w)
	parts := instalments("EUR", "450.00 on 2013-03-15", "1050.00 on 2013-04-30")
	all["SI_18"] = w.invoice(w.customer("eighteen"), "SI_18", "1500.00 EUR", with("invoice_date", "2013-03-15"), parts)
	all["SI_19"] = w.invoice(w.customer("nineteen"), "SI_19", "1500.00 EUR", with("invoice_date", "2013-03-15"), parts)
	w.run("2013-01-31")
	w.run("2013-02-28")
	w.pay(all["SI_19"], "300.00 EUR")
	march := w.run("2013-03-31")
	w.on("2013-04-01") // the day before was a Sunday
	require.Equal(t, march, w.sent("2013-04-01"))
	return w, all, march
}

func TestS03WhatIsOpenIsAsked(t *testing.T) {
	t.Parallel()
	w, _, march := spring(t)
	require.Equal(t, []string{
		"SI_10 2013-01-18 L3 letter 300.00/300.00 EUR",
		"SI_10 2013-02-28 L1 email 700.00/700.00 EUR",
		"SI_11 2013-02-15 L2 email 360.00/360.00 USD",
		"SI_13 2013-02-17 L2 email 1000.00/1000.00 USD",
		"SI_18 2013-03-15 L1 email 450.00/450.00 EUR",
		"SI_19 2013-03-15 L1 email 150.00/450.00 EUR",
		"SI_4 2013-02-28 L1 email 1000.00/1000.00 EUR",
		"SI_7 2013-02-17 L1 email 1000.00/1000.00 EUR",
	}, march)
	require.Len(t, w.pump.Post.Messages(), 1)
}

func TestS04InstalmentsClimbByThemselves(t *testing.T) {
	t.Parallel()
	w, all, _ := spring(t)
	items := w.read(all["SI_10"]).Items
	require.Equal(t, 3, items[0].Level)
	require.Equal(t, 1, items[1].Level)
}

// S06 to S08 follow the run of April: two invoices reached level 1 in it, a third level 2 on its first instalment.

// april enters an invoice of those and runs once in April.
func april(t *testing.T, number string, parts ...string) (*world, invoice, []string) {
	t.Helper()
	w := threeTime(t, "2013-03-18")
	inv := w.invoice(w.customer("april"), number, "1500.00 EUR", with("invoice_date", "2013-03-15"), instalments("EUR", parts...))
	if len(parts) > 1 {
		require.Len(t, w.run("2013-03-28"), 1)
	}
	return w, inv, w.run("2013-04-30")
}

func TestS06PaidInFullGetsNoLine(t *testing.T) {
	t.Parallel()
	w, inv, lines := april(t, "SI_16", "1500.00 on 2013-04-14")
	require.Equal(t, []string{"SI_16 2013-04-14 L1 email 1500.00/1500.00 EUR"}, lines)
	w.pay(inv, "1500.00 EUR")
	require.Empty(t, w.run("2013-05-31"))
	require.Equal(t, "closed", w.caseOf(inv).State)
}

func TestS07PartPaidGoesOn(t *testing.T) {
	t.Parallel()
	w, inv, lines := april(t, "SI_17", "1500.00 on 2013-04-14")
	require.Equal(t, []string{"SI_17 2013-04-14 L1 email 1500.00/1500.00 EUR"}, lines)
	w.pay(inv, "1000.00 EUR")
	require.Equal(t, []string{"SI_17 2013-04-14 L2 email 500.00/1500.00 EUR"}, w.run("2013-05-31"))
}

func TestS08PaidInstalmentGivesWayToTheNext(t *testing.T) {
	t.Parallel()
	w, inv, lines := april(t, "SI_18", "450.00 on 2013-03-15", "1050.00 on 2013-04-30")
	require.Equal(t, []string{"SI_18 2013-03-15 L2 email 450.00/450.00 EUR"}, lines)
	w.pay(inv, "450.00 EUR")
	require.Equal(t, []string{"SI_18 2013-04-30 L1 email 1050.00/1050.00 EUR"}, w.run("2013-05-31"))
}

func TestS15NoFollowIsNeverAsked(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-01-14")
	c := w.customer("one", following("no-follow"))
	w.owe(c, "SI_1", "2000.00 EUR", "2013-02-28")
	w.owe(c, "SI_2", "1200.00 USD", "2013-03-31")
	w.owe(c, "SI_3", "1500.00 USD", "2013-04-30")
	for _, run := range []string{"2013-01-31", "2013-02-28", "2013-03-31", "2013-04-30", "2013-06-30", "2013-12-31"} {
		require.Empty(t, w.run(run))
	}
	require.Empty(t, w.notices())
	w.noErrors()
}

func TestS16BelowTheToleranceNothing(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-04-01")
	inv := w.owe(w.customer("six"), "SI_20", "0.09 EUR", "2013-04-22")
	just := w.owe(w.customer("seven"), "SI_22", "0.10 EUR", "2013-04-22")
	w.through("2013-12-31")
	require.Contains(t, w.reasons(inv), "below_minimum")
	require.Zero(t, w.level(inv))
	require.Equal(t, 3, w.level(just), "the tolerance itself is enough")
}

// Ours has no runs, but the clock they would be dated by: it goes forward alone, and looking again on the same day adds
// nothing. What a run of an earlier date could do is refused by there being no way to ask for it.
func TestS21NothingIsEvaluatedTwice(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-01-14")
	inv := winter(w)["SI_10"]
	require.Len(t, w.run("2013-01-31"), 1)
	mails := len(w.pump.Mail.Messages())
	for range 3 {
		w.clerk.post("/v1/cases/"+inv.ID+"/wake", nil).ok()
		w.pump.RunUntilQuiet()
	}
	require.Empty(t, w.newLines())
	require.Len(t, w.pump.Mail.Messages(), mails)
}

func TestS22OneStepAtATime(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-06-03")
	inv := w.owe(w.customer("late"), "SI_30", "500.00 EUR", "2012-06-03")
	require.Equal(t, []string{"SI_30 2012-06-03 L1 email 500.00/500.00 EUR"}, w.run("2013-06-04"))
	require.Equal(t, 1, w.level(inv))
	require.Len(t, w.allSent(), 1)
}

// A draft is not sent, so it does not advance the ladder. Peers add a line per run and ignore the older ones; ours stays
// one draft that is reminded of.
func TestS23ADraftIsNoStep(t *testing.T) {
	t.Parallel()
	w := begin(t, "2012-06-01")
	w.publish(`
key: drafts
min_days_between_notices: 0
stages:
  - {key: l1, moment: due + 10 days, action: notice, template: reminder-1, approval: {role: supervisor, deadline_days: 30, at_deadline: remind}}
  - {key: l2, moment: end of month of due + 30 days, action: notice, template: reminder-2}
`)
	w.byDefault("drafts")
	inv := w.owe(w.customer("late"), "SI_31", "500.00 EUR", "2012-06-03")
	for _, run := range []string{"2012-12-03", "2013-04-03", "2013-06-03"} {
		w.on(run)
		drafts := w.notices()
		require.Len(t, drafts, 1)
		require.Equal(t, "draft", drafts[0].State)
		require.Equal(t, 1, drafts[0].Lines[0].Level)
		require.Zero(t, w.level(inv))
	}
	require.Len(t, w.openApprovals(), 1)
	require.Empty(t, w.pump.Mail.Messages())
	require.Len(t, w.tasks("approval_overdue"), 2)
}

// Peers refuse to cancel an invoice whose line is queued. Ours stops at once: the queued line is withdrawn.
func TestS24AVoidWithdrawsWhatIsQueued(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-01-14")
	inv := w.owe(w.customer("four"), "SI_10", "300.00 EUR", "2013-01-18")
	w.decide("2013-01-31")
	require.Equal(t, "gathering", w.notices()[0].State)
	w.void(inv)
	w.on("2013-02-01")
	n := w.notices()[0]
	require.Equal(t, "withdrawn", n.State)
	require.Equal(t, "withdrawn", n.Lines[0].State)
	require.Empty(t, w.pump.Mail.Messages())
	require.Equal(t, "closed", w.caseOf(inv).State)
}

func TestS25AVoidWithdrawsADraft(t *testing.T) {
	t.Parallel()
	w := begin(t, "2013-01-14")
	w.publish(`
key: drafts
stages:
  - {key: l1, moment: due + 10 days, action: notice, template: reminder-1, approval: {role: supervisor}}
`)
	inv := w.owe(w.customer("four", following("drafts")), "SI_10", "300.00 EUR", "2013-01-18")
	w.on("2013-01-31")
	asked := w.openApprovals()
	require.Len(t, asked, 1)
	w.void(inv)
	w.on("2013-02-01")
	require.Equal(t, "lapsed", w.approval(asked[0].ID).State)
	require.Equal(t, "withdrawn", w.notices()[0].State)
	require.Equal(t, "void", w.read(inv).State)
	require.Equal(t, "closed", w.caseOf(inv).State)
}

func TestS27TheLowestLevelHasNoPreviousReminder(t *testing.T) {
	t.Parallel()
	w := begin(t, "2013-01-14")
	p := w.admin.postYAML("/v1/policies", `
key: backwards
stages:
  - {key: l1, moment: 10 days after previous notice, action: notice, template: reminder-1}
`).refused(400, "policy.invalid")
	require.Equal(t, "stages[0].moment.basis", p.Fields[0].Path)
}
