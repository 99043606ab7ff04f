// Package jsonfile reads our own JSON form of bank statements and advices; schema.json is its definition. A file holds one or
// several objects after each other, each either {"statement": {…}, "transactions": […]}, the statement first, or
// {"advice": {…}}. Amounts are integers of the currency's minor unit, as everywhere in the API; dates are YYYY-MM-DD.
//
// A transaction or advice that is not of the form is refused and the rest is read; a file that is not JSON ends the reading. One
// transaction or advice has at most 16 MiB. Batches are not known here: each transaction is an entry of its own.
//
// The API, the command line and tests read by it through domain/remittance/formats; it imports the normal form and the leaves.
package jsonfile

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"arrears/domain/remittance"
)

//go:embed schema.json
var schema []byte

// Schema returns the JSON schema of one object of a file.
func Schema() []byte { return append([]byte{}, schema...) }

const (
	format   = "json"
	maxValue = 16 << 20
)

// Read reads objects to the end of in. Errors are those of the sink and of in, and malformed input by remittance.Malformed.
func Read(in io.Reader, to remittance.Sink) error {
	source := &source{in: transform.NewReader(in, unicode.BOMOverride(transform.Nop)), left: maxValue, line: 1}
	r := &reader{source: source, decoder: json.NewDecoder(source), to: to}
	r.decoder.UseNumber()
	for n := 0; ; n++ {
		err := r.object()
		if errors.Is(err, io.EOF) && n > 0 {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return remittance.Malformed(1, "file", remittance.CodeUnknownFormat, "the file is empty")
		}
		if err != nil {
			return err
		}
	}
}
