package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
)

// Key is an API key. The secret itself is never stored: Hash is its SHA-256.
type Key struct {
	ID        uuid.UUID
	Name      string
	Role      access.Role
	Prefix    string // the public part, which lists and audit entries show
	Hash      [32]byte
	CreatedAt time.Time
	CreatedBy string
	RevokedAt *time.Time
}

// Keys keeps API keys.
type Keys interface {
	InsertKey(ctx context.Context, k Key) error
	// KeyByPrefix reads one, revoked or not. Error: key.not_found.
	KeyByPrefix(ctx context.Context, prefix string) (Key, error)
	// Key reads one. Error: key.not_found.
	Key(ctx context.Context, id uuid.UUID) (Key, error)
	// ListKeys lists all, oldest first. An installation has tens, so there are no pages.
	ListKeys(ctx context.Context) ([]Key, error)
	// RevokeKey marks one as revoked. Error: key.revoked when it is already.
	RevokeKey(ctx context.Context, id uuid.UUID, at time.Time) error
}
