package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
)

// Options are what whoever loads a file states about it.
type Options struct {
	// AsOf is the date at which the file is cut; none: as of Today.
	AsOf calendar.Date
	// Currency is given to rows of a file that does not say; a currency in the file wins.
	Currency money.Currency
	// Today is the business date, for what is very old or lies far ahead. It must be set.
	Today calendar.Date
}

// Reader reads a file row by row in bounded memory. It is used by one goroutine.
type Reader struct {
	profile *Profile
	options Options
	csv     csvReader
	headers []string
	columns []*Column // by position; nil: not read
	rows    int64
}

// NewReader reads the header and says whether the profile fits the file. Errors, all before any row is read:
// CodeMissingOption, CodeEmptyFile, CodeFileEncoding, CodeHeader with each column that is missing, unknown or twice there.
func NewReader(in io.Reader, p *Profile, o Options) (*Reader, error) {
	if err := p.checkOptions(o); err != nil {
		return nil, err
	}
	r := &Reader{profile: p, options: o}
	r.csv = csvReader{lines: newLineReader(in), encoding: p.Encoding, delimiter: p.Delimiter}
	if err := r.skipByteOrderMark(); err != nil {
		return nil, err
	}
	header, err := r.csv.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fault.New(fault.Invalid, CodeEmptyFile, "the file is empty")
	case err != nil:
		return nil, err
	case header.code != "":
		return nil, fault.Fields(CodeHeader, "the header cannot be read", headerField(header.line, "", "it is not a row of comma-separated values"))
	}
	return r, r.mapColumns(header)
}

// checkOptions asks for the options that the profile requires and refuses those that cannot be.
func (p *Profile) checkOptions(o Options) error {
	var missing []fault.Field
	if p.requires(OptionAsOf) && o.AsOf.IsZero() {
		missing = append(missing, fault.Field{Path: string(OptionAsOf), Code: CodeMissingOption, Message: "this profile needs a date"})
	}
	if !p.currencyKnown(o.Currency) && o.Currency == "" {
		missing = append(missing, fault.Field{Path: string(OptionCurrency), Code: CodeMissingOption, Message: "this profile needs a currency"})
	}
	if o.Currency != "" && !o.Currency.Valid() {
		missing = append(missing, fault.Field{Path: string(OptionCurrency), Code: CodeUnknownCurrency, Message: "it is not a known currency code"})
	}
	if len(missing) == 0 {
		return nil
	}
	return fault.Fields(CodeMissingOption, "the file cannot be read without these", missing...)
}

func (r *Reader) skipByteOrderMark() error {
	head, err := r.csv.lines.in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err := r.csv.lines.in.Discard(3)
		r.csv.lines.size += 3
		return err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return fault.Newf(fault.Invalid, CodeFileEncoding, "the file is UTF-16; the profile reads %s", r.profile.Encoding)
	}
	return nil
}

// mapColumns finds the profile's columns in the header.
func (r *Reader) mapColumns(header record) error {
	var problems []fault.Field
	seen := map[string]bool{}
	for _, h := range header.fields {
		key := headerKey(h)
		column := r.profile.column(key)
		known := column != nil || r.profile.IgnoreUnknown || slices.ContainsFunc(r.profile.Ignored, func(s string) bool { return headerKey(s) == key })
		switch {
		case !utf8.ValidString(h):
			problems = append(problems, headerField(header.line, "", "the header is not text of the profile's encoding"))
		case seen[key]:
			problems = append(problems, headerField(header.line, h, "the column is there twice"))
		case !known:
			problems = append(problems, headerField(header.line, h, "the profile does not know this column"))
		}
		seen[key] = true
		r.headers = append(r.headers, h)
		r.columns = append(r.columns, column)
	}
	for _, c := range r.profile.Columns {
		if !c.Optional && !seen[headerKey(c.Header)] {
			problems = append(problems, headerField(header.line, c.Header, "the column is missing"))
		}
	}
	if len(problems) > 0 {
		return fault.Fields(CodeHeader, "the header does not fit the profile "+r.profile.Name, problems...)
	}
	return nil
}

func (p *Profile) column(key string) *Column {
	for i := range p.Columns {
		if headerKey(p.Columns[i].Header) == key {
			return &p.Columns[i]
		}
	}
	return nil
}

func headerField(lineNumber int64, column, message string) fault.Field {
	path := fmt.Sprintf("line %d", lineNumber)
	if column != "" {
		path += ", " + strings.ToValidUTF8(clip(column, 100), "�")
	}
	return fault.Field{Path: path, Code: CodeHeader, Message: message}
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

// Next returns the next row of the file, read or refused, or io.EOF after the last. Errors: CodeTooManyRows, and what the
// underlying reader fails with; nothing can be read after one.
func (r *Reader) Next() (Record, error) {
	rec, err := r.csv.next()
	if err != nil {
		return Record{}, err
	}
	if r.rows++; r.rows > MaxRows {
		return Record{}, fault.Newf(fault.TooLarge, CodeTooManyRows, "a file has at most %d rows", int64(MaxRows))
	}
	return r.read(rec), nil
}

// Rows returns how many rows were read so far, and Bytes how many bytes of the file.
func (r *Reader) Rows() int64 { return r.rows }

// Bytes returns how many bytes of the file were read so far.
func (r *Reader) Bytes() int64 { return r.csv.lines.size }

// Again reads one row that a person corrected: values by the file's header, through the same rules as a row of a file.
// A header that the profile does not know is refused like one in a file.
func Again(p *Profile, o Options, fields map[string]string) (Record, error) {
	if err := p.checkOptions(o); err != nil {
		return Record{}, err
	}
	r := &Reader{profile: p, options: o}
	header := record{line: 1}
	for h := range fields {
		header.fields = append(header.fields, h)
	}
	slices.Sort(header.fields)
	if err := r.mapColumns(header); err != nil {
		return Record{}, err
	}
	rec := record{line: 1}
	for _, h := range header.fields {
		rec.fields = append(rec.fields, fields[h])
	}
	rec.raw = []byte(strings.Join(rec.fields, "\x1f"))
	return r.read(rec), nil
}
