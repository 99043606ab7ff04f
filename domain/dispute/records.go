package dispute

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Evidence is one thing that a case needs to be decided, and where it stands.
type Evidence struct {
	ID           uuid.UUID
	DisputeID    uuid.UUID
	DocumentKind string // of receivable.DocumentKinds
	Mandatory    bool
	Team         string
	State        EvidenceState
	DocumentID   uuid.NullUUID
	TaskID       uuid.NullUUID
	DueOn        calendar.Date
	Note         string
	RequestedBy  string
	Version      int64
}

// EvidenceState says where a piece of evidence stands.
type EvidenceState string

// The states of evidence.
const (
	EvidenceNeeded    EvidenceState = "needed"
	EvidenceRequested EvidenceState = "requested" // a team has a task
	EvidenceReceived  EvidenceState = "received"
	EvidenceWaived    EvidenceState = "waived"
	EvidenceNotFound  EvidenceState = "not_found" // the team looked and has none
)

// DeadlineKind says what is to happen by a deadline.
type DeadlineKind string

// The kinds of deadlines.
const (
	DeadlineTriage        DeadlineKind = "triage"
	DeadlineContest       DeadlineKind = "contest_window" // the customer's deadline for our objection
	DeadlineCarrier       DeadlineKind = "carrier_claim"
	DeadlineEvidence      DeadlineKind = "evidence"
	DeadlineDecision      DeadlineKind = "decision"
	DeadlineApproval      DeadlineKind = "approval"
	DeadlineCreditMemo    DeadlineKind = "credit_memo"
	DeadlineCustomerReply DeadlineKind = "customer_reply"
	DeadlineNextRound     DeadlineKind = "next_round"
	DeadlineRepayment     DeadlineKind = "repayment"
	DeadlineLimitation    DeadlineKind = "limitation"
)

// DeadlineState says what became of a deadline.
type DeadlineState string

// The states of a deadline.
const (
	DeadlineOpen      DeadlineState = "open"
	DeadlineMet       DeadlineState = "met"
	DeadlineLapsed    DeadlineState = "lapsed" // a task for someone higher was opened
	DeadlineCancelled DeadlineState = "cancelled"
)

// Deadline is a day by which something is to have happened, in the customer's time zone, that day included.
type Deadline struct {
	ID         uuid.UUID
	DisputeID  uuid.UUID
	Kind       DeadlineKind
	DueOn      calendar.Date
	WarnOn     calendar.Date // none: no warning
	WarnedAt   *time.Time
	State      DeadlineState
	SettledAt  *time.Time
	Raised     int
	EvidenceID uuid.NullUUID
}

// DecisionKind says what was decided.
type DecisionKind string

// The kinds of decisions.
const (
	DecideValid     DecisionKind = "valid"
	DecideInvalid   DecisionKind = "invalid"
	DecidePartially DecisionKind = "partially_valid"
	DecideSettle    DecisionKind = "settlement"
	DecideGiveUp    DecisionKind = "give_up"
	DecideEarned    DecisionKind = "earned_discount"
	DecideTolerance DecisionKind = "tolerance"
)

// DecisionState says whether a decision holds.
type DecisionState string

// The states of a decision.
const (
	DecisionProposed   DecisionState = "proposed"
	DecisionInForce    DecisionState = "in_force"
	DecisionRefused    DecisionState = "refused"
	DecisionRetracted  DecisionState = "retracted"  // the facts changed under the proposal
	DecisionSuperseded DecisionState = "superseded" // by a later one, after an appeal
)

// Decision is what somebody, or a rule, decided on a claim or proposed to. It is bound to its content.
type Decision struct {
	ID            uuid.UUID
	DisputeID     uuid.UUID
	Seq           int
	Kind          DecisionKind
	ValidMinor    int64
	DeniedMinor   int64
	ConcededMinor int64
	Reason        string // a reason code
	Comment       string
	Evidence      []uuid.UUID // documents cited
	Parts         []PartDecision
	State         DecisionState
	ContentHash   [32]byte
	ApprovalID    uuid.NullUUID
	PayableBy     calendar.Date
	DecidedBy     string
	DecidedAt     time.Time
	ApprovedBy    string
	// Limit is what the decider's limit was held against; nil for what a rule decided.
	Limit *LimitCheck
}

// PartDecision is what a decision does with one part.
type PartDecision struct {
	PartID        uuid.UUID `json:"part_id"`
	ValidMinor    int64     `json:"valid_minor"`
	DeniedMinor   int64     `json:"denied_minor"`
	ConcededMinor int64     `json:"conceded_minor"`
}

// Round is one round of the contest with the customer.
type Round struct {
	DisputeID       uuid.UUID
	Round           int
	Channel         string // notice, portal, email, letter
	PortalReference string
	SubmittedBy     string
	SubmittedAt     time.Time
	ReplyBy         calendar.Date
	Answer          string // empty, accepted, refused, no_answer
	AnswerNote      string
	AnsweredAt      *time.Time
	AnsweredBy      string
	BuyerInvolved   bool
}

// Link joins two cases.
type Link struct {
	DisputeID, OtherID uuid.UUID
	Kind               string // duplicate, split, merged
	State              string // suspected, confirmed, dismissed
	Why                string // a code: same_reference, same_item_amount_reason
	CreatedBy          string
	CreatedAt          time.Time
}

// Move is an amount that went from one item to another, when a short payment became a deduction.
type Move struct {
	ID          uuid.UUID
	FromItem    uuid.UUID
	ToItem      uuid.UUID
	ReceiptID   uuid.NullUUID
	DisputeID   uuid.UUID
	AmountMinor int64
	MovedAt     time.Time
	ReversedAt  *time.Time
}

// Message is something that the customer is told about its case.
type Message struct {
	ID        uuid.UUID
	DisputeID uuid.UUID
	Kind      string // acknowledgement, delay, credit, denial, settlement
	Dedupe    string // the business step that it belongs to: written once
	State     string // due, sending, sent, refused, withdrawn
	Address   string
	MessageID string
	Body      []byte
	Attempts  int
	CreatedAt time.Time
	SentAt    *time.Time
	Reason    string
}

// ReasonCode is one of our causes of claims.
type ReasonCode struct {
	Code    string
	Name    string
	Trade   bool
	Active  bool
	Version int64
}

// Limit is how much a role may decide alone.
type Limit struct {
	Role        string
	Currency    money.Currency
	Kind        string // valid, invalid, concession, give_up
	AmountMinor int64
	Version     int64
}

// Alias is a spelling that a correction taught.
type Alias struct {
	Kind       string // customer, reason
	Spelling   string // in normal form
	CustomerID uuid.NullUUID
	Reason     string
	LearnedBy  string
	LearnedAt  time.Time
	Uses       int64
}
