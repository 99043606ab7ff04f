package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// jsonReader reads JSON token by token, because the plain decoder neither refuses a key given twice nor tells lines.
type jsonReader struct {
	*raw
	data []byte
	dec  *json.Decoder
	line int
	seen int // bytes counted for line
}

func (r *raw) readJSON(data []byte) error {
	j := &jsonReader{raw: r, data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	j.dec.UseNumber()
	value, err := j.any("", 0)
	if err != nil {
		return err
	}
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		return at(j.at(), "", "document", "only one document is read at a time")
	}
	r.value = value
	return nil
}

// at is the line of the token read last.
func (j *jsonReader) at() int {
	end := int(j.dec.InputOffset())
	j.line += bytes.Count(j.data[j.seen:end], []byte("\n"))
	j.seen = end
	return j.line
}

func (j *jsonReader) token() (json.Token, error) {
	token, err := j.dec.Token()
	if err != nil {
		return nil, malformed(err)
	}
	return token, nil
}

func (j *jsonReader) any(path string, depth int) (any, error) {
	token, err := j.token()
	if err != nil {
		return nil, err
	}
	if err := j.enter(path, depth, j.at()); err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return j.object(path, depth)
	case json.Delim('['):
		return j.array(path, depth)
	}
	return token, nil
}

func (j *jsonReader) object(path string, depth int) (any, error) {
	values := map[string]any{}
	for j.dec.More() {
		token, err := j.token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // the decoder lets nothing else stand there
		if _, twice := values[key]; twice {
			return nil, at(j.at(), join(path, key), "twice", "is given twice")
		}
		if values[key], err = j.any(join(path, key), depth+1); err != nil {
			return nil, err
		}
	}
	_, err := j.token()
	return values, err
}

func (j *jsonReader) array(path string, depth int) (any, error) {
	list := []any{}
	for j.dec.More() {
		value, err := j.any(fmt.Sprintf("%s[%d]", path, len(list)), depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := j.token()
	return list, err
}
