package camt

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"arrears/domain/remittance"
)

const (
	maxDepth    = 64
	maxNodes    = 4_000
	maxContent  = 8 << 10 // bytes kept of one element's text; more than any text that is kept
	maxWarnings = 20      // different names of unknown elements
)

// reader reads elements one after the other. Whoever is given a start element reads up to its end, by each, text, tree or skip.
type reader struct {
	d        *xml.Decoder
	g        *gauge
	to       remittance.Sink
	line     int64 // where the last token starts
	depth    int
	unknown  map[string]bool
	replaced bool // told
}

func newReader(in io.Reader, to remittance.Sink) (*reader, error) {
	text, err := decode(in)
	if err != nil {
		return nil, err
	}
	r := &reader{g: &gauge{in: text, buffer: make([]byte, bufferSize)}, to: to, unknown: map[string]bool{}}
	r.d = xml.NewDecoder(r.g)
	r.d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // decode did it
	return r, nil
}

// next gives the next start, end or text.
func (r *reader) next() (xml.Token, error) {
	for {
		line, _ := r.d.InputPos()
		r.line, r.g.taken = int64(line), 0
		t, err := r.d.Token()
		if err != nil {
			return nil, r.broken(err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, remittance.Malformed(r.line, "DOCTYPE", CodeDoctype, "a bank file has no document type")
		case xml.StartElement:
			if r.depth++; r.depth > maxDepth {
				return nil, remittance.Malformed(r.line, field(t), remittance.CodeTooLarge, "more than %d levels", maxDepth)
			}
			return t, nil
		case xml.EndElement:
			r.depth--
			return t, nil
		case xml.CharData:
			return t, nil
		}
	}
}

// broken says what ended the reading: the file, whose end is io.EOF where nothing is open, or whoever reads it.
func (r *reader) broken(err error) error {
	var syntax *xml.SyntaxError
	switch {
	case errors.Is(err, errLong):
		return remittance.Malformed(r.line, "xml", remittance.CodeTooLarge, "a tag, text or comment has more than %d bytes", maxToken)
	case errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return remittance.Malformed(int64(syntax.Line), "xml", remittance.CodeTruncated, "the file ends within an element")
	case errors.As(err, &syntax):
		return remittance.Malformed(int64(syntax.Line), "xml", remittance.CodeMalformed, "%.200s", syntax.Msg)
	case strings.HasPrefix(err.Error(), "xml: "): // another version of XML; the decoder has no type for it
		return remittance.Malformed(r.line, "xml", remittance.CodeMalformed, "%.200s", err.Error())
	}
	return err
}

// each hands every child to fn, which reads it, up to the end of the element.
func (r *reader) each(fn func(xml.StartElement) error) error {
	for {
		t, err := r.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := fn(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// skip reads an element and keeps nothing.
func (r *reader) skip() error {
	for open := 1; open > 0; {
		t, err := r.next()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			open++
		case xml.EndElement:
			open--
		}
	}
	return nil
}

// leave skips an element that is not known here, and tells each name once.
func (r *reader) leave(e xml.StartElement, known map[string]bool) error {
	name := field(e)
	if !known[name] && !r.unknown[name] && len(r.unknown) < maxWarnings {
		r.unknown[name] = true
		if err := r.warn(r.line, name, remittance.CodeUnknownElement, "the element is left aside"); err != nil {
			return err
		}
	}
	return r.skip()
}

// tree keeps a small element whole.
func (r *reader) tree(e xml.StartElement) (*node, error) {
	left := maxNodes
	n, err := r.grow(e, &left)
	if err == nil && left < 0 {
		err = r.refuse(n.line, n.name, remittance.CodeTooLarge, "more than %d elements in one", maxNodes)
	}
	return n, err
}

func (r *reader) grow(e xml.StartElement, left *int) (*node, error) {
	n := &node{name: field(e), line: r.line}
	for _, a := range e.Attr {
		if a.Name.Local == "Ccy" {
			n.currency = strings.TrimSpace(a.Value)
		}
	}
	var text []byte
	for {
		t, err := r.next()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			*left--
			kid, err := r.grow(t, left)
			if err != nil {
				return nil, err
			}
			if *left >= 0 {
				n.kids = append(n.kids, kid)
			}
		case xml.CharData:
			text = append(text, t[:min(len(t), maxContent-len(text))]...)
		case xml.EndElement:
			n.text = strings.TrimSpace(string(text))
			return n, r.checkText(n.text)
		}
	}
}

// checkText tells once that characters were lost, in words that are kept.
func (r *reader) checkText(s string) error {
	if r.replaced || (!r.g.replaced && !strings.ContainsRune(s, utf8.RuneError)) {
		return nil
	}
	r.replaced = true
	return r.warn(r.line, "xml", remittance.CodeTextReplaced, "bytes outside the file's encoding were replaced")
}

// text gives what a plain element says.
func (r *reader) text(e xml.StartElement) (string, error) {
	n, err := r.tree(e)
	if err != nil {
		return "", err
	}
	return n.text, nil
}

func (r *reader) warn(line int64, field, code, format string, args ...any) error {
	return r.to.Problem(remittance.Problem{Severity: remittance.Warning, Line: line, Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) refuse(line int64, field, code, format string, args ...any) error {
	return r.to.Problem(remittance.Problem{Severity: remittance.Refused, Line: line, Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) alarm(line int64, field, code, format string, args ...any) error {
	return r.to.Problem(remittance.Problem{Severity: remittance.Alarm, Line: line, Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

// field is an element's name for people, bounded.
func field(e xml.StartElement) string { return remittance.Clean(e.Name.Local, 64) }
