package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// step is one command of an installation.
type step struct {
	args []string
	// input goes to the command's standard input, so that a step can write a file with tee as root.
	input string
	// optional steps may fail without harm, such as refreshing a package list while offline.
	optional bool
}

// manager is one way of installing: the program that must exist, the package a person would install, and the steps.
type manager struct {
	program  string
	packages string
	byHand   string
	needRoot bool
	steps    []step
}

// debianDropIn keeps Debian's packages from creating and starting a cluster of their own on port 5432: the stack wants
// the programs only.
const debianDropIn = "/etc/postgresql-common/createcluster.d/arrears-devstack.conf"

func managers() []manager {
	return []manager{
		{
			program: "apt-get", packages: "postgresql", byHand: "apt-get install postgresql", needRoot: true,
			steps: []step{
				{args: []string{"apt-get", "update", "-q"}, optional: true},
				{args: []string{"mkdir", "-p", "/etc/postgresql-common/createcluster.d"}},
				{args: []string{"tee", debianDropIn}, input: "create_main_cluster = false\n"},
				{args: []string{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-q", "--no-install-recommends", "postgresql"}},
				{args: []string{"rm", "-f", debianDropIn}, optional: true},
			},
		},
		{
			program: "dnf", packages: "postgresql-server and postgresql-contrib", byHand: "dnf install postgresql-server postgresql-contrib", needRoot: true,
			steps: []step{{args: []string{"dnf", "install", "-y", "-q", "postgresql-server", "postgresql-contrib"}}},
		},
		{
			program: "apk", packages: "postgresql and postgresql-contrib", byHand: "apk add postgresql postgresql-contrib", needRoot: true,
			steps: []step{{args: []string{"apk", "add", "--quiet", "postgresql", "postgresql-contrib"}}},
		},
		{
			program: "brew", packages: "postgresql@17", byHand: "brew install postgresql@17",
			steps: []step{{args: []string{"brew", "install", "--quiet", "postgresql@17"}}},
		},
	}
}

// host is what an installation depends on, apart from running commands, so that the choice can be tested.
type host struct {
	root bool
	has  func(program string) bool
	// sudo says whether sudo works without asking for a password.
	sudo func() bool
}

func thisHost(ctx context.Context) host {
	has := func(program string) bool {
		_, err := exec.LookPath(program)
		return err == nil
	}
	return host{
		root: os.Geteuid() == 0,
		has:  has,
		sudo: func() bool {
			return has("sudo") && exec.CommandContext(ctx, "sudo", "-n", "true").Run() == nil
		},
	}
}

// plan chooses the package manager and returns the commands to run, or ErrNoPrograms with what to do by hand.
func (h host) plan() (manager, []step, error) {
	for _, m := range managers() {
		if !h.has(m.program) {
			continue
		}
		switch {
		case !m.needRoot && h.root:
			continue // Homebrew refuses to run as root
		case !m.needRoot || h.root:
			return m, m.steps, nil
		case h.sudo():
			return m, withSudo(m.steps), nil
		default:
			return m, nil, fmt.Errorf("%w: install the package %s (sudo %s) and try again", ErrNoPrograms, m.packages, m.byHand)
		}
	}
	return manager{}, nil, fmt.Errorf(
		"%w: no known package manager on this %s; install PostgreSQL %d or newer so that initdb and postgres are on PATH",
		ErrNoPrograms, runtime.GOOS, MinMajor)
}

func withSudo(steps []step) []step {
	out := make([]step, 0, len(steps))
	for _, s := range steps {
		s.args = append([]string{"sudo", "-n"}, s.args...)
		out = append(out, s)
	}
	return out
}

// install runs the plan of this machine. A failure carries the last line that the package manager wrote.
func install(ctx context.Context, progress func(line string)) error {
	chosen, steps, err := thisHost(ctx).plan()
	if err != nil {
		return err
	}
	progress(fmt.Sprintf("PostgreSQL is not installed; installing %s with %s (this takes a minute)", chosen.packages, chosen.program))
	return runSteps(ctx, chosen, steps)
}

func runSteps(ctx context.Context, chosen manager, steps []step) error {
	for _, s := range steps {
		cmd := exec.CommandContext(ctx, s.args[0], s.args[1:]...)
		cmd.Stdin = strings.NewReader(s.input)
		out, err := cmd.CombinedOutput()
		if err != nil && !s.optional {
			return fmt.Errorf("%w: %s failed (%s); install the package %s (%s) and try again",
				ErrNoPrograms, strings.Join(s.args, " "), lastLine(string(out), err), chosen.packages, chosen.byHand)
		}
	}
	return nil
}

func lastLine(out string, err error) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return last
	}
	return err.Error()
}
