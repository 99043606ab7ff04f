package audit

import "unicode/utf8"

// maxScanDepth bounds what the scanner follows; deeper values are looked at in full.
const maxScanDepth = 32

// plainlyCanonical reports whether a text is canonical JSON beyond doubt: it is read once, byte by byte, and nothing is made
// of it. Entries are checked by the thousand, and nearly all of them are. false says only that one must look in full: an
// escape is in it, say, or a rare character.
func plainlyCanonical(raw []byte) bool {
	s := scanner{raw: raw}
	return len(raw) <= maxData && s.value(0) && s.at == len(raw)
}

// scanner reads JSON in its canonical form. Each method reads one thing and reports whether it was one.
type scanner struct {
	raw []byte
	at  int
}

// next is the byte ahead; 0, which canonical JSON never holds, at the end.
func (s *scanner) next() byte {
	if s.at >= len(s.raw) {
		return 0
	}
	return s.raw[s.at]
}

func (s *scanner) take(b byte) bool {
	if s.next() != b {
		return false
	}
	s.at++
	return true
}

func (s *scanner) value(depth int) bool {
	switch b := s.next(); {
	case depth > maxScanDepth:
		return false
	case b == '"':
		_, ok := s.text()
		return ok
	case b == '{':
		return s.object(depth + 1)
	case b == '[':
		return s.array(depth + 1)
	case b == '-' || b >= '0' && b <= '9':
		return s.number()
	}
	return s.word("true") || s.word("false") || s.word("null")
}

func (s *scanner) word(w string) bool {
	if end := s.at + len(w); end > len(s.raw) || string(s.raw[s.at:end]) != w {
		return false
	}
	s.at += len(w)
	return true
}

// object reads keys in ascending order, each once.
func (s *scanner) object(depth int) bool {
	s.at++
	if s.take('}') {
		return true
	}
	before := ""
	for first := true; ; first = false {
		key, ok := s.text()
		if !ok || !first && key <= before || !s.take(':') || !s.value(depth) {
			return false
		}
		before = key
		if !s.take(',') {
			return s.take('}')
		}
	}
}

func (s *scanner) array(depth int) bool {
	s.at++
	if s.take(']') {
		return true
	}
	for {
		if !s.value(depth) {
			return false
		}
		if !s.take(',') {
			return s.take(']')
		}
	}
}

// text reads a string without escapes. The two line separators that are written escaped are left to the full look.
func (s *scanner) text() (string, bool) {
	if !s.take('"') {
		return "", false
	}
	from := s.at
	for s.at < len(s.raw) {
		switch b := s.raw[s.at]; {
		case b == '"':
			s.at++
			return string(s.raw[from : s.at-1]), true
		case b < ' ' || b == '\\':
			return "", false
		case b < utf8.RuneSelf:
			s.at++
		default:
			r, size := utf8.DecodeRune(s.raw[s.at:])
			if r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
				return "", false
			}
			s.at += size
		}
	}
	return "", false
}

// number reads a number without an exponent that is not a minus zero.
func (s *scanner) number() bool {
	from := s.at
	s.take('-')
	whole := s.digits()
	if whole == 0 || whole > 1 && s.raw[s.at-whole] == '0' {
		return false
	}
	if s.take('.') && s.digits() == 0 {
		return false
	}
	return storableNumber(string(s.raw[from:s.at]))
}

func (s *scanner) digits() int {
	from := s.at
	for b := s.next(); b >= '0' && b <= '9'; b = s.next() {
		s.at++
	}
	return s.at - from
}
