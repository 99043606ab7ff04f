package activities_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/casework"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit/pump"
)

// A draft that waits for approval outlives what happens to another invoice of its customer.
func TestADraftOutlivesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	assign(t, p, c, demand(policy.DeadlineRaise))
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	other := p.Invoice(c, "R2", 50_00, "2024-02-10")
	p.Through("2024-02-16")
	first := oneApproval(t, p)
	p.Pay(other, "P1", 50_00)
	p.RunUntilQuiet()
	still, err := p.App.Approval(t.Context(), pump.Boss, first.ID)
	require.NoError(t, err)
	require.Equal(t, casework.ApprovalOpen, still.State)
	approve(t, p, first)
	p.Through("2024-02-18")
	require.Equal(t, []string{"R1"}, invoices(p.SentOn("2024-02-17")))
}

// What a person decided about a draft is told on each of its invoices.
func TestATimelineTellsWhoApproved(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	untilAsked(t, p, "R1", "R2")
	reject(t, p, oneApproval(t, p), "not yet")
	p.Through("2024-03-02")
	approve(t, p, oneApproval(t, p))
	p.Pay(invoiceR1(t, p), "P1", 50_00)
	p.RunUntilQuiet()
	again := oneApproval(t, p)
	require.EqualValues(t, 150_00, again.AmountMinor, "still one draft over both")
	approve(t, p, again)
	p.Through("2024-03-04")
	told, err := p.App.Timeline(t.Context(), pump.Boss, invoiceR1(t, p).ID, portPage())
	require.NoError(t, err)
	var actions []string
	for _, e := range told.Items {
		if strings.HasPrefix(e.Action, "approval.") || e.Action == "notice.withdrawn" {
			actions = append(actions, e.Action)
		}
	}
	require.Equal(t, []string{
		"approval.requested", "approval.rejected", "approval.requested", "approval.approved", "notice.withdrawn",
		"approval.requested", "approval.approved",
	}, actions)
}

// The days of payment of a draft count from the last day of its approval; one decided so late that they have passed is not
// sent, but asked for again.
func TestADraftAsksForADayToCome(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	last := approved(remind("demand", 15), policy.DeadlineRemind)
	last.DueDays = 5
	assign(t, p, c, ladder("demand", remind("first", 5), last))
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-16")
	first := oneApproval(t, p)
	body, err := p.App.NoticeBody(t.Context(), pump.Boss, first.SubjectID)
	require.NoError(t, err)
	require.Contains(t, string(body), "27 February 2024", "asked on Friday the 16th, decided by the 20th, five business days")

	p.Through("2024-02-27")
	approve(t, p, oneApproval(t, p))
	p.Through("2024-02-28")
	require.Empty(t, p.SentOn("2024-02-28"))
	second := oneApproval(t, p)
	require.NotEqual(t, first.ID, second.ID)
	approve(t, p, second)
	p.Through("2024-03-01")
	require.Equal(t, []int{1, 2}, levels(p.Sent()))
	require.Empty(t, p.Errors)
}

// A promise that is broken makes more collectable than a waiting draft or step asks for: both are asked for again.
func TestABrokenPromiseLapsesWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c, d := p.Customer("1001"), p.Customer("1002")
	assign(t, p, c, demand(policy.DeadlineRemind))
	assign(t, p, d, ladder("agency", remind("first", 5), approved(stepStage("agency", 15, policy.HandOver), policy.DeadlineRemind)))
	for n, inv := range []receivable.Invoice{p.Invoice(c, "R1", 100_00, "2024-02-01"), p.Invoice(d, "R2", 100_00, "2024-02-01")} {
		p.Through([]string{"2024-02-12", "2024-02-13"}[n])
		_, err := p.App.MakePromise(t.Context(), pump.Boss, app.NewPromise{InvoiceID: inv.ID, AmountMinor: 60_00, Currency: "EUR", DueOn: date("2024-02-18")})
		require.NoError(t, err)
	}
	asked := func() map[string]int64 {
		amounts := map[string]int64{}
		for _, ap := range p.OpenApprovals() {
			amounts[ap.SubjectKind] = ap.AmountMinor
		}
		return amounts
	}
	p.Through("2024-02-18")
	require.Equal(t, map[string]int64{"notice": 40_00, "step": 40_00}, asked())
	p.Through("2024-02-19")
	require.Equal(t, map[string]int64{"notice": 100_00, "step": 100_00}, asked())
	require.Empty(t, p.Errors)
}
