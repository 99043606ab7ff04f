package intake

import (
	"slices"
	"strings"

	"arrears/domain/money"
)

// Encoding is how a file's bytes become characters.
type Encoding string

// The encodings read. A UTF-8 byte order mark is accepted and dropped in both.
const (
	UTF8        Encoding = "utf-8"
	Windows1252 Encoding = "windows-1252"
)

// Field is what a column means to us.
type Field string

// The fields of the normal form. Amounts are in major units of the row's currency as the profile writes numbers.
const (
	FieldNumber         Field = "number"          // the invoice's number; text, leading zeros stay
	FieldCustomerNumber Field = "customer_number" // the source's own number of the customer
	FieldCustomerName   Field = "customer_name"
	FieldInvoiceDate    Field = "invoice_date"
	FieldDueDate        Field = "due_date" // blank: by the customer's terms
	FieldCurrency       Field = "currency" // ISO 4217
	FieldAmount         Field = "amount"   // of the whole invoice
	FieldOpenAmount     Field = "open_amount"
	FieldInstalments    Field = "instalments" // "2026-01-31=300.00 2026-02-28=700.00"; they sum to the amount
	FieldPurchaseOrder  Field = "purchase_order"
	FieldSettledDate    Field = "settled_date" // on this day the whole rest was paid: one receipt
	FieldDisputed       Field = "disputed"     // true or false, by the column's values
	FieldCountry        Field = "country"      // ISO 3166 alpha-2
	FieldLanguage       Field = "language"
	FieldTimeZone       Field = "time_zone"
	FieldSegment        Field = "segment"
	FieldEmail          Field = "email"         // of the customer's billing contact
	FieldControlCount   Field = "control_count" // of control rows only
)

// Fields lists all fields in the order of the normal form.
func Fields() []Field {
	return []Field{
		FieldNumber, FieldCustomerNumber, FieldCustomerName, FieldInvoiceDate, FieldDueDate, FieldCurrency, FieldAmount,
		FieldOpenAmount, FieldInstalments, FieldPurchaseOrder, FieldSettledDate, FieldDisputed, FieldCountry,
		FieldLanguage, FieldTimeZone, FieldSegment, FieldEmail, FieldControlCount,
	}
}

// Match says by what a row's customer is found.
type Match string

// The ways to find a customer. A customer that is found by name alone is never taken to be one that has a number: asking
// the wrong company for money is worse than two records, which a person can see in the report.
const (
	MatchNumber         Match = "number"
	MatchName           Match = "name"
	MatchNumberThenName Match = "number_then_name"
)

// Normalisation is a harmless change to every value before it is read.
type Normalisation string

// The normalisations.
const (
	Trim           Normalisation = "trim"            // drop blanks at both ends
	CollapseSpaces Normalisation = "collapse_spaces" // several blanks in a row are one
)

// Option is something that whoever loads the file may have to state.
type Option string

// The options.
const (
	OptionAsOf     Option = "as_of"
	OptionCurrency Option = "currency"
)

// Profile says how one kind of file is written. It is data: see LoadProfile and docs/import.md.
type Profile struct {
	Name        string
	Description string
	// Source names the system the documents come from; a document is unique by source and number.
	Source    string
	Encoding  Encoding
	Delimiter byte
	// Decimal and Thousands are single characters; Thousands may be empty.
	Decimal, Thousands string
	// TimeZone, Language, Country and Segment are given to customers that the file makes known.
	TimeZone, Language, Country, Segment string
	Columns                              []Column
	// Ignored are columns that are known and not read. With IgnoreUnknown others are accepted too; else they refuse the file.
	Ignored       []string
	IgnoreUnknown bool
	Constants     map[Field]string
	Requires      []Option
	Normalise     []Normalisation
	Match         Match
	// NameNoise are words that do not tell customers apart when one is found by name: legal forms and the like, lower case.
	NameNoise []string
	// ControlMarker in the number's column makes a row a control total instead of an invoice; empty: no such rows.
	ControlMarker string
	// Text is the profile as it was written, so that a load can keep what it was read by.
	Text string
}

// Column maps one column of the file to a field.
type Column struct {
	Header string
	Field  Field
	// Optional columns may be missing from the header; Required values may not be blank.
	Optional, Required bool
	// Dates are the layouts tried in order; see DateLayout.
	Dates []DateLayout
	// Values replaces what is written by what is meant; a value that is not listed is refused. Nil: as written.
	Values map[string]string
}

// requires reports whether the profile needs the option.
func (p *Profile) requires(o Option) bool { return slices.Contains(p.Requires, o) }

// normalise applies the profile's normalisations to one value.
func (p *Profile) normalise(s string) string {
	for _, n := range p.Normalise {
		switch n {
		case Trim:
			s = strings.TrimSpace(s)
		case CollapseSpaces:
			s = collapse(s)
		}
	}
	return s
}

// collapse makes several blanks in a row one; it allocates only when there is something to change.
func collapse(s string) string {
	if !strings.Contains(s, "  ") {
		return s
	}
	var b strings.Builder
	blank := false
	for _, r := range s {
		if r == ' ' && blank {
			continue
		}
		blank = r == ' '
		b.WriteRune(r)
	}
	return b.String()
}

// hasColumn reports whether some column carries the field.
func (p *Profile) hasColumn(f Field) bool {
	return slices.ContainsFunc(p.Columns, func(c Column) bool { return c.Field == f })
}

// currencyKnown reports whether a row's currency comes from the file, a constant or an option.
func (p *Profile) currencyKnown(option money.Currency) bool {
	return option != "" || p.hasColumn(FieldCurrency) || p.Constants[FieldCurrency] != ""
}

// NameKey is what two spellings of one customer's name have in common: lower case, letters and digits only, single
// blanks, without the profile's noise words at its end. A name made of noise alone keeps them.
func (p *Profile) NameKey(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !isNameRune(r) })
	last := len(words)
	for last > 1 && slices.Contains(p.NameNoise, words[last-1]) {
		last--
	}
	return strings.Join(words[:last], " ")
}
