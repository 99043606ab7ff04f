package money

import (
	"cmp"
	"math/bits"
	"slices"

	"arrears/domain/fault"
)

// Allocate divides total among the weights in proportion so that the parts sum to total exactly. Each part is first
// rounded towards zero; the minor units left over go one each to the largest remainders, ties to the earlier weight. So
// the result is deterministic, a weight of zero gets nothing, and a negative total gives the opposite of the positive one.
// Error: CodeInvalidWeights when a weight is negative, their sum is zero (unless total is) or exceeds an int64.
func Allocate(total int64, weights []int64) ([]int64, error) {
	sum, err := sumWeights(weights)
	if err != nil {
		return nil, err
	}
	parts := make([]int64, len(weights))
	if total == 0 {
		return parts, nil
	}
	if sum == 0 {
		return nil, invalidWeights()
	}
	size := magnitude(total)
	shares := make([]share, len(weights))
	left := size
	for i, w := range weights {
		high, low := bits.Mul64(size, uint64(w))
		quotient, remainder := bits.Div64(high, low, sum)
		shares[i] = share{index: i, units: quotient, remainder: remainder}
		left -= quotient
	}
	giveLeftOver(shares, left)
	for _, s := range shares {
		parts[s.index] = signed(s.units, total < 0)
	}
	return parts, nil
}

type share struct {
	index     int
	units     uint64
	remainder uint64
}

// giveLeftOver adds one unit to each of the first left shares by remainder. The remainders sum to left times the weights'
// sum and each is smaller than that sum, so more than left of them are positive: a zero remainder never gets a unit.
func giveLeftOver(shares []share, left uint64) {
	slices.SortFunc(shares, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.remainder, a.remainder), cmp.Compare(a.index, b.index))
	})
	for i := range shares {
		if uint64(i) == left {
			return
		}
		shares[i].units++
	}
}

// signed gives a magnitude its sign; the magnitude of the smallest int64 wraps back to it.
func signed(size uint64, negative bool) int64 {
	if negative {
		return int64(-size)
	}
	return int64(size)
}

func sumWeights(weights []int64) (uint64, error) {
	var sum int64
	for _, w := range weights {
		if w < 0 || sum+w < sum {
			return 0, invalidWeights()
		}
		sum += w
	}
	return uint64(sum), nil
}

func invalidWeights() error {
	return fault.New(fault.Invalid, CodeInvalidWeights, "the weights must not be negative and must sum to a positive number in range")
}

// maxParts bounds Split: more instalments than that in one document are a mistake, and the bound keeps memory in check.
const maxParts = 10_000

// Split divides total into n equal parts that sum to it exactly; the earlier parts take the minor units left over.
// Error: CodeInvalidWeights when n is not between 1 and 10,000.
func Split(total int64, n int) ([]int64, error) {
	if n < 1 || n > maxParts {
		return nil, fault.Newf(fault.Invalid, CodeInvalidWeights, "an amount can be split into 1 to %d parts", maxParts)
	}
	weights := make([]int64, n)
	for i := range weights {
		weights[i] = 1
	}
	return Allocate(total, weights)
}
