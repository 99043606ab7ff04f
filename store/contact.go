package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/receivable"
)

// contactColumns are in the order of scanContact.
const contactColumns = `
  id,
  customer_id,
  role,
  name,
  email,
  phone,
  address,
  webhook,
  rank,
  active,
  email_failed_at,
  email_failure,
  version`

// InsertContact writes a contact; see port.Customers.
func (t *tx) InsertContact(ctx context.Context, c receivable.Contact) error {
	return t.exec(ctx, `
INSERT INTO contacts (
  id,
  customer_id,
  role,
  name,
  email,
  phone,
  address,
  webhook,
  rank,
  active,
  email_failed_at,
  email_failure,
  version
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		c.ID, c.CustomerID, c.Role, c.Name, c.Email, c.Phone, c.Address, c.Webhook, c.Rank, c.Active, c.EmailFailedAt,
		c.EmailFailure, max(1, c.Version))
}

// Contact reads one; see port.Customers.
func (t *tx) Contact(ctx context.Context, id uuid.UUID) (receivable.Contact, error) {
	return one(ctx, t, errContactNotFound, scanContact, `SELECT`+contactColumns+` FROM contacts WHERE id = $1`, id)
}

// UpdateContact writes where the version is still the same; see port.Customers.
func (t *tx) UpdateContact(ctx context.Context, c receivable.Contact) error {
	return t.change(ctx, errContactChanged, `
UPDATE contacts SET
  role = $3,
  name = $4,
  email = $5,
  phone = $6,
  address = $7,
  webhook = $8,
  rank = $9,
  active = $10,
  email_failed_at = $11,
  email_failure = $12,
  version = version + 1
WHERE id = $1 AND version = $2`,
		c.ID, c.Version, c.Role, c.Name, c.Email, c.Phone, c.Address, c.Webhook, c.Rank, c.Active, c.EmailFailedAt,
		c.EmailFailure)
}

// SetEmailFailed notes a refused or bounced address; see port.Customers.
func (t *tx) SetEmailFailed(ctx context.Context, contactID uuid.UUID, at time.Time, reason string) error {
	return t.change(ctx, errContactNotFound, `
UPDATE contacts SET
  email_failed_at = $2,
  email_failure = $3,
  version = version + 1
WHERE id = $1`, contactID, at, reason)
}

func scanContact(row pgx.CollectableRow) (receivable.Contact, error) {
	var c receivable.Contact
	err := row.Scan(
		&c.ID,
		&c.CustomerID,
		&c.Role,
		&c.Name,
		&c.Email,
		&c.Phone,
		&c.Address,
		&c.Webhook,
		&c.Rank,
		&c.Active,
		&c.EmailFailedAt,
		&c.EmailFailure,
		&c.Version,
	)
	return c, err
}
