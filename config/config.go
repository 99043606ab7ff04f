// Package config is the one documented, validated struct of settings, read from the environment. Every field has a usable
// zero or a stated default; a wrong value stops the start with one clear line. It imports nothing of ours.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is everything an operator may set. The doc tags are the reference printed by `arrears config`.
type Config struct {
	DatabaseURL string `env:"ARREARS_DATABASE_URL" doc:"PostgreSQL connection URL of the product's database"`
	DatabaseMax int    `env:"ARREARS_DATABASE_CONNECTIONS" envDefault:"20" doc:"connections to the database at the same time, 4 to 500; pool_max_conns in the URL wins"`
	AppRole     string `env:"ARREARS_APP_ROLE" doc:"database role to work as after connecting, for example arrears_app; empty: the one that connects. migrate ignores it"`
	HTTPAddr    string `env:"ARREARS_HTTP_ADDR" envDefault:"127.0.0.1:8080" doc:"address and port of the API"`
	LogLevel    string `env:"ARREARS_LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error"`
	LogFormat   string `env:"ARREARS_LOG_FORMAT" envDefault:"text" doc:"text or json"`

	Creditor  Creditor
	Temporal  Temporal
	Mail      Mail
	Notices   Notices
	Documents Documents
	Bank      Bank
	API       API
	Worker    Worker
	Webhook   Webhook
	Metrics   Metrics
	Traces    Traces
	Templates string `env:"ARREARS_TEMPLATES" doc:"folder of own notice templates, checked at the start"`
}

// Creditor is who collects. It is written at the first migration of a database; later changes go through the API
// (PATCH /v1/settings).
type Creditor struct {
	Name        string `env:"ARREARS_CREDITOR_NAME" envDefault:"Our company" doc:"new installation: name of the creditor, as notices show it"`
	Address     string `env:"ARREARS_CREDITOR_ADDRESS" doc:"new installation: postal address as it stands below the name, lines separated by \\n"`
	RemitTo     string `env:"ARREARS_REMIT_TO" doc:"new installation: bank details as notices show them, lines separated by \\n"`
	TimeZone    string `env:"ARREARS_TIME_ZONE" envDefault:"UTC" doc:"new installation: time zone (IANA name)"`
	Language    string `env:"ARREARS_LANGUAGE" envDefault:"en" doc:"new installation: language of notices where the customer states none"`
	Calendar    string `env:"ARREARS_CALENDAR" envDefault:"none" doc:"new installation: holiday calendar; none is weekends only"`
	From        string `env:"ARREARS_FROM_ADDRESS" envDefault:"receivables@localhost" doc:"new installation: sender address of mails"`
	ReplyDomain string `env:"ARREARS_REPLY_DOMAIN" envDefault:"localhost" doc:"new installation: domain of the reply addresses, which thread to the customer"`
}

// Temporal says where the engine is.
type Temporal struct {
	Address    string `env:"ARREARS_TEMPORAL_ADDRESS" envDefault:"127.0.0.1:7233" doc:"host and port of the Temporal frontend"`
	Namespace  string `env:"ARREARS_TEMPORAL_NAMESPACE" envDefault:"arrears" doc:"Temporal namespace"`
	APIKey     string `env:"ARREARS_TEMPORAL_API_KEY" doc:"API key for Temporal Cloud; implies TLS"`
	TLS        bool   `env:"ARREARS_TEMPORAL_TLS" doc:"use TLS towards Temporal"`
	TLSCert    string `env:"ARREARS_TEMPORAL_TLS_CERT" doc:"client certificate file (PEM)"`
	TLSKey     string `env:"ARREARS_TEMPORAL_TLS_KEY" doc:"client key file (PEM)"`
	PayloadKey string `env:"ARREARS_PAYLOAD_KEYS" doc:"payload encryption keys, id=base64 of 32 bytes, comma separated; the first encrypts, all decrypt. They seal the secrets of webhook endpoints as well"`
}

// Mail says how mails leave.
type Mail struct {
	Host     string        `env:"ARREARS_SMTP_HOST" envDefault:"127.0.0.1" doc:"SMTP server"`
	Port     int           `env:"ARREARS_SMTP_PORT" envDefault:"25" doc:"SMTP port"`
	TLS      string        `env:"ARREARS_SMTP_TLS" envDefault:"mandatory" doc:"none, opportunistic, mandatory (STARTTLS) or implicit"`
	CAFile   string        `env:"ARREARS_SMTP_CA_FILE" doc:"PEM file of further certificate authorities"`
	Username string        `env:"ARREARS_SMTP_USERNAME" doc:"SMTP user; empty: no authentication"`
	Password string        `env:"ARREARS_SMTP_PASSWORD" doc:"SMTP password"`
	Timeout  time.Duration `env:"ARREARS_SMTP_TIMEOUT" envDefault:"30s" doc:"longest wait for the mail server, 1s to 5m"`
}

// Notices says where letters go and how long a notice gathers lines.
type Notices struct {
	LetterDir string        `env:"ARREARS_LETTER_DIR" envDefault:"./letters" doc:"folder into which letters are written for printing"`
	Pause     time.Duration `env:"ARREARS_GATHER_PAUSE" envDefault:"2s" doc:"real-time pause after a notice's first line before it is sealed, 0s to 10m"`
}

// Documents says where the contents of documents are kept.
type Documents struct {
	Store    string `env:"ARREARS_DOCUMENT_STORE" envDefault:"./documents" doc:"where documents are kept: a folder that all processes share, or s3://bucket?region=…&endpoint=…&use_path_style=true&prefix=…; the credentials of a bucket are taken from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the like)"`
	MaxBytes int64  `env:"ARREARS_DOCUMENT_MAX_BYTES" envDefault:"52428800" doc:"largest document in bytes, 1 to 1073741824; what is larger than 16 MiB is not sent with a message"`
}

// Bank says where files of banks come from.
type Bank struct {
	Folder string `env:"ARREARS_BANK_FOLDER" doc:"folder from which serve takes files of banks and payers: what is loaded is moved to done/ there, what is refused to refused/ with the reason; profile.yaml says how its .csv files are read; empty: none"`
}

// API bounds the HTTP interface.
type API struct {
	RatePerSecond float64       `env:"ARREARS_RATE_PER_SECOND" envDefault:"50" doc:"requests a second allowed per key"`
	RateBurst     int           `env:"ARREARS_RATE_BURST" envDefault:"100" doc:"burst allowed per key"`
	Shutdown      time.Duration `env:"ARREARS_SHUTDOWN_TIMEOUT" envDefault:"20s" doc:"time for requests under way to finish at a stop"`
}

// Worker tunes the engine's worker.
type Worker struct {
	StickyCache   int           `env:"ARREARS_STICKY_CACHE" envDefault:"2000" doc:"workflows kept in memory between tasks, 0 to 100000 (about 90 KiB each)"`
	StickyTimeout time.Duration `env:"ARREARS_STICKY_TIMEOUT" envDefault:"10s" doc:"how long a task waits for the worker that has its workflow in memory, 1s to 60s"`
	Concurrency   int           `env:"ARREARS_WORKER_CONCURRENCY" envDefault:"64" doc:"activities at the same time, 1 to 1000"`
}

// Webhook says where SMS and webhook notices are posted.
type Webhook struct {
	URL          string        `env:"ARREARS_WEBHOOK_URL" doc:"gateway to which SMS and webhook notices are posted; empty: these channels are off"`
	Secret       string        `env:"ARREARS_WEBHOOK_SECRET" doc:"signing secret (whsec_ and base64)"`
	AllowPrivate bool          `env:"ARREARS_WEBHOOK_ALLOW_PRIVATE" doc:"allow plain http and addresses of this machine and the local network, for the gateway and for endpoints of events"`
	Timeout      time.Duration `env:"ARREARS_WEBHOOK_TIMEOUT" envDefault:"10s" doc:"longest wait for the gateway"`
	Keep         time.Duration `env:"ARREARS_WEBHOOK_KEEP" envDefault:"720h" doc:"how long delivered events can be seen under their endpoints, 1h to 8760h; dead letters stay"`
}

// Metrics says where a process shows its metrics.
type Metrics struct {
	Addr     string `env:"ARREARS_METRICS_ADDR" doc:"address and port at which serve, worker and relay show their metrics (/metrics, for Prometheus); empty: off"`
	Business bool   `env:"ARREARS_METRICS_BUSINESS" doc:"count the business's figures in this process always; otherwise only the leading relay counts them"`
}

// Traces says where spans go.
type Traces struct {
	Endpoint string  `env:"ARREARS_TRACES_ENDPOINT" doc:"host and port of an OpenTelemetry collector (OTLP over gRPC) for traces; empty: off"`
	Insecure bool    `env:"ARREARS_TRACES_INSECURE" doc:"speak to the collector without TLS"`
	Sample   float64 `env:"ARREARS_TRACES_SAMPLE" envDefault:"1" doc:"part of the requests that are traced, 0 to 1; what a request causes later is traced with it"`
}

// Load reads the environment and validates. The error is one line that names the variable.
func Load() (Config, error) { return load(env.Options{}) }

// FromMap is Load over the given variables only, for tests and for programs that embed the product.
func FromMap(vars map[string]string) (Config, error) { return load(env.Options{Environment: vars}) }

func load(opts env.Options) (Config, error) {
	var c Config
	if err := env.ParseWithOptions(&c, opts); err != nil {
		return Config{}, oneLine(err)
	}
	return c, c.Validate()
}

// oneLine names the first variable that could not be read.
func oneLine(err error) error {
	var agg env.AggregateError
	if errors.As(err, &agg) && len(agg.Errors) > 0 {
		err = agg.Errors[0]
	}
	var parse env.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s: %w", variableOf(parse.Name), parse.Err)
	}
	return errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
}

// Validate checks bounds and relations. The error is one line that names the variable.
func (c Config) Validate() error {
	return firstOf(
		oneOf("ARREARS_LOG_LEVEL", c.LogLevel, "debug", "info", "warn", "error"),
		oneOf("ARREARS_LOG_FORMAT", c.LogFormat, "text", "json"),
		oneOf("ARREARS_SMTP_TLS", c.Mail.TLS, "none", "opportunistic", "mandatory", "implicit"),
		postgresURL("ARREARS_DATABASE_URL", c.DatabaseURL),
		within("ARREARS_DATABASE_CONNECTIONS", c.DatabaseMax, 4, 500),
		hostPort("ARREARS_HTTP_ADDR", c.HTTPAddr),
		hostPort("ARREARS_TEMPORAL_ADDRESS", c.Temporal.Address),
		within("ARREARS_SMTP_PORT", c.Mail.Port, 1, 65535),
		within("ARREARS_SMTP_TIMEOUT", c.Mail.Timeout, time.Second, 5*time.Minute),
		within("ARREARS_GATHER_PAUSE", c.Notices.Pause, 0, 10*time.Minute),
		within("ARREARS_DOCUMENT_MAX_BYTES", c.Documents.MaxBytes, 1, 1<<30),
		given("ARREARS_DOCUMENT_STORE", c.Documents.Store),
		within("ARREARS_RATE_PER_SECOND", c.API.RatePerSecond, 0.1, 1e6),
		within("ARREARS_RATE_BURST", c.API.RateBurst, 1, 1_000_000),
		within("ARREARS_SHUTDOWN_TIMEOUT", c.API.Shutdown, 0, 10*time.Minute),
		within("ARREARS_STICKY_CACHE", c.Worker.StickyCache, 0, 100_000),
		within("ARREARS_STICKY_TIMEOUT", c.Worker.StickyTimeout, time.Second, time.Minute),
		within("ARREARS_WORKER_CONCURRENCY", c.Worker.Concurrency, 1, 1000),
		within("ARREARS_WEBHOOK_KEEP", c.Webhook.Keep, time.Hour, 8760*time.Hour),
		within("ARREARS_WEBHOOK_TIMEOUT", c.Webhook.Timeout, time.Second, time.Minute),
		optional(hostPort, "ARREARS_METRICS_ADDR", c.Metrics.Addr),
		optional(hostPort, "ARREARS_TRACES_ENDPOINT", c.Traces.Endpoint),
		within("ARREARS_TRACES_SAMPLE", c.Traces.Sample, 0, 1),
		c.webhookSigned(),
	)
}

func (c Config) webhookSigned() error {
	if c.Webhook.URL == "" {
		return nil
	}
	if u, err := url.Parse(c.Webhook.URL); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return errors.New("ARREARS_WEBHOOK_URL: want an http or https URL")
	}
	if c.Webhook.Secret == "" {
		return errors.New("ARREARS_WEBHOOK_SECRET: needed with ARREARS_WEBHOOK_URL")
	}
	return nil
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func oneOf(name, value string, allowed ...string) error {
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	return fmt.Errorf("%s: %q is not one of %s", name, value, strings.Join(allowed, ", "))
}

func within[T int | int64 | float64 | time.Duration](name string, value, low, high T) error {
	if value < low || value > high {
		return fmt.Errorf("%s: %v is not between %v and %v", name, value, low, high)
	}
	return nil
}

func given(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s: is empty", name)
	}
	return nil
}

func hostPort(name, value string) error {
	if _, port, err := net.SplitHostPort(value); err != nil || port == "" {
		return fmt.Errorf("%s: %q is not host:port", name, value)
	}
	return nil
}

// optional lets the empty value pass.
func optional(check func(name, value string) error, name, value string) error {
	if value == "" {
		return nil
	}
	return check(name, value)
}

// postgresURL allows the empty value: commands that need no database run without one.
func postgresURL(name, value string) error {
	if value == "" {
		return nil
	}
	if u, err := url.Parse(value); err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return fmt.Errorf("%s: want postgres://user@host:port/database", name)
	}
	return nil
}
