package wire

import (
	"context"

	"arrears/auth"
	"arrears/domain/fault"
	"arrears/port"
)

// keyring finds API keys in the store.
type keyring struct{ store port.Store }

// KeyByPrefix implements auth.Keys.
func (k keyring) KeyByPrefix(ctx context.Context, prefix string) (auth.Key, bool, error) {
	var found port.Key
	err := k.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		found, err = tx.KeyByPrefix(ctx, prefix)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return auth.Key{}, false, nil
	}
	if err != nil {
		return auth.Key{}, false, err
	}
	return auth.Key{
		ID: found.ID.String(), Name: found.Name, Role: found.Role, Hash: found.Hash, Revoked: found.RevokedAt != nil,
	}, true, nil
}
