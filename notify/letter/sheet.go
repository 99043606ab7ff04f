package letter

import (
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

// The page in millimetres: A4 with the address where a window envelope shows it (DIN 5008, form B).
const (
	pageHeight   = 297.0
	marginLeft   = 25.0
	marginTop    = 20.0
	contentWidth = 165.0
	contentEnd   = 268.0 // below stands the footer
	footerTop    = 276.0
	senderLineY  = 49.0
	addressY     = 54.0
	infoX        = 125.0
	bodyTop      = 98.0
	foldUpper    = 105.0
	punchMark    = 148.5
	foldLower    = 210.0
)

// Sizes in points, and the height of a line for each.
const (
	sizeBody   = 10.0
	sizeSmall  = 8.0
	sizeTiny   = 6.5
	sizeTitle  = 14.0
	leadBody   = 4.8
	leadSmall  = 3.9
	leadTiny   = 3.2
	gap        = 3.0
	cellMargin = 1.5
)

type colour struct{ r, g, b int }

var (
	ink    = colour{31, 41, 51}
	grey   = colour{82, 96, 109}
	light  = colour{203, 210, 217}
	accent = colour{31, 78, 121}
)

// sheet is a letter being laid out: the page, and how far down it is filled.
type sheet struct {
	pdf  *fpdf.Fpdf
	face *typeface
	y    float64
	// head is drawn again at the top of a page that continues a table.
	head func()
}

// style sets font and colour for what follows.
func (s *sheet) style(weight string, size float64, c colour) {
	s.pdf.SetFont(family, weight, size)
	s.pdf.SetTextColor(c.r, c.g, c.b)
}

// at writes one line with its left edge at x.
func (s *sheet) at(x, y float64, text string) {
	s.pdf.Text(x, y, s.face.writable(text))
}

// right writes one line with its right edge at x.
func (s *sheet) right(x, y float64, text string) {
	text = s.face.writable(text)
	s.pdf.Text(x-s.pdf.GetStringWidth(text), y, text)
}

// need begins a new page unless height millimetres are left.
func (s *sheet) need(height float64) {
	if s.y+height <= contentEnd {
		return
	}
	s.pdf.AddPage()
	s.y = marginTop + leadBody
	if s.head != nil {
		s.head()
	}
}

// rule draws a line across the content.
func (s *sheet) rule(y, width float64, c colour) {
	s.pdf.SetDrawColor(c.r, c.g, c.b)
	s.pdf.SetLineWidth(width)
	s.pdf.Line(marginLeft, y, marginLeft+contentWidth, y)
}

// paragraph writes text over the whole width, its lines kept with at least the next one.
func (s *sheet) paragraph(text string, lead float64) {
	lines := s.split(text, contentWidth)
	for i, line := range lines {
		if i == 0 && len(lines) > 1 {
			s.need(2 * lead)
		}
		s.need(lead)
		s.y += lead
		s.at(marginLeft, s.y, line)
	}
	s.y += gap
}

// split breaks text into lines of at most width by the current font; a word wider than that is broken as well. No-break
// blanks hold.
func (s *sheet) split(text string, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Split(s.face.writable(text), " ") {
		if candidate := strings.TrimSpace(line + " " + word); s.pdf.GetStringWidth(candidate) <= width {
			line = candidate
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		var pieces []string
		pieces, line = s.breakWord(word, width)
		lines = append(lines, pieces...)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// breakWord cuts what is too wide into full lines and returns the rest.
func (s *sheet) breakWord(word string, width float64) (full []string, rest string) {
	for _, r := range word {
		if rest != "" && s.pdf.GetStringWidth(rest+string(r)) > width {
			full = append(full, rest)
			rest = ""
		}
		rest += string(r)
	}
	return full, rest
}
