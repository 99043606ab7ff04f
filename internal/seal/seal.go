// Package seal encrypts small secrets before they are stored: AES-256-GCM under a key that the operator holds. It is not the
// engine's payload codec, which shares the keys. internal/wire and tests use it; others know it by port.Sealer.
package seal

import (
	"crypto/aes"
	"crypto/cipher"

	"arrears/domain/fault"
)

// The codes of this package's errors.
const (
	// CodeUnknownKey means that the key which sealed something is not among the keyring's.
	CodeUnknownKey = "seal.unknown_key"
	// CodeDamaged means that something sealed was altered, moved or is damaged.
	CodeDamaged = "seal.damaged"
	// CodeBadKey means that a key cannot be used.
	CodeBadKey = "seal.bad_key"
)

// version is authenticated with everything that is sealed.
const version = "arrears seal v1/"

// Key seals. Its id names the secret for ever.
type Key struct {
	ID     string
	Secret []byte // 32 bytes
}

// Keyring seals by its first key and opens by all. Its zero value seals nothing: what it is given is kept as it is.
type Keyring struct {
	first string
	keys  map[string]cipher.AEAD
}

// New makes a keyring. Error: CodeBadKey.
func New(keys []Key) (*Keyring, error) {
	ring := &Keyring{keys: make(map[string]cipher.AEAD, len(keys))}
	for i, k := range keys {
		if _, twice := ring.keys[k.ID]; twice || k.ID == "" || len(k.Secret) != 32 {
			return nil, fault.New(fault.Invalid, CodeBadKey, "sealing keys have ids that differ and 32 bytes")
		}
		block, err := aes.NewCipher(k.Secret)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, CodeBadKey, "the sealing key cannot be used")
		}
		if ring.keys[k.ID], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, CodeBadKey, "the sealing key cannot be used")
		}
		if i == 0 {
			ring.first = k.ID
		}
	}
	return ring, nil
}

// Seal encrypts and names the key; without keys it returns what it is given, and no name. bound is authenticated with it and
// must be the same at opening.
func (r *Keyring) Seal(plain, bound []byte) (keyID string, sealed []byte) {
	if r.first == "" {
		return "", plain
	}
	return r.first, r.keys[r.first].Seal(nil, nil, plain, append([]byte(version+r.first+"/"), bound...))
}

// Open decrypts what the named key sealed; no name means that it is not sealed. Errors: CodeUnknownKey, CodeDamaged.
func (r *Keyring) Open(keyID string, sealed, bound []byte) ([]byte, error) {
	if keyID == "" {
		return sealed, nil
	}
	key, ok := r.keys[keyID]
	if !ok {
		return nil, fault.Newf(fault.Internal, CodeUnknownKey, "the key %q that sealed this is not configured", keyID)
	}
	plain, err := key.Open(nil, nil, sealed, append([]byte(version+keyID+"/"), bound...))
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, CodeDamaged, "what was sealed was altered or is damaged")
	}
	return plain, nil
}
