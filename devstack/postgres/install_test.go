package postgres

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func hostWith(root, sudo bool, programs ...string) host {
	has := map[string]bool{}
	for _, program := range programs {
		has[program] = true
	}
	return host{root: root, has: func(p string) bool { return has[p] }, sudo: func() bool { return sudo }}
}

func TestPlanChoosesTheManagerOfTheSystem(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		host    host
		program string
		first   string
	}{
		{"debian as root", hostWith(true, false, "apt-get"), "apt-get", "apt-get"},
		{"debian with sudo", hostWith(false, true, "apt-get", "sudo"), "apt-get", "sudo"},
		{"fedora as root", hostWith(true, false, "dnf"), "dnf", "dnf"},
		{"alpine as root", hostWith(true, false, "apk"), "apk", "apk"},
		{"mac", hostWith(false, false, "brew"), "brew", "brew"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			chosen, steps, err := tc.host.plan()
			require.NoError(t, err)
			require.Equal(t, tc.program, chosen.program)
			require.NotEmpty(t, steps)
			require.Equal(t, tc.first, steps[0].args[0])
		})
	}
}

func TestPlanNamesThePackageWhenItMayNotInstall(t *testing.T) {
	t.Parallel()
	_, _, err := hostWith(false, false, "apt-get").plan()
	require.ErrorIs(t, err, ErrNoPrograms)
	require.ErrorContains(t, err, "apt-get install postgresql")

	_, _, err = hostWith(true, false, "brew").plan()
	require.ErrorIs(t, err, ErrNoPrograms, "Homebrew does not run as root")

	_, _, err = hostWith(true, false).plan()
	require.ErrorIs(t, err, ErrNoPrograms)
}

func TestAptNeverStartsAClusterOfItsOwn(t *testing.T) {
	t.Parallel()
	_, steps, err := hostWith(true, false, "apt-get").plan()
	require.NoError(t, err)
	var wrote, installed bool
	for _, s := range steps {
		switch s.args[0] {
		case "tee":
			require.False(t, installed, "the setting must be there before the package")
			require.Equal(t, "create_main_cluster = false\n", s.input)
			wrote = true
		case "env":
			installed = true
		}
	}
	require.True(t, wrote && installed)
}

func TestRunStepsReportsTheLastLineOfAFailure(t *testing.T) {
	t.Parallel()
	chosen := manager{packages: "postgresql", byHand: "apt-get install postgresql"}
	err := runSteps(t.Context(), chosen, []step{
		{args: []string{"false"}, optional: true},
		{args: []string{"sh", "-c", "echo reading; echo E: no such package; exit 1"}},
	})
	require.ErrorIs(t, err, ErrNoPrograms)
	require.ErrorContains(t, err, "E: no such package")

	require.NoError(t, runSteps(t.Context(), chosen, []step{{args: []string{"grep", "-q", "hello"}, input: "hello\n"}}))
	require.Equal(t, "boom", lastLine("", errors.New("boom")))
}
