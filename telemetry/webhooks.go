package telemetry

import "time"

// Attempted implements relay.WebhookMeter.
func (m *Metrics) Attempted(code string, took time.Duration) {
	m.counters[WebhookAttempts].WithLabelValues(m.bound(WebhookAttempts, code)).Inc()
	m.histograms[WebhookSeconds].WithLabelValues().Observe(took.Seconds())
}

// Died implements relay.WebhookMeter.
func (m *Metrics) Died() { m.counters[WebhookDied].WithLabelValues().Inc() }

// Resent implements relay.WebhookMeter.
func (m *Metrics) Resent(n int) { m.counters[WebhookResent].WithLabelValues().Add(float64(n)) }
