package money_test

import (
	"fmt"
	"math"
	"testing"

	"arrears/domain/fault"
	"arrears/domain/money"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAllocate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		total   int64
		weights []int64
		want    []int64
	}{
		"even":                          {100, []int64{1, 1}, []int64{50, 50}},
		"ties go to the earlier":        {100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		"the larger remainder wins":     {10, []int64{1, 2}, []int64{3, 7}},
		"a zero weight gets nothing":    {5, []int64{0, 1, 0, 1}, []int64{0, 3, 0, 2}},
		"negative":                      {-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		"nothing":                       {0, []int64{3, 4}, []int64{0, 0}},
		"nothing to nobody":             {0, nil, []int64{}},
		"nothing by zero weights":       {0, []int64{0, 0}, []int64{0, 0}},
		"fewer units than weights":      {2, []int64{1, 1, 1, 1}, []int64{1, 1, 0, 0}},
		"one takes all":                 {7, []int64{3}, []int64{7}},
		"the extremes fit":              {math.MaxInt64, []int64{math.MaxInt64}, []int64{math.MaxInt64}},
		"the other extreme fits":        {math.MinInt64, []int64{1}, []int64{math.MinInt64}},
		"receipt over three open items": {280000, []int64{100000, 100000, 100000}, []int64{93334, 93333, 93333}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := money.Allocate(c.total, c.weights)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestAllocateRefuses(t *testing.T) {
	t.Parallel()
	for name, weights := range map[string][]int64{
		"no weights":        nil,
		"zero weights":      {0, 0},
		"a negative weight": {3, -1},
		"too large a sum":   {math.MaxInt64, 1},
	} {
		_, err := money.Allocate(1, weights)
		require.Equal(t, money.CodeInvalidWeights, fault.CodeOf(err), name)
	}
}

// TestAllocateLaws: the parts sum to the total, none is a unit or more off its exact share, and the signs agree.
func TestAllocateLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		total := rapid.Int64Range(-1_000_000_000, 1_000_000_000).Draw(rt, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 40).Draw(rt, "weights")
		weights[0]++
		var sum int64
		for _, w := range weights {
			sum += w
		}
		parts, err := money.Allocate(total, weights)
		require.NoError(rt, err)
		left := total
		for i, p := range parts {
			left -= p
			off := p*sum - total*weights[i]
			require.Less(rt, max(off, -off), sum, "part %d", i)
			require.False(rt, weights[i] == 0 && p != 0)
		}
		require.Zero(rt, left)
		opposite, err := money.Allocate(-total, weights)
		require.NoError(rt, err)
		for i := range parts {
			require.Equal(rt, -parts[i], opposite[i])
		}
	})
}

// TestAllocateSumsAtTheExtremes uses the whole range of both arguments.
func TestAllocateSumsAtTheExtremes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		total := rapid.Int64().Draw(rt, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, math.MaxInt64/16), 1, 16).Draw(rt, "weights")
		weights[0] = max(weights[0], 1)
		parts, err := money.Allocate(total, weights)
		require.NoError(rt, err)
		for _, p := range parts {
			total -= p
		}
		require.Zero(rt, total)
	})
}

func TestSplit(t *testing.T) {
	t.Parallel()
	parts, err := money.Split(1000, 3)
	require.NoError(t, err)
	require.Equal(t, []int64{334, 333, 333}, parts)
	for _, n := range []int{0, -1, 10_001, math.MaxInt} {
		_, err := money.Split(1000, n)
		require.Equal(t, money.CodeInvalidWeights, fault.CodeOf(err), n)
	}
}

func TestSplitPartsDifferByAtMostOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		total := rapid.Int64().Draw(rt, "total")
		n := rapid.IntRange(1, 60).Draw(rt, "n")
		parts, err := money.Split(total, n)
		require.NoError(rt, err)
		require.Len(rt, parts, n)
		for _, p := range parts {
			require.InDelta(rt, 0, p-parts[0], 1)
			total -= p
		}
		require.Zero(rt, total)
	})
}

func ExampleAllocate() {
	parts, _ := money.Allocate(10000, []int64{50, 30, 17})
	fmt.Println(parts)
	// Output: [5155 3093 1752]
}
