package measure

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheMachinesWorkIsAddedUp(t *testing.T) {
	t.Parallel()
	got, err := parseMachine([]byte("cpu  100 20 30 4000 500 6 7 80 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n"))
	require.NoError(t, err)
	require.Equal(t, 1630*time.Millisecond, got, "idle, iowait and steal are left out")
}

func TestAnUnknownFormIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "cpu 1 2", "intr 1 2 3 4 5 6 7 8", "cpu a b c d e f g h"} {
		_, err := parseMachine([]byte(text))
		require.ErrorIs(t, err, errProc, text)
	}
	for _, text := range []string{"", "12 (x)", "12 (x) S 1", "12 (x) S 1 2 3 4 5 6 7 8 9 10 x 12 13 14 15 16 17 18 19 20 21 22"} {
		_, err := parseProcess([]byte(text))
		require.ErrorIs(t, err, errProc, text)
	}
}

func TestAProcessIsRead(t *testing.T) {
	t.Parallel()
	text := "4711 (a (strange) name) S 17 4711 4711 0 -1 4194560 9 8 7 6 150 50 20 10 20 0 4 0 12345 999424 256 1844 1 1 0 0 0 0 0"
	got, err := parseProcess([]byte(text))
	require.NoError(t, err)
	require.Equal(t, 4711, got.PID)
	require.Equal(t, 17, got.Parent)
	require.Equal(t, 2*time.Second, got.Own)
	require.Equal(t, 300*time.Millisecond, got.Reaped)
	require.Equal(t, 256*int64(os.Getpagesize()), got.Resident)
}

func TestThisProcessIsItsOwnTree(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("only Linux has /proc")
	}
	own, err := ReadProcess(os.Getpid())
	require.NoError(t, err)
	tree, err := Tree(os.Getpid())
	require.NoError(t, err)
	require.Equal(t, os.Getppid(), own.Parent)
	require.GreaterOrEqual(t, tree.Own, own.Own)
	require.Positive(t, own.Resident)
	_, err = Machine()
	require.NoError(t, err)
	_, err = ReadProcess(1 << 30)
	require.Error(t, err)
}
