// Package claimlist reads the lists in which customers tell what they deducted: CSV or JSON, by profiles as data that say how
// a list is written. Amounts and dates come in many shapes; a row is read into the one normal form or refused with line,
// field and code, and nothing is guessed. It also writes lists of cases and the package that goes to a customer's portal. It
// is pure: it gets readers and writers, opens nothing, stores nothing and knows no clock. It decides nothing about a claim
// (dispute does). app, api and the command line import it; it imports dispute, intake and the domain's leaves.
package claimlist

// Bounds, each with its reason.
const (
	// MaxRows bounds a list: a customer deducts thousands of amounts in a year, not more.
	MaxRows = 100_000
	// MaxJSON bounds a JSON list in bytes, because it is held in memory.
	MaxJSON = 32 << 20
	// MaxColumns bounds the fields of one row.
	MaxColumns = 200
	// maxProfile bounds a profile in bytes.
	maxProfile = 128 << 10
	// maxValue bounds one value in bytes; the customer's words are the longest.
	maxValue = 8000
)

// Codes of errors that refuse a whole list; nothing of it is loaded. Those of package intake are used besides.
const (
	CodeMalformedProfile = "claimlist.malformed_profile"
	CodeUnknownProfile   = "claimlist.unknown_profile"
	CodeMalformedFile    = "claimlist.malformed_file"
	CodeTooManyRows      = "claimlist.too_many_rows"
)

// Codes of problems that refuse one row; it goes to quarantine. Those of package intake are used besides.
const (
	CodeAmbiguousDate    = "claimlist.ambiguous_date"
	CodeAmbiguousAmount  = "claimlist.ambiguous_amount"
	CodeNegativeAmount   = "claimlist.negative_amount"
	CodeCurrencyDiffers  = "claimlist.currency_differs"
	CodeConflictingRow   = "claimlist.conflicting_row"
	CodeUnknownCustomer  = "claimlist.unknown_customer"
	CodeCustomerDiffers  = "claimlist.customer_differs"
	CodeAmbiguousName    = "claimlist.ambiguous_customer"
	CodeUnknownKindValue = "claimlist.unknown_kind"
)

// Codes of rows that are shown to a person though nothing is refused.
const (
	CodeDuplicateRow   = "claimlist.duplicate_row"
	CodeDeletedButOpen = "claimlist.deleted_but_open"
	CodeAmountDiffers  = "claimlist.amount_differs"
)
