package money

import (
	"math/big"
	"strings"

	"arrears/domain/fault"
)

// Rate is how many units of one currency a unit of another is worth, as the plain decimal that it was given as, such as
// "1.0842": above zero, and never a float. The zero value is no rate. Two rates are equal (==) when their values are, as long
// as ParseRate or this package made them.
type Rate string

// The bounds of a rate. Those that are computed have rateDigits significant digits.
const (
	maxRateWhole    = 15
	maxRateFraction = 24
	rateDigits      = 15
)

// one is the rate of a currency to itself.
const one Rate = "1"

// ParseRate reads a plain decimal above zero with at most 15 digits before the point and 24 after it, and returns it without
// needless zeros. Error: CodeInvalidRate.
func ParseRate(text string) (Rate, error) {
	whole, fraction, point := strings.Cut(text, ".")
	if len(text) > maxRateWhole+maxRateFraction+1 || !allDigits(whole) || (point && !allDigits(fraction)) {
		return "", invalidRate(text)
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if len(whole) > maxRateWhole || len(fraction) > maxRateFraction || whole+fraction == "" {
		return "", invalidRate(text)
	}
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return Rate(whole), nil
	}
	return Rate(whole + "." + fraction), nil
}

func invalidRate(text string) error {
	return fault.Newf(fault.Invalid, CodeInvalidRate, "%.60q is not an exchange rate: a decimal above zero", text)
}

// rational is the exact value.
func (r Rate) rational() (*big.Rat, error) {
	plain, err := ParseRate(string(r))
	if err != nil {
		return nil, err
	}
	value, ok := new(big.Rat).SetString(string(plain))
	if !ok {
		return nil, invalidRate(string(r))
	}
	return value, nil
}

// Convert returns what an amount is in another currency, rounded once at the end to the nearest minor unit, halves to the
// even one. Errors: CodeUnknownCurrency, CodeInvalidRate, CodeOutOfRange.
func Convert(a Amount, to Currency, rate Rate) (Amount, error) {
	for _, c := range []Currency{a.currency, to} {
		if _, err := ParseCurrency(string(c)); err != nil {
			return Amount{}, err
		}
	}
	value, err := rate.rational()
	if err != nil {
		return Amount{}, err
	}
	value.Mul(value, new(big.Rat).SetInt64(a.minor))
	value.Mul(value, new(big.Rat).SetFrac(tenTo(to.Exponent()), tenTo(a.currency.Exponent())))
	minor := halfEven(value)
	if !minor.IsInt64() || !inRange(minor.Int64()) {
		return Amount{}, outOfRange()
	}
	return Of(minor.Int64(), to), nil
}

func tenTo(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// halfEven is the nearest integer, halves to the even neighbour.
func halfEven(value *big.Rat) *big.Int {
	rest := new(big.Int)
	quotient, rest := new(big.Int).QuoRem(new(big.Int).Abs(value.Num()), value.Denom(), rest)
	switch rest.Lsh(rest, 1).Cmp(value.Denom()) {
	case 1:
		quotient.Add(quotient, big.NewInt(1))
	case 0:
		quotient.Add(quotient, new(big.Int).And(quotient, big.NewInt(1)))
	}
	if value.Sign() < 0 {
		quotient.Neg(quotient)
	}
	return quotient
}

// rounded writes a computed rate with its significant digits. Error: CodeInvalidRate where it is beyond the bounds.
func rounded(value *big.Rat) (Rate, error) {
	decimals := rateDigits - len(new(big.Int).Quo(value.Num(), value.Denom()).String())
	if value.Cmp(big.NewRat(1, 1)) < 0 {
		decimals = rateDigits
		for shifted := new(big.Rat).Set(value); decimals < maxRateFraction && shifted.Cmp(big.NewRat(1, 10)) < 0; decimals++ {
			shifted.Mul(shifted, big.NewRat(10, 1))
		}
	}
	if decimals < 0 {
		return "", invalidRate(value.FloatString(0))
	}
	digits := halfEven(new(big.Rat).Mul(value, new(big.Rat).SetInt(tenTo(decimals)))).String()
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	at := len(digits) - decimals
	if decimals == 0 {
		return ParseRate(digits)
	}
	return ParseRate(digits[:at] + "." + digits[at:])
}
