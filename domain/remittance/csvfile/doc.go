// Package csvfile reads bank statements and remittance advices that banks and payers write as delimited text, by a profile that
// says how: separators, encoding, date layouts, and what each column means. A profile is data (YAML or JSON); schema.json is its
// definition, and Shipped holds examples.
//
// Amounts stand in major units, in one signed column, in a credit and a debit column, or in one column with an indicator. A
// column with the balance after each row proves the statement: opening and closing come from it. An advice's lines are the rows
// that follow each other with one payment reference. Rows are taken apart by domain/intake with its bounds and strictness; a row
// that cannot be read is refused and the others are read.
//
// domain/remittance/formats, the API and tests import it; it imports the normal form, the leaves and domain/intake.
package csvfile

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/remittance"
)

// The codes of profiles.
const (
	CodeMalformedProfile = "remittance.malformed_profile"
	CodeUnknownProfile   = "remittance.unknown_profile"
	// CodeHeader means that the file's header does not fit the profile.
	CodeHeader = "remittance.header"
)

// Read reads a file by its profile. Errors are those of the sink and of in, and malformed input by remittance.Malformed.
func Read(in io.Reader, p *Profile, to remittance.Sink) error {
	text := in
	if p.Encoding == intake.UTF8 {
		text = transform.NewReader(in, unicode.BOMOverride(transform.Nop))
	}
	table, err := intake.NewTable(text, p.Encoding, p.Delimiter[0])
	if err != nil {
		return remittance.Malformed(1, "file", remittance.CodeMalformed, "the file is not in the profile's encoding")
	}
	r := &reader{profile: p, table: table, to: to}
	if err := r.header(); err != nil {
		return err
	}
	var rows rowSink = &statements{reader: r}
	if p.Form == FormAdvice {
		rows = &advices{reader: r}
	}
	for {
		row, err := table.Next()
		if errors.Is(err, io.EOF) {
			return rows.finish()
		}
		if err != nil {
			return err
		}
		values, err := r.values(row)
		if err != nil {
			return err
		}
		if values == nil {
			rows.unread()
			continue
		}
		if err := rows.row(values); err != nil {
			return err
		}
	}
}

// rowSink takes rows as they come.
type rowSink interface {
	row(*values) error
	// unread says that a row could not be taken apart.
	unread()
	finish() error
}

type reader struct {
	profile *Profile
	table   *intake.Table
	to      remittance.Sink
	columns []*Column // by position; nil is not read
}

// header finds the header's row and holds it against the profile.
func (r *reader) header() error {
	row, err := r.table.Next()
	for n := 0; err == nil && n < r.profile.Skip; n++ {
		row, err = r.table.Next()
	}
	if errors.Is(err, io.EOF) {
		return remittance.Malformed(1, "header", remittance.CodeUnknownFormat, "the file has no header")
	}
	if err != nil {
		return err
	}
	if row.Code != "" {
		return remittance.Malformed(row.Line, "header", CodeHeader, "the header cannot be taken apart")
	}
	seen := map[string]bool{}
	for _, h := range row.Fields {
		key := headerKey(h)
		column := r.profile.column(key)
		switch {
		case column != nil && seen[key]:
			return remittance.Malformed(row.Line, "header", CodeHeader, "the column %q is there twice", remittance.Clean(h, 60))
		case column == nil && key != "":
			if err := r.say(remittance.Warning, row.Line, remittance.Clean(h, 60), remittance.CodeUnknownElement, "the profile does not know this column"); err != nil {
				return err
			}
		}
		seen[key] = true
		r.columns = append(r.columns, column)
	}
	for _, c := range r.profile.Columns {
		if !c.Optional && !seen[headerKey(c.Header)] {
			return remittance.Malformed(row.Line, "header", CodeHeader, "the column %q is missing", c.Header)
		}
	}
	return nil
}

func (r *reader) say(severity remittance.Severity, line int64, field, code, message string) error {
	return r.to.Problem(remittance.Problem{Severity: severity, Line: line, Field: field, Code: code, Message: message})
}

// values takes one row apart; nil when it was refused.
func (r *reader) values(row intake.TableRow) (*values, error) {
	if row.Code != "" || len(row.Fields) != len(r.columns) {
		code, message := remittance.CodeMalformed, fmt.Sprintf("the row has %d fields under %d columns", len(row.Fields), len(r.columns))
		if row.Code == intake.CodeRowTooLong {
			code = remittance.CodeTooLarge
		}
		return nil, r.say(remittance.Refused, row.Line, "row", code, message)
	}
	v := &values{profile: r.profile, line: row.Line, text: map[Field]string{}, columns: map[Field]*Column{}}
	for i, c := range r.columns {
		if c == nil {
			continue
		}
		value := remittance.Clean(row.Fields[i], remittance.MaxText)
		if c.Field == FieldText {
			if value != "" && len(v.texts) < remittance.MaxTexts {
				v.texts = append(v.texts, value)
			}
			continue
		}
		v.text[c.Field], v.columns[c.Field] = value, c
	}
	return v, nil
}

// refuse tells what is wrong of a row; a nil refusal is none.
func (r *reader) refuse(v *values, err error) error {
	var e *fault.Error
	if !errors.As(err, &e) {
		return err
	}
	field := "row"
	if len(e.Fields) > 0 {
		field = e.Fields[0].Path
	}
	return r.say(remittance.Refused, v.line, field, e.Code, e.Message)
}
