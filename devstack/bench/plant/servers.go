package plant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"arrears/devstack/internal/loopback"
	"arrears/devstack/mailsink"
	"arrears/devstack/postgres"
	"arrears/devstack/temporal"
)

// stopLimit is how long stopping everything may take.
const stopLimit = time.Minute

// durable are the server's settings: those of production, whoever is measured. Commit timestamps cost next to nothing and
// tell exactly when something was there for all to see.
func durable() map[string]string {
	return map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "track_commit_timestamp": "on",
		"max_wal_size": "4GB", "max_connections": "400",
	}
}

// Servers are what both sides of every figure share.
type Servers struct {
	Dir      string // of logs and mails
	Postgres *postgres.Server
	Mail     *mailsink.Sink
	Temporal *Process
	// TemporalAddress is the frontend's.
	TemporalAddress string
	// SQL reaches the engine's own database, to count what waits in it, and Visibility its other one.
	SQL, Visibility *pgxpool.Pool

	temporalPort int
	product      string // the product's binary
	profile      string // folder of the worker's profiles; empty: none

	mu     sync.Mutex
	number int // of installations made
	live   []*Process
}

// Options say where the servers keep what they write.
type Options struct {
	Dir string
	// Profile is a folder that gets processor and heap profiles of the product's workers; empty takes none.
	Profile  string
	Progress func(line string)
}

// Start builds the product and starts the servers. What had been started when something fails is stopped.
func Start(ctx context.Context, o Options) (_ *Servers, err error) {
	s := &Servers{Dir: o.Dir, profile: o.Profile}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop(ctx))
		}
	}()
	o.Progress("building the product")
	if s.product, err = build(ctx, o.Dir); err != nil {
		return nil, err
	}
	o.Progress("starting PostgreSQL (fsync and synchronous_commit on), Temporal and the mail sink")
	s.Postgres, err = postgres.Start(ctx, postgres.Options{
		Dir: filepath.Join(o.Dir, "postgres"), Ephemeral: true, Settings: durable(), Progress: o.Progress,
	})
	if err != nil {
		return nil, err
	}
	if s.Mail, err = mailsink.Start(mailsink.Options{Dir: filepath.Join(o.Dir, "mails")}); err != nil {
		return nil, err
	}
	if err := s.startTemporal(ctx); err != nil {
		return nil, err
	}
	if s.SQL, err = pgxpool.New(ctx, s.Postgres.URL("temporal")); err != nil {
		return nil, err
	}
	s.Visibility, err = pgxpool.New(ctx, s.Postgres.URL("temporal_visibility"))
	return s, err
}

// Stop ends everything.
func (s *Servers) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	s.mu.Lock()
	live := s.live
	s.mu.Unlock()
	for _, p := range live {
		p.Kill()
	}
	var failures []error
	for _, pool := range []*pgxpool.Pool{s.SQL, s.Visibility} {
		if pool != nil {
			pool.Close()
		}
	}
	if s.Temporal != nil {
		failures = append(failures, s.Temporal.Stop(ctx))
	}
	if s.Mail != nil {
		failures = append(failures, s.Mail.Close())
	}
	if s.Postgres != nil {
		failures = append(failures, s.Postgres.Stop(ctx))
	}
	return errors.Join(failures...)
}

// ready is what the engine's process says when it answers.
type ready struct {
	Address string `json:"address"`
}

// startTemporal starts this program again in the role of the engine.
func (s *Servers) startTemporal(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if s.temporalPort == 0 {
		if s.temporalPort, err = loopback.FreePort(); err != nil {
			return err
		}
	}
	s.Temporal, err = s.start(ctx, process{name: "temporal", path: self, args: []string{
		"role", "temporal", "--postgres-url", s.Postgres.URL("postgres"), "--port", strconv.Itoa(s.temporalPort),
		"--log", filepath.Join(s.Dir, "temporal.log"),
	}})
	if err != nil {
		return err
	}
	line, err := s.Temporal.Line(ctx)
	if err != nil {
		return fmt.Errorf("the engine did not start: %w", err)
	}
	var r ready
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return fmt.Errorf("the engine said %q: %w", line, err)
	}
	s.TemporalAddress = r.Address
	return nil
}

// RestartTemporal ends the engine's process and starts another at the same address, over the same databases.
func (s *Servers) RestartTemporal(ctx context.Context) error {
	stopping, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	if err := s.Temporal.Stop(stopping); err != nil {
		return err
	}
	return s.startTemporal(ctx)
}

// ServeTemporal is the role of the engine: it says where it answers, and stops when ctx ends.
func ServeTemporal(ctx context.Context, postgresURL string, port int, log string) error {
	server, err := temporal.Start(ctx, temporal.Options{PostgresURL: postgresURL, FrontendPort: port, LogFile: log})
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(ready{Address: server.HostPort()}); err != nil {
		return err
	}
	<-ctx.Done()
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	return server.Stop(ending)
}
