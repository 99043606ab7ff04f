package notice

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/receivable"
)

// Envelope is what a channel composes a message's bytes from.
type Envelope struct {
	NoticeID  uuid.UUID
	Channel   receivable.Channel
	From      string // the creditor's address; "Name <address>" is allowed
	ReplyTo   string // see ReplyAddress; may be empty
	To        string // e-mail address, phone number, postal address or URL, as the channel needs
	MessageID string // see MessageID
	// Date is the message's date. The zero time leaves it out of the bytes, so that they can be frozen for approval; the
	// channel then takes Message.Date when it sends.
	Date       time.Time
	References []string // Message-IDs of earlier notices on the same items; may be empty
	Content    Content
	Rendered   Rendered
}

// Message is a composed message on its way. Equal messages are equal on the wire, so a repetition can be recognised.
type Message struct {
	NoticeID uuid.UUID
	Channel  receivable.Channel
	From     string
	To       string
	Endpoint string    // where SMS and webhooks are posted, if not the installation's gateway
	Date     time.Time // of the dispatch; used when Raw was composed without a date
	Raw      []byte
}

// OutcomeKind says what became of a message that was handed to a channel.
type OutcomeKind string

// The outcomes.
const (
	// Accepted: the other side took responsibility for it.
	Accepted OutcomeKind = "accepted"
	// RefusedAddress: permanently refused because of the recipient's address; another contact may do.
	RefusedAddress OutcomeKind = "refused_address"
	// RefusedMessage: permanently refused for another reason.
	RefusedMessage OutcomeKind = "refused"
	// Temporary: certainly not accepted; trying again later may succeed.
	Temporary OutcomeKind = "temporary"
	// Unknown: everything was sent and the answer was lost. Sending it again may deliver it twice: this is the one
	// documented window, and repetitions carry the same id so that they can be recognised.
	Unknown OutcomeKind = "unknown"
)

// Outcome is what became of a message.
type Outcome struct {
	Kind   OutcomeKind
	Code   int    // the other side's reply code (SMTP, HTTP); 0 when there was none
	Detail string // one printable line, at most 500 characters: the other side's words or the fault's
}

// Retry reports whether the message may be handed over again.
func (o Outcome) Retry() bool { return o.Kind == Temporary || o.Kind == Unknown }
