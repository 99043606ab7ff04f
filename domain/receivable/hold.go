package receivable

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// PromiseState is one of five words.
type PromiseState string

// The states of a promise to pay.
const (
	PromiseOpen          PromiseState = "open"
	PromiseKept          PromiseState = "kept"
	PromisePartiallyKept PromiseState = "partially_kept"
	PromiseBroken        PromiseState = "broken"
	PromiseWithdrawn     PromiseState = "withdrawn"
)

// Promise is a customer's commitment to an amount and a date. It holds the promised part to DueOn plus GraceDays.
type Promise struct {
	ID            uuid.UUID
	CustomerID    uuid.UUID
	InvoiceID     uuid.UUID
	AmountMinor   int64
	Currency      money.Currency
	ReceivedMinor int64
	PromisedOn    calendar.Date
	DueOn         calendar.Date
	GraceDays     int
	State         PromiseState
	SettledOn     calendar.Date
	Note          string
	CreatedBy     string
	CreatedAt     time.Time
	Items         []PromiseItem
	Version       int64
}

// PromiseItem is the part of a promise that covers one item.
type PromiseItem struct {
	ItemID        uuid.UUID
	AmountMinor   int64
	ReceivedMinor int64
}

// BlockReason is a code.
type BlockReason string

// The reasons of a dunning block. Only legal and insolvency may stand without an expiry.
const (
	BlockCustomerRequest BlockReason = "customer_request"
	BlockInternalReview  BlockReason = "internal_review"
	BlockLegal           BlockReason = "legal"
	BlockGoodwill        BlockReason = "goodwill"
	BlockInsolvency      BlockReason = "insolvency"
	BlockBillingError    BlockReason = "billing_error"
	BlockOther           BlockReason = "other"
)

// Block is a dunning block: a reason-coded stop with an expiry, on item, invoice or customer.
type Block struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	InvoiceID  uuid.NullUUID
	ItemID     uuid.NullUUID
	Reason     BlockReason
	Note       string
	Until      calendar.Date // last day on which it holds; zero only for legal and insolvency
	CreatedBy  string
	CreatedAt  time.Time
	ReleasedAt *time.Time
	ReleasedBy string
}

// DisputeFlag marks an amount of an item as contested.
type DisputeFlag struct {
	ID            uuid.UUID
	ItemID        uuid.UUID
	InvoiceID     uuid.UUID // uuid.Nil: the item is a claim without invoice
	CustomerID    uuid.UUID
	AmountMinor   int64
	Currency      money.Currency
	Reason        string // reason code
	Note          string
	Released      bool
	CreatedBy     string
	CreatedAt     time.Time
	ReleasedBy    string
	ReleasedAt    *time.Time
	ReleaseReason string
}

// Note is a collector's note or the outcome of a call.
type Note struct {
	ID         uuid.UUID
	CustomerID uuid.UUID
	InvoiceID  uuid.NullUUID
	Kind       string // note or call
	Outcome    string // of a call: reached, no_answer, left_message, wrong_number, will_pay, disputes, refuses
	Body       string
	FollowUpOn calendar.Date
	CreatedBy  string
	CreatedAt  time.Time
}

// Document is a stored file: an invoice copy and the like. Its content is a file of its own, by its sum.
type Document struct {
	ID         uuid.UUID
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	DisputeID  uuid.NullUUID // the case that it is evidence of
	Kind       string
	Filename   string
	MediaType  string
	Size       int64
	SHA256     [32]byte
	InRow      bool   // its content is in the database, as releases up to 0.1 stored it
	Content    []byte // of one in the database, where it is asked for
	CreatedAt  time.Time
	CreatedBy  string
}
