package run

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyOneProcessRunsInAFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made")
	first, err := openHome(dir)
	require.NoError(t, err)

	_, err = openHome(dir)
	require.ErrorIs(t, err, ErrBusy)
	require.ErrorContains(t, err, strconv.Itoa(os.Getpid()), "it names who is there")

	require.NoError(t, first.close())
	again, err := openHome(dir)
	require.NoError(t, err, "a lock file that somebody left is no lock")
	require.NoError(t, again.close())
}

func TestAFolderThatCannotBeMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := openHome(filepath.Join(file, "below"))
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrBusy)
}

func TestPathsAreShownAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	require.NoError(t, err)
	near := &home{dir: filepath.Join(here, ".arrears")}
	require.Equal(t, filepath.Join(".arrears", "keys"), near.shown("keys"))
	far := &home{dir: "/elsewhere"}
	require.Equal(t, "/elsewhere/keys", far.shown("keys"))
}
