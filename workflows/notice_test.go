package workflows_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"arrears/workflows"
	"arrears/workflows/contract"
)

func decode(next *workflow.ContinueAsNewError, into any) error {
	return converter.GetDefaultDataConverter().FromPayloads(next.Input, into)
}

// A gathering notice is delivered when its window opens, by an ordinary activity, and ends.
func TestANoticeIsDelivered(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.says(contract.ReviewNotice, contract.Next{Until: th.after(8 * time.Hour), AtWake: contract.DeliverNotice})
	th.ExecuteWorkflow(contract.CustomerNotice, contract.Input{Subject: uuid.New()})
	require.NoError(t, th.GetWorkflowError())
	require.Equal(t, []string{contract.ReviewNotice, contract.DeliverNotice}, th.calls)
	require.Equal(t, 8*time.Hour, th.at[1])
}

// A draft waits for its decision, which nudges.
func TestADraftWaitsForItsDecision(t *testing.T) {
	t.Parallel()
	th := stage(t)
	th.says(contract.ReviewNotice, contract.Next{Now: contract.DeliverNotice})
	th.nudge(30 * time.Hour)
	th.ExecuteWorkflow(contract.CustomerNotice, contract.Input{Subject: uuid.New(), First: contract.NoticeDeadline, At: th.after(3 * day)})
	require.NoError(t, th.GetWorkflowError())
	require.Equal(t, []string{contract.ReviewNotice, contract.DeliverNotice}, th.calls)
	require.Equal(t, 30*time.Hour, th.at[0])
}

// The list of changes to the code of workflows names each once.
func TestChangesAreNamedOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, id := range workflows.Changes() {
		require.False(t, seen[id])
		seen[id] = true
	}
}
