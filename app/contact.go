package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewContact is a person or desk as it is entered.
type NewContact struct {
	Role    receivable.ContactRole
	Name    string
	Email   string
	Phone   string
	Address string
	Webhook string
	Rank    int
}

func (in NewContact) contact(id, customerID uuid.UUID) receivable.Contact {
	return receivable.Contact{
		ID: id, CustomerID: customerID, Role: in.Role, Name: in.Name, Email: in.Email, Phone: in.Phone, Address: in.Address,
		Webhook: in.Webhook, Rank: in.Rank, Active: true, Version: 1,
	}
}

// AddContact adds a contact. Cases that had nobody to write to look again, and whoever adds it is a proposer of what is
// sent there. Errors: access.forbidden, receivable.invalid, customer.not_found.
func (a *App) AddContact(ctx context.Context, who access.Principal, customerID uuid.UUID, in NewContact) (receivable.Contact, error) {
	var made receivable.Contact
	if err := access.Require(who, access.CustomersWrite); err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	contact := in.contact(id, customerID)
	if err := contact.Validate(); err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if err := lockRecipient(ctx, tx, customerID); err != nil {
			return err
		}
		before, found, err := madeBefore(ctx, tx.Contact)
		if err != nil || found {
			made = before
			return err
		}
		if err := tx.InsertContact(ctx, contact); err != nil {
			return err
		}
		made = contact
		return a.contactChanged(ctx, tx, now, who.ID, contact, "contact.added", nil)
	})
	return made, err
}

// ContactChange changes a contact; what is nil stays. Version is the one that was read.
type ContactChange struct {
	Version int64
	Role    *receivable.ContactRole
	Name    *string
	Email   *string
	Phone   *string
	Address *string
	Webhook *string
	Rank    *int
	Active  *bool
}

// UpdateContact changes a contact. A changed e-mail address clears the mark of an earlier refusal.
// Errors: access.forbidden, receivable.invalid, contact.not_found, contact.changed.
func (a *App) UpdateContact(ctx context.Context, who access.Principal, id uuid.UUID, in ContactChange) (receivable.Contact, error) {
	var made receivable.Contact
	if err := access.Require(who, access.CustomersWrite); err != nil {
		return made, err
	}
	err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		was, err := lockedContact(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.Version != in.Version {
			return fault.New(fault.Precondition, "contact.changed", "the contact was changed since it was read")
		}
		next, fields := in.apply(was)
		if err := next.Validate(); err != nil {
			return err
		}
		if err := tx.UpdateContact(ctx, next); err != nil {
			return err
		}
		if err := a.contactChanged(ctx, tx, now, who.ID, next, "contact.changed", fields); err != nil {
			return err
		}
		made, err = tx.Contact(ctx, id)
		return err
	})
	return made, err
}

// lockedContact reads a contact under the locks of all whom it concerns; a contact never changes its customer.
func lockedContact(ctx context.Context, tx port.Tx, id uuid.UUID) (receivable.Contact, error) {
	found, err := tx.Contact(ctx, id)
	if err != nil {
		return found, err
	}
	if err := lockRecipient(ctx, tx, found.CustomerID); err != nil {
		return found, err
	}
	return tx.Contact(ctx, id)
}

func (in ContactChange) apply(c receivable.Contact) (receivable.Contact, []string) {
	fields := []string{}
	email := c.Email
	set(&c.Role, in.Role, "role", &fields)
	set(&c.Name, in.Name, "name", &fields)
	set(&c.Email, in.Email, "email", &fields)
	set(&c.Phone, in.Phone, "phone", &fields)
	set(&c.Address, in.Address, "address", &fields)
	set(&c.Webhook, in.Webhook, "webhook", &fields)
	set(&c.Rank, in.Rank, "rank", &fields)
	set(&c.Active, in.Active, "active", &fields)
	if c.Email != email {
		c.EmailFailedAt, c.EmailFailure = nil, ""
	}
	return c, fields
}

// contactChanged records who changed where notices go, and lets the cases of everyone whose notices go there look again.
func (a *App) contactChanged(ctx context.Context, tx port.Tx, now time.Time, actor string, c receivable.Contact, action string, fields []string) error {
	if err := tx.SetRecipientChangedBy(ctx, c.CustomerID, actor); err != nil {
		return err
	}
	owner, err := tx.Customer(ctx, c.CustomerID)
	if err != nil {
		return err
	}
	data := map[string]any{"role": c.Role, "active": c.Active}
	if len(fields) > 0 {
		data["fields"] = fields
	}
	if err := record(ctx, tx, now, actor, event{
		action: action, kind: "contact", subject: c.ID, customer: c.CustomerID, on: today(now, owner.TimeZone), data: data,
	}); err != nil {
		return err
	}
	return a.recipientChanged(ctx, tx, now, c.CustomerID)
}

// recipientChanged reaches the customers whose notices go to this one's contacts. The caller holds their locks.
func (a *App) recipientChanged(ctx context.Context, tx port.Tx, now time.Time, recipientID uuid.UUID) error {
	affected, err := tx.DunningCustomersOf(ctx, recipientID)
	if err != nil {
		return err
	}
	for _, id := range affected {
		if err := a.customerChanged(ctx, tx, now, id, "recipient_changed"); err != nil {
			return err
		}
	}
	return nil
}

// lockRecipient locks a customer together with those whose notices go to its contacts, all in id order. One that joins them
// in between is left out, and its case finds the new contact when it looks next.
func lockRecipient(ctx context.Context, tx port.Tx, recipientID uuid.UUID) error {
	affected, err := tx.DunningCustomersOf(ctx, recipientID)
	if err != nil {
		return err
	}
	return lockCustomers(ctx, tx, append(affected, recipientID)...)
}

// Contact shows one. Errors: access.forbidden, contact.not_found.
func (a *App) Contact(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.Contact, error) {
	return lookup(ctx, a, who, access.CustomersRead, func(ctx context.Context, tx port.Tx) (receivable.Contact, error) {
		return tx.Contact(ctx, id)
	})
}
