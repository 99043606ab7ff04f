package api

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/fault"
)

// maxFields bounds how many wrong fields one answer names.
const maxFields = 50

// fieldCodes maps the keyword that a value failed to the stable code of the field.
var fieldCodes = map[string]string{
	"required": "request.required", "type": "request.type", "nullable": "request.type", "enum": "request.enum",
	"pattern": "request.format", "format": "request.format", "minLength": "request.length", "maxLength": "request.length",
	"minimum": "request.range", "maximum": "request.range", "exclusiveMinimum": "request.range", "multipleOf": "request.range",
	"exclusiveMaximum": "request.range", "minItems": "request.items", "maxItems": "request.items", "uniqueItems": "request.items",
	"minProperties": "request.items", "maxProperties": "request.items",
}

// checkValue holds a value against a schema and returns what is wrong, all at once. prefix names where the value stands.
func checkValue(schema *openapi3.Schema, value any, prefix string, options ...openapi3.SchemaValidationOption) []fault.Field {
	options = append(options, openapi3.MultiErrors(), openapi3.EnableFormatValidation(),
		openapi3.WithStringFormatValidator("date", openapi3.NewCallbackValidator(isDate)),
		openapi3.WithStringFormatValidator("date-time", openapi3.NewCallbackValidator(isInstant)),
		openapi3.WithStringFormatValidator("uuid", openapi3.NewCallbackValidator(isUUID)),
		openapi3.WithStringFormatValidator("email", openapi3.NewCallbackValidator(isEmail)))
	err := schema.VisitJSON(value, options...)
	var fields []fault.Field
	collect(err, prefix, &fields)
	slices.SortStableFunc(fields, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	fields = slices.Compact(fields)
	return fields[:min(len(fields), maxFields)]
}

// collect flattens the validator's error tree into fields.
func collect(err error, prefix string, into *[]fault.Field) {
	if err == nil {
		return
	}
	var many openapi3.MultiError
	if errors.As(err, &many) {
		for _, one := range many {
			collect(one, prefix, into)
		}
		return
	}
	var se *openapi3.SchemaError
	if !errors.As(err, &se) {
		*into = append(*into, fault.Field{Path: prefix, Code: CodeInvalidRequest, Message: "does not fit the specification"})
		return
	}
	path := pointer(prefix, se.JSONPointer())
	if se.SchemaField == "properties" {
		*into = append(*into, unknownMembers(path, se)...)
		return
	}
	code, known := fieldCodes[se.SchemaField]
	if !known {
		code = CodeInvalidRequest
	}
	*into = append(*into, fault.Field{Path: path, Code: code, Message: message(se)})
}

// unknownMembers names the members of an object that its schema does not know.
func unknownMembers(path string, se *openapi3.SchemaError) []fault.Field {
	object, _ := se.Value.(map[string]any)
	var fields []fault.Field
	for name := range object {
		if _, known := se.Schema.Properties[name]; !known {
			fields = append(fields, fault.Field{Path: join(path, clip(name)), Code: CodeUnknownField, Message: "is not a known field"})
		}
	}
	return fields
}

// clip bounds a name that came from outside.
func clip(name string) string {
	if len(name) > 64 {
		return strings.ToValidUTF8(name[:64], "") + "…"
	}
	return name
}

func pointer(prefix string, parts []string) string {
	path := prefix
	for _, part := range parts {
		if _, err := strconv.Atoi(part); err == nil {
			path += "[" + part + "]"
			continue
		}
		path = join(path, clip(part))
	}
	return path
}

// message says in words what a field must be. It never repeats the value.
func message(se *openapi3.SchemaError) string {
	s := se.Schema
	switch se.SchemaField {
	case "required":
		return "is required"
	case "type", "nullable":
		return "must be of type " + strings.Join(s.Type.Slice(), " or ")
	case "enum":
		return "must be one of " + enumText(s.Enum)
	case "format":
		return "must be a valid " + s.Format
	case "pattern":
		return "must match " + s.Pattern
	case "minLength", "maxLength":
		return "must have " + bounds(strconv.FormatUint(s.MinLength, 10), optional(s.MaxLength)) + " characters"
	case "minimum", "maximum":
		return "must be " + bounds(decimal(s.Min), decimal(s.Max))
	case "minItems", "maxItems":
		return "must have " + bounds(strconv.FormatUint(s.MinItems, 10), optional(s.MaxItems)) + " elements"
	case "uniqueItems":
		return "must not name anything twice"
	case "minProperties":
		return "must name at least one field"
	}
	return "does not fit the specification"
}

func enumText(values []any) string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		texts = append(texts, fmt.Sprint(v))
	}
	return strings.Join(texts, ", ")
}

func bounds(low, high string) string {
	switch {
	case high == "":
		return "at least " + low
	case low == "":
		return "at most " + high
	}
	return low + " to " + high
}

func optional(n *uint64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatUint(*n, 10)
}

func decimal(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

func isDate(s string) error {
	_, err := calendar.ParseDate(s)
	return err
}

func isInstant(s string) error {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err
}

func isUUID(s string) error {
	if len(s) != 36 {
		return errors.New("not a UUID")
	}
	return uuid.Validate(s)
}

func isEmail(s string) error {
	address, err := mail.ParseAddress(s)
	if err == nil && address.Address != s {
		return errors.New("not a bare address")
	}
	return err
}
