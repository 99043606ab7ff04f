package house

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"
)

// retention is how long the histories of a test's namespace are kept: the shortest that the engine allows.
const retention = 24 * time.Hour

func randomID() string {
	var raw [6]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}

// RegisterNamespace makes a namespace and waits until workflows can start in it.
func RegisterNamespace(t testing.TB, address, namespace string) {
	t.Helper()
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: address, Namespace: namespace, Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	defer c.Close()
	_, err = c.WorkflowService().RegisterNamespace(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if !errors.As(err, &exists) {
		require.NoError(t, err)
	}
	// An absent workflow is looked for in history as a start would be, so all services know the namespace then.
	require.Eventually(t, func() bool {
		_, err := c.DescribeWorkflowExecution(t.Context(), "none", "")
		var missing *serviceerror.NotFound
		return errors.As(err, &missing)
	}, patience, tick, "the namespace %s does not become usable", namespace)
}
