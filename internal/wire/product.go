package wire

import (
	"context"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"arrears/app"
	"arrears/config"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/filestore"
	"arrears/internal/seal"
	"arrears/port"
	"arrears/store"
	"arrears/telemetry"
)

// CodeNoDatabase means that ARREARS_DATABASE_URL is not set.
const CodeNoDatabase = "config.no_database"

// Product is the product over one database. The parts that run for long are started by its methods.
type Product struct {
	Config config.Config
	Log    *slog.Logger
	DB     *store.DB
	Clock  *Clock
	Files  *filestore.Store
	App    *app.App
	// Metrics and Traces are nil where they are off.
	Metrics *telemetry.Metrics
	Traces  *telemetry.Traces
	sealer  *seal.Keyring
}

// Open connects to the database and makes the use cases. It neither migrates nor reaches the engine.
// Errors: config.no_database, config.payload_keys, config.document_store, store.bad_url,
// store.unavailable.
func Open(ctx context.Context, cfg config.Config, log *slog.Logger) (*Product, error) {
	address, err := databaseURL(cfg)
	if err != nil {
		return nil, err
	}
	sealer, err := keyring(cfg.Temporal)
	if err != nil {
		return nil, err
	}
	spans, err := traces(ctx, cfg, telemetry.TraceOptions{Log: log})
	if err != nil {
		return nil, err
	}
	files, err := filestore.At(cfg.Documents.Store)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, address, tracedStore(spans)...)
	if err != nil {
		return nil, err
	}
	clock := NewClock(db)
	p := &Product{
		Config: cfg, Log: log, DB: db, Clock: clock, Files: files, Traces: spans, sealer: sealer,
		App: app.New(app.Deps{
			Store: db, Clock: clock, Log: log, Files: files, MaxDocument: cfg.Documents.MaxBytes,
			Templates: sync.OnceValues(func() (policy.Templates, error) { return Templates(cfg) }),
			Webhooks:  app.Webhooks{AllowPrivate: cfg.Webhook.AllowPrivate, Sealer: sealer},
		}),
	}
	p.measure()
	return p, nil
}

// Close ends the connections to the database, and sends what spans are left.
func (p *Product) Close() {
	if p.Metrics != nil {
		p.Metrics.Close()
	}
	p.DB.Close()
	if p.Traces != nil {
		p.Traces.Close()
	}
}

// Migrate brings the database to this version and sets up a new installation: creditor, business clock, default policy.
// What is there already stays. It works as the role that connects, whatever the application's role is.
func Migrate(ctx context.Context, cfg config.Config, log *slog.Logger, clock calendar.Clock) error {
	if cfg.DatabaseURL == "" {
		return noDatabase()
	}
	if err := store.Migrate(ctx, cfg.DatabaseURL); err != nil {
		return err
	}
	cfg.AppRole = ""
	p, err := Open(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer p.Close()
	return p.App.SetUp(ctx, installation(cfg.Creditor), clock)
}

// installation is the creditor as the environment tells it. Lines are written with \n there.
func installation(c config.Creditor) port.Installation {
	return port.Installation{
		CreditorName: c.Name, CreditorAddress: lines(c.Address), RemitTo: lines(c.RemitTo), TimeZone: c.TimeZone,
		Language: c.Language, Calendar: c.Calendar, FromAddress: c.From, ReplyDomain: c.ReplyDomain,
	}
}

func lines(text string) string { return strings.ReplaceAll(text, `\n`, "\n") }

// databaseURL adds to the URL what the configuration says besides: the role to work as and the bound of connections.
func databaseURL(cfg config.Config) (string, error) {
	if cfg.DatabaseURL == "" {
		return "", noDatabase()
	}
	address, err := url.Parse(cfg.DatabaseURL)
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "store.bad_url", "the database URL cannot be read")
	}
	query := address.Query()
	if cfg.AppRole != "" {
		query.Set("role", cfg.AppRole)
	}
	if query.Get("pool_max_conns") == "" && cfg.DatabaseMax > 0 {
		query.Set("pool_max_conns", strconv.Itoa(cfg.DatabaseMax))
	}
	address.RawQuery = query.Encode()
	return address.String(), nil
}

func noDatabase() error {
	return fault.New(fault.Invalid, CodeNoDatabase, "ARREARS_DATABASE_URL is not set")
}
