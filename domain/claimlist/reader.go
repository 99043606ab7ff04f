package claimlist

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
)

// Read reads a whole list: every row is a claim, deleted, there twice, or refused. Errors: intake.CodeEmptyFile,
// intake.CodeFileEncoding, intake.CodeHeader, CodeMalformedFile, CodeTooManyRows, and what the reader fails with.
func Read(in io.Reader, p *Profile) ([]Record, error) {
	read := p.readCSV
	if p.Format == JSON {
		read = p.readJSON
	}
	rows, err := read(in)
	if err != nil {
		return nil, err
	}
	records := make([]Record, 0, len(rows))
	for _, t := range rows {
		records = append(records, p.record(t))
	}
	settle(records)
	return records, nil
}

// Again reads one row that a person corrected: values by header, through the same rules as a row of a list. Error:
// intake.CodeHeader for a header that the profile does not know.
func Again(p *Profile, fields map[string]string) (Record, error) {
	headers := make([]string, 0, len(fields))
	for h := range fields {
		headers = append(headers, h)
	}
	slices.Sort(headers)
	var raw strings.Builder
	for _, h := range headers {
		if !p.IgnoreUnknown && p.column(headerKey(h)) == nil {
			return Record{}, fault.Fields(intake.CodeHeader, "the row does not fit the profile "+p.Name, headerField(h, "the profile does not know this column"))
		}
		fmt.Fprintf(&raw, "%s\x1f", fields[h])
	}
	return p.record(taken{line: 1, raw: intake.Raw{Bytes: []byte(raw.String()), Fields: fields}}), nil
}

// reading is one row while it is read.
type reading struct {
	*Record
	profile *Profile
	values  map[Field]string
}

// record turns a row into the normal form, or says everything that is wrong with it.
func (p *Profile) record(t taken) Record {
	out := Record{Line: t.line, Raw: t.raw}
	if t.code != "" {
		out.Refuse("", t.code, t.detail)
		return out
	}
	r := reading{Record: &out, profile: p, values: map[Field]string{}}
	seen := map[*Column]bool{}
	for _, header := range slices.Sorted(maps.Keys(t.raw.Fields)) {
		column := p.column(headerKey(header))
		switch {
		case column == nil:
		case seen[column]:
			out.Refuse(column.Field, intake.CodeColumnCount, "the column is there twice")
		default:
			seen[column] = true
			r.take(column, t.raw.Fields[header])
		}
	}
	for _, c := range p.Columns {
		if c.Required && r.values[c.Field] == "" {
			r.missing(c.Field)
		}
	}
	row := r.row()
	if _, refused := out.Refused(); !refused {
		out.Row = &row
	}
	return out
}

// take keeps one value.
func (r *reading) take(c *Column, value string) {
	value = strings.TrimSpace(value)
	switch {
	case !utf8.ValidString(value):
		r.Refuse(c.Field, intake.CodeRowEncoding, "the value is not text of the profile's encoding")
		return
	case len(value) > maxValue:
		r.Refuse(c.Field, intake.CodeTooLong, "the value is too long")
		return
	case strings.ContainsFunc(value, forbidden):
		r.Refuse(c.Field, intake.CodeControlCharacter, "the value has a control character")
		return
	}
	if c.Values != nil {
		meant, known := c.Values[dispute.NormalForm(value)]
		if !known {
			r.Refuse(c.Field, intake.CodeUnknownValue, fmt.Sprintf("%.60q is none of the values of this column", value))
			return
		}
		value = meant
	}
	r.values[c.Field] = value
}

// forbidden are control characters; line breaks and tabs may stand in what a customer says.
func forbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

func (r *reading) missing(f Field) {
	if !slices.ContainsFunc(r.Problems, func(p intake.Problem) bool { return p.Field == string(f) }) {
		r.Refuse(f, intake.CodeMissingValue, "the value is missing")
	}
}

// The lengths that records of cases have room for, in characters.
const (
	maxReference = 100
	maxWords     = 4000
)

func (r *reading) row() Row {
	row := Row{
		Reference: r.text(FieldReference, maxReference), CustomerNumber: r.text(FieldCustomerNumber, maxReference),
		CustomerName: r.text(FieldCustomerName, 300), InvoiceNumber: r.text(FieldInvoiceNumber, maxReference),
		Reason: r.text(FieldReason, maxReference), ReasonWords: r.text(FieldReasonWords, maxWords),
	}
	if row.CustomerNumber == "" && row.CustomerName == "" {
		field := FieldCustomerNumber
		if !r.profile.hasColumn(field) {
			field = FieldCustomerName
		}
		r.missing(field)
	}
	row.Kind = r.kind()
	row.TakenOn = r.date()
	row.Deleted = r.values[FieldStatus] != "" && slices.Contains(r.profile.Deleted, dispute.NormalForm(r.values[FieldStatus]))
	r.amount(&row)
	return row
}

// text is a value within its length; blanks inside are kept single.
func (r *reading) text(f Field, most int) string {
	value := r.values[f]
	if f != FieldReasonWords {
		value = strings.Join(strings.Fields(value), " ")
	}
	if utf8.RuneCountInString(value) > most {
		r.Refuse(f, intake.CodeTooLong, fmt.Sprintf("the value has more than %d characters", most))
	}
	return value
}

func (r *reading) kind() dispute.Kind {
	switch kind := dispute.Kind(r.values[FieldKind]); kind {
	case "", dispute.Deduction:
		return dispute.Deduction
	case dispute.Contest:
		return kind
	}
	r.Refuse(FieldKind, CodeUnknownKindValue, "a kind is deduction or dispute")
	return dispute.Deduction
}

func (r *reading) date() calendar.Date {
	text := r.values[FieldTakenOn]
	if text == "" {
		return 0
	}
	days := r.profile.readDate(text)
	switch len(days) {
	case 0:
		r.Refuse(FieldTakenOn, intake.CodeMalformedDate, fmt.Sprintf("%.60q is not a date in any layout of the profile", text))
	case 1:
		return days[0]
	default:
		r.Refuse(FieldTakenOn, CodeAmbiguousDate, fmt.Sprintf("%.60q may be %s or %s", text, days[0], days[1]))
	}
	return 0
}

func (r *reading) amount(row *Row) {
	text := r.values[FieldAmount]
	if text == "" {
		r.missing(FieldAmount)
		return
	}
	var stated money.Currency
	if written := strings.ToUpper(r.values[FieldCurrency]); written != "" {
		if stated = money.Currency(written); !stated.Valid() {
			r.Refuse(FieldCurrency, intake.CodeUnknownCurrency, fmt.Sprintf("%.20q is not a known currency code", written))
			return
		}
	}
	minor, currency, code := r.profile.readAmount(text, stated)
	if code != "" {
		r.Refuse(FieldAmount, code, amountMessage(code, text))
		return
	}
	row.Currency, row.AmountMinor = currency, minor
	if minor < 0 {
		r.negative(row)
	}
	if row.AmountMinor == 0 {
		r.Refuse(FieldAmount, intake.CodeNotPositive, "the amount is zero")
	}
}

// negative gives an amount below zero the meaning that the profile says it has.
func (r *reading) negative(row *Row) {
	row.AmountMinor = -row.AmountMinor
	switch r.profile.Negative {
	case NegativeClaim:
	case NegativeReversal:
		row.Deleted = true
	default:
		r.Refuse(FieldAmount, CodeNegativeAmount, "the amount is below zero, and the profile does not say what that means")
	}
}

func amountMessage(code, text string) string {
	text = fmt.Sprintf("%.60q", text)
	switch code {
	case CodeAmbiguousAmount:
		return text + " has three digits behind the decimal separator: it may be thousands"
	case CodeCurrencyDiffers:
		return text + " names another currency than the row"
	case intake.CodeTooPrecise:
		return text + " has more decimals than the currency"
	case intake.CodeUnknownCurrency:
		return text + " is in a currency that nothing names"
	}
	return text + " is not an amount as the profile writes them"
}

// clip shortens a text to at most n bytes without breaking a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
