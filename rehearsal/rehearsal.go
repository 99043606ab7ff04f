package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"arrears/config"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/engine"
	"arrears/internal/wire"
	"arrears/rehearsal/report"
	"arrears/store"
)

// Outcome is what a rehearsal came to: facts per policy in the order of the options, which two runs share, and how this run
// went, which they do not.
type Outcome struct {
	Facts []report.Facts
	Runs  []Run
}

// Run is how the rehearsal of one policy went.
type Run struct {
	Policy    string
	Steps     int // of the clock
	Cases     int
	Workflows int
	Mails     int64
	Took      time.Duration
}

// Rehearse plays the file under each policy. Whatever it made on the servers is removed when it returns, also when ctx has
// ended. Errors: rehearsal.dates, rehearsal.approvals, rehearsal.nothing, rehearsal.endless, file.unreadable, those of intake
// that refuse a file, policy.invalid, and those of reaching the servers.
func Rehearse(ctx context.Context, o Options) (out Outcome, err error) {
	if err := o.check(); err != nil {
		return out, err
	}
	if o.Config.DatabaseURL == "" {
		return out, fault.New(fault.Invalid, wire.CodeNoDatabase, "ARREARS_DATABASE_URL is not set")
	}
	if _, err := Sweep(ctx, o.Config); err != nil {
		return out, err
	}
	scratch, err := store.NewScratch(ctx, o.Config.DatabaseURL)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, scratch.Drop(ctx)) }()

	file, err := readFile(ctx, &o, scratch)
	if err != nil {
		return out, err
	}
	history := Lay(file.Invoices, o.From, o.To)
	if len(history.Invoices) == 0 {
		return out, fault.New(fault.Invalid, CodeNothing, "no invoice of the file falls between the two days")
	}
	err = play(ctx, &o, scratch, file, history, &out)
	return out, unasked(ctx, err)
}

// unasked tells a part that was cancelled from a rehearsal that was told to stop.
func unasked(ctx context.Context, err error) error {
	if ctx.Err() == nil && errors.Is(err, context.Canceled) {
		return fault.Wrap(errors.New(err.Error()), fault.Internal, CodeStopped, "a part of the rehearsal ended before its time")
	}
	return err
}

// readFile reads the file in a part of the scratch place that goes when it has been read.
func readFile(ctx context.Context, o *Options, scratch *store.Scratch) (portfolio, error) {
	const part = "reading"
	address, err := scratch.Place(ctx, part)
	if err != nil {
		return portfolio{}, err
	}
	file, err := readPortfolio(ctx, o, address)
	if err != nil {
		return file, err
	}
	return file, scratch.Clear(ctx, address, part)
}

// Sweep removes what killed rehearsals left on the servers, and returns how many.
func Sweep(ctx context.Context, cfg config.Config) (int, error) {
	return store.SweepScratch(ctx, cfg.DatabaseURL, func(ctx context.Context, name string) error {
		e, err := dial(ctx, cfg, name, nil)
		if err != nil {
			return err
		}
		defer e.Close()
		return errors.Join(e.DropNamespace(ctx), os.RemoveAll(letterDir(name)))
	})
}

// dial makes the engine's client of a scratch place.
func dial(ctx context.Context, cfg config.Config, name string, watch *engine.Watch) (*engine.Engine, error) {
	cfg.Temporal.Namespace = store.ScratchNamespace(name)
	return wire.ScratchEngine(ctx, cfg.Temporal, watch)
}

// play rehearses each policy over the same history.
func play(ctx context.Context, o *Options, scratch *store.Scratch, file portfolio, history History, out *Outcome) (err error) {
	watch := engine.NewWatch()
	e, err := dial(ctx, o.Config, scratch.Name(), watch)
	if err != nil {
		return err
	}
	defer e.Close()
	defer func() {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = errors.Join(err, e.DropNamespace(limited))
	}()
	if err := e.MakeNamespace(ctx, "a rehearsal's, removed at its end"); err != nil {
		return err
	}
	mails, err := openSink(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = mails.close() }() // nobody waits for it
	dir := letterDir(scratch.Name())
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	stage := *o
	stage.Config = caught(o.Config, mails, dir)
	for i, p := range o.Policies {
		r := &rehearsed{o: &stage, engine: e, watch: watch, file: file, history: history, meter: newMeter(o, history, i), mails: mails}
		if err := r.play(ctx, scratch, p, i); err != nil {
			return err
		}
		out.Facts, out.Runs = append(out.Facts, r.facts), append(out.Runs, r.run)
	}
	return nil
}

// rehearsed is the rehearsal of one policy.
type rehearsed struct {
	o       *Options
	engine  *engine.Engine
	watch   *engine.Watch
	file    portfolio
	history History
	meter   *meter
	mails   *sink

	facts report.Facts
	run   Run
}

func (r *rehearsed) play(ctx context.Context, scratch *store.Scratch, p policy.Policy, number int) error {
	began, mailed := time.Now(), r.mails.taken.Load()
	workflows, _ := r.watch.Seen()
	address, err := scratch.Place(ctx, fmt.Sprintf("run%d", number+1))
	if err != nil {
		return err
	}
	h, err := openHouse(ctx, r.o, address, at(r.history.From, 0, mustZone(r.o.TimeZone)))
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.follow(ctx, p); err != nil {
		return err
	}
	steps, refused, err := r.drive(ctx, h)
	if err != nil {
		return err
	}
	if r.facts, err = collect(ctx, r.o, h, p, r.file, r.history, refused); err != nil {
		return err
	}
	seen, _ := r.watch.Seen()
	r.run = Run{
		Policy: p.Key, Steps: steps, Cases: len(r.history.Invoices), Workflows: seen - workflows, Mails: r.mails.taken.Load() - mailed,
		Took: time.Since(began),
	}
	return nil
}

// drive runs the machine for the time of the history.
func (r *rehearsed) drive(ctx context.Context, h *house) (steps int, refused map[string]refusal, err error) {
	m, err := startMachine(h, r.engine, r.watch, r.o)
	if err != nil {
		return 0, nil, err
	}
	defer m.stop()
	entry, err := newEntry(h, r.o.Profile.Source, r.file.Customers)
	if err != nil {
		return 0, nil, err
	}
	d := &driver{house: h, machine: m, entry: entry, history: r.history, approvals: r.o.Approvals, told: r.meter.tell}
	err = d.run(ctx)
	return d.steps, entry.refused, err
}

// mustZone is a zone that the options were checked for.
func mustZone(name string) *time.Location {
	zone, err := calendar.LoadZone(name)
	if err != nil {
		return time.UTC
	}
	return zone
}
