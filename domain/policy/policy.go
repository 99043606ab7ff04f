// Package policy is the heart of collection: policies as data, and Next, which says for the facts of a case and a moment
// what to do now and when to look again, with its reasons. It is pure: no input or output, no clock, no engine; whoever
// acts does so only on what Next says. Every room may import it; it imports the domain's leaves and receivable alone.
package policy

import (
	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// RulesVersion names the rules that Next follows. It rises with every change of behaviour, so that a replay can tell "differs
// by a rule change" from "differs from the record".
const RulesVersion = 1

// Kind says what a policy collects.
type Kind string

// The kinds of policies.
const (
	Collection Kind = "collection"
	Repayment  Kind = "repayment"
)

// Policy is an immutable set of stages and rules. The zero number of stages means "never dun".
type Policy struct {
	Key         string
	Kind        Kind
	Description string
	Stages      []Stage
	// MinimumOpen is the tolerance: an item with less collectable than this, per currency, is not dunned.
	MinimumOpen map[money.Currency]int64
	// MinDaysBetweenNotices is in business days between two notices on one item.
	MinDaysBetweenNotices int
	Window                calendar.Window
	// ClosedDays are dates on which nothing is sent, besides the customer's holidays.
	ClosedDays []calendar.Date
	// Credits says what is done with the customer's open credits and on-account cash: reserve (lower what is asked,
	// oldest item first) or show (only mention them).
	Credits CreditsRule
	// BrokenPromise says what a broken promise does: resume, task, or next_stage (the next stage is due at once).
	BrokenPromise BrokenPromiseRule
	// ReviewDays is the longest time without a look at an open item; the next date when nothing else gives one.
	ReviewDays int
}

// CreditsRule says how open credits bear on a notice.
type CreditsRule string

// The credits rules.
const (
	CreditsReserve CreditsRule = "reserve"
	CreditsShow    CreditsRule = "show"
)

// BrokenPromiseRule says what a broken promise does.
type BrokenPromiseRule string

// The broken-promise rules.
const (
	BrokenResume    BrokenPromiseRule = "resume"
	BrokenTask      BrokenPromiseRule = "task"
	BrokenNextStage BrokenPromiseRule = "next_stage"
)

// Stage is one rung of a policy.
type Stage struct {
	Key        string
	Name       string
	Moment     Moment
	Conditions Conditions
	// WhenUnmet says whether a stage whose moment has come but whose conditions are unmet holds the ladder (wait) or lets
	// the next stage come (pass). The first dunning stage always waits.
	WhenUnmet WhenUnmet
	Action    Action
	Template  string               // notices: the template's name
	Channels  []receivable.Channel // notices: tried in order
	TaskText  string               // tasks: what to do
	DueDays   int                  // business days until a task is due, or within which a notice asks for payment; 0: at once
	Approval  *Approval            // nil: none needed
}

// Action is what a stage does.
type Action string

// The actions of a stage.
const (
	Notice     Action = "notice"
	Task       Action = "task"
	CreditHold Action = "credit_hold"
	HandOver   Action = "hand_over"
)

// WhenUnmet is what unmet conditions do to the ladder.
type WhenUnmet string

// The answers to unmet conditions.
const (
	UnmetWait WhenUnmet = "wait"
	UnmetPass WhenUnmet = "pass"
)

// Basis is what a moment counts from.
type Basis string

// The bases of a moment.
const (
	FromDue            Basis = "due"             // due date ± Days
	FromEndOfMonth     Basis = "end_of_month"    // the end of the month of (due date + Days)
	FromPreviousNotice Basis = "previous_notice" // Days after the previous notice was sent
)

// Moment says on which civil date, in the item's time zone, a stage is reached (inclusive).
type Moment struct {
	Basis        Basis
	Days         int  // may be negative from due: a courtesy reminder
	BusinessDays bool // count business days of the customer's calendar
}

// Conditions restrict a stage; all that are set must hold. Amounts are minor units per currency; a currency that is not
// listed fails an amount condition.
type Conditions struct {
	MinimumOpen  map[money.Currency]int64 // collectable of the item
	OverdueCount int                      // at least so many overdue items of the customer
	OldestDays   int                      // the customer's oldest overdue item is at least so many days past due
	OverdueTotal map[money.Currency]int64 // the customer's overdue total in the item's currency
}

// Approval says who must agree before a stage acts.
type Approval struct {
	Role         string
	DeadlineDays int // business days, installation's calendar and time zone
	AtDeadline   AtDeadline
}

// AtDeadline is what an approval's deadline does.
type AtDeadline string

// What an approval's deadline may do.
const (
	DeadlineRemind AtDeadline = "remind"
	DeadlineRaise  AtDeadline = "raise"
	DeadlineSkip   AtDeadline = "skip"
)

// Version is one immutable version of a policy.
type Version struct {
	ID        uuid.UUID
	Number    int
	Policy    Policy
	CreatedBy string // four eyes
}

// Courtesy reports whether the stage is a reminder before the due date: it lapses at the due date and is not dunning.
func (s Stage) Courtesy() bool {
	return s.Action == Notice && s.Moment.Basis == FromDue && s.Moment.Days < 0
}
