package notice

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/receivable"
)

// hashDomain keeps this hash apart from any other use of SHA-256 over similar parts.
const hashDomain = "arrears notice v1"

// Hash binds an approval to what will be sent: recipient, channel, template, policy versions (their order and repetition do
// not matter) and the bytes. Every part is preceded by its length, so no two different contents read alike.
func Hash(recipient string, channel receivable.Channel, template string, policyVersions []uuid.UUID, raw []byte) [32]byte {
	versions := slices.Clone(policyVersions)
	slices.SortFunc(versions, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	versions = slices.Compact(versions)

	h := sha256.New()
	part(h, []byte(hashDomain))
	part(h, []byte(recipient))
	part(h, []byte(channel))
	part(h, []byte(template))
	part(h, binary.BigEndian.AppendUint64(nil, uint64(len(versions))))
	for _, v := range versions {
		part(h, v[:])
	}
	part(h, raw)
	return [32]byte(h.Sum(nil))
}

func part(h hash.Hash, b []byte) {
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
	h.Write(b)
}
