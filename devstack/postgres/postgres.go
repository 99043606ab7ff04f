// Package postgres runs a private PostgreSQL server for development, demonstration and tests: it finds or installs the
// server programs, makes a cluster, runs the server as a child of this process on 127.0.0.1, and stops it.
//
// It is no database access layer and knows nothing of what is stored. It works on Linux and macOS. It may be imported
// by devstack alone; the product connects to whatever URL it is given.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"arrears/devstack/internal/loopback"
)

const (
	superuser = "postgres"
	// startLimit bounds a start, which after a crash includes the recovery.
	startLimit = 2 * time.Minute
	// portTries is how often a start is tried when another program takes the free port that we found.
	portTries = 3
	// logLimit is the size beyond which a start sets the server's log aside (one old log is kept).
	logLimit = 8 << 20
	// duplicateDatabase is the SQLSTATE of creating a database that exists.
	duplicateDatabase = "42P04"
	// An ephemeral server takes that many connections at least, and that many for each of the machine's processors: as many
	// packages run their tests at once, as many tests in each, and a test has two or three.
	leastForTests, perProcessor = 1000, 64
)

// Options says where a server keeps its cluster and how it runs.
type Options struct {
	// Dir is the folder of the cluster, made when absent. As root it may turn out that the unprivileged user who runs
	// the server cannot enter it; the cluster then lies elsewhere and Dir/location says where.
	Dir string
	// Port on 127.0.0.1; 0 takes a free one, which is kept over Restart.
	Port int
	// Settings override the server's parameters, by PostgreSQL's names for them.
	Settings map[string]string
	// Ephemeral is for tests: nothing is synced to disk, a start makes a new cluster, and Stop removes it.
	Ephemeral bool
	// Progress is told in one line each what takes time or is unexpected. It may be nil.
	Progress func(line string)

	// elsewhere replaces the folders that take a cluster which cannot lie in Dir.
	elsewhere []string
}

// bases are the folders that may take a cluster which cannot lie in Dir. TMPDIR may itself be one that only root enters.
func (o Options) bases() []string {
	temporary := []string{filepath.Join(os.TempDir(), "arrears"), "/tmp/arrears"}
	switch {
	case o.elsewhere != nil:
		return o.elsewhere
	case o.Ephemeral:
		return slices.Compact(temporary)
	default:
		return append([]string{"/var/lib/arrears"}, slices.Compact(temporary)...)
	}
}

// Server is a running PostgreSQL, or one that was stopped and can be restarted. Its methods may be called from any
// goroutine.
type Server struct {
	programs Programs
	opts     Options
	place    *place
	password string
	port     int

	mu      sync.Mutex
	process *child
}

// Start finds the programs, makes the cluster on the first start, and returns when the server answers. What an earlier
// run left behind, after kill -9 too, is cleared away first. It fails with ErrNoPrograms, or with ErrInUse when another
// living process runs the cluster.
func Start(ctx context.Context, opts Options) (*Server, error) {
	opts.Progress = tell(opts.Progress)
	programs, err := Find(ctx, opts.Progress)
	if err != nil {
		return nil, err
	}
	where, err := openPlace(ctx, programs, opts)
	if err != nil {
		return nil, err
	}
	s := &Server{programs: programs, opts: opts, place: where, port: opts.Port}
	err = s.prepare(ctx)
	if err == nil {
		err = s.launch(ctx)
	}
	if err == nil {
		return s, nil
	}
	if opts.Ephemeral {
		err = errors.Join(err, where.discard())
	}
	where.release()
	return nil, err
}

// prepare clears away what is left of an earlier run and makes the cluster, on the first start.
func (s *Server) prepare(ctx context.Context) error {
	if err := s.place.stopOrphans(ctx, s.opts.Progress); err != nil {
		return err
	}
	if err := s.place.ensureCluster(ctx, s.programs, s.opts); err != nil {
		return err
	}
	password, err := os.ReadFile(s.place.password())
	s.password = string(password)
	return err
}

// launch starts the server process and waits until it answers. A port that was found free may be gone a moment later,
// so another is tried.
func (s *Server) launch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for try := 1; ; try++ {
		found := s.port == 0
		if found {
			port, err := loopback.FreePort()
			if err != nil {
				return err
			}
			s.port = port
		}
		err := s.launchOnce(ctx)
		if err == nil {
			return nil
		}
		if !found || try == portTries || !strings.Contains(err.Error(), "could not bind") {
			return err
		}
		s.port = 0
	}
}

func (s *Server) launchOnce(ctx context.Context) error {
	logFile, offset, err := s.openLog()
	if err != nil {
		return err
	}
	defer func() { _ = logFile.Close() }()                                                        // the child has its own copy
	cmd := exec.CommandContext(context.WithoutCancel(ctx), s.programs.server(), s.arguments()...) // it outlives the start
	cmd.Dir = s.place.data()
	cmd.Env = serverEnv()
	cmd.Stdout, cmd.Stderr = logFile, logFile
	s.place.account.become(cmd)
	process, err := spawn(cmd)
	if err != nil {
		return fmt.Errorf("start %s: %w", s.programs.server(), err)
	}
	if err := s.awaitReady(ctx, process); err != nil {
		process.signal(syscall.SIGQUIT)
		if !process.wait(context.Background(), quitLimit) {
			process.signal(syscall.SIGKILL)
		}
		return fmt.Errorf("PostgreSQL did not start: %w%s", err, complaints(s.place.log(), offset))
	}
	s.process = process
	return nil
}

// arguments are the server's command line. "-D" and the folder come first: that is how an orphan is recognised.
func (s *Server) arguments() []string {
	settings := map[string]string{
		"listen_addresses":        loopback.Host,
		"port":                    strconv.Itoa(s.port),
		"unix_socket_directories": "", // a checkout's path is often longer than the 107 bytes a socket may have
		"cluster_name":            s.place.cluster(),
		"shared_buffers":          "256MB",
		"max_connections":         "300", // Temporal's four services and the product's pools share it
		"log_min_messages":        "warning",
		"log_checkpoints":         "off",
		"logging_collector":       "off",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		// A first import fills empty tables in seconds: plans made for empty tables must not live for a minute.
		"autovacuum_naptime": "10s",
		// Small machines: no parallel plans, which cost shared memory that a container may not have.
		"max_parallel_workers_per_gather": "0",
	}
	if s.opts.Ephemeral {
		maps.Copy(settings, map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"max_connections": strconv.Itoa(max(leastForTests, perProcessor*runtime.NumCPU())),
		})
	}
	maps.Copy(settings, s.opts.Settings)
	args := []string{"-D", s.place.data()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// awaitReady connects until the server answers, its process ends, or the time is over.
func (s *Server) awaitReady(ctx context.Context, process *child) error {
	var last error
	for {
		if last = s.ping(ctx); last == nil {
			return nil
		}
		select {
		case <-process.done:
			return errors.New("its process ended")
		case <-ctx.Done():
			return errors.Join(ctx.Err(), last)
		case <-time.After(pollInterval):
		}
	}
}

func (s *Server) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// URL is the address of a database of this server, for the superuser.
func (s *Server) URL(database string) string {
	address := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, s.password),
		Host:     net.JoinHostPort(loopback.Host, strconv.Itoa(s.port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return address.String()
}

// Port is the TCP port on 127.0.0.1.
func (s *Server) Port() int { return s.port }

// DataDir is the cluster's data folder, wherever it came to lie.
func (s *Server) DataDir() string { return s.place.data() }

// LogFile is where the server writes its complaints.
func (s *Server) LogFile() string { return s.place.log() }

// PID is the postmaster's process id, or 0 while the server is stopped.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil || !s.process.running() {
		return 0
	}
	return s.process.pid()
}

// CreateDatabase makes a database unless it exists.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("create the database %s: %w", name, err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == duplicateDatabase {
		return nil
	}
	return err
}
