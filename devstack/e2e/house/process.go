package house

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/auth"
	"arrears/devstack/internal/loopback"
	"arrears/domain/access"
)

// binary builds the product once for all tests of this process, from the checkout around this module.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "arrears-binary-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "arrears")
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "arrears").Output()
	if err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "./cmd/arrears")
	build.Dir = strings.TrimSpace(string(root))
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// Clean removes the binary that was built, if one was. TestMain calls it at the end.
func Clean() {
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
}

// Process is the product as a process of its own.
type Process struct {
	h    *House
	name string
	cmd  *exec.Cmd
	done chan struct{}
	log  *journal
}

// Binary is the product as built from this checkout.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	return path
}

// Process starts the product's binary with this installation's settings and further NAME=value variables.
func (h *House) Process(args []string, env ...string) *Process {
	h.t.Helper()
	return h.ProcessOf(Binary(h.t), args, env...)
}

// ProcessOf is Process with another binary: an earlier release.
func (h *House) ProcessOf(path string, args []string, env ...string) *Process {
	h.t.Helper()
	// The test's context ends before its clean-up, which ends the process.
	cmd := exec.CommandContext(context.WithoutCancel(h.t.Context()), path, args...)
	p := &Process{h: h, name: "arrears " + strings.Join(args, " "), cmd: cmd, done: make(chan struct{}), log: &journal{}}
	for name, value := range h.Env {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	require.NoError(h.t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // how it ended is looked at in ProcessState
		close(p.done)
	}()
	h.t.Cleanup(func() {
		p.Kill()
		if h.t.Failed() {
			h.t.Logf("%s said:\n%s", p.name, p.log.tail(4000))
		}
	})
	return p
}

// Run runs a command of the product to its end and returns its exit code and what it said.
func (h *House) Run(args ...string) (code int, said string) {
	h.t.Helper()
	p := h.Process(args)
	h.Until(p.name+" ends", p.ended)
	return p.cmd.ProcessState.ExitCode(), p.log.tail(1 << 20)
}

// Kill ends the process as a crash does, and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Stop asks the process to end and waits until it has.
func (p *Process) Stop() {
	p.h.t.Helper()
	require.NoError(p.h.t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.h.Until(p.name+" ends", p.ended)
	require.True(p.h.t, p.cmd.ProcessState.Success(), "%s: %s", p.name, p.log.tail(2000))
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Killed reports whether the process has ended by SIGKILL, its own or another's.
func (p *Process) Killed() bool {
	if !p.ended() {
		return false
	}
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// Succeeded reports whether the process has ended without a complaint.
func (p *Process) Succeeded() bool { return p.ended() && p.cmd.ProcessState.Success() }

// Said is the last part of what the process wrote.
func (p *Process) Said() string { return p.log.tail(4000) }

func (p *Process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// AwaitKilled waits until a failpoint has killed the process.
func (p *Process) AwaitKilled() {
	p.h.t.Helper()
	p.h.Until(p.name+" dies at its failpoint", p.ended)
	require.True(p.h.t, p.Killed(), "%s: %s", p.name, p.log.tail(2000))
}

// Once is the variable that makes the first process which reaches the failpoint die there.
func (h *House) Once(failpoint string) string {
	h.t.Helper()
	return "ARREARS_FAILPOINTS=" + failpoint + "=kill,once:" + filepath.Join(h.t.TempDir(), failpoint)
}

// API is the product's interface as a process, and a caller of it.
type API struct {
	*Process
	url   string
	token string
}

// ServeAPI starts the interface as a process and returns a caller with an administrator's key.
func (h *House) ServeAPI() *API {
	h.t.Helper()
	return h.serve(h.Key("test", access.Admin))
}

// Key makes an API key of a role and returns its text.
func (h *House) Key(name string, role access.Role) string {
	h.t.Helper()
	token, err := auth.NewToken()
	require.NoError(h.t, err)
	_, err = h.App.CreateKey(h.t.Context(), Clerk, app.NewKey{Name: name, Role: role, Prefix: token.Prefix, Hash: token.Hash})
	require.NoError(h.t, err)
	return token.Text
}

func (h *House) serve(token string) *API {
	h.t.Helper()
	address := FreeAddress(h.t)
	a := &API{Process: h.Process([]string{"serve"}, "ARREARS_HTTP_ADDR="+address), url: "http://" + address, token: token}
	h.Until("the API answers", func() bool {
		answer, err := a.Do(http.MethodGet, "/healthz", "", nil)
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return a
}

// Again starts the interface anew after its process died.
func (a *API) Again() *API { return a.h.serve(a.token) }

// Do sends a request with a JSON body and, unless it is empty, an Idempotency-Key.
func (a *API) Do(method, path, key string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(a.h.t.Context(), method, a.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	return http.DefaultClient.Do(request)
}

// FreeAddress is an address of this machine on which nobody listens.
func FreeAddress(t testing.TB) string {
	t.Helper()
	port, err := loopback.FreePort()
	require.NoError(t, err)
	return net.JoinHostPort(loopback.Host, strconv.Itoa(port))
}
