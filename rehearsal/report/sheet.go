package report

import (
	"strings"
	"unicode/utf8"
)

// The widths that text is laid out for.
const (
	minWidth  = 60
	maxWidth  = 200
	minColumn = 10 // what a column of words keeps when the table is too wide: a date
)

// sheet lays text out in lines of at most its width. Heads that begin with > stand over numbers, which are aligned to the
// right and never cut.
type sheet struct {
	b     strings.Builder
	width int
}

func newSheet(width int) *sheet { return &sheet{width: min(max(width, minWidth), maxWidth)} }

func (s *sheet) line(text string) {
	s.b.WriteString(strings.TrimRight(text, " "))
	s.b.WriteByte('\n')
}

func (s *sheet) heading(text string) {
	s.line("")
	s.line(cut(text, s.width))
	s.line(strings.Repeat("─", s.width))
}

// paragraph breaks the text between words, each line after the indent.
func (s *sheet) paragraph(indent int, text string) {
	room, line := s.width-indent, ""
	for _, word := range strings.Fields(text) {
		word = cut(word, room)
		if line != "" && size(line)+1+size(word) > room {
			s.line(strings.Repeat(" ", indent) + line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	if line != "" {
		s.line(strings.Repeat(" ", indent) + line)
	}
}

// table writes rows under heads; without rows it says so.
func (s *sheet) table(heads []string, rows [][]string) {
	if len(rows) == 0 {
		s.line("  none")
		return
	}
	widths := s.columns(heads, rows)
	s.row(heads, heads, widths)
	for _, r := range rows {
		s.row(heads, r, widths)
	}
}

func (s *sheet) row(heads, cells []string, widths []int) {
	out := make([]string, len(cells))
	for i, c := range cells {
		c = cut(strings.TrimPrefix(c, ">"), widths[i])
		pad := strings.Repeat(" ", widths[i]-size(c))
		if strings.HasPrefix(heads[i], ">") {
			out[i] = pad + c
		} else {
			out[i] = c + pad
		}
	}
	s.line("  " + strings.Join(out, "  "))
}

// columns finds widths that fit: the widest column of words gives way first.
func (s *sheet) columns(heads []string, rows [][]string) []int {
	widths := make([]int, len(heads))
	total := 2 * len(heads)
	for i, h := range heads {
		widths[i] = size(strings.TrimPrefix(h, ">"))
		for _, r := range rows {
			widths[i] = max(widths[i], size(r[i]))
		}
		total += widths[i]
	}
	for ; total > s.width; total-- {
		widest := -1
		for i, h := range heads {
			if !strings.HasPrefix(h, ">") && widths[i] > minColumn && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// bar draws a part of the most in at most room characters; what is not nothing is seen.
func bar(value, most, room int) string {
	if value <= 0 || most <= 0 {
		return ""
	}
	return strings.Repeat("█", max(1, value*room/most))
}

func size(text string) int { return utf8.RuneCountInString(text) }

func cut(text string, room int) string {
	if size(text) <= room {
		return text
	}
	return string([]rune(text)[:max(0, room-1)]) + "…"
}
