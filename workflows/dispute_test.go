package workflows_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"arrears/workflows/contract"
)

// claim plays a claim's workflow until the run is over.
func (th *theater) claim(t *testing.T, in contract.Input) {
	t.Helper()
	th.ExecuteWorkflow(contract.DeductionDispute, in)
	require.True(t, th.IsWorkflowCompleted())
	require.NoError(t, th.GetWorkflowError())
}

// A claim's life: the acknowledgement at once, a deadline in its time, the denial when people have decided, and the end when
// the money has come.
func TestAClaimIsWrittenAboutUntilItIsClosed(t *testing.T) {
	t.Parallel()
	th := stage(t)
	timers := th.countTimers()
	waits := contract.Next{Until: th.after(10 * day), AtWake: contract.MeetDeadline}
	th.answer[contract.ReviewDispute] = func(call int) (contract.Next, error) {
		switch call {
		case 0: // the decision
			return contract.Next{Now: contract.WriteToCustomer}, nil
		default: // the repayment
			return contract.Next{Closed: true}, nil
		}
	}
	th.answer[contract.WriteToCustomer] = func(call int) (contract.Next, error) {
		if call == 0 {
			return waits, nil
		}
		return contract.Next{Until: th.after(60 * day), AtWake: contract.MeetDeadline}, nil
	}
	th.says(contract.MeetDeadline, contract.Next{Until: th.after(30 * day), AtWake: contract.MeetDeadline})
	th.nudge(15 * day)
	th.nudge(40 * day)
	th.claim(t, contract.Input{Subject: uuid.New(), First: contract.WriteToCustomer})
	require.Equal(t, []string{
		contract.WriteToCustomer, contract.MeetDeadline, contract.ReviewDispute, contract.WriteToCustomer, contract.ReviewDispute,
	}, th.calls)
	require.Equal(t, []time.Duration{0, 10 * day, 15 * day, 15 * day, 40 * day}, th.at)
	require.Equal(t, 3, *timers)
}

// Writing talks to the world: it is an ordinary activity, which another worker takes over; looking is a local one.
func TestWritingIsNeverALocalActivity(t *testing.T) {
	t.Parallel()
	th := stage(t)
	var remote, local []string
	th.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		remote = append(remote, info.ActivityType.Name)
		require.Equal(t, 20*time.Second, info.HeartbeatTimeout)
	})
	th.SetOnLocalActivityStartedListener(func(info *activity.Info, _ context.Context, _ []any) { local = append(local, info.ActivityType.Name) })
	th.says(contract.ReviewDispute, contract.Next{Now: contract.WriteToCustomer})
	th.claim(t, contract.Input{Subject: uuid.New()})
	require.Equal(t, []string{contract.WriteToCustomer}, remote)
	require.Equal(t, []string{contract.ReviewDispute}, local)
}

// A mail server that is away all day parks the claim, and a nudge looks again.
func TestAMessageThatCannotBeSentParksTheClaim(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.answer[contract.WriteToCustomer] = func(int) (contract.Next, error) {
		if th.Now().Sub(th.began) < 2*day {
			return contract.Next{}, errors.New("no mail server")
		}
		return contract.Next{Closed: true}, nil
	}
	th.says(contract.ReviewDispute, contract.Next{Now: contract.WriteToCustomer})
	th.nudge(3 * day)
	th.claim(t, contract.Input{Subject: uuid.New(), First: contract.WriteToCustomer})
	require.Len(t, th.parked, 1)
	require.Equal(t, contract.KindDispute, th.parked[0].Kind)
	require.Equal(t, contract.WriteToCustomer, th.parked[0].Activity)
	require.Equal(t, 3*day, th.at[len(th.at)-1])
}

// A claim that does not exist ends its workflow.
func TestAClaimThatIsNotThereEnds(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.park = func() contract.Next { return contract.Next{Closed: true} }
	th.answer[contract.ReviewDispute] = func(int) (contract.Next, error) {
		return contract.Next{}, temporal.NewNonRetryableApplicationError("no such claim", "dispute.not_found", nil)
	}
	th.claim(t, contract.Input{Subject: uuid.New()})
	require.Equal(t, "dispute.not_found", th.parked[0].Code)
	require.Len(t, th.calls, 1)
}

// A long life goes on in another run of its own type.
func TestALongClaimGoesOnInAnotherRun(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.SetContinueAsNewSuggested(true)
	th.says(contract.ReviewDispute, contract.Next{Until: th.after(9 * day), AtWake: contract.MeetDeadline})
	in := contract.Input{Subject: uuid.New()}
	th.ExecuteWorkflow(contract.DeductionDispute, in)
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, th.GetWorkflowError(), &next)
	require.Equal(t, contract.DeductionDispute, next.WorkflowType.Name)
	var carried contract.Input
	require.NoError(t, decode(next, &carried))
	require.Equal(t, in.Subject, carried.Subject)
	require.Equal(t, contract.MeetDeadline, carried.First)
	require.True(t, carried.At.Equal(th.after(9*day)))
}
