// Package report computes figures of receivables management from rows: one formula per id, and where there is no figure, the
// reason why. It reads nothing and shows nothing, and it never adds currencies. port, store, app, api and cmd may import it; it
// imports the domain's leaves alone.
package report

import (
	"fmt"
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Figure is one number with what it was made of. Either it is there, or Absent says why not; it is never 0 for want of data.
type Figure struct {
	ID       string
	Currency money.Currency // empty: the figure is not about money
	Unit     Unit
	// Hundredths is the value times 100, rounded half up once.
	Hundredths int64
	Absent     string // a code; empty: the figure is there
	// What it is the quotient of, in minor units; both 0 for a median or percentile.
	PartMinor, WholeMinor int64
	Count                 int // of the claims that it is about
}

// Unit is what a figure counts.
type Unit string

// The units.
const (
	Percent      Unit = "percent"
	CalendarDays Unit = "days"
	BusinessDays Unit = "business_days"
)

// Decimal is the value with two decimals, such as "55.35"; empty when it is absent.
func (f Figure) Decimal() string {
	if f.Absent != "" {
		return ""
	}
	return money.Of(f.Hundredths, "EUR").Decimal() // any currency with two decimals writes it
}

// String tells the figure in one line.
func (f Figure) String() string {
	if f.Absent != "" {
		return fmt.Sprintf("%s: absent (%s)", f.ID, f.Absent)
	}
	return fmt.Sprintf("%s: %s %s", f.ID, f.Decimal(), f.Unit)
}

// AbsentOutOfRange means a quotient that no business has.
const AbsentOutOfRange = "out_of_range"

// quotient is part ÷ whole × factor, or absent for the given reason when the whole is 0.
func quotient(f Figure, part, whole, factor int64, reason string) Figure {
	f.PartMinor, f.WholeMinor = part, whole
	if whole <= 0 {
		f.Absent = reason
		return f
	}
	value, err := money.Of(part, "").MulRate(factor*100, whole, money.HalfUp)
	if err != nil {
		f.Absent = AbsentOutOfRange
		return f
	}
	f.Hundredths = value.Minor()
	return f
}

// median is the middle one; of an even number of them the mean of the middle two.
func median(f Figure, days []int, reason string) Figure {
	n := len(days)
	if f.Count = n; n == 0 {
		f.Absent = reason
		return f
	}
	sorted := slices.Sorted(slices.Values(days))
	f.Hundredths = int64(sorted[(n-1)/2]+sorted[n/2]) * 50
	return f
}

// p90 is the smallest one that at least nine in ten do not exceed.
func p90(f Figure, days []int, reason string) Figure {
	n := len(days)
	if f.Count = n; n == 0 {
		f.Absent = reason
		return f
	}
	sorted := slices.Sorted(slices.Values(days))
	f.Hundredths = int64(sorted[(n*9+9)/10-1]) * 100
	return f
}

// Window names the days that a figure is about, both included. What is open is taken at the end of To.
type Window struct{ From, To calendar.Date }

// Days counts the days of the window; 0 when it is none.
func (w Window) Days() int {
	if w.From.IsZero() || w.To < w.From {
		return 0
	}
	return w.To.DaysSince(w.From) + 1
}

// Has reports whether a day lies in the window. No date never does.
func (w Window) Has(d calendar.Date) bool { return !d.IsZero() && d >= w.From && d <= w.To }

// Before is the window of as many days that ends the day before.
func (w Window) Before() Window {
	return Window{From: w.From.AddDays(-w.Days()), To: w.From.AddDays(-1)}
}
