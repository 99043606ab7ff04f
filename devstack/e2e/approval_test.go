package e2e

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/e2e/house"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/workflows/contract"
)

// A demand that a supervisor approves, from the first day on, at any hour.
const askFirst = `
key: ask-first
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
review_days: 10
stages:
  - key: demand
    moment: due + 1 day
    action: notice
    template: final-demand
    approval: {role: supervisor, deadline_days: 3, at_deadline: raise}
`

// An approval is bound to what was seen: money that comes meanwhile makes it lapse, and what remains is asked for anew.
func TestAnApprovalLapsesWhenFactsChange(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Clock: house.Stepped("2026-03-02 09:00"), Policy: askFirst})
	inv := h.Invoice(h.Customer("4001"), "P-1", 900_00, calendar.MustDate("2026-02-27"))
	h.Quiet()
	seen := h.AwaitApproval()
	h.Pay(inv, 400_00)
	h.Quiet()

	_, err := h.App.DecideApproval(t.Context(), house.Boss, app.DecideApproval{
		ID: seen.ID, Approve: true, ContentHash: hex.EncodeToString(seen.ContentHash[:]),
	})
	require.Equal(t, app.CodeApprovalNotOpen, fault.CodeOf(err))
	again := h.AwaitApproval()
	require.EqualValues(t, 500_00, again.AmountMinor)
	require.NotEqual(t, seen.ContentHash, again.ContentHash)
	h.Decide(again, true)
	h.Quiet()
	mails := h.Mails("4001")
	require.Len(t, mails, 1)
	require.Contains(t, mails[0].Text, "500.00")
	requireFrozen(t, h, again.SubjectID, mails[0])
	requireInOrder(t, h.Actions(inv), "approval.requested", "approval.lapsed", "approval.requested", "approval.approved", "line.sent")
	require.Equal(t, 1, h.Count("audit_entries", "action = 'approval.refused'"), "the vain decision is in the record")
	h.Laws()
}

// A rejected draft goes back to the collector, and the case asks again after its review days. A draft that nobody decides
// is raised to the next role.
func TestADraftIsRejectedAndAnotherRaised(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Clock: house.Stepped("2026-03-02 09:00"), Policy: askFirst})
	inv := h.Invoice(h.Customer("4101"), "J-1", 900_00, calendar.MustDate("2026-02-27"))
	h.Quiet()
	h.Decide(h.AwaitApproval(), false)
	h.Advance("2026-03-11 12:00")
	require.Empty(t, h.OpenApprovals())
	record(t, h, "draft_rejected", contract.KindNotice, h.Notices()[0].ID)
	require.Len(t, h.Tasks("approval_rejected"), 1)
	require.Equal(t, casework.CaseActive, h.Case(inv).State)

	h.Advance("2026-03-12 12:00")
	again := h.AwaitApproval()
	require.Equal(t, "supervisor", again.Role)
	h.Advance("2026-03-18 12:00")
	raised := h.AwaitApproval()
	require.Equal(t, again.ID, raised.ID)
	require.Equal(t, "admin", raised.Role)
	require.Len(t, h.Tasks("approval_overdue"), 1)
	_, err := h.App.DecideApproval(t.Context(), house.Boss, app.DecideApproval{
		ID: raised.ID, Approve: true, ContentHash: hex.EncodeToString(raised.ContentHash[:]),
	})
	require.Equal(t, app.CodeApprovalRole, fault.CodeOf(err))
	require.Empty(t, h.Mails("4101"))
	h.Laws()
}
