package telemetry

import (
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
)

// Temporal is the handler by which the engine's client and worker show their metrics (temporal_…) in this registry.
func (m *Metrics) Temporal(log *slog.Logger) (client.MetricsHandler, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.temporal != nil {
		return m.temporal, nil
	}
	exporter, err := prometheus.New(prometheus.WithRegisterer(m.registry), prometheus.WithoutScopeInfo(), prometheus.WithoutTargetInfo())
	if err != nil {
		return nil, fmt.Errorf("show the engine's metrics: %w", err)
	}
	// The defaults of the buckets are meant for milliseconds, and the engine counts seconds.
	seconds := metric.NewView(metric.Instrument{Kind: metric.InstrumentKindHistogram},
		metric.Stream{Aggregation: metric.AggregationExplicitBucketHistogram{Boundaries: buckets(), NoMinMax: true}})
	provider := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithView(seconds))
	m.temporal = opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter: provider.Meter("temporal"), UseMonotonicCounters: true,
		OnError: func(err error) { log.Warn("a metric of the engine could not be made", "error", err) },
	})
	return m.temporal, nil
}
