package auth

import (
	"context"

	"arrears/domain/fault"
	"arrears/port"
)

// Stored finds the keys that an installation keeps in its store.
func Stored(store port.Store) Keys { return stored{store} }

type stored struct{ store port.Store }

// principalStart begins the id of a caller that came with a key; the key's public prefix follows. The record holds it.
const principalStart = "key:"

// KeyByPrefix implements Keys.
func (s stored) KeyByPrefix(ctx context.Context, prefix string) (key Key, ok bool, err error) {
	err = s.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		found, err := tx.KeyByPrefix(ctx, prefix)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		key, ok = Key{ID: principalStart + found.Prefix, Name: found.Name, Role: found.Role, Hash: found.Hash, Revoked: found.RevokedAt != nil}, true
		return nil
	})
	return key, ok, err
}
