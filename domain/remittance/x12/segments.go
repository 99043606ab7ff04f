package x12

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"arrears/domain/remittance"
)

// segment is one segment: its name and elements; element 1 is at index 1.
type segment struct {
	line     int64
	elements []string
	latin    bool // it was not UTF-8 and read as Windows-1252
}

func (s segment) name() string { return s.elements[0] }

// at returns an element without blanks around it, or "".
func (s segment) at(i int) string {
	if i >= len(s.elements) {
		return ""
	}
	return strings.TrimSpace(s.elements[i])
}

// segmenter takes the stream apart. Line ends between and inside segments mean nothing unless they are the terminator.
type segmenter struct {
	in         *bufio.Reader
	line       int64
	wasCR      bool
	element    byte
	terminator byte
	buffer     []byte
}

func newSegmenter(in io.Reader) *segmenter {
	return &segmenter{in: bufio.NewReaderSize(in, 64<<10), line: 1}
}

// next returns the next segment, or io.EOF.
func (s *segmenter) next() (segment, error) {
	if err := s.skipBlanks(); err != nil {
		return segment{}, err
	}
	line := s.line
	head, err := s.in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return segment{}, err
	}
	starts := len(head) == 4 && bytes.HasPrefix(head, []byte("ISA")) && !alphanumeric(head[3])
	switch {
	case starts:
		err = s.envelope(3, 16)
	case s.element == 0 && len(head) > 3 && bytes.HasPrefix(head, []byte("GS")):
		err = s.envelope(2, 8)
	case s.element == 0 && len(head) > 3 && bytes.HasPrefix(head, []byte("ST")):
		err = s.envelope(2, 2)
	case s.element == 0:
		return segment{}, remittance.Malformed(line, "ISA", remittance.CodeUnknownFormat, "the file begins with neither ISA, GS nor ST")
	default:
		err = s.body()
	}
	if err != nil {
		return segment{}, err
	}
	return s.split(line), nil
}

func (s *segmenter) split(line int64) segment {
	seg := segment{line: line}
	text := s.buffer
	if !utf8.Valid(text) {
		if decoded, err := charmap.Windows1252.NewDecoder().Bytes(text); err == nil {
			text, seg.latin = decoded, true
		}
	}
	seg.elements = strings.Split(string(text), string(rune(s.element)))
	seg.elements[0] = strings.ToUpper(strings.TrimSpace(seg.elements[0]))
	return seg
}

// envelope reads the first segment, whose element separator is the byte after its name and whose end is found by counting: the
// interchange header has one byte in its last element; others end at the first byte of the last that is no letter or digit.
func (s *segmenter) envelope(nameLength, separators int) error {
	s.buffer = s.buffer[:0]
	found := 0
	for {
		b, err := s.read()
		if err != nil {
			return err
		}
		if len(s.buffer) == nameLength {
			if alphanumeric(b) || b <= ' ' || b >= utf8.RuneSelf {
				return remittance.Malformed(s.line, "ISA", remittance.CodeMalformed, "byte %#x cannot separate elements", b)
			}
			s.element = b
		}
		last := found == separators
		switch {
		case last && separators == 16:
			s.buffer = append(s.buffer, b)
			s.terminator, err = s.read()
			if err == nil && (s.terminator == s.element || alphanumeric(s.terminator)) {
				return remittance.Malformed(s.line, "ISA", remittance.CodeMalformed, "the interchange header has no end where one belongs")
			}
			return err
		case last && b != s.element && !alphanumeric(b) && b < utf8.RuneSelf:
			s.terminator = b
			return nil
		case b == s.element && len(s.buffer) >= nameLength && !last:
			found++
		}
		s.buffer = append(s.buffer, b)
		if len(s.buffer) > 400 {
			return remittance.Malformed(s.line, "ISA", remittance.CodeMalformed, "the header does not end")
		}
	}
}

// body reads up to the terminator.
func (s *segmenter) body() error {
	s.buffer = s.buffer[:0]
	for {
		chunk, err := s.in.ReadSlice(s.terminator)
		if len(chunk) > 0 {
			s.take(chunk)
		}
		if tooLarge := s.bounded(); tooLarge != nil {
			return tooLarge
		}
		switch {
		case err == nil:
			return nil
		case errors.Is(err, io.EOF):
			return remittance.Malformed(s.line, "segment", remittance.CodeTruncated, "the file ends inside a segment")
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

func (s *segmenter) bounded() error {
	if len(s.buffer) > maxSegment {
		return remittance.Malformed(s.line, "segment", remittance.CodeTooLarge, "a segment has more than %d bytes", maxSegment)
	}
	return nil
}

// take keeps a piece of a segment without its terminator and line ends.
func (s *segmenter) take(chunk []byte) {
	last := len(chunk) - 1
	plain := bytes.IndexByte(chunk, '\r') < 0 && bytes.IndexByte(chunk, '\n') < 0
	if plain {
		s.wasCR = false
		if chunk[last] == s.terminator {
			chunk = chunk[:last]
		}
		s.buffer = append(s.buffer, chunk...)
		return
	}
	for _, b := range chunk {
		s.count(b)
		if b != '\r' && b != '\n' && b != s.terminator {
			s.buffer = append(s.buffer, b)
		}
	}
}

// skipBlanks goes to the start of the next segment; io.EOF when there is none.
func (s *segmenter) skipBlanks() error {
	for {
		b, err := s.in.ReadByte()
		if err != nil {
			return err
		}
		if b > ' ' {
			return s.in.UnreadByte()
		}
		s.count(b)
	}
}

// read returns the next byte inside a segment; the end of the stream there is malformed.
func (s *segmenter) read() (byte, error) {
	b, err := s.in.ReadByte()
	if errors.Is(err, io.EOF) {
		return 0, remittance.Malformed(s.line, "segment", remittance.CodeTruncated, "the file ends inside a segment")
	}
	if err == nil {
		s.count(b)
	}
	return b, err
}

func (s *segmenter) count(b byte) {
	if b == '\r' || (b == '\n' && !s.wasCR) {
		s.line++
	}
	s.wasCR = b == '\r'
}

func alphanumeric(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
}
