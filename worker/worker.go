// Package worker builds the Temporal worker: which workflows and activities it knows, its bounds, and how faults become
// what the engine retries or not. Production, tests and replay build it here. internal/wire and tests import it.
package worker

import (
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"arrears/activities"
	"arrears/workflows"
	"arrears/workflows/contract"
)

// Options are the worker's bounds. The zero value is usable.
type Options struct {
	// StickyTimeout is how long a workflow task waits for the worker that has the workflow in memory. Longer loses fewer of
	// them in a wave; shorter finds a dead worker sooner. 0 is ten seconds.
	StickyTimeout time.Duration
	// CacheSize is how many workflows stay in memory, about 90 KiB each. 0 is 2,000. It counts for the whole process and
	// only before its first worker.
	CacheSize int
	// Activities and Workflows bound what runs at once; 0 is 50 and 50.
	Activities, Workflows int
	Identity              string
	// Deployment opts into worker versioning; the zero value does without.
	Deployment sdk.DeploymentOptions
	// FailWorkflows makes a non-deterministic workflow fail instead of blocking until someone looks: for tests.
	FailWorkflows bool
	Log           *slog.Logger
	Meter         Meter
	Interceptors  []interceptor.WorkerInterceptor
}

// Meter is told how activities end; code is empty for success. It returns quickly.
type Meter interface {
	Activity(name, code string, took time.Duration)
}

// The defaults of the bounds.
const (
	defaultSticky    = 10 * time.Second
	defaultCache     = 2000
	defaultWorkflows = 50
	defaultActivity  = 50
	stopTimeout      = 20 * time.Second // what is being sent gets that long to end
)

// Activities are the structs whose methods are registered.
type Activities struct {
	Collection *activities.Collection
	Notices    *activities.Notices
	Disputes   *activities.Disputes
	Parking    *activities.Parking
	Nightly    *activities.Nightly
	Banks      *activities.Banks
}

// cacheOnce sets the process-wide cache before its first worker.
var cacheOnce sync.Once

// New builds a worker. The caller starts and stops it.
func New(c client.Client, a Activities, o Options) sdk.Worker {
	cacheOnce.Do(func() { sdk.SetStickyWorkflowCacheSize(orDefault(o.CacheSize, defaultCache)) })
	w := sdk.New(c, contract.TaskQueue, sdk.Options{
		Identity:                                o.Identity,
		WorkflowTaskPollerBehavior:              pollers,
		StickyScheduleToStartTimeout:            orDefault(o.StickyTimeout, defaultSticky),
		MaxConcurrentWorkflowTaskExecutionSize:  orDefault(o.Workflows, defaultWorkflows),
		MaxConcurrentActivityExecutionSize:      orDefault(o.Activities, defaultActivity),
		MaxConcurrentLocalActivityExecutionSize: orDefault(o.Activities, defaultActivity),
		WorkerStopTimeout:                       stopTimeout,
		DeploymentOptions:                       o.Deployment,
		WorkflowPanicPolicy:                     panicPolicy(o.FailWorkflows),
		Interceptors:                            append(o.Interceptors, &faults{log: o.Log, meter: o.Meter}),
	})
	Register(w, a)
	return w
}

// pollers ask for workflow tasks. Those of a fixed number choose between the workflows in memory and the others by a hint that
// may be old: after a wave all of them may wait for the former, up to a minute, while new ones wait for them. Scaling
// ones are apart for each.
var pollers = sdk.NewPollerBehaviorAutoscaling(sdk.PollerBehaviorAutoscalingOptions{
	InitialNumberOfPollers: 2, MinimumNumberOfPollers: 2, MaximumNumberOfPollers: 10,
})

func panicPolicy(fail bool) sdk.WorkflowPanicPolicy {
	if fail {
		return sdk.FailWorkflow
	}
	return sdk.BlockWorkflow
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

// Registry is what workflows and activities are registered with: a worker, a test environment or a replayer.
type Registry interface {
	RegisterWorkflowWithOptions(w any, o workflow.RegisterOptions)
	RegisterActivityWithOptions(a any, o activity.RegisterOptions)
}

// Register registers everything under the names of contract.
func Register(r Registry, a Activities) {
	RegisterWorkflows(r)
	for name, fn := range a.named() {
		r.RegisterActivityWithOptions(fn, activity.RegisterOptions{Name: name})
	}
}

// RegisterWorkflows registers the workflows alone: a replayer knows no activity.
func RegisterWorkflows(r interface {
	RegisterWorkflowWithOptions(w any, o workflow.RegisterOptions)
}) {
	r.RegisterWorkflowWithOptions(workflows.InvoiceCollection, workflow.RegisterOptions{Name: contract.InvoiceCollection})
	r.RegisterWorkflowWithOptions(workflows.CustomerNotice, workflow.RegisterOptions{Name: contract.CustomerNotice})
	r.RegisterWorkflowWithOptions(workflows.DeductionDispute, workflow.RegisterOptions{Name: contract.DeductionDispute})
	r.RegisterWorkflowWithOptions(workflows.BankStatementReconciliation, workflow.RegisterOptions{Name: contract.BankStatementReconciliation})
	r.RegisterWorkflowWithOptions(workflows.Nightly, workflow.RegisterOptions{Name: contract.Nightly})
}

// named are the activities by name.
func (a Activities) named() map[string]any {
	return map[string]any{
		contract.Review:           a.Collection.Review,
		contract.SendNotice:       a.Collection.SendNotice,
		contract.AskApproval:      a.Collection.AskApproval,
		contract.OpenTask:         a.Collection.OpenTask,
		contract.RequestHold:      a.Collection.RequestHold,
		contract.HandOver:         a.Collection.HandOver,
		contract.PassStage:        a.Collection.PassStage,
		contract.SettlePromise:    a.Collection.SettlePromise,
		contract.ApprovalDeadline: a.Collection.ApprovalDeadline,
		contract.CloseCase:        a.Collection.CloseCase,
		contract.ReviewNotice:     a.Notices.ReviewNotice,
		contract.DeliverNotice:    a.Notices.DeliverNotice,
		contract.NoticeDeadline:   a.Notices.NoticeDeadline,
		contract.ReviewDispute:    a.Disputes.ReviewDispute,
		contract.WriteToCustomer:  a.Disputes.WriteToCustomer,
		contract.MeetDeadline:     a.Disputes.MeetDeadline,
		contract.Park:             a.Parking.Park,
		contract.ReviewNightly:    a.Nightly.ReviewNightly,
		contract.RunNightly:       a.Nightly.RunNightly,
		contract.ReviewBankFile:   a.Banks.ReviewBankFile,
		contract.LoadBankFile:     a.Banks.LoadBankFile,
	}
}
