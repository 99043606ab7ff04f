package run

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"arrears/devstack/stack"
	"arrears/domain/access"
	"arrears/engine"
	"arrears/internal/sample"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/telemetry"
)

// readyLimit bounds how long the product may take until it says that it is ready. What fails ends by itself, so that it is for
// what hangs: seconds are usual, minutes where a machine is busy.
const readyLimit = 10 * time.Minute

// session is one run from the start to the stop.
type session struct {
	o        Options
	screen   *terminal.Terminal
	home     *home
	listener net.Listener
	stack    *stack.Stack
	log      *os.File
	keys     map[access.Role]string
}

// Run starts everything, tells where it is, and returns when ctx ends and everything has stopped.
func Run(ctx context.Context, o Options) (err error) {
	h, err := openHome(o.Dir)
	if err != nil {
		return err
	}
	s := &session{o: o, screen: terminal.New(o.Out), home: h}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", o.httpAddr()); err != nil {
		return errAddress(o.httpAddr(), err)
	}
	if s.log, err = os.OpenFile(h.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	if err := s.start(ctx); err != nil {
		return stopped(ctx, err)
	}
	return stopped(ctx, s.product(ctx))
}

// stopped forgives what fails only because we were told to stop.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || strings.Contains(fmt.Sprint(err), "context canceled")) {
		return nil
	}
	return err
}

func (s *session) start(ctx context.Context) (err error) {
	s.screen.Step("Everything is kept in %s", s.home.shown())
	s.stack, err = stack.Start(ctx, stack.Options{
		Dir: s.home.dir, Ephemeral: s.o.Ephemeral, Progress: func(line string) { s.screen.Step("%s", line) },
	})
	return err
}

// product prepares the database and runs the product over it.
func (s *session) product(ctx context.Context) error {
	cfg, err := s.o.config(s.home, s.stack.Addresses())
	if err != nil {
		return err
	}
	log := telemetry.Logger(s.log, cfg.LogLevel, cfg.LogFormat)
	if err := wire.Migrate(ctx, cfg, log, s.o.clock(time.Now())); err != nil {
		return err
	}
	s.screen.Step("The database is up to date")
	p, err := wire.Open(ctx, cfg, log)
	if err != nil {
		return err
	}
	err = s.prepare(ctx, p)
	p.Close() // what runs reads the clock anew
	if err != nil {
		return err
	}
	if p, err = wire.Open(ctx, cfg, log); err != nil {
		return err
	}
	defer p.Close()
	e, err := p.Engine(ctx)
	if err != nil {
		return err
	}
	defer e.Close()
	return errors.Join(s.run(ctx, p, e), s.pause(ctx, p))
}

// prepare loads the sample, makes the keys, and lets a demonstration's clock go on.
func (s *session) prepare(ctx context.Context, p *wire.Product) error {
	portfolio, err := s.portfolio(ctx, p)
	if err != nil {
		return err
	}
	who := access.Principal{ID: "sample", Name: "sample", Role: access.Admin}
	tell := func(done, total int) { s.screen.Progress("sample portfolio", int64(done), int64(total)) }
	if err := sample.Load(ctx, p.App, who, portfolio, tell); err != nil {
		return fmt.Errorf("load the sample: %w", err)
	}
	s.screen.Step("The sample portfolio is there: %d customers, %d invoices", len(portfolio.Customers), len(portfolio.Invoices))
	if s.keys, err = keyFiles(ctx, s.home.path("keys"), p.App, p.Auth()); err != nil {
		return err
	}
	if !s.o.Demo {
		return nil
	}
	clock, err := p.DB.ResumeClock(ctx, time.Now())
	if err == nil {
		s.keepPace(24 * time.Hour / time.Duration(clock.Rate))
	}
	return err
}

// keepPace takes the pace of the folder's clock, which never changes.
func (s *session) keepPace(day time.Duration) {
	if day.Round(time.Second/10) != s.o.Day.Round(time.Second/10) {
		s.screen.Step("This folder's clock runs a day in %s; delete %s for another pace", day, s.home.shown())
		s.o.Day = day
	}
}

// portfolio is the sample as of the day on which the installation began, so that it is the same at every start.
func (s *session) portfolio(ctx context.Context, p *wire.Product) (*sample.Portfolio, error) {
	day, err := s.firstDay(ctx, p)
	if err != nil {
		return nil, err
	}
	return sample.Generate(seed, day), nil
}

// run runs the parts, and beside them what people see.
func (s *session) run(ctx context.Context, p *wire.Product, e *engine.Engine) error {
	show, err := s.show(ctx, p)
	if err != nil {
		return err
	}
	if err := s.writeEnv(); err != nil { // before anything answers: who waits for /readyz reads it
		return err
	}
	return wire.Together(ctx,
		func(ctx context.Context) error { return p.Serve(ctx, s.listener, e, "development") },
		func(ctx context.Context) error { return p.Relay(ctx, e) },
		func(ctx context.Context) error { return p.Work(ctx, e) },
		s.postgresLives,
		func(ctx context.Context) error {
			if err := s.awaitReady(ctx); err != nil {
				return stopped(ctx, err)
			}
			s.screen.Step("API, relay and worker are ready")
			s.ready()
			return show(ctx)
		},
	)
}

// show is what people see once everything is ready. A story begins before the parts do, so that it misses nothing.
func (s *session) show(ctx context.Context, p *wire.Product) (func(context.Context) error, error) {
	if !s.o.Demo {
		return func(context.Context) error { return nil }, nil
	}
	began, err := s.firstDay(ctx, p)
	if err != nil {
		return nil, err
	}
	told, err := newStory(ctx, p, s.screen)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return s.demo(ctx, p, told, began) }, nil
}

func (s *session) postgresLives(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-s.stack.Postgres.Done():
		return errors.New("PostgreSQL ended by itself; see " + s.stack.Postgres.LogFile())
	}
}

// awaitReady returns when /readyz says so.
func (s *session) awaitReady(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-limited.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("the product was not ready after %s; see %s", readyLimit, s.home.shown("arrears.log"))
		case <-tick.C:
			if s.answers(limited) {
				return nil
			}
		}
	}
}

func (s *session) answers(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url()+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = answer.Body.Close() }() // its content does not matter
	return answer.StatusCode == http.StatusOK
}

func (s *session) url() string { return "http://" + s.listener.Addr().String() }

// pause lets a demonstration's clock stand still until the next start.
func (s *session) pause(ctx context.Context, p *wire.Product) error {
	if !s.o.Demo {
		return nil
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stack.StopLimit)
	defer cancel()
	return p.DB.PauseClock(ending, time.Now())
}

// close stops what was started, in the reverse order.
func (s *session) close(ctx context.Context) error {
	var failures []error
	if s.listener != nil {
		_ = s.listener.Close() // the API has closed it, if it ran
	}
	if s.stack != nil {
		s.screen.Step("Stopping")
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stack.StopLimit)
		defer cancel()
		failures = append(failures, s.stack.Stop(ending))
	}
	if s.log != nil {
		failures = append(failures, s.log.Close())
	}
	failures = append(failures, s.home.close())
	err := errors.Join(failures...)
	if s.stack != nil && err == nil {
		s.screen.Step("Stopped. The next start goes on from here.")
	}
	return err
}
