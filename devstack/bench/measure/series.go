// Package measure is the arithmetic of the benchmarks: medians, percentiles, processor time from /proc, and the table that
// is printed. It runs nothing and knows nothing of the product; devstack/bench alone imports it.
package measure

import (
	"math"
	"slices"
)

// Series are the readings of one quantity, one per round.
type Series []float64

// Median is the middle reading, the mean of the two middle ones for an even number; 0 without readings.
func (s Series) Median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// Spread is half the distance between the extremes as a part of the median: 0.1 is ±10 %. 0 without a median.
func (s Series) Spread() float64 {
	median := s.Median()
	if len(s) < 2 || median == 0 {
		return 0
	}
	return (slices.Max(s) - slices.Min(s)) / 2 / math.Abs(median)
}

// Percentile is the reading that the given part of all readings, 0 to 1, does not exceed (nearest rank).
func (s Series) Percentile(part float64) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	rank := int(math.Ceil(part*float64(len(sorted)))) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}

// Ratio is the median of one series over that of another; 0 where the other has none.
func Ratio(of, over Series) float64 {
	if over.Median() == 0 {
		return 0
	}
	return of.Median() / over.Median()
}
