package notice

import (
	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Content is everything a message says. It holds facts, not wording: amounts in minor units of Currency, civil dates, and
// texts as people entered them. Templates turn it into words.
type Content struct {
	Creditor     Creditor
	CustomerName string
	CustomerNo   string
	ContactName  string // the person addressed, or empty
	// PostalAddress is where a letter goes, lines separated by newlines; other channels may leave it empty.
	PostalAddress string
	Language      string // a BCP 47 tag; one without templates falls back to its primary tag, then to English
	Kind          Kind
	// Template names the wording; empty takes TemplateOf(Lines), the one of the highest level in the notice.
	Template string
	Currency money.Currency
	// Lines are the items asked for, one to MaxLines of them. Of each are used: the invoice's number and dates, PurchaseOrder,
	// Instalment(s), Level, DaysPastDue, OriginalMinor, OpenMinor, AskMinor, ReservedMinor and Template.
	Lines []Line
	// Credits are the customer's open credit memos and on-account cash in Currency, shown whether or not they are reserved.
	Credits []Credit
	// ReservedMinor is how much of the credits lowers what is asked. The engine gives the sum over the lines.
	ReservedMinor int64
	DocumentDate  calendar.Date // the notice's civil date in the customer's time zone
	PayBy         calendar.Date // until when payment is asked for; none: at once (courtesy: by each due date)
	DueText       string        // an own sentence about when and how to pay, shown under the totals; may be empty
	ReplyAddress  string        // see ReplyAddress; empty hides it
	Attachments   []Attachment  // named in the message
	Claim         *Claim        // what a message about a claim is about; it asks for nothing by its lines, and may have none
}

// Claim is what a message about a customer's claim says of it. The lines name the invoices and, as their original amounts, what
// is claimed of each.
type Claim struct {
	Number        string        // ours
	Reference     string        // the customer's; may be empty
	Reason        string        // our reason, in words; empty: unknown
	ReasonCode    string        // of a reason that has its shipped name: the language's own word counts then
	Withheld      bool          // the customer has kept the money back
	Date          calendar.Date // when it was taken
	ClaimedMinor  int64
	CreditedMinor int64 // found valid
	ConcededMinor int64 // given up for peace
	DeniedMinor   int64 // found invalid
	ToPayMinor    int64 // denied and open
}

// Creditor is who asks for payment.
type Creditor struct {
	Name    string
	Address string // lines separated by newlines
	RemitTo string // bank details, lines separated by newlines
}

// CreditKind says what a credit is.
type CreditKind string

// The kinds of credits on a notice.
const (
	CreditMemo CreditKind = "credit_memo"
	OnAccount  CreditKind = "on_account"
	Unapplied  CreditKind = "unapplied"
)

// Credit is money or a document of the customer's that is not yet put on an item.
type Credit struct {
	Kind      CreditKind
	Reference string
	Minor     int64 // what is left of it, not negative
}

// Attachment is a file that goes with a message, such as the invoice's copy.
type Attachment struct {
	Filename  string
	MediaType string
	Content   []byte
}

// What of the attachments goes with one message: mail servers refuse more than 25 to 35 MB, and encoding adds a third.
const (
	MaxAttachments     = 50
	MaxAttachmentBytes = 16 << 20
)

// Fit returns the attachments that go with one message, in order: one that would exceed MaxAttachmentBytes in all is left
// out, and so are those after MaxAttachments. A notice with too many copies is sent with fewer, not withheld.
func Fit(attachments []Attachment) []Attachment {
	var fitting []Attachment
	left := MaxAttachmentBytes
	for _, a := range attachments {
		if len(a.Content) <= left && len(fitting) < MaxAttachments {
			fitting = append(fitting, a)
			left -= len(a.Content)
		}
	}
	return fitting
}

// MaxLines bounds a notice: more lines than that are a statement of account, and no mail program shows them well.
const MaxLines = 2000

// Rendered is a content in words, in the language that Language names. Which of its forms is used depends on the channel.
type Rendered struct {
	Language string // as chosen
	Template string // as chosen
	Subject  string // one line, free of control characters
	HTML     string
	Text     string
	SMS      string // one short text
	Page     Page   // the same message in parts, for a letter
}

// Renderer turns a content into words. Templates is one. It is safe for concurrent use.
//
// Errors: CodeInvalidContent (with fields), CodeUnknownTemplate, CodeTemplate.
type Renderer interface {
	Render(c Content) (Rendered, error)
}

// The codes of this package's errors.
const (
	// CodeInvalidContent means a content contradicts itself: no line, an unknown currency, an amount out of range.
	CodeInvalidContent = "notice.invalid_content"
	// CodeUnknownTemplate means no template of that name exists in the language or in English.
	CodeUnknownTemplate = "notice.unknown_template"
	// CodeTemplate means a template cannot be read or executed; the message names file and line.
	CodeTemplate = "notice.template"
	// CodeInvalidReplyAddress means an address is not one that ReplyAddress made.
	CodeInvalidReplyAddress = "notice.invalid_reply_address"
)

// TemplateOf returns the template of the line with the highest level; among equals that of the line longest past due. So
// the tone of a notice is that of its gravest line.
func TemplateOf(lines []Line) string {
	var gravest *Line
	for i := range lines {
		l := &lines[i]
		if gravest == nil || l.Level > gravest.Level || (l.Level == gravest.Level && l.DaysPastDue > gravest.DaysPastDue) {
			gravest = l
		}
	}
	if gravest == nil {
		return ""
	}
	return gravest.Template
}
