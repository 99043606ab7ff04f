package rehearsal

import (
	"context"
	"time"

	sdk "go.temporal.io/sdk/worker"

	"arrears/activities"
	"arrears/engine"
	"arrears/internal/wire"
	"arrears/port"
	"arrears/relay"
	"arrears/worker"
	"arrears/workflows/contract"
)

const (
	// patience is how long nothing at all may happen before the engine is asked what it is doing.
	patience = 30 * time.Second
	// putOff is how long a row that could not be delivered is waited for at a time.
	putOff = 200 * time.Millisecond
	// maxRounds bounds the deliveries of one moment: what does not end by then never ends.
	maxRounds = 100_000
	// inMemory is how many workflows stay in memory, about 90 KiB each.
	inMemory = 10_000
	// sticky is long: the one worker lives as long as its workflows.
	sticky = time.Minute
	// atOnce is how many activities and workflow tasks run at the same time.
	atOnce = 64
)

// machine is the engine, the worker and the relay of one installation, all in this process.
type machine struct {
	house  *house
	engine *engine.Engine
	watch  *engine.Watch
	worker sdk.Worker
	outbox *outbox
	relay  *relay.Relay
}

func startMachine(h *house, e *engine.Engine, watch *engine.Watch, o *Options) (*machine, error) {
	office, err := wire.Office(h.cfg)
	if err != nil {
		return nil, err
	}
	m := &machine{house: h, engine: e, watch: watch, outbox: &outbox{storeOutbox: h.db}}
	m.relay = relay.New(relay.Options{Outbox: m.outbox, Engine: e, Clock: h.clock, Log: o.Log})
	m.worker = worker.New(e.Client(), worker.Activities{
		Collection: &activities.Collection{Store: h.db, Clock: h.clock, Office: office},
		Notices:    &activities.Notices{Store: h.db, Clock: h.clock, Office: office},
		Disputes:   &activities.Disputes{Store: h.db, Clock: h.clock, Office: office},
		Parking:    &activities.Parking{Store: h.db, Clock: h.clock},
	}, worker.Options{StickyTimeout: sticky, CacheSize: inMemory, Activities: atOnce, Workflows: atOnce, Log: o.Log, Identity: "rehearsal"})
	return m, m.worker.Start()
}

func (m *machine) stop() { m.worker.Stop() }

// quiet does everything that is due, and returns when nothing moves any more. Cases come first: a notice is sealed when no
// case has anything to add to it, whatever the machine was busy with.
func (m *machine) quiet(ctx context.Context) error {
	for range maxRounds {
		did, err := m.deliver(ctx, contract.KindInvoice)
		if err == nil && did == 0 {
			did, err = m.deliver(ctx, contract.KindNotice)
		}
		if err != nil {
			return err
		}
		if did > 0 {
			if err := m.watch.Quiet(ctx, m.engine, patience); err != nil {
				return err
			}
			continue
		}
		left, err := m.house.db.Undelivered(ctx, contract.KindInvoice, contract.KindNotice)
		if err != nil || left == 0 {
			return err
		}
		if err := pause(ctx, putOff); err != nil { // a row that could not be delivered waits for its next attempt
			return err
		}
	}
	return errEndless
}

// deliver takes all rows of a kind that are due to the engine.
func (m *machine) deliver(ctx context.Context, kind string) (int, error) {
	m.outbox.kind = kind
	did := 0
	for {
		n, err := m.relay.Once(ctx)
		if err != nil || n == 0 {
			return did, err
		}
		did += n
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// outbox is the store's, one kind of subject at a time.
type outbox struct {
	storeOutbox
	kind string
}

// Nudges implements relay.Outbox.
func (o *outbox) Nudges(ctx context.Context, limit int) ([]port.Nudge, error) {
	return o.NudgesOf(ctx, o.kind, limit)
}

// storeOutbox is what the outbox is made over.
type storeOutbox interface {
	relay.Outbox
	NudgesOf(ctx context.Context, kind string, limit int) ([]port.Nudge, error)
}
