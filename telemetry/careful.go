package telemetry

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// careful sends of each span only what names no person and no amount: libraries put addresses, paths, queries and the
// texts of errors into spans, and a collector is not where the customers' data are kept.
type careful struct {
	next sdktrace.SpanExporter
	log  *slog.Logger
	fail atomic.Bool // the last batch was lost
}

// kept lists the attributes that leave, and prefixes of such that end in a dot.
func kept() []string {
	return []string{
		"arrears.", "http.request.method", "http.route", "http.response.status_code", "db.system.name", "db.operation.name",
		"db.query.text", "pgx.operation.type", "pgx.rows_affected", "pgx.sql_state", "messaging.message.id", "error.type",
		"temporalWorkflowID", "temporalRunID", "temporalActivityID",
	}
}

// ExportSpans implements trace.SpanExporter. It tells the log when sending begins to fail and when it works again.
func (c *careful) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	sent := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		sent[i] = trimmed{s}
	}
	err := c.next.ExportSpans(ctx, sent)
	switch {
	case err != nil && !c.fail.Swap(true) && c.log != nil:
		c.log.WarnContext(ctx, "spans could not be sent", "error", err)
	case err == nil && c.fail.Swap(false) && c.log != nil:
		c.log.InfoContext(ctx, "spans are sent again")
	}
	return nil // told; the library would tell it once more to the error output
}

// Shutdown implements trace.SpanExporter.
func (c *careful) Shutdown(ctx context.Context) error { return c.next.Shutdown(ctx) }

// trimmed is a span without what must not leave.
type trimmed struct{ sdktrace.ReadOnlySpan }

// Attributes implements trace.ReadOnlySpan.
func (t trimmed) Attributes() []attribute.KeyValue {
	return slices.DeleteFunc(slices.Clone(t.ReadOnlySpan.Attributes()), func(a attribute.KeyValue) bool { return !leaves(string(a.Key)) })
}

// Events implements trace.ReadOnlySpan: they are texts of errors.
func (t trimmed) Events() []sdktrace.Event { return nil }

// Status implements trace.ReadOnlySpan.
func (t trimmed) Status() sdktrace.Status {
	return sdktrace.Status{Code: t.ReadOnlySpan.Status().Code}
}

func leaves(key string) bool {
	return slices.ContainsFunc(kept(), func(k string) bool { return key == k || (strings.HasSuffix(k, ".") && strings.HasPrefix(key, k)) })
}
