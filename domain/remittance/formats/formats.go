// Package formats knows all the formats of bank files and advices: it tells by a file's beginning which one it is, and reads it.
// It is the one door to the parsers; app, the command line and tests come through it. A CSV is read by its profile alone,
// because nothing in it says what its columns mean. Callers wrap the sink in remittance.Check.
package formats

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"

	"golang.org/x/text/encoding/unicode"

	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/domain/remittance/bai2"
	"arrears/domain/remittance/camt"
	"arrears/domain/remittance/csvfile"
	"arrears/domain/remittance/jsonfile"
	"arrears/domain/remittance/lockbox"
	"arrears/domain/remittance/mail"
	"arrears/domain/remittance/mt940"
	"arrears/domain/remittance/x12"
)

// Format is a family of files.
type Format string

// The formats.
const (
	Camt  Format = "camt"
	MT940 Format = "mt940"
	BAI2  Format = "bai2"
	// Lockbox is a BAI lockbox file of records with fixed positions.
	Lockbox Format = "lockbox"
	X12     Format = "x12"
	JSON    Format = "json"
	Mail    Format = "mail" // or the plain text of an advice
	CSV     Format = "csv"  // by a profile
)

// All lists the formats in the order in which people meet them.
func All() []Format { return []Format{Camt, MT940, BAI2, Lockbox, X12, CSV, JSON, Mail} }

// Known reports whether the format is one of All.
func (f Format) Known() bool {
	for _, known := range All() {
		if f == known {
			return true
		}
	}
	return false
}

// HeadSize is how many bytes of a file Detect needs at most.
const HeadSize = 4096

var (
	swiftTag    = regexp.MustCompile(`(?m)^:(20|25|28C?|60[FM]|61|62[FM]|86|940):`)
	lockboxHead = regexp.MustCompile(`^1[0-9]{2}[A-Za-z0-9 ]{20}[0-9]{6}`)
	adviceKey   = regexp.MustCompile(`(?mi)^(payer|remitting|amount|payment amount|check amount|invoices?|invoice numbers?|deductions?|check number)[ \t]*:`)
)

// Detect tells a file's format by its first bytes; false when nothing gives it away, as with CSV.
func Detect(head []byte) (Format, bool) {
	text := plain(head)
	switch {
	case bytes.HasPrefix(text, []byte("<")):
		return Camt, bytes.Contains(text, []byte("Document")) || bytes.Contains(text, []byte("BkToCstmr"))
	case bytes.HasPrefix(text, []byte("{1:")), swiftTag.Match(text):
		return MT940, true
	case bytes.HasPrefix(text, []byte("{")):
		return JSON, true
	case bytes.HasPrefix(text, []byte("01,")):
		return BAI2, true
	case lockboxHead.Match(text):
		return Lockbox, true
	case segment(text, "ISA"), segment(text, "GS"), segment(text, "ST"):
		return X12, true
	case mail.IsMessage(text), len(adviceKey.FindAll(text, 3)) > 1:
		return Mail, true
	}
	return "", false
}

// segment reports whether a text begins with a segment of the name: what separates its elements is no letter, digit or blank.
func segment(text []byte, name string) bool {
	if !bytes.HasPrefix(text, []byte(name)) || len(text) <= len(name) {
		return false
	}
	b := text[len(name)]
	return bytes.IndexByte([]byte("*|^~!+:>'#$%&/<=?@`{}\\"), b) >= 0 || b > 0 && b < ' ' && b != '\n' && b != '\t'
}

// plain is the head as UTF-8 with one kind of line end, without a byte order mark and blanks before it.
func plain(head []byte) []byte {
	if len(head) > HeadSize {
		head = head[:HeadSize]
	}
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		if decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(head[:len(head)&^1]); err == nil {
			head = decoded
		}
	}
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	return bytes.ReplaceAll(head, []byte{'\r'}, []byte{'\n'})
}

// Options say how a file is read where it does not tell itself.
type Options struct {
	Format   Format           // empty: by Detect, or CSV when there is a profile
	Profile  *csvfile.Profile // of a CSV
	Currency money.Currency   // of formats that may leave it out
}

// Read reads a file and returns the format by which it was read. Errors are those of the sink and of in, and malformed input by
// remittance.Malformed.
func Read(in io.Reader, o Options, to remittance.Sink) (Format, error) {
	format := o.Format
	buffered := bufio.NewReaderSize(in, HeadSize)
	if format == "" && o.Profile != nil {
		format = CSV
	}
	if format == "" {
		head, err := buffered.Peek(HeadSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		found, ok := Detect(head)
		if !ok {
			return "", remittance.Malformed(1, "file", remittance.CodeUnknownFormat, "the beginning tells none of the known formats; a CSV needs a profile")
		}
		format = found
	}
	return format, read(format, buffered, o, to)
}

func read(format Format, in io.Reader, o Options, to remittance.Sink) error {
	switch format {
	case Camt:
		return camt.Read(in, to)
	case MT940:
		return mt940.Read(in, mt940.Options{}, to)
	case BAI2:
		return bai2.Read(in, bai2.Options{Currency: o.Currency}, to)
	case Lockbox:
		return lockbox.Read(in, lockbox.Options{Currency: o.Currency}, to)
	case X12:
		return x12.Read(in, x12.Options{Currency: o.Currency}, to)
	case JSON:
		return jsonfile.Read(in, to)
	case Mail:
		return mail.Read(in, mail.Options{Currency: o.Currency}, to)
	case CSV:
		if o.Profile == nil {
			return remittance.Malformed(1, "profile", csvfile.CodeUnknownProfile, "a CSV needs a profile")
		}
		return csvfile.Read(in, o.Profile, to)
	}
	return remittance.Malformed(1, "format", remittance.CodeUnknownFormat, "%.20q is not a known format", string(format))
}
