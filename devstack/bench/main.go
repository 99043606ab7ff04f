// Command bench measures the product beside the limits of its parts and prints the table of docs/performance.md.
//
//	bench run                      the whole table
//	bench run --only wave          one figure
//	bench run --size small         a quick look
//
// It starts its own servers, whose commits are on disk as in production, and the product's own processes. It fails when
// something could not be run, never because of a speed.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"arrears/devstack/bench/million"
	"arrears/devstack/bench/plant"
)

type commands struct {
	Run     runCommand     `cmd:"" default:"withargs" help:"Measure and print the table."`
	Million millionCommand `cmd:"" help:"Fill a migrated, empty database with a large portfolio."`
	Role    struct {
		Temporal temporalRole `cmd:"" help:"The engine."`
		Bare     bareRole     `cmd:"" help:"The yardstick's worker."`
		Worker   workerRole   `cmd:"" help:"The product's worker, with profiles."`
	} `cmd:"" hidden:"" help:"What this program starts of itself."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	var cli commands
	parsed := kong.Parse(&cli, kong.Name("bench"), kong.UsageOnError(), kong.Description("Measures Arrears beside the limits of its parts."))
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type millionCommand struct {
	DatabaseURL string `required:"" name:"database-url" env:"ARREARS_DATABASE_URL" help:"Database of a new installation (arrears migrate), for a superuser."`
	Invoices    int    `default:"1000000" help:"How many."`
}

// Run fills the database.
func (m millionCommand) Run(ctx context.Context) error {
	return million.Fill(ctx, m.DatabaseURL, m.Invoices, progress)
}

type temporalRole struct {
	PostgresURL string `required:"" name:"postgres-url"`
	Port        int
	Log         string
}

// Run serves until whoever started it ends.
func (r temporalRole) Run(ctx context.Context) error {
	return plant.ServeTemporal(tied(ctx), r.PostgresURL, r.Port, r.Log)
}

type bareRole struct {
	Address   string `required:""`
	Namespace string `required:""`
}

// Run works until whoever started it ends.
func (r bareRole) Run(ctx context.Context) error {
	return plant.ServeBare(tied(ctx), r.Address, r.Namespace)
}

type workerRole struct {
	Profile string `required:""`
	Relay   bool   `negatable:"" default:"true"`
}

// Run works until whoever started it ends.
func (r workerRole) Run(ctx context.Context) error {
	return plant.ServeWorker(tied(ctx), r.Profile, r.Relay)
}

// tied ends the context also when whoever started this process closes its standard input, as its death does.
func tied(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends when the other side is gone
		cancel()
	}()
	return ctx
}
