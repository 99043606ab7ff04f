package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"arrears/auth"
	"arrears/domain/fault"
)

// newStreamed posts a body whose length is not stated.
func newStreamed(m *mini, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(m.t.Context(), http.MethodPost, "/things", struct{ io.Reader }{body})
	r.ContentLength = -1
	r.TransferEncoding = []string{"chunked"}
	r.Header.Set("Authorization", "Bearer "+m.token)
	r.Header.Set("Content-Type", typeJSON)
	r.Header.Set(headerIdempotencyKey, "streamed")
	w := httptest.NewRecorder()
	m.echo.ServeHTTP(w, r)
	return w
}

func TestNothingButWhatIsPublicIsAnonymous(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	require.Equal(t, http.StatusOK, m.call(http.MethodGet, "/open", "", "Authorization", "").Code)
	w := m.call(http.MethodGet, "/things", "", "Authorization", "")
	require.Equal(t, auth.CodeRequired, problemIn(t, w).Code)
	require.Equal(t, http.StatusUnauthorized, w.Code)
	require.Len(t, w.Header().Values("WWW-Authenticate"), 2)
	w = m.call(http.MethodGet, "/things", "", "Authorization", "Bearer wrong")
	require.Equal(t, auth.CodeInvalid, problemIn(t, w).Code)
}

func TestUnknownPathsAndMethodsAreProblems(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	require.Equal(t, CodeRouteUnknown, problemIn(t, m.call(http.MethodGet, "/nowhere", "")).Code)
	w := m.call(http.MethodDelete, "/things", "")
	require.Equal(t, CodeMethodNotAllowed, problemIn(t, w).Code)
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.Contains(t, w.Header().Get("Allow"), "GET")
}

func TestEveryAnswerIsGuardedAndNamed(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	a, b := m.call(http.MethodGet, "/things", "", headerRequestID, "mine"), m.call(http.MethodGet, "/nowhere", "")
	for _, w := range []*httptest.ResponseRecorder{a, b} {
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		require.Equal(t, "DENY", w.Header().Get("X-Frame-Options"))
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
		require.NotEqual(t, "mine", w.Header().Get(headerRequestID))
		require.Len(t, w.Header().Get(headerRequestID), 36)
	}
	require.NotEqual(t, a.Header().Get(headerRequestID), b.Header().Get(headerRequestID))
}

func TestAPanicIsAProblemAndALogLine(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"panics": func(echo.Context) error { panic("a secret reason") }})
	w := m.call(http.MethodGet, "/panic", "")
	p := problemIn(t, w)
	require.Equal(t, fault.CodeInternal, p.Code)
	require.NotContains(t, w.Body.String(), "secret")
	require.Contains(t, m.log.String(), "a secret reason")
	require.Contains(t, m.log.String(), p.RequestID)
}

func TestAnUnknownErrorSaysNothing(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"listThings": func(echo.Context) error { return errors.New("password=hunter2") }})
	w := m.call(http.MethodGet, "/things", "")
	require.Equal(t, fault.CodeInternal, problemIn(t, w).Code)
	require.NotContains(t, w.Body.String(), "hunter2")
	require.Contains(t, m.log.String(), "hunter2")
}

func TestTheLogHoldsNoKeysNorQueries(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	m.call(http.MethodGet, "/things?on=1999-12-31", "")
	line := m.log.String()
	require.Contains(t, line, `"route":"/things"`)
	require.Contains(t, line, `"principal":"key-1"`)
	require.NotContains(t, line, "1999-12-31")
	require.NotContains(t, line, m.token)
}

func TestEachKindOfFaultHasItsStatus(t *testing.T) {
	t.Parallel()
	want := map[fault.Kind]int{
		fault.Invalid: 400, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409,
		fault.Precondition: 412, fault.TooLarge: 413, fault.RateLimited: 429, fault.Internal: 500, fault.Unavailable: 503,
		fault.Kind("new"): 500,
	}
	for kind, status := range want {
		p := problemOf(fault.New(kind, "some.code", "words").With(fault.Field{Path: "a", Code: "b", Message: "c"}), "id")
		require.Equal(t, status, p.Status, kind)
		if kind != fault.Internal {
			require.Equal(t, "some.code", p.Code)
			require.Equal(t, []problemField{{Path: "a", Code: "b", Message: "c"}}, p.Fields)
		}
	}
}

func TestASlowRequestIsToldSo(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"slow": func(c echo.Context) error {
		<-c.Request().Context().Done()
		return c.Request().Context().Err()
	}})
	w := m.call(http.MethodGet, "/slow", "")
	require.Equal(t, CodeTimeout, problemIn(t, w).Code)
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotEmpty(t, w.Header().Get(headerRetryAfter))
}

func TestAKeyThatAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{PerSecond: 0.001, Burst: 2}, nil) // so slow that it does not matter how slow the machine is
	require.Equal(t, http.StatusOK, m.call(http.MethodGet, "/things", "").Code)
	require.Equal(t, http.StatusOK, m.call(http.MethodGet, "/things", "").Code)
	w := m.call(http.MethodGet, "/things", "")
	require.Equal(t, CodeRateLimited, problemIn(t, w).Code)
	wait, err := strconv.Atoi(w.Header().Get(headerRetryAfter))
	require.NoError(t, err)
	require.InDelta(t, 1000, wait, 200, "what is left of the time in which one more is allowed")
	require.Equal(t, http.StatusOK, m.call(http.MethodGet, "/open", "", "Authorization", "").Code)
}

func TestTheLimiterRefillsAndForgets(t *testing.T) {
	t.Parallel()
	l := newLimiter(Limits{PerSecond: 1, Burst: 1}, 2)
	now := time.Unix(1_000_000, 0)
	_, allowed := l.take("a", now)
	require.True(t, allowed)
	wait, allowed := l.take("a", now)
	require.False(t, allowed)
	require.Equal(t, time.Second, wait)
	_, allowed = l.take("a", now.Add(time.Second))
	require.True(t, allowed)
	for _, id := range []string{"b", "c", "d", "e"} {
		_, allowed = l.take(id, now)
		require.True(t, allowed)
	}
	require.Len(t, l.byID, 2)
	require.Equal(t, 2, l.recency.Len())
}

// listen opens a free port of this machine alone.
func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return listener
}

func TestServeStopsOnlyAfterWhatIsRunning(t *testing.T) {
	t.Parallel()
	started, release := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(started)
		<-release
		_, _ = w.Write([]byte("done"))
	})
	listener := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	served, answered := make(chan error, 1), make(chan string, 1)
	go func() { served <- Serve(ctx, listener, handler, 10*time.Second) }()
	go func() {
		response, err := http.Get("http://" + listener.Addr().String()) //nolint:noctx // the test's own server
		if err != nil {
			answered <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answered <- string(body)
	}()
	<-started
	stop()
	require.Never(t, func() bool { return len(served) > 0 }, 50*time.Millisecond, 10*time.Millisecond)
	close(release)
	require.Equal(t, "done", <-answered)
	require.NoError(t, <-served)
}

func TestServeGivesUpOnWhatNeverEnds(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { close(started); <-r.Context().Done() })
	listener := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, handler, 20*time.Millisecond) }()
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", listener.Addr().String())
	require.NoError(t, err)
	defer connection.Close()
	_, err = connection.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	require.NoError(t, err)
	<-started
	stop()
	require.ErrorContains(t, <-served, "still running")
}

func TestServeTellsThatItCannot(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	require.NoError(t, listener.Close())
	require.Error(t, Serve(context.Background(), listener, http.NotFoundHandler(), time.Second))
}

func TestNamesFromOutsideAreClipped(t *testing.T) {
	t.Parallel()
	require.Equal(t, "short", clip("short"))
	require.LessOrEqual(t, len(clip(strings.Repeat("ä", 500))), 70)
}
