package terminal

import (
	"strings"
	"unicode/utf8"
)

// Row is one line of a panel.
type Row struct{ Name, Value string }

// Panel writes a titled list between rules.
func (t *Terminal) Panel(title string, rows []Row) {
	rule := t.Paint(Faint, strings.Repeat("─", 78))
	lines := []string{"", rule, " " + t.Paint(Bold, title), ""}
	for _, text := range t.list(rows) {
		lines = append(lines, " "+text)
	}
	t.Line(strings.Join(append(lines, rule, ""), "\n"))
}

// List writes names and values beside each other.
func (t *Terminal) List(rows []Row) {
	for _, text := range t.list(rows) {
		t.Line(text)
	}
}

func (t *Terminal) list(rows []Row) []string {
	width := 0
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(r.Name))
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = strings.TrimRight(t.Paint(Cyan, padded(r.Name, width))+"  "+r.Value, " ")
	}
	return out
}

// Table writes rows under heads. A head that begins with > stands over numbers, which are aligned to the right.
func (t *Terminal) Table(heads []string, rows [][]string) {
	widths := make([]int, len(heads))
	for i, h := range heads {
		widths[i] = utf8.RuneCountInString(strings.TrimPrefix(h, ">"))
		for _, r := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	line := func(cells []string, style Style) string {
		out := make([]string, len(cells))
		for i, c := range cells {
			c = strings.TrimPrefix(c, ">")
			if strings.HasPrefix(heads[i], ">") {
				c = strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)) + c
			} else {
				c = padded(c, widths[i])
			}
			out[i] = c
		}
		text := strings.TrimRight(strings.Join(out, "  "), " ")
		if style == "" {
			return text
		}
		return t.Paint(style, text)
	}
	t.Line(line(heads, Bold))
	for _, r := range rows {
		t.Line(line(r, ""))
	}
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}
