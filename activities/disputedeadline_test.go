package activities_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/activities"
	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/internal/testkit/pump"
	"arrears/port"
	"arrears/workflows/contract"
)

// deadline finds the last deadline of a kind.
func deadline(t *testing.T, f app.DisputeFile, kind dispute.DeadlineKind) dispute.Deadline {
	t.Helper()
	for _, d := range slices.Backward(f.Deadlines) {
		if d.Kind == kind {
			return d
		}
	}
	t.Fatalf("no deadline of the kind %s", kind)
	return dispute.Deadline{}
}

// put sets a deadline of the case as if rules or people had.
func put(t *testing.T, p *pump.Pump, d dispute.Deadline) {
	t.Helper()
	require.NoError(t, p.DB.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		if err := tx.PutDeadlines(ctx, []dispute.Deadline{d}); err != nil {
			return err
		}
		return tx.NudgeDispute(ctx, d.DisputeID)
	}))
}

func deadlineTasks(p *pump.Pump, ending string) []casework.Task {
	return slices.DeleteFunc(p.Tasks("dispute_deadline"), func(k casework.Task) bool { return !strings.HasSuffix(k.Dedupe, ending) })
}

// A deadline is warned of once, and then lapses once: into a task for someone higher. Where we are late, the customer is told.
func TestADecisionThatIsLateIsSomeoneHighersMatter(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	decision := deadline(t, claimCase(t, p, d.ID), dispute.DeadlineDecision)
	require.False(t, decision.WarnOn.IsZero())
	p.Through(decision.WarnOn.String())
	warned := deadline(t, claimCase(t, p, d.ID), dispute.DeadlineDecision)
	require.NotNil(t, warned.WarnedAt)
	require.NotEmpty(t, deadlineTasks(p, decision.ID.String()+"/warn"))
	require.Empty(t, deadlineTasks(p, decision.ID.String()+"/lapsed"))
	p.Through(decision.DueOn.String())
	require.Empty(t, deadlineTasks(p, decision.ID.String()+"/lapsed"), "the day itself is still good")

	p.Through(decision.DueOn.AddDays(10).String())
	lapsed := deadlineTasks(p, decision.ID.String()+"/lapsed")
	require.Len(t, lapsed, 1)
	require.Equal(t, string(access.Supervisor), lapsed[0].Role)
	require.Equal(t, valid(d.ID), lapsed[0].DisputeID)
	require.Len(t, deadlineTasks(p, decision.ID.String()+"/warn"), 1)
	file := claimCase(t, p, d.ID)
	require.Equal(t, dispute.DeadlineLapsed, deadline(t, file, dispute.DeadlineDecision).State)
	require.Contains(t, told(t, p, d.ID), "delay sent")
	require.NotNil(t, file.WakeAt)
	require.True(t, file.WakeAt.After(p.Now()), "a live claim looks ahead")
	_, running := p.Running(contract.KindDispute, d.ID)
	require.True(t, running)
}

// A customer who does not answer a question in time does not stop the case.
func TestACustomerWhoDoesNotReplyIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	_, err := p.App.AskCustomer(t.Context(), pump.Admin, d.ID, app.CustomerQuestion{Note: "Which pallet?", ReplyBy: p.Today().AddDays(3)})
	require.NoError(t, err)
	require.Equal(t, dispute.AwaitingCustomer, claimCase(t, p, d.ID).State)
	p.Through(p.Today().AddDays(5).String())
	require.Equal(t, dispute.Investigating, claimCase(t, p, d.ID).State)
}

// A denial that was submitted and that nobody answers stands.
func TestAContestThatNobodyAnswersStands(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	deny(t, p, d)
	p.RunUntilQuiet()
	_, err := p.App.SubmitDispute(t.Context(), pump.Admin, d.ID, app.NewRound{Channel: "portal", PortalReference: "CASE-1", ReplyBy: p.Today().AddDays(4)})
	require.NoError(t, err)
	require.Equal(t, dispute.Contested, claimCase(t, p, d.ID).State)
	p.Through(p.Today().AddDays(6).String())
	file := claimCase(t, p, d.ID)
	require.Equal(t, dispute.AwaitingRepayment, file.State)
	require.Equal(t, "no_answer", file.Rounds[0].Answer)
	require.NotNil(t, file.Rounds[0].AnsweredAt)
	reply := deadline(t, file, dispute.DeadlineCustomerReply)
	require.Len(t, deadlineTasks(p, reply.ID.String()+"/lapsed"), 1)
}

// A decision that nobody approves goes to the next role, with a new day.
func TestAnApprovalThatIsLateIsRaised(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	prove(t, p, d)
	proposed, err := p.App.DecideDispute(t.Context(), access.Principal{ID: "ana", Name: "Ana", Role: access.Analyst}, d.ID,
		app.NewDecision{Kind: dispute.DecideValid, Reason: "shortage"})
	require.NoError(t, err)
	require.Equal(t, dispute.AwaitingApproval, proposed.State)
	first := deadline(t, proposed, dispute.DeadlineApproval)
	ap := p.OpenApprovals()[0]
	p.Through(first.DueOn.AddDays(1).String())
	raised := p.OpenApprovals()[0]
	require.Equal(t, ap.ID, raised.ID)
	require.Equal(t, ap.Reminders+1, raised.Reminders)
	require.NotEmpty(t, p.Tasks("approval_overdue"))
	again := deadline(t, claimCase(t, p, d.ID), dispute.DeadlineApproval)
	require.NotEqual(t, first.ID, again.ID)
	require.Greater(t, again.DueOn, first.DueOn)
}

// Every kind of deadline lapses into a task that says what was not done.
func TestEveryDeadlineLapsesIntoATask(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	file := claimCase(t, p, d.ID)
	for _, kind := range dispute.DeadlineKinds() {
		open := slices.ContainsFunc(file.Deadlines, func(o dispute.Deadline) bool { return o.Kind == kind && o.State == dispute.DeadlineOpen })
		if open {
			continue
		}
		put(t, p, dispute.Deadline{ID: uuid.New(), DisputeID: d.ID, Kind: kind, DueOn: p.Today().AddDays(2), State: dispute.DeadlineOpen})
	}
	p.Through(p.Today().AddDays(4).String())
	for _, o := range claimCase(t, p, d.ID).Deadlines {
		if o.DueOn >= p.Today() {
			continue
		}
		require.Equal(t, dispute.DeadlineLapsed, o.State, o.Kind)
		tasks := deadlineTasks(p, o.ID.String()+"/lapsed")
		require.Len(t, tasks, 1, o.Kind)
		require.Greater(t, len(tasks[0].Summary), len("Not met: "), o.Kind)
	}
}

// What cannot be written parks the claim in front of a person; a nudge takes it up again.
func TestAPermanentFaultParksTheClaim(t *testing.T) {
	t.Parallel()
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	mended := &atomic.Bool{}
	p := newPump(t, pump.Options{Templates: broken{templates, mended}})
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	parked := claimCase(t, p, d.ID)
	require.Equal(t, notice.CodeTemplate, parked.AttentionCode)
	require.NotNil(t, parked.WakeAt)
	tasks := p.Tasks("needs_attention")
	require.Len(t, tasks, 1)
	require.Equal(t, valid(d.ID), tasks[0].DisputeID)

	mended.Store(true)
	require.NoError(t, p.DB.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error { return tx.NudgeDispute(ctx, d.ID) }))
	p.RunUntilQuiet()
	require.Equal(t, []string{"acknowledgement sent"}, told(t, p, d.ID))
	require.Empty(t, claimCase(t, p, d.ID).AttentionCode)
}

// A claim that is not there has nothing to wait for.
func TestAClaimThatIsNotThere(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	d := &activities.Disputes{Store: p.DB, Clock: fixed{p.Now()}}
	for _, act := range []func(context.Context, contract.Step) (contract.Next, error){d.ReviewDispute, d.WriteToCustomer, d.MeetDeadline} {
		_, err := act(t.Context(), contract.Step{Subject: uuid.New()})
		require.Equal(t, "dispute.not_found", fault.CodeOf(err))
	}
	parking := &activities.Parking{Store: p.DB, Clock: fixed{p.Now()}}
	next, err := parking.Park(t.Context(), contract.ParkInput{Subject: uuid.New(), Kind: contract.KindDispute, Activity: contract.ReviewDispute})
	require.NoError(t, err)
	require.True(t, next.Closed)
}

// What was our loss is asked of the carrier though the case is closed: it is warned of, and lapses into a task, and only then is
// nothing left to do.
func TestADeadlineOutlivesItsCase(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	prove(t, p, d)
	_, err := p.App.SettleDispute(t.Context(), pump.Admin, d.ID, app.Settlement{AmountMinor: 200_00, Reason: "shortage"})
	require.NoError(t, err)
	file := claimCase(t, p, d.ID)
	require.Equal(t, dispute.Closed, file.State)
	carrier := deadline(t, file, dispute.DeadlineCarrier)
	p.RunUntilQuiet()
	require.Equal(t, carrier.WarnOn, dispute.DeadlineDay(*claimCase(t, p, d.ID).WakeAt, "UTC"), "the mail is out")
	p.Through(carrier.WarnOn.AddDays(-1).String())
	require.Contains(t, told(t, p, d.ID), "settlement sent")
	_, running := p.Running(contract.KindDispute, d.ID)
	require.True(t, running)
	require.Empty(t, deadlineTasks(p, "/warn"))
	p.Through(carrier.DueOn.String())
	warned := deadlineTasks(p, carrier.ID.String()+"/warn")
	require.Len(t, warned, 1)
	require.Equal(t, casework.TaskOpen, warned[0].State)
	p.Through(carrier.DueOn.AddDays(1).String())
	lapsed := deadlineTasks(p, "/lapsed")
	require.Len(t, lapsed, 1)
	require.Equal(t, string(access.Supervisor), lapsed[0].Role)
	file = claimCase(t, p, d.ID)
	require.Equal(t, dispute.Closed, file.State)
	require.Equal(t, dispute.DeadlineLapsed, deadline(t, file, dispute.DeadlineCarrier).State)
	_, running = p.Running(contract.KindDispute, d.ID)
	require.False(t, running)
	_, err = p.App.MeetDeadline(t.Context(), pump.Admin, d.ID, dispute.DeadlineCarrier, "Asked late.")
	require.NoError(t, err)
	requireNoTask(t, p, d.ID)
}
