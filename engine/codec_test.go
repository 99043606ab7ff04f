package engine

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

func key(id string, fill byte) Key { return Key{ID: id, Secret: bytes.Repeat([]byte{fill}, 32)} }

func payload(t *testing.T, v any) *commonpb.Payload {
	t.Helper()
	p, err := converter.GetDefaultDataConverter().ToPayload(v)
	require.NoError(t, err)
	return p
}

func TestPayloadsAreEncryptedAndReadBack(t *testing.T) {
	t.Parallel()
	c, err := newCodec([]Key{key("k1", 1)})
	require.NoError(t, err)
	plain := payload(t, "amount 100")
	sealed, err := c.Encode([]*commonpb.Payload{plain, plain})
	require.NoError(t, err)
	require.NotContains(t, string(sealed[0].Data), "amount")
	require.NotEqual(t, sealed[0].Data, sealed[1].Data, "each has a nonce of its own")
	opened, err := c.Decode(sealed)
	require.NoError(t, err)
	require.True(t, proto.Equal(plain, opened[0]))
}

// Keys change: old payloads name the key that opens them; the first is used for new ones.
func TestKeysAreChanged(t *testing.T) {
	t.Parallel()
	before, err := newCodec([]Key{key("k1", 1)})
	require.NoError(t, err)
	old, err := before.Encode([]*commonpb.Payload{payload(t, 1)})
	require.NoError(t, err)
	after, err := newCodec([]Key{key("k2", 2), key("k1", 1)})
	require.NoError(t, err)
	_, err = after.Decode(old)
	require.NoError(t, err)
	fresh, err := after.Encode([]*commonpb.Payload{payload(t, 1)})
	require.NoError(t, err)
	_, err = before.Decode(fresh)
	require.ErrorIs(t, err, errNoKey)
}

func TestAlteredPayloadsAreRefused(t *testing.T) {
	t.Parallel()
	c, err := newCodec([]Key{key("k1", 1), key("k2", 1)})
	require.NoError(t, err)
	sealed, err := c.Encode([]*commonpb.Payload{payload(t, 1)})
	require.NoError(t, err)
	sealed[0].Metadata[metaKeyID] = []byte("k2") // the same secret under another id
	_, err = c.Decode(sealed)
	require.ErrorIs(t, err, errAltered)
	sealed[0].Metadata[metaKeyID] = []byte("k1")
	sealed[0].Data[0] ^= 1
	_, err = c.Decode(sealed)
	require.ErrorIs(t, err, errAltered)
}

// What was kept before the first key stays readable.
func TestClearPayloadsPass(t *testing.T) {
	t.Parallel()
	c, err := newCodec([]Key{key("k1", 1)})
	require.NoError(t, err)
	plain := payload(t, "x")
	opened, err := c.Decode([]*commonpb.Payload{plain})
	require.NoError(t, err)
	require.Same(t, plain, opened[0])
}

func TestBadKeysAreRefused(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]Key{{{ID: "", Secret: make([]byte, 32)}}, {{ID: "a", Secret: make([]byte, 31)}}, {key("a", 1), key("a", 2)}} {
		_, err := newCodec(keys)
		require.Error(t, err)
	}
}

func TestOptionsOfTheClient(t *testing.T) {
	t.Parallel()
	o, err := Options{Address: "127.0.0.1:1", APIKey: "secret", Keys: []Key{key("k1", 1)}}.client()
	require.NoError(t, err)
	require.Equal(t, "default", o.Namespace)
	require.NotNil(t, o.Credentials)
	require.NotNil(t, o.FailureConverter)
	_, err = Options{Keys: []Key{{ID: "x"}}}.client()
	require.Error(t, err)
	e, err := Dial(t.Context(), Options{Address: "127.0.0.1:1", Lazy: true})
	require.NoError(t, err)
	e.Close()
}
