package money

import (
	"strconv"
	"strings"
)

// Decimal returns the amount in major units as Parse reads it: "1234.50" for EUR, "1234" for JPY, "-0.005" for KWD.
func (a Amount) Decimal() string {
	whole, fraction := a.digits()
	return join(a.minor < 0, whole, ".", fraction)
}

// Format returns the amount as the language writes numbers, without a currency symbol: "1,234.50" in "en", "1.234,50" in
// "de". The language is a BCP 47 tag; its region counts where it matters ("de-CH"), and unknown ones read as English.
// Blanks used for grouping do not break.
func (a Amount) Format(lang string) string {
	style := styleOf(lang)
	whole, fraction := a.digits()
	return join(a.minor < 0, group(whole, style.group), style.point, fraction)
}

// String returns the amount with its currency, "EUR 1234.50", for logs and test failures.
func (a Amount) String() string {
	return strings.TrimSpace(string(a.currency) + " " + a.Decimal())
}

func (a Amount) digits() (whole, fraction string) {
	exponent := a.currency.Exponent()
	s := strconv.FormatUint(magnitude(a.minor), 10)
	if missing := exponent + 1 - len(s); missing > 0 {
		s = strings.Repeat("0", missing) + s
	}
	return s[:len(s)-exponent], s[len(s)-exponent:]
}

func join(negative bool, whole, point, fraction string) string {
	var b strings.Builder
	if negative {
		b.WriteByte('-')
	}
	b.WriteString(whole)
	if fraction != "" {
		b.WriteString(point)
		b.WriteString(fraction)
	}
	return b.String()
}

func group(whole, separator string) string {
	first := len(whole) % 3
	if first == 0 {
		first = 3
	}
	var b strings.Builder
	b.WriteString(whole[:min(first, len(whole))])
	for i := first; i < len(whole); i += 3 {
		b.WriteString(separator)
		b.WriteString(whole[i : i+3])
	}
	return b.String()
}

type numberStyle struct {
	group string
	point string
}

// Blanks that keep a number on one line: the no-break space and its narrow form.
const (
	noBreak       = "\u00a0"
	narrowNoBreak = "\u202f"
)

// numberStyles follows the common locale data for the languages we are likely to write in.
var numberStyles = map[string]numberStyle{
	"en": {",", "."}, "ja": {",", "."}, "zh": {",", "."}, "he": {",", "."}, "th": {",", "."},
	"de": {".", ","}, "nl": {".", ","}, "it": {".", ","}, "es": {".", ","}, "da": {".", ","}, "tr": {".", ","}, "el": {".", ","},
	"id": {".", ","}, "ro": {".", ","}, "sl": {".", ","}, "hr": {".", ","}, "pt": {".", ","},
	"fr": {narrowNoBreak, ","},
	"pl": {noBreak, ","}, "sv": {noBreak, ","}, "nb": {noBreak, ","}, "fi": {noBreak, ","}, "cs": {noBreak, ","}, "sk": {noBreak, ","},
	"hu": {noBreak, ","}, "bg": {noBreak, ","}, "uk": {noBreak, ","},
	"de-ch": {"’", "."}, "de-li": {"’", "."}, "it-ch": {"’", "."}, "de-at": {noBreak, ","},
	"es-mx": {",", "."}, "en-za": {noBreak, ","}, "pt-pt": {noBreak, ","},
}

func styleOf(lang string) numberStyle {
	tag := strings.ToLower(strings.ReplaceAll(lang, "_", "-"))
	if style, ok := numberStyles[tag]; ok {
		return style
	}
	base, _, _ := strings.Cut(tag, "-")
	if style, ok := numberStyles[base]; ok {
		return style
	}
	return numberStyles["en"]
}
