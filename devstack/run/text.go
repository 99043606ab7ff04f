package run

import (
	"strings"
	"unicode/utf8"
)

// lineWidth is how wide the story's lines are: narrow terminals show them as they are meant.
const lineWidth = 80

// folded breaks a text between words so that no line is wider than it may be, but for words that are.
func folded(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines, line = append(lines, line), word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// hanging writes a text beside its head; the lines that follow stand under the first, behind the margin.
func hanging(head, text string, width int, margin string) string {
	under := "\n" + margin + strings.Repeat(" ", utf8.RuneCountInString(head))
	return head + strings.Join(folded(text, width), under)
}
