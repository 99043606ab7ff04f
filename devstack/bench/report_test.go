package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/bench/measure"
)

func someResult() result {
	return result{
		Size: "small", Took: 2 * time.Minute, Machine: []string{"a machine"},
		Rows: []measure.Row{{Figure: "wave", What: "wave", Unit: "items/s", Ours: measure.Series{100}, Limit: measure.Series{50}}},
	}
}

func TestTheReportTellsMachineAndTable(t *testing.T) {
	t.Parallel()
	got := someResult().markdown()
	require.Contains(t, got, "- a machine\n- size small, 2 minutes\n\n| figure |")
	require.Contains(t, got, "| wave | 100 items/s | 50 items/s | 2.00 |")
}

func TestADocumentIsFilledBetweenItsMarks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "performance.md")
	begin, end := marks("small")
	require.NoError(t, os.WriteFile(path, []byte("before\n"+begin+"\nold\n"+end+"\nafter\n"), 0o600))
	require.NoError(t, someResult().write(path))
	once, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotContains(t, string(once), "old")
	require.Regexp(t, `(?s)^before\n.*a machine.*\nafter\n$`, string(once))
	require.NoError(t, someResult().write(path))
	twice, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(once), string(twice), "writing again changes nothing")
	_, err = between("no marks", "small", "text")
	require.ErrorIs(t, err, errNoMarks)
	_, err = between(begin+"\nno end", "small", "text")
	require.ErrorIs(t, err, errNoMarks)
}

// docs/performance.md has a place for the tables.
func TestThePerformanceDocumentHasItsPlaces(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/performance.md")
	require.NoError(t, err)
	for _, size := range []string{"normal", "full"} {
		_, err = between(string(document), size, "text")
		require.NoError(t, err, size)
	}
}

func TestReadingsAreKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "readings.json")
	require.NoError(t, someResult().keep(path))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.JSONEq(t, `{"size":"small","took":120000000000,"machine":["a machine"],
		"rows":[{"figure":"wave","what":"wave","unit":"items/s","ours":[100],"limit":[50]}]}`, string(text))
}
