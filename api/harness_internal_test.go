package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"arrears/auth"
	"arrears/domain/access"
	"arrears/port"
)

// keyring is the store of API keys, in memory.
type keyring map[string]auth.Key

func (k keyring) KeyByPrefix(_ context.Context, prefix string) (auth.Key, bool, error) {
	key, ok := k[prefix]
	return key, ok, nil
}

// issue adds a key of the role and returns its text.
func (k keyring) issue(t *testing.T, id string, role access.Role) string {
	t.Helper()
	token, err := auth.NewToken()
	require.NoError(t, err)
	k[token.Prefix] = auth.Key{ID: id, Name: id, Role: role, Hash: token.Hash}
	return token.Text
}

// memoryKeys is port.Idempotency in memory, with the rules of its contract.
type memoryKeys struct {
	mu   sync.Mutex
	rows map[string]*memoryRow
	// down makes every call fail.
	down error
}

type memoryRow struct {
	request   port.KeyedRequest
	first     time.Time
	attempted time.Time
	released  bool
	answer    port.Answer
}

func newMemoryKeys() *memoryKeys { return &memoryKeys{rows: map[string]*memoryRow{}} }

func (m *memoryKeys) ReserveKey(_ context.Context, r port.KeyedRequest, stale time.Duration) (port.KeyState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down != nil {
		return port.KeyState{}, m.down
	}
	row, known := m.rows[r.Principal+" "+r.Key]
	switch {
	case !known:
		now := time.Now()
		m.rows[r.Principal+" "+r.Key] = &memoryRow{request: r, first: now, attempted: now}
		return port.KeyState{Outcome: port.KeyReserved, FirstAt: now}, nil
	case row.request != r:
		return port.KeyState{Outcome: port.KeyReused}, nil
	case row.answer.Status != 0:
		return port.KeyState{Outcome: port.KeyAnswered, FirstAt: row.first, Answer: row.answer}, nil
	case row.released || time.Since(row.attempted) > stale:
		row.released, row.attempted = false, time.Now()
		return port.KeyState{Outcome: port.KeyReserved, FirstAt: row.first}, nil
	}
	return port.KeyState{Outcome: port.KeyInProgress, FirstAt: row.first}, nil
}

func (m *memoryKeys) StoreAnswer(_ context.Context, principal, key string, a port.Answer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[principal+" "+key].answer = a
	return m.down
}

func (m *memoryKeys) ReleaseKey(_ context.Context, principal, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[principal+" "+key].released = true
	return m.down
}

// age makes a reservation look older, as if its process had died.
func (m *memoryKeys) age(by time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, row := range m.rows {
		row.attempted = row.attempted.Add(-by)
	}
}

// mini is a server over the small contract of testdata, with handlers that a test chooses.
type mini struct {
	t     *testing.T
	echo  *echo.Echo
	keys  *memoryKeys
	token string
	log   *bytes.Buffer
}

// ok is the handler of every operation that a test does not choose.
func ok(c echo.Context) error { return c.JSON(http.StatusOK, map[string]string{"said": "ok"}) }

func newMini(t *testing.T, limits Limits, chosen map[string]echo.HandlerFunc, change ...func(*Deps)) *mini {
	t.Helper()
	raw, err := os.ReadFile("testdata/mini.yaml")
	require.NoError(t, err)
	c, err := parseContract(raw)
	require.NoError(t, err)
	handlers := map[string]echo.HandlerFunc{}
	for _, o := range c.operations {
		handlers[o.Op.OperationID] = ok
	}
	for id, handler := range chosen {
		handlers[id] = handler
	}
	ring := keyring{}
	m := &mini{t: t, keys: newMemoryKeys(), token: ring.issue(t, "key-1", access.Supervisor), log: &bytes.Buffer{}}
	d := Deps{Auth: auth.New(ring), Idempotency: m.keys, Log: slog.New(slog.NewJSONHandler(m.log, nil)), Limits: limits}
	for _, fn := range change {
		fn(&d)
	}
	m.echo, err = build(c, handlers, nil, d)
	require.NoError(t, err)
	return m
}

// call asks with the key and, for a POST, a fresh Idempotency-Key unless the headers say otherwise ("" removes one).
func (m *mini) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	m.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequestWithContext(m.t.Context(), method, path, reader)
	r.Header.Set("Authorization", "Bearer "+m.token)
	if body != "" {
		r.Header.Set("Content-Type", typeJSON)
	}
	if method == http.MethodPost {
		token, err := auth.NewToken()
		require.NoError(m.t, err)
		r.Header.Set(headerIdempotencyKey, token.Prefix)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del(headers[i])
		if headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	m.echo.ServeHTTP(w, r)
	return w
}

// problemIn reads a refusal and checks what every refusal has.
func problemIn(t *testing.T, w *httptest.ResponseRecorder) problem {
	t.Helper()
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"), w.Body.String())
	var p problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	require.Equal(t, w.Code, p.Status)
	require.NotEmpty(t, p.RequestID)
	require.Equal(t, typeBase+p.Code, p.Type)
	return p
}

// fieldCodesIn maps the paths of a refusal to their codes.
func fieldCodesIn(p problem) map[string]string {
	codes := map[string]string{}
	for _, f := range p.Fields {
		codes[f.Path] = f.Code
	}
	return codes
}
