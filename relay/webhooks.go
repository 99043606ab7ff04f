package relay

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"arrears/domain/webhook"
	"arrears/port"
)

// WebhookQueue is what the delivery of events needs of the store. Each method is a transaction of its own.
type WebhookQueue interface {
	ServedEndpoints(ctx context.Context) ([]uuid.UUID, error)
	QueueEvents(ctx context.Context, endpointID uuid.UUID, now time.Time) (queued int, more bool, err error)
	ClaimDeliveries(ctx context.Context, endpointID uuid.UUID, now time.Time, lease time.Duration, limit int) (port.ClaimedDeliveries, error)
	RecordAttempt(ctx context.Context, o port.AttemptOutcome) (health port.EndpointHealth, recorded bool, err error)
	SweepWebhooks(ctx context.Context, now, before time.Time, limit int) (int64, error)
}

// WebhookMeter is told what happens to events on their way. Its methods return quickly.
type WebhookMeter interface {
	// Attempted counts an attempt by its error's code (empty: delivered), and how long it took.
	Attempted(code string, took time.Duration)
	// Died counts a delivery that became a dead letter.
	Died()
	// Resent counts attempts made again because nobody recorded how the one before went.
	Resent(n int)
}

// WebhookOptions are what the delivery of events needs. Queue, Post, Disable and Sealer are required.
type WebhookOptions struct {
	Queue WebhookQueue
	// Post posts once; it returns when ctx ends at the latest.
	Post func(ctx context.Context, r webhook.Request) webhook.Answer
	// Disable stops an endpoint that cannot be helped.
	Disable func(ctx context.Context, endpointID uuid.UUID, reason string) error
	Sealer  port.Sealer
	Meter   WebhookMeter
	Log     *slog.Logger
	// Keep is how long what was delivered stays to be seen; zero is 30 days.
	Keep time.Duration
	// Real is the real clock, by which retries run; nil is the machine's.
	Real func() time.Time
	// Jitter is in [0, 1); nil is random.
	Jitter func() float64
	// Poll is how often an idle endpoint is looked at; zero is a second.
	Poll time.Duration
}

// The bounds of delivering events.
const (
	perEndpoint   = 8                // posts to one endpoint at once: a slow one holds up nobody else
	attemptLease  = time.Minute      // far longer than a post with its record may take
	attemptTime   = 20 * time.Second // of one post, however the poster is set
	recordTime    = 15 * time.Second // of recording it, also when the process is told to end
	sweepEvery    = time.Hour
	sweepRows     = 1000 // deleted in one transaction
	sweepBatches  = 200  // of one sweep; the rest waits for the next
	keepDelivered = 30 * 24 * time.Hour
)

// Webhooks delivers events to endpoints. It is run by the relay that leads; leases keep two that believe so from sending the
// same event twice within an attempt's time. Make it with NewWebhooks.
type Webhooks struct{ o WebhookOptions }

// NewWebhooks makes the delivery.
func NewWebhooks(o WebhookOptions) *Webhooks {
	if o.Real == nil {
		o.Real = time.Now
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Meter == nil {
		o.Meter = silentWebhooks{}
	}
	if o.Keep <= 0 {
		o.Keep = keepDelivered
	}
	if o.Poll <= 0 {
		o.Poll = poll
	}
	return &Webhooks{o: o}
}

// Run serves every enabled endpoint in a lane of its own until ctx ends; posts under way are finished and recorded. Faults of
// the database are logged and tried again for ever.
func (w *Webhooks) Run(ctx context.Context) {
	lanes := map[uuid.UUID]context.CancelFunc{}
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { w.keepHouse(ctx) })
	for ctx.Err() == nil {
		served, err := w.o.Queue.ServedEndpoints(ctx)
		if err != nil {
			w.warn(ctx, "the webhook endpoints could not be read", uuid.Nil, err)
		} else {
			w.adjust(ctx, lanes, served, &running)
		}
		sleep(ctx, w.o.Poll)
	}
	for _, stop := range lanes {
		stop()
	}
}

// adjust starts a lane for each endpoint that has none and ends those that are no longer served.
func (w *Webhooks) adjust(ctx context.Context, lanes map[uuid.UUID]context.CancelFunc, served []uuid.UUID, running *sync.WaitGroup) {
	keep := make(map[uuid.UUID]bool, len(served))
	for _, id := range served {
		keep[id] = true
		if lanes[id] != nil {
			continue
		}
		laneCtx, stop := context.WithCancel(ctx)
		lanes[id] = stop
		running.Go(func() { w.lane(laneCtx, id) })
	}
	for id, stop := range lanes {
		if !keep[id] {
			stop()
			delete(lanes, id)
		}
	}
}

// lane queues and sends the events of one endpoint, as many at once as there are slots.
func (w *Webhooks) lane(ctx context.Context, endpointID uuid.UUID) {
	var under sync.WaitGroup
	defer under.Wait()
	freed := make(chan struct{}, perEndpoint)
	busy, more := 0, false
	var asked time.Time
	for ctx.Err() == nil {
		var err error
		// The feed is not asked again after every post.
		if more || time.Since(asked) >= w.o.Poll {
			asked = time.Now()
			_, more, err = w.o.Queue.QueueEvents(ctx, endpointID, w.now())
		}
		queued := more
		if err == nil && busy < perEndpoint {
			var begun int
			begun, err = w.begin(ctx, endpointID, perEndpoint-busy, &under, freed)
			busy += begun
			queued = queued || begun > 0
		}
		if err != nil {
			w.warn(ctx, "a webhook endpoint could not be served", endpointID, err)
			more, queued = false, false
		}
		busy -= w.await(ctx, freed, busy == perEndpoint || !queued)
	}
}

// await counts the slots that are free again: those that are so now, or, when there is nothing else to do, the first to
// become so within the poll's time.
func (w *Webhooks) await(ctx context.Context, freed <-chan struct{}, idle bool) (n int) {
	if idle {
		timer := time.NewTimer(w.o.Poll)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-freed:
			n++
		}
	}
	for {
		select {
		case <-freed:
			n++
		default:
			return n
		}
	}
}

// begin claims deliveries and posts each in a slot of its own.
func (w *Webhooks) begin(ctx context.Context, endpointID uuid.UUID, slots int, under *sync.WaitGroup, freed chan<- struct{}) (int, error) {
	claimed, err := w.o.Queue.ClaimDeliveries(ctx, endpointID, w.now(), attemptLease, slots)
	if err != nil || len(claimed.Deliveries) == 0 {
		return 0, err
	}
	if claimed.Unrecorded > 0 {
		w.o.Meter.Resent(claimed.Unrecorded)
		w.o.Log.WarnContext(ctx, "events are sent again, because nobody recorded how the attempt before went",
			"endpoint", endpointID, "events", claimed.Unrecorded)
	}
	keys, err := w.keys(claimed.Endpoint)
	if err != nil {
		w.warn(ctx, "the secrets of a webhook endpoint cannot be opened", endpointID, err)
	}
	for _, d := range claimed.Deliveries {
		under.Go(func() {
			defer func() { freed <- struct{}{} }()
			// What was claimed is finished, whatever happens to the lead: the lease is this process's.
			w.attempt(context.WithoutCancel(ctx), claimed.Endpoint.URL, keys, d)
		})
	}
	return len(claimed.Deliveries), nil
}

// keys opens the secrets that sign now, the newest first.
func (w *Webhooks) keys(e webhook.Endpoint) ([][]byte, error) {
	now := w.now()
	var keys [][]byte
	for _, s := range e.Secrets {
		if !s.Signs(now) {
			continue
		}
		key, err := w.o.Sealer.Open(s.KeyID, s.Sealed, s.Bound())
		if err != nil {
			return nil, err // a message that the receiver cannot verify by its newest secret is not sent
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func (w *Webhooks) now() time.Time { return w.o.Real().UTC().Truncate(time.Microsecond) }

func (w *Webhooks) warn(ctx context.Context, what string, endpointID uuid.UUID, err error) {
	if ctx.Err() == nil {
		w.o.Log.WarnContext(ctx, what, "endpoint", endpointID, "error", err)
	}
}

// keepHouse sweeps every hour.
func (w *Webhooks) keepHouse(ctx context.Context) {
	for ctx.Err() == nil {
		w.sweep(ctx, w.now())
		sleep(ctx, sweepEvery)
	}
}

func (w *Webhooks) sweep(ctx context.Context, now time.Time) {
	for range sweepBatches {
		n, err := w.o.Queue.SweepWebhooks(ctx, now, now.Add(-w.o.Keep), sweepRows)
		if err != nil {
			w.warn(ctx, "old webhook deliveries could not be swept", uuid.Nil, err)
			return
		}
		if n < sweepRows || ctx.Err() != nil {
			return
		}
	}
}

// silentWebhooks is the meter that nobody reads.
type silentWebhooks struct{}

func (silentWebhooks) Attempted(string, time.Duration) {}
func (silentWebhooks) Died()                           {}
func (silentWebhooks) Resent(int)                      {}
