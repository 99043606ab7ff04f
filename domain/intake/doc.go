// Package intake reads files of invoices: profiles as data say how a file is written, a bounded streaming reader takes it
// apart, and every row is either read into the one normal form or refused with line, field and code. It also holds the
// control totals of a full list. It is pure: it gets readers and dates, opens nothing, stores nothing and knows no clock.
// app loads what it reads. Every room may import it; it imports the domain's leaves alone.
package intake

// Bounds, each with its reason.
const (
	// MaxLine bounds one physical line and one record in bytes: what is longer is not an invoice but a broken quote.
	MaxLine = 1 << 20
	// MaxRows bounds a file: more rows than that belong in several files, each with a report that people can read.
	MaxRows = 10_000_000
	// MaxColumns bounds the fields of one row.
	MaxColumns = 500
	// maxRecordLines bounds how many physical lines a quoted field may join into one record.
	maxRecordLines = 1000
	// maxProfile bounds a profile file in bytes.
	maxProfile = 256 << 10
)

// Codes of errors that refuse a whole file; nothing of it is loaded.
const (
	CodeMalformedProfile = "intake.malformed_profile"
	CodeUnknownProfile   = "intake.unknown_profile"
	CodeMissingOption    = "intake.missing_option"
	CodeEmptyFile        = "intake.empty_file"
	CodeHeader           = "intake.header"
	CodeFileEncoding     = "intake.file_encoding"
	CodeTooManyRows      = "intake.too_many_rows"
	CodeMalformedControl = "intake.malformed_control"
)

// Codes of problems that refuse one row; it goes to quarantine.
const (
	CodeMalformedRow     = "intake.malformed_row"
	CodeRowTooLong       = "intake.row_too_long"
	CodeColumnCount      = "intake.column_count"
	CodeRowEncoding      = "intake.row_encoding"
	CodeControlCharacter = "intake.control_character"
	CodeMissingValue     = "intake.missing_value"
	CodeTooLong          = "intake.too_long"
	CodeMalformedDate    = "intake.malformed_date"
	CodeMalformedAmount  = "intake.malformed_amount"
	CodeTooPrecise       = "intake.too_precise"
	CodeNotPositive      = "intake.amount_not_positive"
	CodeUnknownCurrency  = "intake.unknown_currency"
	CodeUnknownValue     = "intake.unknown_value"
	CodeInstalments      = "intake.instalments"
	CodeOpenExceeds      = "intake.open_exceeds_amount"
)

// Codes of rows that are refused because of what is already recorded. app finds these.
const (
	CodeBelowPaid            = "intake.below_paid"
	CodeCustomerChanged      = "intake.customer_changed"
	CodeCurrencyChanged      = "intake.currency_changed"
	CodeInstalmentsChanged   = "intake.instalments_changed"
	CodeInvoiceVoid          = "intake.invoice_void"
	CodeConflictingDuplicate = "intake.conflicting_duplicate"
	CodeNotYet               = "intake.not_yet"
)

// Codes of rows that are accepted and shown to a person all the same.
const (
	CodeDueBeforeInvoice     = "intake.due_before_invoice"
	CodeSettledBeforeInvoice = "intake.settled_before_invoice"
	CodeAmbiguousDate        = "intake.ambiguous_date"
	CodeVeryOld              = "intake.very_old"
	CodeFarAhead             = "intake.far_ahead"
	CodeAmountOutlier        = "intake.amount_outlier"
	CodeDuplicateContent     = "intake.duplicate_content"
	CodeDuplicateRow         = "intake.duplicate_row"
	CodeNameSeveralNumbers   = "intake.name_several_numbers"
	CodeNumberSeveralNames   = "intake.number_several_names"
	CodeCustomerByName       = "intake.customer_by_name"
	CodeOpenDiffers          = "intake.open_differs"
)
