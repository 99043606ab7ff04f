package money

import (
	"math/bits"

	"arrears/domain/fault"
)

// Rounding says what happens to the part of a result that is smaller than one minor unit. There is no default: whoever
// multiplies must say which.
type Rounding int

// The roundings. All of them treat an amount and its opposite alike.
const (
	// HalfUp rounds to the nearest, halves away from zero: what invoices and statutes usually mean.
	HalfUp Rounding = iota + 1
	// HalfEven rounds to the nearest, halves to the even neighbour, so that many roundings do not drift.
	HalfEven
	// Down rounds towards zero.
	Down
	// Up rounds away from zero.
	Up
)

// MulRate returns a × numerator ÷ denominator, rounded once at the end; 2 % is MulRate(2, 100, HalfUp). The product is
// computed in 128 bits. Errors: CodeInvalidRate (denominator not positive, unknown rounding), CodeOutOfRange.
func (a Amount) MulRate(numerator, denominator int64, r Rounding) (Amount, error) {
	if denominator <= 0 || r < HalfUp || r > Up {
		return Amount{}, fault.New(fault.Invalid, CodeInvalidRate, "the rate or its rounding is not valid")
	}
	negative := (a.minor < 0) != (numerator < 0)
	high, low := bits.Mul64(magnitude(a.minor), magnitude(numerator))
	d := uint64(denominator)
	if high >= d {
		return Amount{}, outOfRange()
	}
	quotient, remainder := bits.Div64(high, low, d)
	if quotient > uint64(MaxMinor) {
		return Amount{}, outOfRange()
	}
	if roundsAway(quotient, remainder, d, r) {
		quotient++
	}
	if quotient > uint64(MaxMinor) {
		return Amount{}, outOfRange()
	}
	result := int64(quotient)
	if negative {
		result = -result
	}
	return Of(result, a.currency), nil
}

// roundsAway reports whether the magnitude quotient + remainder/d goes to the next larger integer. The half is compared
// as remainder against d - remainder, because twice the remainder may not fit.
func roundsAway(quotient, remainder, d uint64, r Rounding) bool {
	rest := d - remainder
	switch r {
	case Up:
		return remainder > 0
	case HalfUp:
		return remainder >= rest
	case HalfEven:
		return remainder > rest || (remainder == rest && quotient%2 == 1)
	default: // Down
		return false
	}
}

// magnitude is |n|; it is exact for the smallest int64 too, whose conversion wraps to 2^63.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
