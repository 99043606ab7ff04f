package figures

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/devstack/bench/reading"
)

// statementCeiling is what the process may take that reads a bank statement of any size, in MiB: 200 MB.
const statementCeiling = 190

// bankStatement reads a long bank statement of each format as a stream, every time in a process of its own: how fast, and how
// much memory the process had at its peak, beside a plain loop over the same bytes.
func (b *Bench) bankStatement(ctx context.Context) ([]measure.Row, error) {
	dir, err := os.MkdirTemp("", "arrears-reader-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary folder
	program := filepath.Join(dir, "reader")
	if err := buildReader(ctx, program); err != nil {
		return nil, err
	}
	var rows []measure.Row
	for _, format := range reading.Formats() {
		size := b.Size.Statement / 8 // memory does not depend on it, so only one format is read as long as is promised
		note := "a plain loop over the lines"
		if format == "camt" {
			size, note = b.Size.Statement, "encoding/xml's tokens alone"
		}
		var ours, plain []reading.Reading
		if err := turns(1, readInto(ctx, &ours, program, format, size, false), readInto(ctx, &plain, program, format, size, true)); err != nil {
			return nil, err
		}
		b.tell("%-6s %4d MB: %6.1f MB/s and %3d MiB, plain %6.1f MB/s and %3d MiB", format, size/1_000_000, speed(ours[0]), ours[0].Resident>>20,
			speed(plain[0]), plain[0].Resident>>20)
		rows = append(rows, statementRows(format, size, ours, plain, note)...)
	}
	return rows, nil
}

func buildReader(ctx context.Context, path string) error {
	root, err := plant.Root(ctx)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "./bench/reading/reader")
	cmd.Dir = filepath.Join(root, "devstack")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func statementRows(format string, size int64, ours, plain []reading.Reading, note string) []measure.Row {
	of := func(list []reading.Reading, value func(reading.Reading) float64) measure.Series {
		var s measure.Series
		for _, r := range list {
			s = append(s, value(r))
		}
		return s
	}
	resident := func(r reading.Reading) float64 { return float64(r.Resident >> 20) }
	heap := func(r reading.Reading) float64 { return float64(r.Heap >> 20) }
	what := fmt.Sprintf("%s of %s MB", format, measure.Number(float64(size/1_000_000)))
	return []measure.Row{
		{What: "bank statement read and its totals proven, " + what, Unit: "MB/s", Ours: of(ours, speed), Limit: of(plain, speed), Note: note},
		{What: "memory of the process at its peak, " + what, Unit: "MiB", Ours: of(ours, resident), Limit: of(plain, resident), Ceiling: statementCeiling, Note: note},
		{What: "of it taken by the heap, " + what, Unit: "MiB", Ours: of(ours, heap), Limit: of(plain, heap), Note: note},
	}
}

func speed(r reading.Reading) float64 { return float64(r.Bytes) / 1e6 / r.Took.Seconds() }

// readInto reads a file once in another process and keeps what that took.
func readInto(ctx context.Context, list *[]reading.Reading, program, format string, size int64, plain bool) func() error {
	return func() error {
		args := []string{"--format", format, "--size", strconv.FormatInt(size, 10)}
		if plain {
			args = append(args, "--plain")
		}
		out, err := exec.CommandContext(ctx, program, args...).Output()
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			return fmt.Errorf("%w: %.500s", err, failed.Stderr)
		}
		if err != nil {
			return err
		}
		var r reading.Reading
		if err := json.Unmarshal(out, &r); err != nil {
			return err
		}
		*list = append(*list, r)
		return nil
	}
}
