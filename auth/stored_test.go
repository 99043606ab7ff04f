package auth_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/auth"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/port"
)

// shelf is a store that holds one key.
type shelf struct {
	port.Store
	port.Tx
	key port.Key
	err error
}

func (s shelf) Read(ctx context.Context, fn func(context.Context, port.Tx) error) error {
	return fn(ctx, s)
}

func (s shelf) KeyByPrefix(_ context.Context, prefix string) (port.Key, error) {
	if s.err != nil {
		return port.Key{}, s.err
	}
	if prefix != s.key.Prefix {
		return port.Key{}, fault.New(fault.NotFound, "key.not_found", "there is no such key")
	}
	return s.key, nil
}

func TestStoredKeysAreFoundByTheirPrefix(t *testing.T) {
	t.Parallel()
	token := newToken(t)
	keys := auth.Stored(shelf{key: port.Key{Name: "the ERP", Role: access.Admin, Prefix: token.Prefix, Hash: token.Hash}})
	key, found, err := keys.KeyByPrefix(t.Context(), token.Prefix)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, auth.Key{ID: "key:" + token.Prefix, Name: "the ERP", Role: access.Admin, Hash: token.Hash}, key)
	_, found, err = keys.KeyByPrefix(t.Context(), "other")
	require.NoError(t, err)
	require.False(t, found)
}

func TestARevokedStoredKeyIsMarked(t *testing.T) {
	t.Parallel()
	at := time.Now()
	key, found, err := auth.Stored(shelf{key: port.Key{Prefix: "p", RevokedAt: &at}}).KeyByPrefix(t.Context(), "p")
	require.NoError(t, err)
	require.True(t, found)
	require.True(t, key.Revoked)
}

func TestAStoreThatFailsIsNotAnUnknownKey(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection lost")
	_, _, err := auth.Stored(shelf{err: cause}).KeyByPrefix(t.Context(), "p")
	require.ErrorIs(t, err, cause)
}
