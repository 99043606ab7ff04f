package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/receivable"
	"arrears/port"
)

// maxKeyName bounds a key's name.
const maxKeyName = 200

// NewKey is an API key as it is entered. Prefix and Hash come from the token, which is shown to its owner once and never
// reaches this layer.
type NewKey struct {
	Name   string
	Role   access.Role
	Prefix string
	Hash   [32]byte
}

// CreateKey keeps a new API key. Errors: access.forbidden, receivable.invalid, access.unknown_role.
func (a *App) CreateKey(ctx context.Context, who access.Principal, in NewKey) (port.Key, error) {
	if err := access.Require(who, access.KeysManage); err != nil {
		return port.Key{}, err
	}
	return a.createKey(ctx, who.ID, in)
}

// CreateFirstKey keeps a key for whoever starts the program on the machine itself: there is nobody yet who could be
// authorised. Errors: receivable.invalid, access.unknown_role.
func (a *App) CreateFirstKey(ctx context.Context, in NewKey) (port.Key, error) {
	return a.createKey(ctx, system, in)
}

func (a *App) createKey(ctx context.Context, actor string, in NewKey) (port.Key, error) {
	var k port.Key
	var f receivable.Form
	f.Name("name", in.Name, maxKeyName)
	f.Required("prefix", in.Prefix, maxKeyName)
	if err := f.Err("key"); err != nil {
		return k, err
	}
	role, err := access.ParseRole(string(in.Role))
	if err != nil {
		return k, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return k, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		before, found, err := madeBefore(ctx, tx.Key)
		if err != nil || found {
			k = before
			return err
		}
		k = port.Key{ID: id, Name: in.Name, Role: role, Prefix: in.Prefix, Hash: in.Hash, CreatedAt: now, CreatedBy: actor}
		if err := tx.InsertKey(ctx, k); err != nil {
			return err
		}
		return recordKey(ctx, tx, now, actor, k, uuid.Nil, "key.created")
	})
	return k, err
}

func recordKey(ctx context.Context, tx port.Tx, now time.Time, actor string, k port.Key, entry uuid.UUID, action string) error {
	return record(ctx, tx, now, actor, event{
		id: entry, action: action, kind: "key", subject: k.ID, data: map[string]any{"prefix": k.Prefix, "role": k.Role},
	})
}

// RevokeKey refuses a key from now on. Errors: access.forbidden, key.not_found, key.revoked.
func (a *App) RevokeKey(ctx context.Context, who access.Principal, id uuid.UUID) (port.Key, error) {
	if err := access.Require(who, access.KeysManage); err != nil {
		return port.Key{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (port.Key, error) { return tx.Key(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		k, err := tx.Key(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.RevokeKey(ctx, id, now); err != nil {
			return err
		}
		return recordKey(ctx, tx, now, who.ID, k, entry, "key.revoked")
	})
}

// ListKeys lists all, oldest first, without secrets: those are not kept. Error: access.forbidden.
func (a *App) ListKeys(ctx context.Context, who access.Principal) ([]port.Key, error) {
	return lookup(ctx, a, who, access.KeysManage, func(ctx context.Context, tx port.Tx) ([]port.Key, error) {
		return tx.ListKeys(ctx)
	})
}
