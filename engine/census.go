package engine

import (
	"context"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
)

// listPage is how many running workflows are read at once: what the server gives at most by default.
const listPage = 1000

// RunningWorkflows lists the ids of running workflows page by page, by the engine's index, which lags by up to seconds. One
// whose start is delayed runs. An empty next ends the list.
func (e *Engine) RunningWorkflows(ctx context.Context, page []byte) (ids []string, next []byte, err error) {
	answer, err := e.client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Namespace: e.namespace, PageSize: listPage, NextPageToken: page, Query: `ExecutionStatus = "Running"`,
	})
	if err != nil {
		return nil, nil, err
	}
	for _, x := range answer.GetExecutions() {
		ids = append(ids, x.GetExecution().GetWorkflowId())
	}
	return ids, answer.GetNextPageToken(), nil
}

// Runs asks the engine itself whether the latest run of a workflow has not ended.
func (e *Engine) Runs(ctx context.Context, workflowID string) (bool, error) {
	found, err := e.client.DescribeWorkflowExecution(ctx, workflowID, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return found.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}
