package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"arrears/activities"
	"arrears/domain/casework"
	"arrears/port"
	"arrears/workflows/contract"
)

// fakeNight is a night's work as the test says.
type fakeNight struct {
	plan   port.NightPlan
	now    bool
	err    error
	ran    int
	nudged time.Duration
}

func (f *fakeNight) PlanNight(context.Context) (port.NightPlan, bool, error) {
	return f.plan, f.now, f.err
}

func (f *fakeNight) RunNight(context.Context, port.Workflows) error { f.ran++; return f.err }

func (f *fakeNight) NudgeNightly(_ context.Context, after time.Duration) error {
	f.nudged = after
	return nil
}

// realClock shows business time as it is.
type realClock struct{ now time.Time }

func (c realClock) Now(context.Context) (time.Time, error) { return c.now, nil }

func (c realClock) Real(_ context.Context, at time.Time) (time.Time, error) { return at, nil }

func TestANightIsWaitedForAndRun(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.March, 3, 0, 5, 0, 0, time.UTC)
	f := &fakeNight{plan: port.NightPlan{At: at}}
	n := &activities.Nightly{Night: f, Clock: realClock{at.Add(-time.Hour)}}
	next, err := n.ReviewNightly(t.Context(), contract.Step{})
	require.NoError(t, err)
	require.Equal(t, contract.Next{WakeAt: at, Until: at, AtWake: contract.RunNightly}, next)
	require.Zero(t, f.ran)

	f.now = true
	next, err = n.ReviewNightly(t.Context(), contract.Step{})
	require.NoError(t, err)
	require.Equal(t, contract.Next{Now: contract.RunNightly}, next)

	// On a clock that is faster than the work the next night is due at once; the run takes a breath all the same.
	before := time.Now()
	next, err = n.RunNightly(t.Context(), contract.Step{})
	require.NoError(t, err)
	require.Equal(t, 1, f.ran)
	require.Empty(t, next.Now)
	require.True(t, next.Until.After(before.Add(time.Second)))

	f.err = errors.New("down")
	_, err = n.RunNightly(t.Context(), contract.Step{})
	require.ErrorIs(t, err, f.err)
	_, err = n.ReviewNightly(t.Context(), contract.Step{})
	require.ErrorIs(t, err, f.err)
}

// A relay of an earlier release starts the nightly work as a collection. It ends itself and asks for the right one.
func TestAWorkflowOfTheWrongTypeStepsAside(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{contract.InvoiceCollection: true, contract.Nightly: false} {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestWorkflowEnvironment()
		env.SetTestTimeout(time.Minute)
		env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // a loaded machine is no deadlock
		f := &fakeNight{plan: port.NightPlan{At: time.Now().Add(time.Hour)}}
		n := &activities.Nightly{Night: f, Clock: realClock{time.Now()}}
		env.RegisterActivityWithOptions(n.ReviewNightly, activity.RegisterOptions{Name: contract.ReviewNightly})
		env.RegisterActivityWithOptions(n.RunNightly, activity.RegisterOptions{Name: contract.RunNightly})
		var nexts []contract.Next
		env.RegisterWorkflowWithOptions(func(ctx workflow.Context) error {
			for _, call := range []string{contract.ReviewNightly, contract.RunNightly} {
				var next contract.Next
				ctx := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
				if err := workflow.ExecuteActivity(ctx, call, contract.Step{}).Get(ctx, &next); err != nil {
					return err
				}
				nexts = append(nexts, next)
			}
			return nil
		}, workflow.RegisterOptions{Name: name})
		env.ExecuteWorkflow(name)
		require.NoError(t, env.GetWorkflowError())
		for _, next := range nexts {
			require.Equal(t, want, next.Closed, name)
		}
		require.Equal(t, want, f.nudged > 0, name)
		require.Equal(t, want, f.ran == 0, name)
	}
}

// A night that could not be done is a task, and the nights go on.
func TestAFailedNightIsATask(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	parking := &activities.Parking{Store: p.DB, Clock: realClock{p.Now()}}
	in := contract.ParkInput{Subject: contract.Installation(), Kind: contract.KindNightly, Activity: contract.RunNightly, Code: "store.unavailable"}
	for range 2 {
		next, err := parking.Park(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, contract.RunNightly, next.AtWake)
		require.Equal(t, p.Today().AddDays(1).Time(time.UTC).Add(5*time.Minute), next.WakeAt)
	}
	tasks := p.Tasks("needs_attention")
	require.Len(t, tasks, 1)
	require.Equal(t, casework.TaskOpen, tasks[0].State)
}
