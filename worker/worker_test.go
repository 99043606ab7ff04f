package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"arrears/activities"
	"arrears/domain/fault"
	"arrears/workflows/contract"
)

type names struct{ workflows, activities []string }

func (n *names) RegisterWorkflowWithOptions(_ any, o workflow.RegisterOptions) {
	n.workflows = append(n.workflows, o.Name)
}

func (n *names) RegisterActivityWithOptions(_ any, o activity.RegisterOptions) {
	n.activities = append(n.activities, o.Name)
}

// Everything that contract names is registered, and nothing else.
func TestEverythingIsRegistered(t *testing.T) {
	t.Parallel()
	var n names
	Register(&n, Activities{Collection: &activities.Collection{}, Notices: &activities.Notices{}, Disputes: &activities.Disputes{}, Parking: &activities.Parking{}, Nightly: &activities.Nightly{}, Banks: &activities.Banks{}})
	require.ElementsMatch(t, []string{contract.InvoiceCollection, contract.CustomerNotice, contract.DeductionDispute, contract.Nightly, contract.BankStatementReconciliation}, n.workflows)
	want := slices.Concat(contract.CaseActivities(), contract.NoticeActivities(), contract.DisputeActivities(), contract.NightlyActivities(), contract.BankFileActivities())
	require.ElementsMatch(t, append(want, contract.Park), n.activities)
}

func TestAWorkerIsBuilt(t *testing.T) {
	t.Parallel()
	c, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1"})
	require.NoError(t, err)
	defer c.Close()
	a := Activities{Collection: &activities.Collection{}, Notices: &activities.Notices{}, Disputes: &activities.Disputes{}, Parking: &activities.Parking{}, Nightly: &activities.Nightly{}, Banks: &activities.Banks{}}
	require.NotNil(t, New(c, a, Options{FailWorkflows: true}))
}

// The engine tries again what may pass, and no more than it must: permanent faults are said to be so, outermost.
func TestFaultsBecomeWhatTheEngineUnderstands(t *testing.T) {
	t.Parallel()
	for kind, retries := range map[fault.Kind]bool{
		fault.Invalid: false, fault.NotFound: false, fault.Forbidden: false, fault.Internal: false, fault.TooLarge: false,
		fault.Unavailable: true, fault.Conflict: true, fault.Precondition: true, fault.RateLimited: true,
	} {
		err := asApplicationError(fmt.Errorf("in a step: %w", fault.Wrap(errors.New("secret"), kind, "a.code", "safe")))
		var known *temporal.ApplicationError
		require.ErrorAs(t, err, &known)
		require.Equal(t, "a.code", known.Type())
		require.Equal(t, !retries, known.NonRetryable(), kind)
		require.NotContains(t, err.Error(), "secret")
	}
	var unknown *temporal.ApplicationError
	require.ErrorAs(t, asApplicationError(errors.New("secret")), &unknown)
	require.False(t, unknown.NonRetryable())
	require.Equal(t, fault.CodeInternal, unknown.Type())
	require.NotContains(t, unknown.Error(), "secret")
	require.ErrorIs(t, asApplicationError(context.Canceled), context.Canceled)
}
