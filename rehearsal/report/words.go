package report

import (
	"strconv"
	"strings"
	"unicode"

	"arrears/domain/money"
)

// clean makes a text from a file safe to print: control and formatting characters, which can steer a terminal or turn the
// direction of writing, become question marks.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return '?'
		default:
			return r
		}
	}, strings.ToValidUTF8(text, "?"))
}

// number writes a count with separators: 1,234.
func number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// signed writes a difference: +3, −3, or 0.
func signed(n int) string {
	if n > 0 {
		return "+" + number(n)
	}
	return number(n)
}

// plural writes a count with its noun: 1 notice, 2 notices.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// amount writes EUR 1,234.50.
func amount(c money.Currency, minor int64) string {
	return strings.TrimSpace(clean(string(c)) + " " + money.Of(minor, c).Format("en"))
}

// amounts writes each sum for itself, or a dash when there is none.
func amounts(list []Amount) string {
	if len(list) == 0 {
		return "–"
	}
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = amount(a.Currency, a.Minor)
	}
	return strings.Join(out, ", ")
}

// label is a key for people, which may be missing.
func label(key string) string {
	if key == "" {
		return "(none)"
	}
	return clean(key)
}

// share writes how much of the whole a part is, or a dash when there is no whole.
func share(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return strconv.Itoa((part*200+whole)/(2*whole)) + " %"
}

// counts writes "3 approved, 1 lapsed".
func counts(list []Count) string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = number(c.Count) + " " + label(c.Key)
	}
	return strings.Join(out, ", ")
}

// titleOf is what the report is called.
func (r Report) titleOf() string {
	return "Rehearsal of policy " + label(r.Policy)
}

// window writes the days that were played.
func (r Report) window() string {
	if r.From.IsZero() && r.To.IsZero() {
		return "no window"
	}
	return r.From.String() + " to " + r.To.String()
}
