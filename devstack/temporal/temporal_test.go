package temporal_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"arrears/devstack/postgres"
	"arrears/devstack/temporal"
)

// greet waits a moment on the server's clock, so that timers take part.
func greet(ctx workflow.Context, name string) (string, error) {
	if err := workflow.Sleep(ctx, 50*time.Millisecond); err != nil {
		return "", err
	}
	return "Hello, " + name, nil
}

func database(t *testing.T) *postgres.Server {
	t.Helper()
	pg, err := postgres.Start(t.Context(), postgres.Options{
		Dir: t.TempDir(), Ephemeral: true, Settings: map[string]string{"shared_buffers": "64MB"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pg.Stop(context.Background())) })
	return pg
}

func start(t *testing.T, opts temporal.Options) *temporal.Server {
	t.Helper()
	began := time.Now()
	server, err := temporal.Start(t.Context(), opts)
	require.NoError(t, err)
	t.Logf("started in %v", time.Since(began))
	return server
}

func stop(t *testing.T, server *temporal.Server) {
	t.Helper()
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	require.NoError(t, server.Stop(ctx))
	t.Logf("stopped in %v", time.Since(began))
}

func dial(t *testing.T, server *temporal.Server) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{
		HostPort: server.HostPort(), Namespace: server.Namespace(), Logger: log.NewStructuredLogger(quiet()),
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// TestLifeOfAServer starts a server on an empty PostgreSQL, runs a workflow, stops it, and goes on with another server
// on the same databases, since each start costs seconds.
func TestLifeOfAServer(t *testing.T) {
	t.Parallel()
	pg := database(t)
	logFile := filepath.Join(t.TempDir(), "temporal.log")
	opts := temporal.Options{PostgresURL: pg.URL("postgres"), LogFile: logFile}
	server := start(t, opts)
	require.Equal(t, temporal.DefaultNamespace, server.Namespace())
	c := dial(t, server)
	require.Equal(t, "Hello, first", runGreeting(t, c, "first"))

	// Begun without a worker, so that it still waits when the server stops.
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "waiting", TaskQueue: "greetings"}, greet, "patient")
	require.NoError(t, err)
	c.Close()
	stop(t, server)

	_, port, err := net.SplitHostPort(server.HostPort())
	require.NoError(t, err)
	opts.FrontendPort, err = strconv.Atoi(port)
	require.NoError(t, err)
	again := start(t, opts)
	require.Equal(t, server.HostPort(), again.HostPort(), "a chosen port is kept")
	c = dial(t, again)
	stopWorker := runWorker(t, c)
	var got string
	require.NoError(t, c.GetWorkflow(t.Context(), "waiting", "").Get(t.Context(), &got))
	require.Equal(t, "Hello, patient", got)
	stopWorker()
	c.Close()
	stop(t, again)
	require.FileExists(t, logFile)
}

func runWorker(t *testing.T, c client.Client) (stop func()) {
	t.Helper()
	w := worker.New(c, "greetings", worker.Options{})
	w.RegisterWorkflow(greet)
	require.NoError(t, w.Start())
	return w.Stop
}

func runGreeting(t *testing.T, c client.Client, name string) string {
	t.Helper()
	defer runWorker(t, c)()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: name, TaskQueue: "greetings"}, greet, name)
	require.NoError(t, err)
	var got string
	require.NoError(t, run.Get(t.Context(), &got))
	return got
}

// TestAnUnfinishedDatabaseIsBuiltAgain stands for a crash in the middle of the first migration.
func TestAnUnfinishedDatabaseIsBuiltAgain(t *testing.T) {
	t.Parallel()
	pg := database(t)
	require.NoError(t, pg.CreateDatabase(t.Context(), "temporal_new"))
	conn, err := pgx.Connect(t.Context(), pg.URL("temporal_new"))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE namespaces (half int)")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))

	stop(t, start(t, temporal.Options{PostgresURL: pg.URL("postgres"), Namespace: "other", Retention: 24 * time.Hour}))
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := temporal.Start(t.Context(), temporal.Options{PostgresURL: "not a url"})
	require.ErrorContains(t, err, "PostgreSQL URL")

	_, err = temporal.Start(t.Context(), temporal.Options{PostgresURL: "postgres://u:p@127.0.0.1:1/none"})
	require.ErrorContains(t, err, "Temporal's databases")

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = temporal.Start(t.Context(), temporal.Options{PostgresURL: "postgres://u:p@127.0.0.1:1/none", LogFile: filepath.Join(file, "log")})
	require.ErrorContains(t, err, "log")
}
