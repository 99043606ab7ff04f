package remittance

import (
	"fmt"

	"arrears/domain/fault"
)

// Severity says what a problem does.
type Severity string

// The severities of problems.
const (
	// Refused means that a part of the file was not read; nothing of the statement is applied by itself.
	Refused Severity = "refused"
	// Alarm means that the file contradicts itself; nothing of the statement is applied by itself until a person overrides.
	Alarm Severity = "alarm"
	// Warning is told and stops nothing.
	Warning Severity = "warning"
)

// The codes of problems that every format may have; formats add their own below "remittance.".
const (
	CodeMalformed         = "remittance.malformed"
	CodeUnknownFormat     = "remittance.unknown_format"
	CodeTruncated         = "remittance.truncated"
	CodeTooLarge          = "remittance.too_large" // one field, line or payment beyond its bound
	CodeBadAmount         = "remittance.bad_amount"
	CodeBadDate           = "remittance.bad_date"
	CodeUnknownCurrency   = "remittance.unknown_currency"
	CodeBalanceDiffers    = "remittance.balance_differs"    // opening + entries is not closing
	CodeTotalDiffers      = "remittance.total_differs"      // a stated total is not what was counted
	CodeCountDiffers      = "remittance.count_differs"      // a stated count is not what was counted
	CodePartsDiffer       = "remittance.parts_differ"       // an entry's details do not add up to it
	CodeLinesDiffer       = "remittance.lines_differ"       // an advice's lines do not add up to it
	CodeCurrencyDiffers   = "remittance.currency_differs"   // an entry or balance in another currency than the account's
	CodeNoBalance         = "remittance.no_balance"         // an end-of-day statement without balances cannot be proven
	CodeTextReplaced      = "remittance.text_replaced"      // bytes outside the stated encoding were replaced
	CodeUnknownElement    = "remittance.unknown_element"    // something the format does not name, left aside
	CodeUnsupportedStatus = "remittance.unsupported_status" // a status that means nothing here
)

// Problem is one thing that is wrong or odd about a file.
type Problem struct {
	Severity Severity
	Line     int64
	Field    string // in the format's own words: Ntry/Amt, :61:, 16
	Code     string // stable
	Message  string // for people
}

// Sink takes what a parser reads, in the order of the file. An error of the sink ends the reading and is returned as it is.
// Begin, then transactions, then End for each statement; advices stand outside of statements.
type Sink interface {
	// Begin starts a statement, with what its head tells.
	Begin(Statement) error
	Transaction(Transaction) error
	// End finishes the statement, with everything that is known of it now.
	End(Statement) error
	// Advice gives one advice with its lines.
	Advice(Advice) error
	// Problem tells what is wrong; reading goes on.
	Problem(Problem) error
}

// Malformed is the error of a parser that cannot go on: the rest of the file is not read.
func Malformed(line int64, field, code, format string, args ...any) error {
	return fault.New(fault.Invalid, code, fmt.Sprintf("line %d, %s: %s", line, field, fmt.Sprintf(format, args...)))
}
