package receivable

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// ReceiptState says whether the money is still there.
type ReceiptState string

// The states of a receipt.
const (
	ReceiptRecorded ReceiptState = "recorded"
	ReceiptReversed ReceiptState = "reversed"
)

// MatchState says where a receipt of a bank file stands with those who apply it.
type MatchState string

// The states of matching. A receipt that somebody entered with its applications has none.
const (
	MatchNone         MatchState = ""
	MatchProposed     MatchState = "proposed"     // a clerk is to look at what matching found
	MatchUnidentified MatchState = "unidentified" // nothing was found
	MatchHeld         MatchState = "held"         // it may not be applied
	MatchDone         MatchState = "done"
)

// HeldReason says why a receipt may not be applied.
type HeldReason string

// The reasons for holding money.
const (
	HeldSanctions   HeldReason = "sanctions"
	HeldLegal       HeldReason = "legal"
	HeldDispute     HeldReason = "dispute"
	HeldOtherEntity HeldReason = "other_entity" // it is for another company
	HeldOther       HeldReason = "other"
)

// Payer is what a bank told of who sent a receipt's money.
type Payer struct {
	Match      MatchState
	LikelyID   uuid.NullUUID // whose notices the rest holds while nobody has said whose money it is
	Name       string
	Account    string // as accounts are compared
	HeldReason HeldReason
}

// Receipt is money that arrived.
// AmountMinor (0 once reversed) + NettedMinor = Applied + OnAccount + Unapplied + Refunded, in its currency.
type Receipt struct {
	ID             uuid.UUID
	Source, Number string // unique together: the source's own reference
	CustomerID     uuid.NullUUID
	Kind           string // bank or offset
	Currency       money.Currency
	AmountMinor    int64
	GrossMinor     int64 // as received; stays when reversed
	NettedMinor    int64
	AppliedMinor   int64
	OnAccountMinor int64
	UnappliedMinor int64
	RefundedMinor  int64
	ValueDate      calendar.Date
	Reference      string
	State          ReceiptState
	ReversedAt     *time.Time
	ReversalReason string
	CreatedBy      string
	CreatedAt      time.Time
	Payer          Payer
	BesideID       uuid.NullUUID // of an offset: the receipt that it was made beside, and is reversed with
	Applications   []Application
	Version        int64
}

// Application is a part of a receipt put on an item.
type Application struct {
	ID            uuid.UUID
	ReceiptID     uuid.UUID
	ItemID        uuid.UUID
	AmountMinor   int64  // receipt currency
	ItemMinor     int64  // item currency
	DiscountMinor int64  // item currency, taken with this application
	Rate          string // decimal, "1" within one currency
	AppliedAt     time.Time
	ReversedAt    *time.Time
}

// CreditMemoState says whether the document stands.
type CreditMemoState string

// The states of a credit memo.
const (
	CreditMemoValid CreditMemoState = "valid"
	CreditMemoVoid  CreditMemoState = "void"
)

// CreditMemo is a document that reduces what is owed. Amount = Applied + Open while valid, both 0 when void.
type CreditMemo struct {
	ID             uuid.UUID
	Source, Number string
	CustomerID     uuid.UUID
	InvoiceID      uuid.NullUUID // none: standalone, reserved and shown on notices
	Currency       money.Currency
	AmountMinor    int64
	AppliedMinor   int64
	OpenMinor      int64
	MemoDate       calendar.Date
	Reason         string
	State          CreditMemoState
	DisputeID      uuid.NullUUID // the claim that it credits
	DisputeMinor   int64         // of it, what credits parts of the claim that are on no item: that stays open on the memo
	CreatedBy      string
	CreatedAt      time.Time
	Applications   []CreditApplication
	Version        int64
}

// CreditApplication is a part of a credit memo put on an item.
type CreditApplication struct {
	ID           uuid.UUID
	CreditMemoID uuid.UUID
	ItemID       uuid.UUID
	AmountMinor  int64
	AppliedAt    time.Time
	ReversedAt   *time.Time
}

// WriteOffKind says why an amount was closed; the kinds are never mixed.
type WriteOffKind string

// The kinds of write-off.
const (
	SmallDifference WriteOffKind = "small_difference"
	Concession      WriteOffKind = "concession"
	BadDebt         WriteOffKind = "bad_debt"
)

// WriteOff is an amount of an item that was closed without money.
type WriteOff struct {
	ID          uuid.UUID
	ItemID      uuid.UUID
	ReceiptID   uuid.NullUUID // the receipt that caused it: it is reversed with it
	Kind        WriteOffKind
	AmountMinor int64
	Reason      string
	CreatedBy   string
	CreatedAt   time.Time
	ReversedAt  *time.Time
}
