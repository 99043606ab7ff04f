package csvfile

import (
	"bytes"
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/domain/remittance"
)

//go:embed profiles/*.yaml profiles/schema.json
var profiles embed.FS

var profileName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Form is what a file holds.
type Form string

// The forms.
const (
	FormStatement Form = "statement"
	FormAdvice    Form = "advice"
)

// Field is what a column means.
type Field string

// The fields of statements and advices.
const (
	FieldBookedOn     Field = "booked_on"
	FieldValueOn      Field = "value_on"
	FieldAmount       Field = "amount" // signed, or with an indicator
	FieldCredit       Field = "credit_amount"
	FieldDebit        Field = "debit_amount"
	FieldIndicator    Field = "indicator" // by the column's values credit or debit
	FieldCurrency     Field = "currency"
	FieldAccount      Field = "account"
	FieldPayer        Field = "payer"
	FieldPayerAccount Field = "payer_account"
	FieldReference    Field = "reference"
	FieldEndToEnd     Field = "end_to_end"
	FieldCode         Field = "code"
	FieldCheque       Field = "cheque"
	FieldCustomer     Field = "customer_number"
	FieldBalance      Field = "balance" // after the row
	FieldText         Field = "text"    // may stand over several columns
	FieldPayment      Field = "payment" // of an advice: rows with the same one belong together
	FieldPaidOn       Field = "paid_on"
	FieldTotal        Field = "payment_amount"
	FieldInvoice      Field = "invoice"
	FieldOrder        Field = "purchase_order"
	FieldInvoiceDate  Field = "invoice_date"
	FieldPaid         Field = "paid"
	FieldGross        Field = "gross"
	FieldDiscount     Field = "discount"
	FieldAdjustment   Field = "adjustment"
	FieldReason       Field = "reason"
	FieldClaim        Field = "claim"
)

func fields() []Field {
	return []Field{FieldBookedOn, FieldValueOn, FieldAmount, FieldCredit, FieldDebit, FieldIndicator, FieldCurrency, FieldAccount, FieldPayer,
		FieldPayerAccount, FieldReference, FieldEndToEnd, FieldCode, FieldCheque, FieldCustomer, FieldBalance, FieldText, FieldPayment, FieldPaidOn,
		FieldTotal, FieldInvoice, FieldOrder, FieldInvoiceDate, FieldPaid, FieldGross, FieldDiscount, FieldAdjustment, FieldReason, FieldClaim}
}

// Profile says how one kind of file is written.
type Profile struct {
	Name        string          `yaml:"name"`
	Description string          `yaml:"description"`
	Form        Form            `yaml:"form"`
	Encoding    intake.Encoding `yaml:"encoding"`
	Delimiter   string          `yaml:"delimiter"`
	Decimal     string          `yaml:"decimal"`
	Thousands   string          `yaml:"thousands"`
	Skip        int             `yaml:"skip"` // rows before the header
	Currency    money.Currency  `yaml:"currency"`
	Account     string          `yaml:"account"` // of statements whose rows do not name it
	Kind        remittance.Kind `yaml:"kind"`
	NewestFirst bool            `yaml:"newest_first"`
	Dates       []string        `yaml:"dates"`
	Columns     []Column        `yaml:"columns"`

	layouts []intake.DateLayout
}

// Column maps one column to a field.
type Column struct {
	Header   string            `yaml:"header"`
	Field    Field             `yaml:"field"`
	Optional bool              `yaml:"optional"`
	Values   map[string]string `yaml:"values"` // of the indicator: what is written, to credit or debit
}

// LoadProfile reads a profile. Error: CodeMalformedProfile with the path of each field that is wrong.
func LoadProfile(text []byte) (*Profile, error) {
	if len(text) > 256<<10 {
		return nil, fault.New(fault.TooLarge, CodeMalformedProfile, "a profile has at most 256 KiB")
	}
	p := &Profile{Form: FormStatement, Encoding: intake.UTF8, Delimiter: ",", Decimal: ".", Kind: remittance.EndOfDay, Dates: []string{"YYYY-MM-DD"}}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(p); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, CodeMalformedProfile, "the profile cannot be read: "+remittance.Clean(err.Error(), 200))
	}
	if wrong := p.check(); len(wrong) > 0 {
		return nil, fault.Fields(CodeMalformedProfile, "the profile contradicts itself or the schema", wrong...)
	}
	return p, nil
}

// check finds everything that is wrong at once.
func (p *Profile) check() []fault.Field {
	var wrong []fault.Field
	add := func(ok bool, path, message string) {
		if !ok {
			wrong = append(wrong, fault.Field{Path: path, Code: CodeMalformedProfile, Message: message})
		}
	}
	add(profileName.MatchString(p.Name), "name", "a name has 1 to 63 lower-case letters, digits, - and _")
	add(p.Form == FormStatement || p.Form == FormAdvice, "form", "a form is statement or advice")
	add(p.Encoding == intake.UTF8 || p.Encoding == intake.Windows1252, "encoding", "an encoding is utf-8 or windows-1252")
	add(slices.Contains([]string{",", ";", "\t", "|"}, p.Delimiter), "delimiter", "a delimiter is one of , ; | or a tab")
	add(p.Decimal == "." || p.Decimal == ",", "decimal", "a decimal separator is . or ,")
	add(slices.Contains([]string{"", ",", ".", "'", "’", " ", "\u00a0", "\u202f"}, p.Thousands) && p.Thousands != p.Decimal, "thousands", "a thousands separator is , . ' ’ or a blank, and not the decimal one")
	add(p.Skip >= 0 && p.Skip <= 100, "skip", "0 to 100 rows stand before the header")
	add(p.Currency == "" || p.Currency.Valid(), "currency", "the currency is not known")
	add(p.Kind == remittance.EndOfDay || p.Kind == remittance.Intraday || p.Kind == remittance.Notification, "kind", "a kind is end_of_day, intraday or notification")
	for i, text := range p.Dates {
		layout, err := intake.ParseLayout(text)
		add(err == nil, fmt.Sprintf("dates[%d]", i), "this is not a layout such as YYYY-MM-DD")
		p.layouts = append(p.layouts, layout)
	}
	seen := map[string]bool{}
	for i, c := range p.Columns {
		path := fmt.Sprintf("columns[%d]", i)
		add(headerKey(c.Header) != "" && !seen["h"+headerKey(c.Header)], path+".header", "the header is empty or mapped twice")
		add(slices.Contains(fields(), c.Field), path+".field", "there is no such field")
		add(c.Field == FieldText || !seen["f"+string(c.Field)], path+".field", "the field is mapped twice")
		for _, meant := range c.Values {
			add(c.Field == FieldIndicator && (meant == "credit" || meant == "debit"), path+".values", "values are of the indicator, and mean credit or debit")
		}
		seen["h"+headerKey(c.Header)], seen["f"+string(c.Field)] = true, true
	}
	has := func(f Field) bool { return seen["f"+string(f)] }
	add(has(FieldCurrency) || p.Currency != "", "currency", "a currency or a column of it is needed")
	if p.Form == FormAdvice {
		add(has(FieldPayment) && has(FieldPaid), "columns", "an advice needs the fields payment and paid")
		return wrong
	}
	add(has(FieldBookedOn), "columns", "a statement needs the field booked_on")
	add(has(FieldAmount) != (has(FieldCredit) && has(FieldDebit)), "columns", "a statement needs the field amount, or credit_amount and debit_amount")
	add(has(FieldAccount) || p.Account != "", "account", "an account or a column of it is needed")
	return wrong
}

func (p *Profile) column(key string) *Column {
	for i := range p.Columns {
		if headerKey(p.Columns[i].Header) == key {
			return &p.Columns[i]
		}
	}
	return nil
}

func headerKey(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// Shipped returns one of the profiles that come with the product. Error: CodeUnknownProfile.
func Shipped(name string) (*Profile, error) {
	if profileName.MatchString(name) {
		if text, err := profiles.ReadFile("profiles/" + name + ".yaml"); err == nil {
			return LoadProfile(text)
		}
	}
	return nil, fault.Newf(fault.NotFound, CodeUnknownProfile, "there is no shipped profile %.70q", name)
}

// ShippedNames lists the profiles that come with the product in alphabetical order.
func ShippedNames() []string {
	entries, err := profiles.ReadDir("profiles")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Schema returns the JSON schema of profiles.
func Schema() []byte {
	text, err := profiles.ReadFile("profiles/schema.json")
	if err != nil {
		return nil
	}
	return text
}
