package claimlist

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"arrears/domain/fault"
	"arrears/domain/intake"
)

// taken is one row of a list taken apart: values by header, or the code that says why it could not be.
type taken struct {
	line   int64
	raw    intake.Raw
	code   string
	detail string
}

// readCSV takes a CSV list apart. Errors: intake.CodeEmptyFile, intake.CodeFileEncoding, intake.CodeHeader, CodeTooManyRows.
func (p *Profile) readCSV(in io.Reader) ([]taken, error) {
	table, err := intake.NewTable(in, p.Encoding, p.Delimiter)
	if err != nil {
		return nil, err
	}
	header, err := table.Next()
	if errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, intake.CodeEmptyFile, "the list is empty")
	}
	if err != nil {
		return nil, err
	}
	if header.Code != "" {
		return nil, fault.Fields(intake.CodeHeader, "the header cannot be read", headerField("", "it is not a row of separated values"))
	}
	if err := p.checkHeader(header.Fields); err != nil {
		return nil, err
	}
	var rows []taken
	for {
		row, err := table.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		if len(rows) == MaxRows {
			return nil, tooMany()
		}
		rows = append(rows, takeRow(row, header.Fields))
	}
}

func takeRow(row intake.TableRow, headers []string) taken {
	t := taken{line: row.Line, raw: intake.Raw{Bytes: bytes.Clone(row.Raw)}, code: row.Code}
	switch {
	case row.Code == intake.CodeRowTooLong:
		t.detail = "the row is too long"
	case row.Code != "":
		t.detail = "a quotation mark stands where none may"
	case len(row.Fields) != len(headers):
		t.code, t.detail = intake.CodeColumnCount, fmt.Sprintf("the row has %d columns, the header %d", len(row.Fields), len(headers))
	default:
		t.raw.Fields = make(map[string]string, len(headers))
		for i, value := range row.Fields {
			t.raw.Fields[headers[i]] = value
		}
	}
	return t
}

// checkHeader refuses a header that lacks a column, has one twice or has one that the profile does not know.
func (p *Profile) checkHeader(headers []string) error {
	var problems []fault.Field
	seen := map[string]bool{}
	for _, h := range headers {
		key := headerKey(h)
		switch {
		case !utf8.ValidString(h):
			problems = append(problems, headerField("", "the header is not text of the profile's encoding"))
		case seen[key] && (key != "" || !p.IgnoreUnknown):
			problems = append(problems, headerField(h, "the column is there twice"))
		case !p.IgnoreUnknown && p.column(key) == nil:
			problems = append(problems, headerField(h, "the profile does not know this column"))
		}
		seen[key] = true
	}
	for _, c := range p.Columns {
		if !c.Optional && !seen[headerKey(c.Header)] {
			problems = append(problems, headerField(c.Header, "the column is missing"))
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return fault.Fields(intake.CodeHeader, "the header does not fit the profile "+p.Name, problems...)
}

func (p *Profile) column(key string) *Column {
	for i := range p.Columns {
		if headerKey(p.Columns[i].Header) == key {
			return &p.Columns[i]
		}
	}
	return nil
}

func headerField(column, message string) fault.Field {
	return fault.Field{Path: or(printable(strings.ToValidUTF8(column, "�"), 100), "header"), Code: intake.CodeHeader, Message: message}
}

func tooMany() error {
	return fault.Newf(fault.TooLarge, CodeTooManyRows, "a list has at most %d rows", MaxRows)
}

// readJSON takes a JSON list apart. Errors: CodeMalformedFile, CodeTooManyRows, intake.CodeEmptyFile.
func (p *Profile) readJSON(in io.Reader) ([]taken, error) {
	text, err := io.ReadAll(io.LimitReader(in, MaxJSON+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxJSON {
		return nil, fault.Newf(fault.TooLarge, CodeMalformedFile, "a JSON list has at most %d bytes", MaxJSON)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, fault.New(fault.Invalid, intake.CodeEmptyFile, "the list is empty")
	}
	if p.Records != "" {
		for _, name := range strings.Split(p.Records, ".") {
			var object map[string]json.RawMessage
			if err := json.Unmarshal(text, &object); err != nil || object[name] == nil {
				return nil, fault.Newf(fault.Invalid, CodeMalformedFile, "the document has no list at %.100q", p.Records)
			}
			text = object[name]
		}
	}
	var records []json.RawMessage
	if err := json.Unmarshal(text, &records); err != nil {
		return nil, fault.New(fault.Invalid, CodeMalformedFile, "the document is not a JSON list of records")
	}
	if len(records) > MaxRows {
		return nil, tooMany()
	}
	rows := make([]taken, 0, len(records))
	for i, record := range records {
		rows = append(rows, p.takeRecord(int64(i+1), record))
	}
	return rows, nil
}

func (p *Profile) takeRecord(line int64, record json.RawMessage) taken {
	t := taken{line: line, raw: intake.Raw{Bytes: record}}
	fields := map[string]string{}
	d := json.NewDecoder(bytes.NewReader(record))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		t.code, t.detail = intake.CodeMalformedRow, "the record is not a JSON object"
		return t
	}
	if !p.flatten(d, fields, "", 0) {
		t.code, t.detail = intake.CodeColumnCount, "the record names a member twice, has too many of them or nests too deep"
		return t
	}
	t.raw.Fields = fields
	if unknown := p.unknown(fields); unknown != "" && !p.IgnoreUnknown {
		t.code, t.detail = intake.CodeColumnCount, "the profile does not know the member "+printable(unknown, 100)
	}
	return t
}

// maxNesting bounds how deep the members of a record are looked for.
const maxNesting = 5

// flatten writes the scalar members of the object that was just opened by their paths; lists are no values of claims and are
// passed over. It is false for a member that is there twice: nobody knows which is right.
func (p *Profile) flatten(d *json.Decoder, into map[string]string, path string, depth int) bool {
	for d.More() {
		name, err := d.Token()
		member, isName := name.(string)
		if err != nil || !isName || depth > maxNesting {
			return false
		}
		if path != "" {
			member = path + "." + member
		}
		if _, twice := into[member]; twice || len(into) >= MaxColumns || !p.member(d, into, member, depth) {
			return false
		}
	}
	_, err := d.Token()
	return err == nil
}

// member reads the value of a member.
func (p *Profile) member(d *json.Decoder, into map[string]string, member string, depth int) bool {
	value, err := d.Token()
	if err != nil {
		return false
	}
	switch v := value.(type) {
	case json.Delim:
		if v == '{' {
			return p.flatten(d, into, member, depth+1)
		}
		return pass(d)
	case json.Number: // a JSON number has a point, whatever the profile's texts have
		into[member] = strings.Replace(v.String(), ".", p.Decimal, 1)
	case string:
		into[member] = v
	case bool:
		into[member] = fmt.Sprint(v)
	default:
		into[member] = ""
	}
	return true
}

// pass reads to the end of the list that was just opened.
func pass(d *json.Decoder) bool {
	for open := 1; open > 0; {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			open++
		case json.Delim(']'), json.Delim('}'):
			open--
		}
	}
	return true
}

func (p *Profile) unknown(fields map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if p.column(headerKey(name)) == nil {
			return name
		}
	}
	return ""
}
