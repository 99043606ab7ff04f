package temporal

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	// registerLimit bounds the wait for services that have just started: a second or two, but where many start at once on few
	// processors far longer.
	registerLimit = 5 * time.Minute
	askAgainAfter = 50 * time.Millisecond
)

// register registers the namespace and waits until the services know it.
func (s *Server) register(ctx context.Context, retention time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, registerLimit)
	defer cancel()
	c, err := client.NewLazyClient(client.Options{HostPort: s.hostPort, Namespace: s.namespace, Logger: s.logs.sdk})
	if err != nil {
		return err
	}
	defer c.Close()
	service := c.WorkflowService()
	err = persist(ctx, func() error {
		_, err := service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace:                        s.namespace,
			Description:                      "Cases of the product",
			WorkflowExecutionRetentionPeriod: durationpb.New(retention),
		})
		var exists *serviceerror.NamespaceAlreadyExists
		if errors.As(err, &exists) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	// Counting asks visibility, and a missing execution asks history: both look the namespace up as a start would.
	return persist(ctx, func() error {
		if _, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{}); err != nil {
			return err
		}
		_, err := c.DescribeWorkflowExecution(ctx, "devstack/ready", "")
		var missing *serviceerror.NotFound
		if errors.As(err, &missing) {
			return nil
		}
		return err
	})
}

// persist tries until it works or the context ends, and then returns the last error beside the context's.
func persist(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(askAgainAfter):
		}
	}
}
