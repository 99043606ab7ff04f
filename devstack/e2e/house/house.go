package house

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/worker"

	"arrears/app"
	"arrears/config"
	"arrears/devstack/mailsink"
	"arrears/domain/calendar"
	"arrears/engine"
	"arrears/internal/testkit"
	"arrears/internal/wire"
	"arrears/worker"
)

// The variables that name the servers besides testkit.DatabaseEnv.
const (
	TemporalEnv = "ARREARS_TEST_TEMPORAL"
)

// Options say what differs from an installation on the real clock with one worker and one relay.
type Options struct {
	// Clock of the installation; the zero value is the real one.
	Clock calendar.Clock
	// Policy is a document that is published and made the installation's default; empty leaves the shipped one.
	Policy string
	// Idle starts neither worker nor relay.
	Idle bool
	// Env are further ARREARS_ variables.
	Env map[string]string
	// DatabaseURL and Temporal name other servers than those of the environment.
	DatabaseURL, Temporal string
}

// House is an installation with its servers. Its methods fail the test.
type House struct {
	t       testing.TB
	Env     map[string]string // as for a process of the product
	Config  config.Config
	Product *wire.Product
	App     *app.App
	Engine  *engine.Engine
	Mail    *mailsink.Sink
	SQL     *pgxpool.Pool

	log  *journal
	mu   sync.Mutex
	stop []func()
}

// New sets up an installation, and starts its worker and relay unless told otherwise. Everything ends with the test.
func New(t testing.TB, o Options) *House {
	t.Helper()
	h := &House{t: t, log: &journal{}}
	h.Mail = h.sink()
	if o.DatabaseURL == "" {
		o.DatabaseURL = testkit.Schema(t)
	}
	if o.Temporal == "" {
		o.Temporal = address(t, TemporalEnv)
	}
	h.Env = h.variables(o)
	var err error
	h.Config, err = config.FromMap(h.Env)
	require.NoError(t, err)
	logger := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	require.NoError(t, wire.Migrate(t.Context(), h.Config, logger, clockOr(o.Clock)))
	h.Product, err = wire.Open(t.Context(), h.Config, logger)
	require.NoError(t, err)
	t.Cleanup(h.Product.Close)
	h.App = h.Product.App
	h.SQL, err = pgxpool.New(t.Context(), o.DatabaseURL)
	require.NoError(t, err)
	t.Cleanup(h.SQL.Close)
	RegisterNamespace(t, o.Temporal, h.Config.Temporal.Namespace)
	h.Engine, err = h.Product.Engine(t.Context())
	require.NoError(t, err)
	t.Cleanup(h.Engine.Close)
	if o.Clock.Kind == calendar.ScaledClock {
		h.begin()
	}
	if o.Policy != "" {
		h.DefaultPolicy(o.Policy)
	}
	t.Cleanup(h.Stop)
	t.Cleanup(h.tellIfFailed) // before anything is stopped
	if !o.Idle {
		h.StartRelay()
		h.StartWorker()
	}
	return h
}

// address reads a variable that names a server.
func address(t testing.TB, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run the tests with `make test`, which starts the servers for them", name)
	}
	return value
}

func clockOr(c calendar.Clock) calendar.Clock {
	if c.Kind == "" {
		return calendar.Clock{Kind: calendar.RealClock}
	}
	return c
}

func (h *House) sink() *mailsink.Sink {
	sink, err := mailsink.Start(mailsink.Options{Dir: filepath.Join(h.t.TempDir(), "mails")})
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = sink.Close() })
	return sink
}

// variables are the settings of a process of this installation.
func (h *House) variables(o Options) map[string]string {
	host, port, err := net.SplitHostPort(h.Mail.Addr())
	require.NoError(h.t, err)
	pause := "200ms"
	if o.Clock.Kind == calendar.SteppedClock || o.Clock.Kind == calendar.ScaledClock {
		pause = "0s"
	}
	vars := map[string]string{
		"ARREARS_DATABASE_URL":       o.DatabaseURL,
		"ARREARS_TEMPORAL_ADDRESS":   o.Temporal,
		"ARREARS_TEMPORAL_NAMESPACE": "t-" + randomID(),
		"ARREARS_SMTP_HOST":          host,
		"ARREARS_SMTP_PORT":          port,
		"ARREARS_SMTP_TLS":           "none",
		"ARREARS_LETTER_DIR":         filepath.Join(h.t.TempDir(), "letters"),
		"ARREARS_DOCUMENT_STORE":     filepath.Join(h.t.TempDir(), "documents"),
		"ARREARS_GATHER_PAUSE":       pause,
		"ARREARS_STICKY_TIMEOUT":     "1s",
		"ARREARS_CREDITOR_NAME":      "Nordwind Handel GmbH",
		"ARREARS_CREDITOR_ADDRESS":   `Hafenstraße 7\n20457 Hamburg`,
		"ARREARS_REMIT_TO":           `Bank of Examples\nIBAN DE00 0000 0000 0000 0000 00`,
		"ARREARS_FROM_ADDRESS":       "receivables@nordwind.example",
		"ARREARS_REPLY_DOMAIN":       "reply.nordwind.example",
		"ARREARS_RATE_PER_SECOND":    "10000",
		"ARREARS_RATE_BURST":         "10000",
	}
	maps.Copy(vars, o.Env)
	return vars
}

// StartRelay runs a relay until the returned function is called or the test ends.
func (h *House) StartRelay() (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = h.Product.Relay(ctx, h.Engine) // ends by ctx alone
	}()
	return h.onStop(func() { cancel(); <-done })
}

// StartWorker runs a worker until the returned function is called or the test ends. A workflow that leaves its recorded
// path fails, so that a test sees it.
func (h *House) StartWorker() (stop func()) { return h.StartWorkerOf(h.Product) }

// Reopen is the installation as another process sees it: nothing of it is in memory yet.
func (h *House) Reopen() *wire.Product {
	p, err := wire.Open(h.t.Context(), h.Config, h.Product.Log)
	require.NoError(h.t, err)
	h.t.Cleanup(p.Close)
	return p
}

// StartWorkerOf is StartWorker over another opening of the installation.
func (h *House) StartWorkerOf(p *wire.Product) (stop func()) {
	does, err := p.Activities()
	require.NoError(h.t, err)
	does.Nightly.Workflows = h.Engine
	w := worker.New(h.Engine.Client(), does, worker.Options{
		StickyTimeout: h.Config.Worker.StickyTimeout, CacheSize: h.Config.Worker.StickyCache, FailWorkflows: true,
		Identity: "worker", Log: h.Product.Log,
	})
	return h.run(w)
}

func (h *House) run(w sdk.Worker) (stop func()) {
	require.NoError(h.t, w.Start())
	return h.onStop(w.Stop)
}

// onStop keeps what ends a part, to be called once.
func (h *House) onStop(end func()) func() {
	var once sync.Once
	stop := func() { once.Do(end) }
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stop = append(h.stop, stop)
	return stop
}

// Stop ends all relays and workers of this process, the last first.
func (h *House) Stop() {
	h.mu.Lock()
	parts := h.stop
	h.stop = nil
	h.mu.Unlock()
	for i := len(parts) - 1; i >= 0; i-- {
		parts[i]()
	}
}

// Now is the business instant.
func (h *House) Now() time.Time {
	h.t.Helper()
	now, err := h.Product.Clock.Now(h.t.Context())
	require.NoError(h.t, err)
	return now
}

// Today is the business date in UTC.
func (h *House) Today() calendar.Date { return calendar.DateOf(h.Now(), time.UTC) }

// journal keeps what was logged, for a test that fails.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// tail is the last part of what was logged.
func (j *journal) tail(limit int) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	text := j.text.Bytes()
	return string(text[max(0, len(text)-limit):])
}
