package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// defaultSource is the source of what comes without one.
const defaultSource = "api"

// defaultNetDays are the terms of a customer that states none.
const defaultNetDays = 30

// NewCustomer is a customer as it is entered. Empty source, language, time zone and calendar mean "api" and the
// installation's; no terms mean 30 days net.
type NewCustomer struct {
	Source, Number     string
	Name               string
	Segment            string
	Currency           money.Currency
	Language           string
	TimeZone           string
	Calendar           string
	Country            string
	PreferredChannel   receivable.Channel
	Collector          string
	PayerID            uuid.NullUUID
	ParentID           uuid.NullUUID
	DunningRecipientID uuid.NullUUID
	Terms              *receivable.Terms
	PolicyKey          string
	Contacts           []NewContact
}

// CreateCustomer enters a customer with its contacts. The same source and number with the same content answers with the
// record that is there.
// Errors: access.forbidden, receivable.invalid, customer.number_taken, customer.not_found (payer, parent, recipient),
// policy.not_found.
func (a *App) CreateCustomer(ctx context.Context, who access.Principal, in NewCustomer) (receivable.Customer, error) {
	var made receivable.Customer
	if err := access.Require(who, access.CustomersWrite); err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		made, _, err = a.putCustomer(ctx, tx, now, who.ID, id, in)
		return err
	})
	return made, err
}

// putCustomer writes a new customer, or finds the same one; created tells which. Error: customer.number_taken when the one
// that is there differs.
func (a *App) putCustomer(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID, in NewCustomer) (c receivable.Customer, created bool, err error) {
	house, err := tx.Installation(ctx)
	if err != nil {
		return c, false, err
	}
	if c, err = in.customer(id, house, now, actor); err != nil {
		return c, false, err
	}
	if err := c.Validate(); err != nil {
		return c, false, err
	}
	there, err := tx.CustomerByNumber(ctx, c.Source, c.Number)
	switch {
	case err == nil && sameCustomer(there, c):
		return there, false, nil
	case err == nil:
		return there, false, fault.New(fault.Conflict, "customer.number_taken", "another customer has this number")
	case fault.KindOf(err) != fault.NotFound:
		return c, false, err
	}
	if err := tx.InsertCustomer(ctx, c); err != nil {
		return c, false, err
	}
	return c, true, record(ctx, tx, now, actor, event{
		action: "customer.created", kind: "customer", subject: c.ID, customer: c.ID, on: today(now, c.TimeZone),
		data: map[string]any{"contacts": len(c.Contacts), "net_days": c.Terms.NetDays, "policy_key": c.PolicyKey},
	})
}

func (in NewCustomer) customer(id uuid.UUID, house port.Installation, now time.Time, actor string) (receivable.Customer, error) {
	terms := receivable.Terms{NetDays: defaultNetDays}
	if in.Terms != nil {
		terms = *in.Terms
	}
	c := receivable.Customer{
		ID: id, Source: orElse(in.Source, defaultSource), Number: in.Number, Name: in.Name, Segment: in.Segment,
		Currency: in.Currency, Language: orElse(in.Language, house.Language), TimeZone: orElse(in.TimeZone, house.TimeZone),
		Calendar: orElse(in.Calendar, house.Calendar), Country: in.Country, PreferredChannel: in.PreferredChannel,
		Collector: in.Collector, PayerID: in.PayerID, ParentID: in.ParentID, DunningRecipientID: in.DunningRecipientID,
		Terms: terms, PolicyKey: in.PolicyKey, RecipientChangedBy: actor, Version: 1, CreatedAt: now,
	}
	for _, contact := range in.Contacts {
		contactID, err := uuid.NewV7()
		if err != nil {
			return c, err
		}
		c.Contacts = append(c.Contacts, contact.contact(contactID, id))
	}
	return c, nil
}

func orElse(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// sameCustomer compares what is entered; contacts change on their own and do not count.
func sameCustomer(a, b receivable.Customer) bool {
	return a.Source == b.Source && a.Number == b.Number && a.Name == b.Name && a.Segment == b.Segment &&
		a.Currency == b.Currency && a.Language == b.Language && a.TimeZone == b.TimeZone && a.Calendar == b.Calendar &&
		a.Country == b.Country && a.PreferredChannel == b.PreferredChannel && a.Collector == b.Collector &&
		a.PayerID == b.PayerID && a.ParentID == b.ParentID && a.DunningRecipientID == b.DunningRecipientID &&
		a.Terms == b.Terms && a.PolicyKey == b.PolicyKey
}

// CustomerChange changes a customer; what is nil stays. Version is the one that was read.
type CustomerChange struct {
	Version            int64
	Name               *string
	Segment            *string
	Language           *string
	TimeZone           *string
	Calendar           *string
	Country            *string
	PreferredChannel   *receivable.Channel
	Collector          *string
	PayerID            *uuid.NullUUID
	ParentID           *uuid.NullUUID
	DunningRecipientID *uuid.NullUUID
	Terms              *receivable.Terms
	PolicyKey          *string
}

// UpdateCustomer changes a customer. Terms, time zone and policy apply to invoices that come afterwards. Whoever changes
// where notices go is from then on a proposer of what is sent there.
// Errors: access.forbidden, receivable.invalid, customer.not_found, customer.changed, policy.not_found.
func (a *App) UpdateCustomer(ctx context.Context, who access.Principal, id uuid.UUID, in CustomerChange) (receivable.Customer, error) {
	var c receivable.Customer
	if err := access.Require(who, access.CustomersWrite); err != nil {
		return c, err
	}
	err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if err := tx.LockCustomer(ctx, id); err != nil {
			return err
		}
		was, err := tx.Customer(ctx, id)
		if err != nil {
			return err
		}
		if was.Version != in.Version {
			return fault.New(fault.Precondition, "customer.changed", "the customer was changed since it was read")
		}
		next, fields := in.apply(was)
		rerouted := next.DunningRecipientID != was.DunningRecipientID || next.PreferredChannel != was.PreferredChannel
		if rerouted {
			next.RecipientChangedBy = who.ID
		}
		if err := next.Validate(); err != nil {
			return err
		}
		if err := tx.UpdateCustomer(ctx, next); err != nil {
			return err
		}
		if err := recordCustomer(ctx, tx, now, who.ID, next, "customer.changed", map[string]any{"fields": fields}); err != nil {
			return err
		}
		if rerouted || next.Calendar != was.Calendar {
			if err := a.customerChanged(ctx, tx, now, id, "recipient_changed"); err != nil {
				return err
			}
		}
		c, err = tx.Customer(ctx, id)
		return err
	})
	return c, err
}

// apply returns the changed customer and the names of the fields that differ.
func (in CustomerChange) apply(c receivable.Customer) (receivable.Customer, []string) {
	fields := []string{}
	set(&c.Name, in.Name, "name", &fields)
	set(&c.Segment, in.Segment, "segment", &fields)
	set(&c.Language, in.Language, "language", &fields)
	set(&c.TimeZone, in.TimeZone, "time_zone", &fields)
	set(&c.Calendar, in.Calendar, "calendar", &fields)
	set(&c.Country, in.Country, "country", &fields)
	set(&c.PreferredChannel, in.PreferredChannel, "preferred_channel", &fields)
	set(&c.Collector, in.Collector, "collector", &fields)
	set(&c.PayerID, in.PayerID, "payer_id", &fields)
	set(&c.ParentID, in.ParentID, "parent_id", &fields)
	set(&c.DunningRecipientID, in.DunningRecipientID, "dunning_recipient_id", &fields)
	set(&c.Terms, in.Terms, "terms", &fields)
	set(&c.PolicyKey, in.PolicyKey, "policy_key", &fields)
	return c, fields
}

// set changes a field where a new value is given, and notes its name when it differs.
func set[T comparable](field *T, value *T, name string, changed *[]string) {
	if value == nil || *value == *field {
		return
	}
	*field = *value
	*changed = append(*changed, name)
}

func recordCustomer(ctx context.Context, tx port.Tx, now time.Time, actor string, c receivable.Customer, action string, data map[string]any) error {
	return record(ctx, tx, now, actor, event{
		action: action, kind: "customer", subject: c.ID, customer: c.ID, on: today(now, c.TimeZone), data: data,
	})
}

// customerChanged tells the engine's side that something about the customer bears on all of its open invoices.
func (a *App) customerChanged(ctx context.Context, tx port.Tx, now time.Time, customerID uuid.UUID, why string) error {
	invoices, err := tx.OpenInvoiceIDs(ctx, customerID)
	if err != nil {
		return err
	}
	return a.factsChanged(ctx, tx, now, customerID, invoices, why)
}

// Customer shows one with its contacts. Errors: access.forbidden, customer.not_found.
func (a *App) Customer(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.Customer, error) {
	return lookup(ctx, a, who, access.CustomersRead, func(ctx context.Context, tx port.Tx) (receivable.Customer, error) {
		return tx.Customer(ctx, id)
	})
}

// ListCustomers lists by number, without contacts. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListCustomers(ctx context.Context, who access.Principal, f port.CustomerFilter, page port.Page) (port.Paged[receivable.Customer], error) {
	return lookup(ctx, a, who, access.CustomersRead, func(ctx context.Context, tx port.Tx) (port.Paged[receivable.Customer], error) {
		return tx.ListCustomers(ctx, f, page)
	})
}

// SetCreditHold is how the system that supplies confirms a requested hold, sets one of its own, or lets go.
// Errors: access.forbidden, customer.not_found.
func (a *App) SetCreditHold(ctx context.Context, who access.Principal, customerID uuid.UUID, inForce bool) (receivable.Customer, error) {
	if err := access.Require(who, access.CustomersWrite); err != nil {
		return receivable.Customer{}, err
	}
	hold, action := receivable.NoHold, "credit_hold.lifted"
	if inForce {
		hold, action = receivable.HoldInForce, "credit_hold.confirmed"
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.Customer, error) {
		return tx.Customer(ctx, customerID)
	}
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		if err := tx.LockCustomer(ctx, customerID); err != nil {
			return err
		}
		c, err := tx.Customer(ctx, customerID)
		if err != nil || c.CreditHold == hold {
			return err
		}
		if err := tx.SetCreditHold(ctx, customerID, hold); err != nil {
			return err
		}
		if err := record(ctx, tx, now, who.ID, event{
			id: entry, action: action, kind: "customer", subject: c.ID, customer: c.ID, on: today(now, c.TimeZone),
			data: map[string]any{"was": string(c.CreditHold)},
		}); err != nil {
			return err
		}
		invoices, err := tx.OpenInvoiceIDs(ctx, customerID)
		if err != nil {
			return err
		}
		return tx.NudgeCases(ctx, invoices) // nothing that is asked for changes: cases only look again
	})
}
