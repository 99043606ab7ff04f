package terminal

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
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

// columns is how many characters a line of a terminal holds; 0 when it does not tell.
func columns(fd int) int {
	wide, _, err := term.GetSize(fd)
	if err != nil {
		return 0
	}
	return wide
}

// width is how many characters a line holds; 0 means that it does not matter.
func (t *Terminal) width() int {
	if t.wide == nil {
		return 0
	}
	return t.wide()
}

func (t *Terminal) list(rows []Row) []string {
	width := 0
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(r.Name))
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		value := strings.Join(wrapped(r.Value, t.width()-width-2), "\n"+strings.Repeat(" ", width+2))
		out[i] = strings.TrimRight(t.Paint(Cyan, padded(r.Name, width))+"  "+value, " ")
	}
	return out
}

// Table writes rows under heads. A head that begins with > stands over numbers, which are aligned to the right. On a terminal
// that is too narrow for a row, its last columns go on below it, indented; elsewhere a row is one line.
func (t *Terminal) Table(heads []string, rows [][]string) {
	widths := make([]int, len(heads))
	for i, h := range heads {
		widths[i] = utf8.RuneCountInString(strings.TrimPrefix(h, ">"))
		for _, r := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	bands := bandsOf(widths, t.width())
	t.tableRow(heads, widths, bands, heads, Bold)
	for _, r := range rows {
		t.tableRow(heads, widths, bands, r, "")
	}
}

// indent is how far what goes on below a row stands to the right.
const indent = 4

// bandsOf splits columns so that each part fits into a line; a column that does not fit by itself is a part, too. Each number is
// the column behind a part.
func bandsOf(widths []int, line int) []int {
	var ends []int
	first, used := 0, 0 // column of the part, characters of its line
	for i, w := range widths {
		if i > first {
			used += 2
		}
		if line > 0 && i > first && used+w > line {
			ends, first, used = append(ends, i), i, indent
		}
		used += w
	}
	return append(ends, len(widths))
}

// tableRow writes one row, in as many lines as there are parts.
func (t *Terminal) tableRow(heads []string, widths, bands []int, cells []string, style Style) {
	from := 0
	for n, to := range bands {
		out := make([]string, 0, to-from)
		for i := from; i < to; i++ {
			text := strings.TrimPrefix(cells[i], ">")
			if strings.HasPrefix(heads[i], ">") {
				text = strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(text))) + text
			} else if i < to-1 {
				text = padded(text, widths[i])
			}
			out = append(out, text)
		}
		text := strings.TrimRight(strings.Join(out, "  "), " ")
		from = to
		if n == 0 {
			t.styled(text, style)
			continue
		}
		if text != "" {
			space := strings.Repeat(" ", indent)
			t.styled(space+strings.Join(wrapped(text, t.width()-indent), "\n"+space), style)
		}
	}
}

func (t *Terminal) styled(text string, style Style) {
	if style != "" {
		text = t.Paint(style, text)
	}
	t.Line(text)
}

// wrapped breaks a text between words where a line is full; a word that is longer stays whole.
func wrapped(text string, line int) []string {
	if line < 1 || utf8.RuneCountInString(text) <= line {
		return []string{text}
	}
	var lines []string
	at := ""
	for word := range strings.FieldsSeq(text) {
		if at != "" && utf8.RuneCountInString(at)+1+utf8.RuneCountInString(word) > line {
			lines, at = append(lines, at), ""
		}
		if at != "" {
			at += " "
		}
		at += word
	}
	return append(lines, at)
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}
