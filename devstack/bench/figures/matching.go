package figures

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
)

// matchFloor is what is asked of one core, in receipts a second.
const matchFloor = 20_000

// matchReading finds the readings in what the benchmark of domain/matching prints.
var matchReading = regexp.MustCompile(`([\d.e+]+) (receipts/s|plain/s|index-MB)`)

// matching runs the benchmark of domain/matching on one processor: receipts against a million open items in memory, beside a
// plain loop over the same data that looks the one number up and compares the amount.
func (b *Bench) matching(ctx context.Context) ([]measure.Row, error) {
	root, err := plant.Root(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkMatch$", "-cpu", "1",
		"-count", strconv.Itoa(max(b.Size.Rounds, 1)), "-benchtime", fmt.Sprintf("%dx", b.Size.Matches), "./domain/matching")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return matchRows(string(out), b.Size.Matches)
}

// matchRows reads the readings.
func matchRows(out string, receipts int) ([]measure.Row, error) {
	found := map[string]measure.Series{}
	for _, reading := range matchReading.FindAllStringSubmatch(out, -1) {
		value, err := strconv.ParseFloat(reading[1], 64)
		if err != nil {
			return nil, fmt.Errorf("the benchmark of matching says %q", reading[0])
		}
		found[reading[2]] = append(found[reading[2]], value)
	}
	if len(found["receipts/s"]) == 0 || len(found["plain/s"]) == 0 {
		return nil, fmt.Errorf("the benchmark of matching did not run: %.500s", out)
	}
	return []measure.Row{
		{
			What: "receipts matched against 1,000,000 open items", Unit: "/s", Ours: found["receipts/s"], Limit: found["plain/s"], Floor: matchFloor,
			Note: fmt.Sprintf("per core, %s receipts; a plain loop that looks one number up", measure.Number(float64(receipts))),
		},
		{What: "memory of the index over 1,000,000 open items", Unit: "MiB", Ours: found["index-MB"]},
	}, nil
}
