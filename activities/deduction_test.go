package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"arrears/activities"
	"arrears/app"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit/pump"
	"arrears/port"
	"arrears/workflows/contract"
)

// The whole repayment ladder of a denied deduction: two demands, a final one and a hand-over that a supervisor approves, and a
// task between them. None of it belongs to the invoice's own case.
func TestTheWholeRepaymentLadder(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv, d := withheld(t, p)
	p.RunUntilQuiet()
	d = deny(t, p, d)
	item := deductionOf(t, p, inv)
	p.Through(d.PayableBy.AddDays(32).String())
	final := oneApproval(t, p)
	require.Equal(t, "notice", final.SubjectKind)
	require.EqualValues(t, 200_00, final.AmountMinor)
	require.Contains(t, final.Proposers, pump.Admin.ID, "whoever denied the claim does not approve its demand")
	approve(t, p, final)
	p.Through(d.PayableBy.AddDays(61).String())
	var stages []string
	for _, l := range p.Sent() {
		require.Equal(t, "R1", l.Invoice)
		stages = append(stages, l.Stage)
	}
	require.Equal(t, []string{"reminder", "repayment-1", "repayment-2"}, stages)
	require.Contains(t, mails(p)[len(mails(p))-1], "Final demand for denied deductions")
	require.Len(t, p.Tasks(policy.TaskStage), 1)
	task := p.Tasks(policy.TaskStage)[0]
	require.Equal(t, valid(inv.ID), task.InvoiceID)
	require.Equal(t, valid(item.ID), task.ItemID)
	over := oneApproval(t, p)
	require.Equal(t, "step", over.SubjectKind)
	require.Equal(t, valid(item.ID), over.CaseID)
	approve(t, p, over)
	p.Through(d.PayableBy.AddDays(80).String())
	require.Equal(t, casework.CaseClosed, p.Case(inv.ID).State)
	require.Equal(t, casework.CaseActive, p.Case(item.ID).State)
	require.False(t, deductionOf(t, p, inv).HandedOverOn.IsZero())
}

// An appeal takes the deduction out of its ladder; a denial of the appeal lets it go on where it stood.
func TestAnAppealTakesTheDeductionOutOfItsLadder(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv, d := withheld(t, p)
	p.RunUntilQuiet()
	d = deny(t, p, d)
	p.Through(d.PayableBy.AddDays(5).String())
	require.Len(t, p.Sent(), 1)
	item := deductionOf(t, p, inv)
	_, err := p.App.AppealDispute(t.Context(), pump.Boss, d.ID, app.Appeal{AmountMinor: 200_00, Reason: "new papers"})
	require.NoError(t, err)
	p.Through(p.Today().AddDays(30).String())
	require.Len(t, p.Sent(), 1, "in dispute again, nobody is asked")
	require.EqualValues(t, 200_00, deductionOf(t, p, inv).DisputedMinor)
	require.Equal(t, casework.CaseActive, p.Case(item.ID).State, "it is open, and looked after")

	other := pump.Boss
	other.Role = pump.Admin.Role
	proof := prove(t, p, d)
	again, err := p.App.DecideDispute(t.Context(), other, d.ID, app.NewDecision{Kind: dispute.DecideInvalid, Reason: "shortage", Evidence: []uuid.UUID{proof}})
	require.NoError(t, err)
	p.Through(again.PayableBy.AddDays(20).String())
	require.Len(t, p.Sent(), 2)
	require.Equal(t, "repayment-1", p.Sent()[1].Stage)
}

// Reminders of an invoice and the demand for a deduction of the same customer that are due on one day go out in one message.
func TestADemandJoinsTheOtherReminders(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv, d := withheld(t, p)
	p.RunUntilQuiet()
	d = deny(t, p, d)
	on := d.PayableBy.AddDays(3)
	c, err := p.App.Customer(t.Context(), pump.Admin, inv.CustomerID)
	require.NoError(t, err)
	p.Invoice(c, "R2", 70_00, on.AddDays(-5).String())
	p.Through(on.AddDays(4).String())
	var together []notice.Notice
	for _, n := range p.Notices() {
		if len(n.Lines) == 2 {
			together = append(together, n)
		}
	}
	require.Len(t, together, 1)
	require.Equal(t, notice.Sent, together[0].State)
	require.EqualValues(t, 270_00, together[0].AskedMinor)
}

// A block on the deduction's invoice holds the deduction, too; a person wakes and restarts its case like any other.
func TestADeductionIsHeldWokenAndRestarted(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv, d := withheld(t, p)
	p.RunUntilQuiet()
	d = deny(t, p, d)
	item := deductionOf(t, p, inv)
	_, err := p.App.SetBlock(t.Context(), pump.Boss, app.NewBlock{InvoiceID: valid(inv.ID), Reason: receivable.BlockGoodwill, Until: d.PayableBy.AddDays(15)})
	require.NoError(t, err)
	p.Through(d.PayableBy.AddDays(15).String())
	require.Empty(t, p.Sent())
	p.Through(d.PayableBy.AddDays(20).String())
	require.Len(t, p.Sent(), 1)
	require.NoError(t, p.App.WakeCase(t.Context(), pump.Boss, item.ID))
	require.NoError(t, p.App.RestartCase(t.Context(), pump.Admin, item.ID))
	p.Through(p.Today().AddDays(5).String())
	require.Equal(t, 2, deductionOf(t, p, inv).Cycle)
	p.Read(func(ctx context.Context, tx port.Tx) error {
		entries, err := tx.ListAudit(ctx, port.AuditFilter{SubjectID: valid(item.ID)}, port.Page{})
		seen := map[string]bool{}
		for _, e := range entries.Items {
			require.Equal(t, "deduction", e.SubjectKind)
			require.Equal(t, inv.ID.String(), e.InvoiceID)
			seen[e.Action] = true
		}
		for _, action := range []string{"case.armed", "case.woken", "case.restarted"} {
			require.True(t, seen[action], action)
		}
		return err
	})
}

// A relay of an earlier release starts a claim's work as a collection. It ends itself and asks for the right one.
func TestAClaimUnderAnotherTypeStepsAside(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	acts := &activities.Disputes{Store: p.DB, Clock: fixed{p.Now()}}
	for name, want := range map[string]bool{contract.InvoiceCollection: true, contract.DeductionDispute: false} {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestWorkflowEnvironment()
		env.SetTestTimeout(time.Minute)
		env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // a loaded machine is no deadlock
		calls := map[string]any{contract.ReviewDispute: acts.ReviewDispute, contract.WriteToCustomer: acts.WriteToCustomer, contract.MeetDeadline: acts.MeetDeadline}
		for call, fn := range calls {
			env.RegisterActivityWithOptions(fn, activity.RegisterOptions{Name: call})
		}
		var nexts []contract.Next
		env.RegisterWorkflowWithOptions(func(ctx workflow.Context) error {
			for _, call := range contract.DisputeActivities() {
				var next contract.Next
				ctx := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
				if err := workflow.ExecuteActivity(ctx, call, contract.Step{Subject: d.ID}).Get(ctx, &next); err != nil {
					return err
				}
				nexts = append(nexts, next)
			}
			return nil
		}, workflow.RegisterOptions{Name: name})
		env.ExecuteWorkflow(name)
		require.NoError(t, env.GetWorkflowError())
		require.Len(t, nexts, 3)
		for _, next := range nexts {
			require.Equal(t, want, next.Closed, name)
		}
	}
}
