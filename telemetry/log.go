// Package telemetry sets up logs, metrics and traces, and names every metric with its meaning. It imports nothing of ours
// and knows neither store nor API: they are told a meter by narrow interfaces. cmd and internal/wire use it.
package telemetry

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// Logger writes to w at the level (debug, info, warn, error) and in the format (text, json). Unknown words mean info and
// text: config has validated them. A line that belongs to a span carries its trace_id and span_id.
func Logger(w io.Writer, level, format string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(strings.ToUpper(level))); err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(spanned{slog.NewJSONHandler(w, opts)})
	}
	return slog.New(spanned{slog.NewTextHandler(w, opts)})
}

// spanned adds to a line the span it was written in.
type spanned struct{ slog.Handler }

// Handle implements slog.Handler.
func (s spanned) Handle(ctx context.Context, r slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return s.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (s spanned) WithAttrs(attrs []slog.Attr) slog.Handler {
	return spanned{s.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (s spanned) WithGroup(name string) slog.Handler { return spanned{s.Handler.WithGroup(name)} }
