package temporal_test

import "log/slog"

// quiet keeps the SDK from writing over the test's output.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
