// Package report says what a rehearsal found: from facts that the driver collected it computes figures, and writes them as
// JSON, as text and as one self-contained HTML page, for one policy or for two beside each other. It decides nothing, reads no
// clock, file or database, and gives identical bytes for identical facts in whatever order they come. It imports domain and
// the standard library alone; rehearsal and cmd may import it.
package report

import (
	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Facts is what happened in a rehearsal. The order of the slices does not matter (except Stages and Assumptions), and
// nothing is changed by Make.
type Facts struct {
	Policy  string // its key, and version if there is one
	Profile string
	File    string   // its name without folder
	Stages  []string // the policy's stages in the order of its ladder; others follow by name
	From    calendar.Date
	To      calendar.Date // the last day that was played

	Rows       RowCounts
	Quarantine []QuarantineLine
	Customers  []CustomerFacts
	Invoices   []InvoiceFacts
	Notices    []NoticeFacts // what was sent, not what was withdrawn
	Approvals  []ApprovalFacts
	Tasks      []TaskFacts
	// Assumptions are sentences about what the rehearsal took for granted, shown to the reader in this order.
	Assumptions []string
}

// RowCounts is what became of the file's rows: Read = Accepted + Before + After + Refused + Unchanged.
type RowCounts struct {
	Read       int `json:"read"`
	Accepted   int `json:"accepted"`   // played
	Before     int `json:"before"`     // settled before the window, not played
	After      int `json:"after"`      // dated after the window, not played
	Refused    int `json:"refused"`    // in quarantine, not played
	Unchanged  int `json:"unchanged"`  // said again what an earlier row said
	Suspicious int `json:"suspicious"` // accepted, and in quarantine for a look
}

// QuarantineLine is one row of the file that was refused or looked odd.
type QuarantineLine struct {
	Line     int
	Severity string // refused or suspicious
	Field    string
	Code     string
	Message  string
}

// CustomerFacts is one customer as the file made it known.
type CustomerFacts struct {
	Number string // unique among the facts
	Name   string
	// NameKey is the name as customers are matched by it (see intake.Row); empty: made of the name alone.
	NameKey string
	// Spellings are other ways in which the file writes this customer's name.
	Spellings []string
	// SharedName says that another number has this name, even one that is not among the facts.
	SharedName bool
}

// InvoiceFacts is one invoice that was played.
type InvoiceFacts struct {
	Number      string
	Customer    string // its number
	Currency    money.Currency
	AmountMinor int64
	InvoiceDate calendar.Date
	DueDate     calendar.Date
	PaidOn      calendar.Date // by the file; none: never, as far as the file knows
	Stages      []StageFacts  // what its ladder did
}

// StageFacts is one step of an invoice's ladder.
type StageFacts struct {
	Stage   string
	Action  string // notice, task, credit_hold, hand_over
	On      calendar.Date
	Outcome string // done, skipped, passed, withdrawn, refused, waiting …
}

// NoticeFacts is one notice that was sent.
type NoticeFacts struct {
	On         calendar.Date
	Customer   string // its number
	Channel    string
	Kind       string // courtesy or dunning
	Currency   money.Currency
	AskedMinor int64
	Subject    string
	Lines      []LineFacts
}

// LineFacts is one item of a notice, as the ledger stood when it was dispatched.
type LineFacts struct {
	Invoice   string
	Stage     string
	AskMinor  int64
	OpenMinor int64 // collectable at dispatch
	// WaitingMinor is the customer's cash that waited then and would have covered this line; each unit counts for one line.
	WaitingMinor int64
}

// ApprovalFacts is one approval that was asked for.
type ApprovalFacts struct {
	AskedOn     calendar.Date
	DecidedOn   calendar.Date // none: still open
	Customer    string
	Stage       string
	Decision    string // approved, rejected, lapsed, skipped; empty: still open
	Currency    money.Currency
	AmountMinor int64
}

// TaskFacts is one task that was opened for a person.
type TaskFacts struct {
	On       calendar.Date
	Kind     string
	Customer string // may be empty
}
