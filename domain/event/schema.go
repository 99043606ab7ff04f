package event

import (
	"encoding/json"
	"slices"
)

// dialect is the JSON Schema that the schemas are written in.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// The forms that several schemas share.
const (
	patternDate     = `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`
	patternInstant  = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$`
	patternID       = `^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`
	patternType     = `^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`
	patternCode     = `^[A-Za-z0-9][A-Za-z0-9_.+/-]*$`
	patternHash     = `^[0-9a-f]{64}$`
	patternCurrency = `^[A-Z]{3}$`
	patternRate     = `^[0-9]+(\.[0-9]+)?$`
)

// object is a JSON object in the making; its keys are written in their order by name.
type object = map[string]any

// Schema returns the JSON Schema of the type's events, which needs no other. Fields that it does not name may come with a
// later release.
func (t TypeInfo) Schema() ([]byte, error) {
	properties := object{}
	required := []string{}
	for _, f := range t.Fields() {
		properties[f.Name] = f.schema()
		if !f.Optional {
			required = append(required, f.Name)
		}
	}
	slices.Sort(required)
	all := envelopeProperties()
	all["type"] = object{"const": t.Name}
	all["data"] = object{"type": "object", "properties": properties, "required": required}
	return write(document(t.Name, t.Doc+" Since "+t.Since+".", all))
}

// EnvelopeSchema returns the JSON Schema of what all events have in common.
func EnvelopeSchema() ([]byte, error) {
	return write(document("envelope", "What all events have in common. Ids, amounts, dates and codes, never names, addresses or texts.", envelopeProperties()))
}

func document(name, doc string, properties object) object {
	return object{
		"$schema": dialect, "$id": "urn:arrears:event:" + name, "title": name, "description": doc, "type": "object",
		"required": []string{"id", "type", "position", "at", "actor", "subject", "data"}, "properties": properties,
	}
}

func envelopeProperties() object {
	text := func(doc string) object { return object{"type": "string", "minLength": 1, "description": doc} }
	return object{
		"id":            matching(patternID, "The event's id, the same however often it is read or delivered."),
		"type":          matching(patternType, "What happened; a follower ignores types that it does not know."),
		"position":      object{"type": "integer", "minimum": 1, "description": "The event's place in the record; it only grows, with gaps."},
		"at":            matching(patternInstant, "When it happened, by the installation's business clock."),
		"business_date": matching(patternDate, "The civil date of it in the time zone that mattered; absent where none did."),
		"actor":         text("Who did it: a principal's id, or the part of the system."),
		"subject": object{
			"type": "object", "required": []string{"kind", "id"}, "description": "What it happened to.",
			"properties": object{"kind": text("What it is."), "id": matching(patternID, "Its id.")},
		},
		"customer_id": matching(patternID, "Whose history it belongs to; absent where it belongs to none."),
		"invoice_id":  matching(patternID, "Which invoice's history it belongs to; absent where it belongs to none or to several."),
		"data":        object{"type": "object", "description": "What the type's own schema says."},
	}
}

// schema is the schema of the field's value.
func (f Field) schema() object {
	switch f.Form {
	case FormAmount, FormCount:
		return object{"type": "integer", "minimum": 0, "description": f.Doc}
	case FormFlag:
		return object{"type": "boolean", "description": f.Doc}
	case FormFields:
		return object{"type": "array", "items": object{"type": "string", "pattern": patternCode}, "description": f.Doc}
	case FormRates:
		return object{"type": "array", "items": rateSchema(), "description": f.Doc}
	case FormEnum:
		values := slices.Clone(f.Values)
		if f.Empty {
			values = append([]string{""}, values...)
		}
		return object{"enum": values, "description": f.Doc}
	case FormKey:
		return f.text(object{"type": "string", "maxLength": 200, "description": f.Doc})
	}
	return f.text(matching(patterns()[f.Form], f.Doc))
}

// rateSchema is the schema of one exchange rate.
func rateSchema() object {
	return object{
		"type": "object", "required": []string{"base", "quote", "valid_on", "rate", "source"},
		"properties": object{
			"base":     matching(patternCurrency, "The currency that was converted."),
			"quote":    matching(patternCurrency, "The currency that it was converted into."),
			"valid_on": matching(patternDate, "The day of the rate; of two, the earlier."),
			"rate":     matching(patternRate, "What one unit of base is worth in quote."),
			"source":   object{"type": "string", "description": "Who says so."},
			"how":      object{"enum": []string{"inverse", "cross"}, "description": "How it was computed; absent for a rate that stands in the table."},
			"via":      matching(patternCurrency, "The currency that a cross rate goes over."),
		},
	}
}

// text lets a text be empty where that stands for no value.
func (f Field) text(schema object) object {
	if !f.Empty {
		schema["minLength"] = 1
		return schema
	}
	if pattern, ok := schema["pattern"].(string); ok {
		schema["pattern"] = "^$|" + pattern
	}
	return schema
}

func patterns() map[Form]string {
	return map[Form]string{
		FormID: patternID, FormDate: patternDate, FormInstant: patternInstant, FormCurrency: patternCurrency, FormHash: patternHash,
		FormCode: patternCode, FormRate: patternRate,
	}
}

func matching(pattern, doc string) object {
	return object{"type": "string", "pattern": pattern, "description": doc}
}

func write(schema object) ([]byte, error) {
	raw, err := json.MarshalIndent(schema, "", "  ")
	return append(raw, '\n'), err
}
