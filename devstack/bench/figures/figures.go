// Package figures holds the benchmarks, one file each: every figure is measured beside its limit in the same run, in turns,
// on the same servers. It judges nothing and fails only when something could not be run.
//
// devstack/bench alone imports it.
package figures

import (
	"context"
	"fmt"
	"slices"
	"time"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
)

// Bench is one run of the benchmarks.
type Bench struct {
	Servers  *plant.Servers
	Size     Size
	Progress func(line string)
}

// Figure is one benchmark.
type Figure struct {
	Name string // as ONLY takes it
	What string
	Run  func(b *Bench, ctx context.Context) ([]measure.Row, error)
}

// All are the benchmarks in the order of the table.
func All() []Figure {
	return []Figure{
		{"import", "a file of invoices into PostgreSQL, validated, audited and armed", (*Bench).importing},
		{"arm", "invoices armed whose first step lies ahead", (*Bench).arm},
		{"armdue", "invoices armed whose first step is due", (*Bench).armDue},
		{"wave", "reminders that become due at one instant", (*Bench).wave},
		{"stop", "from a payment to the end of the chase", (*Bench).stop},
		{"decision", "from a posted decision to its answer and its effect", (*Bench).decision},
		{"matching", "receipts matched against a million open items", (*Bench).matching},
		{"cash", "payments of a bank file, recorded and applied", (*Bench).cash},
		{"cashstop", "from a bank file to the end of the chases", (*Bench).cashStop},
		{"bankstatement", "a long bank statement, read in bounded memory", (*Bench).bankStatement},
		{"rules", "decisions of the rules", (*Bench).rules},
		{"history", "what a case leaves behind", (*Bench).history},
		{"memory", "memory while many invoices wait", (*Bench).memory},
		{"lists", "worklists and lists of a large portfolio", (*Bench).lists},
	}
}

// Named are the benchmarks of the given names; none means all.
func Named(names []string) ([]Figure, error) {
	all := All()
	if len(names) == 0 {
		return all, nil
	}
	var found []Figure
	for _, name := range names {
		i := slices.IndexFunc(all, func(f Figure) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no figure %q", name)
		}
		found = append(found, all[i])
	}
	return found, nil
}

// Run measures one figure and says how long that took.
func (b *Bench) Run(ctx context.Context, f Figure) ([]measure.Row, error) {
	began := time.Now()
	rows, err := f.Run(b, ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	for i := range rows {
		rows[i].Figure = f.Name
	}
	b.Progress(fmt.Sprintf("%s took %.0f s", f.Name, time.Since(began).Seconds()))
	return rows, nil
}

// tell says what has been measured.
func (b *Bench) tell(format string, args ...any) { b.Progress("  " + fmt.Sprintf(format, args...)) }

// turns runs the sides of a figure in turns, round after round; every second round goes backwards, so that what warms up or
// wears down hits all alike.
func turns(rounds int, sides ...func() error) error {
	for round := range rounds {
		order := slices.Clone(sides)
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, side := range order {
			if err := side(); err != nil {
				return err
			}
		}
	}
	return nil
}
