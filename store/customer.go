package store

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

// customerColumns are in the order of scanCustomer.
const customerColumns = `
  id,
  source,
  number,
  name,
  segment,
  currency,
  language,
  time_zone,
  calendar,
  country,
  preferred_channel,
  collector,
  payer_id,
  parent_id,
  dunning_recipient_id,
  net_days,
  end_of_month,
  discount_bp,
  discount_days,
  coalesce(policy_key, ''),
  on_hold,
  recipient_changed_by,
  version,
  created_at`

// InsertCustomer writes the customer and its contacts; see port.Customers.
func (t *tx) InsertCustomer(ctx context.Context, c receivable.Customer) error {
	err := t.exec(ctx, `
INSERT INTO customers (
  id,
  source,
  number,
  name,
  segment,
  currency,
  language,
  time_zone,
  calendar,
  country,
  preferred_channel,
  collector,
  payer_id,
  parent_id,
  dunning_recipient_id,
  net_days,
  end_of_month,
  discount_bp,
  discount_days,
  policy_key,
  on_hold,
  recipient_changed_by,
  version,
  created_at,
  name_key
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, nullif($20, ''), $21, $22, $23, $24, $25)`,
		c.ID, c.Source, c.Number, c.Name, c.Segment, c.Currency, c.Language, c.TimeZone, c.Calendar, c.Country,
		c.PreferredChannel, c.Collector, c.PayerID, c.ParentID, c.DunningRecipientID, c.Terms.NetDays, c.Terms.EndOfMonth,
		c.Terms.DiscountBP, c.Terms.DiscountDays, c.PolicyKey, c.CreditHold, c.RecipientChangedBy, max(1, c.Version), c.CreatedAt,
		matching.NameKey(c.Name))
	if err != nil {
		return err
	}
	for _, contact := range c.Contacts {
		if err := t.InsertContact(ctx, contact); err != nil {
			return err
		}
	}
	return nil
}

// UpdateCustomer writes where the version is still the same; see port.Customers.
func (t *tx) UpdateCustomer(ctx context.Context, c receivable.Customer) error {
	return t.change(ctx, errCustomerChanged, `
UPDATE customers SET
  name = $3,
  segment = $4,
  currency = $5,
  language = $6,
  time_zone = $7,
  calendar = $8,
  country = $9,
  preferred_channel = $10,
  collector = $11,
  payer_id = $12,
  parent_id = $13,
  dunning_recipient_id = $14,
  net_days = $15,
  end_of_month = $16,
  discount_bp = $17,
  discount_days = $18,
  policy_key = nullif($19, ''),
  recipient_changed_by = $20,
  name_key = $21,
  version = version + 1
WHERE id = $1 AND version = $2`,
		c.ID, c.Version, c.Name, c.Segment, c.Currency, c.Language, c.TimeZone, c.Calendar, c.Country, c.PreferredChannel,
		c.Collector, c.PayerID, c.ParentID, c.DunningRecipientID, c.Terms.NetDays, c.Terms.EndOfMonth, c.Terms.DiscountBP,
		c.Terms.DiscountDays, c.PolicyKey, c.RecipientChangedBy, matching.NameKey(c.Name))
}

// Customer reads one with its contacts; see port.Customers.
func (t *tx) Customer(ctx context.Context, id uuid.UUID) (receivable.Customer, error) {
	return t.customerWhere(ctx, `id = $1`, id)
}

// CustomerByNumber reads one by its natural key; see port.Customers.
func (t *tx) CustomerByNumber(ctx context.Context, source, number string) (receivable.Customer, error) {
	return t.customerWhere(ctx, `source = $1 AND number = $2`, source, number)
}

func (t *tx) customerWhere(ctx context.Context, condition string, args ...any) (receivable.Customer, error) {
	c, err := one(ctx, t, errCustomerNotFound, scanCustomer,
		`SELECT`+customerColumns+` FROM customers WHERE `+condition, args...)
	if err != nil {
		return c, err
	}
	c.Contacts, err = many(ctx, t, scanContact,
		`SELECT`+contactColumns+` FROM contacts WHERE customer_id = $1 ORDER BY role, rank, id`, c.ID)
	return c, err
}

// ListCustomers lists by number; see port.Customers.
func (t *tx) ListCustomers(ctx context.Context, f port.CustomerFilter, p port.Page) (port.Paged[receivable.Customer], error) {
	var w filter
	if f.Search != "" {
		pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Search)) + "%"
		w.add("(lower(name) LIKE $? OR lower(number) LIKE $?)", pattern, pattern)
	}
	w.text("source = $?", f.Source)
	w.text("number = $?", f.Number)
	w.text("segment = $?", f.Segment)
	w.text("collector = $?", f.Collector)
	key, err := parseCursor(p.After, 2)
	if err != nil {
		return port.Paged[receivable.Customer]{}, err
	}
	if key != nil {
		w.add("(number, id) > ($?, $?::uuid)", key[0], key[1])
	}
	rows, err := listed(ctx, t, scanCustomer,
		`SELECT`+customerColumns+` FROM customers`+w.where()+w.limit("number, id", p), w.args...)
	return paged(rows, p, func(c receivable.Customer) string { return cursor(c.Number, c.ID.String()) }), err
}

// SetCreditHold writes the state of the credit hold; see port.Customers.
func (t *tx) SetCreditHold(ctx context.Context, customerID uuid.UUID, hold receivable.CreditHold) error {
	return t.change(ctx, errCustomerNotFound,
		`UPDATE customers SET on_hold = $2, version = version + 1 WHERE id = $1`, customerID, hold)
}

// SetRecipientChangedBy notes who changed the contacts; see port.Customers.
func (t *tx) SetRecipientChangedBy(ctx context.Context, customerID uuid.UUID, actor string) error {
	return t.change(ctx, errCustomerNotFound,
		`UPDATE customers SET recipient_changed_by = $2, version = version + 1 WHERE id = $1`, customerID, actor)
}

// DunningCustomersOf lists whose notices go to a customer's contacts; see port.Customers.
func (t *tx) DunningCustomersOf(ctx context.Context, recipientID uuid.UUID) ([]uuid.UUID, error) {
	return many(ctx, t, pgx.RowTo[uuid.UUID], `
SELECT id FROM customers
WHERE dunning_recipient_id = $1 OR (id = $1 AND dunning_recipient_id IS NULL)
ORDER BY id`, recipientID)
}

func scanCustomer(row pgx.CollectableRow) (receivable.Customer, error) {
	var c receivable.Customer
	err := row.Scan(
		&c.ID,
		&c.Source,
		&c.Number,
		&c.Name,
		&c.Segment,
		&c.Currency,
		&c.Language,
		&c.TimeZone,
		&c.Calendar,
		&c.Country,
		&c.PreferredChannel,
		&c.Collector,
		&c.PayerID,
		&c.ParentID,
		&c.DunningRecipientID,
		&c.Terms.NetDays,
		&c.Terms.EndOfMonth,
		&c.Terms.DiscountBP,
		&c.Terms.DiscountDays,
		&c.PolicyKey,
		&c.CreditHold,
		&c.RecipientChangedBy,
		&c.Version,
		&c.CreatedAt,
	)
	return c, err
}
