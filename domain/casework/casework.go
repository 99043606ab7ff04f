// Package casework holds what the engine keeps about a case: its state, the steps it took, the approvals it asked for and
// the tasks it opened. It decides nothing (policy does) and holds no money (receivable does). Every room may import it.
package casework

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// CaseState says who looks after a case now.
type CaseState string

// The states of a case.
const (
	CaseActive         CaseState = "active"
	CaseClosed         CaseState = "closed"
	CaseNeedsAttention CaseState = "needs_attention"
)

// Case is what one workflow looks after; the id of an invoice's collection case is the invoice's.
type Case struct {
	ID              uuid.UUID
	Kind            string // invoice or deduction
	CustomerID      uuid.UUID
	PolicyVersionID uuid.UUID
	State           CaseState
	NextAction      string    // what the last decision names to do at WakeAt
	WakeAt          time.Time // business instant; zero only when not active
	Decisions       int       // how many are recorded
	AttentionCode   string
	CustomerWide    bool // its policy has conditions on the customer's totals
}

// StepState is where a step stands.
type StepState string

// The states of a step.
const (
	StepLive             StepState = "live"              // its line is gathering, sealed or sending
	StepAwaitingApproval StepState = "awaiting_approval" // in a draft, or itself under approval
	StepApproved         StepState = "approved"          // approved, not yet done
	StepDone             StepState = "done"
	StepWithdrawn        StepState = "withdrawn"
	StepRefused          StepState = "refused"
	StepSkipped          StepState = "skipped" // by the approval's deadline or a rejection: the ladder goes on
)

// Step is one attempt at one stage for one item in one cycle.
type Step struct {
	ID        uuid.UUID
	ItemID    uuid.UUID
	CaseID    uuid.UUID
	Stage     string
	Cycle     int
	Attempt   int
	Action    string // notice, task, credit_hold, hand_over
	State     StepState
	NoticeID  uuid.NullUUID
	AskMinor  int64
	DecidedOn calendar.Date
	DoneOn    calendar.Date
	Reason    string
}

// ApprovalState is where an approval stands.
type ApprovalState string

// The states of an approval.
const (
	ApprovalOpen     ApprovalState = "open"
	ApprovalApproved ApprovalState = "approved"
	ApprovalRejected ApprovalState = "rejected"
	ApprovalLapsed   ApprovalState = "lapsed" // the facts changed
	ApprovalSkipped  ApprovalState = "skipped"
)

// Approval is a person's decision, bound to the exact content.
type Approval struct {
	ID           uuid.UUID
	SubjectKind  string // notice (a draft), step (an action that sends nothing) or dispute_decision
	SubjectID    uuid.UUID
	CustomerID   uuid.UUID
	CaseID       uuid.NullUUID
	Stage        string
	Role         string
	State        ApprovalState
	ContentHash  [32]byte
	Summary      string
	AmountMinor  int64
	Currency     money.Currency
	Proposers    []string // who may not approve
	AtDeadline   string   // remind, raise or skip
	DeadlineDays int      // business days, installation's calendar and zone
	DueAt        time.Time
	Reminders    int
	RequestedAt  time.Time
	DecidedAt    *time.Time
	DecidedBy    string
	Comment      string
	Version      int64
}

// TaskState is where a task stands.
type TaskState string

// The states of a task.
const (
	TaskOpen      TaskState = "open"
	TaskDone      TaskState = "done"
	TaskCancelled TaskState = "cancelled"
)

// Task is one thing on a worklist. Dedupe is the business step that opened it: opening it twice changes nothing.
type Task struct {
	ID         uuid.UUID
	Kind       string
	Dedupe     string
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	ItemID     uuid.NullUUID
	DisputeID  uuid.NullUUID // the claim that it is about
	Assignee   string
	Role       string
	Summary    string
	DueOn      calendar.Date
	State      TaskState
	Outcome    string
	CreatedAt  time.Time
	ClosedAt   *time.Time
	ClosedBy   string
	Version    int64
}
