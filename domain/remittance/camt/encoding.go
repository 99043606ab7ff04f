package camt

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"arrears/domain/remittance"
)

const (
	maxToken   = 1 << 20 // bytes of one tag, text or comment
	bufferSize = 64 << 10
	headSize   = 1 << 10 // of the file, where the XML declaration says the encoding
)

var declared = regexp.MustCompile(`^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._:-]*)["']`)

// decode gives the file as UTF-8, whatever its encoding; bytes outside of it become the replacement character.
func decode(in io.Reader) (io.Reader, error) {
	raw := bufio.NewReaderSize(in, bufferSize)
	head, err := raw.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		if _, err := raw.Discard(3); err != nil {
			return nil, err
		}
		head = head[3:]
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{'<', 0, '?', 0}):
		return transform.NewReader(raw, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}), bytes.HasPrefix(head, []byte{0, '<', 0, '?'}):
		return transform.NewReader(raw, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()), nil
	}
	label := ""
	if found := declared.FindSubmatch(head); found != nil {
		label = string(found[1])
	}
	switch strings.ToLower(label) {
	// A file that calls itself UTF-16 and can be read here so far is not.
	case "", "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be":
		return transform.NewReader(raw, runes.ReplaceIllFormed()), nil
	// What is in Windows-1252 and not in ISO-8859-1 are control characters there, which no bank means.
	case "iso-8859-1", "iso8859-1", "latin1", "windows-1252", "cp1252":
		return transform.NewReader(raw, charmap.Windows1252.NewDecoder()), nil
	case "iso-8859-15", "iso8859-15", "latin9":
		return transform.NewReader(raw, charmap.ISO8859_15.NewDecoder()), nil
	}
	return nil, remittance.Malformed(1, "encoding", remittance.CodeMalformed, "the encoding %.40q is not read", label)
}

var errLong = errors.New("camt: a tag, text or comment has no end")

// gauge hands on bytes one by one and stops what one token may take. Line ends become one line feed, so that lines are counted
// whatever ends them, and control characters, which XML does not have, become blanks.
type gauge struct {
	in       io.Reader
	buffer   []byte
	at, end  int // of what is left of the buffer
	taken    int
	afterCR  bool
	replaced bool
}

// Read is there because the XML decoder asks for a reader; it reads by ReadByte alone.
func (g *gauge) Read(p []byte) (int, error) {
	for i := range p {
		b, err := g.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = b
	}
	return len(p), nil
}

// ReadByte gives the next byte.
func (g *gauge) ReadByte() (byte, error) {
	if g.taken >= maxToken {
		return 0, errLong
	}
	b, err := g.raw()
	if err == nil && b == '\n' && g.afterCR {
		b, err = g.raw()
	}
	if err != nil {
		return 0, err
	}
	g.taken++
	g.afterCR = b == '\r'
	switch {
	case b == '\r':
		return '\n', nil
	case b < ' ' && b != '\n' && b != '\t':
		g.replaced = true
		return ' ', nil
	}
	return b, nil
}

// raw gives the next byte as it is.
func (g *gauge) raw() (byte, error) {
	for g.at == g.end {
		n, err := g.in.Read(g.buffer)
		g.at, g.end = 0, n
		if n == 0 && err != nil { // with bytes before it, it comes again
			return 0, err
		}
	}
	b := g.buffer[g.at]
	g.at++
	return b, nil
}
