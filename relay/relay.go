// Package relay delivers the outbox: it starts workflows and nudges them, and lets the audit sealer run. One process of an
// installation leads, by a lock that its database session holds; the others stand by. It decides nothing. worker processes
// run it; cmd may run it alone.
package relay

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"arrears/domain/fault"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// Outbox is what the relay needs of the store.
type Outbox interface {
	Nudges(ctx context.Context, limit int) ([]port.Nudge, error)
	DeleteNudges(ctx context.Context, delivered []port.Nudge) error
	FailNudge(ctx context.Context, n port.Nudge, code string, after time.Duration) error
	NudgeLag(ctx context.Context) (waiting int64, oldest time.Duration, err error)
	SealAudit(ctx context.Context, limit int) (int, error)
}

// Lead is the session that leads.
type Lead interface {
	// Wait returns when there is something to deliver or the time is over; an error means that the lead is lost.
	Wait(ctx context.Context, atMost time.Duration) error
	Resign()
}

// Engine starts and nudges workflows.
type Engine interface {
	// Start starts a workflow, delayed; one that runs already is left alone.
	Start(ctx context.Context, kind string, in contract.Input, delay time.Duration) error
	// Nudge tells a workflow to look again, and starts it where it does not run.
	Nudge(ctx context.Context, kind string, in contract.Input) error
}

// Meter is told what happens. Its methods return quickly.
type Meter interface {
	// Delivered counts a batch's starts and nudges.
	Delivered(started, nudged int, took time.Duration)
	// Failed counts a row that could not be delivered.
	Failed(code string)
	// Lag tells how many rows wait to be delivered at once, and how long the oldest has been waiting.
	Lag(waiting int64, oldest time.Duration)
	// Leads tells whether this process leads.
	Leads(leads bool)
	// Sealed counts chained entries of the record.
	Sealed(n int)
}

// Tracer makes the span of a delivery. It continues the trace that left the row; ended is told how it went.
type Tracer interface {
	Deliver(ctx context.Context, n port.Nudge) (span context.Context, ended func(error))
}

// Options are what a relay needs. Outbox, Engine, Clock and Lead are required.
type Options struct {
	Outbox Outbox
	Engine Engine
	Clock  port.Clock
	// Lead tries to lead; nil without an error means that another process does.
	Lead  func(ctx context.Context) (Lead, error)
	Meter Meter
	// Tracer makes spans; nil makes none.
	Tracer Tracer
	Log    *slog.Logger
	// Alongside runs while this process leads, until its ctx ends: the delivery of events.
	Alongside []func(ctx context.Context)
	// Real is the real clock; nil is the machine's.
	Real func() time.Time
}

// The bounds of the relay's work.
const (
	batch       = 500              // rows read at once
	concurrency = 32               // calls to the engine at once
	poll        = time.Second      // what no notification announced is found within
	sealEvery   = time.Second      // a record is chained within seconds
	sealBatch   = 2000             // entries chained in one transaction
	callTimeout = 10 * time.Second // of one call to the engine
	maxBackOff  = 30 * time.Second // after a failed delivery: the engine is back sooner than anyone looks
)

// Relay delivers nudges. Make it with New.
type Relay struct{ o Options }

// New makes a relay.
func New(o Options) *Relay {
	if o.Real == nil {
		o.Real = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Meter == nil {
		o.Meter = silent{}
	}
	return &Relay{o: o}
}

// Run leads whenever it can, until ctx ends. Faults of database and engine are logged and tried again for ever: nothing
// else would.
func (r *Relay) Run(ctx context.Context) {
	var beside sync.WaitGroup
	defer beside.Wait()
	for ctx.Err() == nil {
		lead, err := r.o.Lead(ctx)
		switch {
		case err != nil:
			r.o.Log.WarnContext(ctx, "the relay cannot try to lead", "error", err)
		case lead != nil:
			r.led(ctx, lead, &beside)
		}
		sleep(ctx, poll)
	}
}

// led delivers and seals until the lead is lost or ctx ends. What runs beside may end later: nudges must not wait for a slow
// receiver of events, so the lead is given up, or sought again, meanwhile. Sealers take turns, and posts hold their leases.
func (r *Relay) led(ctx context.Context, lead Lead, beside *sync.WaitGroup) {
	defer lead.Resign()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.o.Meter.Leads(true)
	defer r.o.Meter.Leads(false)
	r.o.Log.InfoContext(ctx, "the relay leads")
	if err := failpoint.Hit(failpoint.RelayLeads); err != nil {
		return
	}

	beside.Go(func() { r.seal(ctx) })
	for _, run := range r.o.Alongside {
		beside.Go(func() { run(ctx) })
	}
	for ctx.Err() == nil {
		n, err := r.Once(ctx)
		if err != nil && ctx.Err() == nil {
			r.o.Log.WarnContext(ctx, "the relay could not deliver", "error", err)
		}
		if n == batch {
			continue
		}
		if err := lead.Wait(ctx, poll); err != nil {
			if ctx.Err() == nil {
				r.o.Log.WarnContext(ctx, "the relay lost its lead", "error", err)
			}
			return
		}
	}
}

// Once delivers one batch and returns how many rows it read. A row that could not be delivered stays, with a back-off.
func (r *Relay) Once(ctx context.Context) (int, error) {
	began := r.o.Real()
	nudges, err := r.o.Outbox.Nudges(ctx, batch)
	if err != nil || len(nudges) == 0 {
		return 0, err
	}
	if waiting, oldest, err := r.o.Outbox.NudgeLag(ctx); err == nil {
		r.o.Meter.Lag(waiting, oldest)
	}
	if err := failpoint.Hit(failpoint.RelayAfterRead); err != nil {
		return len(nudges), err
	}
	delivered := r.deliverAll(ctx, nudges)
	if len(delivered) == 0 {
		return len(nudges), nil
	}
	if err := failpoint.Hit(failpoint.RelayBeforeDelete); err != nil {
		return len(nudges), err
	}
	started := 0
	for _, n := range delivered {
		if !n.StartAt.IsZero() {
			started++
		}
	}
	r.o.Meter.Delivered(started, len(delivered)-started, r.o.Real().Sub(began))
	if err := r.o.Outbox.DeleteNudges(ctx, delivered); err != nil {
		return len(nudges), err
	}
	return len(nudges), failpoint.Hit(failpoint.RelayAfterDelete)
}

// deliverAll calls the engine for every row, several at once, and returns those that were delivered.
func (r *Relay) deliverAll(ctx context.Context, nudges []port.Nudge) []port.Nudge {
	var (
		wait      sync.WaitGroup
		mu        sync.Mutex
		delivered []port.Nudge
		slots     = make(chan struct{}, concurrency)
	)
	for _, n := range nudges {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			err := r.deliver(ctx, n)
			if err == nil {
				err = failpoint.Hit(failpoint.RelayAfterDelivery)
			}
			if err != nil {
				r.failed(ctx, n, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			delivered = append(delivered, n)
		})
	}
	wait.Wait()
	return delivered
}

// deliver starts or nudges the workflow of a row, as part of the trace that left the row.
func (r *Relay) deliver(ctx context.Context, n port.Nudge) error {
	if r.o.Tracer == nil || n.Traceparent == "" {
		return r.start(ctx, n)
	}
	ctx, ended := r.o.Tracer.Deliver(ctx, n)
	err := r.start(ctx, n)
	ended(err)
	return err
}

// start starts or nudges the workflow of a row.
func (r *Relay) start(ctx context.Context, n port.Nudge) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	in := contract.Input{Subject: n.SubjectID, First: n.FirstAction}
	if n.StartAt.IsZero() {
		return r.o.Engine.Nudge(ctx, n.Kind, in)
	}
	now, err := r.o.Clock.Now(ctx)
	if err != nil {
		return err
	}
	if !n.StartAt.After(now) {
		return r.o.Engine.Start(ctx, n.Kind, in, 0)
	}
	at, err := r.o.Clock.Real(ctx, n.StartAt)
	if err != nil {
		return err
	}
	if at.IsZero() { // a stepped clock: its driver's nudge is what the workflow waits for
		in.Idle = true
		return r.o.Engine.Start(ctx, n.Kind, in, 0)
	}
	in.At = at
	return r.o.Engine.Start(ctx, n.Kind, in, max(0, at.Sub(r.o.Real())))
}

// failed keeps a row for later: after one second at first, twice as long each time.
func (r *Relay) failed(ctx context.Context, n port.Nudge, why error) {
	if ctx.Err() != nil {
		return
	}
	code := fault.CodeOf(why)
	r.o.Meter.Failed(code)
	r.o.Log.WarnContext(ctx, "a nudge could not be delivered", "workflow", n.WorkflowID, "attempts", n.Attempts+1, "error", why)
	after := min(time.Second<<min(n.Attempts, 10), maxBackOff)
	if err := r.o.Outbox.FailNudge(ctx, n, code, after); err != nil && ctx.Err() == nil {
		r.o.Log.WarnContext(ctx, "a failed nudge could not be put off", "workflow", n.WorkflowID, "error", err)
	}
}

// seal chains the record's entries every second.
func (r *Relay) seal(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := r.o.Outbox.SealAudit(ctx, sealBatch)
		if n > 0 && err == nil {
			r.o.Meter.Sealed(n)
			err = failpoint.Hit(failpoint.SealAfterCommit)
		}
		if err != nil && ctx.Err() == nil {
			r.o.Log.WarnContext(ctx, "the record could not be sealed", "error", err)
		}
		if n < sealBatch {
			sleep(ctx, sealEvery)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// silent is the meter that nobody reads.
type silent struct{}

func (silent) Delivered(int, int, time.Duration) {}
func (silent) Failed(string)                     {}
func (silent) Lag(int64, time.Duration)          {}
func (silent) Leads(bool)                        {}
func (silent) Sealed(int)                        {}
