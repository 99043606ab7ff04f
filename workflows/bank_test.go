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

	"arrears/workflows"
	"arrears/workflows/contract"
)

// counter is a stage on which the files of banks are loaded.
func counter(t *testing.T) *theater {
	t.Helper()
	th := stage(t)
	th.RegisterWorkflowWithOptions(workflows.BankStatementReconciliation, workflow.RegisterOptions{Name: contract.BankStatementReconciliation})
	for _, name := range contract.BankFileActivities() {
		th.RegisterActivityWithOptions(th.act(name), activity.RegisterOptions{Name: name})
	}
	th.says(contract.ReviewBankFile, contract.Next{Now: contract.LoadBankFile})
	return th
}

// file plays a file's workflow until the run is over.
func (th *theater) file(t *testing.T) {
	t.Helper()
	th.ExecuteWorkflow(contract.BankStatementReconciliation, contract.Input{Subject: uuid.New()})
	require.True(t, th.IsWorkflowCompleted())
	require.NoError(t, th.GetWorkflowError())
}

// A file is looked at and loaded. Loading takes its time: an ordinary activity, which another worker takes over when this one is
// silent for twenty seconds.
func TestABankFileIsLoaded(t *testing.T) {
	t.Parallel()
	th := counter(t)
	var remote, local []string
	th.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		remote = append(remote, info.ActivityType.Name)
		require.Equal(t, 20*time.Second, info.HeartbeatTimeout)
		require.Equal(t, 12*time.Hour, info.Deadline.Sub(info.StartedTime).Round(time.Minute))
	})
	th.SetOnLocalActivityStartedListener(func(info *activity.Info, _ context.Context, _ []any) { local = append(local, info.ActivityType.Name) })
	th.file(t)
	require.Equal(t, []string{contract.LoadBankFile}, remote)
	require.Equal(t, []string{contract.ReviewBankFile}, local)
}

// One of which nothing is left to do ends at once.
func TestABankFileThatIsDoneEndsAtOnce(t *testing.T) {
	t.Parallel()
	th := counter(t)
	th.says(contract.ReviewBankFile, contract.Next{Closed: true})
	th.file(t)
	require.Equal(t, []string{contract.ReviewBankFile}, th.calls)
}

// A load that fails is tried again; how far it came is in the database.
func TestALoadThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	th := counter(t)
	th.answer[contract.LoadBankFile] = func(call int) (contract.Next, error) {
		if call < 3 {
			return contract.Next{}, errors.New("the worker went away")
		}
		return contract.Next{Closed: true}, nil
	}
	th.file(t)
	require.Equal(t, []string{contract.ReviewBankFile, contract.LoadBankFile, contract.LoadBankFile, contract.LoadBankFile, contract.LoadBankFile}, th.calls)
	require.Empty(t, th.parked)
}

// What no try helps, and a day of failures, are a person's matter; a nudge looks again, and the file is gone on with.
func TestAFileThatCannotBeLoadedIsParked(t *testing.T) {
	t.Parallel()
	for code, failure := range map[string]func() error{
		"document.file_damaged": func() error {
			return temporal.NewNonRetryableApplicationError("other bytes", "document.file_damaged", nil)
		},
		"store.unavailable": func() error { return temporal.NewApplicationError("no database", "store.unavailable") },
	} {
		th := counter(t)
		mended := false
		th.answer[contract.LoadBankFile] = func(int) (contract.Next, error) {
			if !mended {
				return contract.Next{}, failure()
			}
			return contract.Next{Closed: true}, nil
		}
		var seen contract.State
		th.RegisterDelayedCallback(func() {
			value, err := th.QueryWorkflow(contract.StateQuery)
			require.NoError(t, err)
			require.NoError(t, value.Get(&seen))
		}, 2*day)
		th.RegisterDelayedCallback(func() { mended = true; th.SignalWorkflow(contract.Nudge, nil) }, 3*day)
		th.file(t)
		require.Len(t, th.parked, 1, code)
		require.Equal(t, [3]string{contract.KindBankFile, contract.LoadBankFile, code}, [3]string{th.parked[0].Kind, th.parked[0].Activity, th.parked[0].Code})
		require.True(t, seen.Parked, code)
		require.Equal(t, contract.LoadBankFile, th.calls[len(th.calls)-1])
		require.Equal(t, 3*day, th.at[len(th.at)-1])
	}
}

// An account that is confirmed while the load ends is looked at before the run is over.
func TestANudgeWhileAFileEndsIsLookedAt(t *testing.T) {
	t.Parallel()
	th := counter(t)
	th.answer[contract.LoadBankFile] = func(call int) (contract.Next, error) {
		if call == 0 {
			th.SignalWorkflow(contract.Nudge, nil)
		}
		return contract.Next{Closed: true}, nil
	}
	th.file(t)
	require.Equal(t, []string{contract.ReviewBankFile, contract.LoadBankFile, contract.ReviewBankFile, contract.LoadBankFile}, th.calls)
}

// A parked run that has grown long begins anew and goes on waiting for its nudge.
func TestALongRunOfAFileIsContinued(t *testing.T) {
	t.Parallel()
	th := counter(t)
	th.SetContinueAsNewSuggested(true)
	th.answer[contract.LoadBankFile] = func(int) (contract.Next, error) {
		return contract.Next{}, temporal.NewNonRetryableApplicationError("other bytes", "document.file_damaged", nil)
	}
	id := uuid.New()
	th.ExecuteWorkflow(contract.BankStatementReconciliation, contract.Input{Subject: id})
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, th.GetWorkflowError(), &next)
	require.Equal(t, contract.BankStatementReconciliation, next.WorkflowType.Name)
	var carried contract.Input
	require.NoError(t, decode(next, &carried))
	require.Equal(t, id, carried.Subject)
	require.True(t, carried.Idle)
}
