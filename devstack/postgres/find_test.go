package postgres

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseMajor(t *testing.T) {
	t.Parallel()
	for out, want := range map[string]int{
		"postgres (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 9.6.24":                         9,
		"postgres (PostgreSQL) 18beta1":                        18,
	} {
		major, ok := parseMajor(out)
		require.True(t, ok, out)
		require.Equal(t, want, major)
	}
	_, ok := parseMajor("MariaDB 11")
	require.False(t, ok)
}

func TestNewestFirstComparesNumbersNotText(t *testing.T) {
	t.Parallel()
	got := newestFirst([]string{"/usr/lib/postgresql/9/bin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/17/bin"})
	require.Equal(t, []string{"/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/9/bin"}, got)
}

func TestInspectWantsBothProgramsAndANewVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, ok := inspect(t.Context(), dir)
	require.False(t, ok, "an empty folder")

	program(t, dir, "initdb", "true")
	_, ok = inspect(t.Context(), dir)
	require.False(t, ok, "no server")

	program(t, dir, "postgres", "echo 'postgres (PostgreSQL) 13.1'")
	_, ok = inspect(t.Context(), dir)
	require.False(t, ok, "too old")

	program(t, dir, "postgres", "echo 'postgres (PostgreSQL) 16.1'")
	found, ok := inspect(t.Context(), dir)
	require.True(t, ok)
	require.Equal(t, Programs{Dir: dir, Major: 16}, found)
}

func TestLocateFindsThisMachinesPrograms(t *testing.T) {
	t.Parallel()
	found, err := Find(t.Context(), func(line string) { t.Log(line) })
	require.NoError(t, err)
	require.GreaterOrEqual(t, found.Major, MinMajor)
	require.FileExists(t, found.initdb())
	require.FileExists(t, found.server())
}

// program writes a shell script that stands for a program.
func program(t *testing.T, dir, name, body string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755))
}
