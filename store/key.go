package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/port"
)

// keyColumns are in the order of scanKey.
const keyColumns = `
  id,
  name,
  role,
  prefix,
  hash,
  created_at,
  created_by,
  revoked_at`

var errKeyRevoked = fault.New(fault.Conflict, "key.revoked", "the key was revoked before")

// InsertKey writes a key; see port.Keys.
func (t *tx) InsertKey(ctx context.Context, k port.Key) error {
	return t.exec(ctx, `
INSERT INTO api_keys (
  id,
  name,
  role,
  prefix,
  hash,
  created_at,
  created_by
) VALUES ($1, $2, $3, $4, $5, $6, $7)`, k.ID, k.Name, k.Role, k.Prefix, k.Hash[:], k.CreatedAt, k.CreatedBy)
}

// Key reads one; see port.Keys.
func (t *tx) Key(ctx context.Context, id uuid.UUID) (port.Key, error) {
	return one(ctx, t, errKeyNotFound, scanKey, `SELECT`+keyColumns+` FROM api_keys WHERE id = $1`, id)
}

// KeyByPrefix reads one by its public part; see port.Keys.
func (t *tx) KeyByPrefix(ctx context.Context, prefix string) (port.Key, error) {
	return one(ctx, t, errKeyNotFound, scanKey, `SELECT`+keyColumns+` FROM api_keys WHERE prefix = $1`, prefix)
}

// ListKeys lists all; see port.Keys.
func (t *tx) ListKeys(ctx context.Context) ([]port.Key, error) {
	return many(ctx, t, scanKey, `SELECT`+keyColumns+` FROM api_keys ORDER BY id`)
}

// RevokeKey marks one as revoked; see port.Keys.
func (t *tx) RevokeKey(ctx context.Context, id uuid.UUID, at time.Time) error {
	return t.change(ctx, errKeyRevoked,
		`UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, id, at)
}

func scanKey(row pgx.CollectableRow) (port.Key, error) {
	var k port.Key
	var hash []byte
	err := row.Scan(
		&k.ID,
		&k.Name,
		&k.Role,
		&k.Prefix,
		&hash,
		&k.CreatedAt,
		&k.CreatedBy,
		&k.RevokedAt,
	)
	copy(k.Hash[:], hash)
	return k, err
}
