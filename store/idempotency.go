package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/port"
)

var _ port.Idempotency = (*DB)(nil)

var errAnswerLost = fault.New(fault.Conflict, "idempotency.not_reserved", "the idempotency key is not reserved")

// ReserveKey reserves a key or tells what is known of it; see port.Idempotency. The first statement either makes the row or
// takes over one that is stale or released; only when it does neither is there something to read.
func (db *DB) ReserveKey(ctx context.Context, r port.KeyedRequest, stale time.Duration) (port.KeyState, error) {
	state := port.KeyState{Outcome: port.KeyReserved}
	err := db.pool.QueryRow(ctx, `
INSERT INTO idempotency (
  principal,
  key,
  method_path,
  request_hash
) VALUES ($1, $2, $3, $4)
ON CONFLICT (principal, key) DO UPDATE SET
  attempt_at = clock_timestamp(),
  released = false
WHERE idempotency.status = 0
  AND idempotency.method_path = excluded.method_path
  AND idempotency.request_hash = excluded.request_hash
  AND (idempotency.released OR idempotency.attempt_at < clock_timestamp() - make_interval(secs => $5))
RETURNING created_at`,
		r.Principal, r.Key, r.MethodPath, r.RequestHash[:], stale.Seconds()).Scan(&state.FirstAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return db.knownKey(ctx, r)
	}
	return state, translate(err)
}

func (db *DB) knownKey(ctx context.Context, r port.KeyedRequest) (port.KeyState, error) {
	var state port.KeyState
	var same bool
	err := db.pool.QueryRow(ctx, `
SELECT
  method_path = $3 AND request_hash = $4,
  status,
  headers,
  body,
  created_at
FROM idempotency
WHERE principal = $1 AND key = $2`, r.Principal, r.Key, r.MethodPath, r.RequestHash[:]).
		Scan(&same, &state.Answer.Status, &state.Answer.Headers, &state.Answer.Body, &state.FirstAt)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // swept away in between: the caller tries again
		state.Outcome = port.KeyInProgress
		return state, nil
	case err != nil:
		return state, translate(err)
	case !same:
		return port.KeyState{Outcome: port.KeyReused, FirstAt: state.FirstAt}, nil
	case state.Answer.Status == 0:
		return port.KeyState{Outcome: port.KeyInProgress, FirstAt: state.FirstAt}, nil
	}
	state.Outcome = port.KeyAnswered
	return state, nil
}

// StoreAnswer keeps the answer; see port.Idempotency. Error: idempotency.not_reserved.
func (db *DB) StoreAnswer(ctx context.Context, principal, key string, a port.Answer) error {
	headers := a.Headers
	if headers == nil {
		headers = map[string]string{}
	}
	body := a.Body
	if body == nil {
		body = []byte{}
	}
	tag, err := db.pool.Exec(ctx, `
UPDATE idempotency SET
  status = $3,
  headers = $4,
  body = $5
WHERE principal = $1 AND key = $2 AND status = 0`, principal, key, a.Status, headers, body)
	if err == nil && tag.RowsAffected() == 0 {
		return errAnswerLost
	}
	return translate(err)
}

// ReleaseKey lets the next attempt run at once; see port.Idempotency.
func (db *DB) ReleaseKey(ctx context.Context, principal, key string) error {
	_, err := db.pool.Exec(ctx,
		`UPDATE idempotency SET released = true WHERE principal = $1 AND key = $2 AND status = 0`, principal, key)
	return translate(err)
}

// SweepKeys deletes keys that are older than keep, and returns how many. Whoever repeats a request after that makes a new
// one; natural keys still refuse a second document.
func (db *DB) SweepKeys(ctx context.Context, keep time.Duration) (int64, error) {
	tag, err := db.pool.Exec(ctx,
		`DELETE FROM idempotency WHERE attempt_at < clock_timestamp() - make_interval(secs => $1)`, keep.Seconds())
	return tag.RowsAffected(), translate(err)
}
