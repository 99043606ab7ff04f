// Package contract names what crosses the line between the engine and the rest: workflow and activity names, ids, the
// nudge, and the messages' types. Payloads hold ids, instants and codes, never names, addresses or texts. It imports no
// SDK; app, relay, engine, workflows, activities and worker import it.
package contract

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// TaskQueue is the one queue of the engine's work.
const TaskQueue = "arrears"

// Workflow types.
const (
	InvoiceCollection = "InvoiceCollection"
	CustomerNotice    = "CustomerNotice"
	DeductionDispute  = "DeductionDispute"
	Nightly           = "Nightly"
	// BankStatementReconciliation records a bank file's payments and applies what is certain.
	BankStatementReconciliation = "BankStatementReconciliation"
)

// Nudge is the one signal: facts changed, look again. It carries nothing.
const Nudge = "nudge"

// StateQuery shows a workflow's state to whoever looks in the engine's user interface.
const StateQuery = "state"

// Activities of a collection case. Each decides and acts in one transaction, and returns a Next.
const (
	Review           = "Review"
	SendNotice       = "SendNotice"
	AskApproval      = "AskApproval"
	OpenTask         = "OpenTask"
	RequestHold      = "RequestHold"
	HandOver         = "HandOver"
	PassStage        = "PassStage"
	SettlePromise    = "SettlePromise"
	ApprovalDeadline = "ApprovalDeadline"
	CloseCase        = "CloseCase"
	Park             = "Park" // needs attention
)

// Activities of a notice.
const (
	ReviewNotice   = "ReviewNotice"   // look at a gathering notice or a draft: what now, when next
	DeliverNotice  = "DeliverNotice"  // seal, dispatch, hand to the channel, record the outcome
	NoticeDeadline = "NoticeDeadline" // the draft's approval is overdue: remind, raise or skip
)

// Activities of a claim's case.
const (
	ReviewDispute   = "ReviewDispute"   // look at the claim: what now, when next
	WriteToCustomer = "WriteToCustomer" // dispatch one message that is due, hand it to the channel, record the outcome
	MeetDeadline    = "MeetDeadline"    // warn of deadlines that are near, and let those lapse that have passed
)

// Activities of the nightly work.
const (
	ReviewNightly = "ReviewNightly" // is a night's work due, or did a person ask for a census: what now, when next
	RunNightly    = "RunNightly"    // do the night's work, and the censuses that were asked for
)

// Activities of a bank file.
const (
	ReviewBankFile = "ReviewBankFile" // is there something left to read or to record
	LoadBankFile   = "LoadBankFile"   // prove the file's totals, record its payments, apply what is certain
)

// Input starts a workflow. First names the activity to call first; At is when (zero: at once).
type Input struct {
	Subject uuid.UUID
	First   string
	At      time.Time // real instant
	// Idle: wait for a nudge before calling anything. A stepped clock has no real instants to wait for.
	Idle bool
}

// Step is what every activity of a case or notice is called with.
type Step struct {
	Subject uuid.UUID
	// Calm says that no nudge came since the last answer: what was decided meanwhile, with another case, still stands.
	Calm bool `json:",omitempty"`
}

// State is what the state query answers.
type State struct {
	Subject uuid.UUID
	Now     string    // the activity being called; empty: waiting
	Until   time.Time // real instant until which it waits; zero: for a nudge
	AtWake  string    // the activity to call then
	Seq     int       // of the last recorded decision
	Parked  bool
}

// Next is what every activity of a case or notice returns: which activity to call now, or when to call which.
type Next struct {
	Now    string    // activity to call at once; empty: wait
	WakeAt time.Time // business instant, for people
	Until  time.Time // real instant until which to wait; zero: only a nudge ends the wait
	AtWake string    // activity to call when Until is reached
	Closed bool      // nothing is left to do: the workflow ends
	Seq    int       // of the recorded decision
}

// ParkInput parks a case that could not go on.
type ParkInput struct {
	Subject  uuid.UUID
	Kind     string // of the subject
	Activity string
	Code     string
}

// The kinds of subjects, which are also the prefixes of workflow ids.
const (
	KindInvoice = "invoice"
	// KindDeduction is the collection case of a deduction or claim that was denied: its subject is the item, not the claim.
	KindDeduction = "deduction"
	KindNotice    = "notice"
	KindDispute   = "dispute"
	KindNightly   = "nightly"
	KindBankFile  = "bank-file"
)

// Kinds lists the kinds of subjects in the order in which what they do builds on each other: money brings about
// claims, claims collection cases, and those notices.
func Kinds() []string {
	return []string{KindBankFile, KindDispute, KindInvoice, KindDeduction, KindNotice, KindNightly}
}

// WorkflowOf names the workflow type of a kind of subject; empty for none. A denied deduction is collected as an invoice is.
func WorkflowOf(kind string) string {
	switch kind {
	case KindInvoice, KindDeduction:
		return InvoiceCollection
	case KindNotice:
		return CustomerNotice
	case KindDispute:
		return DeductionDispute
	case KindNightly:
		return Nightly
	case KindBankFile:
		return BankStatementReconciliation
	}
	return ""
}

// CaseKindOf is the kind of the collection case of an item: that of a deduction or claim is the item's own.
func CaseKindOf(caseID, itemID uuid.UUID) string {
	if caseID == itemID {
		return KindDeduction
	}
	return KindInvoice
}

// SubjectOf is the kind of subject by which the record names a collection case.
func SubjectOf(kind string) string {
	if kind == KindDeduction {
		return KindDeduction
	}
	return "case"
}

// CaseKind reports whether the kind is that of a collection case.
func CaseKind(kind string) bool { return kind == KindInvoice || kind == KindDeduction }

// Installation is the subject of what is done for the installation as a whole.
func Installation() uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceURL, []byte("arrears:installation")) }

// WorkflowID is the id of a subject's workflow.
func WorkflowID(kind string, id uuid.UUID) string { return kind + "/" + id.String() }

// ParseWorkflowID splits a workflow id into kind and subject; ok is false for any other id.
func ParseWorkflowID(s string) (kind string, id uuid.UUID, ok bool) {
	kind, rest, found := strings.Cut(s, "/")
	if !found {
		return "", uuid.Nil, false
	}
	id, err := uuid.Parse(rest)
	return kind, id, err == nil
}
