package receivable

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// InvoiceState says whether the document stands.
type InvoiceState string

// The states of an invoice. A void invoice was never valid.
const (
	InvoiceValid InvoiceState = "valid"
	InvoiceVoid  InvoiceState = "void"
)

// Invoice is the document; what is owed are its items.
type Invoice struct {
	ID               uuid.UUID
	Source, Number   string // unique together
	CustomerID       uuid.UUID
	InvoiceDate      calendar.Date
	Currency         money.Currency
	AmountMinor      int64
	PurchaseOrder    string
	PolicyKey        string // assigned policy, or empty
	State            InvoiceState
	AmountsChangedBy string // four eyes
	ImportID         uuid.NullUUID
	Items            []Item
	Version          int64
	CreatedAt        time.Time
}

// ItemKind says what an item is.
type ItemKind string

// The kinds of items (MONEY.md).
const (
	Instalment ItemKind = "instalment"
	Deduction  ItemKind = "deduction"
	Claim      ItemKind = "claim"
	Charge     ItemKind = "charge"
)

// Item is one amount owed with its dates.
// OriginalMinor = Paid + Discounted + Credited + WrittenOff + Moved + Open, all ≥ 0, and Disputed ≤ Open.
type Item struct {
	ID              uuid.UUID
	InvoiceID       uuid.NullUUID
	CustomerID      uuid.UUID
	Kind            ItemKind
	Seq             int // 1-based within the invoice
	DueDate         calendar.Date
	AgingDate       calendar.Date
	TimeZone        string
	Currency        money.Currency
	OriginalMinor   int64
	PaidMinor       int64
	DiscountedMinor int64
	CreditedMinor   int64
	WrittenOffMinor int64
	MovedMinor      int64
	OpenMinor       int64
	DisputedMinor   int64

	// Where it stands on its ladder.
	Cycle         int
	Level         int           // last dunning stage whose notice was sent, 0 before the first
	LastStageDone string        // key of the last stage done, also of stages that send nothing
	LastStageOn   calendar.Date // when it was done
	LastNoticeOn  calendar.Date // when the last notice, courtesy included, was sent
	HandedOverOn  calendar.Date
	Version       int64
}
