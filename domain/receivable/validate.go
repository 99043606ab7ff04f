package receivable

import (
	"fmt"

	"arrears/domain/calendar"
)

// maxInstalments bounds an invoice: ten years of monthly parts.
const maxInstalments = 120

// maxContacts bounds a customer's contacts.
const maxContacts = 50

// Channels are all channels.
func Channels() []Channel { return []Channel{Email, Letter, SMS, Webhook} }

// Validate refuses a customer with wrong fields and names all of them. Error: CodeInvalid.
func (c Customer) Validate() error {
	var f Form
	f.Name("source", c.Source, maxKey)
	f.Name("number", c.Number, maxKey)
	f.Name("name", c.Name, maxName)
	f.Line("segment", c.Segment, maxSegment)
	f.Line("collector", c.Collector, maxLine)
	f.Currency("currency", c.Currency)
	f.Zone("time_zone", c.TimeZone)
	f.Calendar("calendar", c.Calendar)
	c.validateCodes(&f)
	c.Terms.validate(&f)
	if c.ParentID.Valid && c.ParentID.UUID == c.ID {
		f.Add("parent_id", "customer.own_parent", "must be another customer")
	}
	if len(c.Contacts) > maxContacts {
		f.Add("contacts", CodeOutOfRange, "are too many")
	}
	for n, contact := range c.Contacts {
		contact.validate(&f, fmt.Sprintf("contacts[%d].", n))
	}
	return f.Err("customer")
}

func (c Customer) validateCodes(f *Form) {
	if len(c.Language) < 2 || len(c.Language) > 3 || !lower(c.Language) {
		f.Add("language", CodeMalformed, "must be a primary language tag such as en")
	}
	if c.Country != "" && (len(c.Country) != 2 || !upper(c.Country)) {
		f.Add("country", CodeMalformed, "must be two capital letters")
	}
	if c.PreferredChannel != "" {
		OneOf(f, "preferred_channel", c.PreferredChannel, Channels()...)
	}
}

func (t Terms) validate(f *Form) {
	f.Range("terms.net_days", t.NetDays, 0, 365)
	f.Range("terms.discount_basis_points", t.DiscountBP, 0, basisPoints)
	f.Range("terms.discount_days", t.DiscountDays, 0, 365)
}

// Validate refuses a contact with wrong fields. Error: CodeInvalid.
func (c Contact) Validate() error {
	var f Form
	c.validate(&f, "")
	return f.Err("contact")
}

func (c Contact) validate(f *Form, at string) {
	OneOf(f, at+"role", c.Role, RoleBilling, RoleDunning, RoleManagement, RoleLegal)
	f.Line(at+"name", c.Name, maxLine)
	f.Email(at+"email", c.Email)
	f.Line(at+"phone", c.Phone, maxPhone)
	f.Text(at+"address", c.Address, maxText)
	f.URL(at+"webhook", c.Webhook)
	f.Range(at+"rank", c.Rank, 0, 1000)
}

// Validate refuses an invoice with wrong fields, or whose instalments do not sum to it. Error: CodeInvalid.
func (inv Invoice) Validate() error {
	var f Form
	f.Name("source", inv.Source, maxKey)
	f.Name("number", inv.Number, maxKey)
	f.Line("purchase_order", inv.PurchaseOrder, maxKey)
	f.Date("invoice_date", inv.InvoiceDate)
	f.Currency("currency", inv.Currency)
	f.Positive("amount_minor", inv.AmountMinor)
	validateParts(&f, inv.Instalments(), inv.InvoiceDate, inv.AmountMinor)
	return f.Err("invoice")
}

func validateParts(f *Form, list []InstalmentPart, invoiceDate calendar.Date, totalMinor int64) {
	if len(list) == 0 || len(list) > maxInstalments {
		f.Add("instalments", CodeOutOfRange, "must be 1 to 120")
		return
	}
	left := totalMinor
	for n, part := range list {
		at := fmt.Sprintf("instalments[%d].", n)
		f.Positive(at+"amount_minor", part.AmountMinor)
		f.Date(at+"due_date", part.DueDate)
		if !part.DueDate.IsZero() && part.DueDate < invoiceDate {
			f.Add(at+"due_date", CodeOutOfRange, "lies before the invoice date")
		}
		left -= min(part.AmountMinor, totalMinor+1) // keeps the sum in range whatever was sent
	}
	if left != 0 {
		f.Add("instalments", CodeInstalmentsDiffer, "must sum to the invoice's amount")
	}
}

// Validate refuses a receipt with wrong fields. Error: CodeInvalid.
func (r Receipt) Validate() error {
	var f Form
	f.Name("source", r.Source, maxKey)
	f.Name("number", r.Number, maxKey)
	f.Line("reference", r.Reference, maxText)
	f.Currency("currency", r.Currency)
	f.Positive("amount_minor", r.GrossMinor)
	f.Date("value_date", r.ValueDate)
	OneOf(&f, "kind", r.Kind, "bank", "offset")
	return f.Err("receipt")
}

// Validate refuses a credit memo with wrong fields. Error: CodeInvalid.
func (m CreditMemo) Validate() error {
	var f Form
	f.Name("source", m.Source, maxKey)
	f.Name("number", m.Number, maxKey)
	f.Text("reason", m.Reason, maxText)
	f.Currency("currency", m.Currency)
	f.Positive("amount_minor", m.AmountMinor)
	f.Date("memo_date", m.MemoDate)
	return f.Err("credit memo")
}

// Validate refuses a write-off with wrong fields. Error: CodeInvalid.
func (w WriteOff) Validate() error {
	var f Form
	OneOf(&f, "kind", w.Kind, SmallDifference, Concession, BadDebt)
	f.Positive("amount_minor", w.AmountMinor)
	f.Required("reason", w.Reason, maxText)
	return f.Err("write-off")
}

// maxPromiseDays bounds how far ahead a promise may lie: a later one is a payment plan.
const maxPromiseDays = 366

// Validate refuses a promise with wrong fields. Error: CodeInvalid.
func (p Promise) Validate() error {
	var f Form
	f.Positive("amount_minor", p.AmountMinor)
	f.Range("grace_days", p.GraceDays, 0, 30)
	f.Text("note", p.Note, maxText)
	f.Date("due_on", p.DueOn)
	if !p.DueOn.IsZero() && (p.DueOn < p.PromisedOn || p.DueOn > p.PromisedOn.AddDays(maxPromiseDays)) {
		f.Add("due_on", CodeOutOfRange, "must lie between today and a year ahead")
	}
	return f.Err("promise")
}

// Validate refuses a block with wrong fields. Only law may stop dunning without a last day. Error: CodeInvalid.
func (b Block) Validate(today calendar.Date) error {
	var f Form
	OneOf(&f, "reason", b.Reason, BlockReasons()...)
	f.Text("note", b.Note, maxText)
	switch {
	case b.Until.IsZero() && b.Reason.NeedsExpiry():
		f.Add("until", CodeRequired, "is required unless the reason is legal or insolvency")
	case !b.Until.IsZero():
		f.Date("until", b.Until)
		if b.Until < today {
			f.Add("until", CodeOutOfRange, "has passed")
		}
	}
	return f.Err("block")
}

// Validate refuses a dispute flag with wrong fields. Error: CodeInvalid.
func (d DisputeFlag) Validate() error {
	var f Form
	f.Positive("amount_minor", d.AmountMinor)
	f.Text("note", d.Note, maxText)
	if !code(d.Reason) {
		f.Add("reason", CodeMalformed, "must be a reason code such as shortage")
	}
	return f.Err("dispute flag")
}

// CallOutcomes are the outcomes of a call.
func CallOutcomes() []string {
	return []string{"reached", "no_answer", "left_message", "wrong_number", "will_pay", "disputes", "refuses"}
}

// Validate refuses a note with wrong fields: a call has an outcome, a note has none. Error: CodeInvalid.
func (n Note) Validate(today calendar.Date) error {
	var f Form
	OneOf(&f, "kind", n.Kind, "note", "call")
	f.Required("body", n.Body, maxBody)
	switch {
	case n.Kind == "call":
		OneOf(&f, "outcome", n.Outcome, CallOutcomes()...)
	case n.Outcome != "":
		f.Add("outcome", CodeUnknown, "belongs to calls alone")
	}
	if !n.FollowUpOn.IsZero() {
		f.Date("follow_up_on", n.FollowUpOn)
		if n.FollowUpOn < today {
			f.Add("follow_up_on", CodeOutOfRange, "has passed")
		}
	}
	return f.Err("note")
}

// MaxDocument is the largest file that an installation may allow, in bytes: what the database and one copy within a bucket take.
const MaxDocument = 1 << 30

// DefaultMaxDocument is the largest file that is stored where nothing else is set, in bytes.
const DefaultMaxDocument = 50 << 20

// The codes of a document's content.
const (
	CodeDocumentTooLarge = "document.too_large"         // beyond what the installation allows
	CodeFileMissing      = "document.file_missing"      // the file of a document is not there
	CodeFileDamaged      = "document.file_damaged"      // the file of a document is not what was stored
	CodeFileStore        = "document.store_unavailable" // where files are kept does not answer
	CodeFileGone         = "document.file_gone"         // an upload waited for so long that it was swept away
)

// DocumentKinds are what a document may be.
func DocumentKinds() []string {
	return []string{"invoice", "purchase_order", "delivery_note", "proof_of_delivery", "bill_of_lading", "price_agreement",
		"promotion_contract", "remittance", "claim", "credit_memo", "correspondence", "collection_note"}
}

// Validate refuses a document with wrong fields. Error: CodeInvalid.
func (d Document) Validate() error {
	var f Form
	OneOf(&f, "kind", d.Kind, DocumentKinds()...)
	f.Name("filename", d.Filename, maxLine)
	if d.Size == 0 {
		f.Add("file", CodeRequired, "is empty")
	}
	return f.Err("document")
}

// code reports whether a text is a code: lower-case letters, digits and underscores, beginning with a letter.
func code(s string) bool {
	if s == "" || len(s) > 63 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return true
}

func lower(s string) bool { return within(s, 'a', 'z') }

func upper(s string) bool { return within(s, 'A', 'Z') }

func within(s string, low, high rune) bool {
	for _, r := range s {
		if r < low || r > high {
			return false
		}
	}
	return true
}
