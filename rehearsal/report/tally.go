package report

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"arrears/domain/money"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// tally counts keys.
type tally map[string]int

// byCount lists the counts, the largest first.
func (t tally) byCount() []Count {
	out := t.byKey()
	slices.SortStableFunc(out, func(a, b Count) int { return cmp.Compare(b.Count, a.Count) })
	return out
}

// byKey lists the counts in order of their keys.
func (t tally) byKey() []Count {
	out := make([]Count, 0, len(t))
	for _, key := range sortedKeys(t) {
		out = append(out, Count{key, t[key]})
	}
	return out
}

// inOrder lists the counts of the keys given, also where nothing was counted.
func (t tally) inOrder(keys []string) []Count {
	out := make([]Count, len(keys))
	for i, key := range keys {
		out[i] = Count{key, t[key]}
	}
	return out
}

// sums adds amounts, each currency for itself.
type sums map[money.Currency]int64

func (s sums) add(c money.Currency, minor int64) { s[c] = plus(s[c], minor) }

func (s sums) list() []Amount {
	out := make([]Amount, 0, len(s))
	for _, c := range sortedKeys(s) {
		out = append(out, Amount{c, s[c]})
	}
	return out
}

// plus adds and stops at the bounds of what can be written, which no sum of amounts that intake accepts comes near.
func plus(a, b int64) int64 {
	switch sum := a + b; {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	default:
		return sum
	}
}

// rank returns the value that the share (in percent) of the sorted values does not exceed: the nearest rank, so it is
// always a value that was seen. There must be at least one.
func rank(sorted []int, percent int) int {
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}
