// Package x12 reads two transaction sets of ASC X12: 820 (payment order and remittance advice) and 812 (credit and debit
// adjustment), versions 003010 to 008060, as advices. Other sets in the same file are left aside with a warning.
//
// Separators come from the interchange header (ISA), or from the first segment of a file that begins with GS or ST. Amounts of
// the 820 are decimal numbers in major units (type R). Amounts of the 812 in BCD04 and CDD04 are of type N2: digits with two
// implied decimals, whatever the currency. The sign of an adjustment (ADX) turned with version 003050: since then a negative
// one reduces the payment. Without CUR a currency is the option's, else US dollars, which is the standard's habit.
//
// It proves what the standard lets one prove: the number of segments (SE), sets (GE) and groups (IEA), control numbers, and
// that the lines are the payment. An advice of more than remittance.MaxLines lines is refused. Addresses, contacts, item
// details (IT1, SLN), allowances, taxes and garnishments are known and not read.
//
// It decides nothing about whose invoice it is. domain/remittance/formats and tests import it; it imports the normal form,
// the leaves, and domain/intake for numbers and dates.
package x12

import (
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// The codes of problems that only X12 has.
const (
	CodeControlDiffers = "remittance.control_differs" // a trailer's control number is not its header's
	CodeNoTotal        = "remittance.no_total"        // an amount is missing, so the lines prove nothing
	// CodeAdjustmentsReread: the lines add up only when adjustments are read against the letter of the version.
	CodeAdjustmentsReread = "remittance.adjustments_reread"
)

const (
	maxSegment  = 64 << 10 // bytes of one segment
	maxWords    = 1000     // bytes of the words of one line: there may be many lines
	maxWarnings = 20       // different unknown segments that are told
)

// Options are what a file may not tell.
type Options struct {
	Currency money.Currency // of sets without CUR; empty: USD
}

// Read reads interchanges to the end of in. Errors are those of the sink and of in, and malformed input by
// remittance.Malformed.
func Read(in io.Reader, o Options, to remittance.Sink) error {
	if o.Currency == "" {
		o.Currency = "USD"
	}
	text := transform.NewReader(in, unicode.BOMOverride(transform.Nop))
	r := &reader{segments: newSegmenter(text), options: o, to: to, unknown: map[string]bool{}}
	return r.read()
}
