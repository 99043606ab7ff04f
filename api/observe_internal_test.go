package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"arrears/domain/fault"
)

// meter notes requests as a meter sees them.
type meter struct {
	mu      sync.Mutex
	running int
	seen    []string
}

func (m *meter) Running(change int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running += change
}

func (m *meter) Request(method, route string, status int, _ time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = append(m.seen, fmt.Sprintf("%s %s %d", method, route, status))
}

func TestRequestsAreMeasuredByTheirTemplate(t *testing.T) {
	t.Parallel()
	var seen meter
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"listThings": func(echo.Context) error { panic("a mistake") }},
		func(d *Deps) { d.Meter = &seen })
	m.call(http.MethodGet, "/open", "")
	m.call(http.MethodGet, "/things", "")
	m.call(http.MethodGet, "/nowhere/Mayer", "")
	m.call("DANCE", "/things", "")
	m.call(http.MethodGet, "/things", "", "Authorization", "")
	require.Equal(t, []string{"GET /open 200", "GET /things 500", "GET  404", "DANCE  405", "GET /things 401"}, seen.seen)
	require.Zero(t, seen.running)
}

// spansOf are the spans of requests, and a way to hand them over.
func spansOf(t *testing.T) (*tracetest.SpanRecorder, func(*Deps)) {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	t.Cleanup(func() { require.NoError(t, provider.Shutdown(context.WithoutCancel(t.Context()))) })
	return recorder, func(d *Deps) { d.Tracing = provider }
}

func TestARequestIsASpanAroundItsUseCase(t *testing.T) {
	t.Parallel()
	recorder, traced := spansOf(t)
	var inside trace.SpanContext
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"listThings": func(c echo.Context) error {
		inside = trace.SpanContextFromContext(c.Request().Context())
		return fault.New(fault.Conflict, "thing.conflict", "no")
	}}, traced)
	m.call(http.MethodGet, "/things", "", "traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
	spans := recorder.Ended()
	require.Len(t, spans, 2)
	use, request := spans[0], spans[1]
	require.Equal(t, "use case listThings", use.Name())
	require.Equal(t, inside.SpanID(), use.SpanContext().SpanID())
	require.Equal(t, request.SpanContext().SpanID(), use.Parent().SpanID())
	require.Equal(t, "GET /things", request.Name())
	require.Equal(t, "0123456789abcdef0123456789abcdef", request.SpanContext().TraceID().String(), "the caller's")
	codes := slices.Collect(func(yield func(string) bool) {
		for _, a := range use.Attributes() {
			if a.Key == "arrears.code" {
				yield(a.Value.AsString())
			}
		}
	})
	require.Equal(t, []string{"thing.conflict"}, codes)
}

// Where nobody looks, no handler is in the way.
func TestUnobservedRequestsPassNothing(t *testing.T) {
	t.Parallel()
	require.Empty(t, observed(Deps{}))
	require.Nil(t, useCase(nil))
	require.Len(t, observed(Deps{Meter: &meter{}}), 1)
}
