package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/durationpb"
)

// A namespace that is made here is for a while: the engine keeps its histories for the shortest time that it allows.
const (
	shortRetention = 24 * time.Hour
	namespaceWait  = time.Minute // an engine of several services learns of a new namespace within seconds
	namespaceTick  = 25 * time.Millisecond
)

// MakeNamespace registers the engine's own namespace and returns when workflows can start in it. One that is there already
// is used.
func (e *Engine) MakeNamespace(ctx context.Context, description string) error {
	_, err := e.client.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: e.namespace, Description: description, WorkflowExecutionRetentionPeriod: durationpb.New(shortRetention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("register the namespace %s: %w", e.namespace, err)
	}
	ctx, cancel := context.WithTimeout(ctx, namespaceWait)
	defer cancel()
	for {
		// An absent workflow is looked for as a start would be, so all services know the namespace then.
		_, err := e.client.DescribeWorkflowExecution(ctx, "none", "")
		var missing *serviceerror.NotFound
		if errors.As(err, &missing) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the namespace %s does not become usable: %w", e.namespace, errors.Join(err, ctx.Err()))
		case <-time.After(namespaceTick):
		}
	}
}

// DropNamespace deletes the engine's own namespace with everything in it; one that is not there is no error. The engine
// goes on deleting after the call.
func (e *Engine) DropNamespace(ctx context.Context) error {
	_, err := e.client.OperatorService().DeleteNamespace(ctx, &operatorservice.DeleteNamespaceRequest{Namespace: e.namespace})
	var missing *serviceerror.NamespaceNotFound
	if err == nil || errors.As(err, &missing) {
		return nil
	}
	return fmt.Errorf("delete the namespace %s: %w", e.namespace, err)
}
