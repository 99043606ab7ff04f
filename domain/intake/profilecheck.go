package intake

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
)

var (
	profileName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	countryCode = regexp.MustCompile(`^[A-Z]{2}$`)
	languageTag = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// constantFields may be the same for all rows of a file.
var constantFields = []Field{FieldCurrency, FieldCountry, FieldLanguage, FieldTimeZone, FieldSegment}

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
	add(p.Encoding == UTF8 || p.Encoding == Windows1252, "encoding", "an encoding is utf-8 or windows-1252")
	add(p.Decimal == "." || p.Decimal == ",", "decimal", "a decimal separator is . or ,")
	add(slices.Contains([]string{"", ",", ".", "'", "’", " ", "\u00a0", "\u202f"}, p.Thousands), "thousands", "a thousands separator is , . ' ’ or a blank")
	add(p.Thousands != p.Decimal, "thousands", "it differs from the decimal separator")
	add(len(p.ControlMarker) <= 50 && plain(p.ControlMarker), "control_marker", "it has at most 50 printable characters")
	add(p.Match == MatchNumber || p.Match == MatchName || p.Match == MatchNumberThenName, "customer.match", "a match is number, name or number_then_name")
	for i, n := range p.Normalise {
		add(n == Trim || n == CollapseSpaces, fmt.Sprintf("normalise[%d]", i), "a normalisation is trim or collapse_spaces")
	}
	for i, o := range p.Requires {
		add(o == OptionAsOf || o == OptionCurrency, fmt.Sprintf("requires[%d]", i), "an option is as_of or currency")
	}
	for i, word := range p.NameNoise {
		add(p.isWord(word), fmt.Sprintf("customer.name_noise[%d]", i), "a noise word is one lower-case word")
	}
	problems = append(problems, p.checkDefaults()...)
	problems = append(problems, p.checkColumns()...)
	return append(problems, p.checkComplete()...)
}

func (p *Profile) isWord(word string) bool {
	return word != "" && word == strings.ToLower(word) && !strings.ContainsFunc(word, func(r rune) bool { return !isNameRune(r) })
}

func (p *Profile) checkDefaults() []fault.Field {
	var problems []fault.Field
	values := map[Field]string{FieldTimeZone: p.TimeZone, FieldLanguage: p.Language, FieldCountry: p.Country}
	for _, f := range []Field{FieldTimeZone, FieldLanguage, FieldCountry} {
		if values[f] != "" && !validConstant(f, values[f]) {
			problems = append(problems, wrong(string(f), "it is not a known "+strings.ReplaceAll(string(f), "_", " ")))
		}
	}
	for _, f := range Fields() {
		value, given := p.Constants[f]
		path := "constants." + string(f)
		switch {
		case !given:
		case !slices.Contains(constantFields, f):
			problems = append(problems, wrong(path, "this field cannot be the same for all rows"))
		case !validConstant(f, value):
			problems = append(problems, wrong(path, "the value is not valid for this field"))
		case p.hasColumn(f):
			problems = append(problems, wrong(path, "the field has a column as well"))
		}
	}
	for f := range p.Constants {
		if !slices.Contains(Fields(), f) {
			problems = append(problems, wrong("constants", "there is no such field"))
		}
	}
	return problems
}

func validConstant(f Field, value string) bool {
	switch f {
	case FieldCurrency:
		return money.Currency(value).Valid()
	case FieldCountry:
		return countryCode.MatchString(value)
	case FieldLanguage:
		return languageTag.MatchString(value)
	case FieldTimeZone:
		_, err := calendar.LoadZone(value)
		return err == nil
	}
	return len(value) <= 100 && plain(value)
}

func (p *Profile) checkColumns() []fault.Field {
	var problems []fault.Field
	if len(p.Columns) > MaxColumns {
		return []fault.Field{wrong("columns", "there are too many columns")}
	}
	headers, fields := map[string]bool{}, map[Field]bool{}
	for i, c := range p.Columns {
		key := headerKey(c.Header)
		switch {
		case key == "" || len(c.Header) > 200:
			problems = append(problems, wrong(columnPath(i, "header"), "a header has 1 to 200 characters"))
		case headers[key]:
			problems = append(problems, wrong(columnPath(i, "header"), "the header is mapped twice"))
		}
		headers[key] = true
		switch {
		case !slices.Contains(Fields(), c.Field):
			problems = append(problems, wrong(columnPath(i, "field"), "there is no such field"))
		case fields[c.Field]:
			problems = append(problems, wrong(columnPath(i, "field"), "the field is mapped twice"))
		}
		fields[c.Field] = true
		if c.Optional && c.Required {
			problems = append(problems, wrong(columnPath(i, "required"), "a column that may be missing cannot require a value"))
		}
	}
	for i, h := range p.Ignored {
		if headers[headerKey(h)] {
			problems = append(problems, wrong(fmt.Sprintf("ignored[%d]", i), "the header is mapped as well"))
		}
	}
	return problems
}

// checkComplete asks for the columns without which no row can be read.
func (p *Profile) checkComplete() []fault.Field {
	var problems []fault.Field
	need := []Field{FieldNumber, FieldAmount, FieldInvoiceDate}
	switch p.Match {
	case MatchNumber:
		need = append(need, FieldCustomerNumber)
	case MatchName:
		need = append(need, FieldCustomerName)
	case MatchNumberThenName:
		need = append(need, FieldCustomerNumber, FieldCustomerName)
	}
	for _, f := range need {
		if !p.hasColumn(f) {
			problems = append(problems, wrong("columns", "a column for the field "+string(f)+" is missing"))
		}
	}
	if !p.currencyKnown("") && !p.requires(OptionCurrency) {
		problems = append(problems, wrong("requires", "without a currency column or constant the option currency is required"))
	}
	return problems
}

// plain reports whether a text has printable characters only.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func isNameRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// headerKey is how headers are compared: case and outer blanks do not matter.
func headerKey(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
