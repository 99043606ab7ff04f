package main

import (
	"context"
	"os"

	product "arrears/devstack/run"
)

type runCommand struct {
	Demo bool `help:"On a clock that runs a day in five seconds (ARREARS_DEMO_DAY), with a script that plays itself."`
}

// Run serves until a signal comes. It speaks to people, so everything goes to standard output.
func (r runCommand) Run(ctx context.Context, c console) error {
	o, err := product.FromEnvironment(r.Demo, os.Environ(), c.out)
	if err != nil {
		return err
	}
	return product.Run(ctx, o)
}
