package telemetry_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/telemetry"
)

func TestLoggerKeepsToItsLevelAndFormat(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := telemetry.Logger(&b, "warn", "json")
	log.Info("quiet")
	require.Empty(t, b.String())
	log.Warn("loud", "case", "1")
	require.Contains(t, b.String(), `"case":"1"`)
}

func TestLoggerFallsBackToInfo(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	log := telemetry.Logger(&b, "nonsense", "text")
	log.Debug("no")
	log.Info("yes")
	require.NotContains(t, b.String(), "msg=no")
	require.Contains(t, b.String(), "msg=yes")
}
