package faults

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/e2e/house"
)

// listener is an endpoint that notes which events came.
type listener struct {
	mu   sync.Mutex
	came map[string]int
}

// ServeHTTP implements http.Handler.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.came[r.Header.Get("webhook-id")]++
	w.WriteHeader(http.StatusNoContent)
}

func (l *listener) count() (events, requests int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.came {
		requests += n
	}
	return len(l.came), requests
}

// told sends the events of a few reminders to an endpoint while a relay dies.
func told(t *testing.T, trap string) *stage {
	t.Helper()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow, Env: map[string]string{"ARREARS_WEBHOOK_ALLOW_PRIVATE": "true"}})
	heard := &listener{came: map[string]int{}}
	server := httptest.NewServer(heard)
	t.Cleanup(server.Close)
	_, err := h.App.CreateEndpoint(t.Context(), house.Clerk, app.NewEndpoint{URL: server.URL})
	require.NoError(t, err)
	const mails = 4
	overdue(h, 0, mails)
	c := newCrew(t, h)
	for range 2 {
		c.keep("relay", []string{"relay"}, trap)
	}
	c.keep("worker", []string{"worker", "--no-relay"})
	c.awaitKill()
	h.UntilLong("every item is reminded", reminded(h, mails))
	h.Quiet() // whatever the cases still have to say is in the record then
	h.Verify()
	h.UntilLong("every event is delivered", func() bool {
		return h.Count("webhook_deliveries", "event_type = 'notice.sent' AND state = 'delivered'") == mails &&
			h.Count("webhook_deliveries", "state = 'pending'") == 0
	})
	events, requests := heard.count()
	require.Equal(t, h.Count("webhook_deliveries", "state = 'delivered'"), events, "each event came")
	again := house.Value[int](h, `SELECT coalesce(sum(attempts - 1), 0)::int FROM webhook_deliveries`)
	require.LessOrEqual(t, requests-events, again, "none came more often than is recorded")
	require.Positive(t, again)
	return &stage{h, c}
}
