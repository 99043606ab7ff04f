package contract_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/policy"
	"arrears/workflows/contract"
)

func TestWorkflowIDsAreReadBack(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	for _, kind := range contract.Kinds() {
		gotKind, gotID, ok := contract.ParseWorkflowID(contract.WorkflowID(kind, id))
		require.True(t, ok)
		require.Equal(t, kind, gotKind)
		require.Equal(t, id, gotID)
	}
	for _, other := range []string{"", "invoice", "invoice/x", id.String()} {
		_, _, ok := contract.ParseWorkflowID(other)
		require.False(t, ok, other)
	}
}

// Every decision names an activity of a case, and each activity is named by one.
func TestEveryDecisionHasItsActivity(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, do := range []policy.Do{policy.DoReview, policy.DoSendNotice, policy.DoAskApproval, policy.DoOpenTask, policy.DoRequestHold,
		policy.DoHandOver, policy.DoPassStage, policy.DoSettle, policy.DoDeadline, policy.DoClose} {
		activity := contract.ActivityOf(do)
		require.Contains(t, contract.CaseActivities(), activity)
		require.False(t, named[activity])
		named[activity] = true
	}
	require.Len(t, named, len(contract.CaseActivities()))
	require.Empty(t, contract.ActivityOf(policy.DoNothing))
}

// Every kind of subject has a workflow, and both kinds of collection cases have the same.
func TestEveryKindHasItsWorkflow(t *testing.T) {
	t.Parallel()
	for _, kind := range contract.Kinds() {
		require.NotEmpty(t, contract.WorkflowOf(kind), kind)
		require.Equal(t, contract.WorkflowOf(kind) == contract.InvoiceCollection, contract.CaseKind(kind), kind)
	}
	require.Empty(t, contract.WorkflowOf("other"))
	require.False(t, contract.CaseKind("other"))
}
