package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// launchProduct starts the whole product as a process and returns when it says that it is ready.
func launchProduct(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "run")
	cmd.Env = append(os.Environ(), asCommand+"=1", "ARREARS_DATA_DIR="+dir, "ARREARS_HTTP_ADDR=127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	var said strings.Builder
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "Arrears is ready") {
			go func() {
				for lines.Scan() { // a pipe that nobody reads would stop the process
				}
			}()
			return cmd
		}
	}
	t.Fatalf("it ended early:\n%s", &said)
	return nil
}

func TestTheProductStartsAgainAfterKill9(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := launchProduct(t, dir)
	require.NoError(t, first.Process.Kill())
	_ = first.Wait()

	second := launchProduct(t, dir)
	require.NoError(t, second.Process.Signal(syscall.SIGINT))
	require.NoError(t, second.Wait())
	require.NoFileExists(t, filepath.Join(dir, "postgres", "data", "postmaster.pid"), "PostgreSQL was stopped in order")
}
