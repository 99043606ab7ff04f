package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/receivable"
)

// CustomerFilter narrows a list of customers; empty fields do not.
type CustomerFilter struct {
	Search    string // part of the name or number, whatever the case
	Source    string
	Number    string
	Segment   string
	Collector string
}

// Customers keeps customers with their contacts.
type Customers interface {
	// InsertCustomer writes the customer and its contacts. Error: customer.number_taken.
	InsertCustomer(ctx context.Context, c receivable.Customer) error
	// UpdateCustomer writes everything but contacts and credit hold where the stored version is c.Version, and raises it.
	// Error: customer.changed (precondition).
	UpdateCustomer(ctx context.Context, c receivable.Customer) error
	// Customer reads one with its contacts by role and rank. Error: customer.not_found.
	Customer(ctx context.Context, id uuid.UUID) (receivable.Customer, error)
	// CustomerByNumber reads one by its natural key. Error: customer.not_found.
	CustomerByNumber(ctx context.Context, source, number string) (receivable.Customer, error)
	// ListCustomers lists without contacts, by number.
	ListCustomers(ctx context.Context, f CustomerFilter, p Page) (Paged[receivable.Customer], error)
	// SetCreditHold writes the state of the credit hold and raises the version.
	SetCreditHold(ctx context.Context, customerID uuid.UUID, hold receivable.CreditHold) error
	// SetRecipientChangedBy notes for four eyes who changed the contacts, and raises the customer's version.
	SetRecipientChangedBy(ctx context.Context, customerID uuid.UUID, actor string) error
	// DunningCustomersOf lists the customers whose notices go to this customer's contacts, itself included, in id order.
	DunningCustomersOf(ctx context.Context, recipientID uuid.UUID) ([]uuid.UUID, error)

	InsertContact(ctx context.Context, c receivable.Contact) error
	// Contact reads one. Error: contact.not_found.
	Contact(ctx context.Context, id uuid.UUID) (receivable.Contact, error)
	// UpdateContact writes where the stored version is c.Version, and raises it. Error: contact.changed (precondition).
	UpdateContact(ctx context.Context, c receivable.Contact) error
	// SetEmailFailed notes that a contact's address was refused or bounced.
	SetEmailFailed(ctx context.Context, contactID uuid.UUID, at time.Time, reason string) error
}
