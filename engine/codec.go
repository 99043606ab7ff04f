package engine

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// Key encrypts payloads. An id names one secret for ever: payloads keep it to say what opens them.
type Key struct {
	ID     string
	Secret []byte // 32 bytes
}

// The marks on an encrypted payload.
const (
	encoding    = "binary/encrypted"
	metaKeyID   = "encryption-key-id"
	metaVersion = "arrears codec v1"
)

var (
	errNoKey   = errors.New("engine: the payload's key is not known")
	errAltered = errors.New("engine: the payload was altered or is damaged")
)

// codec encrypts payloads by AES-256-GCM. The key's id is authenticated with the content.
type codec struct {
	first string
	keys  map[string]cipher.AEAD
}

var _ converter.PayloadCodec = (*codec)(nil)

func newCodec(keys []Key) (*codec, error) {
	c := &codec{first: keys[0].ID, keys: make(map[string]cipher.AEAD, len(keys))}
	for _, k := range keys {
		if _, twice := c.keys[k.ID]; k.ID == "" || twice {
			return nil, fmt.Errorf("engine: key ids must be given and differ (%q)", k.ID)
		}
		if len(k.Secret) != 32 {
			return nil, fmt.Errorf("engine: key %q must have 32 bytes", k.ID)
		}
		block, err := aes.NewCipher(k.Secret)
		if err != nil {
			return nil, err
		}
		if c.keys[k.ID], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Encode implements converter.PayloadCodec.
func (c *codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	sealed := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		plain, err := proto.Marshal(p)
		if err != nil {
			return nil, err
		}
		sealed[i] = &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encoding), metaKeyID: []byte(c.first)},
			Data:     c.keys[c.first].Seal(nil, nil, plain, bound(c.first)),
		}
	}
	return sealed, nil
}

// Decode implements converter.PayloadCodec. What is not encrypted passes: it is older than the first key.
func (c *codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	opened := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		if string(p.GetMetadata()[converter.MetadataEncoding]) != encoding {
			opened[i] = p
			continue
		}
		id := string(p.GetMetadata()[metaKeyID])
		key, ok := c.keys[id]
		if !ok {
			return nil, fmt.Errorf("%w: %q", errNoKey, id)
		}
		plain, err := key.Open(nil, nil, p.GetData(), bound(id))
		if err != nil {
			return nil, errAltered
		}
		opened[i] = &commonpb.Payload{}
		if err := proto.Unmarshal(plain, opened[i]); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// bound is what is authenticated beside the content.
func bound(id string) []byte { return []byte(metaVersion + "/" + id) }
