package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"arrears/domain/fault"
	"arrears/domain/money"
)

// maxControls bounds a control file: one line per customer and currency.
const maxControls = 1_000_000

// Control is what a source states about a customer's open items in one currency: how many there are and their sum.
type Control struct {
	CustomerNumber string
	Currency       money.Currency
	Count          int64
	SumMinor       int64
}

// ControlKey is what control totals are kept by.
type ControlKey struct {
	CustomerNumber string
	Currency       money.Currency
}

// Key returns what the total is about.
func (c Control) Key() ControlKey { return ControlKey{c.CustomerNumber, c.Currency} }

// control reads a control row: number is the marker, amount the sum, control_count the count.
func (in *reading) control() {
	key := Row{CustomerNumber: in.text(FieldCustomerNumber, 100, true)}
	currency := money.Currency(or(in.text(FieldCurrency, 10, false), string(in.options.Currency)))
	if !currency.Valid() {
		in.Refuse(FieldCurrency, CodeUnknownCurrency, fmt.Sprintf("%.12q is not a known currency code", string(currency)))
		return
	}
	sum, ok := in.amount(FieldAmount, currency, true)
	count, err := strconv.ParseInt(in.text(FieldControlCount, 10, true), 10, 64)
	if err != nil || count < 0 || sum < 0 {
		in.Refuse(FieldControlCount, CodeMalformedControl, "a control row states how many items are open and their sum")
		return
	}
	if _, refused := in.Refused(); ok && !refused {
		in.Control = &Control{CustomerNumber: key.CustomerNumber, Currency: currency, Count: count, SumMinor: sum}
	}
}

// controlFile is a control total as it is written in JSON.
type controlFile struct {
	CustomerNumber string `json:"customer_number"`
	Currency       string `json:"currency"`
	Count          *int64 `json:"count"`
	Sum            string `json:"sum"`
}

// ReadControls reads control totals from a file of their own: a JSON array of objects, or CSV with a header, both with
// customer_number, currency, count and sum (a plain decimal number). Error: CodeMalformedControl with line or index, when
// anything is malformed or a customer and currency are there twice: half a control proves nothing.
func ReadControls(in io.Reader) ([]Control, error) {
	r := &Reader{profile: &Profile{Encoding: UTF8}, csv: csvReader{lines: newLineReader(in), encoding: UTF8, delimiter: ','}}
	if err := r.skipByteOrderMark(); err != nil {
		return nil, err
	}
	head, err := r.csv.lines.in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("[")) {
		return readControlJSON(r.csv.lines.in)
	}
	return readControlCSV(&r.csv)
}

func readControlJSON(in io.Reader) ([]Control, error) {
	const maxBytes = 256 << 20
	decoder := json.NewDecoder(io.LimitReader(in, maxBytes))
	decoder.DisallowUnknownFields()
	if _, err := decoder.Token(); err != nil {
		return nil, malformedControl("[0]", "it is not a JSON array")
	}
	var found controlSet
	for decoder.More() {
		path := fmt.Sprintf("[%d]", len(found.totals))
		var c controlFile
		if err := decoder.Decode(&c); err != nil || c.Count == nil {
			return nil, malformedControl(path, "it is not an object of customer_number, currency, count and sum")
		}
		if err := found.add(path, c.CustomerNumber, c.Currency, strconv.FormatInt(*c.Count, 10), c.Sum); err != nil {
			return nil, err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, malformedControl(fmt.Sprintf("[%d]", len(found.totals)), "the array does not end")
	}
	return found.totals, nil
}

func readControlCSV(rows *csvReader) ([]Control, error) {
	columns := []string{"customer_number", "currency", "count", "sum"}
	header, err := rows.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err != nil || len(header.fields) != len(columns) {
		return nil, malformedControl("line 1", "the columns are customer_number, currency, count, sum")
	}
	for i, name := range columns {
		if headerKey(header.fields[i]) != name {
			return nil, malformedControl("line 1", "the columns are customer_number, currency, count, sum")
		}
	}
	var found controlSet
	for {
		rec, err := rows.next()
		if errors.Is(err, io.EOF) {
			return found.totals, nil
		}
		if err != nil {
			return nil, err
		}
		path := fmt.Sprintf("line %d", rec.line)
		if len(rec.fields) != len(columns) {
			return nil, malformedControl(path, "the row does not have four columns")
		}
		if err := found.add(path, rec.fields[0], rec.fields[1], rec.fields[2], rec.fields[3]); err != nil {
			return nil, err
		}
	}
}

type controlSet struct {
	totals []Control
	seen   map[ControlKey]bool
}

func (s *controlSet) add(path, customer, currency, count, sum string) error {
	total := Control{CustomerNumber: customer, Currency: money.Currency(currency)}
	amount, err := money.Parse(sum, total.Currency)
	if err != nil || amount.Sign() < 0 {
		return malformedControl(path, "the sum is not an amount of a known currency")
	}
	total.SumMinor = amount.Minor()
	if total.Count, err = strconv.ParseInt(count, 10, 64); err != nil || total.Count < 0 {
		return malformedControl(path, "the count is not a number")
	}
	if customer == "" || len(customer) > 400 || !textual([]byte(customer)) {
		return malformedControl(path, "the customer's number is missing")
	}
	if s.seen == nil {
		s.seen = map[ControlKey]bool{}
	}
	if s.seen[total.Key()] || len(s.totals) >= maxControls {
		return malformedControl(path, "the customer and currency are there twice, or there are too many")
	}
	s.seen[total.Key()] = true
	s.totals = append(s.totals, total)
	return nil
}

func malformedControl(path, message string) error {
	return fault.Fields(CodeMalformedControl, "the control totals cannot be read",
		fault.Field{Path: path, Code: CodeMalformedControl, Message: message})
}
