package plant

import (
	"context"
	"errors"
	"hash/fnv"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/intake"
)

// What is imported is a file that the shipped profile reads, row by row.
func TestThePortfolioIsAFileOfOurOwnFormat(t *testing.T) {
	t.Parallel()
	p := Portfolio{Invoices: 15, Each: 7, Due: calendar.MustDate("2026-03-03"), Prefix: "P"}
	require.Equal(t, 3, p.Customers())
	profile, err := intake.Shipped("arrears")
	require.NoError(t, err)
	reader, err := intake.NewReader(strings.NewReader(string(p.CSV())), profile, intake.Options{Today: p.Due})
	require.NoError(t, err)
	rows := 0
	for {
		record, err := reader.Next()
		if err != nil {
			break
		}
		rows++
		require.Empty(t, record.Problems)
	}
	require.Equal(t, 15, rows)
	require.Contains(t, string(p.CSV()), p.Number(14)+","+p.customer(2)+",")
}

func TestCustomersWakeTogether(t *testing.T) {
	t.Parallel()
	for range 5 {
		id := together()
		h := fnv.New64a()
		_, _ = h.Write(id[:])
		require.Zero(t, h.Sum64()%spread)
	}
}

func TestCostIsADifference(t *testing.T) {
	t.Parallel()
	before := Cost{Machine: 10 * time.Second, Parts: map[string]time.Duration{"worker": time.Second, "gone": 5 * time.Second}}
	after := Cost{Machine: 17 * time.Second, Parts: map[string]time.Duration{"worker": 3 * time.Second, "new": 2 * time.Second}}
	spent := after.Since(before)
	require.Equal(t, Cost{Machine: 7 * time.Second, Parts: map[string]time.Duration{"worker": 2 * time.Second, "new": 2 * time.Second}}, spent)
	require.Equal(t, 4*time.Second, spent.Ours())
}

func TestUntilEndsByConditionErrorAndContext(t *testing.T) {
	t.Parallel()
	calls := 0
	require.NoError(t, Until(t.Context(), "the third call", func() (bool, error) { calls++; return calls == 3, nil }))
	failed := errors.New("no database")
	require.ErrorIs(t, Until(t.Context(), "it fails", func() (bool, error) { return false, failed }), failed)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Until(ctx, "never", func() (bool, error) { return false, nil }), context.Canceled)
	require.ErrorIs(t, Sleep(ctx, time.Now().Add(time.Hour)), context.Canceled)
	require.NoError(t, Sleep(t.Context(), time.Now()))
}

// A process says its lines, is asked to end, and is told apart from one that ended by itself.
func TestProcesses(t *testing.T) {
	t.Parallel()
	s := &Servers{Dir: t.TempDir()}
	p, err := s.start(t.Context(), process{name: "shell", path: "/bin/sh", args: []string{"-c", `echo "$GREETING"; cat`}, env: []string{"GREETING=hello"}})
	require.NoError(t, err)
	line, err := p.Line(t.Context())
	require.NoError(t, err)
	require.Equal(t, "hello", line)
	require.False(t, p.Ended())
	require.NoError(t, p.Stop(t.Context()))
	require.True(t, p.Ended())
	require.NoError(t, p.Stop(t.Context()), "stopping again does nothing")
	require.Zero(t, p.Resident())

	p, err = s.start(t.Context(), process{name: "broken", path: "/bin/sh", args: []string{"-c", "echo first >&2; echo it broke >&2; exit 1"}})
	require.NoError(t, err)
	_, err = p.Line(t.Context())
	require.ErrorContains(t, err, "it broke")
	p.Kill()
	_, err = s.start(t.Context(), process{name: "absent", path: "/nowhere/absent"})
	require.ErrorIs(t, err, os.ErrNotExist)
}
