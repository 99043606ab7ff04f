package config_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/config"
)

var update = flag.Bool("update", false, "write the reference again")

func TestDefaultsAreUsable(t *testing.T) {
	t.Parallel()
	c, err := config.FromMap(map[string]string{})
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8080", c.HTTPAddr)
}

func TestAWrongValueIsOneLineThatNamesTheVariable(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"ARREARS_LOG_LEVEL":            "loud",
		"ARREARS_SMTP_PORT":            "mail",
		"ARREARS_DOCUMENT_MAX_BYTES":   "1073741825",
		"ARREARS_HTTP_ADDR":            "8080",
		"ARREARS_DATABASE_URL":         "mysql://x",
		"ARREARS_DATABASE_CONNECTIONS": "1",
		"ARREARS_STICKY_TIMEOUT":       "2h",
		"ARREARS_GATHER_PAUSE":         "soon",
		"ARREARS_RATE_PER_SECOND":      "-1",
		"ARREARS_SMTP_TLS":             "maybe",
		"ARREARS_WEBHOOK_URL":          "ftp://gateway.example",
		"ARREARS_TEMPORAL_ADDRESS":     "temporal",
		"ARREARS_WEBHOOK_KEEP":         "1m",
		"ARREARS_LOG_FORMAT":           "xml",
		"ARREARS_SHUTDOWN_TIMEOUT":     "1h",
		"ARREARS_STICKY_CACHE":         "-1",
		"ARREARS_WORKER_CONCURRENCY":   "0",
		"ARREARS_METRICS_ADDR":         "9090",
		"ARREARS_METRICS_BUSINESS":     "often",
		"ARREARS_TRACES_ENDPOINT":      "collector",
		"ARREARS_TRACES_SAMPLE":        "2",
	} {
		_, err := config.FromMap(map[string]string{name: value})
		require.Error(t, err, name)
		require.Contains(t, err.Error(), name)
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestAGatewayNeedsItsSecret(t *testing.T) {
	t.Parallel()
	_, err := config.FromMap(map[string]string{"ARREARS_WEBHOOK_URL": "https://gateway.example/notices"})
	require.ErrorContains(t, err, "ARREARS_WEBHOOK_SECRET")
}

// The published reference is the struct's own.
func TestTheReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	const path = "../docs/configuration.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(config.Markdown()), 0o644))
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, config.Markdown(), string(have), "run: go test ./config -update")
	for _, v := range config.Reference() {
		require.True(t, strings.HasPrefix(v.Name, "ARREARS_"), v.Name)
		require.NotEmpty(t, v.Doc, v.Name)
	}
}
