package policy

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// Facts are all that Next may know of a case. They are recorded beside every decision, so an auditor can decide again;
// so nothing in them is a name, an address or a text.
type Facts struct {
	CaseID   uuid.UUID
	Customer CustomerFacts
	Items    []ItemFacts // all items of the case, by sequence
	// Jitter spreads mass wake-ups: added to the start of the day on which the case wakes.
	Jitter time.Duration
}

// CustomerFacts are what Next knows of the customer.
type CustomerFacts struct {
	ID       uuid.UUID
	Calendar string               // holiday calendar code
	Channels []receivable.Channel // by which the dunning recipient can be reached now, preferred first
	Blocked  *BlockFacts          // a block on the whole customer
	Overdue  []OverdueFacts       // by currency
	// Due lists the due dates of the customer's open items that are not yet overdue, ascending, at most 32: when the
	// customer-wide conditions may change by time alone.
	Due []calendar.Date
	// OnHold: a credit hold is requested or in force.
	OnHold bool
}

// OverdueFacts sum the customer's overdue items in one currency (collectable parts).
type OverdueFacts struct {
	Currency   money.Currency
	Count      int
	TotalMinor int64
	OldestDue  calendar.Date
}

// BlockFacts are a dunning block's reason and last day; zero Until: no expiry.
type BlockFacts struct {
	Reason string
	Until  calendar.Date
}

// ItemFacts are what Next knows of one item.
type ItemFacts struct {
	ID            uuid.UUID
	Kind          string
	TimeZone      string
	Currency      money.Currency
	DueDate       calendar.Date // what the ladder counts from: due date, or payable_by of a denied deduction
	OriginalMinor int64
	OpenMinor     int64
	DisputedMinor int64
	// ReservedMinor of the customer's open credits and waiting cash is meant for this item (oldest item first).
	ReservedMinor int64
	Promises      []PromiseFacts // open ones, and the last broken one
	Blocked       *BlockFacts    // a block on the item or its invoice

	Cycle         int
	Level         int
	LastStageDone string
	LastStageOn   calendar.Date
	LastNoticeOn  calendar.Date
	HandedOverOn  calendar.Date
	Live          *LiveStep // the one step under way
	// RefusedChannels failed for the next stage in this cycle for another reason than the contact's address.
	RefusedChannels []receivable.Channel
	// Rejected: the approval of the next stage was rejected on this date; it is asked again after the policy's review days.
	RejectedOn calendar.Date
	// Tasks that are open or done for this item and cycle, by dedupe kind: no_address, apply_credit, ladder_done, broken_promise.
	Tasks []string
}

// PromiseFacts are a promise's bearing on one item.
type PromiseFacts struct {
	ID        uuid.UUID
	State     receivable.PromiseState
	HeldMinor int64         // promised and not yet received, of this item
	HoldUntil calendar.Date // due date plus grace, inclusive
	SettledOn calendar.Date
}

// LiveStep is the step of an item that is under way.
type LiveStep struct {
	Stage      string
	Action     Action
	State      string        // live, awaiting_approval, approved
	ExpectedOn calendar.Date // when its notice is expected to go out
	DueAt      time.Time     // its own approval's deadline, for steps that send nothing
	Since      calendar.Date
}
