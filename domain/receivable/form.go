package receivable

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
)

// The bounds of texts, in characters.
const (
	maxName    = 300
	maxKey     = 100
	maxLine    = 200
	maxText    = 1000
	maxBody    = 10_000
	maxPhone   = 40
	maxSegment = 100
)

// Form gathers everything that is wrong with an input, so that whoever sent it learns all of it at once. Its zero value is
// ready.
type Form struct {
	fields []fault.Field
}

// Add notes that a field is wrong.
func (f *Form) Add(path, code, message string) {
	f.fields = append(f.fields, fault.Field{Path: path, Code: code, Message: message})
}

// Err is nil when nothing is wrong. Error: CodeInvalid with the fields.
func (f *Form) Err(what string) error {
	if len(f.fields) == 0 {
		return nil
	}
	return fault.Fields(CodeInvalid, "the "+what+" is not valid", f.fields...)
}

// Required notes an empty text, or what Text notes.
func (f *Form) Required(path, value string, limit int) {
	if strings.TrimSpace(value) == "" {
		f.Add(path, CodeRequired, "is required")
		return
	}
	f.Text(path, value, limit)
}

// Text notes a text that is too long, or holds characters that no person types. Newlines are allowed.
func (f *Form) Text(path, value string, limit int) {
	switch {
	case utf8.RuneCountInString(value) > limit:
		f.Add(path, CodeTooLong, "is too long")
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unprintable):
		f.Add(path, CodeMalformed, "holds characters that cannot be shown")
	}
}

// Line is Text without newlines and tabs: what goes into a header or a file name must be one line.
func (f *Form) Line(path, value string, limit int) {
	if strings.ContainsAny(value, "\r\n\t") {
		f.Add(path, CodeMalformed, "must be one line")
		return
	}
	f.Text(path, value, limit)
}

// Name is Line that must not be empty: numbers, names and the like.
func (f *Form) Name(path, value string, limit int) {
	if strings.TrimSpace(value) == "" {
		f.Add(path, CodeRequired, "is required")
		return
	}
	f.Line(path, value, limit)
}

func unprintable(r rune) bool {
	return r != '\n' && r != '\r' && r != '\t' && unicode.IsControl(r) || r == utf8.RuneError
}

// Positive notes an amount that is not positive or out of range.
func (f *Form) Positive(path string, minor int64) {
	if minor <= 0 || minor > money.MaxMinor {
		f.Add(path, CodeNotPositive, "must be a positive amount in minor units")
	}
}

// Range notes a number outside its bounds.
func (f *Form) Range(path string, value, low, high int) {
	if value < low || value > high {
		f.Add(path, CodeOutOfRange, "is out of range")
	}
}

// Date notes a missing date, or one that no business document bears.
func (f *Form) Date(path string, d calendar.Date) {
	switch {
	case d.IsZero():
		f.Add(path, CodeRequired, "is required")
	case d.Year() < 1970 || d.Year() > 2200:
		f.Add(path, CodeOutOfRange, "is not between 1970 and 2200")
	}
}

// Currency notes an unknown currency.
func (f *Form) Currency(path string, c money.Currency) {
	if !c.Valid() {
		f.Add(path, money.CodeUnknownCurrency, "is not a known currency")
	}
}

// Zone notes an unknown time zone.
func (f *Form) Zone(path, name string) {
	if _, err := calendar.LoadZone(name); err != nil {
		f.Add(path, calendar.CodeUnknownZone, "is not a known time zone")
	}
}

// Calendar notes a holiday calendar that is not shipped.
func (f *Form) Calendar(path, code string) {
	if _, ok := calendar.Shipped(code); !ok {
		f.Add(path, CodeUnknown, "is not a known holiday calendar")
	}
}

// Email notes what is not an address that mail can be sent to, when there is one.
func (f *Form) Email(path, value string) {
	if value == "" {
		return
	}
	if _, ok := MailAddress(value); !ok {
		f.Add(path, CodeMalformed, "is not an e-mail address")
	}
}

// URL notes what is not an http or https address, when there is one.
func (f *Form) URL(path, value string) {
	if value == "" {
		return
	}
	parsed, err := url.Parse(value)
	if err != nil || (parsed.Scheme != "https" && parsed.Scheme != "http") || parsed.Host == "" || len(value) > maxText {
		f.Add(path, CodeMalformed, "is not an http or https address")
	}
}

// OneOf notes a value that is not allowed.
func OneOf[T ~string](f *Form, path string, value T, allowed ...T) {
	if !slices.Contains(allowed, value) {
		f.Add(path, CodeUnknown, "is not one of the allowed values")
	}
}
