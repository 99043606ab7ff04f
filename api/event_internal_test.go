package api

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/event"
	"arrears/internal/testkit"
)

// seal seals all that is recorded; other tests' transactions on the same server may delay it.
func (s *system) seal() {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		_, err := s.db.SealAudit(s.t.Context(), 1000)
		require.NoError(s.t, err)
		found, err := s.db.VerifyAudit(s.t.Context())
		require.NoError(s.t, err)
		return found.Unsealed == 0
	}, 3*time.Minute, 10*time.Millisecond)
}

func (s *system) events(query string) answered {
	s.t.Helper()
	return s.as(access.Auditor, http.MethodGet, "/v1/events?"+query, nil).ok(http.StatusOK)
}

// items are the types of an answer's events.
func (a answered) types() []string {
	a.t.Helper()
	found := []string{}
	items, _ := a.field("items").([]any)
	for _, item := range items {
		found = append(found, item.(map[string]any)["type"].(string))
	}
	return found
}

func TestTheFeedIsFollowed(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	invoice := s.invoice(customer, "I-1", 100_00).text("id")
	require.Empty(t, s.events("").types(), "nothing is sealed yet")
	s.seal()

	var all []string
	after, calls := "", 0
	for {
		page := s.events("limit=2&after=" + after)
		require.LessOrEqual(t, len(page.types()), 2)
		all = append(all, page.types()...)
		if page.text("next") == after {
			break
		}
		after = page.text("next")
		require.Less(t, calls, 100)
		calls++
	}
	require.Subset(t, all, []string{"installation.created", "customer.created", "invoice.created", "invoice.armed"})
	require.NotContains(t, strings.Join(all, " "), "key.")
	require.Equal(t, after, s.events("from=now").text("next"))
	require.Empty(t, s.events("from=now").types())

	created := s.events("types=invoice.created")
	require.Equal(t, []string{"invoice.created"}, created.types())
	require.Equal(t, invoice, created.text("items.0.subject.id"))
	require.Equal(t, customer, created.text("items.0.customer_id"))
	require.Equal(t, int64(100_00), created.int("items.0.data.amount_minor"))
	require.Equal(t, after, created.text("next"), "a filter does not hold the cursor back")
	require.Equal(t, []string{"invoice.created", "invoice.armed"}, s.events("invoice_id="+invoice).types())
	require.Equal(t, []string{"customer.created"}, s.events("customer_id="+customer+"&types=customer.created,notice.sent").types())

	s.customer("C-2")
	s.seal()
	require.Equal(t, "customer.created", s.events("limit=1&after=" + after).types()[0])
	testkit.CheckEvents(t, s.db)
}

func TestTheFeedRefuses(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.seal()
	now := s.events("from=now").text("next")
	ask := func(query string) answered { return s.as(access.Collector, http.MethodGet, "/v1/events?"+query, nil) }
	position, mark, _ := strings.Cut(now, "-")
	for _, cursor := range []string{"x", "1", "1-", "-1-0011223344556677", "0-0011223344556677", position + "-0011223344556677", "999-" + mark, position + "-" + mark + "0", "9999999999999999999-" + mark} {
		ask("after="+cursor).refused(http.StatusBadRequest, app.CodeEventCursor)
		ask("from=now&after="+cursor).refused(http.StatusBadRequest, app.CodeEventCursor)
	}
	unknown := ask("types=invoice.created,invoice.eaten,key.created").refused(http.StatusBadRequest, app.CodeEventType)
	require.Len(t, unknown.field("fields"), 2)
	for _, query := range []string{"wait=31", "wait=-1", "limit=0", "limit=201", "from=yesterday", "types=", "types=A", "types=a,,b", "cursor=x", "customer_id=x"} {
		ask(query).refused(http.StatusBadRequest, CodeInvalidRequest)
	}
	s.as("", http.MethodGet, "/v1/events", nil).refused(http.StatusUnauthorized, "auth.required")
}

// A call at the tip waits for what comes, and for nothing else.
func TestTheFeedWaits(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.seal()
	now := s.events("from=now").text("next")
	require.Equal(t, now, s.events("wait=1&after="+now).text("next"), "it ends empty")

	var waiting sync.WaitGroup
	for _, types := range []string{"customer.created", "customer.created,notice.sent", "invoice.created"} {
		waiting.Go(func() {
			want, _, _ := strings.Cut(types, ",")
			var got []string
			for calls := 0; len(got) == 0 && calls < 10; calls++ { // one that ends empty is made again: sealing may take its time
				got = s.events("wait=30&after=" + now + "&types=" + types).types()
			}
			if len(got) != 1 || got[0] != want {
				t.Errorf("waited for %s, got %s", types, got)
			}
		})
	}
	time.Sleep(100 * time.Millisecond)
	customer := s.customer("C-1")
	s.seal()
	time.Sleep(600 * time.Millisecond)
	s.invoice(customer, "I-1", 100_00)
	s.seal()
	waiting.Wait()
}

// Who waits is sent away when the server stops, or leaves.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.seal()
	now := s.events("from=now").text("next")
	ask := func(ctx context.Context) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/events?wait=30&after="+now, nil)
		r.Header.Set("Authorization", "Bearer "+s.tokens[access.Auditor])
		w := httptest.NewRecorder()
		s.echo.ServeHTTP(w, r)
		return w
	}
	stop := make(chan struct{})
	time.AfterFunc(50*time.Millisecond, func() { close(stop) })
	begun := time.Now()
	require.Equal(t, http.StatusOK, ask(withStopping(t.Context(), stop)).Code)
	gone, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	ask(gone)
	require.Less(t, time.Since(begun), 25*time.Second)
}

func TestTheTypesOfEventsAreListed(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	listed := s.as(access.Collector, http.MethodGet, "/v1/event-types", nil).ok(http.StatusOK)
	require.Len(t, listed.field("items"), len(event.Types()))
	for _, item := range listed.field("items").([]any) {
		schema := item.(map[string]any)["schema"].(map[string]any)
		require.Equal(t, item.(map[string]any)["type"], schema["title"])
	}
	require.NotContains(t, listed.types(), "key.created")
	c := jsonschema.NewCompiler()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(listed.Body.Bytes()))
	require.NoError(t, err)
	first := doc.(map[string]any)["items"].([]any)[0].(map[string]any)["schema"]
	require.NoError(t, c.AddResource("first", first))
	_, err = c.Compile("first")
	require.NoError(t, err)
}
