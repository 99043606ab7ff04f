package remittance

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// bare keeps letters and digits, in upper case.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

// Clean makes text of a file fit to keep: control characters become blanks, blanks become one, and at most limit bytes stay,
// whole characters.
func Clean(s string, limit int) string {
	if len(s) <= limit && isClean(s) {
		return strings.Clone(s) // not a part of a file's larger piece, which it would keep
	}
	var b strings.Builder
	blank := true
	for _, r := range s {
		if unicode.IsControl(r) || unicode.IsSpace(r) || r == utf8.RuneError {
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		if b.Len()+utf8.RuneLen(r) > limit {
			break
		}
		b.WriteRune(r)
		blank = false
	}
	return strings.TrimSpace(b.String())
}

// isClean reports whether nothing is to be done for a text, as of most; what is not ASCII is looked at more closely.
func isClean(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		b := s[i]
		if b < ' ' || b >= 0x7f || (b == ' ' && before == ' ') {
			return false
		}
		before = b
	}
	return s == "" || before != ' '
}
