package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
)

// The shape of a key: "arr_" + prefix + "_" + secret. The prefix is public: it names the key in lists and finds its row.
// The secret carries 256 random bits, so a plain SHA-256 of it needs no salt and no slow hash.
const (
	tokenStart   = "arr_"
	prefixBytes  = 10
	prefixLength = 16 // of prefixBytes in base 32
	secretBytes  = 32
	secretLength = 52 // of secretBytes in base 32
	tokenLength  = len(tokenStart) + prefixLength + 1 + secretLength
)

// letters writes bytes as digits and lower-case letters without padding.
var letters = base32.NewEncoding("abcdefghijkmnopqrstuvwxyz2345678").WithPadding(base32.NoPadding)

// Token is a new API key. Text is shown once to whoever asked for it and is stored nowhere; Prefix and Hash are stored.
type Token struct {
	Text   string
	Prefix string
	Hash   [32]byte
}

// NewToken makes a key from the system's random source, whose failure is the only error.
func NewToken() (Token, error) {
	raw := make([]byte, prefixBytes+secretBytes)
	if _, err := rand.Read(raw); err != nil {
		return Token{}, fmt.Errorf("read random bytes: %w", err)
	}
	prefix := letters.EncodeToString(raw[:prefixBytes])
	text := tokenStart + prefix + "_" + letters.EncodeToString(raw[prefixBytes:])
	return Token{Text: text, Prefix: prefix, Hash: sha256.Sum256([]byte(text))}, nil
}

// parseToken returns the public prefix and the hash of a key as presented; ok is false for a text that is none.
func parseToken(text string) (prefix string, hash [32]byte, ok bool) {
	if len(text) != tokenLength || !strings.HasPrefix(text, tokenStart) {
		return "", hash, false
	}
	prefix, secret, found := strings.Cut(text[len(tokenStart):], "_")
	if !found || len(prefix) != prefixLength || len(secret) != secretLength {
		return "", hash, false
	}
	return prefix, sha256.Sum256([]byte(text)), true
}
