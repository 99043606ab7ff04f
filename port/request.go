package port

import (
	"context"

	"github.com/google/uuid"
)

// requestKey is the context key of a request's idempotent identity.
type requestKey struct{}

type request struct {
	key   string
	id    uuid.UUID
	taken bool
}

// WithIdempotencyID returns a context in which the first NewID is id, and IdempotencyKey is key. The caller derives id from
// the principal and its Idempotency-Key, so a request that runs again after a crash makes the same record again, and the
// store's unique constraint shows that it is already there.
func WithIdempotencyID(ctx context.Context, key string, id uuid.UUID) context.Context {
	return context.WithValue(ctx, requestKey{}, &request{key: key, id: id})
}

// IdempotencyKey returns the key of the request under way, or "" where there is none. Audit entries carry it.
func IdempotencyKey(ctx context.Context) string {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r.key
	}
	return ""
}

// RequestID returns the id that the request's main record has or will have; ok is false outside an idempotent request.
func RequestID(ctx context.Context) (id uuid.UUID, ok bool) {
	if r, found := ctx.Value(requestKey{}).(*request); found {
		return r.id, true
	}
	return uuid.Nil, false
}

// NewID returns the id of the request's main record at its first call and a fresh UUIDv7 afterwards or without a request.
// Call it outside the transaction's function, which may run again. One request is served by one goroutine.
func NewID(ctx context.Context) (uuid.UUID, error) {
	if r, ok := ctx.Value(requestKey{}).(*request); ok && !r.taken {
		r.taken = true
		return r.id, nil
	}
	return uuid.NewV7()
}
