// Package census names what the nightly proof looks at: its parts, its checks and what a finding is, and which night and
// which month end is due. It reads nothing and decides nothing about a case; store looks for what breaks a check, app raises
// it. Every room may import it.
package census

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
)

// State is where a census stands.
type State string

// The states of a census.
const (
	Asked     State = "asked"     // a person wants one; a worker will begin it
	Running   State = "running"   //
	Done      State = "done"      //
	Abandoned State = "abandoned" // whoever ran it went away
)

// Reason says why a census was made.
type Reason string

// The reasons.
const (
	OfNight  Reason = "night"
	ByPerson Reason = "asked"
)

// Part is a stretch of a census: the rows of one table, or what is looked at as a whole.
type Part string

// The parts, in the order in which a census goes through them.
const (
	Items           Part = "items"
	Invoices        Part = "invoices"
	Receipts        Part = "receipts"
	CreditMemos     Part = "credit_memos"
	Cases           Part = "cases"
	Steps           Part = "steps"
	Lines           Part = "lines"
	Notices         Part = "notices"
	Approvals       Part = "approvals"
	Disputes        Part = "disputes"
	BankFiles       Part = "bank_files"
	BankEntries     Part = "bank_entries"
	Documents       Part = "documents"
	Whole           Part = "whole"
	CaseWorkflows   Part = "case_workflows"
	NoticeWorkflows Part = "notice_workflows"
	// DisputeWorkflows are those of claims' cases.
	DisputeWorkflows Part = "dispute_workflows"
	Strays           Part = "strays"
)

// Parts lists all parts in order.
func Parts() []Part {
	return []Part{Items, Invoices, Receipts, CreditMemos, Cases, Steps, Lines, Notices, Approvals, Disputes, BankFiles, BankEntries, Documents, Whole, CaseWorkflows, NoticeWorkflows,
		DisputeWorkflows, Strays}
}

// OfEngine reports whether the part compares with the engine.
func (p Part) OfEngine() bool {
	return p == CaseWorkflows || p == NoticeWorkflows || p == DisputeWorkflows || p == Strays
}

// Next is the part after this one; empty after the last. The first part comes after the empty one.
func (p Part) Next() Part {
	all := Parts()
	if p == "" {
		return all[0]
	}
	for i := range len(all) - 1 {
		if all[i] == p {
			return all[i+1]
		}
	}
	return ""
}

// Finding is something that must not be.
type Finding struct {
	Check      string
	Subject    string // an id, or the name of what has none
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	Detail     string // ids, amounts, dates and codes, never names or texts
	Note       bool   // told, but nobody has to do anything
	Repair     string // what was done at once; empty: nothing
	FoundAt    time.Time
}

// Key names the finding from night to night; what follows it in a task's dedupe tells one opening from the next.
func (f Finding) Key() string { return TaskKind + "/" + f.Check + "/" + f.Subject }

// Dedupe is the dedupe of the task that the finding opens on a business date. A counter's says how far it had counted.
func (f Finding) Dedupe(on calendar.Date) string {
	if f.Check == CounterNotZero {
		return f.Key() + "/" + strings.Fields(f.Detail + " ?")[0]
	}
	return f.Key() + "/" + on.String()
}

// TaskKind is the kind of the tasks that findings open.
const TaskKind = "census"

// What was done at once about a finding.
const (
	Nudged = "nudged" // its workflow was told to look again, or started anew
	Armed  = "armed"  // a missing case was made
)

// Bounds are how old something may be before it counts.
type Bounds struct {
	Late  time.Time // business: a next date or a deadline before it has been missed
	Stuck time.Time // business: a notice that should have gone out before it is stuck
	Slow  time.Time // business: a load that has not come further since then stands still
}

// The graces, in real time. What is due may be behind by a wave of reminders or the relay's back-off without being lost.
const (
	LateGrace     = 2 * time.Hour
	StuckGrace    = 72 * time.Hour // over a weekend on which nothing is sent
	SlowGrace     = 24 * time.Hour // a load is tried for a day
	SteppedGrace  = 24 * time.Hour // business time; a stepped clock has no real time to be late by
	SendingGrace  = time.Hour      // a delivery that is tried again is sealed, not sending
	NudgeGrace    = 2 * time.Hour  // arming a million invoices takes longer than an hour
	SealGrace     = 15 * time.Minute
	AbandonedFor  = 24 * time.Hour
	KeepAnswers   = 30 * 24 * time.Hour // of idempotent requests
	SnapshotGrace = 6 * time.Hour       // a night's run before the working day stands for the day before
)

// BoundsAt are the bounds at a real instant by the installation's clock.
func BoundsAt(c calendar.Clock, real time.Time) Bounds {
	if c.Kind == calendar.SteppedClock {
		at := c.Business(real).Add(-SteppedGrace)
		return Bounds{Late: at, Stuck: at.Add(-StuckGrace), Slow: at.Add(-SlowGrace)}
	}
	return Bounds{Late: c.Business(real.Add(-LateGrace)), Stuck: c.Business(real.Add(-StuckGrace)), Slow: c.Business(real.Add(-SlowGrace))}
}
