package measure

import (
	"fmt"
	"math"
	"strings"
)

// Row is one line of the table: a figure of ours, what it is measured against, and what is asked of it.
type Row struct {
	Figure string `json:"figure"` // the benchmark's name, as ONLY takes it
	What   string `json:"what"`
	Unit   string `json:"unit"`
	Ours   Series `json:"ours"`
	Limit  Series `json:"limit,omitempty"` // empty: shown alone
	// AtLeast and AtMost bound the ratio; all four 0: shown.
	AtLeast float64 `json:"at_least,omitempty"`
	AtMost  float64 `json:"at_most,omitempty"`
	// Floor and Ceiling bound the figure itself, also where there is a limit beside it.
	Floor   float64 `json:"floor,omitempty"`
	Ceiling float64 `json:"ceiling,omitempty"`
	Note    string  `json:"note,omitempty"`
	// Detail rows stand in a table of their own.
	Detail bool `json:"detail,omitempty"`
}

// Ratio is ours over the limit; 0 without a limit.
func (r Row) Ratio() float64 { return Ratio(r.Ours, r.Limit) }

// Met reports whether what is asked is met; asked is false where the figure is only shown.
func (r Row) Met() (met, asked bool) {
	switch {
	case r.AtLeast > 0:
		return r.Ratio() >= r.AtLeast, true
	case r.AtMost > 0:
		return r.Ratio() <= r.AtMost && r.Ratio() > 0, true
	case r.Floor > 0:
		return r.Ours.Median() >= r.Floor, true
	case r.Ceiling > 0:
		return r.Ours.Median() <= r.Ceiling, true
	}
	return false, false
}

// Markdown is the table that docs/performance.md holds, and after it one of the details.
func Markdown(rows []Row) string {
	var main, detail []Row
	for _, r := range rows {
		if r.Detail {
			detail = append(detail, r)
		} else {
			main = append(main, r)
		}
	}
	if len(detail) == 0 {
		return table(main)
	}
	return table(main) + "\nIn detail:\n\n" + table(detail)
}

func table(rows []Row) string {
	var text strings.Builder
	text.WriteString("| figure | Arrears | limit | ratio | asked | met |\n| --- | ---: | ---: | ---: | ---: | --- |\n")
	for _, r := range rows {
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s | %s |\n", r.title(), quantity(r.Ours, r.Unit), quantity(r.Limit, r.Unit), r.ratio(), r.asked(), r.verdict())
	}
	return text.String()
}

func (r Row) title() string {
	if r.Note == "" {
		return r.What
	}
	return r.What + " (" + r.Note + ")"
}

func (r Row) ratio() string {
	if len(r.Limit) == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", r.Ratio())
}

func (r Row) asked() string {
	switch {
	case r.AtLeast > 0:
		return "≥ " + Number(r.AtLeast)
	case r.AtMost > 0:
		return "≤ " + Number(r.AtMost)
	case r.Floor > 0:
		return "≥ " + Number(r.Floor) + " " + r.Unit
	case r.Ceiling > 0:
		return "≤ " + Number(r.Ceiling) + " " + r.Unit
	}
	return "shown"
}

func (r Row) verdict() string {
	met, asked := r.Met()
	switch {
	case !asked:
		return ""
	case met:
		return "yes"
	}
	return "**no**"
}

// quantity is a median with its unit, and the spread of several readings.
func quantity(s Series, unit string) string {
	switch {
	case len(s) == 0:
		return ""
	case len(s) == 1 || s.Spread() < 0.005:
		return Number(s.Median()) + " " + unit
	}
	return fmt.Sprintf("%s %s ±%.0f %%", Number(s.Median()), unit, 100*s.Spread())
}

// Number is a number with about three digits that count, and thousands apart.
func Number(x float64) string {
	size := math.Abs(x)
	switch {
	case size >= 1000:
		return thousands(int64(math.Round(x)))
	case size >= 100 || x == math.Trunc(x):
		return fmt.Sprintf("%.0f", x)
	case size >= 10:
		return fmt.Sprintf("%.1f", x)
	case size >= 0.01:
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.2g", x)
}

func thousands(n int64) string {
	digits := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return sign + digits
}
