package telemetry

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
	"google.golang.org/grpc/credentials"
)

// TraceOptions say where spans go and how many.
type TraceOptions struct {
	Endpoint string // host:port of the collector
	Insecure bool   // without TLS
	Sample   float64
	Log      *slog.Logger
}

// Traces makes spans and sends them to a collector in the background. Where tracing is off there is none (nil), and nothing
// that could be traced knows of it.
type Traces struct{ provider *sdktrace.TracerProvider }

// tracerName names who makes the spans.
const tracerName = "arrears"

// The bounds of sending.
const (
	sendEvery  = 2 * time.Second
	flushAtEnd = 5 * time.Second
)

// NewTraces connects to the collector when the first spans are sent; one that is away costs spans, never work.
func NewTraces(ctx context.Context, o TraceOptions) (*Traces, error) {
	options := []otlptracegrpc.Option{otlptracegrpc.WithEndpoint(o.Endpoint)}
	if o.Insecure {
		options = append(options, otlptracegrpc.WithInsecure())
	} else {
		options = append(options, otlptracegrpc.WithTLSCredentials(credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})))
	}
	exporter, err := otlptracegrpc.New(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("send traces to %s: %w", o.Endpoint, err)
	}
	return NewTracesTo(exporter, o), nil
}

// NewTracesTo is NewTraces with another way of sending.
func NewTracesTo(exporter sdktrace.SpanExporter, o TraceOptions) *Traces {
	host, _ := os.Hostname() // an instance without a name is one all the same
	return &Traces{provider: sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(&careful{next: exporter, log: o.Log}, sdktrace.WithBatchTimeout(sendEvery)),
		sdktrace.WithSampler(sdktrace.ParentBased(asked{sdktrace.TraceIDRatioBased(o.Sample)})),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", tracerName),
			attribute.String("service.instance.id", fmt.Sprintf("%s/%d", host, os.Getpid())),
		)),
	)}
}

// Close sends what is left.
func (t *Traces) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), flushAtEnd)
	defer cancel()
	_ = t.provider.Shutdown(ctx) // what could not be sent was told to the log
}

// Provider makes tracers for libraries.
func (t *Traces) Provider() trace.TracerProvider { return t.provider }

// Tracer makes the product's own spans.
func (t *Traces) Tracer() trace.Tracer { return t.provider.Tracer(tracerName) }

// Engine carries spans in the headers of workflows and activities, for the engine's client; its worker takes it from there.
// Neither a workflow's code nor the order of its commands changes by it.
func (t *Traces) Engine() (interceptor.Interceptor, error) {
	return opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer: t.Tracer(), TextMapPropagator: propagation.TraceContext{}, DisableBaggage: true, DisableQueryTracing: true,
		AllowInvalidParentSpans: true,
	})
}

// Traceparent is the span of ctx as a W3C traceparent; empty where there is none, or none that is sampled.
func Traceparent(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}

// Continue gives ctx the span of a traceparent as its remote parent. A text that is none changes nothing.
func Continue(ctx context.Context, traceparent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": traceparent})
}

// asked samples a trace that begins with something asked of us. What begins with a call of our own (a look into the outbox,
// a connection kept alive) is our own clockwork, and nobody's request.
type asked struct{ sdktrace.Sampler }

// ShouldSample implements trace.Sampler.
func (a asked) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if p.Kind == trace.SpanKindClient {
		return sdktrace.SamplingResult{Decision: sdktrace.Drop}
	}
	return a.Sampler.ShouldSample(p)
}
