package money

import (
	"math"
	"strconv"
	"strings"

	"arrears/domain/fault"
)

// MaxMinor is the largest magnitude of an amount in minor units. It leaves a thousandfold reserve below int64's bound, so
// sums of a portfolio fit as well, and every value is exact in programs that only know double precision.
const MaxMinor int64 = 9_000_000_000_000_000

// maxText bounds what Parse looks at: sign, digits of MaxMinor, point, and room for leading zeros.
const maxText = 40

// Amount is an immutable amount of money: an integer of the currency's minor unit. The zero value is zero of no currency.
// Two amounts are equal (==) when minor units and currency are.
type Amount struct {
	minor    int64
	currency Currency
}

// Of returns the amount of minor units (cents for EUR, yen for JPY, fils for KWD). It checks nothing; what comes from
// outside goes through Parse or is checked by the caller.
func Of(minor int64, c Currency) Amount { return Amount{minor: minor, currency: c} }

// Parse reads a plain decimal number such as "1234.5", "-0.01" or "+7" in major units: an optional sign, digits, and a
// point followed by at most as many digits as the currency has decimals. Grouping, blanks, exponents and a missing digit
// before or after the point are refused.
// Errors: CodeUnknownCurrency, CodeMalformedAmount, CodeTooPrecise, CodeOutOfRange.
func Parse(decimal string, c Currency) (Amount, error) {
	if _, err := ParseCurrency(string(c)); err != nil {
		return Amount{}, err
	}
	whole, fraction, negative, ok := splitDecimal(decimal)
	if !ok {
		return Amount{}, fault.Newf(fault.Invalid, CodeMalformedAmount, "%.50q is not a decimal amount", decimal)
	}
	if len(fraction) > c.Exponent() {
		return Amount{}, fault.Newf(fault.Invalid, CodeTooPrecise, "%s has at most %d decimals", c, c.Exponent())
	}
	digits := whole + fraction + strings.Repeat("0", c.Exponent()-len(fraction))
	minor, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || minor > MaxMinor {
		return Amount{}, outOfRange()
	}
	if negative {
		minor = -minor
	}
	return Of(minor, c), nil
}

// splitDecimal takes a number apart; ok is false when it is not of the form [+-]digits[.digits].
func splitDecimal(s string) (whole, fraction string, negative, ok bool) {
	if len(s) > maxText {
		return "", "", false, false
	}
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	whole, fraction, point := strings.Cut(s, ".")
	if !allDigits(whole) || (point && !allDigits(fraction)) {
		return "", "", false, false
	}
	return whole, fraction, negative, true
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func outOfRange() error {
	return fault.New(fault.Invalid, CodeOutOfRange, "the amount is out of range")
}

// Minor returns the amount in minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency returns the amount's currency.
func (a Amount) Currency() Currency { return a.currency }

// IsZero reports whether the amount is zero, whatever its currency.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Sign returns -1, 0 or 1.
func (a Amount) Sign() int {
	switch {
	case a.minor < 0:
		return -1
	case a.minor > 0:
		return 1
	}
	return 0
}

// Neg returns the amount with the other sign. The one int64 without an opposite, far outside MaxMinor, becomes the largest.
func (a Amount) Neg() Amount {
	if a.minor == math.MinInt64 {
		return Of(math.MaxInt64, a.currency)
	}
	return Of(-a.minor, a.currency)
}

// Add returns a + b. Errors: CodeCurrencyMismatch, CodeOutOfRange.
func (a Amount) Add(b Amount) (Amount, error) {
	if err := a.sameCurrency(b); err != nil {
		return Amount{}, err
	}
	sum := a.minor + b.minor
	overflow := (a.minor >= 0) == (b.minor >= 0) && (sum >= 0) != (a.minor >= 0)
	if overflow || !inRange(sum) {
		return Amount{}, outOfRange()
	}
	return Of(sum, a.currency), nil
}

// Sub returns a - b. Errors: CodeCurrencyMismatch, CodeOutOfRange.
func (a Amount) Sub(b Amount) (Amount, error) {
	if b.minor == math.MinInt64 {
		return Amount{}, outOfRange()
	}
	return a.Add(b.Neg())
}

// Cmp returns -1, 0 or 1 as a is less than, equal to or greater than b. Error: CodeCurrencyMismatch.
func (a Amount) Cmp(b Amount) (int, error) {
	if err := a.sameCurrency(b); err != nil {
		return 0, err
	}
	switch {
	case a.minor < b.minor:
		return -1, nil
	case a.minor > b.minor:
		return 1, nil
	}
	return 0, nil
}

func (a Amount) sameCurrency(b Amount) error {
	if a.currency != b.currency {
		return fault.Newf(fault.Invalid, CodeCurrencyMismatch, "amounts in %q and %q cannot be combined", a.currency, b.currency)
	}
	return nil
}

func inRange(minor int64) bool { return minor >= -MaxMinor && minor <= MaxMinor }
