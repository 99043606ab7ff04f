package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

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
}

// Run measures and prints.
func (r runCommand) Run(ctx context.Context) error {
	chosen, err := figures.Named(r.Only)
	if err != nil {
		return err
	}
	size, err := figures.Sized(r.Size)
	if err != nil {
		return err
	}
	if r.Rounds > 0 {
		size.Rounds = r.Rounds
	}
	profile, err := absolute(r.Profile)
	if err != nil {
		return err
	}
	dir, remove, err := folder()
	if err != nil {
		return err
	}
	servers, err := plant.Start(ctx, plant.Options{Dir: dir, Profile: profile, Progress: progress})
	if err != nil {
		return errors.Join(err, remove())
	}
	b := &figures.Bench{Servers: servers, Size: size, Progress: progress}
	rows, err := measureAll(ctx, b, chosen)
	err = errors.Join(err, servers.Stop(ctx))
	if err != nil {
		return fmt.Errorf("%w (logs are in %s)", err, dir)
	}
	return errors.Join(r.report(rows), remove())
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

// report prints the table and keeps the readings.
func (r runCommand) report(rows []measure.Row) error {
	fmt.Println(measure.Markdown(rows))
	if r.JSON == "" {
		return nil
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(r.JSON, append(text, '\n'), 0o644)
}

// progress tells on standard error what happens, so that standard output is the table alone.
func progress(line string) { _, _ = fmt.Fprintln(os.Stderr, line) }
