// Package stack starts PostgreSQL, Temporal and the mail sink together, in the order in which they need each other, and
// stops them in the reverse order.
//
// It knows nothing of the product: whoever runs the product beside it takes the addresses from here. It may be imported
// by devstack's commands and by whole-system tests.
package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"arrears/devstack/mailsink"
	"arrears/devstack/postgres"
	"arrears/devstack/temporal"
)

// Database is the product's database, made at the start.
const Database = "arrears"

// StopLimit is how long stopping everything may take before it is cut short: seconds are usual, more where a machine is busy.
const StopLimit = 3 * time.Minute

// Options says where the stack keeps its state. Every port is on 127.0.0.1, and 0 takes a free one.
type Options struct {
	// Dir gets the folders postgres and mails, and the logs. It is made when absent.
	Dir          string
	PostgresPort int
	TemporalPort int
	SMTPPort     int
	// Ephemeral is for tests: PostgreSQL syncs nothing, starts empty, and is removed at the end.
	Ephemeral bool
	// Progress is told in one line each what is being done. It may be nil.
	Progress func(line string)
}

// Stack is what runs. The three servers may be used directly.
type Stack struct {
	Postgres *postgres.Server
	Temporal *temporal.Server
	Mail     *mailsink.Sink
}

// Start starts the three and returns when all of them answer. What had been started when something fails is stopped.
func Start(ctx context.Context, opts Options) (*Stack, error) {
	if opts.Progress == nil {
		opts.Progress = func(string) {}
	}
	s := &Stack{}
	for _, part := range []struct {
		name  string
		start func(context.Context, Options) (string, error)
	}{
		{"PostgreSQL", s.startPostgres},
		{"mail sink", s.startMail},
		{"Temporal", s.startTemporal},
	} {
		began := time.Now()
		address, err := part.start(ctx, opts)
		if err != nil {
			stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), StopLimit)
			defer cancel()
			return nil, errors.Join(fmt.Errorf("%s: %w", part.name, err), s.Stop(stopping))
		}
		opts.Progress(fmt.Sprintf("%s answers at %s after %.1f s", part.name, address, time.Since(began).Seconds()))
	}
	return s, nil
}

func (s *Stack) startPostgres(ctx context.Context, opts Options) (string, error) {
	if err := os.MkdirAll(opts.Dir, 0o755); err != nil {
		return "", err
	}
	server, err := postgres.Start(ctx, postgres.Options{
		Dir:       filepath.Join(opts.Dir, "postgres"),
		Port:      opts.PostgresPort,
		Ephemeral: opts.Ephemeral,
		Progress:  opts.Progress,
	})
	if err != nil {
		return "", err
	}
	s.Postgres = server
	return fmt.Sprintf("127.0.0.1:%d", server.Port()), server.CreateDatabase(ctx, Database)
}

func (s *Stack) startMail(_ context.Context, opts Options) (string, error) {
	sink, err := mailsink.Start(mailsink.Options{Dir: filepath.Join(opts.Dir, "mails"), Port: opts.SMTPPort})
	if err != nil {
		return "", err
	}
	s.Mail = sink
	return sink.Addr(), nil
}

func (s *Stack) startTemporal(ctx context.Context, opts Options) (string, error) {
	server, err := temporal.Start(ctx, temporal.Options{
		PostgresURL:  s.Postgres.URL("postgres"),
		FrontendPort: opts.TemporalPort,
		LogFile:      filepath.Join(opts.Dir, "temporal.log"),
	})
	if err != nil {
		return "", err
	}
	s.Temporal = server
	return server.HostPort(), nil
}

// Stop stops what was started, in the reverse order, and goes on when one of them fails.
func (s *Stack) Stop(ctx context.Context) error {
	var failures []error
	if s.Temporal != nil {
		failures = append(failures, s.Temporal.Stop(ctx))
		s.Temporal = nil
	}
	if s.Mail != nil {
		failures = append(failures, s.Mail.Close())
		s.Mail = nil
	}
	if s.Postgres != nil {
		failures = append(failures, s.Postgres.Stop(ctx))
		s.Postgres = nil
	}
	return errors.Join(failures...)
}

// Addresses is where everything is.
type Addresses struct {
	DatabaseURL       string `json:"database_url"`
	Temporal          string `json:"temporal"`
	TemporalNamespace string `json:"temporal_namespace"`
	SMTP              string `json:"smtp"`
	MailDir           string `json:"mail_dir"`
}

// Addresses returns where everything is.
func (s *Stack) Addresses() Addresses {
	return Addresses{
		DatabaseURL:       s.Postgres.URL(Database),
		Temporal:          s.Temporal.HostPort(),
		TemporalNamespace: s.Temporal.Namespace(),
		SMTP:              s.Mail.Addr(),
		MailDir:           s.Mail.Dir(),
	}
}

// Env is the addresses as the environment variables by which tests find them.
func (a Addresses) Env() []string {
	return []string{
		"ARREARS_TEST_DATABASE_URL=" + a.DatabaseURL,
		"ARREARS_TEST_TEMPORAL=" + a.Temporal,
		"ARREARS_TEST_TEMPORAL_NAMESPACE=" + a.TemporalNamespace,
		"ARREARS_TEST_SMTP=" + a.SMTP,
		"ARREARS_TEST_MAIL_DIR=" + a.MailDir,
	}
}
