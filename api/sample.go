package api

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// sampleDepth bounds how deep a sample nests.
const sampleDepth = 8

// sample makes a value that fits the schema: the documentation shows it, and tests send it. all asks for every field and
// not only for the required ones.
func sample(schema *openapi3.Schema, all bool) any { return sampleAt(schema, "", all, 0) }

func sampleAt(schema *openapi3.Schema, name string, all bool, depth int) any {
	switch {
	case len(schema.Examples) > 0:
		return copyOf(schema.Examples[0])
	case schema.Example != nil:
		return copyOf(schema.Example)
	case len(schema.Enum) > 0:
		return sampleEnum(schema.Enum)
	case schema.Type.Is("object"):
		return sampleObject(schema, all, depth)
	case schema.Type.Is("array"):
		if schema.Items == nil || depth >= sampleDepth {
			return []any{}
		}
		return []any{sampleAt(schema.Items.Value, strings.TrimSuffix(name, "s"), all, depth+1)}
	case schema.Type.Is("integer"):
		return sampleInteger(schema, name)
	case schema.Type.Is("boolean"):
		return true
	}
	return sampleText(schema, name)
}

// copyOf copies an example, so that whoever changes a sample does not change the specification.
func copyOf(value any) any {
	switch v := value.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, member := range v {
			object[name] = copyOf(member)
		}
		return object
	case []any:
		array := make([]any, 0, len(v))
		for _, element := range v {
			array = append(array, copyOf(element))
		}
		return array
	}
	return value
}

// sampleEnum prefers a value that says something over the empty text that clears.
func sampleEnum(values []any) any {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return values[0]
}

func sampleObject(schema *openapi3.Schema, all bool, depth int) any {
	object := map[string]any{}
	if depth >= sampleDepth {
		return object
	}
	required := map[string]bool{}
	for _, name := range schema.Required {
		required[name] = true
	}
	for name, property := range schema.Properties {
		if required[name] || all || schema.MinProps > 0 {
			object[name] = sampleAt(property.Value, name, all, depth+1)
		}
	}
	if extra := schema.AdditionalProperties.Schema; extra != nil && len(schema.Properties) == 0 {
		object["amount"] = sampleAt(extra.Value, "value", all, depth+1)
	}
	return object
}

func sampleInteger(schema *openapi3.Schema, name string) any {
	value := int64(1)
	if strings.HasSuffix(name, "_minor") {
		value = 123450
	}
	if schema.Min != nil && value < int64(*schema.Min) {
		value = int64(*schema.Min)
	}
	if schema.Max != nil && value > int64(*schema.Max) {
		value = int64(*schema.Max)
	}
	return value
}

// samples by format, by name and by pattern, in this order.
func sampleText(schema *openapi3.Schema, name string) any {
	switch schema.Format {
	case "uuid":
		return "018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b40"
	case "date":
		return "2026-03-31"
	case "date-time":
		return "2026-03-31T08:15:00Z"
	case "email":
		return "accounts@example.com"
	}
	if text, known := sampleByName(name); known {
		return text
	}
	if text, known := sampleByPattern(schema.Pattern); known {
		return text
	}
	text := "text"
	if schema.MaxLength != nil && uint64(len(text)) > *schema.MaxLength {
		text = text[:*schema.MaxLength]
	}
	return text
}

func sampleByName(name string) (string, bool) {
	texts := map[string]string{
		"number": "R-1001", "name": "Example Ltd", "source": "erp", "time_zone": "Europe/Berlin", "calendar": "DE", "language": "en",
		"country": "DE", "email": "accounts@example.com", "webhook": "https://example.com/hook", "phone": "+49 30 0000000",
		"reason": "other", "policy_key": "standard", "default_policy": "standard", "key": "standard", "segment": "small",
		"collector": "dana", "assignee": "dana", "reply_domain": "example.com", "from_address": "billing@example.com",
	}
	text, known := texts[name]
	return text, known
}

func sampleByPattern(pattern string) (string, bool) {
	switch {
	case strings.Contains(pattern, "[A-Z]{3}"):
		return "EUR", true
	case strings.Contains(pattern, "[A-Z]{2}"):
		return "DE", true
	case strings.Contains(pattern, "[0-9a-f]{64}"):
		return strings.Repeat("0a", 32), true
	case strings.Contains(pattern, "[0-9a-fA-F]{8}"):
		return "018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b40", true
	case strings.HasPrefix(pattern, "^https"):
		return "https://example.com", true
	}
	return "", false
}
