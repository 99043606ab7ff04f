package main

import (
	"context"
	"errors"
	"net"

	"arrears/domain/fault"
	"arrears/engine"
	"arrears/internal/failpoint"
	"arrears/internal/wire"
)

type serveCommand struct {
	All bool `help:"Run the relay and the worker in the same process."`
}

// Run answers the API until a signal comes.
func (s serveCommand) Run(ctx context.Context, c *console) error {
	return c.running(ctx, func(p *wire.Product, e *engine.Engine) ([]part, error) {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.Config.HTTPAddr)
		if err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "http.address", "the API cannot listen on ARREARS_HTTP_ADDR="+p.Config.HTTPAddr)
		}
		parts := []part{func(ctx context.Context) error { return p.Serve(ctx, listener, e, version) }}
		watch, err := p.BankFolder()
		if err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		if watch != nil {
			parts = append(parts, watch)
		}
		if s.All {
			parts = append(parts, relayOf(p, e), workerOf(p, e))
		}
		return parts, nil
	})
}

type workerCommand struct {
	Relay bool `negatable:"" default:"true" help:"Stand by as the relay, too; one process of all leads."`
}

// Run does the engine's work until a signal comes.
func (w workerCommand) Run(ctx context.Context, c *console) error {
	return c.running(ctx, func(p *wire.Product, e *engine.Engine) ([]part, error) {
		parts := []part{workerOf(p, e)}
		if w.Relay {
			parts = append(parts, relayOf(p, e))
		}
		return parts, nil
	})
}

type relayCommand struct{}

// Run delivers nudges until a signal comes.
func (relayCommand) Run(ctx context.Context, c *console) error {
	return c.running(ctx, func(p *wire.Product, e *engine.Engine) ([]part, error) {
		return []part{relayOf(p, e)}, nil
	})
}

// part is one of the things that run for long.
type part = func(context.Context) error

func relayOf(p *wire.Product, e *engine.Engine) part {
	return func(ctx context.Context) error { return p.Relay(ctx, e) }
}

func workerOf(p *wire.Product, e *engine.Engine) part {
	return func(ctx context.Context) error { return p.Work(ctx, e) }
}

// running opens the product and runs its parts until ctx ends.
func (c *console) running(ctx context.Context, parts func(*wire.Product, *engine.Engine) ([]part, error)) error {
	if err := failpoint.Check(); err != nil {
		return fault.Wrap(err, fault.Invalid, "config.invalid", failpoint.Env+" cannot be read")
	}
	return c.opened(ctx, func(p *wire.Product) error {
		e, err := p.Engine(ctx)
		if err != nil {
			return err
		}
		defer e.Close()
		list, err := parts(p, e)
		if err != nil {
			return err
		}
		if cfg := p.Config; cfg.Metrics.Addr != "" {
			shown, err := metricsOf(ctx, p)
			if err != nil {
				return err
			}
			list = append(list, shown)
		}
		return wire.Together(ctx, list...)
	})
}

// metricsOf shows the metrics of this process.
func metricsOf(ctx context.Context, p *wire.Product) (part, error) {
	address := p.Config.Metrics.Addr
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "metrics.address", "the metrics cannot be shown on ARREARS_METRICS_ADDR="+address)
	}
	return func(ctx context.Context) error { return p.ServeMetrics(ctx, listener, version) }, nil
}

// opened opens the product for the time of fn.
func (c *console) opened(ctx context.Context, fn func(*wire.Product) error) error {
	cfg, err := loadConfig()
	if err != nil {
		return err
	}
	p, err := wire.Open(ctx, cfg, c.logger(cfg))
	if err != nil {
		return err
	}
	defer p.Close()
	return fn(p)
}
