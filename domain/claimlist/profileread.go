package claimlist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
)

// profileFile is a profile as it is written; Profile is what it means.
type profileFile struct {
	Name          string                    `yaml:"name"`
	Description   string                    `yaml:"description"`
	Source        string                    `yaml:"source"`
	Format        Format                    `yaml:"format"`
	Encoding      intake.Encoding           `yaml:"encoding"`
	Delimiter     string                    `yaml:"delimiter"`
	Records       string                    `yaml:"records"`
	Decimal       string                    `yaml:"decimal"`
	Thousands     []string                  `yaml:"thousands"`
	Signs         map[string]money.Currency `yaml:"signs"`
	Currency      money.Currency            `yaml:"currency"`
	Negative      Negative                  `yaml:"negative"`
	Dates         []string                  `yaml:"dates"`
	Excel         bool                      `yaml:"excel_dates"`
	Deleted       []string                  `yaml:"deleted"`
	Columns       []columnFile              `yaml:"columns"`
	IgnoreUnknown bool                      `yaml:"ignore_unknown"`
}

type columnFile struct {
	Header   string            `yaml:"header"`
	Field    Field             `yaml:"field"`
	Optional bool              `yaml:"optional"`
	Required bool              `yaml:"required"`
	Values   map[string]string `yaml:"values"`
}

// LoadProfile reads a profile written in YAML (or JSON, which is YAML) and checks it against itself; what it does not say
// takes the default that docs/claimlists.md states. Error: CodeMalformedProfile with the path of each field that is wrong.
func LoadProfile(text []byte) (*Profile, error) {
	if len(text) > maxProfile {
		return nil, fault.Newf(fault.TooLarge, CodeMalformedProfile, "a profile has at most %d bytes", maxProfile)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var file profileFile
	if err := decoder.Decode(&file); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, CodeMalformedProfile, "the profile cannot be read: "+printable(err.Error(), 200))
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

// printable keeps a text to what a line can show.
func printable(s string, most int) string {
	return clip(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s), most)
}

// profile fills in the defaults and reads the layouts.
func (f *profileFile) profile() (*Profile, []fault.Field) {
	p := &Profile{
		Name: f.Name, Description: f.Description, Source: or(f.Source, f.Name), Format: Format(or(string(f.Format), string(CSV))),
		Encoding: intake.Encoding(or(string(f.Encoding), string(intake.UTF8))), Records: f.Records, Decimal: or(f.Decimal, "."),
		Thousands: f.Thousands, Signs: f.Signs, Currency: f.Currency, Negative: Negative(or(string(f.Negative), string(NegativeRefused))),
		Excel: f.Excel, IgnoreUnknown: f.IgnoreUnknown,
	}
	var problems []fault.Field
	switch delimiter := or(f.Delimiter, ","); delimiter {
	case ",", ";", "\t", "|":
		p.Delimiter = delimiter[0]
	default:
		problems = append(problems, wrong("delimiter", "a delimiter is one of , ; | or a tab"))
	}
	if f.Thousands == nil {
		p.Thousands = usualThousands(p.Decimal)
	}
	for _, value := range f.Deleted {
		p.Deleted = append(p.Deleted, dispute.NormalForm(value))
	}
	layouts := f.Dates
	if len(layouts) == 0 {
		layouts = []string{"YYYY-MM-DD"}
	}
	for i, text := range layouts {
		layout, err := intake.ParseLayout(text)
		if err != nil {
			problems = append(problems, wrong(fmt.Sprintf("dates[%d]", i), "it is not a date layout such as YYYY-MM-DD"))
			continue
		}
		p.Dates = append(p.Dates, layout)
	}
	for _, c := range f.Columns {
		p.Columns = append(p.Columns, c.column())
	}
	return p, problems
}

// usualThousands are what stands between groups where the profile says nothing.
func usualThousands(decimal string) []string {
	spaces := []string{" ", "\u00a0", "\u202f", "'", "’"}
	if decimal == "," {
		return append([]string{"."}, spaces...)
	}
	return append([]string{","}, spaces...)
}

func (c *columnFile) column() Column {
	column := Column{Header: c.Header, Field: c.Field, Optional: c.Optional, Required: c.Required}
	if c.Values != nil {
		column.Values = map[string]string{}
		for written, meant := range c.Values {
			column.Values[dispute.NormalForm(written)] = meant
		}
	}
	return column
}

var profileName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// check finds everything in a profile that contradicts itself; all at once, so that it is mended in one go.
func (p *Profile) check() []fault.Field {
	var problems []fault.Field
	add := func(ok bool, path, message string) {
		if !ok {
			problems = append(problems, wrong(path, message))
		}
	}
	add(profileName.MatchString(p.Name), "name", "a name has 1 to 63 lower-case letters, digits, - and _")
	add(len(p.Source) <= 100 && plain(p.Source) && p.Source != "", "source", "a source has 1 to 100 printable characters")
	add(p.Format == CSV || p.Format == JSON, "format", "a format is csv or json")
	add(p.Encoding == intake.UTF8 || p.Encoding == intake.Windows1252, "encoding", "an encoding is utf-8 or windows-1252")
	add(p.Records == "" || p.Format == JSON, "records", "only a JSON list has a path")
	add(len(p.Records) <= 200, "records", "a path has at most 200 characters")
	add(p.Decimal == "." || p.Decimal == ",", "decimal", "a decimal separator is . or ,")
	for i, sep := range p.Thousands {
		known := slices.Contains([]string{",", ".", "'", "’", " ", "\u00a0", "\u202f"}, sep)
		add(known && sep != p.Decimal, fmt.Sprintf("thousands[%d]", i), "a thousands separator is , . ' ’ or a blank, and not the decimal separator")
	}
	add(p.Currency == "" || p.Currency.Valid(), "currency", "it is not a known currency code")
	for sign, currency := range p.Signs {
		add(currency.Valid() && isSign(sign), "signs", "a sign is one currency sign, and means a known currency")
	}
	add(slices.Contains([]Negative{NegativeRefused, NegativeClaim, NegativeReversal}, p.Negative), "negative", "it is refused, claim or reversal")
	add(len(p.Deleted) == 0 || p.hasColumn(FieldStatus), "deleted", "without a column for the field status no row is deleted")
	add(!slices.Contains(p.Deleted, ""), "deleted", "a value has letters or digits")
	return append(problems, p.checkColumns()...)
}

func isSign(s string) bool {
	runes := []rune(s)
	return len(runes) == 1 && unicode.Is(unicode.Sc, runes[0])
}

func (p *Profile) checkColumns() []fault.Field {
	if len(p.Columns) > MaxColumns {
		return []fault.Field{wrong("columns", "there are too many columns")}
	}
	var problems []fault.Field
	headers, fields := map[string]bool{}, map[Field]bool{}
	for i, c := range p.Columns {
		path := fmt.Sprintf("columns[%d]", i)
		key := headerKey(c.Header)
		if key == "" || len(c.Header) > 200 {
			problems = append(problems, wrong(path+".header", "a header has 1 to 200 characters"))
		}
		if headers[key] {
			problems = append(problems, wrong(path+".header", "the header is mapped twice"))
		}
		if !slices.Contains(Fields(), c.Field) {
			problems = append(problems, wrong(path+".field", "there is no such field"))
		}
		if fields[c.Field] {
			problems = append(problems, wrong(path+".field", "the field is mapped twice"))
		}
		if c.Optional && c.Required {
			problems = append(problems, wrong(path+".required", "a column that may be missing cannot require a value"))
		}
		headers[key], fields[c.Field] = true, true
	}
	if !fields[FieldAmount] {
		problems = append(problems, wrong("columns", "a column for the field amount is missing"))
	}
	if !fields[FieldCustomerNumber] && !fields[FieldCustomerName] {
		problems = append(problems, wrong("columns", "a column for the field customer_number or customer_name is missing"))
	}
	return problems
}

// plain reports whether a text has printable characters only.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// headerKey is how headers are compared: case and outer blanks do not matter.
func headerKey(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func wrong(path, message string) fault.Field {
	return fault.Field{Path: path, Code: CodeMalformedProfile, Message: message}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
