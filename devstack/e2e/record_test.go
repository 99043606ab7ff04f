package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"arrears/devstack/e2e/house"
	"arrears/workflows/contract"
)

// recordTo is where the histories of this run are kept: go test ./e2e -record ../../workflows/testdata/histories/v1.2.3
// They guard the code's shape, so they come from a release, never from the branch that they are to guard.
var recordTo = flag.String("record", "", "folder into which real histories are written")

// record keeps the history of the latest run of a workflow when that is asked for.
func record(t *testing.T, h *house.House, name, kind string, subject uuid.UUID) {
	t.Helper()
	if *recordTo == "" {
		return
	}
	runs, ok, err := h.Engine.Histories(t.Context(), kind, contract.Step{Subject: subject})
	require.NoError(t, err)
	require.True(t, ok)
	raw, err := protojson.Marshal(nameless(runs[len(runs)-1].History))
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, json.Indent(&text, raw, "", " "))
	require.NoError(t, os.MkdirAll(*recordTo, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(*recordTo, name+".json"), append(text.Bytes(), '\n'), 0o644))
}

// nameless says nothing of the machine on which the history was made: no part of a replay looks at that.
func nameless(h *historypb.History) *historypb.History {
	const who = "recorded"
	for _, e := range h.GetEvents() {
		if a := e.GetWorkflowExecutionStartedEventAttributes(); a != nil {
			a.Identity = who
		}
		if a := e.GetWorkflowExecutionSignaledEventAttributes(); a != nil {
			a.Identity = who
		}
	}
	return h
}
