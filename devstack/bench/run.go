package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"arrears/devstack/bench/figures"
	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
)

type runCommand struct {
	Only    []string `help:"Figures to measure, by name; all without it."`
	Size    string   `default:"normal" enum:"small,normal,full" help:"How much: small, normal or full."`
	JSON    string   `name:"json" help:"File that gets every reading."`
	Profile string   `help:"Folder that gets profiles of the product's workers."`
	Rounds  int      `help:"Rounds of each side; the size's own without it."`
	Write   string   `help:"Document that gets the table between its marks."`
}

// Run measures and prints.
func (r runCommand) Run(ctx context.Context) error {
	chosen, size, err := r.chosen()
	if err != nil {
		return err
	}
	profile, err := absolute(r.Profile)
	if err != nil {
		return err
	}
	dir, remove, err := folder()
	if err != nil {
		return err
	}
	began := time.Now()
	servers, err := plant.Start(ctx, plant.Options{Dir: dir, Profile: profile, Progress: progress})
	if err != nil {
		return errors.Join(err, remove())
	}
	got := result{Size: size.Name}
	got.Machine, err = servers.Machine(ctx)
	if err == nil {
		got.Rows, err = measureAll(ctx, &figures.Bench{Servers: servers, Size: size, Progress: progress}, chosen)
	}
	if err = errors.Join(err, servers.Stop(ctx)); err != nil {
		return fmt.Errorf("%w (logs are in %s)", err, dir)
	}
	got.Took = time.Since(began)
	return errors.Join(r.report(got), remove())
}

// chosen reads what is to be measured, and how much of it.
func (r runCommand) chosen() ([]figures.Figure, figures.Size, error) {
	chosen, err := figures.Named(r.Only)
	if err != nil {
		return nil, figures.Size{}, err
	}
	size, err := figures.Sized(r.Size)
	if r.Rounds > 0 {
		size.Rounds = r.Rounds
	}
	return chosen, size, err
}

func absolute(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	return filepath.Abs(path)
}

// folder is a temporary one that other users may enter: as root, PostgreSQL's user must.
func folder() (string, func() error, error) {
	dir, err := os.MkdirTemp("", "arrears-bench-")
	if err != nil {
		return "", nil, err
	}
	return dir, func() error { return os.RemoveAll(dir) }, os.Chmod(dir, 0o755)
}

func measureAll(ctx context.Context, b *figures.Bench, chosen []figures.Figure) ([]measure.Row, error) {
	var rows []measure.Row
	for _, f := range chosen {
		progress(f.Name + ": " + f.What)
		measured, err := b.Run(ctx, f)
		if err != nil {
			return nil, err
		}
		rows = append(rows, measured...)
	}
	return rows, nil
}

// report prints the table and keeps it where that is wanted.
func (r runCommand) report(got result) error {
	fmt.Print(got.markdown())
	var kept, written error
	if r.JSON != "" {
		kept = got.keep(r.JSON)
	}
	if r.Write != "" {
		written = got.write(r.Write)
	}
	return errors.Join(kept, written)
}

// progress tells on standard error what happens, so that standard output is the table alone.
func progress(line string) { _, _ = fmt.Fprintln(os.Stderr, line) }
