// Package lines reads the lines of bank files that are text: any line ends, any of the usual encodings, bounded. It knows no
// format; the parsers below remittance import it, and nobody else.
package lines

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Line is one line without its end, or a piece of one that is longer than the bound.
type Line struct {
	No   int64 // from 1
	Text string
	More bool // the line goes on in the next piece
}

// Reader reads lines. A line that is not UTF-8 is read as Windows-1252, which holds all of ISO-8859-1's letters.
type Reader struct {
	in      *bufio.Reader
	max     int
	no      int64
	within  bool // the next piece belongs to the line that is begun
	guessed int64
	started bool
	hold    []byte // the beginning of a character whose rest is in the next piece
	buf     []byte
}

// New reads lines of at most max bytes; longer ones come in pieces.
func New(in io.Reader, max int) *Reader {
	return &Reader{in: bufio.NewReaderSize(in, 1<<16), max: max}
}

// Guessed returns the first line that was not UTF-8, 0 when all were.
func (r *Reader) Guessed() int64 { return r.guessed }

// Next returns the next line; io.EOF after the last one.
func (r *Reader) Next() (Line, error) {
	if !r.started {
		r.started = true
		if err := r.dress(); err != nil {
			return Line{}, err
		}
	}
	if !r.within {
		r.no++
	}
	raw, more, err := r.read()
	if err != nil {
		return Line{}, err
	}
	r.within = more
	return Line{No: r.no, Text: r.decode(raw, more), More: more}, nil
}

// dress takes off a byte order mark and turns UTF-16 into UTF-8.
func (r *Reader) dress() error {
	head, err := r.in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		_, err = r.in.Discard(3)
		return err
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		wide := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
		r.in = bufio.NewReaderSize(transform.NewReader(r.in, wide), 1<<16)
	}
	return nil
}

// read collects bytes up to a line's end, which is LF, CRLF or CR, or up to the bound.
func (r *Reader) read() (raw []byte, more bool, err error) {
	r.buf = append(r.buf[:0], r.hold...)
	r.hold = r.hold[:0]
	for {
		b, err := r.in.ReadByte()
		if errors.Is(err, io.EOF) {
			if len(r.buf) == 0 {
				return nil, false, io.EOF
			}
			return r.buf, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		if b == '\n' || b == '\r' {
			return r.buf, false, r.swallow(b)
		}
		if len(r.buf) >= r.max {
			return r.buf, true, r.in.UnreadByte()
		}
		r.buf = append(r.buf, b)
	}
}

// swallow takes the LF of a CRLF.
func (r *Reader) swallow(b byte) error {
	if b != '\r' {
		return nil
	}
	next, err := r.in.Peek(1)
	if err == nil && next[0] == '\n' {
		_, err = r.in.Discard(1)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (r *Reader) decode(raw []byte, more bool) string {
	if more {
		raw = r.whole(raw)
	}
	text := string(raw)
	if !utf8.ValidString(text) {
		if r.guessed == 0 {
			r.guessed = r.no
		}
		// Every byte has a meaning to this decoder, the five holes of the code page become the replacement character.
		if plain, err := charmap.Windows1252.NewDecoder().String(text); err == nil {
			text = plain
		}
	}
	return strings.Trim(text, "\x00\x01\x02\x03\x0b\x0c\x1a")
}

// whole keeps back the bytes of a character that the bound cuts.
func (r *Reader) whole(raw []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(raw); i++ {
		if tail := raw[len(raw)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) && i < len(raw) {
				r.hold = append(r.hold, tail...)
				return raw[:len(raw)-i]
			}
			break
		}
	}
	return raw
}
