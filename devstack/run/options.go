package run

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"path/filepath"
	"strings"
	"time"

	"arrears/config"
	"arrears/devstack/stack"
	"arrears/domain/calendar"
)

// The defaults of what is kept where, and of the demonstration's pace.
const (
	defaultDir     = ".arrears"
	defaultDemoDir = ".arrears-demo"
	defaultDay     = 5 * time.Second
	// slowestDay and fastestDay bound the pace: a slower day is none, a faster one outruns the mails.
	slowestDay = 24 * time.Hour
	fastestDay = 500 * time.Millisecond
)

// seed makes the same sample everywhere.
const seed = 2026

// Options says what to run. Make them with FromEnvironment.
type Options struct {
	// Dir holds everything that is kept.
	Dir string
	// Demo runs on a scaled business clock and plays the sample's script.
	Demo bool
	// Day is how long a business day lasts in a demo.
	Day time.Duration
	// Variables are the product's own settings (ARREARS_…); what the stack decides is set over them.
	Variables map[string]string
	// Out is where people look.
	Out io.Writer
	// Ephemeral is for tests: PostgreSQL syncs nothing and starts empty.
	Ephemeral bool
}

// FromEnvironment reads ARREARS_DATA_DIR, ARREARS_DEMO_DAY and the product's own variables. The error is one line.
func FromEnvironment(demo bool, environment []string, out io.Writer) (Options, error) {
	o := Options{Demo: demo, Dir: defaultDir, Day: defaultDay, Variables: map[string]string{}, Out: out}
	if demo {
		o.Dir = defaultDemoDir
	}
	for _, pair := range environment {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "ARREARS_") && value != "" {
			o.Variables[name] = value
		}
	}
	if dir := o.Variables["ARREARS_DATA_DIR"]; dir != "" {
		o.Dir = dir
	}
	if text := o.Variables["ARREARS_DEMO_DAY"]; text != "" {
		day, err := time.ParseDuration(text)
		if err != nil || day < fastestDay || day > slowestDay {
			return o, fmt.Errorf("ARREARS_DEMO_DAY: want a duration from %s to %s, for example 5s", fastestDay, slowestDay)
		}
		o.Day = day
	}
	_, err := config.FromMap(o.Variables)
	return o, err
}

// config is the product's configuration over the stack.
func (o Options) config(h *home, where stack.Addresses) (config.Config, error) {
	variables := map[string]string{
		"ARREARS_CREDITOR_NAME":    "Lindqvist & Morrow Instruments",
		"ARREARS_CREDITOR_ADDRESS": `14 Harbour Row\nPort Ellery`,
		"ARREARS_REMIT_TO":         `Bank of Port Ellery\nIBAN ` + inFours(ourAccount()),
		"ARREARS_FROM_ADDRESS":     "receivables@lindqvist-morrow.example",
		"ARREARS_REPLY_DOMAIN":     "reply.lindqvist-morrow.example",
	}
	if o.Demo {
		variables["ARREARS_GATHER_PAUSE"] = "300ms" // two seconds are ten hours on a clock that runs a day in five
	}
	maps.Copy(variables, o.Variables)
	host, port, err := net.SplitHostPort(where.SMTP)
	if err != nil {
		return config.Config{}, err
	}
	maps.Copy(variables, map[string]string{
		"ARREARS_DATABASE_URL":       where.DatabaseURL,
		"ARREARS_TEMPORAL_ADDRESS":   where.Temporal,
		"ARREARS_TEMPORAL_NAMESPACE": where.TemporalNamespace,
		"ARREARS_SMTP_HOST":          host,
		"ARREARS_SMTP_PORT":          port,
		"ARREARS_SMTP_TLS":           "none",
		"ARREARS_SMTP_USERNAME":      "",
		"ARREARS_LETTER_DIR":         h.path("letters"),
		"ARREARS_DOCUMENT_STORE":     h.path("documents"),
	})
	return config.FromMap(variables)
}

// httpAddr is where the API listens.
func (o Options) httpAddr() string {
	if address := o.Variables["ARREARS_HTTP_ADDR"]; address != "" {
		return address
	}
	return "127.0.0.1:8080"
}

// clock is the business clock of a new installation. A scaled one stands still until everything is ready.
func (o Options) clock(now time.Time) calendar.Clock {
	if !o.Demo {
		return calendar.Clock{Kind: calendar.RealClock}
	}
	const paused = 100 * 365 * 24 * time.Hour
	return calendar.Clock{
		Kind: calendar.ScaledClock, Epoch: now.Add(paused), Origin: monday(now), Rate: int64((24 * time.Hour) / o.Day),
	}
}

// monday is early on the Monday of the week: a demonstration begins with five working days, whenever it is started.
func monday(now time.Time) time.Time {
	today := calendar.DateOf(now, time.UTC)
	back := (int(today.Weekday()) + 6) % 7
	return today.AddDays(-back).Time(time.UTC).Add(5 * time.Hour)
}

// errAddress explains an address that is taken.
func errAddress(address string, err error) error {
	return errors.Join(fmt.Errorf("the API cannot listen on %s: is something else running there? Set ARREARS_HTTP_ADDR, for example ARREARS_HTTP_ADDR=127.0.0.1:8081", address), err)
}

// logFile is where the product's own log goes; the screen is for people.
func (h *home) logFile() string { return filepath.Join(h.dir, "arrears.log") }
