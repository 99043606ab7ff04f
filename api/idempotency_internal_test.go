package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/port"
)

// counting is a handler that makes a record and counts how often it ran.
type counting struct {
	runs atomic.Int64
	ids  sync.Map
	err  error
}

func (h *counting) handle(c echo.Context) error {
	n := h.runs.Add(1)
	id, err := port.NewID(c.Request().Context())
	if err != nil {
		return err
	}
	h.ids.Store(n, id)
	if h.err != nil {
		return h.err
	}
	c.Response().Header().Set(headerETag, `"1"`)
	return c.JSON(http.StatusCreated, map[string]any{"run": n, "id": id, "token": "secret"})
}

func TestTheSameRequestRunsOnce(t *testing.T) {
	t.Parallel()
	h := &counting{}
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": h.handle})
	first := m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
	again := m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
	require.Equal(t, int64(1), h.runs.Load())
	require.Equal(t, http.StatusCreated, again.Code)
	require.Equal(t, first.Body.String(), again.Body.String())
	require.Equal(t, `"1"`, again.Header().Get(headerETag))
	require.Equal(t, first.Header().Get("Content-Type"), again.Header().Get("Content-Type"))
	require.Empty(t, first.Header().Get(headerReplayed))
	require.Equal(t, "true", again.Header().Get(headerReplayed))
}

func TestAKeyNamesOneRequest(t *testing.T) {
	t.Parallel()
	h := &counting{}
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": h.handle})
	m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
	w := m.call(http.MethodPost, "/things", `{"name":"b"}`, headerIdempotencyKey, "k1")
	require.Equal(t, http.StatusConflict, w.Code)
	require.Equal(t, CodeKeyReused, problemIn(t, w).Code)
	require.Equal(t, int64(1), h.runs.Load())
	for _, id := range []string{"018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b40", "018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b41"} {
		w = m.call(http.MethodPost, "/things/"+id+"/close", "", headerIdempotencyKey, "k2")
	}
	require.Equal(t, CodeKeyReused, problemIn(t, w).Code)
}

func TestAFormIsTheSameWhateverItsBoundary(t *testing.T) {
	t.Parallel()
	h := &counting{}
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"storeFile": h.handle})
	var answers []*httptest.ResponseRecorder
	for _, content := range []string{"x", "x", "y"} {
		body, contentType := form(t, "kind", "small", "@file", content)
		answers = append(answers, m.call(http.MethodPost, "/files", body, "Content-Type", contentType, headerIdempotencyKey, "k1"))
	}
	require.Equal(t, "true", answers[1].Header().Get(headerReplayed))
	require.Equal(t, CodeKeyReused, problemIn(t, answers[2]).Code)
	require.Equal(t, int64(1), h.runs.Load())
}

func TestAKeyIsNeededAndPrintable(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	w := m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "")
	require.Equal(t, CodeKeyRequired, problemIn(t, w).Code)
	require.Equal(t, http.StatusBadRequest, w.Code)
	w = m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "a key")
	require.Equal(t, map[string]string{"header.Idempotency-Key": "request.format"}, fieldCodesIn(problemIn(t, w)))
}

func TestARefusalBeforeRunningUsesNoKey(t *testing.T) {
	t.Parallel()
	h := &counting{}
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": h.handle})
	m.call(http.MethodPost, "/things", `{}`, headerIdempotencyKey, "k1")
	w := m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
	require.Equal(t, http.StatusCreated, w.Code)
}

func TestARefusalByTheUseCaseIsReplayed(t *testing.T) {
	t.Parallel()
	h := &counting{err: fault.New(fault.Conflict, "thing.taken", "it is taken")}
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": h.handle})
	for range 3 {
		w := m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
		require.Equal(t, "thing.taken", problemIn(t, w).Code)
	}
	require.Equal(t, int64(1), h.runs.Load())
}

func TestAFailureOfOursRunsAgainUnderTheSameID(t *testing.T) {
	t.Parallel()
	h := &counting{err: errors.New("connection lost after commit")}
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": h.handle})
	w := m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
	require.Equal(t, http.StatusInternalServerError, w.Code)
	h.err = nil
	w = m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
	require.Equal(t, http.StatusCreated, w.Code)
	require.Equal(t, int64(2), h.runs.Load())
	first, _ := h.ids.Load(int64(1))
	second, _ := h.ids.Load(int64(2))
	require.Equal(t, first, second)
}

func TestAPanicReleasesTheKey(t *testing.T) {
	t.Parallel()
	h := &counting{}
	broken := true
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": func(c echo.Context) error {
		if broken {
			panic("broken")
		}
		return h.handle(c)
	}})
	require.Equal(t, fault.CodeInternal, problemIn(t, m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")).Code)
	broken = false
	require.Equal(t, http.StatusCreated, m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1").Code)
}

func TestTheSameRequestAtOnceRunsOnce(t *testing.T) {
	t.Parallel()
	h := &counting{}
	entered, release := make(chan struct{}), make(chan struct{})
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": func(c echo.Context) error {
		close(entered)
		<-release
		return h.handle(c)
	}})
	done := make(chan *httptest.ResponseRecorder, 1)
	go func() { done <- m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1") }()
	<-entered
	for range 3 {
		w := m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
		require.Equal(t, CodeInProgress, problemIn(t, w).Code)
		require.Equal(t, http.StatusConflict, w.Code)
		require.Equal(t, "1", w.Header().Get(headerRetryAfter))
	}
	close(release)
	require.Equal(t, http.StatusCreated, (<-done).Code)
	require.Equal(t, int64(1), h.runs.Load())
}

func TestAReservationOfADeadProcessIsTakenOver(t *testing.T) {
	t.Parallel()
	h := &counting{}
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": h.handle})
	m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
	for _, row := range m.keys.rows {
		row.answer = port.Answer{} // as if the process had died before it stored the answer
	}
	w := m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
	require.Equal(t, CodeInProgress, problemIn(t, w).Code)
	m.keys.age(time.Hour)
	w = m.call(http.MethodPost, "/things", `{"name":"a"}`, headerIdempotencyKey, "k1")
	require.Equal(t, http.StatusCreated, w.Code)
	first, _ := h.ids.Load(int64(1))
	second, _ := h.ids.Load(int64(2))
	require.Equal(t, first, second)
}

func TestSecretsAreShownOnce(t *testing.T) {
	t.Parallel()
	h := &counting{}
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeSecret": h.handle})
	first := m.call(http.MethodPost, "/secrets", "", headerIdempotencyKey, "k1")
	again := m.call(http.MethodPost, "/secrets", "", headerIdempotencyKey, "k1")
	require.Contains(t, first.Body.String(), "secret")
	require.NotContains(t, again.Body.String(), "secret")
	require.Contains(t, again.Body.String(), `"run":1`)
	for _, row := range m.keys.rows {
		require.NotContains(t, string(row.answer.Body), "secret")
	}
}

func TestWithoutItsStoreNothingRuns(t *testing.T) {
	t.Parallel()
	h := &counting{}
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": h.handle})
	m.keys.down = fault.New(fault.Unavailable, "store.unavailable", "the database does not answer")
	w := m.call(http.MethodPost, "/things", `{"name":"a"}`)
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Equal(t, "store.unavailable", problemIn(t, w).Code)
	require.Zero(t, h.runs.Load())
}

func TestAnAnswerIsGivenEvenIfItCannotBeKept(t *testing.T) {
	t.Parallel()
	h := &counting{}
	var m *mini
	m = newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": func(c echo.Context) error {
		m.keys.down = errors.New("gone")
		return h.handle(c)
	}})
	require.Equal(t, http.StatusCreated, m.call(http.MethodPost, "/things", `{"name":"a"}`).Code)
}

func TestDerivedIDsAreSortableAndTheirOwn(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_800_000_000_123)
	request := port.KeyedRequest{Principal: "a", Key: "bc"}
	id := derivedID(request, at)
	require.Equal(t, id, derivedID(request, at))
	require.Equal(t, uuid.Version(7), id.Version())
	require.Equal(t, uuid.RFC4122, id.Variant())
	seconds, nanos := id.Time().UnixTime()
	require.Equal(t, at.UnixMilli(), time.Unix(seconds, nanos).UnixMilli())
	require.NotEqual(t, id, derivedID(port.KeyedRequest{Principal: "ab", Key: "c"}, at))
	require.NotEqual(t, id, derivedID(port.KeyedRequest{Principal: "a", Key: "bd"}, at))
	require.Less(t, id.String(), derivedID(request, at.Add(time.Millisecond)).String())
}
