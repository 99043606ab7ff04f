package plant

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"arrears/app"
	"arrears/config"
	"arrears/devstack/bench/measure"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/policy"
	"arrears/engine"
	"arrears/internal/wire"
)

// Who acts. Clerk enters amounts and policies, and so may not approve; Boss decides.
var (
	Clerk = access.Principal{ID: "clerk", Name: "Clerk", Role: access.Admin}
	Boss  = access.Principal{ID: "boss", Name: "Boss", Role: access.Supervisor}
)

// House is a fresh installation: a database and an engine namespace of its own, set up by the product's own code.
type House struct {
	Env     map[string]string // as its processes get it
	Config  config.Config
	Product *wire.Product
	Engine  *engine.Engine
	SQL     *pgxpool.Pool
	// Namespace is the engine's, NamespaceID its key in the engine's database.
	Namespace   string
	NamespaceID []byte

	servers   *Servers
	processes []*Process
}

// HouseOptions say what an installation is like. Settings that are not named are production's defaults.
type HouseOptions struct {
	Clock  calendar.Clock // the zero value is the real one
	Policy string         // a document that becomes the default; empty leaves the shipped one
	Env    map[string]string
}

// NewHouse sets up an installation. Close it when it has been measured.
func (s *Servers) NewHouse(ctx context.Context, o HouseOptions) (_ *House, err error) {
	s.mu.Lock()
	s.number++
	name := fmt.Sprintf("bench_%d", s.number)
	s.mu.Unlock()
	if err := s.Postgres.CreateDatabase(ctx, name); err != nil {
		return nil, err
	}
	h := &House{servers: s, Namespace: name}
	defer func() {
		if err != nil {
			h.Close(ctx)
		}
	}()
	if h.Env, err = s.variables(name, o.Env); err != nil {
		return nil, err
	}
	if h.Config, err = config.FromMap(h.Env); err != nil {
		return nil, err
	}
	if err := h.open(ctx, o); err != nil {
		return nil, err
	}
	if h.NamespaceID, err = s.RegisterNamespace(ctx, name); err != nil {
		return nil, err
	}
	h.Engine, err = h.Product.Engine(ctx)
	return h, err
}

// ReadyHouse is NewHouse and what is to be done before it is measured. When that fails the house is closed.
func (s *Servers) ReadyHouse(ctx context.Context, o HouseOptions, prepare func(*House) error) (*House, error) {
	h, err := s.NewHouse(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := prepare(h); err != nil {
		h.Close(ctx)
		return nil, err
	}
	return h, nil
}

// variables are the settings of the installation's processes.
func (s *Servers) variables(name string, more map[string]string) (map[string]string, error) {
	host, port, err := net.SplitHostPort(s.Mail.Addr())
	vars := map[string]string{
		"ARREARS_DATABASE_URL":       s.Postgres.URL(name),
		"ARREARS_TEMPORAL_ADDRESS":   s.TemporalAddress,
		"ARREARS_TEMPORAL_NAMESPACE": name,
		"ARREARS_SMTP_HOST":          host,
		"ARREARS_SMTP_PORT":          port,
		"ARREARS_SMTP_TLS":           "none",
		"ARREARS_LETTER_DIR":         filepath.Join(s.Dir, "letters"),
		"ARREARS_DOCUMENT_STORE":     filepath.Join(s.Dir, "documents"),
		"ARREARS_LOG_LEVEL":          "warn",
		"ARREARS_CREDITOR_NAME":      "Nordwind Handel GmbH",
		"ARREARS_CREDITOR_ADDRESS":   `Hafenstraße 7\n20457 Hamburg`,
		"ARREARS_REMIT_TO":           `Bank of Examples\nIBAN DE00 0000 0000 0000 0000 00`,
		"ARREARS_FROM_ADDRESS":       "receivables@nordwind.example",
		"ARREARS_REPLY_DOMAIN":       "reply.nordwind.example",
		"ARREARS_RATE_PER_SECOND":    "100000",
		"ARREARS_RATE_BURST":         "100000",
	}
	maps.Copy(vars, more)
	return vars, err
}

// open migrates the database, sets up the installation, and publishes its policy.
func (h *House) open(ctx context.Context, o HouseOptions) (err error) {
	if o.Clock.Kind == "" {
		o.Clock = calendar.Clock{Kind: calendar.RealClock}
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	if err := wire.Migrate(ctx, h.Config, log, o.Clock); err != nil {
		return err
	}
	if h.Product, err = wire.Open(ctx, h.Config, log); err != nil {
		return err
	}
	if h.SQL, err = pgxpool.New(ctx, h.Config.DatabaseURL); err != nil {
		return err
	}
	if o.Policy == "" {
		return nil
	}
	p, err := policy.Parse([]byte(o.Policy))
	if err != nil {
		return err
	}
	if _, err := h.Product.App.PublishPolicy(ctx, Clerk, p); err != nil {
		return err
	}
	settings, err := h.Product.App.Settings(ctx, Clerk)
	if err != nil {
		return err
	}
	_, err = h.Product.App.UpdateSettings(ctx, Clerk, app.SettingsChange{Version: settings.Version, DefaultPolicy: &p.Key})
	return err
}

// Close ends the installation's processes and connections. Its data stays until the servers stop.
func (h *House) Close(ctx context.Context) {
	h.StopAll(ctx)
	if h.Engine != nil {
		h.Engine.Close()
	}
	if h.SQL != nil {
		h.SQL.Close()
	}
	if h.Product != nil {
		h.Product.Close()
	}
}

// StopAll ends the installation's processes.
func (h *House) StopAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	for _, p := range h.processes {
		_ = p.Stop(ctx) // it is gone either way
	}
	h.processes = nil
}

// Run starts one of the product's commands as a process with the installation's settings and further NAME=value variables.
// A worker whose profile is wanted runs the same code in this program.
func (h *House) Run(ctx context.Context, name string, args []string, env ...string) (*Process, error) {
	p := process{name: name, path: h.servers.product, args: args}
	if h.servers.profile != "" && args[0] == "worker" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		p.path, p.args = self, append([]string{"role", "worker", "--profile", h.servers.profile}, args[1:]...)
	}
	for name, value := range h.Env {
		p.env = append(p.env, name+"="+value)
	}
	p.env = append(p.env, env...)
	started, err := h.servers.start(ctx, p)
	if err == nil {
		h.processes = append(h.processes, started)
	}
	return started, err
}

// Worker starts `arrears worker`, which also stands by as the relay unless told otherwise by further arguments.
func (h *House) Worker(ctx context.Context, more ...string) (*Process, error) {
	return h.Run(ctx, "worker", append([]string{"worker"}, more...))
}

// Polled waits until the installation's workers ask for work.
func (h *House) Polled(ctx context.Context) error {
	return Until(ctx, "a worker asks for work", func() (bool, error) { return h.Engine.Polled(ctx) })
}

// Led waits until a worker asks for work and a relay has delivered what a new installation leaves to it.
func (h *House) Led(ctx context.Context) error {
	if err := h.Polled(ctx); err != nil {
		return err
	}
	return h.None(ctx, "nudges", "true")
}

// Processes are the installation's processes, in the order of their start.
func (h *House) Processes() []*Process { return h.processes }

// Readings runs a query that returns one number per row.
func (h *House) Readings(ctx context.Context, query string, args ...any) (measure.Series, error) {
	rows, err := h.SQL.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[float64])
}

// Relay delivers in this process until the returned function is called.
func (h *House) Relay(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = h.Product.Relay(ctx, h.Engine) // ends by ctx alone
	}()
	return func() { cancel(); <-done }
}
