package measure

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	require.Zero(t, Series{}.Median())
	require.InDelta(t, 3.0, Series{9, 1, 3}.Median(), 0)
	require.InDelta(t, 2.5, Series{4, 1, 2, 3}.Median(), 0)
}

func TestSpread(t *testing.T) {
	t.Parallel()
	require.Zero(t, Series{5}.Spread())
	require.Zero(t, Series{0, 0}.Spread())
	require.InDelta(t, 0.1, Series{90, 100, 110}.Spread(), 1e-9)
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	hundred := make(Series, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	require.InDelta(t, 50, hundred.Percentile(0.5), 0)
	require.InDelta(t, 99, hundred.Percentile(0.99), 0)
	require.InDelta(t, 100, hundred.Percentile(1), 0)
	require.InDelta(t, 1, hundred.Percentile(0), 0)
	require.Zero(t, Series{}.Percentile(0.5))
}

func TestRatio(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 2, Ratio(Series{4, 4}, Series{2}), 0)
	require.Zero(t, Ratio(Series{4}, nil))
}

// Whatever is read, median and percentiles lie between the extremes, and nothing reorders the readings themselves.
func TestOrderStatisticsStayInRange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Series(rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 50).Draw(t, "readings"))
		first := s[0]
		low, high := s.Percentile(0), s.Percentile(1)
		for _, got := range []float64{s.Median(), s.Percentile(rapid.Float64Range(0, 1).Draw(t, "part"))} {
			if got < low || got > high {
				t.Fatalf("%v is outside %v to %v", got, low, high)
			}
		}
		if s[0] != first {
			t.Fatal("the readings were reordered")
		}
	})
}
