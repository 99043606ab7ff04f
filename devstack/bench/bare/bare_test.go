package bare

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"arrears/devstack/mailsink"
)

// The yardstick has the shape of a case: wait, send one mail, wait again.
func TestRemindWaitsSendsAndWaits(t *testing.T) {
	t.Parallel()
	sink, err := mailsink.Start(mailsink.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = sink.Close() })
	env := environment()
	env.RegisterActivity(SendMail)
	began := env.Now()
	var timers []time.Duration
	env.SetOnTimerScheduledListener(func(_ string, d time.Duration) { timers = append(timers, d) })
	env.ExecuteWorkflow(Remind, Reminder{
		Invoice: "I1", SMTP: sink.Addr(), To: "accounts@c1.example", Amount: "100.00 EUR", At: began.Add(time.Hour), Wait: 24 * time.Hour,
	})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, []time.Duration{time.Hour, 24 * time.Hour}, timers)
	mails := sink.Messages()
	require.Len(t, mails, 1)
	require.Equal(t, []string{"accounts@c1.example"}, mails[0].To)
	require.Contains(t, string(mails[0].Raw), "100.00 EUR")
	require.Equal(t, "<I1@nordwind.example>", mails[0].MessageID)
}

func TestListenEndsByItsSignal(t *testing.T) {
	t.Parallel()
	env := environment()
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(Signal, nil) }, time.Minute)
	env.ExecuteWorkflow(Listen, Reminder{})
	require.NoError(t, env.GetWorkflowError())
}

// An update is validated: the yardstick does what a decision needs.
func TestApproveValidates(t *testing.T) {
	t.Parallel()
	env := environment()
	refused, accepted := &answer{}, &answer{}
	env.RegisterDelayedCallback(func() { env.UpdateWorkflow(Update, "1", refused, Decision{By: "boss"}) }, time.Second)
	env.RegisterDelayedCallback(func() { env.UpdateWorkflow(Update, "2", accepted, Decision{By: "boss", Hash: "ff"}) }, time.Minute)
	env.ExecuteWorkflow(Approve, Reminder{Wait: time.Hour})
	require.NoError(t, env.GetWorkflowError())
	require.ErrorContains(t, refused.refusal, errBadDecision.Error())
	require.NoError(t, accepted.refusal)
	require.Equal(t, 1, accepted.value)
}

// environment plays a workflow without a server, and without its chatter.
func environment() *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // a loaded machine is no deadlock
	return env
}

// answer takes what becomes of an update.
type answer struct {
	refusal error
	value   any
}

func (a *answer) Accept()          {}
func (a *answer) Reject(err error) { a.refusal = err }
func (a *answer) Complete(v any, err error) {
	a.value = v
	if err != nil {
		a.refusal = err
	}
}

func TestEachIsBoundedAndStopsAtAnError(t *testing.T) {
	t.Parallel()
	var running, most atomic.Int64
	require.NoError(t, Each(t.Context(), 50, 4, func(context.Context, int) error {
		now := running.Add(1)
		defer running.Add(-1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		return nil
	}))
	require.LessOrEqual(t, most.Load(), int64(4))
	failed := errors.New("it failed")
	require.ErrorIs(t, Each(t.Context(), 50, 4, func(_ context.Context, i int) error {
		if i == 3 {
			return failed
		}
		return nil
	}), failed)
}
