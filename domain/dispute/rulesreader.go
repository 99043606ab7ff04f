package dispute

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"arrears/domain/fault"
)

// rulesReader turns nodes into rules and gathers what is wrong with them. What is wrong is read as nothing.
type rulesReader struct {
	fields []fault.Field
	lines  bool // they mean something
}

// maxFields bounds what is told at once: who sends rubbish need not read all of it.
const maxFields = 100

func (r *rulesReader) refuse(n *yaml.Node, path, code, message string) {
	if len(r.fields) >= maxFields {
		return
	}
	if r.lines && n != nil && n.Line > 0 {
		message = fmt.Sprintf("line %d: %s", n.Line, message)
	}
	r.fields = append(r.fields, fault.Field{Path: path, Code: code, Message: message})
}

// plain refuses anchors and aliases: with them a short text may say very much.
func (r *rulesReader) plain(n *yaml.Node, path string) bool {
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		r.refuse(n, path, "alias", "anchors and aliases are not read")
		return false
	}
	return true
}

// each reads a mapping key by key.
func (r *rulesReader) each(n *yaml.Node, path string, most int, read func(key string, n *yaml.Node, path string)) {
	if !r.plain(n, path) {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.refuse(n, path, "form", "is not a mapping")
		return
	}
	if len(n.Content)/2 > most {
		r.refuse(n, path, "too_many", fmt.Sprintf("has more than %d entries", most))
		return
	}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := below(path, key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Tag == "!!merge":
			r.refuse(key, path, "key", "keys are plain texts")
		case seen[key.Value]:
			r.refuse(key, at, "twice", "is given twice")
		default:
			seen[key.Value] = true
			read(key.Value, value, at)
		}
	}
}

// mapping reads a mapping whose keys are known.
func (r *rulesReader) mapping(n *yaml.Node, path string, known map[string]func(*yaml.Node, string)) {
	r.each(n, path, maxReasons, func(key string, n *yaml.Node, path string) {
		if read, ok := known[key]; ok {
			read(n, path)
			return
		}
		r.refuse(n, path, "unknown_field", "is not a field of triage rules")
	})
}

func (r *rulesReader) list(n *yaml.Node, path string, most int, read func(n *yaml.Node, path string)) {
	if !r.plain(n, path) {
		return
	}
	switch {
	case n.Kind != yaml.SequenceNode:
		r.refuse(n, path, "form", "is not a list")
	case len(n.Content) > most:
		r.refuse(n, path, "too_many", fmt.Sprintf("has more than %d entries", most))
	default:
		for i, child := range n.Content {
			read(child, fmt.Sprintf("%s[%d]", path, i))
		}
	}
}

// text reads any scalar as a text of at most so many characters, so that a code such as 012 needs no quotes.
func (r *rulesReader) text(n *yaml.Node, path string, most int) string {
	if !r.plain(n, path) {
		return ""
	}
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null":
		r.refuse(n, path, "form", "is not a text")
	case len([]rune(n.Value)) > most:
		r.refuse(n, path, "too_long", fmt.Sprintf("has more than %d characters", most))
	case n.Value == "":
		r.refuse(n, path, "required", "is empty")
	case strings.ContainsFunc(n.Value, unprintable):
		r.refuse(n, path, "characters", "holds characters that cannot be printed")
	default:
		return n.Value
	}
	return ""
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) || r == unicode.ReplacementChar || r == '\uFEFF' || r == '\uFFFE' || r == '\uFFFF'
}

func (r *rulesReader) oneOf(n *yaml.Node, path string, allowed []string) string {
	value := r.text(n, path, maxSpelling)
	if value != "" && !slices.Contains(allowed, value) {
		r.refuse(n, path, "unknown", "is not one of the allowed values")
		return ""
	}
	return value
}

func (r *rulesReader) number(n *yaml.Node, path string, least, most int) int {
	return int(r.whole(n, path, int64(least), int64(most)))
}

func (r *rulesReader) whole(n *yaml.Node, path string, least, most int64) int64 {
	if !r.plain(n, path) {
		return 0
	}
	value, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil || strconv.FormatInt(value, 10) != n.Value {
		r.refuse(n, path, "form", "is not a whole number")
		return 0
	}
	if value < least || value > most {
		r.refuse(n, path, "out_of_range", fmt.Sprintf("is %d to %d", least, most))
		return 0
	}
	return value
}

func (r *rulesReader) truth(n *yaml.Node, path string) bool {
	if !r.plain(n, path) {
		return false
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		r.refuse(n, path, "form", "is true or false")
		return false
	}
	return n.Value == "true"
}

func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
