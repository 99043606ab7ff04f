package jsonfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"arrears/domain/remittance"
)

var errTooLarge = errors.New("one value is too large")

// source bounds what is read for one value and knows where lines end.
type source struct {
	in   io.Reader
	left int
	read int64
	line int64   // of the last offset that was asked for
	ends []int64 // offsets of line ends that were not passed yet
}

// Read reads at most what one value may have.
func (s *source) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, errTooLarge
	}
	if len(p) > s.left {
		p = p[:s.left]
	}
	n, err := s.in.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			s.ends = append(s.ends, s.read+int64(i))
		}
	}
	s.read += int64(n)
	s.left -= n
	return n, err
}

// at returns the line of an offset; offsets grow.
func (s *source) at(offset int64) int64 {
	passed := 0
	for passed < len(s.ends) && s.ends[passed] < offset {
		passed++
	}
	s.line += int64(passed)
	s.ends = append(s.ends[:0], s.ends[passed:]...)
	return s.line
}

type reader struct {
	source  *source
	decoder *json.Decoder
	to      remittance.Sink
}

func (r *reader) line() int64 { return r.source.at(r.decoder.InputOffset()) }

// broken turns an error of the JSON reader into one with a line.
func (r *reader) broken(err error, field string) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, errTooLarge):
		return remittance.Malformed(r.line(), field, remittance.CodeTooLarge, "one value has more than %d bytes", maxValue)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return remittance.Malformed(r.line(), field, remittance.CodeTruncated, "the file ends inside an object")
	case errors.As(err, &syntax):
		return remittance.Malformed(r.line(), field, remittance.CodeMalformed, "this is not JSON")
	}
	return err
}

func (r *reader) token(field string, want json.Delim) error {
	t, err := r.decoder.Token()
	if err != nil {
		return r.broken(err, field)
	}
	if t != want {
		return remittance.Malformed(r.line(), field, remittance.CodeMalformed, "%s is expected here", want)
	}
	return nil
}

// raw reads one whole value and tells the line where it starts.
func (r *reader) raw(field string) (json.RawMessage, int64, error) {
	r.source.left = maxValue
	var value json.RawMessage
	if err := r.decoder.Decode(&value); err != nil {
		return nil, 0, r.broken(err, field)
	}
	return value, r.source.at(r.decoder.InputOffset() - int64(len(value))), nil
}

// object reads one object of the file; io.EOF when there is none.
func (r *reader) object() error {
	r.source.left = maxValue
	t, err := r.decoder.Token()
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	if err != nil {
		return r.broken(err, "file")
	}
	if t != json.Delim('{') {
		return remittance.Malformed(r.line(), "file", remittance.CodeUnknownFormat, "an object is expected here")
	}
	open := openStatement{}
	for r.decoder.More() {
		key, err := r.decoder.Token()
		if err != nil {
			return r.broken(err, "file")
		}
		if err := r.member(fmt.Sprint(key), &open); err != nil {
			return err
		}
	}
	if err := r.token("file", '}'); err != nil {
		return err
	}
	if !open.any {
		return remittance.Malformed(r.line(), "file", remittance.CodeUnknownFormat, "the object has neither a statement nor an advice")
	}
	if open.begun {
		return r.to.End(open.Statement)
	}
	return nil
}

// openStatement is the statement whose transactions come.
type openStatement struct {
	remittance.Statement
	begun bool
	count int
	done  bool // its transactions were there
	any   bool // a statement or an advice was told
}

func (r *reader) member(key string, open *openStatement) error {
	open.any = true
	switch {
	case key == "statement" && !open.begun:
		return r.statement(open)
	case key == "transactions" && open.begun && !open.done:
		open.done = true
		return r.transactions(open)
	case key == "advice" && !open.begun:
		return r.advice()
	}
	return remittance.Malformed(r.line(), remittance.Clean(key, 40), remittance.CodeUnknownElement, "this member is not known, or not here")
}

func (r *reader) statement(open *openStatement) error {
	value, line, err := r.raw("statement")
	if err != nil {
		return err
	}
	var form statementForm
	if wrong := strict(value, &form); wrong != "" {
		return remittance.Malformed(line, "statement", remittance.CodeMalformed, "%s", wrong)
	}
	s, why := form.normal()
	if why != nil {
		return remittance.Malformed(line, "statement/"+why.field, why.code, "%s", why.message)
	}
	s.Line = line
	open.Statement, open.begun = s, true
	return r.to.Begin(s)
}

func (r *reader) transactions(open *openStatement) error {
	if err := r.token("transactions", '['); err != nil {
		return err
	}
	for r.decoder.More() {
		value, line, err := r.raw("transactions")
		if err != nil {
			return err
		}
		open.count++
		var form transactionForm
		if wrong := strict(value, &form); wrong != "" {
			if err := r.refuse(line, "transactions", remittance.CodeMalformed, wrong); err != nil {
				return err
			}
			continue
		}
		t, why := form.normal(open)
		if why != nil {
			if err := r.refuse(line, "transactions/"+why.field, why.code, why.message); err != nil {
				return err
			}
			continue
		}
		t.Line = line
		if err := r.to.Transaction(t); err != nil {
			return err
		}
	}
	return r.token("transactions", ']')
}

func (r *reader) advice() error {
	value, line, err := r.raw("advice")
	if err != nil {
		return err
	}
	var form adviceForm
	if wrong := strict(value, &form); wrong != "" {
		return r.refuse(line, "advice", remittance.CodeMalformed, wrong)
	}
	a, why := form.normal()
	if why != nil {
		return r.refuse(line, "advice/"+why.field, why.code, why.message)
	}
	a.Line = line
	if sum, told := remittance.PaidBy(a.Lines); told && sum != a.Minor {
		if err := r.to.Problem(remittance.Problem{Severity: remittance.Alarm, Line: line, Field: "advice/lines", Code: remittance.CodeLinesDiffer,
			Message: fmt.Sprintf("the lines add up to %d, the payment is %d (minor units of %s)", sum, a.Minor, a.Currency)}); err != nil {
			return err
		}
	}
	return r.to.Advice(a)
}

func (r *reader) refuse(line int64, field, code, message string) error {
	return r.to.Problem(remittance.Problem{Severity: remittance.Refused, Line: line, Field: field, Code: code, Message: message})
}

// strict decodes a value whose members must all be known, and says what is wrong with it: nothing when it fits.
func strict(value []byte, to any) (wrong string) {
	d := json.NewDecoder(bytes.NewReader(value))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	var other *json.UnmarshalTypeError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &other) && other.Field != "":
		return fmt.Sprintf("%s may not be a %s", other.Field, other.Value)
	}
	return remittance.Clean(strings.TrimPrefix(err.Error(), "json: "), 200)
}
