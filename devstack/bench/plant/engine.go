package plant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"
)

// RegisterNamespace makes a namespace, waits until workflows can start in it, and returns its id.
func (s *Servers) RegisterNamespace(ctx context.Context, namespace string) ([]byte, error) {
	c, err := Dial(ctx, s.TemporalAddress, namespace)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	_, err = c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	if err != nil {
		return nil, fmt.Errorf("register the namespace %s: %w", namespace, err)
	}
	err = Until(ctx, "the namespace answers", func() (bool, error) {
		_, err := c.DescribeWorkflowExecution(ctx, "none", "")
		var missing *serviceerror.NotFound
		return errors.As(err, &missing), nil
	})
	if err != nil {
		return nil, err
	}
	var id []byte
	err = s.SQL.QueryRow(ctx, `SELECT id FROM namespaces WHERE name = $1`, namespace).Scan(&id)
	return id, err
}

// dialTries is how often a busy engine is asked for its attention: the SDK waits five seconds each time.
const dialTries = 6

// Dial connects to the engine with the SDK's defaults and without its chatter.
func Dial(ctx context.Context, address, namespace string) (c client.Client, err error) {
	for range dialTries {
		c, err = client.DialContext(ctx, client.Options{
			HostPort: address, Namespace: namespace, Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
		})
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("reach the engine: %w", err)
	}
	return c, nil
}

// Timers counts the timers that wait in a namespace, in the engine's own database: the same measure for both sides.
// prefix begins the ids of the workflows that count. The shards are named, so that the key's index is used and counting
// takes nothing from what is measured. after leaves out the timers whose ids are not above it: ids are the
// numbers of events.
func (s *Servers) Timers(ctx context.Context, namespaceID []byte, prefix string, after int) (n int, err error) {
	err = s.SQL.QueryRow(ctx, `
SELECT count(*) FROM timer_info_maps WHERE shard_id = ANY (ARRAY(SELECT shard_id FROM shards)) AND namespace_id = $1 AND starts_with(workflow_id, $2) AND timer_id::int > $3`,
		namespaceID, prefix, after).Scan(&n)
	return n, err
}

// AwaitTimers waits until n such timers wait.
func (s *Servers) AwaitTimers(ctx context.Context, namespaceID []byte, prefix string, after, n int) error {
	return Until(ctx, "all wait on their timers", func() (bool, error) {
		waiting, err := s.Timers(ctx, namespaceID, prefix, after)
		return waiting >= n, err
	})
}
