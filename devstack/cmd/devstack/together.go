package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"arrears/devstack/stack"
)

type upCommand struct {
	Dir          string `default:".arrears" help:"Folder of everything that is kept; made when absent."`
	PostgresPort int    `help:"Port of PostgreSQL; 0 takes a free one."`
	TemporalPort int    `help:"Port of Temporal's frontend; 0 takes a free one."`
	SMTPPort     int    `name:"smtp-port" help:"Port of the mail sink; 0 takes a free one."`
	Ephemeral    bool   `help:"Sync nothing, start empty, and remove the cluster at the end."`
}

// Run serves until a signal comes or PostgreSQL ends.
func (u upCommand) Run(ctx context.Context, c console) error {
	s, err := stack.Start(ctx, stack.Options{
		Dir: u.Dir, PostgresPort: u.PostgresPort, TemporalPort: u.TemporalPort, SMTPPort: u.SMTPPort,
		Ephemeral: u.Ephemeral, Progress: c.progress,
	})
	if err != nil {
		return err
	}
	failure := c.ready(struct {
		Service string `json:"service"`
		PID     int    `json:"pid"`
		stack.Addresses
	}{"stack", os.Getpid(), s.Addresses()})
	if failure == nil {
		failure = awaitEnd(ctx, s.Postgres)
	}
	c.progress("stopping Temporal, the mail sink and PostgreSQL")
	end, cancel := stopping(ctx)
	defer cancel()
	return errors.Join(failure, s.Stop(end))
}

type execCommand struct {
	Dir     string   `help:"Folder of the stack; without it a temporary one, removed at the end."`
	Command []string `arg:"" passthrough:"" help:"The command and its arguments, after --."`
}

// Run starts an ephemeral stack, runs the command, stops everything, and ends as the command ended.
func (e execCommand) Run(ctx context.Context, c console) error {
	args := e.Command
	if args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return errors.New("exec needs a command after --")
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		return err // before the stack is started in vain
	}
	dir, remove, err := e.folder()
	if err != nil {
		return err
	}
	defer remove()
	s, err := stack.Start(ctx, stack.Options{Dir: dir, Ephemeral: true, Progress: c.progress})
	if err != nil {
		return err
	}
	ended := runWith(ctx, c, args, s.Addresses().Env())
	end, cancel := stopping(ctx)
	defer cancel()
	return errors.Join(ended, s.Stop(end))
}

// folder is the given one, or a temporary one that other users may enter: as root, PostgreSQL's user must.
func (e execCommand) folder() (string, func(), error) {
	if e.Dir != "" {
		return e.Dir, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "devstack-")
	if err != nil {
		return "", nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", nil, err
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// runWith runs the command with the variables set. A signal to us is passed on, and then the command has until the
// stack's limit to end.
func runWith(ctx context.Context, c console, args, env []string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, c.out, c.err
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stack.StopLimit
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return fmt.Errorf("run %s: %w", args[0], err)
	}
	return err
}
