package reading

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// Each file proves itself to the product and is found whole by the plain loop.
func TestFilesAreRead(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("only Linux has /proc")
	}
	for _, format := range Formats() {
		for _, plain := range []bool{false, true} {
			got, err := Read(format, 100_000, plain)
			require.NoError(t, err, format)
			require.InDelta(t, 100_000, got.Bytes, 2_000, format)
			require.Positive(t, got.Took)
			require.Positive(t, got.Resident)
			require.Positive(t, got.Heap)
			if !plain {
				require.Greater(t, got.Entries, int64(50), format)
			}
		}
	}
	_, err := Read("fax", 1, false)
	require.Error(t, err)
}

// What the product finds wrong is not passed over: the figure would be of another file.
func TestAFileThatContradictsItselfIsNotMeasured(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"camt", "bai2", "mt940"} {
		f, err := newFile(format, 2_000)
		require.NoError(t, err)
		f.entries++
		_, err = ours(format, f.open())
		require.Error(t, err, format)
	}
}

func TestEntriesAreNumbered(t *testing.T) {
	t.Parallel()
	f := file{head: "<", entry: "a##########b##########,", tail: ">", entries: 2}
	for _, in := range []io.Reader{f.open(), iotest.OneByteReader(f.open())} {
		text, err := io.ReadAll(in)
		require.NoError(t, err)
		require.Equal(t, "<a0000000001b0000000001,a0000000002b0000000002,>", string(text))
	}
}

func TestThePeakOfMemory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "status")
	for text, want := range map[string]int64{"Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n": 2 << 20, "VmHWM: 5 MB": 0, "": 0} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		got, err := peak(path)
		require.Equal(t, want, got)
		require.Equal(t, want == 0, err != nil)
	}
	_, err := peak(filepath.Join(t.TempDir(), "none"))
	require.Error(t, err)
}
