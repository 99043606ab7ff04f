package telemetry

import (
	"fmt"
	"strings"
)

const docHead = `# Metrics and traces

This file is written from the catalogue in the code (` + "`go test ./telemetry -update`" + `), and a test holds what a process shows against it.

## Reading them

Set ` + "`ARREARS_METRICS_ADDR`" + ` (for example ` + "`0.0.0.0:9090`" + `) for ` + "`serve`, `worker` and `relay`" + `: each shows its own metrics at ` + "`/metrics`" + ` for
Prometheus, and answers ` + "`/healthz`" + `. There is no password before them: keep the port inside. ` + "`deploy/prometheus`" + ` holds a configuration and
the rules named below, ` + "`deploy/grafana`" + ` a dashboard.

No label holds an id, a name, an address or an amount. Labels whose values could grow are bounded: what comes beyond is ` + "`other`" + `.

The figures of the business are counted in the database. The relay that leads counts them, so that more processes do not count
more often; with ` + "`ARREARS_METRICS_BUSINESS=true`" + ` a process counts them always. They are as old as ` + "`arrears_business_age_seconds`" + ` says, 15
seconds at least. On tens of millions of rows a count takes seconds; it then comes more seldom, never more than a twentieth of the time.
`

const docTail = `
## The engine's client and worker

What Temporal's SDK counts, under its own names. Labels: namespace, task_queue, workflow_type, activity_type, worker_type, poller_type,
operation and the like; never a workflow's id. Timers are histograms in seconds. Those that matter most:

| name | type | meaning |
| --- | --- | --- |
| ` + "`temporal_request_total`, `temporal_request_failure_total`" + ` | counter | calls to the server by operation, and those that failed |
| ` + "`temporal_request_latency_seconds`" + ` | histogram | how long the server took |
| ` + "`temporal_workflow_task_schedule_to_start_latency_seconds`" + ` | histogram | how long workflow tasks waited for a worker, and with them the steps of a case: add workers when it grows; alert ` + "`ArrearsWorkersBehind`" + ` |
| ` + "`temporal_activity_schedule_to_start_latency_seconds`" + ` | histogram | the same for deliveries that the worker which asked for them had no room for |
| ` + "`temporal_workflow_task_execution_failed_total`" + ` | counter | workflow tasks that failed: a worker's code and a history differ; alert ` + "`ArrearsWorkflowTasksFail`" + ` |
| ` + "`temporal_sticky_cache_size`, `temporal_sticky_cache_total_forced_eviction_total`" + ` | gauge, counter | workflows in memory, and those pushed out: ARREARS_STICKY_CACHE |
| ` + "`temporal_worker_task_slots_available`, `temporal_worker_task_slots_used`" + ` | gauge | free and used slots of ARREARS_WORKER_CONCURRENCY |
| ` + "`temporal_num_pollers`" + ` | gauge | pollers that ask for work |

## The language's runtime

` + "`go_*`" + ` and ` + "`process_*`" + ` are those of Prometheus' Go library: memory, garbage collection, goroutines, processor time, open files.
` + "`go_memstats_heap_alloc_bytes`, `go_goroutines` and `process_cpu_seconds_total`" + ` are on the dashboard.

## Traces

` + "`ARREARS_TRACES_ENDPOINT`" + ` (host:port of a collector that speaks OTLP over gRPC) turns them on; ` + "`ARREARS_TRACES_INSECURE=true`" + ` for one without TLS,
` + "`ARREARS_TRACES_SAMPLE`" + ` for a part of the requests. One trace goes from a request to the mails it leads to, over all processes:

request → use case → statements → outbox row → relay → start or nudge of the workflow → activities → statements → send.

The outbox row and the engine's headers carry it over the waits; the relay's span links to the one that left the row. Rows that
meet keep the newest. A nudge's own trace ends where the workflow hears it: what the workflow does goes on in the trace that started it.
A caller's ` + "`traceparent`" + ` is taken over. Lines of the log bear ` + "`trace_id` and `span_id`" + `.

Spans say what was done, never to whom: SQL without arguments, routes without paths, codes without texts, the notice's Message-ID without an
address. What leaves is a list in ` + "`telemetry/careful.go`" + `. A collector that is away costs spans, never work.
`

// Markdown is the catalogue as docs/metrics.md holds it.
func Markdown() string {
	var b strings.Builder
	b.WriteString(docHead)
	section := ""
	for _, m := range Catalogue() {
		if m.Section != section {
			section = m.Section
			fmt.Fprintf(&b, "\n## %s\n\n| name | type | labels | unit | meaning | alert |\n| --- | --- | --- | --- | --- | --- |\n", section)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", m.Name, m.Kind, strings.Join(m.Labels, ", "), m.Unit, m.Help, quoted(m.Alert))
	}
	b.WriteString(docTail)
	return b.String()
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
