package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"golang.org/x/text/encoding/charmap"
)

// line is one physical line without its end. Cut says that it was longer than MaxLine and the rest is left out.
type line struct {
	number int64
	text   []byte
	cut    bool
}

// lineReader gives physical lines, each bounded, and takes some back. A line ends with LF or CRLF.
type lineReader struct {
	in     *bufio.Reader
	number int64
	back   []line // taken back, in order
	size   int64
}

const readBuffer = 256 << 10

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{in: bufio.NewReaderSize(r, readBuffer)}
}

// next returns the next line; its text stays valid. At the end it returns io.EOF.
func (l *lineReader) next() (line, error) {
	if len(l.back) > 0 {
		first := l.back[0]
		l.back = l.back[1:]
		return first, nil
	}
	text, cut, err := l.read()
	if err != nil {
		return line{}, err
	}
	l.number++
	return line{number: l.number, text: text, cut: cut}, nil
}

// read takes bytes up to the next LF, keeps at most MaxLine of them, and drops the line's end.
func (l *lineReader) read() (text []byte, cut bool, err error) {
	for {
		chunk, err := l.in.ReadSlice('\n')
		l.size += int64(len(chunk))
		if room := MaxLine + 2 - len(text); len(chunk) > room {
			chunk, cut = chunk[:room], true
		}
		text = append(text, chunk...)
		switch {
		case err == nil:
			text, cut = bounded(bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r")), cut)
			return text, cut, nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(text) > 0:
			text, cut = bounded(bytes.TrimSuffix(text, []byte("\r")), cut)
			return text, cut, nil
		default:
			return nil, false, err
		}
	}
}

// bounded cuts a line at MaxLine.
func bounded(text []byte, cut bool) ([]byte, bool) {
	if len(text) > MaxLine {
		return text[:MaxLine], true
	}
	return text, cut
}

// takeBack gives lines to be read again, before all others.
func (l *lineReader) takeBack(lines []line) {
	l.back = append(append([]line{}, lines...), l.back...)
}

// decode turns bytes into characters; nothing is lost in either encoding.
func (e Encoding) decode(text []byte) []byte {
	if e != Windows1252 {
		return text
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(text)
	if err != nil {
		return text
	}
	return decoded
}
