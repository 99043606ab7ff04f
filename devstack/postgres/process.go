package postgres

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// pollInterval is how often we look whether a process is gone or a server answers: often enough not to be felt.
const pollInterval = 20 * time.Millisecond

// child is a process that we started.
type child struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// spawn starts a command in a process group of its own, so that Ctrl-C in a terminal reaches only us and we stop
// things in order, and, where the system supports it, so that it gets a signal when we die.
func spawn(cmd *exec.Cmd) (*child, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	dieWithParent(cmd.SysProcAttr)
	c := &child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The signal is bound to the thread that started the child, not to the process: the thread must live as long
		// as the child. It is never unlocked, so it ends with this goroutine.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		_ = cmd.Wait() // how it ended is in its log
		close(c.done)
	}()
	return c, <-started
}

func (c *child) pid() int { return c.cmd.Process.Pid }

func (c *child) signal(sig syscall.Signal) { _ = c.cmd.Process.Signal(sig) }

// running tells whether the process has not ended yet.
func (c *child) running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// wait waits for the end of the process and reports whether it came before the limit and the context's end.
func (c *child) wait(ctx context.Context, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-c.done:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return !c.running()
}

// processInfo is one line of the system's table of processes.
type processInfo struct {
	pid, parent int
	zombie      bool
	command     string
}

func childrenOf(pid int) []int {
	var pids []int
	for _, p := range processes() {
		if p.parent == pid {
			pids = append(pids, p.pid)
		}
	}
	return pids
}

// alive tells whether a process exists and has not ended: one that ended but is not collected by its parent is dead.
func alive(pid int) bool {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return false
	}
	return slices.ContainsFunc(processes(), func(p processInfo) bool { return p.pid == pid && !p.zombie })
}

// awaitGone waits until none of the processes is alive, and reports whether that came before the limit.
func awaitGone(ctx context.Context, pids []int, limit time.Duration) bool {
	deadline := time.Now().Add(limit)
	for {
		if !slices.ContainsFunc(pids, alive) {
			return true
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return false
		}
		time.Sleep(pollInterval)
	}
}

func signalAll(pids []int, sig syscall.Signal) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, sig)
	}
}
