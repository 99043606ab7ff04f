package dispute

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Kind says whether the money was withheld.
type Kind string

// The kinds of cases.
const (
	// Deduction: the customer has withheld the money.
	Deduction Kind = "deduction"
	// Contest: the customer contests an amount before paying it. What is disputed never exceeds what is open.
	Contest Kind = "dispute"
)

// State says what the case waits for.
type State string

// The states of a case.
const (
	// Opened: nobody has sorted it yet; an unknown reason waits here for an analyst.
	Opened State = "opened"
	// Investigating: its reason is known and evidence is gathered.
	Investigating State = "investigating"
	// AwaitingCustomer: the customer was asked for something.
	AwaitingCustomer State = "awaiting_customer"
	// AwaitingApproval: a decision was proposed that exceeds the decider's limit.
	AwaitingApproval State = "awaiting_approval"
	// ApprovalRefused: the proposed decision was refused; it is decided again.
	ApprovalRefused State = "approval_refused"
	// AwaitingCreditMemo: a part was found valid and waits for the number of its credit memo.
	AwaitingCreditMemo State = "awaiting_credit_memo"
	// Contested: a part was denied, and the denial was submitted to the customer, who has not answered.
	Contested State = "contested"
	// RefusedByCustomer: the customer does not accept the denial; the next round is due.
	RefusedByCustomer State = "refused_by_customer"
	// AwaitingRepayment: the denied part is collected.
	AwaitingRepayment State = "awaiting_repayment"
	// Closed: nothing is pending and nothing denied is open.
	Closed State = "closed"
	// Void: it was never valid, because the receipt that brought it was reversed before anyone decided.
	Void State = "void"
)

// States returns all states in the order of a case's life.
func States() []State {
	return []State{
		Opened, Investigating, AwaitingCustomer, AwaitingApproval, ApprovalRefused, AwaitingCreditMemo, Contested,
		RefusedByCustomer, AwaitingRepayment, Closed, Void,
	}
}

// Ended reports whether nothing more is decided or paid by itself; a deadline may outlive the case (Outlives).
func (s State) Ended() bool { return s == Closed || s == Void }

// Outcome says how the claim as a whole was decided; empty while it is not.
type Outcome string

// The outcomes of a case.
const (
	Valid          Outcome = "valid"
	Invalid        Outcome = "invalid"
	PartiallyValid Outcome = "partially_valid"
	Settled        Outcome = "settled"         // a concession for peace, not because it is valid
	Earned         Outcome = "earned_discount" // a discount within its terms
	Tolerated      Outcome = "tolerated"       // too small to look into
	WithdrawnBy    Outcome = "withdrawn"       // the customer took it back
)

// ByRule reports whether a rule, and no person, gave the claim this outcome.
func (o Outcome) ByRule() bool { return o == Tolerated || o == Earned }

// Dispute is a claim and its case.
type Dispute struct {
	ID         uuid.UUID
	Number     int64 // for people, rising: D-<number>
	Kind       Kind
	CustomerID uuid.UUID
	Currency   money.Currency
	State      State
	Outcome    Outcome

	// What the customer says, as it came.
	CustomerReason string // their code
	CustomerWords  string
	ClaimReference string // their number of the claim
	Source         string // whence it came: api, import, short_payment
	TakenOn        calendar.Date
	ReceiptID      uuid.NullUUID // the receipt that it shortened

	// What triage made of it.
	Reason   string // our code; empty: unknown
	Trade    bool
	Team     string // who finds the evidence
	Owner    string // the analyst
	Priority int    // 1 (first) to 9
	Rules    uuid.NullUUID

	Round           int           // of the contest with the customer; 0: not yet submitted
	PortalReference string        // the number of our case in the customer's portal
	PayableBy       calendar.Date // of the denied part; none: nothing was denied
	PaidInProtest   bool
	DecidedBy       string // the last decision's author: someone else decides an appeal
	DecidedAt       *time.Time
	SplitFrom       uuid.NullUUID
	ClaimedWhole    int64 // of the unsplit claim: what approval limits test

	DeadlineOn    calendar.Date // the earliest deadline that stands, kept by the store with the deadlines; none: none stands
	WakeAt        *time.Time    // business instant of the next deadline or check; every live case has one, and one that a deadline outlives
	AttentionCode string
	OpenedBy      string
	OpenedAt      time.Time
	ClosedAt      *time.Time
	Version       int64
	Parts         []Part
}

// Part is what of a claim is about one item; without an item it is about the customer's account.
type Part struct {
	ID        uuid.UUID
	DisputeID uuid.UUID
	InvoiceID uuid.NullUUID
	// ItemID is the contested instalment of a dispute, and the deduction's or claim's own item of a deduction; none while no
	// item of ours is about it.
	ItemID uuid.NullUUID
	FlagID uuid.NullUUID // the dispute flag that holds the undecided part back
	Amounts
}

// Amounts sums the parts.
func (d Dispute) Amounts() Amounts {
	var sum Amounts
	for _, p := range d.Parts {
		sum = sum.Plus(p.Amounts)
	}
	return sum
}

// Check proves the law of every part, and that nothing is pending or denied and open of a case that has ended.
// Error: CodeLawBroken.
func (d Dispute) Check() error {
	for _, p := range d.Parts {
		if err := p.Check(); err != nil {
			return err
		}
	}
	if d.State.Ended() && !d.Amounts().Done() {
		return errLaw
	}
	return nil
}
