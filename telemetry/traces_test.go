package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"arrears/telemetry"
)

// collector keeps what is sent, or fails.
type collector struct {
	mu    sync.Mutex
	spans []sdktrace.ReadOnlySpan
	err   error
}

func (c *collector) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spans = append(c.spans, spans...)
	return c.err
}

func (c *collector) Shutdown(context.Context) error { return nil }

func (c *collector) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, s := range c.spans {
		names = append(names, s.Name())
	}
	return names
}

func TestWhatNamesAPersonStays(t *testing.T) {
	t.Parallel()
	var c collector
	traces := telemetry.NewTracesTo(&c, telemetry.TraceOptions{Sample: 1})
	_, span := traces.Tracer().Start(t.Context(), "GET /v1/customers", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("url.path", "/v1/customers"), attribute.String("url.query", "q=Mayer"), attribute.String("client.address", "192.0.2.1"),
		attribute.String("user_agent.original", "x"), attribute.String("pgx.query.parameters", "[Mayer]"), attribute.String("arrears.code", "c"),
		attribute.String("http.route", "/v1/customers"), attribute.String("db.query.text", "SELECT 1")))
	span.RecordError(errors.New("Mayer is not a number"))
	span.SetStatus(codes.Error, "Mayer is not a number")
	span.End()
	traces.Close()
	require.Len(t, c.spans, 1)
	sent := c.spans[0]
	var keys []string
	for _, a := range sent.Attributes() {
		keys = append(keys, string(a.Key))
		require.NotContains(t, a.Value.String(), "Mayer")
	}
	require.Equal(t, []string{"arrears.code", "http.route", "db.query.text"}, keys)
	require.Empty(t, sent.Events())
	require.Equal(t, sdktrace.Status{Code: codes.Error}, sent.Status())
}

// A trace begins with what is asked of us, and goes on with what that causes.
func TestOurOwnClockworkIsNotTraced(t *testing.T) {
	t.Parallel()
	var c collector
	traces := telemetry.NewTracesTo(&c, telemetry.TraceOptions{Sample: 1})
	_, polling := traces.Tracer().Start(t.Context(), "look into the outbox", trace.WithSpanKind(trace.SpanKindClient))
	polling.End()
	ctx, asked := traces.Tracer().Start(t.Context(), "request", trace.WithSpanKind(trace.SpanKindServer))
	parent := telemetry.Traceparent(ctx)
	require.Len(t, parent, 55)
	_, statement := traces.Tracer().Start(ctx, "statement", trace.WithSpanKind(trace.SpanKindClient))
	statement.End()
	asked.End()
	later := telemetry.Continue(t.Context(), parent)
	_, delivered := traces.Tracer().Start(later, "deliver", trace.WithSpanKind(trace.SpanKindConsumer))
	require.Equal(t, asked.SpanContext().TraceID(), delivered.SpanContext().TraceID())
	delivered.End()
	traces.Close()
	require.Equal(t, []string{"statement", "request", "deliver"}, c.names())
}

func TestAPartIsSampledWhole(t *testing.T) {
	t.Parallel()
	var c collector
	traces := telemetry.NewTracesTo(&c, telemetry.TraceOptions{Sample: 0})
	ctx, span := traces.Tracer().Start(t.Context(), "request", trace.WithSpanKind(trace.SpanKindServer))
	require.Empty(t, telemetry.Traceparent(ctx), "nothing goes into the outbox")
	span.End()
	traces.Close()
	require.Empty(t, c.names())
	require.Empty(t, telemetry.Traceparent(t.Context()))
	for _, nonsense := range []string{"", "x", "00-zz-yy-01"} {
		require.False(t, trace.SpanContextFromContext(telemetry.Continue(t.Context(), nonsense)).IsValid())
	}
}

// A collector that is away is told of once, and costs nothing else.
func TestACollectorThatIsAwayIsToldOfOnce(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	c := collector{err: errors.New("away")}
	traces := telemetry.NewTracesTo(&c, telemetry.TraceOptions{Sample: 1, Log: slog.New(slog.NewTextHandler(&text, nil))})
	provider, ok := traces.Provider().(*sdktrace.TracerProvider)
	require.True(t, ok)
	send := func() {
		_, span := traces.Tracer().Start(t.Context(), "request")
		span.End()
		require.NoError(t, provider.ForceFlush(t.Context()))
	}
	send()
	send()
	require.Equal(t, 1, strings.Count(text.String(), "could not be sent"))
	c.mu.Lock()
	c.err = nil
	c.mu.Unlock()
	send()
	require.Equal(t, 1, strings.Count(text.String(), "sent again"))
	traces.Close()
}

func TestTheCollectorIsReachedLater(t *testing.T) {
	t.Parallel()
	for _, insecure := range []bool{true, false} {
		traces, err := telemetry.NewTraces(t.Context(), telemetry.TraceOptions{Endpoint: "127.0.0.1:1", Insecure: insecure, Sample: 1})
		require.NoError(t, err)
		spans, err := traces.Engine()
		require.NoError(t, err)
		require.NotNil(t, spans)
		traces.Close()
	}
}

func TestLinesOfTheLogBearTheirSpan(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	log := telemetry.Logger(&text, "info", "json").With("part", "x").WithGroup("g")
	log.InfoContext(t.Context(), "without")
	require.NotContains(t, text.String(), "trace_id")
	traces := telemetry.NewTracesTo(&collector{}, telemetry.TraceOptions{Sample: 1})
	defer traces.Close()
	ctx, span := traces.Tracer().Start(t.Context(), "request")
	defer span.End()
	log.InfoContext(ctx, "with")
	require.Contains(t, text.String(), span.SpanContext().TraceID().String())
	require.Contains(t, text.String(), span.SpanContext().SpanID().String())
}

// Off is free: a line of the log costs no allocation more, and a transaction asks nobody.
func TestLoggingWithoutSpansAllocatesNothingMore(t *testing.T) {
	discard := slog.NewTextHandler(&nothing{}, nil)
	plain := slog.New(discard)
	ours := telemetry.Logger(&nothing{}, "info", "text")
	ctx := t.Context()
	before := testing.AllocsPerRun(100, func() { plain.InfoContext(ctx, "x", "a", 1) })
	require.InDelta(t, before, testing.AllocsPerRun(100, func() { ours.InfoContext(ctx, "x", "a", 1) }), 0.5)
}

// BenchmarkLogWithoutSpans measures a line of the log where nothing is traced.
func BenchmarkLogWithoutSpans(b *testing.B) {
	for name, log := range map[string]*slog.Logger{"plain": slog.New(slog.NewTextHandler(&nothing{}, nil)), "ours": telemetry.Logger(&nothing{}, "info", "text")} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				log.InfoContext(b.Context(), "x", "a", 1)
			}
		})
	}
}

type nothing struct{}

func (*nothing) Write(p []byte) (int, error) { return len(p), nil }
