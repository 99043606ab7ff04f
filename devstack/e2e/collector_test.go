package e2e

import (
	"context"
	"encoding/hex"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
)

// span is a span as a collector got it, with who sent it.
type span struct {
	*tracepb.Span
	process string
}

func (s span) trace() string { return hex.EncodeToString(s.TraceId) }

// has reads an attribute; empty when the span has none of that name.
func (s span) attribute(name string) string {
	for _, a := range s.Attributes {
		if a.Key == name {
			return a.Value.GetStringValue()
		}
	}
	return ""
}

// collector keeps the spans that the processes of an installation send over the wire.
type collector struct {
	collectorpb.UnimplementedTraceServiceServer
	mu    sync.Mutex
	spans []span
}

// collect starts a collector that ends with the test, and returns its address.
func collect(t *testing.T) (*collector, string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c, server := &collector{}, grpc.NewServer()
	collectorpb.RegisterTraceServiceServer(server, c)
	go func() { _ = server.Serve(listener) }() // ends by Stop
	t.Cleanup(server.Stop)
	return c, listener.Addr().String()
}

// Export implements the collector's service.
func (c *collector) Export(_ context.Context, in *collectorpb.ExportTraceServiceRequest) (*collectorpb.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range in.ResourceSpans {
		process := ""
		for _, a := range r.Resource.Attributes {
			if a.Key == "service.instance.id" {
				process = a.Value.GetStringValue()
			}
		}
		for _, s := range r.ScopeSpans {
			for _, one := range s.Spans {
				c.spans = append(c.spans, span{one, process})
			}
		}
	}
	return &collectorpb.ExportTraceServiceResponse{}, nil
}

func (c *collector) all() []span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.spans)
}

// named are the spans whose name begins so.
func (c *collector) named(prefix string) []span {
	return slices.DeleteFunc(c.all(), func(s span) bool { return !strings.HasPrefix(s.Name, prefix) })
}

// way is the way from the root of a trace to the span, and whether it is whole.
func (c *collector) way(to span) (way []span, whole bool) {
	known := map[string]span{}
	for _, s := range c.all() {
		known[string(s.SpanId)] = s
	}
	for at, ok := to, true; ok; at, ok = known[string(at.ParentSpanId)] {
		way = append(way, at)
		whole = len(at.ParentSpanId) == 0
	}
	slices.Reverse(way)
	return way, whole
}
