// Package engine is the Temporal client: dialling, the codec, start and nudge, and reading histories. It is the only room
// that knows the SDK's client, and it knows no rule and no store. internal/wire and cmd import it; others see it by narrow
// interfaces.
package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"

	"arrears/workflows/contract"
)

// Options say which engine to use and how to reach it.
type Options struct {
	Address   string // host:port
	Namespace string // empty: default
	Identity  string // shown in the engine's user interface
	APIKey    string
	TLS       *tls.Config
	// Keys encrypt what the engine keeps; the first is used for new payloads. None leaves them in the clear.
	Keys []Key
	// Lazy connects at the first use instead of now.
	Lazy bool
	// Watch is told of every call; nil: nobody watches.
	Watch        *Watch
	Log          *slog.Logger
	Metrics      client.MetricsHandler
	Interceptors []interceptor.ClientInterceptor
}

// Engine starts, nudges and reads workflows. It is safe for concurrent use.
type Engine struct {
	client    client.Client
	namespace string
	converter converter.DataConverter
}

// Dial connects. Errors are those of reaching the engine or of a key that cannot be used.
func Dial(ctx context.Context, o Options) (*Engine, error) {
	options, err := o.client()
	if err != nil {
		return nil, err
	}
	var c client.Client
	if o.Lazy {
		c, err = client.NewLazyClient(options)
	} else {
		c, err = client.DialContext(ctx, options)
	}
	if err != nil {
		return nil, fmt.Errorf("the engine at %s: %w", o.Address, err)
	}
	return &Engine{client: c, namespace: options.Namespace, converter: options.DataConverter}, nil
}

func (o Options) client() (client.Options, error) {
	options := client.Options{
		HostPort: o.Address, Namespace: o.Namespace, Identity: o.Identity, MetricsHandler: o.Metrics, Interceptors: o.Interceptors,
		// Payloads are ids and instants: packing and unpacking each call cost a fifth of both sides' processor time, and saved next to
		// nothing.
		ConnectionOptions: client.ConnectionOptions{TLS: o.TLS, GrpcCompression: &client.GrpcCompressionNone{}},
		DataConverter:     converter.GetDefaultDataConverter(),
	}
	if options.Namespace == "" {
		options.Namespace = client.DefaultNamespace
	}
	if o.Watch != nil {
		options.ConnectionOptions.DialOptions = append(options.ConnectionOptions.DialOptions, o.Watch.dial())
	}
	if o.Log != nil {
		options.Logger = log.NewStructuredLogger(o.Log)
	}
	if o.APIKey != "" {
		options.Credentials = client.NewAPIKeyStaticCredentials(o.APIKey)
	}
	if len(o.Keys) > 0 {
		codec, err := newCodec(o.Keys)
		if err != nil {
			return options, err
		}
		options.DataConverter = converter.NewCodecDataConverter(options.DataConverter, codec)
		// Messages of failures are payloads too.
		options.FailureConverter = temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
			DataConverter: options.DataConverter, EncodeCommonAttributes: true,
		})
	}
	return options, nil
}

// Client is the SDK's client, for building a worker.
func (e *Engine) Client() client.Client { return e.client }

// Converter reads and writes payloads as the client does, with the keys that it was given.
func (e *Engine) Converter() converter.DataConverter { return e.converter }

// Close ends the connection.
func (e *Engine) Close() { e.client.Close() }

// Check reports whether the engine answers and has the namespace.
func (e *Engine) Check(ctx context.Context) error {
	_, err := e.client.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: e.namespace})
	return err
}

// Polled reports whether a worker asked for work within the last minute.
func (e *Engine) Polled(ctx context.Context) (bool, error) {
	found, err := e.client.DescribeTaskQueue(ctx, contract.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return false, err
	}
	for _, p := range found.GetPollers() {
		if time.Since(p.GetLastAccessTime().AsTime()) < time.Minute {
			return true, nil
		}
	}
	return false, nil
}

func options(kind string, in contract.Input) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                    contract.WorkflowID(kind, in.Subject),
		TaskQueue:             contract.TaskQueue,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}
}

// Start starts a workflow, delayed. One that runs already is left alone: it has been started for the same reason.
func (e *Engine) Start(ctx context.Context, kind string, in contract.Input, delay time.Duration) error {
	_, err := e.begin(ctx, kind, in, delay)
	return err
}

// begin starts a workflow unless it runs already.
func (e *Engine) begin(ctx context.Context, kind string, in contract.Input, delay time.Duration) (runs bool, err error) {
	o := options(kind, in)
	o.StartDelay = delay
	o.EnableEagerStart = delay == 0 // where a worker runs in this process, the answer brings it the first task
	o.WorkflowIDConflictPolicy = enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL
	o.WorkflowExecutionErrorWhenAlreadyStarted = true
	_, err = e.client.ExecuteWorkflow(ctx, o, contract.WorkflowOf(kind), in)
	var running *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &running) {
		return true, nil
	}
	return false, err
}

// Nudge tells a workflow to look again: it ends a delay, starts a missing workflow, and begins a new run of a closed one. It
// never carries a delay, which on an absent workflow would put the nudge to sleep as well. One that is to begin with more
// than a look is new as a rule: it is started without a signal, which would be an event and a look more.
func (e *Engine) Nudge(ctx context.Context, kind string, in contract.Input) error {
	if !contract.Looks(in.First) {
		if runs, err := e.begin(ctx, kind, in, 0); err != nil || !runs {
			return err
		}
	}
	o := options(kind, in)
	_, err := e.client.SignalWithStartWorkflow(ctx, o.ID, contract.Nudge, nil, o, contract.WorkflowOf(kind), in)
	return err
}

// State asks a workflow what it waits for. It fails while a delayed start has not begun.
func (e *Engine) State(ctx context.Context, kind string, in contract.Step) (contract.State, error) {
	var s contract.State
	value, err := e.client.QueryWorkflow(ctx, contract.WorkflowID(kind, in.Subject), "", contract.StateQuery)
	if err != nil {
		return s, err
	}
	return s, value.Get(&s)
}

// maxRuns bounds how many runs of one workflow are read.
const maxRuns = 100

// Run is one run of a workflow with its history.
type Run struct {
	RunID   string
	History *historypb.History
}

// Histories reads all runs of a subject's workflow that the engine still keeps, oldest first. Runs are found by the
// engine's index, which lags by up to seconds; the latest run is read in any case. ok is false when there is none.
func (e *Engine) Histories(ctx context.Context, kind string, subject contract.Step) (runs []Run, ok bool, err error) {
	id := contract.WorkflowID(kind, subject.Subject)
	listed, err := e.runs(ctx, id)
	if err != nil {
		return nil, false, err
	}
	latest, err := e.history(ctx, id, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	newest := latest.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetOriginalExecutionRunId()
	for _, run := range listed {
		if run == newest {
			continue
		}
		h, err := e.history(ctx, id, run)
		if err != nil {
			return nil, false, err
		}
		runs = append(runs, Run{RunID: run, History: h})
	}
	return append(runs, Run{RunID: newest, History: latest}), true, nil
}

// runs lists run ids, oldest first.
func (e *Engine) runs(ctx context.Context, id string) ([]string, error) {
	answer, err := e.client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: e.namespace, PageSize: maxRuns, Query: fmt.Sprintf("WorkflowId = %q", id),
	})
	if err != nil {
		return nil, err
	}
	found := answer.GetExecutions()
	ids := make([]string, len(found))
	for i, x := range found { // newest first
		ids[len(found)-1-i] = runOf(x)
	}
	return ids, nil
}

func runOf(x *workflowpb.WorkflowExecutionInfo) string { return x.GetExecution().GetRunId() }

func (e *Engine) history(ctx context.Context, id, run string) (*historypb.History, error) {
	events := e.client.GetWorkflowHistory(ctx, id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	h := &historypb.History{}
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, err
		}
		h.Events = append(h.Events, event)
	}
	if len(h.Events) == 0 {
		return nil, serviceerror.NewNotFound("the workflow has no history")
	}
	return h, nil
}
