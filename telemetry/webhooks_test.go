package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/relay"
	"arrears/telemetry"
)

var _ relay.WebhookMeter = (*telemetry.Metrics)(nil)

func TestWhatHappensToEventsIsShown(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	defer m.Close()
	m.Attempted("", 20*time.Millisecond)
	m.Attempted("timeout", 10*time.Second)
	m.Died()
	m.Resent(2)
	shown := scraped(t, m)
	for _, line := range []string{
		`arrears_webhook_attempts_total{code=""} 1`, `arrears_webhook_attempts_total{code="timeout"} 1`, `arrears_webhook_attempt_seconds_count 2`,
		`arrears_webhook_died_total 1`, `arrears_webhook_resent_total 2`,
	} {
		require.Contains(t, shown, line)
	}
}

func scraped(t *testing.T, m *telemetry.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return w.Body.String()
}
