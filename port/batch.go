package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// CustomerRef is what a load of invoices needs to know of a customer.
type CustomerRef struct {
	ID       uuid.UUID
	Number   string
	Name     string
	TimeZone string
	Terms    receivable.Terms
}

// Content is what makes two invoices look like one that was entered twice.
type Content struct {
	CustomerID  uuid.UUID
	InvoiceDate calendar.Date
	Currency    money.Currency
	AmountMinor int64
}

// PinnedVersion names the policy version that an invoice falls under.
type PinnedVersion struct {
	InvoiceID uuid.UUID
	VersionID uuid.UUID
	Used      bool
}

// OpenSum is what is open of a source's invoices for one customer in one currency.
type OpenSum struct {
	CustomerID uuid.UUID
	Number     string
	Currency   money.Currency
	Count      int64 // invoices with something open
	SumMinor   int64
}

// OpenInvoice is an invoice with something open.
type OpenInvoice struct {
	ID          uuid.UUID
	Number      string
	CustomerID  uuid.UUID
	InvoiceDate calendar.Date
	Currency    money.Currency
	OpenMinor   int64
}

// Batches reads and writes many records at once, for loads of files. The rules are those of the single methods: the caller
// holds the locks of all customers concerned.
type Batches interface {
	// CustomerRefs lists a source's customers by id, after an id, at most limit.
	CustomerRefs(ctx context.Context, source string, after uuid.UUID, limit int) ([]CustomerRef, error)
	// CustomerRefsByNumber reads those of the numbers that exist.
	CustomerRefsByNumber(ctx context.Context, source string, numbers []string) ([]CustomerRef, error)
	// InsertNewCustomers writes customers with their contacts and returns the ids of those that were not there yet.
	InsertNewCustomers(ctx context.Context, list []receivable.Customer) ([]uuid.UUID, error)
	// LockCustomers takes the customers' locks in id order.
	LockCustomers(ctx context.Context, ids []uuid.UUID) error
	// InvoicesByNumbers reads those of a source's invoices that exist, with their items by sequence.
	InvoicesByNumbers(ctx context.Context, source string, numbers []string) ([]receivable.Invoice, error)
	// KnownContent tells which of the contents some valid invoice has; the order is the argument's.
	KnownContent(ctx context.Context, list []Content) ([]bool, error)
	// InsertInvoices writes invoices with their items. Error: invoice.number_taken.
	InsertInvoices(ctx context.Context, list []receivable.Invoice) error
	// InsertReceipts writes receipts with their applications. Error: receipt.number_taken.
	InsertReceipts(ctx context.Context, list []receivable.Receipt) error
	// InsertDisputeFlags writes open flags.
	InsertDisputeFlags(ctx context.Context, list []receivable.DisputeFlag) error
	// AuditMany appends entries in order.
	AuditMany(ctx context.Context, list []audit.Entry) error
	// ResolvePolicies is Cases.ResolvePolicy for several. Error: policy.not_found.
	ResolvePolicies(ctx context.Context, invoiceIDs []uuid.UUID) ([]PinnedVersion, error)
	// NewCaseFiles is Cases.NewCaseFile for several, in id order.
	NewCaseFiles(ctx context.Context, invoiceIDs []uuid.UUID, wide bool, now time.Time) ([]CaseFile, error)
	// WriteNew writes new cases with their first decisions, nudges and audit entries; w holds nothing else.
	WriteNew(ctx context.Context, w Work) error
	// NudgeWideCasesOf is Cases.NudgeWideCases for several customers.
	NudgeWideCasesOf(ctx context.Context, customerIDs []uuid.UUID) error
	// OpenSums sums what is open of a source's invoices by customer and currency, by customer number.
	OpenSums(ctx context.Context, source string) ([]OpenSum, error)
	// OpenInvoices lists a source's invoices with something open by id, after an id, at most limit.
	OpenInvoices(ctx context.Context, source string, after uuid.UUID, limit int) ([]OpenInvoice, error)
}
