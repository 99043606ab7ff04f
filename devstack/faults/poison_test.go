package faults

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/e2e/house"
	"arrears/domain/casework"
	"arrears/domain/receivable"
	"arrears/workflows/contract"
)

// The poisoned invoice's own policy.
const poisonPolicy = `
key: poisoned
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
stages:
  - {key: reminder, moment: due + 1 day, action: notice, template: reminder-1}
`

// One invoice can never take its step. It waits in front of a person with a task; all others go on, those of its customer,
// too; and it goes on once it is mended.
func TestAPoisonedInvoiceHoldsUpNobody(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	p := poison(t, h, "X-1")
	const others = 20
	overdue(h, 0, others)
	c := newCrew(t, h)
	defer c.dismiss()
	c.keep("worker 0", []string{"worker"})
	c.keep("worker 1", []string{"worker"})

	h.UntilLong("all others are reminded", reminded(h, others))
	h.CaseState(p.invoice, casework.CaseNeedsAttention)
	h.Laws()
	require.Len(t, h.Tasks("needs_attention"), 1)
	require.Equal(t, p.invoice.ID, h.Tasks("needs_attention")[0].InvoiceID.UUID)
	require.Equal(t, 1, h.Count("cases", "state = 'needs_attention'"))
	require.Equal(t, "running", h.Status(contract.KindInvoice, p.invoice.ID), "it waits, it does not fail")
	require.Empty(t, h.Mails("poisoned"))

	require.NoError(t, h.App.WakeCase(t.Context(), house.Clerk, p.invoice.ID))
	h.Quiet()
	require.Equal(t, casework.CaseNeedsAttention, h.Case(p.invoice).State, "a nudge alone does not mend it")
	p.mend(t)
	h.UntilLong("it is reminded", reminded(h, others+1))
	h.Laws()
	h.Replays(6)
	require.Equal(t, casework.CaseActive, h.Case(p.invoice).State)
	require.Zero(t, h.Resent())
	tell(t, h, outcome{
		group: groupPoison, fault: "a pinned policy version that cannot be read, one invoice of 21",
		expected: "parked with one task, the others go on, goes on when mended",
	})
}

// poisoned is an invoice whose policy version cannot be read.
type poisoned struct {
	h       *house.House
	invoice receivable.Invoice
	version uuid.UUID
	body    string
}

// poison enters an overdue invoice with a policy of its own, and makes that unreadable.
func poison(t *testing.T, h *house.House, number string) *poisoned {
	t.Helper()
	inv, err := h.App.CreateInvoice(t.Context(), house.Clerk, app.NewInvoice{
		Source: "test", Number: number, CustomerID: h.Customer("poisoned").ID, Currency: "EUR", AmountMinor: 100_00,
		PolicyKey: h.Publish(poisonPolicy), InvoiceDate: h.Today().AddDays(-33), DueDate: h.Today().AddDays(-3),
	})
	require.NoError(t, err)
	p := &poisoned{h: h, invoice: inv}
	p.version = house.Value[uuid.UUID](h, `SELECT policy_version_id FROM cases WHERE id = $1`, inv.ID)
	p.body = house.Value[string](h, `SELECT body::text FROM policy_versions WHERE id = $1`, p.version)
	h.Tamper(`UPDATE policy_versions SET body = '{"key": 1}' WHERE id = $1`, p.version)
	return p
}

// mend puts the policy back and has the case look again.
func (p *poisoned) mend(t *testing.T) {
	t.Helper()
	p.h.Tamper(`UPDATE policy_versions SET body = $2::jsonb WHERE id = $1`, p.version, p.body)
	require.NoError(t, p.h.App.WakeCase(t.Context(), house.Clerk, p.invoice.ID))
}
