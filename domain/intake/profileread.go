package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"arrears/domain/fault"
)

// profileFile is a profile as it is written; Profile is what it means.
type profileFile struct {
	Name          string            `yaml:"name"`
	Description   string            `yaml:"description"`
	Source        string            `yaml:"source"`
	Encoding      Encoding          `yaml:"encoding"`
	Delimiter     string            `yaml:"delimiter"`
	Decimal       string            `yaml:"decimal"`
	Thousands     string            `yaml:"thousands"`
	TimeZone      string            `yaml:"time_zone"`
	Language      string            `yaml:"language"`
	Country       string            `yaml:"country"`
	Segment       string            `yaml:"segment"`
	Dates         []string          `yaml:"dates"`
	Columns       []columnFile      `yaml:"columns"`
	Ignored       []string          `yaml:"ignored"`
	IgnoreUnknown bool              `yaml:"ignore_unknown"`
	Constants     map[Field]string  `yaml:"constants"`
	Requires      []Option          `yaml:"requires"`
	Normalise     *[]Normalisation  `yaml:"normalise"`
	Customer      customerMatchFile `yaml:"customer"`
	ControlMarker string            `yaml:"control_marker"`
}

type columnFile struct {
	Header   string            `yaml:"header"`
	Field    Field             `yaml:"field"`
	Optional bool              `yaml:"optional"`
	Required bool              `yaml:"required"`
	Dates    []string          `yaml:"dates"`
	Values   map[string]string `yaml:"values"`
}

type customerMatchFile struct {
	Match     Match    `yaml:"match"`
	NameNoise []string `yaml:"name_noise"`
}

// LoadProfile reads a profile written in YAML (or JSON, which is YAML) and checks it against itself; what it does not say
// takes the default that docs/import.md states. Error: CodeMalformedProfile with the path of each field that is wrong.
func LoadProfile(text []byte) (*Profile, error) {
	if len(text) > maxProfile {
		return nil, fault.Newf(fault.TooLarge, CodeMalformedProfile, "a profile has at most %d bytes", maxProfile)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var file profileFile
	if err := decoder.Decode(&file); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, CodeMalformedProfile, "the profile cannot be read: "+firstLine(err))
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, CodeMalformedProfile, "a profile file holds one profile")
	}
	p, problems := file.profile()
	p.Text = string(text)
	problems = append(problems, p.check()...)
	if len(problems) > 0 {
		return nil, fault.Fields(CodeMalformedProfile, "the profile contradicts itself or the schema", problems...)
	}
	return p, nil
}

// firstLine keeps an error of the YAML reader short; it names lines and keys of the profile, nothing else.
func firstLine(err error) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, clip(err.Error(), 200))
}

// profile fills in the defaults and reads the layouts.
func (f *profileFile) profile() (*Profile, []fault.Field) {
	p := &Profile{
		Name: f.Name, Description: f.Description, Source: or(f.Source, f.Name), Encoding: Encoding(or(string(f.Encoding), string(UTF8))),
		Decimal: or(f.Decimal, "."), Thousands: f.Thousands,
		TimeZone: f.TimeZone, Language: f.Language, Country: f.Country, Segment: f.Segment,
		Ignored: f.Ignored, IgnoreUnknown: f.IgnoreUnknown, Constants: f.Constants, Requires: f.Requires,
		Normalise: []Normalisation{Trim}, Match: Match(or(string(f.Customer.Match), string(MatchNumber))),
		NameNoise: f.Customer.NameNoise, ControlMarker: f.ControlMarker,
	}
	if f.Normalise != nil {
		p.Normalise = *f.Normalise
	}
	var problems []fault.Field
	switch delimiter := or(f.Delimiter, ","); delimiter {
	case ",", ";", "\t", "|":
		p.Delimiter = delimiter[0]
	default:
		problems = append(problems, wrong("delimiter", "a delimiter is one of , ; | or a tab"))
	}
	for i, c := range f.Columns {
		column, bad := c.column(i, f.Dates)
		p.Columns = append(p.Columns, column)
		problems = append(problems, bad...)
	}
	return p, problems
}

func (c *columnFile) column(index int, shared []string) (Column, []fault.Field) {
	column := Column{Header: c.Header, Field: c.Field, Optional: c.Optional, Required: c.Required, Values: c.Values}
	if !c.Field.isDate() && c.Field != FieldInstalments {
		if len(c.Dates) > 0 {
			return column, []fault.Field{wrong(columnPath(index, "dates"), "only date columns have layouts")}
		}
		return column, nil
	}
	texts := c.Dates
	if len(texts) == 0 {
		texts = shared
	}
	if len(texts) == 0 {
		texts = []string{"YYYY-MM-DD"}
	}
	var problems []fault.Field
	for _, text := range texts {
		layout, err := ParseLayout(text)
		if err != nil {
			problems = append(problems, wrong(columnPath(index, "dates"), err.Error()))
			continue
		}
		column.Dates = append(column.Dates, layout)
	}
	return column, problems
}

func (f Field) isDate() bool {
	return f == FieldInvoiceDate || f == FieldDueDate || f == FieldSettledDate
}

func columnPath(index int, name string) string { return fmt.Sprintf("columns[%d].%s", index, name) }

func wrong(path, message string) fault.Field {
	return fault.Field{Path: path, Code: CodeMalformedProfile, Message: message}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
