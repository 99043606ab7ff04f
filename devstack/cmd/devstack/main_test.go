package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// asCommand makes the test's own program run as devstack: tests that send signals need a process of its own, and
// linking another one takes long.
const asCommand = "DEVSTACK_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// process is a devstack that runs by itself.
type process struct {
	cmd    *exec.Cmd
	ready  map[string]any
	stderr *bytes.Buffer
}

// launch starts devstack as a process and returns when it says that it is ready.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	p := &process{cmd: exec.CommandContext(t.Context(), self, args...), stderr: &bytes.Buffer{}}
	p.cmd.Env = append(os.Environ(), asCommand+"=1")
	p.cmd.Stderr = p.stderr
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	require.NoError(t, err, "%v ended early: %s", args, p.stderr)
	require.NoError(t, json.Unmarshal(line, &p.ready))
	return p
}

func (p *process) text(key string) string {
	value, _ := p.ready[key].(string)
	return value
}

func (p *process) terminate(t *testing.T, sig syscall.Signal) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(sig))
	require.NoError(t, p.cmd.Wait(), "stderr: %s", p.stderr)
}

// folder makes a folder that PostgreSQL's user can enter.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "devstack-command-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

func answers(address string) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func TestUpGoesOnAfterSignalsAndAfterKill9(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := launch(t, "up", "--dir", dir)
	conn, err := pgx.Connect(t.Context(), first.text("database_url"))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "CREATE TABLE kept (n int)")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	first.terminate(t, syscall.SIGINT)
	require.False(t, answers(first.text("temporal")))
	require.False(t, answers(first.text("smtp")))
	require.NoFileExists(t, filepath.Join(dir, "postgres", "data", "postmaster.pid"), "PostgreSQL was stopped in order")

	second := launch(t, "up", "--dir", dir)
	require.NoError(t, second.cmd.Process.Kill())
	_ = second.cmd.Wait()

	third := launch(t, "up", "--dir", dir)
	conn, err = pgx.Connect(t.Context(), third.text("database_url"))
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "INSERT INTO kept VALUES (1)")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	third.terminate(t, syscall.SIGTERM)
}

func TestEachServerAsItsOwnProcess(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	database := launch(t, "postgres", "--dir", filepath.Join(dir, "postgres"), "--ephemeral")
	mails := launch(t, "mailsink", "--dir", filepath.Join(dir, "mails"), "--tls", "--by-address")
	require.FileExists(t, mails.text("certificate"))
	engine := launch(t, "temporal", "--postgres-url", database.text("url"), "--log", filepath.Join(dir, "temporal.log"))

	require.NoError(t, engine.cmd.Process.Kill()) // a fault test's everyday act
	_ = engine.cmd.Wait()
	engine = launch(t, "temporal", "--postgres-url", database.text("url"))
	require.True(t, answers(engine.text("host_port")))

	engine.terminate(t, syscall.SIGTERM)
	mails.terminate(t, syscall.SIGTERM)
	database.terminate(t, syscall.SIGTERM)
	require.NoDirExists(t, database.text("data_dir"))
}

func TestExecPassesAddressesAndReturnsTheExitCode(t *testing.T) {
	t.Parallel()
	var out, complaints bytes.Buffer
	code := run(t.Context(), []string{"exec", "--", "sh", "-c", `echo "$ARREARS_TEST_TEMPORAL $ARREARS_TEST_SMTP"; exit 7`}, &out, &complaints)
	require.Equal(t, 7, code, "stderr: %s", &complaints)
	require.Regexp(t, `^127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+\n$`, out.String())
}

func TestExecEndsItsCommandWithItself(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"exec", "--", "sh", "-c", "echo began; exec sleep 600"}, writer, io.Discard)
	}()
	_, err := bufio.NewReader(reader).ReadString('\n')
	require.NoError(t, err)
	cancel()
	require.NotZero(t, <-code)
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	var complaints bytes.Buffer
	require.Equal(t, 2, run(t.Context(), []string{"postgres"}, io.Discard, &complaints))
	require.Contains(t, complaints.String(), "--dir")
	require.Equal(t, 1, run(t.Context(), []string{"exec", "--"}, io.Discard, io.Discard))
	require.Equal(t, 1, run(t.Context(), []string{"exec", "--", "/no/such/program"}, io.Discard, io.Discard))
	require.Equal(t, 1, run(t.Context(), []string{"temporal", "--postgres-url", "nonsense"}, io.Discard, io.Discard))
}

func TestInstallNamesThePrograms(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.Zero(t, run(t.Context(), []string{"install"}, &out, io.Discard))
	var found struct {
		Dir   string `json:"dir"`
		Major int    `json:"major"`
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &found))
	require.FileExists(t, filepath.Join(found.Dir, "postgres"))
	require.Positive(t, found.Major)
}
