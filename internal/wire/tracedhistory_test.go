package wire_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	sdk "go.temporal.io/sdk/worker"

	"arrears/telemetry"
	"arrears/worker"
)

// Turning traces on changes no workflow: what ran without them goes on with them.
func TestHistoriesGoOnUnderTraces(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../workflows/testdata/histories/v0.1.0/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	traces := telemetry.NewTracesTo(tracetest.NewInMemoryExporter(), telemetry.TraceOptions{Sample: 1})
	defer traces.Close()
	spans, err := traces.Engine()
	require.NoError(t, err)
	replayer, err := sdk.NewWorkflowReplayerWithOptions(sdk.WorkflowReplayerOptions{Interceptors: []interceptor.WorkerInterceptor{spans}})
	require.NoError(t, err)
	worker.RegisterWorkflows(replayer)
	for _, file := range files {
		require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), file), file)
	}
}
