package workflows_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"arrears/workflows"
	"arrears/workflows/contract"
)

// theater plays a workflow with activities whose answers the test writes.
type theater struct {
	*testsuite.TestWorkflowEnvironment
	began  time.Time
	mu     sync.Mutex
	calls  []string
	at     []time.Duration // since the beginning
	answer map[string]func(call int) (contract.Next, error)
	parked []contract.ParkInput
	park   func() contract.Next // what parking answers; nil: wait for a nudge
}

func stage(t *testing.T) *theater {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	th := &theater{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), answer: map[string]func(int) (contract.Next, error){}}
	th.SetTestTimeout(time.Minute)
	th.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // a loaded machine is no deadlock
	th.began = th.Now()
	th.RegisterWorkflowWithOptions(workflows.InvoiceCollection, workflow.RegisterOptions{Name: contract.InvoiceCollection})
	th.RegisterWorkflowWithOptions(workflows.CustomerNotice, workflow.RegisterOptions{Name: contract.CustomerNotice})
	th.RegisterWorkflowWithOptions(workflows.DeductionDispute, workflow.RegisterOptions{Name: contract.DeductionDispute})
	th.RegisterWorkflowWithOptions(workflows.Nightly, workflow.RegisterOptions{Name: contract.Nightly})
	all := slices.Concat(contract.CaseActivities(), contract.NoticeActivities(), contract.DisputeActivities(), contract.NightlyActivities())
	for _, name := range all {
		th.RegisterActivityWithOptions(th.act(name), activity.RegisterOptions{Name: name})
	}
	th.RegisterActivityWithOptions(func(_ context.Context, in contract.ParkInput) (contract.Next, error) {
		th.mu.Lock()
		defer th.mu.Unlock()
		th.parked = append(th.parked, in)
		if th.park != nil {
			return th.park(), nil
		}
		return contract.Next{}, nil
	}, activity.RegisterOptions{Name: contract.Park})
	return th
}

func (th *theater) act(name string) func(context.Context, contract.Step) (contract.Next, error) {
	return func(context.Context, contract.Step) (contract.Next, error) {
		th.mu.Lock()
		defer th.mu.Unlock()
		calls := 0
		for _, c := range th.calls {
			if c == name {
				calls++
			}
		}
		th.calls = append(th.calls, name)
		th.at = append(th.at, th.Now().Sub(th.began).Round(time.Second))
		if fn := th.answer[name]; fn != nil {
			return fn(calls)
		}
		return contract.Next{Closed: true}, nil
	}
}

// says answers every call of an activity alike.
func (th *theater) says(name string, next contract.Next) {
	th.answer[name] = func(int) (contract.Next, error) { return next, nil }
}

// after is a moment since the beginning.
func (th *theater) after(d time.Duration) time.Time { return th.began.Add(d) }

func (th *theater) nudge(after time.Duration) {
	th.RegisterDelayedCallback(func() { th.SignalWorkflow(contract.Nudge, nil) }, after)
}

func (th *theater) play(t *testing.T, in contract.Input) {
	t.Helper()
	th.ExecuteWorkflow(contract.InvoiceCollection, in)
	require.True(t, th.IsWorkflowCompleted())
	require.NoError(t, th.GetWorkflowError())
}

const day = 24 * time.Hour

// The first decision travels in the start: the activity it named is called at once.
func TestTheFirstActivityIsWhatTheStartNames(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.SendNotice})
	require.Equal(t, []string{contract.SendNotice}, th.calls)
}

// A start that names nothing looks first.
func TestAStartWithoutAFirstLooks(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.play(t, contract.Input{Subject: uuid.New()})
	require.Equal(t, []string{contract.Review}, th.calls)
}

// Each result names the next activity, at once or at its moment.
func TestResultsNameWhatComesNext(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.says(contract.Review, contract.Next{Now: contract.PassStage})
	th.says(contract.PassStage, contract.Next{Until: th.after(5 * day), AtWake: contract.SendNotice})
	th.says(contract.SendNotice, contract.Next{Until: th.after(20 * day), AtWake: contract.AskApproval})
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.Review})
	require.Equal(t, []string{contract.Review, contract.PassStage, contract.SendNotice, contract.AskApproval}, th.calls)
	require.Equal(t, []time.Duration{0, 0, 5 * day, 20 * day}, th.at)
}

// A run that begins before its moment waits for it.
func TestARunWaitsForItsMoment(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.SendNotice, At: th.after(3 * day)})
	require.Equal(t, []string{contract.SendNotice}, th.calls)
	require.Equal(t, []time.Duration{3 * day}, th.at)
}

// On a stepped clock only a nudge ends a wait.
func TestAnIdleRunWaitsForANudge(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.nudge(2 * day)
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.SendNotice, Idle: true})
	require.Equal(t, []string{contract.Review}, th.calls)
	require.Equal(t, []time.Duration{2 * day}, th.at)
}

// A nudge looks at once; several that came during a step are one look.
func TestANudgeLooksAtOnce(t *testing.T) {
	t.Parallel()
	th := stage(t)
	waits := contract.Next{Until: th.after(30 * day), AtWake: contract.CloseCase}
	th.says(contract.SendNotice, waits)
	th.answer[contract.Review] = func(call int) (contract.Next, error) {
		if call == 0 {
			for range 3 {
				th.SignalWorkflow(contract.Nudge, nil)
			}
		}
		return waits, nil
	}
	th.nudge(4 * day)
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.SendNotice})
	require.Equal(t, []string{contract.SendNotice, contract.Review, contract.Review, contract.CloseCase}, th.calls)
	require.Equal(t, []time.Duration{0, 4 * day, 4 * day, 30 * day}, th.at)
}

// A nudge before a delayed run's moment is looked at without arming a timer first.
func TestANudgeEndsADelay(t *testing.T) {
	t.Parallel()
	th := stage(t)
	timers := th.countTimers()
	th.RegisterDelayedCallback(func() { th.SignalWorkflow(contract.Nudge, nil) }, 0)
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.SendNotice, At: th.after(30 * day)})
	require.Equal(t, []string{contract.Review}, th.calls)
	require.Zero(t, *timers)
}

func (th *theater) countTimers() *int {
	count := 0
	th.SetOnTimerScheduledListener(func(string, time.Duration) { count++ })
	return &count
}

// The one timer is set anew only when its moment has changed.
func TestTheTimerIsSetAnewOnlyWhenItsMomentChanged(t *testing.T) {
	t.Parallel()
	th := stage(t)
	timers, cancelled := th.countTimers(), 0
	th.SetOnTimerCanceledListener(func(string) { cancelled++ })
	same := contract.Next{Until: th.after(30 * day), AtWake: contract.SendNotice}
	th.says(contract.SendNotice, same)
	th.answer[contract.Review] = func(call int) (contract.Next, error) {
		if call < 2 {
			return same, nil
		}
		return contract.Next{Until: th.after(40 * day), AtWake: contract.CloseCase}, nil
	}
	for n := 1; n <= 3; n++ {
		th.nudge(time.Duration(n) * day)
	}
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.SendNotice})
	require.Equal(t, []string{contract.SendNotice, contract.Review, contract.Review, contract.Review, contract.CloseCase}, th.calls)
	require.Equal(t, 40*day, th.at[4])
	require.Equal(t, 2, *timers)
	require.Equal(t, 1, cancelled)
}

// A nudge that comes while the last step closes the case is looked at before the run ends.
func TestANudgeWhileClosingIsLookedAt(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.answer[contract.CloseCase] = func(int) (contract.Next, error) {
		th.SignalWorkflow(contract.Nudge, nil)
		return contract.Next{Closed: true}, nil
	}
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.CloseCase})
	require.Equal(t, []string{contract.CloseCase, contract.Review}, th.calls)
}

// A step that fails a few times in the task goes on as an ordinary activity.
func TestAFailingStepGoesOnAsAnOrdinaryActivity(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.answer[contract.Review] = func(call int) (contract.Next, error) {
		if call < 5 {
			return contract.Next{}, errors.New("no database")
		}
		return contract.Next{Closed: true}, nil
	}
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.Review})
	require.Len(t, th.calls, 6)
	require.Empty(t, th.parked)
}

// A permanent fault parks at once; a nudge takes the case up again.
func TestAPermanentFaultParks(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.answer[contract.AskApproval] = func(int) (contract.Next, error) {
		return contract.Next{}, temporal.NewNonRetryableApplicationError("broken", "notice.template", nil)
	}
	th.nudge(9 * day)
	id := uuid.New()
	var seen contract.State
	th.RegisterDelayedCallback(func() {
		value, err := th.QueryWorkflow(contract.StateQuery)
		require.NoError(t, err)
		require.NoError(t, value.Get(&seen))
	}, day)
	th.play(t, contract.Input{Subject: id, First: contract.AskApproval})
	require.Equal(t, []contract.ParkInput{{Subject: id, Kind: contract.KindInvoice, Activity: contract.AskApproval, Code: "notice.template"}}, th.parked)
	require.Equal(t, []string{contract.AskApproval, contract.Review}, th.calls)
	require.Equal(t, contract.State{Subject: id, Parked: true}, seen)
}

// A day of failures parks too.
func TestADayOfFailuresParks(t *testing.T) {
	t.Parallel()
	th := stage(t)
	failing := true
	th.answer[contract.Review] = func(int) (contract.Next, error) {
		if failing {
			return contract.Next{}, temporal.NewApplicationError("no database", "store.unavailable")
		}
		return contract.Next{Closed: true}, nil
	}
	th.RegisterDelayedCallback(func() { failing = false; th.SignalWorkflow(contract.Nudge, nil) }, 3*day)
	th.play(t, contract.Input{Subject: uuid.New(), First: contract.Review})
	require.Len(t, th.parked, 1)
	require.Equal(t, 3*day, th.at[len(th.at)-1])
}

// The state query says what a run waits for.
func TestTheStateIsShown(t *testing.T) {
	t.Parallel()
	th := stage(t)
	id := uuid.New()
	th.says(contract.Review, contract.Next{Until: th.after(10 * day), AtWake: contract.CloseCase, Seq: 7})
	var seen contract.State
	th.RegisterDelayedCallback(func() {
		value, err := th.QueryWorkflow(contract.StateQuery)
		require.NoError(t, err)
		require.NoError(t, value.Get(&seen))
	}, day)
	th.play(t, contract.Input{Subject: id, First: contract.Review})
	require.True(t, seen.Until.Equal(th.after(10*day)))
	require.Equal(t, contract.CloseCase, seen.AtWake)
	require.Equal(t, 7, seen.Seq)
}

// At the server's suggestion the next run takes over what this one waits for.
func TestALongRunIsContinued(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.SetContinueAsNewSuggested(true)
	id := uuid.New()
	th.says(contract.Review, contract.Next{Until: th.after(10 * day), AtWake: contract.SendNotice})
	in := continued(t, th, contract.Input{Subject: id, First: contract.Review})
	require.Equal(t, id, in.Subject)
	require.Equal(t, contract.SendNotice, in.First)
	require.True(t, in.At.Equal(th.after(10*day)))
	require.False(t, in.Idle)
}

// A nudge that waits then is carried as a look at once.
func TestANudgeIsCarriedIntoTheNextRun(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.SetContinueAsNewSuggested(true)
	th.answer[contract.Review] = func(int) (contract.Next, error) {
		th.SignalWorkflow(contract.Nudge, nil)
		return contract.Next{Until: th.after(10 * day), AtWake: contract.SendNotice}, nil
	}
	in := continued(t, th, contract.Input{Subject: uuid.New(), First: contract.Review})
	require.Equal(t, contract.Review, in.First)
	require.True(t, in.At.IsZero())
}

// continued plays until the run is continued as new and returns the next run's input.
func continued(t *testing.T, th *theater, in contract.Input) contract.Input {
	t.Helper()
	th.ExecuteWorkflow(contract.InvoiceCollection, in)
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, th.GetWorkflowError(), &next)
	require.Equal(t, contract.InvoiceCollection, next.WorkflowType.Name)
	var carried contract.Input
	require.NoError(t, decode(next, &carried))
	return carried
}
