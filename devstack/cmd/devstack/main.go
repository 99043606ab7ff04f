// Command devstack runs the product and the servers that it needs, for development, demonstration and tests: PostgreSQL,
// Temporal and a mail sink, all on 127.0.0.1.
//
//	devstack install                    find PostgreSQL's programs, or install them
//	devstack run [--demo]               the whole product with sample data on all three: make run and make demo
//	devstack up --dir .arrears          all three in this process, until a signal comes
//	devstack exec -- go test ./...      all three for the time of one command, which finds them by ARREARS_TEST_…
//	devstack postgres|temporal|mailsink one of them as a process of its own, for tests that kill it
//
// What is ready is told as one line of JSON on standard output; everything else goes to standard error.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type commands struct {
	Run      runCommand      `cmd:"" help:"Run the whole product with sample data until a signal comes."`
	Install  installCommand  `cmd:"" help:"Find PostgreSQL's server programs, or install them with the package manager."`
	Up       upCommand       `cmd:"" help:"Run PostgreSQL, Temporal and the mail sink until a signal comes."`
	Exec     execCommand     `cmd:"" help:"Run a command with a fresh stack, whose addresses it finds in ARREARS_TEST_… variables."`
	Postgres postgresCommand `cmd:"" help:"Run PostgreSQL alone."`
	Temporal temporalCommand `cmd:"" help:"Run Temporal alone, on a PostgreSQL that runs."`
	Mailsink mailsinkCommand `cmd:"" help:"Run the mail sink alone."`
}

func main() {
	// After the first signal the next one ends the process at once, for those who cannot wait.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// console is where a command writes.
type console struct {
	out, err io.Writer
}

// progress tells people what happens.
func (c console) progress(line string) { _, _ = fmt.Fprintln(c.err, line) }

// ready tells programs that a server answers, and where.
func (c console) ready(what any) error { return json.NewEncoder(c.out).Encode(what) }

// run returns the exit code: that of exec's command where there is one.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cli commands
	parser, err := kong.New(&cli, kong.Name("devstack"), kong.Writers(stdout, stderr), kong.UsageOnError(),
		kong.Description("The servers that the product needs, on 127.0.0.1, for development, demonstration and tests."))
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "devstack:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "devstack:", err)
		return 2
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return exitCode(parsed.Run(console{out: stdout, err: stderr}), stderr)
}

func exitCode(err error, stderr io.Writer) int {
	var ended *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &ended):
		return codeOf(ended)
	default:
		_, _ = fmt.Fprintln(stderr, "devstack:", err)
		return 1
	}
}

// codeOf follows the shell for a command that a signal ended: 128 and the signal's number.
func codeOf(ended *exec.ExitError) int {
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return ended.ExitCode()
}
