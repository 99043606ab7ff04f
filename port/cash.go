package port

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

// PayerAccount is a bank account from which a customer has paid, or of which somebody has said so.
type PayerAccount struct {
	ID         uuid.UUID
	Key        string // remittance.Account.Key
	CustomerID uuid.UUID
	Name       string
	FirstOn    calendar.Date // of a payment; the day it was entered while nothing has come from it
	LastOn     calendar.Date
	Uses       int64 // payments that were applied
	State      string
	LearnedBy  string // who said so last, or the rules
}

// The states of a payer's account.
const (
	AccountKnown   = "known"
	AccountRefused = "refused" // somebody said that it is not the customer's; payments alone do not change that
	AccountRemoved = "removed" // forgotten; the next certain payment makes it known again
)

// PayerAccountFilter narrows a list of payers' accounts; empty fields do not.
type PayerAccountFilter struct {
	CustomerID uuid.NullUUID
	Key        string
	State      string
}

// CashProposal is what may be done with a receipt.
type CashProposal struct {
	ID         uuid.UUID
	ReceiptID  uuid.UUID
	Seq        int
	CustomerID uuid.NullUUID
	Score      int // 0 to 1000
	Automatic  bool
	Body       json.RawMessage
	Reasons    json.RawMessage
	State      string // open, applied, rejected or superseded
	RulesID    uuid.NullUUID
	CreatedAt  time.Time
	DecidedBy  string
	DecidedAt  *time.Time
}

// The states of a proposal.
const (
	ProposalOpen       = "open"
	ProposalApplied    = "applied"
	ProposalRejected   = "rejected"
	ProposalSuperseded = "superseded" // a later look at the receipt found others
)

// CashException is one thing on the clerks' list.
type CashException struct {
	ID          uuid.UUID
	Kind        string // receipt, return, alarm, missing or account
	ReceiptID   uuid.NullUUID
	EntryID     uuid.NullUUID
	StatementID uuid.NullUUID
	AccountID   uuid.NullUUID
	CustomerID  uuid.NullUUID // the likely one
	Currency    money.Currency
	AmountMinor int64 // that waits
	ValueOn     calendar.Date
	Since       time.Time
	Score       int             // of the best proposal
	Why         []string        // codes
	Seen        json.RawMessage // the payment as matching sees it
	Stop        string          // why nothing of its statement is applied by itself
	Owner       string
	TakenAt     *time.Time
	State       string // open or closed
	Outcome     string
	ClosedBy    string
	ClosedAt    *time.Time
	Version     int64
}

// The kinds of exceptions.
const (
	ExceptionReceipt = "receipt" // money that nobody could apply by itself
	ExceptionReturn  = "return"  // money that a bank took back, of which nobody knows what it was
	ExceptionAlarm   = "alarm"   // a statement that contradicts itself
	ExceptionMissing = "missing" // a payment that a correction no longer tells of
	ExceptionAccount = "account" // an account of ours that nobody confirmed
)

// CashExceptionFilter narrows the clerks' list; empty fields do not.
type CashExceptionFilter struct {
	Kind        string
	State       string // open unless told; all: both
	Owner       string
	Free        bool // taken by nobody
	CustomerID  uuid.NullUUID
	ReceiptID   uuid.NullUUID
	EntryID     uuid.NullUUID
	StatementID uuid.NullUUID
	AccountID   uuid.NullUUID
	Currency    money.Currency
	Why         string
	MinMinor    int64
	Before      time.Time // waiting since before then
}

// Remittance is a payer's advice as it is kept.
type Remittance struct {
	ID          uuid.UUID
	Fingerprint [32]byte // of everything it says: the same advice twice is one
	Advice      remittance.Advice
	PaymentKey  string
	CustomerID  uuid.NullUUID
	State       string // waiting, used or void
	ReceiptID   uuid.NullUUID
	FileID      uuid.NullUUID
	CreatedBy   string
	CreatedAt   time.Time
	Version     int64
}

// The states of an advice.
const (
	RemittanceWaiting = "waiting" // its money has not come
	RemittanceUsed    = "used"
	RemittanceVoid    = "void"
)

// RemittanceFilter narrows a list of advices; empty fields do not.
type RemittanceFilter struct {
	State      string
	CustomerID uuid.NullUUID
	ReceiptID  uuid.NullUUID
	FileID     uuid.NullUUID
	Payment    string // as it is compared
}

// Refund is money that goes back.
type Refund struct {
	ID          uuid.UUID
	ReceiptID   uuid.UUID
	CustomerID  uuid.NullUUID
	Currency    money.Currency
	AmountMinor int64
	Reason      string
	ToAccount   string
	State       string // proposed, approved, refused, lapsed or paid
	ApprovalID  uuid.NullUUID
	ContentHash [32]byte
	ProposedBy  string
	ProposedAt  time.Time
	DecidedBy   string
	DecidedAt   *time.Time
	Comment     string // of who decided
	PaidOn      calendar.Date
	PaidBy      string
	Version     int64
}

// The states of a refund.
const (
	RefundProposed = "proposed"
	RefundApproved = "approved"
	RefundRefused  = "refused"
	RefundLapsed   = "lapsed" // the money is not there any more
	RefundPaid     = "paid"
)

// RefundFilter narrows a list of refunds; empty fields do not.
type RefundFilter struct {
	State      string
	CustomerID uuid.NullUUID
	ReceiptID  uuid.NullUUID
}

// PaymentRef names a payment that a bank takes back, in whatever words it has.
type PaymentRef struct {
	EndToEnd  string
	Reference string
	Keys      []string      // number keys of whatever it names
	On        calendar.Date // 0: not told
	Minor     int64         // 0: not told
	Currency  money.Currency
}

// CashFound names what a batch of receipts may be about, before anything is locked.
type CashFound struct {
	Customers []uuid.UUID
	Items     []uuid.UUID // named, open or not
	Advices   []uuid.UUID
}

// CashRows is what matching looks at.
type CashRows struct {
	Customers []matching.Customer // without rules
	Segments  map[uuid.UUID]string
	Items     []matching.Item
	Credits   []matching.Credit
	Advices   []matching.Advice
}

// TakenBack is a receipt that a returned payment may be.
type TakenBack struct {
	receivable.Receipt
	Named bool // by a reference, and not only by its day and amount
}

// Cash keeps what matching needs, and what it could not do by itself.
type Cash interface {
	// LearnPayerAccounts writes accounts, or counts one more use of those that are there; a refused one stays refused unless
	// the new state is known and a person says so (LearnedBy is not a rule). An account without an id gets one.
	LearnPayerAccounts(ctx context.Context, list []PayerAccount) error
	// SetPayerAccount writes what somebody says of an account, and reads it as it is then. That of the same key and customer
	// keeps its id, payments and days.
	SetPayerAccount(ctx context.Context, a PayerAccount) (PayerAccount, error)
	// PayerAccount reads one. Error: payer_account.not_found.
	PayerAccount(ctx context.Context, id uuid.UUID) (PayerAccount, error)
	// ListPayerAccounts lists, oldest record first.
	ListPayerAccounts(ctx context.Context, f PayerAccountFilter, p Page) (Paged[PayerAccount], error)

	// FindCash finds the customers, items and advices that receipts may be about: by accounts, names, numbers of documents,
	// orders, claims, memos and customers, with the relatives of who was found.
	FindCash(ctx context.Context, looks []matching.LookFor) (CashFound, error)
	// CashRows reads what was found, with the customers' open items (the oldest of each) and credits. The caller holds the
	// customers' locks; the advices are locked.
	CashRows(ctx context.Context, found CashFound) (CashRows, error)
	// NameTaken reports whether another customer has a name with this key as its own.
	NameTaken(ctx context.Context, key string, except uuid.UUID) (bool, error)
	// SmallDifferences sums by customer and currency what was closed as small differences since an instant.
	SmallDifferences(ctx context.Context, customerIDs []uuid.UUID, since time.Time) (map[uuid.UUID]map[money.Currency]int64, error)

	// PutProposals writes new proposals of receipts. Those that were open before are superseded.
	PutProposals(ctx context.Context, receiptIDs []uuid.UUID, list []CashProposal, at time.Time) error
	// DecideProposal writes what became of an open one. Error: cash_proposal.decided.
	DecideProposal(ctx context.Context, id uuid.UUID, state, by string, at time.Time) error
	// Proposal reads one. Error: cash_proposal.not_found.
	Proposal(ctx context.Context, id uuid.UUID) (CashProposal, error)
	// ProposalsOf reads those of a receipt, best first within the newest look, then older ones.
	ProposalsOf(ctx context.Context, receiptID uuid.UUID) ([]CashProposal, error)

	// InsertExceptions writes new ones; of those that stand already for the same thing nothing happens.
	InsertExceptions(ctx context.Context, list []CashException) error
	// UpdateException writes everything that may change where the stored version is e.Version.
	// Error: cash_exception.changed (precondition).
	UpdateException(ctx context.Context, e CashException) error
	// Exception reads one. Error: cash_exception.not_found.
	Exception(ctx context.Context, id uuid.UUID) (CashException, error)
	// ExceptionsOf reads the open ones of receipts.
	ExceptionsOf(ctx context.Context, receiptIDs []uuid.UUID) ([]CashException, error)
	// ExceptionsWaiting reads the open ones of receipts over an amount, oldest first, at most 50.
	ExceptionsWaiting(ctx context.Context, minor int64, currency money.Currency) ([]CashException, error)
	// ListExceptions lists, best proposal first, then who waited longest.
	ListExceptions(ctx context.Context, f CashExceptionFilter, p Page) (Paged[CashException], error)
	// CountExceptions sums the open ones by kind and currency, with the oldest.
	CountExceptions(ctx context.Context) ([]CashWaiting, error)

	// InsertRemittance writes one with its lines, or finds the one with the same fingerprint; created tells which.
	InsertRemittance(ctx context.Context, r Remittance) (id uuid.UUID, created bool, err error)
	// SetRemittance writes state, receipt and customer where the stored version is r.Version.
	// Error: remittance.changed (precondition).
	SetRemittance(ctx context.Context, r Remittance) error
	// Remittance reads one with its lines. Error: remittance.not_found.
	Remittance(ctx context.Context, id uuid.UUID) (Remittance, error)
	// RemittancesOfReceipt reads those used for a receipt, with their lines.
	RemittancesOfReceipt(ctx context.Context, receiptID uuid.UUID) ([]Remittance, error)
	// ListRemittances lists without lines, oldest first.
	ListRemittances(ctx context.Context, f RemittanceFilter, p Page) (Paged[Remittance], error)

	InsertRefund(ctx context.Context, r Refund) error
	// UpdateRefund writes what may change where the stored version is r.Version. Error: refund.changed (precondition).
	UpdateRefund(ctx context.Context, r Refund) error
	// Refund reads one. Error: refund.not_found.
	Refund(ctx context.Context, id uuid.UUID) (Refund, error)
	// ListRefunds lists, oldest first.
	ListRefunds(ctx context.Context, f RefundFilter, p Page) (Paged[Refund], error)

	// ReceiptsTakenBack finds the receipts that stand and that a returned payment may be, at most 10: by its own reference, the
	// bank's, or day and amount.
	ReceiptsTakenBack(ctx context.Context, ref PaymentRef) ([]TakenBack, error)
	// ReturnsWaiting reads the open returns over amounts in a currency, oldest first, at most 50.
	ReturnsWaiting(ctx context.Context, currency money.Currency, minors []int64) ([]CashException, error)
	// ReservesOf sums what several customers have waiting.
	ReservesOf(ctx context.Context, customerIDs []uuid.UUID) (map[uuid.UUID][]Reserve, error)
	// UpdateItems is Invoices.UpdateItem for several. Error: item.changed.
	UpdateItems(ctx context.Context, list []receivable.Item) error
	// PromisesOfInvoices reads those of several invoices.
	PromisesOfInvoices(ctx context.Context, invoiceIDs []uuid.UUID) ([]receivable.Promise, error)
}

// CashWaiting is what waits on the clerks' list in one currency.
type CashWaiting struct {
	Kind     string
	Currency money.Currency // empty: nothing that has an amount
	Count    int64
	Minor    int64
	Since    time.Time
}
