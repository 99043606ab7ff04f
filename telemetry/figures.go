package telemetry

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Value is one figure of a metric of the catalogue, with its label values in the catalogue's order.
type Value struct {
	Name   string
	Labels []string
	N      float64
}

// Source counts the business's figures.
type Source func(ctx context.Context) ([]Value, error)

// The bounds of counting.
const (
	countEvery   = 15 * time.Second // figures are at least that old before they are counted again
	countShare   = 20               // counting takes at most one part in so many of the time
	countTimeout = time.Minute      // a count that takes longer is given up
	countWait    = 5 * time.Second  // a scrape waits that long for a count under way; Prometheus gives up after 10
)

// figures shows what a source counts. Scrapes cause the counting, never more often than the bounds say, and one at a time.
type figures struct {
	ctx    context.Context // ends the counting when the process ends
	source Source
	wanted func() bool
	descs  map[string]described

	mu      sync.Mutex
	running chan struct{} // closed when the count under way has ended; nil: none
	known   []Value
	err     error
	at      time.Time
	took    time.Duration
}

// described is a metric with what the registry needs to show it.
type described struct {
	Metric
	desc *prometheus.Desc
}

func newFigures(ctx context.Context, source Source, wanted func() bool) *figures {
	f := &figures{ctx: ctx, source: source, wanted: wanted, descs: map[string]described{}}
	for _, m := range businessCatalogue() {
		f.descs[m.Name] = described{Metric: m, desc: prometheus.NewDesc(m.Name, m.Help, m.Labels, nil)}
	}
	return f
}

// Describe implements prometheus.Collector.
func (f *figures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range f.descs {
		out <- d.desc
	}
}

// Collect implements prometheus.Collector.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	if !f.wanted() {
		return
	}
	f.refresh()
	f.mu.Lock()
	defer f.mu.Unlock()
	up := 0.0
	if f.err == nil && !f.at.IsZero() {
		up = 1
		seen := bounded{}
		for _, v := range f.known {
			f.show(out, seen, v)
		}
		f.show(out, seen, Value{Name: BusinessAge, N: time.Since(f.at).Seconds()})
		f.show(out, seen, Value{Name: BusinessSeconds, N: f.took.Seconds()})
	}
	f.show(out, nil, Value{Name: BusinessUp, N: up})
}

// show leaves out what the catalogue does not know and what goes beyond a metric's bound: values of a gauge cannot be added
// up as "other" without knowing what they mean.
func (f *figures) show(out chan<- prometheus.Metric, seen bounded, v Value) {
	d, ok := f.descs[v.Name]
	if !ok || len(v.Labels) != len(d.Labels) || !seen.room(d.Metric, v.Labels) {
		return
	}
	kind := prometheus.GaugeValue
	if d.Kind == Counter {
		kind = prometheus.CounterValue
	}
	out <- prometheus.MustNewConstMetric(d.desc, kind, v.N, v.Labels...)
}

// refresh counts again when the figures are old enough, and waits a while for the result.
func (f *figures) refresh() {
	f.mu.Lock()
	if f.running == nil && time.Since(f.at) >= max(countEvery, countShare*f.took) {
		f.running = make(chan struct{})
		go f.count(f.running)
	}
	running := f.running
	f.mu.Unlock()
	if running == nil {
		return
	}
	timer := time.NewTimer(countWait)
	defer timer.Stop()
	select {
	case <-running:
	case <-timer.C:
	}
}

func (f *figures) count(done chan struct{}) {
	ctx, cancel := context.WithTimeout(f.ctx, countTimeout)
	defer cancel()
	began := time.Now()
	values, err := f.source(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known, f.err, f.at, f.took = values, err, time.Now(), time.Since(began)
	f.running = nil
	close(done)
}

// bounded counts the label values that a metric shows.
type bounded map[string]map[string]bool

// room reports whether a series may be shown: it is known, or there is room for one more.
func (b bounded) room(m Metric, labels []string) bool {
	if b == nil || m.Values == 0 {
		return true
	}
	key := ""
	for _, l := range labels {
		key += l + "\x00"
	}
	known := b[m.Name]
	if known == nil {
		known = map[string]bool{}
		b[m.Name] = known
	}
	if !known[key] && len(known) >= m.Values {
		return false
	}
	known[key] = true
	return true
}
