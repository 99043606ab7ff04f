package letter

import (
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"arrears/domain/fault"
	"arrears/notify"
)

// Fonts are the two TrueType fonts a letter is set in. Empty ones mean the Go fonts, which write the Latin, Greek and
// Cyrillic alphabets; other scripts need own ones.
type Fonts struct {
	Regular []byte
	Bold    []byte
}

const family = "letter"

// typeface is a checked pair of fonts. It is only read, so letters may be composed at the same time.
type typeface struct {
	regular, bold []byte
	coverage      [2]*sfnt.Font
}

func newTypeface(f Fonts) (*typeface, error) {
	t := &typeface{regular: f.Regular, bold: f.Bold}
	if len(t.regular) == 0 {
		t.regular, t.bold = goregular.TTF, gobold.TTF
	}
	if len(t.bold) == 0 {
		t.bold = t.regular
	}
	for i, data := range [][]byte{t.regular, t.bold} {
		parsed, err := sfnt.Parse(data)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, notify.CodeMisconfigured, "the letter's font is not a TrueType font")
		}
		t.coverage[i] = parsed
	}
	return t, nil
}

func (t *typeface) register(pdf *fpdf.Fpdf) {
	pdf.AddUTF8FontFromBytes(family, "", t.regular)
	pdf.AddUTF8FontFromBytes(family, "B", t.bold)
}

// maxRune is the last one the PDF library can place.
const maxRune = 0xFFFF

// writable replaces what the fonts cannot write, so that a gap shows as such and not as nothing.
func (t *typeface) writable(s string) string {
	var buffer sfnt.Buffer
	return strings.Map(func(r rune) rune {
		if r > maxRune {
			return '?'
		}
		for _, font := range t.coverage {
			if glyph, err := font.GlyphIndex(&buffer, r); err != nil || glyph == 0 {
				return substitute(r)
			}
		}
		return r
	}, s)
}

// substitute covers the blanks and dashes that some fonts leave out.
func substitute(r rune) rune {
	switch r {
	case '\u00a0', '\u202f', '\u2009':
		return '\u00a0'
	case '\u2010', '\u2011', '\u2012':
		return '-'
	}
	return '?'
}
