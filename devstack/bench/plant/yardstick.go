package plant

import (
	"context"
	"fmt"
	"os"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"arrears/devstack/bench/bare"
)

// Bare is a fresh namespace with a yardstick's worker, a process as the product's is.
type Bare struct {
	Client      client.Client
	NamespaceID []byte
	worker      *Process
}

// NewBare makes a namespace and starts the yardstick's worker in it.
func (s *Servers) NewBare(ctx context.Context) (*Bare, error) {
	s.mu.Lock()
	s.number++
	namespace := fmt.Sprintf("bare_%d", s.number)
	s.mu.Unlock()
	id, err := s.RegisterNamespace(ctx, namespace)
	if err != nil {
		return nil, err
	}
	b := &Bare{NamespaceID: id}
	if b.Client, err = Dial(ctx, s.TemporalAddress, namespace); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err == nil {
		b.worker, err = s.start(ctx, process{
			name: "bare-worker", path: self, args: []string{"role", "bare", "--address", s.TemporalAddress, "--namespace", namespace},
		})
	}
	if err != nil {
		b.Client.Close()
		return nil, err
	}
	return b, nil
}

// Close ends the worker. What waits in the namespace waits on for nobody.
func (b *Bare) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	_ = b.worker.Stop(ctx) // it is gone either way
	b.Client.Close()
}

// ServeBare is the role of the yardstick's worker.
func ServeBare(ctx context.Context, address, namespace string) error {
	c, err := Dial(ctx, address, namespace)
	if err != nil {
		return err
	}
	defer c.Close()
	return bare.Work(ctx, c)
}

// Polled waits until the yardstick's worker asks for work.
func (b *Bare) Polled(ctx context.Context) error {
	return Until(ctx, "the yardstick's worker asks for work", func() (bool, error) {
		found, err := b.Client.DescribeTaskQueue(ctx, bare.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
		return len(found.GetPollers()) > 0, err
	})
}
