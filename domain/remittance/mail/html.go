package mail

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// maxTables bounds tables within tables, by which mails are laid out.
const maxTables = 64

// page is the text of HTML while it is read: the open tables, and before them the page itself.
type page struct {
	open   []*layout
	hidden int // elements whose text nobody sees
}

// layout is one table: the lines it has given, and the row that is open.
type layout struct {
	lines  bytes.Buffer
	cells  []string
	cell   bytes.Buffer
	inCell bool
	blocks bool // the row has tables in its cells
}

// words is the text of HTML: rows become lines whose cells are divided by bars, two cells of which the first ends with a colon a
// line of key and value. A row that lays out the page, with one cell or with tables in it, becomes the lines of its cells.
func words(text []byte) []byte {
	p := &page{open: []*layout{{}}}
	z := html.NewTokenizer(bytes.NewReader(text))
	z.SetMaxBuf(maxMail)
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				return nil
			}
			for len(p.open) > 1 {
				p.endTable()
			}
			return p.open[0].lines.Bytes()
		case html.TextToken:
			if p.hidden == 0 {
				p.text(string(z.Text()))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			tag, _ := z.TagName()
			p.tag(string(tag), kind != html.EndTagToken, kind == html.StartTagToken)
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// tag follows an element; ends that people leave out are understood.
func (p *page) tag(name string, start, opens bool) {
	top := p.open[len(p.open)-1]
	switch name {
	case "script", "style", "head":
		if opens {
			p.hidden++
		} else if p.hidden > 0 {
			p.hidden--
		}
	case "table":
		if start && len(p.open) < maxTables {
			p.open = append(p.open, &layout{})
		} else if !start && len(p.open) > 1 {
			p.endTable()
		}
	case "tr":
		top.endRow()
	case "td", "th":
		top.endCell()
		top.inCell = start
	case "p", "div", "br", "li", "h1", "h2", "h3":
		p.newLine()
	}
}

// to is where words go.
func (p *page) to() *bytes.Buffer {
	top := p.open[len(p.open)-1]
	if top.inCell {
		return &top.cell
	}
	return &top.lines
}

// text writes words; blanks of any number between them are one, and none at a line's beginning.
func (p *page) text(s string) {
	words, to := oneLine(s), p.to()
	if b := to.Bytes(); len(b) > 0 && b[len(b)-1] > ' ' && s != strings.TrimLeftFunc(s, unicode.IsSpace) {
		to.WriteByte(' ')
	}
	to.WriteString(words)
	if words != "" && s != strings.TrimRightFunc(s, unicode.IsSpace) {
		to.WriteByte(' ')
	}
}

// newLine ends a line that has words.
func (p *page) newLine() {
	if to := p.to(); to.Len() > 0 && !bytes.HasSuffix(to.Bytes(), []byte{'\n'}) {
		to.WriteByte('\n')
	}
}

// endTable gives a table's lines to what it stands in.
func (p *page) endTable() {
	inner := p.open[len(p.open)-1]
	inner.endRow()
	p.open = p.open[:len(p.open)-1]
	p.newLine()
	p.to().Write(inner.lines.Bytes())
	top := p.open[len(p.open)-1]
	top.blocks = top.blocks || top.inCell
}

func (l *layout) endCell() {
	if !l.inCell {
		return
	}
	l.cells = append(l.cells, strings.TrimSpace(l.cell.String()))
	l.cell.Reset()
	l.inCell = false
}

func (l *layout) endRow() {
	l.endCell()
	if l.lines.Len() > 0 && !bytes.HasSuffix(l.lines.Bytes(), []byte{'\n'}) {
		l.lines.WriteByte('\n')
	}
	filled := strings.TrimSpace(strings.Join(l.cells, ""))
	switch {
	case filled == "":
	case l.blocks, len(l.cells) == 1, strings.Contains(filled, "\n") && slices.Contains(l.cells, filled):
		for _, cell := range l.cells {
			if cell != "" {
				l.lines.WriteString(cell + "\n")
			}
		}
	case len(l.cells) == 2 && strings.HasSuffix(l.cells[0], ":"):
		l.lines.WriteString(oneLine(l.cells[0]) + " " + oneLine(l.cells[1]) + "\n")
	default:
		for _, cell := range l.cells {
			l.lines.WriteString("| " + oneLine(cell) + " ")
		}
		l.lines.WriteString("|\n")
	}
	l.cells, l.blocks = l.cells[:0], false
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
