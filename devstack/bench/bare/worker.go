package bare

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"
)

// Callers is how many calls a client has under way at once: as a well written one does, and as the product's relay.
const Callers = 32

// Work runs a worker with the SDK's defaults until ctx ends.
func Work(ctx context.Context, c client.Client) error {
	w := worker.New(c, TaskQueue, worker.Options{})
	for _, fn := range []any{Remind, Timer, Listen, Approve} {
		w.RegisterWorkflow(fn)
	}
	w.RegisterActivity(SendMail)
	if err := w.Start(); err != nil {
		return err
	}
	<-ctx.Done()
	w.Stop()
	return nil
}

// Each calls fn for 0 to n-1, the given number at once, and returns the first error.
func Each(ctx context.Context, n, atOnce int, fn func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error { return fn(ctx, i) })
	}
	return group.Wait()
}

// StartAll starts n workflows.
func StartAll(ctx context.Context, c client.Client, n int, workflow any, options func(i int) (client.StartWorkflowOptions, Reminder)) error {
	return Each(ctx, n, Callers, func(ctx context.Context, i int) error {
		o, in := options(i)
		o.TaskQueue = TaskQueue
		if _, err := c.ExecuteWorkflow(ctx, o, workflow, in); err != nil {
			return fmt.Errorf("start %s: %w", o.ID, err)
		}
		return nil
	})
}
