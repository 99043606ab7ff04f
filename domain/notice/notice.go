// Package notice says what a message to a customer must say: its lines, the variables of its templates, and how they are
// rendered to bytes. It sends nothing and reads no clock. Every room may import it; it imports the domain's leaves and
// receivable alone.
package notice

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// State is where a notice stands.
type State string

// The states of a notice; a draft waits for approval.
const (
	Gathering State = "gathering"
	Draft     State = "draft"
	Sealed    State = "sealed"
	Sending   State = "sending"
	Sent      State = "sent"
	Withdrawn State = "withdrawn"
	Refused   State = "refused"
)

// Kind tells a courtesy reminder (before the due date) from dunning.
type Kind string

// The kinds of notices.
const (
	Courtesy Kind = "courtesy"
	Dunning  Kind = "dunning"
)

// Notice is one message to one customer on one channel in one currency.
type Notice struct {
	ID             uuid.UUID
	CustomerID     uuid.UUID
	Currency       money.Currency
	Channel        receivable.Channel
	Kind           Kind
	Stage          string // drafts only
	State          State
	Language       string
	TimeZone       string
	OpensAt        time.Time // business instant: when the send window opens
	SealAfter      time.Time // real instant: a short pause after the first line
	Window         calendar.Window
	Calendar       string
	ContactID      uuid.NullUUID
	Recipient      string // address as used
	Template       string
	Subject        string
	ContentHash    []byte // sha256 of what is sent; nil before it is rendered
	MessageID      string
	AskedMinor     int64
	Dispatches     int
	Resends        int
	ApprovedAt     *time.Time
	DispatchedAt   *time.Time // business instant
	DispatchedReal *time.Time // real instant
	SentAt         *time.Time // business instant
	Outcome        string
	OutcomeDetail  string
	CreatedAt      time.Time
	Lines          []Line
	Version        int64
}

// LineState is where a line stands.
type LineState string

// The states of a notice line.
const (
	LineLive      LineState = "live"
	LineSent      LineState = "sent"
	LineWithdrawn LineState = "withdrawn"
	LineRefused   LineState = "refused"
)

// Line is one item in a notice.
type Line struct {
	ID              uuid.UUID
	NoticeID        uuid.UUID
	ItemID          uuid.UUID
	CaseID          uuid.UUID
	StepID          uuid.UUID
	Stage           string
	Level           int
	State           LineState
	OpenMinor       int64
	AskMinor        int64 // what is asked for: collectable less reserved credits
	ReservedMinor   int64
	DaysPastDue     int // negative before the due date
	PolicyVersionID uuid.UUID
	Template        string
	Reason          string
	PayDays         int // business days from the notice's date within which payment is asked for; 0: at once. Not kept

	// Read with the line, for rendering.
	InvoiceID     uuid.NullUUID // none: a claim without invoice
	InvoiceNumber string
	PurchaseOrder string
	InvoiceDate   calendar.Date
	DueDate       calendar.Date
	Instalment    int
	Instalments   int
	OriginalMinor int64
	// Of a deduction or claim alone. DueDate is then the day until which the denied amount is payable.
	ClaimNumber    int64         // ours; 0: the line is no deduction's
	ClaimReference string        // the customer's
	AgingDate      calendar.Date // when the money was due at first
	AgingDays      int           // since then
}
