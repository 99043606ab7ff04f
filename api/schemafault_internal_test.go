package api

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
)

// wrong returns the one field that is wrong.
func wrong(t *testing.T, schema *openapi3.Schema, value any) fault.Field {
	t.Helper()
	fields := checkValue(schema, value, "it")
	require.Len(t, fields, 1)
	require.Equal(t, "it", fields[0].Path)
	return fields[0]
}

func TestEachKeywordHasItsCodeAndItsWords(t *testing.T) {
	t.Parallel()
	text := openapi3.NewStringSchema
	number := openapi3.NewIntegerSchema
	cases := []struct {
		schema        *openapi3.Schema
		value         any
		code, message string
	}{
		{text(), 1, "request.type", "must be of type string"},
		{text(), nil, "request.type", "must be of type string"},
		{number(), "1", "request.type", "must be of type integer"},
		{text().WithEnum("a", "b"), "c", "request.enum", "must be one of a, b"},
		{text().WithPattern("^a$"), "b", "request.format", "must match ^a$"},
		{text().WithFormat("date"), "2026-02-29", "request.format", "must be a valid date"},
		{text().WithFormat("uuid"), "{018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b40}", "request.format", "must be a valid uuid"},
		{text().WithFormat("email"), "A <a@example.com>", "request.format", "must be a valid email"},
		{text().WithFormat("date-time"), "2026-03-31", "request.format", "must be a valid date-time"},
		{text().WithMinLength(2).WithMaxLength(3), "a", "request.length", "must have 2 to 3 characters"},
		{text().WithMaxLength(1), "ab", "request.length", "must have 0 to 1 characters"},
		{number().WithMin(1).WithMax(5), int64(6), "request.range", "must be 1 to 5"},
		{number().WithMin(1), int64(0), "request.range", "must be at least 1"},
		{openapi3.NewArraySchema().WithMinItems(1).WithItems(text()), []any{}, "request.items", "must have at least 1 elements"},
	}
	for _, c := range cases {
		got := wrong(t, c.schema, c.value)
		require.Equal(t, c.code, got.Code)
		require.Equal(t, c.message, got.Message)
	}
}

func TestValuesThatFitAreLeftAlone(t *testing.T) {
	t.Parallel()
	for format, value := range map[string]string{
		"date": "2024-02-29", "uuid": sampleID, "email": "a@example.com", "date-time": "2026-03-31T08:15:00.123+02:00", "unknown": "anything",
	} {
		require.Empty(t, checkValue(openapi3.NewStringSchema().WithFormat(format), value, "it"), format)
	}
}

func TestNoMessageRepeatsWhatWasSent(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	require.NoError(t, err)
	for name, ref := range c.doc.Components.Schemas {
		if !ref.Value.Type.Is("object") {
			continue
		}
		value := map[string]any{}
		for property := range ref.Value.Properties {
			value[property] = "s3cret-value"
		}
		for _, field := range checkValue(ref.Value, value, "") {
			require.NotContains(t, field.Message, "s3cret", "%s.%s", name, field.Path)
			require.NotContains(t, field.Path, "s3cret", name)
		}
	}
}

func TestAnErrorOfNoSchemaIsStillAnAnswer(t *testing.T) {
	t.Parallel()
	var fields []fault.Field
	collect(openapi3.ErrSchemaInputNaN, "it", &fields)
	require.Equal(t, []fault.Field{{Path: "it", Code: CodeInvalidRequest, Message: "does not fit the specification"}}, fields)
	require.Equal(t, "does not fit the specification", message(&openapi3.SchemaError{Schema: openapi3.NewSchema(), SchemaField: "not"}))
}
