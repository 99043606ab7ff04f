package dispute

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxDepth bounds how deeply a document is nested; rules have five levels.
const maxDepth = 20

// parseJSON reads JSON token by token into the nodes that YAML is read into: the plain decoder would let a key be given twice,
// and YAML does not read all that JSON allows.
func parseJSON(text []byte) (*yaml.Node, error) {
	j := jsonNodes{json.NewDecoder(bytes.NewReader(text))}
	j.UseNumber()
	root, err := j.node(0)
	if err != nil {
		return nil, unreadable("is not JSON")
	}
	if _, err := j.Token(); !errors.Is(err, io.EOF) {
		return nil, unreadable("only one document is read at a time")
	}
	return root, nil
}

type jsonNodes struct{ *json.Decoder }

var errDepth = errors.New("nested too deeply")

func (j jsonNodes) node(depth int) (*yaml.Node, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	token, err := j.Token()
	if err != nil {
		return nil, err
	}
	switch value := token.(type) {
	case json.Delim:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if value == '{' {
			n.Kind = yaml.MappingNode // its keys and values take turns
		}
		for j.More() {
			child, err := j.node(depth + 1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		_, err := j.Token()
		return n, err
	case string:
		return scalar("!!str", value), nil
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			return scalar("!!float", value.String()), nil
		}
		return scalar("!!int", value.String()), nil
	case bool:
		if value {
			return scalar("!!bool", "true"), nil
		}
		return scalar("!!bool", "false"), nil
	}
	return scalar("!!null", ""), nil
}

func scalar(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}
