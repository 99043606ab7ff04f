package engine

import (
	"context"
	"errors"
	"time"

	commandpb "go.temporal.io/api/command/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// answered takes what a call tells.
func (w *Watch) answered(req, reply any, err error) {
	switch in := req.(type) {
	case *workflowservice.StartWorkflowExecutionRequest:
		out, _ := reply.(*workflowservice.StartWorkflowExecutionResponse)
		w.started(in.GetWorkflowId(), out, err)
	case *workflowservice.SignalWithStartWorkflowExecutionRequest:
		out, _ := reply.(*workflowservice.SignalWithStartWorkflowExecutionResponse)
		w.signalled(in.GetWorkflowId(), out, err)
	case *workflowservice.PollWorkflowTaskQueueRequest:
		if out, ok := reply.(*workflowservice.PollWorkflowTaskQueueResponse); ok && err == nil {
			w.polled(out)
		}
	case *workflowservice.GetWorkflowExecutionHistoryRequest:
		if r := w.runs[in.GetExecution().GetRunId()]; r != nil && err == nil {
			out, _ := reply.(*workflowservice.GetWorkflowExecutionHistoryResponse)
			r.read(out.GetHistory())
			w.settle(r)
		}
	case *workflowservice.RespondWorkflowTaskCompletedRequest:
		out, _ := reply.(*workflowservice.RespondWorkflowTaskCompletedResponse)
		w.completed(in, out, err)
	case *workflowservice.RespondWorkflowTaskFailedRequest:
		delete(w.tasks, string(in.GetTaskToken()))
	}
}

func (w *Watch) started(workflow string, out *workflowservice.StartWorkflowExecutionResponse, err error) {
	w.calls--
	switch {
	case err == nil:
		w.settle(w.of(workflow, out.GetRunId()))
		if task := out.GetEagerWorkflowTask(); task != nil {
			w.polled(task)
		}
	case !refused(err):
		w.doubts[workflow] = true
	}
}

func (w *Watch) signalled(workflow string, out *workflowservice.SignalWithStartWorkflowExecutionResponse, err error) {
	w.calls--
	switch {
	case err == nil:
		r := w.of(workflow, out.GetRunId())
		r.signals++
		w.settle(r)
	case !refused(err):
		w.doubts[workflow] = true
	}
}

// refused reports whether the call certainly changed nothing.
func refused(err error) bool {
	switch status.Code(err) {
	case codes.AlreadyExists, codes.InvalidArgument, codes.NotFound, codes.PermissionDenied, codes.ResourceExhausted, codes.FailedPrecondition:
		return true
	}
	return false
}

// polled takes a workflow task that the worker was given.
func (w *Watch) polled(task *workflowservice.PollWorkflowTaskQueueResponse) {
	if len(task.GetTaskToken()) == 0 || task.GetQuery() != nil {
		return
	}
	x := task.GetWorkflowExecution()
	r := w.of(x.GetWorkflowId(), x.GetRunId())
	r.read(task.GetHistory())
	w.tasks[string(task.GetTaskToken())] = r
	w.settle(r)
}

// read counts what a piece of the run's history says, each event once. Numbers of the events of a task that is tried again
// are given out anew, so those are not remembered.
func (r *watched) read(h *historypb.History) {
	for _, e := range h.GetEvents() {
		if e.GetEventId() <= r.last {
			continue
		}
		switch e.GetEventType() {
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
			r.polled++
			r.last = e.GetEventId()
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED,
			enumspb.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, enumspb.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
			enumspb.EVENT_TYPE_TIMER_FIRED, enumspb.EVENT_TYPE_TIMER_CANCELED:
			r.closed++
			r.last = e.GetEventId()
		}
	}
}

// completed takes the end of a workflow task: what it had seen is done, and what it ordered is under way.
func (w *Watch) completed(in *workflowservice.RespondWorkflowTaskCompletedRequest, out *workflowservice.RespondWorkflowTaskCompletedResponse, err error) {
	token := string(in.GetTaskToken())
	r := w.tasks[token]
	delete(w.tasks, token)
	if r == nil {
		return
	}
	if err != nil {
		if !refused(err) {
			w.doubts[r.workflow] = true
		}
		return // the engine gives the task out again
	}
	r.completed++
	r.seen, r.ended, r.again = r.polled, r.closed, in.GetForceCreateNewWorkflowTask()
	for _, c := range in.GetCommands() {
		w.ordered(r, c)
	}
	w.settle(r)
	if next := out.GetWorkflowTask(); next != nil {
		w.polled(next)
	}
}

func (w *Watch) ordered(r *watched, c *commandpb.Command) {
	switch c.GetCommandType() {
	case enumspb.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK, enumspb.COMMAND_TYPE_START_TIMER:
		r.ordered++
	case enumspb.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION:
		r.done = true
		w.heirs[r.workflow]++
	case enumspb.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION, enumspb.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION, enumspb.COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION:
		r.done = true
	}
}

// confirmEvery is how often the engine is asked about a workflow that is at work.
const confirmEvery = 100 * time.Millisecond

// confirm asks the engine about everything that is not known to be at rest, and waits until it is.
func (w *Watch) confirm(ctx context.Context, e *Engine) error {
	w.mu.Lock()
	names := w.doubts
	w.doubts = map[string]bool{}
	for _, r := range w.runs {
		if r.wasBusy {
			names[r.workflow] = true
		}
	}
	for name := range w.heirs {
		names[name] = true
	}
	w.mu.Unlock()
	for name := range names {
		if err := w.confirmOne(ctx, e, name); err != nil {
			return err
		}
	}
	return nil
}

func (w *Watch) confirmOne(ctx context.Context, e *Engine, workflow string) error {
	for {
		run, rests, err := e.rests(ctx, workflow)
		if err != nil {
			return err
		}
		if rests {
			w.change(func() { w.confirmed(workflow, run) })
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(confirmEvery):
		}
	}
}

// confirmed notes that a workflow's latest run rests, and that its earlier ones have ended.
func (w *Watch) confirmed(workflow, latest string) {
	delete(w.heirs, workflow)
	for _, r := range w.runs {
		if r.workflow != workflow {
			continue
		}
		if r.run != latest {
			r.done = true
		}
		r.completed, r.again = max(1, r.completed), false
		r.signals, r.polled, r.ordered, r.closed = 0, 0, 0, 0
		r.seen, r.ended = 0, 0
		w.settle(r)
	}
}

// rests reports whether a workflow waits for a signal or has ended; one that does not exist rests.
func (e *Engine) rests(ctx context.Context, workflow string) (run string, rests bool, err error) {
	found, err := e.client.DescribeWorkflowExecution(ctx, workflow, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return "", true, nil
	}
	if err != nil {
		return "", false, err
	}
	info := found.GetWorkflowExecutionInfo()
	running := info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	return info.GetExecution().GetRunId(), !running || (found.GetPendingWorkflowTask() == nil && len(found.GetPendingActivities()) == 0), nil
}
