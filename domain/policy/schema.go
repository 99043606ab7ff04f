package policy

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"arrears/domain/fault"
)

//go:embed schema.json
var schemaText []byte

// Schema returns the JSON Schema of a policy document, YAML or JSON.
func Schema() []byte { return slices.Clone(schemaText) }

// schema compiles the embedded schema once, at first use. It is part of the program, so it always compiles; a test sees to it.
var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	const name = "urn:arrears:policy:1"
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaText))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		return nil, err
	}
	return c.Compile(name)
})

// schemaFields says where the document is not of the published form, ordered by path.
func schemaFields(value any) []fault.Field {
	s, err := schema()
	if err == nil {
		err = s.Validate(value)
	}
	if err == nil {
		return nil
	}
	failure, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return []fault.Field{{Code: CodeMalformed, Message: "cannot be checked against the schema"}}
	}
	var fields []fault.Field
	leaves(failure, value, &fields)
	slices.SortFunc(fields, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return fields
}

// leaves gathers the failures that have no cause of their own.
func leaves(e *jsonschema.ValidationError, value any, fields *[]fault.Field) {
	for _, cause := range e.Causes {
		leaves(cause, value, fields)
	}
	if len(e.Causes) > 0 {
		return
	}
	path := pathOf(e.InstanceLocation, value)
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			*fields = append(*fields, fault.Field{Path: join(path, name), Code: "unknown_field", Message: "is not a field of a policy"})
		}
	case *kind.Required:
		for _, name := range k.Missing {
			*fields = append(*fields, fault.Field{Path: join(path, name), Code: "required", Message: "is required"})
		}
	case *kind.Pattern:
		*fields = append(*fields, fault.Field{Path: path, Code: "pattern", Message: expected(e.InstanceLocation)})
	default:
		code := "form"
		if keyword := e.ErrorKind.KeywordPath(); len(keyword) > 0 {
			code = strings.ToLower(keyword[0])
		}
		text := e.ErrorKind.LocalizedString(message.NewPrinter(language.English))
		*fields = append(*fields, fault.Field{Path: path, Code: code, Message: text})
	}
}

// expected says in words what the pattern at a location wants.
func expected(location []string) string {
	for i := len(location) - 1; i >= 0; i-- {
		switch location[i] {
		case "moment":
			return `is not a moment such as "due + 10 days", "end of month of due + 30 days" or "10 days after previous notice"`
		case "minimum_open", "overdue_total":
			return `is not an amount in major units by currency, such as EUR: "100.00"`
		case "from", "to":
			return `is not a time of the form HH:MM`
		case "closed_days":
			return `is not a date of the form YYYY-MM-DD`
		case "key", "template":
			return "is 1 to 63 lower-case letters, digits, - and _, beginning with a letter or digit"
		}
	}
	return "is not of the expected form"
}

// pathOf writes a location as stages[2].moment. Whether a part is an index is seen from the value there.
func pathOf(location []string, value any) string {
	path := ""
	for _, part := range location {
		switch at := value.(type) {
		case []any:
			path += "[" + part + "]"
			value = element(at, part)
		case map[string]any:
			path = join(path, part)
			value = at[part]
		default:
			path = join(path, part)
		}
	}
	return path
}

func element(list []any, index string) any {
	var i int
	if _, err := fmt.Sscan(index, &i); err != nil || i < 0 || i >= len(list) {
		return nil
	}
	return list[i]
}
