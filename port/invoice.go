package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// InvoiceFilter narrows a list of invoices; empty fields do not.
type InvoiceFilter struct {
	CustomerID uuid.NullUUID
	Source     string
	Number     string
	// State is open (something is open), overdue (open and due before Today), closed (valid, nothing open), void or empty.
	State     string
	Today     calendar.Date // for overdue: the installation's today
	DueBefore calendar.Date // an open item is due before
	Level     *int          // an open item stands at this dunning level
	Policy    string        // key of the policy that its case pinned
}

// InvoiceRow is an invoice in a list with where its collection stands.
type InvoiceRow struct {
	receivable.Invoice // without items
	CustomerNumber     string
	CustomerName       string
	OpenMinor          int64
	DisputedMinor      int64
	DueDate            calendar.Date // the earliest open one, else the last
	Level              int           // the highest of its open items
	CaseState          string        // empty: no case
	NextAction         string
	WakeAt             time.Time
}

// Invoices keeps invoices and their items.
type Invoices interface {
	// InsertInvoice writes the invoice and its items. Error: invoice.number_taken.
	InsertInvoice(ctx context.Context, inv receivable.Invoice) error
	// UpdateInvoice writes the header where the stored version is inv.Version, and raises it.
	// Error: invoice.changed (precondition).
	UpdateInvoice(ctx context.Context, inv receivable.Invoice) error
	// Invoice reads one with its items by sequence. Error: invoice.not_found.
	Invoice(ctx context.Context, id uuid.UUID) (receivable.Invoice, error)
	// InvoiceByNumber reads one by its natural key. Error: invoice.not_found.
	InvoiceByNumber(ctx context.Context, source, number string) (receivable.Invoice, error)
	// InvoicesByNumber finds the customer's invoices with this number, whatever their source.
	InvoicesByNumber(ctx context.Context, customerID uuid.UUID, number string) ([]receivable.Invoice, error)
	// ListInvoices lists by id, oldest record first.
	ListInvoices(ctx context.Context, f InvoiceFilter, p Page) (Paged[InvoiceRow], error)
	// OpenInvoiceIDs lists the customer's invoices with something open, in id order.
	OpenInvoiceIDs(ctx context.Context, customerID uuid.UUID) ([]uuid.UUID, error)

	// Item reads one. Error: item.not_found.
	Item(ctx context.Context, id uuid.UUID) (receivable.Item, error)
	// ItemsByID reads several, by id; ids that do not exist are left out.
	ItemsByID(ctx context.Context, ids []uuid.UUID) ([]receivable.Item, error)
	// ItemsOf reads an invoice's items by kind and sequence.
	ItemsOf(ctx context.Context, invoiceID uuid.UUID) ([]receivable.Item, error)
	// OpenItems reads the customer's items with something open, by due date, then id; an empty currency means all.
	OpenItems(ctx context.Context, customerID uuid.UUID, currency money.Currency) ([]receivable.Item, error)
	// InsertItem writes an item of its own: a deduction, a claim or a charge.
	InsertItem(ctx context.Context, item receivable.Item) error
	// UpdateItem writes dates, amounts and ladder where the stored version is item.Version, and raises it.
	// Error: item.changed (conflict).
	UpdateItem(ctx context.Context, item receivable.Item) error
}
