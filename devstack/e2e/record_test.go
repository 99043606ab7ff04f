package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
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
	raw, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(runs[len(runs)-1].History)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(*recordTo, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(*recordTo, name+".json"), append(raw, '\n'), 0o644))
}
