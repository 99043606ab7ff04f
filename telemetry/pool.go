package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Pool is what a pool of connections tells of itself.
type Pool struct {
	InUse, Idle, Opening, Max   int64
	Acquired, Waited, Cancelled int64
	AcquireTime                 time.Duration
}

// Pool shows a pool of connections as it is at each scrape.
func (m *Metrics) Pool(read func() Pool) { m.registry.MustRegister(newPool(read)) }

// pool collects a Pool.
type pool struct {
	read  func() Pool
	descs map[string]described
}

func newPool(read func() Pool) *pool {
	p := &pool{read: read, descs: map[string]described{}}
	for _, m := range processCatalogue() {
		if m.Section == SectionDatabase {
			p.descs[m.Name] = described{Metric: m, desc: prometheus.NewDesc(m.Name, m.Help, m.Labels, nil)}
		}
	}
	return p
}

// Describe implements prometheus.Collector.
func (p *pool) Describe(out chan<- *prometheus.Desc) {
	for _, d := range p.descs {
		out <- d.desc
	}
}

// Collect implements prometheus.Collector.
func (p *pool) Collect(out chan<- prometheus.Metric) {
	s := p.read()
	show := func(name string, n float64, labels ...string) {
		d := p.descs[name]
		kind := prometheus.GaugeValue
		if d.Kind == Counter {
			kind = prometheus.CounterValue
		}
		out <- prometheus.MustNewConstMetric(d.desc, kind, n, labels...)
	}
	show(PoolConnections, float64(s.InUse), "in_use")
	show(PoolConnections, float64(s.Idle), "idle")
	show(PoolConnections, float64(s.Opening), "opening")
	show(PoolMax, float64(s.Max))
	show(PoolAcquired, float64(s.Acquired))
	show(PoolWaited, float64(s.Waited))
	show(PoolCancelled, float64(s.Cancelled))
	show(PoolWaitedSeconds, s.AcquireTime.Seconds())
}
