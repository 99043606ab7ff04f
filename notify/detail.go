package notify

import (
	"strings"
	"unicode"
)

// maxDetail bounds what is kept of the other side's words.
const maxDetail = 500

// Detail makes the other side's words fit for Outcome.Detail: one printable line of at most 500 characters.
func Detail(s string) string {
	printable := strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	runes := []rune(strings.Join(strings.Fields(printable), " "))
	if len(runes) > maxDetail {
		return string(runes[:maxDetail-1]) + "…"
	}
	return string(runes)
}
