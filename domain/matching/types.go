package matching

import (
	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

// The bounds of what is searched, looked up and answered.
const (
	// MaxTokens bounds what a receipt is searched by, so that one query holds it.
	MaxTokens = 500
	// MaxCustomers bounds the customers of one receipt's candidates.
	MaxCustomers = 50
	// MaxOpenItems bounds the open items of one customer that are candidates beside those that are named, oldest due date first.
	MaxOpenItems = 500
	// MaxItems bounds the items of one receipt's candidates: an advice may name thousands.
	MaxItems = 25_000
	// MaxProposals bounds the answer.
	MaxProposals = 5
)

// Kind says what a receipt is.
type Kind string

// The kinds of receipts.
const (
	Payment Kind = "payment" // money came in; also the zero value
	Return  Kind = "return"  // an earlier payment was taken back
	Debit   Kind = "debit"   // money went out: nothing to apply
)

// Receipt is money that arrived with everything that is told of it: by the bank, or by an advice that was found for it.
type Receipt struct {
	ID       uuid.UUID
	Kind     Kind
	Minor    int64 // positive
	Currency money.Currency
	ValueOn  calendar.Date
	// What the payer ordered where it is another currency, the rate as written, and what banks took off on the way.
	InstructedMinor    int64
	InstructedCurrency money.Currency
	Rate               string
	ChargesMinor       int64

	Payer         remittance.Party
	UltimatePayer remittance.Party
	Customer      string        // a number that the payer has with us, where there was a field for it
	CustomerID    uuid.NullUUID // a person has said whose money it is: only its items, and those it may pay for, are looked at
	EndToEnd      string
	Reference     string // the bank's
	Mandate       string
	Cheque        string
	Texts         []string
	Lines         []remittance.Line
	Return        *remittance.Return
}

// Item is what a receipt may be for: an open item, or one that is closed and named, for then the money was paid twice.
type Item struct {
	ID            uuid.UUID
	InvoiceID     uuid.NullUUID
	CustomerID    uuid.UUID
	Kind          receivable.ItemKind
	Number        string // of the invoice; of a deduction: the invoice that it was withheld from; of a claim without one: ""
	Order         string // purchase order
	Instalment    int    // 1-based within the invoice; 0 or 1 of 1 when it has one
	Instalments   int
	DueOn         calendar.Date
	InvoicedOn    calendar.Date
	Currency      money.Currency
	OriginalMinor int64
	OpenMinor     int64
	DisputedMinor int64 // at most open
	Discounts     []Discount
	// ClaimReferences are the names of a deduction's or claim's case: the customer's reference and our number.
	ClaimReferences []string
	DisputeID       uuid.NullUUID
	Held            string // why money for it is held: a legal hold; empty: it is not

	keys itemKeys // filled by Index, else when needed
}

// Discount is what may be taken off an item that is settled by its last day, in the item's currency: of the open amount, after
// credits, less what was given before.
type Discount struct {
	LastDay calendar.Date
	Minor   int64
}

// Credit is an open credit memo, or what is left of it.
type Credit struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	InvoiceID  uuid.NullUUID
	Number     string
	On         calendar.Date
	Currency   money.Currency
	OpenMinor  int64
}

// Customer is who may have paid or owes.
type Customer struct {
	ID         uuid.UUID
	Number     string
	Name       string
	Aliases    []string // other names, as learned; a payer that pays on its behalf is one
	Accounts   []string // remittance.Account keys from which it was seen to pay
	ParentID   uuid.NullUUID
	PayerID    uuid.NullUUID
	HeldReason string    // money from it is held: compliance, legal; empty: it is not
	Rules      *Rulebook // its own, complete (customer's, segment's and the installation's merged); nil: those given to Match

	keys customerKeys // filled by Index, else when needed
}

// Advice is a remittance advice that may belong to the receipt.
type Advice struct {
	ID uuid.UUID
	remittance.Advice
}

// Candidates are what was found for a receipt by its Keys. All customers that share a name or an account must be in it (up to
// MaxCustomers), or a shared one looks like one customer's. The order of rows means nothing.
type Candidates struct {
	Customers []Customer // those found, and the parents, payers and children of those found by account, name or number
	Items     []Item     // those named, open or not, and the open ones of the customers
	Credits   []Credit   // open ones of the customers
	Advices   []Advice   // not yet used, of the same reference, or of the same amount and payer
	// Truncated says that a bound cut the open items of a customer: then an amount alone proves nothing.
	Truncated bool
}

// Env is what else a decision depends on.
type Env struct {
	// Rates finds the rate of a day; nil: none is known. Error: money.no_rate.
	Rates func(from, to money.Currency, on calendar.Date) (money.DatedRate, error)
	// Given is what a customer was given this month of small differences, of whatever kind; nil: nothing.
	Given func(customer uuid.UUID, c money.Currency) int64
	// Alarm says that the statement contradicts itself and nobody has overridden it: nothing of it is applied by itself.
	Alarm bool
}

// Outcome says what is to be done with a receipt.
type Outcome string

// The outcomes.
const (
	Apply        Outcome = "apply"        // the first proposal is applied by itself
	Propose      Outcome = "propose"      // a person looks at the proposals
	Hold         Outcome = "hold"         // the money is held: the chase stops, nothing is applied
	Unidentified Outcome = "unidentified" // nobody is known to have paid it
	Returned     Outcome = "return"       // an earlier receipt is to be reversed: see LookUp
	Ignore       Outcome = "ignore"       // nothing that could be applied
)

// Result is the answer for one receipt.
type Result struct {
	Outcome   Outcome
	Proposals []Proposal    // best first, at most MaxProposals
	Why       []Reason      // of the outcome
	Advice    uuid.NullUUID // the advice that was used
	LookUp    *LookUp       // for Returned alone
}

// LookUp says by what the receipt that a return takes back is found.
type LookUp struct {
	EndToEnd   string
	References []string // number keys of the references that are named, the likeliest first
	Cheque     string
	Minor      int64
	Currency   money.Currency
	On         calendar.Date // of the original payment; 0 when not told
	Code       string        // why: AC04, R01, NSF
}

// Proposal says where every unit of a receipt goes. Minor amounts are of the item's currency unless they say otherwise.
// Receipt + netted claims = applications (Application.Minor) + on account, in the receipt's currency; and for every item:
// open = applied + discount + claimed + written off + credited + offset + residual. Check proves it.
type Proposal struct {
	// CustomerID is whose receipt it becomes: the payer's when a recorded agreement lets it pay for the items' customers,
	// else the customer of the items.
	CustomerID uuid.UUID
	Score      int // 0 to 1000
	// Automatic says that the score reaches the threshold and nothing stops it.
	Automatic      bool
	Currency       money.Currency // of the items
	Rate           money.Rate     // from the receipt's currency to the items'; "1" within one
	RateOn         calendar.Date  // the day of the rate; 0 within one currency
	Applications   []Application
	Claims         []Claim
	WriteOffs      []WriteOff
	Credits        []CreditUse
	Offsets        []Offset
	Residuals      []Residual
	OnAccountMinor int64         // of the receipt's currency
	Identified     []string      // the codes of the reasons that say who paid
	Advice         uuid.NullUUID // of which it was made, if it was made of one
	Reasons        []Reason
	Stops          []Reason // why it is not applied by itself, whatever the score
}

// Application is a part of the receipt put on an item.
type Application struct {
	ItemID         uuid.UUID
	CustomerID     uuid.UUID // the item's
	Minor          int64     // of the receipt's currency
	ItemMinor      int64
	DiscountMinor  int64
	DiscountEarned bool // by the terms and the days of grace
}

// Claim is a part of an item, or of no item, that was withheld and becomes a deduction.
type Claim struct {
	ItemID    uuid.NullUUID // the amount moves from this item; null: it names none, and is netted
	InvoiceID uuid.NullUUID // told, also where no item is open
	Minor     int64         // positive
	Reason    string        // the customer's code
	Words     string
	Reference string // the customer's
	Netted    bool   // it counts like money of the receipt
}

// WriteOffKind says why a small difference is closed.
type WriteOffKind string

// The kinds of small differences.
const (
	BankCharge WriteOffKind = "bank_charge"
	Rounding   WriteOffKind = "rounding"
	Tolerance  WriteOffKind = "tolerance"
	Exchange   WriteOffKind = "exchange"
)

// WriteOff closes a small difference of an item.
type WriteOff struct {
	ItemID uuid.UUID
	Minor  int64
	Kind   WriteOffKind
}

// CreditUse puts a part of an open credit memo on an item.
type CreditUse struct {
	CreditID uuid.UUID
	ItemID   uuid.UUID
	Minor    int64
}

// Offset is what an offset receipt has to close: we owe it to the payer. It is never applied by itself.
type Offset struct {
	ItemID uuid.UUID
	Minor  int64
}

// Residual is what stays open of an item that is paid in part.
type Residual struct {
	ItemID        uuid.UUID
	Minor         int64
	DisputedMinor int64 // of it
}

// Reason is one thing that was found, for people and for the record. Words says it; which fields mean something depends on the
// code.
type Reason struct {
	Code     string
	Subject  string // a number, a name, an account
	Other    string
	Minor    int64
	Currency money.Currency
	Count    int
	Points   int // added to the score
}
