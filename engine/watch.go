package engine

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
)

// Watch knows when everything that was handed to the engine has been done. It sees every call of one client whose process
// also runs the only worker of its namespace, so it need not ask: a run is at rest when a workflow task that had seen all its
// signals was completed, and every activity and timer that its tasks ordered has ended. A rehearsal steps its clock by it.
// It is safe for concurrent use.
type Watch struct {
	mu      sync.Mutex
	runs    map[string]*watched
	tasks   map[string]*watched // by task token
	calls   int                 // starts and signals whose answer has not come
	busy    int                 // runs that are not at rest
	heirs   map[string]int      // runs that continue another and have not been seen, by workflow id
	doubts  map[string]bool     // workflow ids of calls whose outcome is not known
	changes int64
	wake    chan struct{} // closed at every change
}

// watched is one run.
type watched struct {
	workflow, run string
	signals       int // sent, as answered
	seen, polled  int // signals in tasks: completed ones, and those under way as well
	ordered       int // activities and timers, by completed tasks
	ended, closed int // of them: by completed tasks, and those under way as well
	last          int64
	completed     int // tasks
	again         bool
	done          bool
	wasBusy       bool
}

// NewWatch makes a watch for the Options of one engine.
func NewWatch() *Watch {
	return &Watch{
		runs: map[string]*watched{}, tasks: map[string]*watched{}, heirs: map[string]int{}, doubts: map[string]bool{},
		wake: make(chan struct{}),
	}
}

// dial makes the client's connection tell the watch of every call.
func (w *Watch) dial() grpc.DialOption { return grpc.WithChainUnaryInterceptor(w.intercept) }

func (w *Watch) intercept(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if asks(req) {
		w.change(func() { w.calls++ })
	}
	err := invoke(ctx, method, req, reply, conn, opts...)
	w.change(func() { w.answered(req, reply, err) })
	return err
}

// asks reports whether the request hands work to the engine.
func asks(req any) bool {
	switch req.(type) {
	case *workflowservice.StartWorkflowExecutionRequest, *workflowservice.SignalWithStartWorkflowExecutionRequest:
		return true
	}
	return false
}

func (w *Watch) change(fn func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fn()
	w.changes++
	close(w.wake)
	w.wake = make(chan struct{})
}

// Quiet returns when everything that was handed over has been done. Where nothing at all has happened for the patience, it
// asks the engine about what it believes to be under way.
func (w *Watch) Quiet(ctx context.Context, e *Engine, patience time.Duration) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		w.mu.Lock()
		quiet, doubtful, wake := w.quiet(), len(w.doubts) > 0, w.wake
		w.mu.Unlock()
		if quiet && !doubtful {
			return nil
		}
		if quiet {
			if err := w.confirm(ctx, e); err != nil {
				return err
			}
			continue
		}
		timer.Reset(patience)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case <-timer.C:
			if err := w.confirm(ctx, e); err != nil {
				return err
			}
		}
	}
}

func (w *Watch) quiet() bool { return w.busy == 0 && w.calls == 0 && len(w.heirs) == 0 }

// Seen is how many runs have been watched, and how many are at work now.
func (w *Watch) Seen() (runs, busy int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.runs), w.busy
}

// settle brings the count of busy runs up to a run's state.
func (w *Watch) settle(r *watched) {
	busy := !r.rests()
	if busy == r.wasBusy {
		return
	}
	if r.wasBusy = busy; busy {
		w.busy++
	} else {
		w.busy--
	}
}

func (r *watched) rests() bool {
	return r.done || (r.completed > 0 && !r.again && r.seen >= r.signals && r.ended >= r.ordered)
}

// of finds a run, or begins to watch it.
func (w *Watch) of(workflow, run string) *watched {
	r := w.runs[run]
	if r == nil {
		r = &watched{workflow: workflow, run: run}
		w.runs[run] = r
		if w.heirs[workflow]--; w.heirs[workflow] <= 0 {
			delete(w.heirs, workflow)
		}
	}
	return r
}
