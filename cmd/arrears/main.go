// Command arrears is the product in one binary: servers, imports and the operator's tools. It is thin: it reads the command
// line and the environment, lets internal/wire put things together, and prints.
//
// Exit codes: 0 done; 1 it failed, because something we need does not answer or by a fault of ours; 2 the command line, the
// environment or the input is wrong; 3 the present state does not allow it (not found, conflict, forbidden); 4 it ran to its
// end and what it found needs a person (rows refused, totals that differ, a record that differs).
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // a machine or an image without time zones must decide the same days

	"github.com/alecthomas/kong"

	"arrears/domain/fault"
	"arrears/internal/terminal"
)

// The exit codes, as the package comment and the help tell them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitWrong   = 2
	exitRefused = 3
	exitFound   = 4
)

const description = `Collects what business customers owe.

Everything is configured by ARREARS_ variables; "arrears config" lists them.

Exit codes: 0 done, 1 failed, 2 wrong command line, environment or input, 3 refused by the present state, 4 done, and what was found needs a person.`

type commands struct {
	Serve       serveCommand       `cmd:"" help:"Answer the API."`
	Worker      workerCommand      `cmd:"" help:"Do the engine's work: decide, send, wait."`
	Relay       relayCommand       `cmd:"" help:"Deliver nudges from the database to the engine."`
	Ready       readyCommand       `cmd:"" help:"Ask whether the API can work, for health checks."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the database to this version, and set up a new installation."`
	Import      importCommand      `cmd:"" help:"Load files."`
	Policy      policyCommand      `cmd:"" help:"Check and preview policies."`
	Rehearse    rehearseCommand    `cmd:"" help:"Try a policy on a historical portfolio, in a scratch place."`
	Invoice     invoiceCommand     `cmd:"" help:"Look at invoices."`
	Dispute     disputeCommand     `cmd:"" help:"Work on deductions and disputes."`
	Document    documentCommand    `cmd:"" help:"Store, list and fetch documents."`
	Bank        bankCommand        `cmd:"" help:"Look at files of banks, statements and our accounts."`
	Cash        cashCommand        `cmd:"" help:"Work on money that waits for a clerk."`
	Remittances remittancesCommand `cmd:"" help:"Look at what payers say of their payments, and enter it."`
	Rates       ratesCommand       `cmd:"" help:"Keep exchange rates."`
	Audit       auditCommand       `cmd:"" help:"Prove the record."`
	Census      censusCommand      `cmd:"" help:"Prove on live data that nothing is lost, and raise what is found as tasks."`
	Events      eventsCommand      `cmd:"" help:"Follow what happens."`
	Webhook     webhookCommand     `cmd:"" help:"Send events to other systems: endpoints, secrets, dead letters."`
	Key         keyCommand         `cmd:"" help:"Make, list and revoke API keys."`
	Config      configCommand      `cmd:"" help:"List the variables, their defaults and what is set."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

func main() {
	// After the first signal the next one ends the process at once, for those who cannot wait.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// console is where a command writes: results to out, everything on the way to err.
type console struct {
	out, err *terminal.Terminal
	raw      io.Writer // what out writes to, for machine-readable results
	log      io.Writer // what err writes to, for logs
}

func newConsole(stdout, stderr io.Writer) *console {
	return &console{out: terminal.New(stdout), err: terminal.New(stderr), raw: stdout, log: stderr}
}

// parseEnded carries the exit code of --help out of the parser.
type parseEnded int

// run returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	c := newConsole(stdout, stderr)
	defer func() {
		if ended, ok := recover().(parseEnded); ok {
			code = int(ended)
		}
	}()
	var cli commands
	parser, err := kong.New(&cli, kong.Name("arrears"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(parseEnded(code)) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return c.fail(err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return c.fail(fault.New(fault.Invalid, "usage", oneLine(err.Error())+" (arrears --help)"))
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return c.fail(parsed.Run(c))
}

// errFound is the end of a command that did its work and found something that needs a person. It has said what.
var errFound = errors.New("something was found")

// fail prints an error as one line and returns the exit code.
func (c *console) fail(err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFound):
		return exitFound
	case errors.Is(err, context.Canceled):
		c.err.Line("arrears: stopped")
		return exitFailed
	}
	c.err.Line(c.err.Paint(terminal.Red, "arrears: ") + explain(err))
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge:
		return exitWrong
	case fault.NotFound, fault.Conflict, fault.Precondition, fault.Forbidden, fault.Unauthenticated:
		return exitRefused
	}
	return exitFailed
}

// explain is an error in one line: code, message, the fields it is about, and for operators the cause.
func explain(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return fault.CodeInternal + ": " + oneLine(err.Error())
	}
	text := f.Code + ": " + f.Message
	for _, field := range f.Fields {
		text += "; " + placed(field, field.Path)
	}
	if cause := errors.Unwrap(f); cause != nil {
		text += " (" + cause.Error() + ")"
	}
	return oneLine(text)
}

// placed is what is wrong with a field, after its path as it is to be shown; what is wrong with the whole has none.
func placed(field fault.Field, path string) string {
	if field.Path == "" {
		return field.Message
	}
	return path + ": " + field.Message
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
