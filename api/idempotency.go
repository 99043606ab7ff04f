package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/auth"
	"arrears/domain/fault"
	"arrears/internal/failpoint"
	"arrears/port"
)

// The codes of what a key may refuse.
const (
	// CodeKeyRequired means a request that changes something came without an Idempotency-Key.
	CodeKeyRequired = "idempotency.key_required"
	// CodeKeyReused means the key already names another request of this caller.
	CodeKeyReused = "idempotency.key_reused"
	// CodeInProgress means the same request is running; ask again after Retry-After.
	CodeInProgress = "idempotency.in_progress"
)

// replayedHeaders are the headers of an answer that a replay repeats.
func replayedHeaders() []string {
	return []string{echo.HeaderContentType, headerETag, echo.HeaderLocation}
}

// settleTime is how long storing an answer may take after the request's own time is over.
const settleTime = 5 * time.Second

// idempotent is the middleware that runs a request once per key and replays its answer from then on. The row is reserved in
// a transaction of its own; a process that dies between the use case's commit and the stored answer leaves it reserved, and
// a later attempt runs again with the same derived id, so that the store sees the same record again (port.WithIdempotencyID).
func idempotent(keys port.Idempotency) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			o := operationOf(c)
			if !o.Keyed {
				return next(c)
			}
			ctx := c.Request().Context()
			digest, _ := c.Get(keyDigest).([32]byte)
			request := port.KeyedRequest{
				Principal: auth.PrincipalOf(ctx).ID, Key: c.Request().Header.Get(headerIdempotencyKey),
				MethodPath: o.Method + " " + o.Path, RequestHash: digest,
			}
			state, err := keys.ReserveKey(ctx, request, o.Timeout+settleTime)
			if err != nil {
				return err
			}
			switch state.Outcome {
			case port.KeyAnswered:
				return replay(c, state.Answer)
			case port.KeyReused:
				return fault.New(fault.Conflict, CodeKeyReused, "this Idempotency-Key already names another request; use a fresh one")
			case port.KeyInProgress:
				c.Response().Header().Set(headerRetryAfter, "1")
				return fault.New(fault.Conflict, CodeInProgress, "the same request is running; ask again in a moment")
			}
			return runOnce(c, next, keys, request, derivedID(request, state.FirstAt))
		}
	}
}

// runOnce runs the handler into a buffer, settles the key, and only then answers: what a caller saw is what is replayed.
func runOnce(c echo.Context, next echo.HandlerFunc, keys port.Idempotency, request port.KeyedRequest, id uuid.UUID) error {
	original := c.Response().Writer
	recorder := &recorder{header: http.Header{}}
	for name, values := range original.Header() {
		recorder.header[name] = values
	}
	ctx := c.Request().Context()
	c.SetRequest(c.Request().WithContext(port.WithIdempotencyID(ctx, request.Key, id)))
	settled := false
	// A handler that panics may or may not have committed: the next attempt finds out.
	defer func() {
		if !settled {
			c.Response().Writer, c.Response().Committed = original, false
			settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
			defer cancel()
			_ = keys.ReleaseKey(settle, request.Principal, request.Key)
		}
	}()
	if err := failpoint.Hit(failpoint.APIReserved); err != nil {
		return err
	}
	c.Response().Writer = recorder
	if err := next(c); err != nil {
		c.Error(late(ctx, err))
	}
	if err := failpoint.Hit(failpoint.APIAfterCommit); err != nil {
		return err
	}
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	err := settleKey(settle, keys, request, recorder, operationOf(c).Secret)
	settled = true
	c.Response().Writer = original
	if hit := failpoint.Hit(failpoint.APIBeforeAnswer); hit != nil {
		return hit
	}
	return errors.Join(err, recorder.sendTo(original))
}

// settleKey stores an answer that stands, and releases the key of one that may come out otherwise next time.
func settleKey(ctx context.Context, keys port.Idempotency, request port.KeyedRequest, r *recorder, secret []string) error {
	if r.status >= http.StatusInternalServerError || r.status == http.StatusTooManyRequests {
		return keys.ReleaseKey(ctx, request.Principal, request.Key)
	}
	answer := port.Answer{Status: r.status, Headers: map[string]string{}, Body: r.body.Bytes()}
	for _, name := range replayedHeaders() {
		if value := r.header.Get(name); value != "" {
			answer.Headers[name] = value
		}
	}
	body, err := withoutSecrets(answer.Body, secret)
	if err != nil {
		return err
	}
	answer.Body = body
	return keys.StoreAnswer(ctx, request.Principal, request.Key, answer)
}

// withoutSecrets removes what is shown once from the answer that is kept.
func withoutSecrets(body []byte, secret []string) ([]byte, error) {
	if len(secret) == 0 {
		return body, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil {
		return nil, err
	}
	for _, name := range secret {
		delete(object, name)
	}
	return json.Marshal(object)
}

func replay(c echo.Context, answer port.Answer) error {
	header := c.Response().Header()
	for name, value := range answer.Headers {
		header.Set(name, value)
	}
	header.Set(headerReplayed, "true")
	c.Response().WriteHeader(answer.Status)
	_, err := c.Response().Write(answer.Body)
	return err
}

// derivedID is the id of the request's main record: a UUIDv7 of the moment the key was first seen, whose random part comes
// from principal and key. So it is the same for every attempt, and sorts among its neighbours.
func derivedID(request port.KeyedRequest, firstAt time.Time) uuid.UUID {
	h := sha256.New()
	for _, part := range []string{request.Principal, request.Key} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write([]byte(part))
	}
	id := uuid.UUID(h.Sum(nil)[:16])
	var millis [8]byte
	binary.BigEndian.PutUint64(millis[:], uint64(max(firstAt.UnixMilli(), 0)))
	copy(id[:6], millis[2:])
	id[6] = 0x70 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id
}

// recorder keeps an answer until it may be sent.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter; the first status stands.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

func (r *recorder) sendTo(w http.ResponseWriter) error {
	header := w.Header()
	for name, values := range r.header {
		header[name] = values
	}
	w.WriteHeader(r.status)
	_, err := w.Write(r.body.Bytes())
	return err
}
