package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/money"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
)

// Cases keeps what the engine keeps about cases: their steps, their recorded decisions and the nudges of their workflows.
type Cases interface {
	// LockCase locks the case's customer and reads the case with everything Next may know at now, in one round trip.
	// Error: case.not_found.
	LockCase(ctx context.Context, caseID uuid.UUID, now time.Time) (CaseFile, error)
	// CaseFiles reads several cases in id order, without locking; ids that do not exist are left out. The caller holds the
	// lock of their customer where it means to act.
	CaseFiles(ctx context.Context, caseIDs []uuid.UUID, now time.Time) ([]CaseFile, error)
	// NewCaseFile reads an invoice, or the item of a deduction or claim, that has no case yet as if it had one. wide asks for
	// the customer's sums. Error: invoice.not_found.
	NewCaseFile(ctx context.Context, caseID uuid.UUID, wide bool, now time.Time) (CaseFile, error)
	// ResolvePolicy names the latest version of the policy that an invoice falls under: its own, else its customer's, else
	// its segment's, else the installation's; for the item of a deduction or claim, the policy "repayment".
	// Errors: invoice.not_found, policy.not_found.
	ResolvePolicy(ctx context.Context, caseID uuid.UUID) (versionID uuid.UUID, used bool, err error)
	// PinnedPolicy reads a version's policy by id, from memory after the first time: it never changes. The caller does not
	// change it either. Error: policy.not_found.
	PinnedPolicy(ctx context.Context, versionID uuid.UUID) (*policy.Policy, error)
	// AskingCases lists the customer's other active cases that are due at now to ask for approval, at most 200.
	AskingCases(ctx context.Context, customerID, except uuid.UUID, now time.Time) ([]uuid.UUID, error)

	// Case reads one without locking. Error: case.not_found.
	Case(ctx context.Context, id uuid.UUID) (casework.Case, error)
	// ListAttention lists parked cases.
	ListAttention(ctx context.Context, p Page) (Paged[casework.Case], error)

	// PinPolicy makes a case follow another version. wide says whether that looks at the customer's sums.
	PinPolicy(ctx context.Context, caseID, versionID uuid.UUID, wide bool) error

	// DecisionsOf reads a case's recorded decisions in order.
	DecisionsOf(ctx context.Context, caseID uuid.UUID) ([]DecisionRecord, error)
	// LastDecision reads the latest; a zero Seq means there is none.
	LastDecision(ctx context.Context, caseID uuid.UUID) (DecisionRecord, error)
	// StepsOf reads a case's steps in order.
	StepsOf(ctx context.Context, caseID uuid.UUID) ([]casework.Step, error)
	// StepsOfNotice reads the steps whose lines are or were in a notice.
	StepsOfNotice(ctx context.Context, noticeID uuid.UUID) ([]casework.Step, error)

	// NudgeCases leaves one nudge for each of the cases that exists and is not closed for good: a closed case is nudged only
	// when something of it is open.
	NudgeCases(ctx context.Context, caseIDs []uuid.UUID) error
	// NudgeWideCases nudges the customer's active cases with an item whose next stage has conditions on the customer's sums.
	NudgeWideCases(ctx context.Context, customerID uuid.UUID) error

	// Write writes everything in w in one round trip, in the order of its fields. Steps, lines, notices and approvals that
	// exist are changed; tasks whose dedupe was used before are left alone.
	Write(ctx context.Context, w Work) error
}

// CaseFile is a case with everything that deciding and acting needs.
type CaseFile struct {
	// ID is the case's, which is that of the invoice or of the deduction's or claim's own item.
	ID   uuid.UUID
	Case casework.Case // zero Case.ID: none yet
	// PolicyVersionID is the pinned version.
	PolicyVersionID uuid.UUID
	Facts           policy.Facts
	InvoiceID       uuid.NullUUID // none: a claim without invoice
	Collector       string        // the customer's, for tasks
	TimeZone        string        // the customer's
	Live            []LiveRef     // the steps under way, at most one per item
	Gathering       []GatheringRef
	// The installation's, for approval deadlines.
	HouseZone, HouseCalendar string
}

// LiveRef is the step of an item that is under way, with its approval and notice.
type LiveRef struct {
	Step       casework.Step
	ApprovalID uuid.NullUUID // open, of the step itself
}

// GatheringRef is a notice of the customer that lines may join now.
type GatheringRef struct {
	ID       uuid.UUID
	Currency money.Currency
	Channel  receivable.Channel
	Kind     notice.Kind
	OpensAt  time.Time
}

// DecisionRecord is a decision as it was recorded, with the facts it was made on.
type DecisionRecord struct {
	CaseID          uuid.UUID
	Seq             int
	At              time.Time // business instant
	CalledFor       string
	PolicyVersionID uuid.UUID
	Facts           policy.Facts
	Decision        policy.Decision
}

// LadderMove is where an item stands on its ladder from now on.
type LadderMove struct {
	ItemID        uuid.UUID
	Cycle         int
	Level         int
	LastStageDone string
	LastStageOn   calendar.Date
	LastNoticeOn  calendar.Date
	HandedOverOn  calendar.Date
}

// Climb moves the item of a step past the step's stage, unless a person has restarted the ladder since.
type Climb struct {
	StepID uuid.UUID
	On     calendar.Date
	Notice bool // a notice of it was sent
	Level  int  // which it reached; 0 leaves the item's
}

// Nudge is a message to a workflow in the outbox: "look again", or its start.
type Nudge struct {
	WorkflowID string
	SubjectID  uuid.UUID
	Kind       string // of contract
	// StartAt is the business instant to which a start is delayed; zero: at once.
	StartAt     time.Time
	FirstAction string
	Version     int64 // of the row as read; DeleteNudges deletes only this one
	Attempts    int
	// Traceparent is the W3C trace context that left the row, as read; empty where nothing was traced. It is written by the
	// transaction itself, never from here.
	Traceparent string
}

// Work is everything that one step of a case or a notice changes.
type Work struct {
	Cases     []casework.Case // new or changed
	Decisions []DecisionRecord
	Notices   []NoticeWrite
	Steps     []casework.Step
	Lines     []notice.Line
	Approvals []casework.Approval
	Ladder    []LadderMove
	Climbs    []Climb
	Holds     []uuid.UUID // customers for whom a credit hold is requested
	BadEmail  []BadEmail
	Tasks     []casework.Task
	Nudges    []Nudge
	Audit     []audit.Entry
	Counts    []Count
	// Sending are notices that are being sent with this work: lines that ask for what is not collectable are counted.
	Sending []uuid.UUID
	// Taken are notices that the other side has taken: what came from the customer since their dispatch is counted.
	Taken []uuid.UUID
}

// NoticeWrite is a notice as it is from now on.
type NoticeWrite struct {
	notice.Notice
	WakeAt time.Time // business instant at which something is due; zero: none
	Raw    []byte    // nil leaves the bytes as they are
}

// BadEmail is a contact whose address was refused.
type BadEmail struct {
	ContactID uuid.UUID
	At        time.Time
	Reason    string
}

// Count adds N to a counter.
type Count struct {
	Name string
	N    int64
}
