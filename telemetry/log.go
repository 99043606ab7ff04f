// Package telemetry sets up logs, and later metrics and traces. It imports nothing of ours; cmd and internal/wire use it.
package telemetry

import (
	"io"
	"log/slog"
	"strings"
)

// Logger writes to w at the level (debug, info, warn, error) and in the format (text, json). Unknown words mean info and
// text: config has validated them.
func Logger(w io.Writer, level, format string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(strings.ToUpper(level))); err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
