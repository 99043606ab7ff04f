package intake

import (
	"bytes"
	"errors"
	"io"
)

// record is one row of the file as read: its fields, or the code that says why it could not be taken apart.
type record struct {
	line   int64
	raw    []byte // as it stood in the file, without its last line end
	fields []string
	code   string
	field  int // of the malformed field, from 0
}

// csvReader takes rows apart as RFC 4180 says. It is stricter than common readers (a quote inside an unquoted field is an
// error) because a misplaced quote shifts amounts between columns. A row that cannot be taken apart costs its own physical
// line and nothing else: reading goes on with the next one.
type csvReader struct {
	lines     *lineReader
	encoding  Encoding
	delimiter byte
}

// next returns the next record that is not an empty line, or io.EOF.
func (c *csvReader) next() (record, error) {
	for {
		first, err := c.lines.next()
		if err != nil {
			return record{}, err
		}
		if len(bytes.TrimSpace(first.text)) == 0 && !first.cut {
			continue
		}
		return c.record(first)
	}
}

// record reads the record that begins with the line, joined with as many more as a quoted field spans.
func (c *csvReader) record(first line) (record, error) {
	if first.cut {
		return record{line: first.number, raw: first.text, code: CodeRowTooLong}, nil
	}
	more, closed, err := c.continuation(first)
	if err != nil {
		return record{}, err
	}
	raw := first.text
	if closed {
		raw = joinLines(first, more)
	}
	fields, done, at := splitFields(c.encoding.decode(raw), c.delimiter)
	if done && closed {
		return record{line: first.number, raw: raw, fields: fields}, nil
	}
	c.lines.takeBack(more)
	return record{line: first.number, raw: first.text, code: CodeMalformedRow, field: at}, nil
}

// continuation returns the lines that belong to the record that begins with first: a line break inside quotes does not end
// it, and a record is whole when its quotes are even. Closed is false when that does not happen within the bounds. Each
// line is looked at once, and again only after the next odd one, so a hostile file costs no more than a long one.
func (c *csvReader) continuation(first line) (more []line, closed bool, err error) {
	odd, size := oddQuotes(first.text), len(first.text)
	for odd {
		next, err := c.lines.next()
		if errors.Is(err, io.EOF) {
			return more, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		more = append(more, next)
		size += 1 + len(next.text)
		if next.cut || len(more) >= maxRecordLines || size > MaxLine {
			return more, false, nil
		}
		odd = odd != oddQuotes(next.text)
	}
	return more, true, nil
}

func oddQuotes(text []byte) bool { return bytes.Count(text, []byte{'"'})%2 == 1 }

func joinLines(first line, more []line) []byte {
	if len(more) == 0 {
		return first.text
	}
	texts := [][]byte{first.text}
	for _, l := range more {
		texts = append(texts, l.text)
	}
	return bytes.Join(texts, []byte{'\n'})
}

// splitFields takes one record apart. Done is false when a quote stands where none may; at is the field in which.
func splitFields(text []byte, delimiter byte) (fields []string, done bool, at int) {
	for len(fields) < MaxColumns {
		var field string
		var rest []byte
		var ended, ok bool
		if len(text) > 0 && text[0] == '"' {
			field, rest, ok = quotedField(text[1:], delimiter)
			ended = rest == nil
		} else {
			before, after, found := bytes.Cut(text, []byte{delimiter})
			field, rest, ended, ok = string(before), after, !found, bytes.IndexByte(before, '"') < 0
		}
		if !ok {
			return nil, false, len(fields)
		}
		fields = append(fields, field)
		if ended {
			return fields, true, 0
		}
		text = rest
	}
	return nil, false, len(fields)
}

// quotedField reads a field after its opening quote. A nil rest means that the record ends with it.
func quotedField(text []byte, delimiter byte) (field string, rest []byte, ok bool) {
	var value []byte
	for {
		quote := bytes.IndexByte(text, '"')
		if quote < 0 {
			return "", nil, false
		}
		value = append(value, text[:quote]...)
		text = text[quote+1:]
		switch {
		case len(text) == 0:
			return string(value), nil, true
		case text[0] == '"':
			value = append(value, '"')
			text = text[1:]
		case text[0] == delimiter:
			return string(value), text[1:], true
		default:
			return "", nil, false
		}
	}
}
