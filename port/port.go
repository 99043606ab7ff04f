// Package port holds the interfaces that cross layers: what app and activities need of the store. They speak domain types
// only. store implements them; app and activities depend on them; nobody else does.
package port

import (
	"context"
	"time"

	"arrears/domain/audit"
	"arrears/domain/calendar"

	"github.com/google/uuid"
)

// Store begins transactions.
type Store interface {
	// InTx runs fn in one read-committed transaction and commits when it returns nil. Serialisation failures and deadlocks
	// are tried again up to three times, so fn must have no effect outside the transaction.
	InTx(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error
	// Read runs fn in a read-only transaction.
	Read(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error
}

// Tx is one transaction, composed of one interface per noun. Its methods compose; none begins or commits.
//
// Lock order, which makes deadlocks impossible: customers in id order first, then everything else. Whatever changes
// what is collectable, decides for a case, or dispatches a notice holds the customer's lock (docs/adr).
type Tx interface {
	// LockCustomer takes the customer's row lock (FOR NO KEY UPDATE) until the end of the transaction.
	// Error: customer.not_found.
	LockCustomer(ctx context.Context, id uuid.UUID) error
	// LockCustomerOf locks the customer of an invoice and returns its id. Error: invoice.not_found.
	LockCustomerOf(ctx context.Context, invoiceID uuid.UUID) (uuid.UUID, error)

	// Audit appends an entry; the sealer chains it after commit.
	Audit(ctx context.Context, e audit.Entry) error
	// BusinessClock reads the one clock row.
	BusinessClock(ctx context.Context) (calendar.Clock, error)

	Customers
	Invoices
	Money
	Cash
	Holds
	Disputes
	ClaimFigures
	Rules
	Rates
	Tasks
	Cases
	Together
	Notices
	Approvals
	Policies
	Settings
	Imports
	Bank
	Batches
	Keys
	AuditLog
	Censuses
	Snapshots
	Webhooks
	Feed
}

// Clock tells business time from real time; it knows the installation's business clock.
type Clock interface {
	// Now is the business instant at this real moment.
	Now(ctx context.Context) (time.Time, error)
	// Real is the real instant at which the business instant is reached; the zero time when only a driver's step
	// reaches it.
	Real(ctx context.Context, business time.Time) (time.Time, error)
}
