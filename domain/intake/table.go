package intake

import (
	"io"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Table takes delimited text apart into rows of fields without asking what they mean, with the bounds and the strictness of
// files of invoices. It is used by one goroutine.
type Table struct{ csv csvReader }

// TableRow is one row of a Table: its fields, or the code that says why it could not be taken apart (CodeMalformedRow,
// CodeRowTooLong).
type TableRow struct {
	Line   int64 // of the file, from 1
	Raw    []byte
	Fields []string
	Code   string
}

// NewTable begins to read; a byte order mark is skipped. Error: CodeFileEncoding for UTF-16.
func NewTable(in io.Reader, encoding Encoding, delimiter byte) (*Table, error) {
	r := Reader{profile: &Profile{Encoding: encoding}, csv: csvReader{lines: newLineReader(in), encoding: encoding, delimiter: delimiter}}
	if err := r.skipByteOrderMark(); err != nil {
		return nil, err
	}
	return &Table{csv: r.csv}, nil
}

// Next returns the next row that is not blank, or io.EOF.
func (t *Table) Next() (TableRow, error) {
	rec, err := t.csv.next()
	return TableRow{Line: rec.line, Raw: rec.raw, Fields: rec.fields, Code: rec.code}, err
}

// Parse reads one date; ok is false when the text is not of the layout or not in the calendar.
func (l DateLayout) Parse(s string) (date calendar.Date, ok bool) { return l.parse(s) }

// ReadNumber reads a number with the separators given, as files of invoices write it: a group stands only where one belongs.
// Codes: CodeMalformedAmount, CodeTooPrecise, or "" when it was read.
func ReadNumber(s, decimal, thousands string, c money.Currency) (minor int64, code string) {
	p := Profile{Decimal: decimal, Thousands: thousands}
	return p.readAmount(s, c)
}
