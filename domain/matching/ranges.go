package matching

import (
	"fmt"
	"strconv"
	"strings"

	"arrears/domain/money"
)

// rangeWord reports whether a word stands between the ends of a range.
func rangeWord(s string) bool {
	switch strings.ToLower(s) {
	case "to", "bis", "thru", "through", "until", "till":
		return true
	}
	return false
}

// ranges adds the numbers of "INV 1001-1004", "1001 to 1004", "INV-1001 - INV-1004" and "1001-04", up to maxRange of one.
func (s *tokenSet) ranges(list []piece) {
	for i := 1; i < len(list); i++ {
		if list[i].amount || !list[i].digits {
			continue
		}
		if first := rangeBegin(list, i); first >= 0 {
			s.expand(list, first, i)
		}
	}
}

// rangeBegin finds the number before a dash or a word that makes a range up to another, which may have a prefix of its own; -1:
// there is none.
func rangeBegin(list []piece, last int) int {
	for at := last; at > 0 && at >= last-1; at-- {
		if at < last && (list[at].number || rangeWord(list[at].text)) {
			break
		}
		first := -1
		if rangeWord(list[at-1].text) {
			first = at - 2
		} else if list[at].dashed {
			first = at - 1
		}
		if first >= 0 && list[first].digits && !list[first].amount {
			return first
		}
	}
	return -1
}

// expand adds what lies between two ends, with what stands before the first.
func (s *tokenSet) expand(list []piece, first, last int) {
	a, b := list[first].text, list[last].text
	if len(a) < 3 || len(a) > 15 || len(b) > len(a) {
		return
	}
	b = a[:len(a)-len(b)] + b
	low, errLow := strconv.ParseInt(a, 10, 64)
	high, errHigh := strconv.ParseInt(b, 10, 64)
	if errLow != nil || errHigh != nil || high <= low || high-low > maxRange {
		return
	}
	begin := first
	for begin > 0 && first-begin < maxTogether-1 && list[begin].before == tight {
		begin--
	}
	if begin == first && first > 0 && list[first].before == loose && !list[first-1].number && len(list[first-1].text) <= 8 {
		begin--
	}
	prefix := bareOf(list[begin:first])
	literal := NumberKey(bareOf(list[begin : last+1]))
	for n := low; n <= high; n++ {
		digits := fmt.Sprintf("%0*d", len(a), n)
		s.add(token{key: NumberKey(prefix + digits), bare: prefix + digits, from: fromRange, literal: literal})
		if prefix != "" && len(digits) >= minTail {
			s.add(token{key: NumberKey(digits), bare: digits, from: fromRange, literal: literal})
		}
	}
}

func isCurrency(s string) bool { return money.Currency(strings.ToUpper(s)).Valid() }
