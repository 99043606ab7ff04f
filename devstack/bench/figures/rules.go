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

// The benchmarks of domain/policy that are run: two decisions and a plain loop over the same structs.
const (
	ruleWait  = "NextWait"
	ruleAct   = "NextAct"
	rulePlain = "PlainLoop"
)

// perOperation finds a benchmark's name and its nanoseconds in what go test prints.
var perOperation = regexp.MustCompile(`(?m)^Benchmark(\w+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op`)

// rules runs the rules' own benchmarks on one processor.
func (b *Bench) rules(ctx context.Context) ([]measure.Row, error) {
	root, err := plant.Root(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ruleWait+"|"+ruleAct+"|"+rulePlain,
		"-cpu", "1", "-count", strconv.Itoa(max(b.Size.Rounds, 1)), "-benchtime", b.Size.Rules, "./domain/policy")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return ruleRows(string(out))
}

// ruleRows reads the readings.
func ruleRows(out string) ([]measure.Row, error) {
	rates := map[string]measure.Series{}
	for _, found := range perOperation.FindAllStringSubmatch(out, -1) {
		ns, err := strconv.ParseFloat(found[2], 64)
		if err != nil || ns == 0 {
			return nil, fmt.Errorf("a benchmark took %q", found[2])
		}
		rates[found[1]] = append(rates[found[1]], 1e9/ns)
	}
	for _, name := range []string{ruleWait, ruleAct, rulePlain} {
		if len(rates[name]) == 0 {
			return nil, fmt.Errorf("the benchmark %s did not run: %.500s", name, out)
		}
	}
	row := func(what, name string) measure.Row {
		return measure.Row{What: what, Unit: "/s", Ours: rates[name], Limit: rates[rulePlain], Floor: 200_000, Note: "per core; a plain loop"}
	}
	return []measure.Row{row("policy.Next that waits", ruleWait), row("policy.Next that sends", ruleAct)}, nil
}
