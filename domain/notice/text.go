package notice

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of texts that people entered. They keep a page readable; the columns they come from hold less.
const (
	maxOneLine  = 300
	maxLineRows = 12
	ellipsis    = "…"
)

// oneLine makes a text safe for one line of a message: invalid bytes, control and direction-changing characters become
// blanks, runs of blanks become one, and it is cut at limit characters. So no text can forge another line or header.
func oneLine(s string, limit int) string {
	clean := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	clean = strings.Join(strings.FieldsFunc(clean, breakingBlank), " ")
	return cut(clean, limit)
}

// breakingBlank is true of blanks that may be collapsed; the no-break ones inside amounts are kept.
func breakingBlank(r rune) bool {
	return unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f'
}

// unbroken keeps a date or an amount on one line.
func unbroken(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// plainBlanks turns no-break blanks into ordinary ones: an SMS or subject with one would need a costlier encoding.
func plainBlanks(s string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s)
}

func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	runes := []rune(s)
	return strings.TrimSpace(string(runes[:limit-1])) + ellipsis
}

// rows splits an address into its lines, each made safe; empty lines are left out.
func rows(s string) []string {
	var out []string
	for row := range strings.Lines(strings.ReplaceAll(s, "\r", "\n")) {
		if row = oneLine(row, maxOneLine); row != "" && len(out) < maxLineRows {
			out = append(out, row)
		}
	}
	return out
}

// paragraphs splits rendered text at blank lines; the lines of a paragraph are joined.
func paragraphs(s string) []string {
	var out []string
	var current []string
	flush := func() {
		if len(current) > 0 {
			out = append(out, strings.Join(current, " "))
			current = nil
		}
	}
	for row := range strings.Lines(s) {
		if row = oneLine(row, len(row)+1); row == "" {
			flush()
		} else {
			current = append(current, row)
		}
	}
	flush()
	return out
}

// wrap breaks a text into lines of at most width characters where blanks allow it, each starting with indent.
func wrap(indent string, width int, s string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.FieldsFunc(s, breakingBlank) {
		size := utf8.RuneCountInString(word)
		switch {
		case column == 0:
			b.WriteString(indent)
			column = utf8.RuneCountInString(indent)
		case column+1+size > width:
			b.WriteString("\n" + indent)
			column = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += size
	}
	return b.String()
}
