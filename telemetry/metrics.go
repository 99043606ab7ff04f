package telemetry

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.temporal.io/sdk/client"
)

// other is the label value of what goes beyond a bound.
const other = "other"

// Metrics are the metrics of one process, in a registry of their own. Relay, worker and API know them by their own narrow
// interfaces. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	leads    atomic.Bool
	ctx      context.Context
	stop     context.CancelFunc

	counters   map[string]*prometheus.CounterVec
	gauges     map[string]*prometheus.GaugeVec
	histograms map[string]*prometheus.HistogramVec

	mu       sync.Mutex
	seen     bounded
	temporal client.MetricsHandler // nil until it is asked for
}

// NewMetrics makes the metrics of this process. Close ends them.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(), seen: bounded{}, counters: map[string]*prometheus.CounterVec{},
		gauges: map[string]*prometheus.GaugeVec{}, histograms: map[string]*prometheus.HistogramVec{},
	}
	m.ctx, m.stop = context.WithCancel(context.Background())
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, d := range processCatalogue() {
		if d.Section != SectionDatabase { // read from the pool at each scrape
			m.register(d)
		}
	}
	return m
}

// buckets reach from a quick answer to a slow mail server; names in seconds.
func buckets() []float64 {
	return []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
}

func (m *Metrics) register(d Metric) {
	switch d.Kind {
	case Counter:
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: d.Name, Help: d.Help}, d.Labels)
		m.counters[d.Name] = c
		m.registry.MustRegister(c)
	case Gauge:
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: d.Name, Help: d.Help}, d.Labels)
		m.gauges[d.Name] = g
		if len(d.Labels) == 0 {
			g.WithLabelValues() // 0 is shown before the first word of it
		}
		m.registry.MustRegister(g)
	case Histogram:
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: d.Name, Help: d.Help, Buckets: buckets()}, d.Labels)
		m.histograms[d.Name] = h
		m.registry.MustRegister(h)
	}
}

// Close ends what counts.
func (m *Metrics) Close() { m.stop() }

// Version tells which version of the program this is.
func (m *Metrics) Version(version string) {
	m.gauges[BuildInfo].WithLabelValues(version, runtime.Version()).Set(1)
}

// Business shows what the source counts: always, or while this process leads the relay.
func (m *Metrics) Business(source Source, always bool) {
	m.registry.MustRegister(newFigures(m.ctx, source, func() bool { return always || m.leads.Load() }))
}

// Delivered implements relay.Meter.
func (m *Metrics) Delivered(started, nudged int, took time.Duration) {
	m.counters[RelayDelivered].WithLabelValues("start").Add(float64(started))
	m.counters[RelayDelivered].WithLabelValues("nudge").Add(float64(nudged))
	m.histograms[RelayBatch].WithLabelValues().Observe(took.Seconds())
}

// Failed implements relay.Meter.
func (m *Metrics) Failed(code string) {
	m.counters[RelayFailed].WithLabelValues(m.bound(RelayFailed, code)).Inc()
}

// Lag implements relay.Meter.
func (m *Metrics) Lag(waiting int64, oldest time.Duration) {
	m.gauges[RelayWaiting].WithLabelValues().Set(float64(waiting))
	m.gauges[RelayOldest].WithLabelValues().Set(oldest.Seconds())
}

// Leads implements relay.Meter.
func (m *Metrics) Leads(leads bool) {
	m.leads.Store(leads)
	value := 0.0
	if leads {
		value = 1
	}
	m.gauges[RelayLeads].WithLabelValues().Set(value)
	if !leads {
		m.Lag(0, 0) // another process knows now
	}
}

// Sealed implements relay.Meter.
func (m *Metrics) Sealed(n int) { m.counters[RelaySealed].WithLabelValues().Add(float64(n)) }

// Activity implements worker.Meter.
func (m *Metrics) Activity(name, code string, took time.Duration) {
	m.counters[ActivitiesTotal].WithLabelValues(name, m.bound(ActivitiesTotal, code)).Inc()
	m.histograms[ActivitySeconds].WithLabelValues(name).Observe(took.Seconds())
}

// Running implements api.Meter.
func (m *Metrics) Running(change int) {
	m.gauges[RequestsRunning].WithLabelValues().Add(float64(change))
}

// Request implements api.Meter. The route is a template of the API; an empty one is none that the API has.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	if route == "" {
		method, route = other, other // a caller may write any word as the method
	}
	m.counters[RequestsTotal].WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.histograms[RequestSeconds].WithLabelValues(method, route).Observe(took.Seconds())
}

// bound keeps the values of a label within the metric's bound.
func (m *Metrics) bound(name, value string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen.room(Metric{Name: name, Values: maxCodes}, []string{value}) {
		return value
	}
	return other
}
