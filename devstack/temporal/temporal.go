// Package temporal runs a Temporal server inside this process, on 127.0.0.1 only, with its state in PostgreSQL.
//
// It is meant for one machine: development, demonstration, tests. It is no client: the product dials HostPort like any
// other Temporal server. The frontend has no authorizer, so whoever reaches the port may do everything. It may be
// imported by devstack alone, which is a module of its own because the server brings hundreds of packages with it.
package temporal

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"

	"arrears/devstack/internal/loopback"
)

// DefaultNamespace and DefaultRetention serve Options that name none.
const (
	DefaultNamespace = "arrears"
	DefaultRetention = 30 * 24 * time.Hour
)

// Options says where the server keeps its state and what it offers.
type Options struct {
	// PostgresURL is the address of any database of the PostgreSQL server, for a user who may create databases. The
	// databases temporal and temporal_visibility are made there.
	PostgresURL string
	// FrontendPort on 127.0.0.1; 0 takes a free one.
	FrontendPort int
	// Namespace is registered unless it exists. "" means DefaultNamespace.
	Namespace string
	// Retention is how long finished histories of a new namespace are kept; 0 means DefaultRetention.
	Retention time.Duration
	// LogFile takes warnings and errors; "" discards them. What ends the process also goes to standard error.
	LogFile string
}

// Server is a running Temporal server.
type Server struct {
	server    temporal.Server
	hostPort  string
	namespace string
	logs      *logs
}

// Start makes or migrates the databases, starts the four services, registers the namespace, and returns when a client
// can start workflows in it. After Stop another server can be started in the same process, on the same databases; two
// servers on the same databases at once are not supported.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Namespace == "" {
		opts.Namespace = DefaultNamespace
	}
	if opts.Retention == 0 {
		opts.Retention = DefaultRetention
	}
	base, err := url.Parse(opts.PostgresURL)
	if err != nil || base.Host == "" {
		return nil, errors.New("the PostgreSQL URL for Temporal is malformed; postgres://user:password@host:port/database is expected")
	}
	logs, err := openLogs(opts.LogFile)
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, base, opts, logs)
	if err != nil {
		return nil, errors.Join(err, logs.Close())
	}
	return s, nil
}

func start(ctx context.Context, base *url.URL, opts Options, logs *logs) (*Server, error) {
	if err := migrate(ctx, base, logs.server); err != nil {
		return nil, fmt.Errorf("prepare Temporal's databases: %w", err)
	}
	ports, err := choosePorts(opts.FrontendPort)
	if err != nil {
		return nil, err
	}
	server, err := temporal.NewServer(
		temporal.WithConfig(serverConfig(base, ports)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(ports.hosts()),
		temporal.WithDynamicConfigClient(dynamicSettings()),
		temporal.WithLogger(logs.server),
	)
	if err != nil {
		return nil, fmt.Errorf("configure the Temporal server: %w", err)
	}
	if err := server.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the Temporal server: %w", err), server.Stop())
	}
	s := &Server{server: server, hostPort: ports.address(primitives.FrontendService), namespace: opts.Namespace, logs: logs}
	if err := s.register(ctx, opts.Retention); err != nil {
		return nil, errors.Join(fmt.Errorf("register the namespace %s: %w", opts.Namespace, err), server.Stop())
	}
	return s, nil
}

// HostPort is the address of the frontend.
func (s *Server) HostPort() string { return s.hostPort }

// Namespace is the one that was registered.
func (s *Server) Namespace() string { return s.namespace }

// Stop ends the services in order. The end of ctx gives up waiting, not the stopping itself: the server cannot be cut
// short, but the caller may exit. It must be called once.
func (s *Server) Stop(ctx context.Context) error {
	stopped := make(chan error, 1)
	go func() { stopped <- errors.Join(s.server.Stop(), s.logs.Close()) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the Temporal server still stops: %w", ctx.Err())
	}
}

// servicePorts are the gRPC ports of the services.
type servicePorts map[primitives.ServiceName]int

func choosePorts(frontend int) (servicePorts, error) {
	free, err := loopback.FreePorts(4)
	if err != nil {
		return nil, err
	}
	if frontend == 0 {
		frontend = free[3]
	}
	return servicePorts{
		primitives.HistoryService:  free[0],
		primitives.MatchingService: free[1],
		primitives.WorkerService:   free[2],
		primitives.FrontendService: frontend,
	}, nil
}

func (p servicePorts) address(service primitives.ServiceName) string {
	return fmt.Sprintf("%s:%d", loopback.Host, p[service])
}

// hosts tells the services where the others are. Without it they would find each other by gossip, through a table that
// still lists the servers of an earlier run for a while.
func (p servicePorts) hosts() map[primitives.ServiceName]static.Hosts {
	hosts := make(map[primitives.ServiceName]static.Hosts, len(p))
	for service := range p {
		hosts[service] = static.SingleLocalHost(p.address(service))
	}
	return hosts
}
