package seal_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/internal/seal"
	"arrears/port"
)

var _ port.Sealer = (*seal.Keyring)(nil)

func key(id string, fill byte) seal.Key {
	return seal.Key{ID: id, Secret: bytes.Repeat([]byte{fill}, 32)}
}

func ring(t *testing.T, keys ...seal.Key) *seal.Keyring {
	t.Helper()
	r, err := seal.New(keys)
	require.NoError(t, err)
	return r
}

func TestWhatIsSealedIsOpened(t *testing.T) {
	t.Parallel()
	r := ring(t, key("k1", 1))
	plain, bound := []byte("secret"), []byte("endpoint 1")
	id, sealed := r.Seal(plain, bound)
	require.Equal(t, "k1", id)
	require.NotContains(t, string(sealed), "secret")
	_, again := r.Seal(plain, bound)
	require.NotEqual(t, sealed, again, "the same secret does not show as the same")
	got, err := r.Open(id, sealed, bound)
	require.NoError(t, err)
	require.Equal(t, plain, got)
}

func TestWhatWasMovedOrAlteredIsNotOpened(t *testing.T) {
	t.Parallel()
	r := ring(t, key("k1", 1), key("k2", 2))
	id, sealed := r.Seal([]byte("secret"), []byte("endpoint 1"))
	_, err := r.Open(id, sealed, []byte("endpoint 2"))
	require.Equal(t, seal.CodeDamaged, fault.CodeOf(err))
	_, err = r.Open("k2", sealed, []byte("endpoint 1"))
	require.Equal(t, seal.CodeDamaged, fault.CodeOf(err))
	sealed[len(sealed)-1] ^= 1
	_, err = r.Open(id, sealed, []byte("endpoint 1"))
	require.Equal(t, seal.CodeDamaged, fault.CodeOf(err))
	_, err = r.Open(id, nil, []byte("endpoint 1"))
	require.Equal(t, seal.CodeDamaged, fault.CodeOf(err))
}

// Keys are changed by putting a new one first and keeping the old one.
func TestKeysAreChanged(t *testing.T) {
	t.Parallel()
	old := ring(t, key("k1", 1))
	id, sealed := old.Seal([]byte("secret"), nil)
	next := ring(t, key("k2", 2), key("k1", 1))
	got, err := next.Open(id, sealed, nil)
	require.NoError(t, err)
	require.Equal(t, "secret", string(got))
	id, _ = next.Seal([]byte("secret"), nil)
	require.Equal(t, "k2", id)
	_, err = ring(t, key("k3", 3)).Open("k1", sealed, nil)
	require.Equal(t, seal.CodeUnknownKey, fault.CodeOf(err))
}

func TestWithoutKeysNothingIsSealed(t *testing.T) {
	t.Parallel()
	r := ring(t)
	id, kept := r.Seal([]byte("secret"), nil)
	require.Empty(t, id)
	got, err := r.Open(id, kept, nil)
	require.NoError(t, err)
	require.Equal(t, "secret", string(got))
	got, err = ring(t, key("k1", 1)).Open("", kept, nil)
	require.NoError(t, err, "what is older than the first key")
	require.Equal(t, "secret", string(got))
}

func TestKeysAreChecked(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]seal.Key{
		"no id": {key("", 1)}, "short": {{ID: "k", Secret: make([]byte, 16)}}, "twice": {key("k", 1), key("k", 2)},
	} {
		_, err := seal.New(keys)
		require.Equal(t, seal.CodeBadKey, fault.CodeOf(err), name)
	}
}
