package scenarios_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// demanding is a policy of a reminder and a final demand that a supervisor approves within two business days.
func demanding(atDeadline string) string {
	return `
key: demanding
min_days_between_notices: 1
review_days: 7
stages:
  - {key: reminder, moment: due + 1 day, action: notice, template: reminder-1}
  - key: demand
    moment: due + 8 days
    action: notice
    template: final-demand
    approval: {role: supervisor, deadline_days: 2, at_deadline: ` + atDeadline + `}
  - {key: agency, moment: due + 30 days, action: hand_over, approval: {role: supervisor, deadline_days: 2, at_deadline: remind}}
`
}

// atDemand goes to the day on which the demand is asked for; 2026-03-02 is a Monday.
func atDemand(t *testing.T, atDeadline string) (*world, customer, invoice, approval) {
	t.Helper()
	w := begin(t, "2026-03-02")
	w.publish(demanding(atDeadline))
	w.byDefault("demanding")
	c := w.customer("debtor")
	inv := w.owe(c, "A", "1000.00 EUR", "2026-03-02")
	w.through("2026-03-09")
	require.Equal(t, []string{"A 2026-03-02 L1 email 1000.00/1000.00 EUR"}, w.sent("2026-03-03"))
	w.on("2026-03-10")
	asked := w.openApprovals()
	require.Len(t, asked, 1)
	require.Equal(t, int64(100000), asked[0].AmountMinor)
	return w, c, inv, asked[0]
}

func TestADraftIsApprovedBySomeoneElse(t *testing.T) {
	t.Parallel()
	w, _, inv, asked := atDemand(t, "remind")
	require.Len(t, w.pump.Mail.Messages(), 1, "the draft waits")

	w.decideApproval(w.admin, asked, "approve").refused(403, "approval.four_eyes")
	w.decideApproval(w.clerk, asked, "approve").refused(403, "approval.role")
	w.decideApproval(w.auditor, asked, "approve").refused(403, "access.forbidden")
	other := asked
	other.ContentHash = strings.Repeat("0", 64)
	w.decideApproval(w.boss, other, "approve").refused(412, "approval.content_changed")
	require.Equal(t, "open", w.approval(asked.ID).State)

	frozen := w.notice(asked.SubjectID)
	require.Equal(t, asked.ContentHash, frozen.ContentHash)
	w.approve(asked)
	w.on("2026-03-11")
	require.Equal(t, []string{"A 2026-03-02 L2 email 1000.00/1000.00 EUR"}, w.sent("2026-03-11"))
	require.Equal(t, frozen.ContentHash, w.notice(asked.SubjectID).ContentHash, "what was approved is what went out")
	require.Equal(t, 2, w.level(inv))
	w.decideApproval(w.boss, asked, "approve").refused(409, "approval.not_open")
	require.Subset(t, w.actions(inv), []string{"approval.requested", "approval.refused", "approval.approved", "notice.sent"})
	w.noErrors()
}

func TestADraftLapsesWhenFactsChange(t *testing.T) {
	t.Parallel()
	w, _, inv, asked := atDemand(t, "remind")
	w.pay(inv, "400.00 EUR")
	require.Equal(t, "lapsed", w.approval(asked.ID).State, "at once, without a worker")
	require.Equal(t, "withdrawn", w.notice(asked.SubjectID).State)
	w.decideApproval(w.boss, asked, "approve").refused(409, "approval.not_open")

	w.settle()
	again := w.openApprovals()
	require.Len(t, again, 1)
	require.Equal(t, int64(60000), again[0].AmountMinor)
	require.NotEqual(t, asked.ContentHash, again[0].ContentHash)
	w.approve(again[0])
	w.on("2026-03-11")
	require.Equal(t, []string{"A 2026-03-02 L2 email 600.00/1000.00 EUR"}, w.sent("2026-03-11"))
	require.Len(t, w.pump.Mail.Messages(), 2)
	w.noErrors()
}

func TestAnApprovedDraftIsStoppedBeforeItsWindow(t *testing.T) {
	t.Parallel()
	w, _, inv, asked := atDemand(t, "remind")
	w.pump.Step(12 * time.Hour)
	w.approve(asked)
	w.settle()
	require.Len(t, w.pump.Mail.Messages(), 1, "the window is closed")
	w.pay(inv, "1000.00 EUR")
	w.through("2026-03-31")
	require.Len(t, w.pump.Mail.Messages(), 1)
	require.Equal(t, "withdrawn", w.notice(asked.SubjectID).State)
	require.Equal(t, "closed", w.caseOf(inv).State)
}

func TestWhoChangesTheRecipientMayNotApprove(t *testing.T) {
	t.Parallel()
	w, c, _, asked := atDemand(t, "remind")
	contact := c.Contacts[0].ID
	read := w.boss.get("/v1/contacts/" + contact)
	w.boss.patch("/v1/contacts/"+contact, read.etag, body{"email": "elsewhere@buyer.example"}).ok()
	w.settle()
	again := w.openApprovals()
	require.Len(t, again, 1)
	require.NotEqual(t, asked.ContentHash, again[0].ContentHash)
	require.Equal(t, "elsewhere@buyer.example", w.notice(again[0].SubjectID).Recipient)
	w.decideApproval(w.boss, again[0], "approve").refused(403, "approval.four_eyes")
	w.decideApproval(w.another("supervisor"), again[0], "approve").ok()
}

func TestARejectedDraftGoesBackToTheCollector(t *testing.T) {
	t.Parallel()
	w, _, inv, asked := atDemand(t, "remind")
	w.boss.post("/v1/approvals/"+asked.ID+"/decision", body{"decision": "reject", "content_hash": asked.ContentHash}).
		refused(400, "approval.invalid")
	w.decideApproval(w.boss, asked, "reject").ok()
	w.settle()
	require.Equal(t, "withdrawn", w.notice(asked.SubjectID).State)
	require.Empty(t, w.openApprovals())
	require.Contains(t, w.reasons(inv), "approval_rejected")
	require.Len(t, w.tasks("approval_rejected"), 1)
	w.through("2026-03-16")
	require.Empty(t, w.openApprovals())
	w.on("2026-03-17")
	require.Len(t, w.openApprovals(), 1, "after the review days it asks again")
	require.Equal(t, 1, w.level(inv))
}

func TestADeadlineReminds(t *testing.T) {
	t.Parallel()
	w, _, _, asked := atDemand(t, "remind")
	w.through("2026-03-12")
	require.Empty(t, w.tasks("approval_overdue"))
	w.through("2026-03-13")
	require.Len(t, w.tasks("approval_overdue"), 1)
	again := w.approval(asked.ID)
	require.Equal(t, "supervisor", again.Role)
	require.Equal(t, 1, again.Reminders)
	require.True(t, again.DueAt.After(asked.DueAt))
	w.approve(again)
	w.on("2026-03-16")
	require.Len(t, w.pump.Mail.Messages(), 2)
}

func TestADeadlineRaises(t *testing.T) {
	t.Parallel()
	w, _, _, asked := atDemand(t, "raise")
	w.through("2026-03-13")
	raised := w.approval(asked.ID)
	require.Equal(t, "admin", raised.Role)
	overdue := w.tasks("approval_overdue")
	require.Len(t, overdue, 1)
	require.Equal(t, "admin", overdue[0].Role)
	w.decideApproval(w.boss, raised, "approve").refused(403, "approval.role")
	w.decideApproval(w.admin, raised, "approve").refused(403, "approval.four_eyes")
	w.decideApproval(w.another("admin"), raised, "approve").ok()
	w.on("2026-03-16")
	require.Len(t, w.pump.Mail.Messages(), 2)
}

func TestADeadlineSkips(t *testing.T) {
	t.Parallel()
	w, _, inv, asked := atDemand(t, "skip")
	w.through("2026-03-13")
	require.Equal(t, "skipped", w.approval(asked.ID).State)
	require.Equal(t, "withdrawn", w.notice(asked.SubjectID).State)
	found := w.read(inv).Items[0]
	require.Equal(t, 1, found.Level, "a level that was not sent is not reached")
	require.Equal(t, "demand", found.LastStageDone)
	require.Len(t, w.pump.Mail.Messages(), 1)

	w.through("2026-04-01")
	next := w.openApprovals()
	require.Len(t, next, 1, "the ladder goes on")
	require.Equal(t, "agency", next[0].Stage)
}

func TestAHandOverIsApprovedAndEndsTheAsking(t *testing.T) {
	t.Parallel()
	w, _, inv, asked := atDemand(t, "remind")
	w.approve(asked)
	w.through("2026-04-01")
	agency := w.openApprovals()
	require.Len(t, agency, 1)
	w.decideApproval(w.admin, agency[0], "approve").refused(403, "approval.four_eyes")
	w.approve(agency[0])
	w.settle()
	require.Equal(t, "2026-04-01", w.read(inv).Items[0].HandedOverOn)
	require.Len(t, w.tasks("hand_over"), 1)
	w.through("2026-06-30")
	require.Len(t, w.pump.Mail.Messages(), 2)
	w.pay(inv, "1000.00 EUR")
	w.settle()
	require.Equal(t, "closed", w.caseOf(inv).State)
	w.noErrors()
}

func TestOneApprovalForAllOfACustomersItems(t *testing.T) {
	t.Parallel()
	w := begin(t, "2026-03-02")
	w.publish(demanding("remind"))
	w.byDefault("demanding")
	c := w.customer("debtor")
	a := w.owe(c, "A", "100.00 EUR", "2026-03-02")
	b := w.owe(c, "B", "200.00 EUR", "2026-03-02")
	d := w.owe(c, "C", "300.00 USD", "2026-03-02")
	w.through("2026-03-09")
	w.on("2026-03-10")
	asked := w.openApprovals()
	require.Len(t, asked, 2, "one for each currency")
	sums := map[int64]approval{asked[0].AmountMinor: asked[0], asked[1].AmountMinor: asked[1]}
	require.Contains(t, sums, int64(30000))
	for _, one := range asked {
		require.Equal(t, int64(30000), one.AmountMinor)
		w.approve(one)
	}
	w.on("2026-03-11")
	require.Len(t, w.sent("2026-03-11"), 3)
	require.Len(t, w.pump.Mail.Messages(), 4)
	for _, inv := range []invoice{a, b, d} {
		require.Equal(t, 2, w.level(inv))
	}
}

func TestAFactOfOneItemTouchesItsDraftAlone(t *testing.T) {
	t.Parallel()
	w := begin(t, "2026-03-02")
	w.publish(demanding("remind"))
	w.byDefault("demanding")
	c := w.customer("debtor")
	a := w.owe(c, "A", "100.00 EUR", "2026-03-02")
	w.owe(c, "B", "200.00 EUR", "2026-03-02")
	w.owe(c, "C", "300.00 USD", "2026-03-02")
	w.through("2026-03-09")
	w.on("2026-03-10")
	w.pay(a, "100.00 EUR")
	w.settle()
	var open []int64
	for _, one := range w.openApprovals() {
		open = append(open, one.AmountMinor)
	}
	require.ElementsMatch(t, []int64{20000, 30000}, open)
}

func TestWhoContestsAPartMayNotApproveTheRest(t *testing.T) {
	t.Parallel()
	w, _, inv, asked := atDemand(t, "remind")
	w.boss.post("/v1/dispute-flags", body{"item_id": inv.Items[0].ID, "amount_minor": 40000, "currency": "EUR", "reason": "pricing"}).ok()
	w.settle()
	again := w.openApprovals()
	require.Len(t, again, 1)
	require.NotEqual(t, asked.ContentHash, again[0].ContentHash)
	require.Equal(t, int64(60000), again[0].AmountMinor)
	w.decideApproval(w.boss, again[0], "approve").refused(403, "approval.four_eyes")
	w.decideApproval(w.another("supervisor"), again[0], "approve").ok()
}
