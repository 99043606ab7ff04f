package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"golang.org/x/sync/errgroup"

	"arrears/activities"
	"arrears/api"
	"arrears/auth"
	"arrears/engine"
	"arrears/relay"
	"arrears/worker"
)

// API builds the HTTP interface. Error: config.document_store.
func (p *Product) API(e *engine.Engine, version string) (http.Handler, error) {
	if err := p.Files.Ready(); err != nil {
		return nil, err
	}
	deps := api.Deps{
		App:         p.App,
		Auth:        p.Auth(),
		Idempotency: p.DB,
		Checks:      p.checks(e),
		Log:         p.Log,
		Limits:      api.Limits{PerSecond: p.Config.API.RatePerSecond, Burst: p.Config.API.RateBurst},
		Version:     version,
	}
	if p.Metrics != nil {
		deps.Meter = p.Metrics
	}
	if p.Traces != nil {
		deps.Tracing = p.Traces.Provider()
	}
	return api.New(deps)
}

// Auth tells who holds an API key.
func (p *Product) Auth() *auth.Authenticator { return auth.New(auth.Stored(p.DB)) }

// checks are what must answer before the service can work.
func (p *Product) checks(e *engine.Engine) []api.Check {
	return []api.Check{
		{Name: "database", Ask: p.DB.Ping},
		{Name: "engine", Ask: e.Check},
		{Name: "worker", Ask: func(ctx context.Context) error {
			polled, err := e.Polled(ctx)
			if err == nil && !polled {
				return errors.New("no worker asks for work")
			}
			return err
		}},
	}
}

// Serve answers on the listener until ctx ends, and then lets running requests finish.
func (p *Product) Serve(ctx context.Context, listener net.Listener, e *engine.Engine, version string) error {
	handler, err := p.API(e, version)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	p.Log.InfoContext(ctx, "the API answers", "address", listener.Addr().String())
	return api.Serve(ctx, listener, handler, p.Config.API.Shutdown)
}

// Relay delivers nudges, and events to webhook endpoints, until ctx ends.
func (p *Product) Relay(ctx context.Context, e *engine.Engine) error {
	if !p.awaitEngine(ctx, e) {
		return nil
	}
	events, closeEvents := p.events()
	defer closeEvents()
	relay.New(relay.Options{
		Outbox: p.DB, Engine: e, Clock: p.Clock, Log: p.Log, Lead: p.lead, Meter: p.relayMeter(), Tracer: p.deliveries(),
		Alongside: []func(context.Context){events.Run},
	}).Run(ctx)
	return nil
}

// lead narrows the store's session to what the relay knows; the nil session must become a nil interface.
func (p *Product) lead(ctx context.Context) (relay.Lead, error) {
	session, err := p.DB.Lead(ctx)
	if session == nil {
		return nil, err
	}
	return session, err
}

// Activities are what the worker does, over this product's store and channels.
func (p *Product) Activities() (worker.Activities, error) {
	office, err := Office(p.Config)
	if err != nil {
		return worker.Activities{}, err
	}
	if err := p.Files.Ready(); err != nil {
		return worker.Activities{}, err
	}
	office.Files = p.Files
	office = tracedOffice(office, p.Traces)
	return worker.Activities{
		Collection: &activities.Collection{Store: p.DB, Clock: p.Clock, Office: office, Pause: p.Config.Notices.Pause},
		Notices:    &activities.Notices{Store: p.DB, Clock: p.Clock, Office: office},
		Disputes:   &activities.Disputes{Store: p.DB, Clock: p.Clock, Office: office},
		Parking:    &activities.Parking{Store: p.DB, Clock: p.Clock},
		Nightly:    &activities.Nightly{Night: p.App, Clock: p.Clock},
		Banks:      &activities.Banks{Loads: p.App},
	}, nil
}

// Work runs workflows and activities until ctx ends, and then lets what is under way finish.
func (p *Product) Work(ctx context.Context, e *engine.Engine) error {
	does, err := p.Activities()
	if err != nil {
		return err
	}
	if !p.awaitEngine(ctx, e) {
		return nil
	}
	does.Nightly.Workflows = e
	p.nudgeNightly(ctx)
	c := p.Config.Worker
	o := worker.Options{
		StickyTimeout: c.StickyTimeout, CacheSize: c.StickyCache, Activities: c.Concurrency, Workflows: c.Concurrency, Log: p.Log,
	}
	if p.Metrics != nil {
		o.Meter = p.Metrics
	}
	w := worker.New(e.Client(), does, o)
	if err := w.Start(); err != nil {
		return fmt.Errorf("start the worker: %w", err)
	}
	p.Log.InfoContext(ctx, "the worker asks for work")
	<-ctx.Done()
	w.Stop()
	return nil
}

// nudgeNightly starts the nightly work and the loads of bank files where they do not run any more, whatever became of them: with
// every start of a worker.
func (p *Product) nudgeNightly(ctx context.Context) {
	if err := p.App.NudgeNightly(ctx, 0); err != nil {
		p.Log.WarnContext(ctx, "the nightly work could not be nudged", "error", err)
	}
	if err := p.App.NudgeBankFiles(ctx); err != nil {
		p.Log.WarnContext(ctx, "the bank files that are not done could not be nudged", "error", err)
	}
}

// Together runs the parts at the same time until ctx ends or one of them fails, which ends the others.
func Together(ctx context.Context, parts ...func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range parts {
		group.Go(func() error { return part(ctx) })
	}
	return group.Wait()
}
