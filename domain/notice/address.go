package notice

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/fault"
)

// MessageID returns the Message-ID of a notice, with its angle brackets. It depends on the notice alone, so a mail sent
// again after a crash is recognised as the same one.
func MessageID(noticeID uuid.UUID, domain string) string {
	return "<notice." + noticeID.String() + "@" + domain + ">"
}

// replyPrefix starts the local part of every reply address.
const replyPrefix = "reply+"

// tagBytes is an id and a short checksum. The checksum catches mistyped and damaged tags; it is no secret and proves
// nothing about who writes.
const (
	checksumBytes = 4
	tagBytes      = 16 + checksumBytes
)

// tagEncoding survives mail systems that change the case of local parts.
var tagEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ReplyAddress returns the address to which a customer answers: "reply+", an opaque tag that names the customer, and the
// installation's reply domain. It is the same on all notices to the customer, so answers thread together.
func ReplyAddress(customerID uuid.UUID, domain string) string {
	tag := slices.Concat(customerID[:], checksum(customerID))
	return replyPrefix + tagEncoding.EncodeToString(tag) + "@" + domain
}

// ParseReplyAddress returns the customer an address made by ReplyAddress belongs to. Upper case, surrounding blanks and
// angle brackets are accepted; the domain is the caller's to compare. Error: CodeInvalidReplyAddress.
func ParseReplyAddress(address string) (customerID uuid.UUID, domain string, err error) {
	a := strings.ToLower(strings.Trim(strings.TrimSpace(address), "<>"))
	local, domain, found := strings.Cut(a, "@")
	encoded, prefixed := strings.CutPrefix(local, replyPrefix)
	if !found || !prefixed || domain == "" || strings.ContainsAny(domain, "@ \t\r\n") || len(encoded) != tagEncoding.EncodedLen(tagBytes) {
		return uuid.Nil, "", invalidReplyAddress()
	}
	tag, decodeErr := tagEncoding.DecodeString(encoded)
	if decodeErr != nil || len(tag) != tagBytes {
		return uuid.Nil, "", invalidReplyAddress()
	}
	id := uuid.UUID(tag[:16])
	if string(tag[16:]) != string(checksum(id)) {
		return uuid.Nil, "", invalidReplyAddress()
	}
	return id, domain, nil
}

func checksum(id uuid.UUID) []byte {
	sum := sha256.Sum256(append([]byte("arrears reply v1"), id[:]...))
	return sum[:checksumBytes]
}

func invalidReplyAddress() error {
	return fault.New(fault.Invalid, CodeInvalidReplyAddress, "this is not a reply address of a notice")
}
