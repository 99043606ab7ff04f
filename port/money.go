package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/money"
	"arrears/domain/receivable"
)

// ReceiptFilter narrows a list of receipts; empty fields do not.
type ReceiptFilter struct {
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID // with an application, undone ones included, to an item of it
	Source     string
	Number     string
	State      string
	// Rest lists only receipts with money on account or unapplied.
	Rest bool
}

// AppliedCash is an application with what it joins.
type AppliedCash struct {
	receivable.Application
	Currency     money.Currency // of AmountMinor
	ItemCurrency money.Currency // of ItemMinor and DiscountMinor
	InvoiceID    uuid.NullUUID
	CustomerID   uuid.NullUUID // whose receipt it is
}

// ApplicationFilter narrows a list of applications; empty fields do not.
type ApplicationFilter struct {
	ReceiptID  uuid.NullUUID
	ItemID     uuid.NullUUID
	InvoiceID  uuid.NullUUID
	CustomerID uuid.NullUUID // whose receipt it is
	State      string        // standing or undone
}

// The states of an application.
const (
	ApplicationStanding = "standing"
	ApplicationUndone   = "undone"
)

// CreditMemoFilter narrows a list of credit memos; empty fields do not.
type CreditMemoFilter struct {
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	Source     string
	Number     string
	Open       bool // with something not yet applied
}

// Reserve is what a customer has waiting in one currency: money that is here and credits that are open.
type Reserve struct {
	Currency       money.Currency
	CreditMinor    int64 // open standalone credit memos
	OnAccountMinor int64 // of receipts, unapplied ones with a known customer included
}

// Minor is the sum of the reserve.
func (r Reserve) Minor() int64 { return r.CreditMinor + r.OnAccountMinor }

// Money keeps receipts, credit memos and write-offs with what they did to items.
type Money interface {
	// InsertReceipt writes the receipt and its applications. Error: receipt.number_taken.
	InsertReceipt(ctx context.Context, r receivable.Receipt) error
	// UpdateReceipt writes the sums and state where the stored version is r.Version, inserts applications that are new and
	// marks those that were undone. Error: receipt.changed (precondition).
	UpdateReceipt(ctx context.Context, r receivable.Receipt) error
	// Receipt reads one with its applications in the order they were made. Error: receipt.not_found.
	Receipt(ctx context.Context, id uuid.UUID) (receivable.Receipt, error)
	// ReceiptByNumber reads one by its natural key. Error: receipt.not_found.
	ReceiptByNumber(ctx context.Context, source, number string) (receivable.Receipt, error)
	// ReceiptsOfItem reads those with an application to the item that stands, with all their applications, oldest first.
	ReceiptsOfItem(ctx context.Context, itemID uuid.UUID) ([]receivable.Receipt, error)
	// OffsetsBeside reads the offsets that were made beside a receipt, with their applications, oldest first.
	OffsetsBeside(ctx context.Context, receiptID uuid.UUID) ([]receivable.Receipt, error)
	// ListReceipts lists without applications, oldest record first.
	ListReceipts(ctx context.Context, f ReceiptFilter, p Page) (Paged[receivable.Receipt], error)
	// Application reads one. Error: application.not_found.
	Application(ctx context.Context, id uuid.UUID) (AppliedCash, error)
	// ListApplications lists, oldest record first.
	ListApplications(ctx context.Context, f ApplicationFilter, p Page) (Paged[AppliedCash], error)

	// InsertCreditMemo writes the memo and its applications. Error: credit_memo.number_taken.
	InsertCreditMemo(ctx context.Context, m receivable.CreditMemo) error
	// UpdateCreditMemo is UpdateReceipt for a credit memo. Error: credit_memo.changed (precondition).
	UpdateCreditMemo(ctx context.Context, m receivable.CreditMemo) error
	// CreditMemo reads one with its applications. Error: credit_memo.not_found.
	CreditMemo(ctx context.Context, id uuid.UUID) (receivable.CreditMemo, error)
	// CreditMemoByNumber reads one by its natural key. Error: credit_memo.not_found.
	CreditMemoByNumber(ctx context.Context, source, number string) (receivable.CreditMemo, error)
	// ListCreditMemos lists without applications, oldest record first.
	ListCreditMemos(ctx context.Context, f CreditMemoFilter, p Page) (Paged[receivable.CreditMemo], error)

	InsertWriteOff(ctx context.Context, w receivable.WriteOff) error
	// WriteOffsOfReceipt reads those that stand and that the receipt caused.
	WriteOffsOfReceipt(ctx context.Context, receiptID uuid.UUID) ([]receivable.WriteOff, error)
	// WriteOffsOfInvoice reads those on the invoice's items, undone ones included.
	WriteOffsOfInvoice(ctx context.Context, invoiceID uuid.UUID) ([]receivable.WriteOff, error)
	// ReverseWriteOff marks one as undone.
	ReverseWriteOff(ctx context.Context, id uuid.UUID, at time.Time) error

	// Reserves sums by currency what the customer has waiting: money on account and open credit memos.
	Reserves(ctx context.Context, customerID uuid.UUID) ([]Reserve, error)
}
