package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"arrears/domain/fault"
)

// The headers of the Standard Webhooks specification.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// secretPrefix marks a secret as one for webhooks; it may be left out.
const secretPrefix = "whsec_"

// Bounds of a secret's bytes, those of the specification.
const (
	minSecretBytes = 24
	maxSecretBytes = 64
)

// SecretBytes is how long the secrets are that we make.
const SecretBytes = 32

// ParseSecret reads a secret: base64 of 24 to 64 bytes, with or without the prefix "whsec_". Error: CodeBadSecret.
func ParseSecret(s string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(s), secretPrefix))
	if err != nil || len(key) < minSecretBytes || len(key) > maxSecretBytes {
		return nil, fault.Newf(fault.Invalid, CodeBadSecret,
			"a webhook secret is base64 of %d to %d bytes after %q", minSecretBytes, maxSecretBytes, secretPrefix)
	}
	return key, nil
}

// FormatSecret writes a key as ParseSecret reads it.
func FormatSecret(key []byte) string { return secretPrefix + base64.StdEncoding.EncodeToString(key) }

// Sign returns the signature header's value: one "v1," entry per key, so that the receiver can change keys without a gap.
func Sign(keys [][]byte, id string, at time.Time, body []byte) string {
	entries := make([]string, len(keys))
	for i, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		entries[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(entries, " ")
}
