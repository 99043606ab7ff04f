package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commandpb "go.temporal.io/api/command/v1"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"
)

// wire plays an engine's side of the calls that a watch sees.
type wire struct {
	w     *Watch
	tasks int
}

func (x *wire) call(req, reply any, fail error) {
	_ = x.w.intercept(context.Background(), "", req, reply, nil, func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error {
		return fail
	})
}

func (x *wire) start(id, run string) {
	x.call(&workflowservice.StartWorkflowExecutionRequest{WorkflowId: id}, &workflowservice.StartWorkflowExecutionResponse{RunId: run}, nil)
}

func (x *wire) signal(id, run string) {
	x.call(&workflowservice.SignalWithStartWorkflowExecutionRequest{WorkflowId: id}, &workflowservice.SignalWithStartWorkflowExecutionResponse{RunId: run}, nil)
}

func (x *wire) poll(id, run string, events ...*historypb.HistoryEvent) (token []byte) {
	x.tasks++
	token = fmt.Appendf(nil, "task %d", x.tasks)
	x.call(&workflowservice.PollWorkflowTaskQueueRequest{}, &workflowservice.PollWorkflowTaskQueueResponse{
		TaskToken: token, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: run}, History: &historypb.History{Events: events},
	}, nil)
	return token
}

func (x *wire) complete(token []byte, commands ...enumspb.CommandType) {
	list := make([]*commandpb.Command, len(commands))
	for i, c := range commands {
		list[i] = &commandpb.Command{CommandType: c}
	}
	x.call(&workflowservice.RespondWorkflowTaskCompletedRequest{TaskToken: token, Commands: list}, &workflowservice.RespondWorkflowTaskCompletedResponse{}, nil)
}

func event(id int64, kind enumspb.EventType) *historypb.HistoryEvent {
	return &historypb.HistoryEvent{EventId: id, EventType: kind}
}

func (x *wire) quiet() bool {
	x.w.mu.Lock()
	defer x.w.mu.Unlock()
	return x.w.quiet()
}

const (
	signalled = enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
	ended     = enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
	schedule  = enumspb.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK
	finish    = enumspb.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION
)

// A start is done when its first task is.
func TestAStartIsUnderWayUntilItsTaskIsCompleted(t *testing.T) {
	t.Parallel()
	x := &wire{w: NewWatch()}
	require.True(t, x.quiet())
	x.start("a", "1")
	require.False(t, x.quiet())
	token := x.poll("a", "1")
	require.False(t, x.quiet())
	x.complete(token)
	require.True(t, x.quiet())
	runs, busy := x.w.Seen()
	require.Equal(t, []int{1, 0}, []int{runs, busy})
}

// The first task may come back with the start's own answer.
func TestAnEagerTaskCounts(t *testing.T) {
	t.Parallel()
	x := &wire{w: NewWatch()}
	x.call(&workflowservice.StartWorkflowExecutionRequest{WorkflowId: "a"}, &workflowservice.StartWorkflowExecutionResponse{
		RunId: "1", EagerWorkflowTask: &workflowservice.PollWorkflowTaskQueueResponse{
			TaskToken: []byte("eager"), WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: "a", RunId: "1"},
		},
	}, nil)
	require.False(t, x.quiet())
	x.complete([]byte("eager"))
	require.True(t, x.quiet())
}

// A signal that comes while a task is under way is not in that task: another one follows.
func TestASignalDuringATaskIsNotLost(t *testing.T) {
	t.Parallel()
	x := &wire{w: NewWatch()}
	x.start("a", "1")
	first := x.poll("a", "1")
	x.signal("a", "1")
	x.complete(first)
	require.False(t, x.quiet())
	x.complete(x.poll("a", "1", event(5, signalled)))
	require.True(t, x.quiet())
}

// The task may be polled, and even completed, before the answer to its signal has come.
func TestATaskMayOvertakeItsSignalsAnswer(t *testing.T) {
	t.Parallel()
	x := &wire{w: NewWatch()}
	req := &workflowservice.SignalWithStartWorkflowExecutionRequest{WorkflowId: "a"}
	reply := &workflowservice.SignalWithStartWorkflowExecutionResponse{RunId: "1"}
	_ = x.w.intercept(t.Context(), "", req, reply, nil, func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error {
		x.complete(x.poll("a", "1", event(3, signalled)))
		require.False(t, x.quiet(), "the call is under way")
		return nil
	})
	require.True(t, x.quiet())
}

// What a task ordered is under way until a later task has seen its end.
func TestAnActivityIsUnderWayUntilATaskSawItsEnd(t *testing.T) {
	t.Parallel()
	x := &wire{w: NewWatch()}
	x.start("a", "1")
	x.complete(x.poll("a", "1"), schedule)
	require.False(t, x.quiet())
	token := x.poll("a", "1", event(7, ended))
	require.False(t, x.quiet())
	x.complete(token, finish)
	require.True(t, x.quiet())
}

// A task that failed, or whose worker lost the workflow, is given out again with the same history.
func TestATaskThatIsGivenOutAgainCountsOnce(t *testing.T) {
	t.Parallel()
	x := &wire{w: NewWatch()}
	x.signal("a", "1")
	lost := x.poll("a", "1", event(1, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED), event(2, signalled))
	x.call(&workflowservice.RespondWorkflowTaskFailedRequest{TaskToken: lost}, &workflowservice.RespondWorkflowTaskFailedResponse{}, nil)
	require.False(t, x.quiet())
	x.signal("a", "1")
	x.complete(x.poll("a", "1", event(1, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED), event(2, signalled)))
	require.False(t, x.quiet(), "the second signal has not been seen")
	x.complete(x.poll("a", "1", event(6, signalled)))
	require.True(t, x.quiet())
}

// A workflow that continues as new is under way until its next run rests.
func TestARunThatContinuesHasAnHeir(t *testing.T) {
	t.Parallel()
	x := &wire{w: NewWatch()}
	x.start("a", "1")
	x.complete(x.poll("a", "1"), enumspb.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION)
	require.False(t, x.quiet())
	x.complete(x.poll("a", "2"))
	require.True(t, x.quiet())
}

// A call that was refused changed nothing; one whose outcome is not known must be looked into.
func TestCallsThatFail(t *testing.T) {
	t.Parallel()
	x := &wire{w: NewWatch()}
	req := &workflowservice.StartWorkflowExecutionRequest{WorkflowId: "a"}
	x.call(req, nil, status.Error(codes.AlreadyExists, "it runs"))
	require.True(t, x.quiet())
	require.Empty(t, x.w.doubts)
	x.call(req, nil, status.Error(codes.DeadlineExceeded, "no answer"))
	require.True(t, x.quiet())
	require.Contains(t, x.w.doubts, "a")
	x.call(&workflowservice.SignalWithStartWorkflowExecutionRequest{WorkflowId: "b"}, nil, errors.New("cut"))
	require.Contains(t, x.w.doubts, "b")
}

// Quiet returns when the last task ends, and not when a caller gives up before.
func TestQuietWaits(t *testing.T) {
	t.Parallel()
	x := &wire{w: NewWatch()}
	x.start("a", "1")
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, x.w.Quiet(stopped, nil, time.Hour), context.Canceled)
	done := make(chan error, 1)
	go func() { done <- x.w.Quiet(t.Context(), nil, time.Hour) }()
	x.complete(x.poll("a", "1"))
	require.NoError(t, <-done)
}

// Whatever happens in whatever order, the watch is quiet exactly when every signal was in a completed task and everything
// that was ordered has ended.
func TestTheWatchIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x := &wire{w: NewWatch()}
		type run struct {
			pending []*historypb.HistoryEvent // not yet in a task
			open    []byte                    // the task under way
			last    int64
			orders  int // under way
			first   bool
		}
		runs := map[string]*run{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "workflow")
			r := runs[id]
			if r == nil {
				r = &run{first: true}
				runs[id] = r
				x.start(id, id)
			}
			add := func(kind enumspb.EventType) {
				r.last++
				r.pending = append(r.pending, event(r.last, kind))
			}
			switch rapid.SampledFrom([]string{"signal", "poll", "complete", "order", "end"}).Draw(t, "what") {
			case "signal":
				x.signal(id, id)
				add(signalled)
			case "poll":
				if r.open == nil && (r.first || len(r.pending) > 0) {
					r.open, r.pending, r.first = x.poll(id, id, r.pending...), nil, false
				}
			case "complete":
				if r.open != nil {
					x.complete(r.open)
					r.open = nil
				}
			case "order":
				if r.open != nil {
					x.complete(r.open, schedule)
					r.open, r.orders = nil, r.orders+1
				}
			case "end":
				if r.orders > 0 {
					r.orders--
					add(ended)
				}
			}
			rests := true
			for _, r := range runs {
				rests = rests && !r.first && r.open == nil && len(r.pending) == 0 && r.orders == 0
			}
			require.Equal(t, rests, x.quiet())
		}
	})
}
