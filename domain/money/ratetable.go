package money

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/fault"
)

// CodeNoRate means that there is no exchange rate between two currencies for a day.
const CodeNoRate = "money.no_rate"

// MaxRateAge is for how many days a rate counts that has no successor: a month and its weekend. An older one is no rate of
// the day.
const MaxRateAge = 35

// How a rate came about.
const (
	RateGiven   = ""        // it stands in the table
	RateSame    = "same"    // a currency in itself
	RateInverse = "inverse" // of the one that stands there
	RateCross   = "cross"   // of two that stand there
)

// DatedRate is what one unit of Base is worth in Quote from a day on, and who says so.
type DatedRate struct {
	Base    Currency      `json:"base"`
	Quote   Currency      `json:"quote"`
	ValidOn calendar.Date `json:"valid_on"`
	Rate    Rate          `json:"rate"`
	Source  string        `json:"source"`
	How     string        `json:"how,omitempty"` // RateGiven …
	Via     Currency      `json:"via,omitempty"` // of a cross rate
}

// Convert returns what an amount of Base is in Quote, rounded half to even.
// Errors: CodeCurrencyMismatch, CodeInvalidRate, CodeOutOfRange, CodeUnknownCurrency.
func (r DatedRate) Convert(a Amount) (Amount, error) {
	if err := a.sameCurrency(Of(0, r.Base)); err != nil {
		return Amount{}, err
	}
	return Convert(a, r.Quote, r.Rate)
}

// String shows the rate with its date and source: "USD/EUR 0.92 of 2026-05-11 (bank)".
func (r DatedRate) String() string {
	return fmt.Sprintf("%s/%s %s of %s (%s)", r.Base, r.Quote, r.Rate, r.ValidOn, cmp.Or(r.Source, r.How))
}

// RateOn finds the rate of a day among those that are known, in any order: the newest on or before the day that is not
// older than MaxRateAge. Where the table does not have the pair, the inverse counts, then the cross rate over one other
// currency; of several the one whose older half is newest, then the first by code. What is computed is rounded to 15
// significant digits, and that is the rate. Errors: CodeNoRate, CodeUnknownCurrency.
func RateOn(known []DatedRate, from, to Currency, on calendar.Date) (DatedRate, error) {
	for _, c := range []Currency{from, to} {
		if _, err := ParseCurrency(string(c)); err != nil {
			return DatedRate{}, err
		}
	}
	if from == to {
		return DatedRate{Base: from, Quote: to, ValidOn: on, Rate: one, How: RateSame}, nil
	}
	t := rateTable{}
	for _, r := range known {
		t.add(r, on)
	}
	if given, ok := t[[2]Currency{from, to}]; ok {
		return given, nil
	}
	var via Currency
	found, ok := t.leg(from, to)
	how := RateInverse
	if !ok {
		found, via, ok = t.cross(from, to)
		how = RateCross
	}
	if !ok {
		return DatedRate{}, noRate(from, to, on)
	}
	rate, err := rounded(found.value)
	if err != nil { // beyond the bounds of a rate
		return DatedRate{}, noRate(from, to, on)
	}
	return DatedRate{Base: from, Quote: to, ValidOn: found.validOn, Rate: rate, Source: found.source, How: how, Via: via}, nil
}

func noRate(from, to Currency, on calendar.Date) error {
	return fault.Newf(fault.NotFound, CodeNoRate, "there is no exchange rate from %s to %s for %s", from, to, on)
}

// rateTable holds the newest rate of each pair that counts on a day.
type rateTable map[[2]Currency]DatedRate

func (t rateTable) add(r DatedRate, on calendar.Date) {
	pair := [2]Currency{r.Base, r.Quote}
	if r.ValidOn > on || r.ValidOn < on.AddDays(-MaxRateAge) || t[pair].ValidOn >= r.ValidOn {
		return
	}
	r.How, r.Via = RateGiven, ""
	t[pair] = r
}

// leg is an exact rate that was not rounded yet.
type leg struct {
	value   *big.Rat
	validOn calendar.Date
	source  string
}

// leg finds a rate that stands in the table one way or the other.
func (t rateTable) leg(from, to Currency) (found leg, ok bool) {
	r, given := t[[2]Currency{from, to}]
	if !given {
		r, ok = t[[2]Currency{to, from}]
		if !ok {
			return leg{}, false
		}
	}
	value, err := r.Rate.rational()
	if err != nil {
		return leg{}, false
	}
	if !given {
		value.Inv(value)
	}
	return leg{value, r.ValidOn, r.Source}, true
}

// cross goes over one other currency.
func (t rateTable) cross(from, to Currency) (best leg, via Currency, ok bool) {
	for _, middle := range t.currencies() {
		if middle == from || middle == to {
			continue
		}
		first, there := t.leg(from, middle)
		second, also := t.leg(middle, to)
		if !there || !also || ok && min(first.validOn, second.validOn) <= best.validOn {
			continue
		}
		best = leg{first.value.Mul(first.value, second.value), min(first.validOn, second.validOn), first.source}
		if second.source != first.source {
			best.source += ", " + second.source
		}
		via, ok = middle, true
	}
	return best, via, ok
}

func (t rateTable) currencies() []Currency {
	var all []Currency
	for pair := range t {
		all = append(all, pair[0], pair[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}
