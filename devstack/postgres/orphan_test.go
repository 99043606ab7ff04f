package postgres

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what takes a moment on a machine that is not busy.
const patience = time.Minute

// placeWithPid is a place whose postmaster.pid begins with the given line.
func placeWithPid(t *testing.T, first string) *place {
	t.Helper()
	p := &place{dir: t.TempDir()}
	require.NoError(t, os.Mkdir(p.data(), 0o700))
	content := first + "\n" + p.data() + "\n1700000000\n5432\n"
	require.NoError(t, os.WriteFile(filepath.Join(p.data(), "postmaster.pid"), []byte(content), 0o600))
	return p
}

func TestOrphanedPostmasterBelievesNoNumberAlone(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]string{
		"ourselves":     strconv.Itoa(os.Getpid()),
		"init":          "1",
		"nobody":        "0",
		"a group":       "-1",
		"nonsense":      "pid",
		"empty":         "",
		"beyond bounds": "99999999999999999999",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := placeWithPid(t, first)
			_, found := p.orphanedPostmaster()
			require.False(t, found)
			require.NoError(t, p.stopOrphans(t.Context(), func(line string) { t.Error(line) }))
			require.NoFileExists(t, filepath.Join(p.data(), "postmaster.pid"), "the stale file is gone")
		})
	}
	_, found := (&place{dir: t.TempDir()}).orphanedPostmaster()
	require.False(t, found, "no file at all")
}

func TestIsPostmasterWantsThisVeryFolder(t *testing.T) {
	t.Parallel()
	p := &place{dir: "/srv/some where"}
	for command, want := range map[string]bool{
		"/usr/lib/postgresql/15/bin/postgres -D /srv/some where/data -c port=1":  true,
		"postgres -D /srv/some where/data -c port=1":                             true,
		"/usr/lib/postgresql/15/bin/postgres -D /srv/some where/data2 -c port=1": false,
		"/usr/lib/postgresql/15/bin/postgres -D /srv/other/data -c port=1":       false,
		"tail -D /srv/some where/data -c":                                        false,
		"postgres: arrears-1: checkpointer":                                      false,
		"":                                                                       false,
	} {
		require.Equal(t, want, p.isPostmaster(command), command)
	}
}

func TestClustersAreToldApartByTheirNames(t *testing.T) {
	t.Parallel()
	one, two := &place{dir: "/srv/one"}, &place{dir: "/srv/two"}
	require.Equal(t, one.cluster(), (&place{dir: "/srv/one"}).cluster())
	require.NotEqual(t, one.cluster(), two.cluster())
	require.Less(t, len(one.cluster()), 64, "PostgreSQL cuts longer names")
}

func TestStopGentlyGetsHarder(t *testing.T) {
	t.Parallel()
	willing := spawned(t, "sleep", "600")
	require.True(t, stopGently(t.Context(), []int{willing.pid()}, syscall.SIGTERM))
	require.True(t, willing.wait(t.Context(), patience))
	require.False(t, alive(willing.pid()))
}

func spawned(t *testing.T, program string, args ...string) *child {
	t.Helper()
	c, err := spawn(exec.CommandContext(context.WithoutCancel(t.Context()), program, args...))
	require.NoError(t, err)
	t.Cleanup(func() { c.signal(syscall.SIGKILL); <-c.done })
	return c
}

func TestSpawnReportsWhatCannotStart(t *testing.T) {
	t.Parallel()
	_, err := spawn(exec.CommandContext(t.Context(), "/no/such/program"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestProcessTableShowsParentsAndDeaths(t *testing.T) {
	t.Parallel()
	c := spawned(t, "sleep", "601")
	require.True(t, c.running())
	require.False(t, c.wait(t.Context(), time.Millisecond))
	require.Contains(t, childrenOf(os.Getpid()), c.pid())
	require.True(t, alive(c.pid()))
	require.False(t, awaitGone(t.Context(), []int{c.pid()}, 2*pollInterval))

	group, err := syscall.Getpgid(c.pid())
	require.NoError(t, err)
	require.Equal(t, c.pid(), group, "a process group of its own, which Ctrl-C in our terminal does not reach")

	c.signal(syscall.SIGKILL)
	require.True(t, c.wait(t.Context(), patience))
	require.True(t, awaitGone(t.Context(), []int{c.pid()}, patience))
	require.False(t, c.running())
}

func TestAZombieCountsAsDead(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "true")
	require.NoError(t, cmd.Start()) // and not waited for yet
	require.Eventually(t, func() bool { return !alive(cmd.Process.Pid) }, patience, pollInterval)
	require.NoError(t, cmd.Wait())
}
