package intake

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"arrears/domain/calendar"
)

// reading is one row while it is read.
type reading struct {
	*Record
	profile *Profile
	options Options
	values  map[Field]string
	columns map[Field]*Column
}

// read turns a record into a row of the normal form, or says everything that is wrong with it.
func (r *Reader) read(rec record) Record {
	out := Record{Line: rec.line, Raw: Raw{Bytes: rec.raw}}
	if rec.code != "" {
		field, message := r.malformed(rec)
		out.Refuse(field, rec.code, message)
		return out
	}
	if len(rec.fields) != len(r.headers) {
		out.Refuse("", CodeColumnCount, fmt.Sprintf("the row has %d columns, the header %d", len(rec.fields), len(r.headers)))
		return out
	}
	in := reading{Record: &out, profile: r.profile, options: r.options, values: map[Field]string{}, columns: map[Field]*Column{}}
	out.Raw.Fields = make(map[string]string, len(r.headers))
	for i, value := range rec.fields {
		out.Raw.Fields[r.headers[i]] = value
		if column := r.columns[i]; column != nil {
			in.take(column, value)
		}
	}
	for f, value := range r.profile.Constants {
		in.values[f] = value
	}
	if marker := r.profile.ControlMarker; marker != "" && in.values[FieldNumber] == marker {
		in.control()
		return out
	}
	row := in.row()
	out.Number = row.Number
	in.dueDates(&row)
	if _, refused := out.Refused(); !refused {
		out.Row = &row
		in.oddities(&row)
	}
	return out
}

func (r *Reader) malformed(rec record) (Field, string) {
	if rec.code == CodeRowTooLong {
		return "", fmt.Sprintf("the line is longer than %d bytes", MaxLine)
	}
	if rec.field < len(r.columns) && r.columns[rec.field] != nil {
		return r.columns[rec.field].Field, "a quotation mark stands where none may"
	}
	return "", "a quotation mark stands where none may"
}

// take cleans one value and keeps it, or says why it cannot be read.
func (in *reading) take(c *Column, raw string) {
	in.columns[c.Field] = c
	if !utf8.ValidString(raw) {
		in.Refuse(c.Field, CodeRowEncoding, "the value is not text of the profile's encoding")
		return
	}
	value := in.profile.normalise(raw)
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) {
		in.Refuse(c.Field, CodeControlCharacter, "the value contains a character that is no text")
		return
	}
	if c.Values != nil {
		meant, listed := c.meaning(value)
		if !listed {
			in.Refuse(c.Field, CodeUnknownValue, fmt.Sprintf("%.50q is not one of the values that the profile knows", value))
			return
		}
		value = meant
	}
	if value == "" && c.Required {
		in.Refuse(c.Field, CodeMissingValue, "a value is missing")
		return
	}
	in.values[c.Field] = value
}

// meaning looks a value up; case does not matter.
func (c *Column) meaning(value string) (string, bool) {
	for written, meant := range c.Values {
		if strings.EqualFold(written, value) {
			return meant, true
		}
	}
	return "", false
}

// refusedField reports whether the field has a problem already, so that one mistake is reported once.
func (in *reading) refusedField(f Field) bool {
	for _, p := range in.Problems {
		if p.Severity == Refused && p.Field == string(f) {
			return true
		}
	}
	return false
}

// text returns a value of at most limit characters; a required one may not be blank.
func (in *reading) text(f Field, limit int, required bool) string {
	value := in.values[f]
	switch {
	case in.refusedField(f):
		return ""
	case value == "" && required:
		in.Refuse(f, CodeMissingValue, "a value is missing")
	case utf8.RuneCountInString(value) > limit:
		in.Refuse(f, CodeTooLong, fmt.Sprintf("the value has more than %d characters", limit))
		return ""
	}
	return value
}

// date returns a date, or none for a blank.
func (in *reading) date(f Field, required bool) calendar.Date {
	value := in.text(f, 40, required)
	if value == "" {
		return 0
	}
	date, ambiguous, ok := readDate(value, in.columns[f].Dates)
	if !ok {
		in.Refuse(f, CodeMalformedDate, fmt.Sprintf("%.40q is not a date of the form %s", value, layoutNames(in.columns[f].Dates)))
		return 0
	}
	if ambiguous {
		in.Flag(f, CodeAmbiguousDate, fmt.Sprintf("%.40q can be read as several dates; it was read as %s", value, date))
	}
	return date
}

func layoutNames(layouts []DateLayout) string {
	names := make([]string, len(layouts))
	for i, l := range layouts {
		names[i] = l.text
	}
	return strings.Join(names, " or ")
}

// oneOf returns a value that valid accepts, or blank.
func (in *reading) oneOf(f Field, valid func(string) bool) string {
	value := in.text(f, 100, false)
	if value != "" && !valid(value) {
		in.Refuse(f, CodeUnknownValue, fmt.Sprintf("%.50q is not valid here", value))
		return ""
	}
	return value
}
