package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/workflows/contract"
)

// Five reminders on five days, the last of which needs an approval.
const fiveReminders = `
key: five
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
review_days: 60
stages:
  - {key: r1, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: r2, moment: due + 2 days, action: notice, template: reminder-1}
  - {key: r3, moment: due + 3 days, action: notice, template: reminder-2}
  - {key: r4, moment: due + 4 days, action: notice, template: reminder-2}
  - key: r5
    moment: due + 5 days
    action: notice
    template: final-demand
    approval: {role: supervisor, deadline_days: 30, at_deadline: remind}
`

// budget is how many events the history of an invoice with five reminders, an approval and a payment may have.
const budget = 60

// The whole ladder in real histories, on a clock that shows a day in three seconds.
func TestTheHistoryOfFiveRemindersStaysInItsBudget(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Clock: house.Scaled("2026-03-02 00:00", 3*time.Second), Policy: fiveReminders})
	inv := h.Invoice(h.Customer("6001"), "H-1", 100_00, calendar.DateOf(h.Now(), time.UTC).AddDays(1))
	ap := h.AwaitApproval()
	require.Len(t, h.Mails("6001"), 4)
	h.Decide(ap, true)
	h.AwaitMails("6001", 5)
	h.Quiet()
	require.Equal(t, 5, h.Item(inv).Level)
	h.Pay(inv, 100_00)
	h.CaseState(inv, casework.CaseClosed)
	h.Laws()
	events := h.Events(contract.KindInvoice, inv.ID)
	t.Logf("%d events", events)
	require.LessOrEqual(t, events, budget)
	record(t, h, "full_ladder", contract.KindInvoice, inv.ID)
	for _, n := range h.Notices() {
		switch {
		case n.ID == ap.SubjectID:
			require.Equal(t, notice.Sent, n.State)
			record(t, h, "draft_approved", contract.KindNotice, n.ID)
		case n.Lines[0].Stage == "r1":
			record(t, h, "notice_gathered_on_a_day", contract.KindNotice, n.ID)
		}
	}
}
