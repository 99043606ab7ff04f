package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"arrears/domain/fault"
)

// The bounds of a document. A policy of fifty stages has some twenty kilobytes and four levels.
const (
	maxBytes = 256 << 10
	maxDepth = 12
	maxNodes = 20000
)

// raw is a document before its form is checked: maps, lists, texts, numbers and truth values, and where each stands.
type raw struct {
	value any
	lines map[string]int // by path
	nodes int
}

// withLines puts the line of each field, or of the nearest thing around it, in front of its message.
func (r *raw) withLines(fields []fault.Field) []fault.Field {
	for i, field := range fields {
		for path := field.Path; ; path = parent(path) {
			if line := r.lines[path]; line > 0 {
				fields[i].Message = fmt.Sprintf("line %d: %s", line, field.Message)
				break
			}
			if path == "" {
				break
			}
		}
	}
	return fields
}

// parent is the path without its last part: "a[2].b" gives "a[2]", that gives "a", and that "".
func parent(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func readDocument(data []byte) (*raw, error) {
	if len(data) > maxBytes {
		return nil, fault.Newf(fault.TooLarge, CodeTooLarge, "a policy has at most %d bytes", maxBytes)
	}
	r := &raw{lines: map[string]int{}}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		return r, r.readJSON(data)
	}
	return r, r.readYAML(data)
}

// enter counts a node and refuses what is too deep or too much.
func (r *raw) enter(path string, depth, line int) error {
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return fault.New(fault.TooLarge, CodeTooLarge, "the document has too many parts or is nested too deeply")
	}
	if line > 0 {
		r.lines[path] = line
	}
	return nil
}

func (r *raw) readYAML(data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var node yaml.Node
	if err := dec.Decode(&node); err != nil {
		return malformed(err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return at(1, "", "document", "only one document is read at a time")
	}
	if node.Kind != yaml.DocumentNode || len(node.Content) != 1 {
		return at(1, "", "document", "the document is empty")
	}
	value, err := r.node(node.Content[0], "", 0)
	r.value = value
	return err
}

func (r *raw) node(n *yaml.Node, path string, depth int) (any, error) {
	if err := r.enter(path, depth, n.Line); err != nil {
		return nil, err
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		return nil, at(n.Line, path, "alias", "anchors and aliases are not read")
	}
	switch n.Kind {
	case yaml.MappingNode:
		return r.mapping(n, path, depth)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for i, child := range n.Content {
			value, err := r.node(child, fmt.Sprintf("%s[%d]", path, i), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	}
	return scalar(n), nil
}

func (r *raw) mapping(n *yaml.Node, path string, depth int) (any, error) {
	values := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Tag == "!!merge" {
			return nil, at(key.Line, path, "key", "keys are plain texts")
		}
		if _, twice := values[key.Value]; twice {
			return nil, at(key.Line, join(path, key.Value), "twice", "is given twice")
		}
		value, err := r.node(n.Content[i+1], join(path, key.Value), depth+1)
		if err != nil {
			return nil, err
		}
		values[key.Value] = value
		r.lines[join(path, key.Value)] = key.Line
	}
	return values, nil
}

// scalar keeps numbers as they are written; dates and whatever else YAML has types for are texts to us.
func scalar(n *yaml.Node) any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value)
		}
	}
	return n.Value
}

func at(line int, path, code, message string) error {
	return fault.Fields(CodeMalformed, "the document is not a policy",
		fault.Field{Path: path, Code: code, Message: fmt.Sprintf("line %d: %s", line, message)})
}
