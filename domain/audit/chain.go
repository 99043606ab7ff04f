package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"arrears/domain/fault"
)

// chainVersion begins what is hashed, so that no text of another kind or a later encoding can have the same hash.
const chainVersion = "arrears audit entry 1"

// Link is an entry in its place in the chain.
type Link struct {
	Entry Entry
	// Position counts from 1 without gaps.
	Position int64
	// Prev is the hash of the link before, all zero at position 1.
	Prev [32]byte
	// Hash is Hash(Prev, Entry).
	Hash [32]byte
}

// Hash returns the SHA-256 of the entry chained to the hash before it. What is hashed is, in this order: the text
// "arrears audit entry 1", prev (32 bytes), ID, At (microseconds since 1970 UTC as a signed 64-bit big-endian integer),
// BusinessDate (YYYY-MM-DD or empty), Actor, Action, SubjectKind, SubjectID, CustomerID, InvoiceID, Data ("{}" when
// empty), IdempotencyKey. Each is preceded by its length in bytes as an unsigned 64-bit big-endian integer, so that no two
// different entries are written alike.
func Hash(prev [32]byte, e Entry) [32]byte {
	data := e.Data
	if len(data) == 0 {
		data = []byte(emptyData)
	}
	at := binary.BigEndian.AppendUint64(nil, uint64(e.At.UnixMicro()))
	parts := [][]byte{
		[]byte(chainVersion), prev[:], []byte(e.ID), at, []byte(e.BusinessDate.String()), []byte(e.Actor), []byte(e.Action),
		[]byte(e.SubjectKind), []byte(e.SubjectID), []byte(e.CustomerID), []byte(e.InvoiceID), data, []byte(e.IdempotencyKey),
	}
	var text []byte
	for _, part := range parts {
		text = binary.BigEndian.AppendUint64(text, uint64(len(part)))
		text = append(text, part...)
	}
	return sha256.Sum256(text)
}

// BreakError says where a chain is broken; errors.As finds it in Verify's error.
type BreakError struct {
	// Position is the first position that does not verify.
	Position int64
	// Reason says what is wrong there.
	Reason string
}

// Error names the position and the reason.
func (b *BreakError) Error() string { return fmt.Sprintf("position %d: %s", b.Position, b.Reason) }

// Verifier checks a chain link by link, so that a long one need not be in memory. Its zero value begins at position 1.
type Verifier struct {
	position int64
	hash     [32]byte
}

// NewVerifier begins after a link already known to be good, given by its position and hash: a checkpoint kept elsewhere.
func NewVerifier(position int64, hash [32]byte) *Verifier {
	return &Verifier{position: position, hash: hash}
}

// Next checks the next link. After an error the verifier stays where it was. Error: CodeBrokenChain, wrapping a *BreakError.
func (v *Verifier) Next(l Link) error {
	want := v.position + 1
	switch {
	case l.Position != want:
		return broken(want, "the entry is missing or out of order")
	case l.Prev != v.hash:
		return broken(want, "the entry does not follow the one before it")
	case l.Hash != Hash(l.Prev, l.Entry):
		return broken(want, "the entry was altered")
	}
	v.position, v.hash = l.Position, l.Hash
	return nil
}

// Head returns the position and hash of the last good link. Comparing it with a head noted earlier, outside the database,
// is what shows that the end of a chain was cut off or the whole rewritten.
func (v *Verifier) Head() (position int64, hash [32]byte) { return v.position, v.hash }

// Verify checks a whole chain from position 1 and names the first position that does not verify. An empty chain is good.
// Error: CodeBrokenChain, wrapping a *BreakError.
func Verify(links []Link) error {
	var v Verifier
	for _, l := range links {
		if err := v.Next(l); err != nil {
			return err
		}
	}
	return nil
}

func broken(position int64, reason string) error {
	b := &BreakError{Position: position, Reason: reason}
	return fault.Wrap(b, fault.Conflict, CodeBrokenChain, "the record is broken at "+b.Error())
}
