package postgres

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// start starts a durable server in a folder that the test's end removes, wherever the cluster came to lie.
func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Options{
		Dir: dir, Settings: map[string]string{"shared_buffers": "16MB", "fsync": "off"},
		Progress: func(line string) { t.Log(line) }, elsewhere: []string{elsewhereOf(dir)},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	return s
}

// reachable makes a folder that every user can enter; those of t.TempDir can be entered by their owner only.
func reachable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "devstack-postgres-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

func elsewhereOf(dir string) string {
	return filepath.Join(filepath.Dir(dir), filepath.Base(dir)+"-elsewhere")
}

func run(t *testing.T, s *Server, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL("postgres"))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), sql)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

func count(t *testing.T, s *Server) int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL("postgres"))
	require.NoError(t, err)
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM kept").Scan(&n))
	require.NoError(t, conn.Close(t.Context()))
	return n
}

// TestLifeOfACluster walks one cluster through everything that happens to it, since each start costs a second.
func TestLifeOfACluster(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	began := time.Now()
	s := start(t, dir)
	t.Logf("first start, with initdb: %v", time.Since(began))
	run(t, s, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
	require.FileExists(t, filepath.Join(dir, "data", "PG_VERSION"))

	_, err := Start(t.Context(), Options{Dir: dir})
	require.ErrorIs(t, err, ErrInUse, "a second owner of the same folder")

	require.NoError(t, s.CreateDatabase(t.Context(), "odd \"name"))
	require.NoError(t, s.CreateDatabase(t.Context(), "odd \"name"), "creating again does nothing")

	port, pid := s.Port(), s.PID()
	require.NoError(t, s.Kill())
	require.Zero(t, s.PID())
	require.NoError(t, s.Kill(), "killing again does nothing")
	require.NoError(t, s.Restart(t.Context()))
	require.Equal(t, port, s.Port())
	require.NotEqual(t, pid, s.PID())
	require.Equal(t, 1, count(t, s), "what was committed survives kill -9")

	require.NoError(t, s.Restart(t.Context()), "a running one restarts too")
	require.NoError(t, s.Stop(t.Context()))
	require.NoError(t, s.Stop(t.Context()), "stopping again does nothing")
	require.Error(t, s.Restart(t.Context()))

	began = time.Now()
	again := start(t, dir)
	t.Logf("second start: %v", time.Since(began))
	require.Equal(t, 1, count(t, again))
	require.NoError(t, again.Stop(t.Context()))
}

func TestStalePidFileOfALivingStrangerIsIgnored(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	s := start(t, dir)
	require.NoError(t, s.Stop(t.Context()))

	// The stranger runs as the server's own user: with that PostgreSQL by itself would refuse to start.
	stranger := exec.CommandContext(t.Context(), "sleep", "600")
	s.place.account.become(stranger)
	require.NoError(t, stranger.Start())
	t.Cleanup(func() { _ = stranger.Process.Kill(); _ = stranger.Wait() })
	pidFile := filepath.Join(s.DataDir(), "postmaster.pid")
	content := strconv.Itoa(stranger.Process.Pid) + "\n" + s.DataDir() + "\n1700000000\n5432\n\n127.0.0.1\n 1 1\nready\n"
	require.NoError(t, os.WriteFile(pidFile, []byte(content), 0o600))
	require.NoError(t, s.place.account.own(pidFile))

	require.NoError(t, start(t, dir).Stop(t.Context()))
	require.True(t, alive(stranger.Process.Pid), "the stranger was left alone")
}

func TestOrphanIsStoppedByTheNextStart(t *testing.T) {
	t.Parallel()
	dir := reachable(t)
	s := start(t, dir)
	run(t, s, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
	orphan := s.PID()
	s.place.release() // as the end of the owner's process would

	next := start(t, dir)
	require.False(t, alive(orphan))
	require.Equal(t, 1, count(t, next))
	require.NotEqual(t, orphan, next.PID())
}

func TestBackendsWithoutPostmasterDoNotHinder(t *testing.T) {
	t.Parallel()
	s := start(t, reachable(t))
	conn, err := pgx.Connect(t.Context(), s.URL("postgres"))
	require.NoError(t, err)
	go func() {
		_, _ = conn.Exec(context.WithoutCancel(t.Context()), "SELECT sum(i) FROM generate_series(1, 1e9) i")
	}()
	require.Eventually(t, func() bool { return len(s.place.orphanedBackends()) > 0 }, patience, pollInterval)

	require.NoError(t, syscall.Kill(s.PID(), syscall.SIGKILL)) // the postmaster alone: its backends stay a while
	<-s.Done()
	require.NoError(t, s.Restart(t.Context()))
}

func TestUnreachableFolderMovesTheCluster(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Log("not root: the server runs as ourselves and reaches every folder that we do")
	}
	base := reachable(t)
	locked := filepath.Join(base, "home")
	require.NoError(t, os.Mkdir(locked, 0o700))
	dir := filepath.Join(locked, "checkout", "postgres")
	opts := Options{
		Dir: dir, Settings: map[string]string{"shared_buffers": "16MB", "fsync": "off"}, elsewhere: []string{filepath.Join(base, "var")},
		Progress: func(line string) { t.Log(line) },
	}
	s, err := Start(t.Context(), opts)
	require.NoError(t, err)
	run(t, s, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
	data := s.DataDir()
	require.NoError(t, s.Stop(t.Context()))
	require.Equal(t, os.Geteuid() == 0, filepath.Dir(filepath.Dir(data)) == filepath.Join(base, "var"), "moved exactly when root")

	s, err = Start(t.Context(), opts)
	require.NoError(t, err)
	require.Equal(t, data, s.DataDir(), "the record is followed")
	require.Equal(t, 1, count(t, s))
	require.NoError(t, s.Stop(t.Context()))

	require.NoError(t, os.RemoveAll(dir)) // whoever deletes the folder wants to begin anew
	s, err = Start(t.Context(), opts)
	require.NoError(t, err)
	run(t, s, "CREATE TABLE kept (n int)")
	require.NoError(t, s.Stop(t.Context()))
}

func TestEphemeralLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Start(t.Context(), Options{Dir: dir, Ephemeral: true, Settings: map[string]string{"shared_buffers": "16MB"}})
	require.NoError(t, err)
	data := s.DataDir()
	require.NoError(t, s.Kill())
	require.NoError(t, s.Restart(t.Context()), "a fault test restarts it like any other")
	require.NoError(t, s.Stop(t.Context()))
	require.NoDirExists(t, data)
}

func TestAWrongSettingIsNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := Start(t.Context(), Options{Dir: dir, Ephemeral: true, Settings: map[string]string{"shared_buffers": "lots"}})
	require.ErrorContains(t, err, "shared_buffers")
	require.NoFileExists(t, filepath.Join(dir, recordName), "a failed start of an ephemeral cluster leaves nothing")
	require.NoDirExists(t, filepath.Join(dir, "data"))
}
