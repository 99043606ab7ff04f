package faults

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/temporal"
)

// asTemporal makes the test's own program run as a Temporal server: one that is killed must be a process of its own, and
// linking another program takes long. Its value is the address of PostgreSQL.
const (
	asTemporal = "FAULTS_AS_TEMPORAL"
	onPort     = "FAULTS_TEMPORAL_PORT"
)

func serveTemporal(address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	port, err := strconv.Atoi(os.Getenv(onPort))
	if err != nil {
		return err
	}
	server, err := temporal.Start(ctx, temporal.Options{PostgresURL: address, FrontendPort: port})
	if err != nil {
		return err
	}
	fmt.Println(server.HostPort())
	<-ctx.Done()
	return server.Stop(context.WithoutCancel(ctx))
}

// engine is a Temporal server that can be killed.
type engine struct {
	cmd     *exec.Cmd
	address string
	done    chan struct{}
}

// startEngine starts a server on a port; 0 takes a free one.
func startEngine(t *testing.T, database string, port int) *engine {
	t.Helper()
	e, err := tryEngine(t, database, port)
	require.NoError(t, err)
	return e
}

// tryEngine is startEngine for when the database may be away.
func tryEngine(t *testing.T, database string, port int) (*engine, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	e := &engine{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), self), done: make(chan struct{})}
	e.cmd.Env = append(os.Environ(), asTemporal+"="+database, onPort+"="+strconv.Itoa(port))
	var said bytes.Buffer
	e.cmd.Stderr = &said
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		_ = e.cmd.Wait() // it is killed
		close(e.done)
	}()
	if err != nil {
		e.kill()
		return nil, fmt.Errorf("the engine did not start: %s", said.String())
	}
	e.address = strings.TrimSpace(line)
	t.Cleanup(e.kill)
	return e, nil
}

func (e *engine) kill() {
	_ = e.cmd.Process.Kill()
	<-e.done
}

func (e *engine) port(t *testing.T) int {
	t.Helper()
	_, text, _ := strings.Cut(e.address, ":")
	port, err := strconv.Atoi(text)
	require.NoError(t, err)
	return port
}
