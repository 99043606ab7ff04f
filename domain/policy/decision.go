package policy

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
)

// Verb is the kind of a decision.
type Verb string

// What Next may say of an item.
const (
	Wait  Verb = "wait"  // nothing to do before WakeAt
	Act   Verb = "act"   // do the stage's action now
	Ask   Verb = "ask"   // ask for approval of the stage's action now
	Hold  Verb = "hold"  // something holds it back: dispute, promise, block, hand-over, approval
	Close Verb = "close" // nothing is left to collect
)

// Do names the activity that a decision calls for. The workflow calls it by this name.
type Do string

// The activities of a collection case.
const (
	DoNothing     Do = ""
	DoReview      Do = "review" // look again: re-decide, act on nothing
	DoSendNotice  Do = "send_notice"
	DoAskApproval Do = "ask_approval"
	DoOpenTask    Do = "open_task"
	DoRequestHold Do = "request_hold"
	DoHandOver    Do = "hand_over"
	DoPassStage   Do = "pass_stage"        // note that a courtesy reminder lapsed or unmet conditions let the ladder go on
	DoSettle      Do = "settle_promise"    // a promise's date passed: it is broken or partly kept
	DoDeadline    Do = "approval_deadline" // the step's own approval is overdue
	DoClose       Do = "close"
)

// Decision is what Next says of a case: one decision per item, the one activity to call now, and when to look again.
type Decision struct {
	Rules int // RulesVersion
	Items []ItemDecision
	Now   Do // the activity to call now; DoNothing: wait until WakeAt
	// WakeAt is the earliest moment at which something may have to be done, business time; zero only when all is closed.
	WakeAt time.Time
	AtWake Do // the activity the case expects to call then
}

// ItemDecision is what Next says of one item.
type ItemDecision struct {
	ItemID   uuid.UUID
	Verb     Verb
	Do       Do
	Stage    string             // the stage it is about
	Level    int                // the dunning level it would reach
	Action   Action             // of the stage
	Channel  receivable.Channel // notices
	Template string
	TaskKind string        // open_task: stage, no_address, apply_credit, ladder_done, broken_promise
	AskMinor int64         // what is asked for: collectable less reserved
	On       calendar.Date // the civil date on which it is or will be due
	WakeAt   time.Time
	AtWake   Do
	Reasons  []Reason
}

// Reason explains a decision: a stable code and its values, for people and for replay.
type Reason struct {
	Code  string
	Date  calendar.Date
	Minor int64
	Text  string // a key or code, never a person's words
}
