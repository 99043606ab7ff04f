package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"arrears/domain/fault"
)

// The codes of bodies and parameters that do not fit the specification.
const (
	// CodeInvalidRequest means at least one field of the request is wrong; the fields say which and how.
	CodeInvalidRequest = "request.invalid"
	// CodeMalformedBody means the body is not the JSON (or form) that its Content-Type claims.
	CodeMalformedBody = "request.malformed"
	// CodeDuplicateField means an object names a member twice, so that it contradicts itself.
	CodeDuplicateField = "request.duplicate_field"
	// CodeUnknownField means the specification does not know this member or parameter.
	CodeUnknownField = "request.unknown_field"
	// CodeBodyRequired means the route needs a body.
	CodeBodyRequired = "request.body_required"
	// CodeBodyUnexpected means the route takes no body.
	CodeBodyUnexpected = "request.body_unexpected"
)

// maxDepth bounds how deep a body may nest; a policy, the deepest that we read, needs six.
const maxDepth = 32

// parseJSON reads exactly one JSON value, as encoding/json does into any with numbers kept, but refuses what encoding/json
// forgives: a member named twice, text that is not UTF-8, anything after the value, and nesting beyond maxDepth.
func parseJSON(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, malformed("the body is not UTF-8 text", 0)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	p := &jsonParser{d: d}
	value, err := p.value("", 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed("the body goes on after its JSON value", d.InputOffset())
	}
	return value, nil
}

type jsonParser struct{ d *json.Decoder }

func (p *jsonParser) value(path string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, malformed("the body nests too deep", p.d.InputOffset())
	}
	token, err := p.d.Token()
	if err != nil {
		return nil, malformed("the body is not valid JSON", p.d.InputOffset())
	}
	switch token {
	case json.Delim('{'):
		return p.object(path, depth)
	case json.Delim('['):
		return p.array(path, depth)
	}
	if text, isText := token.(string); isText && strings.ContainsRune(text, 0) {
		return nil, invalidRequest([]fault.Field{nulField(path)})
	}
	return token, nil
}

func (p *jsonParser) object(path string, depth int) (any, error) {
	object := map[string]any{}
	for p.d.More() {
		token, err := p.d.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return nil, malformed("the body is not valid JSON", p.d.InputOffset())
		}
		member := join(path, clip(name))
		if _, twice := object[name]; twice {
			return nil, fault.Fields(CodeDuplicateField, "the body contradicts itself",
				fault.Field{Path: member, Code: CodeDuplicateField, Message: "is given twice"})
		}
		if object[name], err = p.value(member, depth+1); err != nil {
			return nil, err
		}
	}
	return object, p.end()
}

func (p *jsonParser) array(path string, depth int) (any, error) {
	array := []any{}
	for p.d.More() {
		element, err := p.value(path+"["+strconv.Itoa(len(array))+"]", depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, element)
	}
	return array, p.end()
}

// end reads the closing bracket.
func (p *jsonParser) end() error {
	if _, err := p.d.Token(); err != nil {
		return malformed("the body is not valid JSON", p.d.InputOffset())
	}
	return nil
}

// nulField refuses U+0000, which no text holds and the database cannot keep.
func nulField(path string) fault.Field {
	return fault.Field{Path: path, Code: "request.format", Message: "must not contain the character U+0000"}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func malformed(message string, offset int64) error {
	if offset > 0 {
		return fault.Newf(fault.Invalid, CodeMalformedBody, "%s (at byte %d)", message, offset)
	}
	return fault.New(fault.Invalid, CodeMalformedBody, message)
}
