package temporal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLogKeepsWarningsOnlyAndSwallowsWhatComesLate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "temporal.log")
	logs, err := openLogs(path)
	require.NoError(t, err)
	logs.server.Info("chatter")
	logs.server.Warn("trouble")
	require.NoError(t, logs.Close())
	require.NoError(t, logs.Close(), "closing again does nothing")
	logs.server.Warn("late")

	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(content), "trouble")
	require.NotContains(t, string(content), "chatter")
	require.NotContains(t, string(content), "late")
}

func TestAnOverlongLogIsSetAside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "temporal.log")
	require.NoError(t, os.WriteFile(path, make([]byte, logLimit+1), 0o600))
	logs, err := openLogs(path)
	require.NoError(t, err)
	require.NoError(t, logs.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Size())
	require.FileExists(t, path+".old")
}

func TestWithoutALogFileNothingIsWritten(t *testing.T) {
	t.Parallel()
	logs, err := openLogs("")
	require.NoError(t, err)
	logs.server.Warn("nowhere")
	require.NoError(t, logs.Close())
}
