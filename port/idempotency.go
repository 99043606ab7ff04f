package port

import (
	"context"
	"time"
)

// Idempotency keeps the answers to requests that carry an Idempotency-Key, per principal. Each method is a transaction of
// its own. All times are real time, read from the database's clock.
type Idempotency interface {
	// ReserveKey makes the row of a request that is about to run (status 0), or tells what is known of the key. A reserved
	// row whose last attempt began more than stale ago, or was released, is handed to this caller: its outcome is
	// KeyReserved and FirstAt is that of the first attempt.
	ReserveKey(ctx context.Context, r KeyedRequest, stale time.Duration) (KeyState, error)
	// StoreAnswer keeps the answer, which is replayed from then on.
	StoreAnswer(ctx context.Context, principal, key string, a Answer) error
	// ReleaseKey lets the next attempt of the same request run at once: this one failed and may or may not have committed.
	ReleaseKey(ctx context.Context, principal, key string) error
}

// KeyedRequest identifies a request by its key and content.
type KeyedRequest struct {
	Principal   string
	Key         string
	MethodPath  string   // for example "POST /v1/notes"
	RequestHash [32]byte // of method, path with query, content type and body
}

// KeyOutcome says what a reservation found.
type KeyOutcome string

// The outcomes of a reservation.
const (
	KeyReserved   KeyOutcome = "reserved"    // run the request
	KeyAnswered   KeyOutcome = "answered"    // replay Answer
	KeyInProgress KeyOutcome = "in_progress" // another attempt is running
	KeyReused     KeyOutcome = "reused"      // the key belongs to a different request
)

// KeyState is what is known of a key.
type KeyState struct {
	Outcome KeyOutcome
	FirstAt time.Time // when the key was first seen; ids derived from the key use it
	Answer  Answer    // KeyAnswered only
}

// Answer is a response as sent.
type Answer struct {
	Status  int
	Headers map[string]string // Content-Type, ETag, Location
	Body    []byte
}
