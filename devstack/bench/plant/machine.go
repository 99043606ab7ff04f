package plant

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"arrears/devstack/bench/measure"
)

// Machine describes what was measured on, and with what: a line per fact, in Markdown.
func (s *Servers) Machine(ctx context.Context) ([]string, error) {
	var postgres string
	if err := s.SQL.QueryRow(ctx, `SHOW server_version`).Scan(&postgres); err != nil {
		return nil, err
	}
	commit, err := s.commitTime(ctx)
	if err != nil {
		return nil, err
	}
	sdk, server := versionOf("go.temporal.io/sdk"), versionOf("go.temporal.io/server")
	return []string{
		fmt.Sprintf("%s, commit %s", time.Now().UTC().Format("2006-01-02 15:04 UTC"), treeOf(ctx)),
		fmt.Sprintf("%s, %d processors, %s of memory, %s/%s", processor(), runtime.NumCPU(), memory(), runtime.GOOS, runtime.GOARCH),
		fmt.Sprintf("%s, PostgreSQL %s, Temporal server %s, Temporal SDK %s", runtime.Version(), firstWord(postgres), server, sdk),
		fmt.Sprintf("fsync and synchronous_commit on; one commit of one row takes %s ms (median)", measure.Number(commit)),
	}, nil
}

// commitTime is the median of a hundred small commits, in milliseconds: the disk's part in every figure.
func (s *Servers) commitTime(ctx context.Context) (float64, error) {
	if _, err := s.SQL.Exec(ctx, `CREATE TABLE IF NOT EXISTS bench_commit (n int)`); err != nil {
		return 0, err
	}
	var took measure.Series
	for i := range 100 {
		began := time.Now()
		if _, err := s.SQL.Exec(ctx, `INSERT INTO bench_commit VALUES ($1)`, i); err != nil {
			return 0, err
		}
		took = append(took, float64(time.Since(began).Microseconds())/1000)
	}
	_, err := s.SQL.Exec(ctx, `DROP TABLE bench_commit`)
	return took.Median(), err
}

// treeOf is the commit of the tree, and whether something in it has been changed since.
func treeOf(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--exclude=*").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "an unknown processor"
	}
	return fieldOf(string(text), "model name", "an unknown processor")
}

func memory() string {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "an unknown amount"
	}
	var kib int64
	if _, err := fmt.Sscan(fieldOf(string(text), "MemTotal", ""), &kib); err != nil {
		return "an unknown amount"
	}
	return fmt.Sprintf("%d GiB", (kib+1<<19)>>20)
}

// fieldOf finds "name : value" in one of the lines.
func fieldOf(text, name, otherwise string) string {
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return otherwise
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// versionOf is the version of a module that this program was built with.
func versionOf(module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == module {
				return strings.TrimPrefix(dep.Version, "v")
			}
		}
	}
	return "unknown"
}
