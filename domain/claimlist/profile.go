package claimlist

import (
	"slices"

	"arrears/domain/intake"
	"arrears/domain/money"
)

// Format is how a list is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	JSON Format = "json"
)

// Negative says what an amount below zero means.
type Negative string

// The meanings.
const (
	// NegativeRefused: such a row goes to quarantine.
	NegativeRefused Negative = "refused"
	// NegativeClaim: the list writes what was deducted below zero.
	NegativeClaim Negative = "claim"
	// NegativeReversal: the customer took the deduction back.
	NegativeReversal Negative = "reversal"
)

// Field is what a column means to us.
type Field string

// The fields of the normal form.
const (
	FieldReference      Field = "claim_reference"
	FieldCustomerNumber Field = "customer_number"
	FieldCustomerName   Field = "customer_name"
	FieldInvoiceNumber  Field = "invoice_number"
	FieldAmount         Field = "amount" // in major units
	FieldCurrency       Field = "currency"
	FieldTakenOn        Field = "taken_on"
	FieldReason         Field = "reason"       // the customer's code
	FieldReasonWords    Field = "reason_words" // in its words
	FieldKind           Field = "kind"         // deduction or dispute, by the column's values
	FieldStatus         Field = "status"       // tells deleted rows
)

// Fields lists all fields in the order of the normal form.
func Fields() []Field {
	return []Field{
		FieldReference, FieldCustomerNumber, FieldCustomerName, FieldInvoiceNumber, FieldAmount, FieldCurrency, FieldTakenOn, FieldReason,
		FieldReasonWords, FieldKind, FieldStatus,
	}
}

// Profile says how one kind of list is written. It is data: see LoadProfile and docs/claimlists.md.
type Profile struct {
	Name        string
	Description string
	// Source is the name under which the rows of its lists are known; loading one again finds them by it.
	Source    string
	Format    Format
	Encoding  intake.Encoding
	Delimiter byte
	// Records is the path of the list in a JSON document, dots between names; empty: the document is the list.
	Records string
	// Decimal separates the fraction; Thousands are what may stand between groups of three digits.
	Decimal   string
	Thousands []string
	// Signs are currency signs and what they mean here, such as "$".
	Signs map[string]money.Currency
	// Currency is that of rows that state none.
	Currency money.Currency
	Negative Negative
	// Dates are the layouts of the list's dates. A text that two of them read as different days is ambiguous.
	Dates []intake.DateLayout
	// Excel reads whole numbers from 20000 to 80000 as days since 30 December 1899, as spreadsheets count them.
	Excel bool
	// Deleted are the values of the status column that mean: this row does not count. In normal form.
	Deleted []string
	Columns []Column
	// IgnoreUnknown accepts columns that the profile does not name; else they refuse the list.
	IgnoreUnknown bool
	// Text is the profile as it was written, so that a load can keep what it was read by.
	Text string
}

// Column maps one column of a CSV list, or one member of a JSON record (dots between names), to a field.
type Column struct {
	Header string
	Field  Field
	// Optional columns may be missing; Required values may not be blank.
	Optional, Required bool
	// Values replaces what is written (in normal form) by what is meant; others are refused. Nil: as written.
	Values map[string]string
}

func (p *Profile) hasColumn(f Field) bool {
	return slices.ContainsFunc(p.Columns, func(c Column) bool { return c.Field == f })
}
