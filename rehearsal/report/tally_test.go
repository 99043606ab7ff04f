package report

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTalliesAreListedInThreeOrders(t *testing.T) {
	t.Parallel()
	counted := tally{"b": 2, "a": 2, "c": 5}
	require.Equal(t, []Count{{"a", 2}, {"b", 2}, {"c", 5}}, counted.byKey())
	require.Equal(t, []Count{{"c", 5}, {"a", 2}, {"b", 2}}, counted.byCount())
	require.Equal(t, []Count{{"z", 0}, {"c", 5}}, counted.inOrder([]string{"z", "c"}))
	require.NotNil(t, tally(nil).byKey())
	require.Equal(t, []Count{{"z", 0}}, tally(nil).inOrder([]string{"z"}))
}

func TestSumsKeepCurrenciesApart(t *testing.T) {
	t.Parallel()
	s := sums{}
	s.add("USD", 5)
	s.add("EUR", 7)
	s.add("USD", -2)
	require.Equal(t, []Amount{{"EUR", 7}, {"USD", 3}}, s.list())
	require.NotNil(t, sums{}.list())
}

func TestSumsStopAtTheirBounds(t *testing.T) {
	t.Parallel()
	require.Equal(t, int64(math.MaxInt64), plus(math.MaxInt64, 1))
	require.Equal(t, int64(math.MinInt64), plus(math.MinInt64, -1))
	require.Equal(t, int64(-1), plus(math.MaxInt64, math.MinInt64))
	require.Equal(t, int64(5), plus(2, 3))
}

func TestRanksAreValuesThatOccurred(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values      []int
		median, p90 int
	}{
		{[]int{4}, 4, 4},
		{[]int{1, 9}, 1, 9},
		{[]int{1, 2, 3}, 2, 3},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5, 9},
		{[]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 99}, 0, 0},
	} {
		require.Equal(t, c.median, rank(c.values, 50), c.values)
		require.Equal(t, c.p90, rank(c.values, 90), c.values)
	}
}

func TestARankIsNotExceededByItsShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOfN(rapid.IntRange(0, 50), 1, 40).Draw(rt, "values")
		slices.Sort(values)
		percent := rapid.IntRange(1, 100).Draw(rt, "percent")
		r := rank(values, percent)
		within := 0
		for _, v := range values {
			if v <= r {
				within++
			}
		}
		require.Contains(rt, values, r)
		require.GreaterOrEqual(rt, within*100, percent*len(values))
	})
}
