package workflows_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"arrears/workflows"
	"arrears/workflows/contract"
)

// The histories of released versions, recorded from the real engine by the whole-system tests (devstack/e2e, -record), and
// histories that were altered by hand and must be noticed.
const (
	released = "testdata/histories/v*/*.json"
	altered  = "testdata/histories/altered/*.json"
)

func histories(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files, pattern)
	return files
}

// follow runs a recorded history through today's code.
func follow(t *testing.T, file string) error {
	t.Helper()
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{})
	require.NoError(t, err)
	replayer.RegisterWorkflowWithOptions(workflows.InvoiceCollection, workflow.RegisterOptions{Name: contract.InvoiceCollection})
	replayer.RegisterWorkflowWithOptions(workflows.CustomerNotice, workflow.RegisterOptions{Name: contract.CustomerNotice})
	replayer.RegisterWorkflowWithOptions(workflows.DeductionDispute, workflow.RegisterOptions{Name: contract.DeductionDispute})
	replayer.RegisterWorkflowWithOptions(workflows.Nightly, workflow.RegisterOptions{Name: contract.Nightly})
	return replayer.ReplayWorkflowHistoryFromJSONFile(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), file)
}

// What was started under an earlier version must be ended by this one.
func TestTodaysCodeFollowsReleasedHistories(t *testing.T) {
	t.Parallel()
	for _, file := range histories(t, released) {
		require.NoError(t, follow(t, file), file)
	}
}

// The check can fail.
func TestAlteredHistoriesAreNoticed(t *testing.T) {
	t.Parallel()
	for _, file := range histories(t, altered) {
		require.ErrorContains(t, follow(t, file), "TMPRL1100", file) // the engine's code of a path that was left
	}
}

// Each release's histories cover what cases and notices meet in their lives.
func TestReleasedHistoriesCoverTheLives(t *testing.T) {
	t.Parallel()
	kinds := []string{
		"paid_before_reminder", "full_ladder", "notice_gathered", "draft_approved", "draft_rejected", "parked", "reopened",
	}
	versions, err := filepath.Glob("testdata/histories/v*")
	require.NoError(t, err)
	for _, version := range versions {
		for _, kind := range kinds {
			require.FileExists(t, filepath.Join(version, kind+".json"))
		}
	}
}

// What the engine keeps holds ids, instants, amounts and codes. Erasing a person never breaks an archived history, because
// none names one.
func TestHistoriesNameNobody(t *testing.T) {
	t.Parallel()
	for _, file := range append(histories(t, released), histories(t, altered)...) {
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NotContains(t, strings.ReplaceAll(string(raw), `"identity": "recorded"`, ""), "@", file)
		h, err := client.HistoryFromJSON(bytes.NewReader(raw), client.HistoryJSONOptions{})
		require.NoError(t, err)
		found := payloads(h)
		require.NotEmpty(t, found, file)
		for _, p := range found {
			requireNameless(t, file, p)
		}
	}
}

// payloads finds every payload of a history, however deep it lies.
func payloads(h *historypb.History) []*commonpb.Payload {
	var found []*commonpb.Payload
	var walk func(m protoreflect.Message)
	walk = func(m protoreflect.Message) {
		if p, ok := m.Interface().(*commonpb.Payload); ok {
			found = append(found, p)
			return
		}
		m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
			switch {
			case field.IsMap() && field.MapValue().Message() != nil:
				value.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool { walk(v.Message()); return true })
			case field.IsList() && field.Message() != nil:
				for i := range value.List().Len() {
					walk(value.List().Get(i).Message())
				}
			case field.Message() != nil && !field.IsMap():
				walk(value.Message())
			}
			return true
		})
	}
	walk(proto.Message(h).ProtoReflect())
	return found
}

// What a payload may consist of: the fields of contract's messages and of the engine's own record of a local activity.
var (
	fieldsKnown = []string{
		"Subject", "First", "At", "Idle", "Now", "WakeAt", "Until", "AtWake", "Closed", "Seq", "Kind", "Activity", "Code",
		"ActivityID", "ActivityType", "ReplayTime", "Attempt", "Backoff",
	}
	textKnown = regexp.MustCompile(`^(|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)|[A-Za-z]+([._][a-z]+)*|\d+)$`)
)

func requireNameless(t *testing.T, file string, p *commonpb.Payload) {
	t.Helper()
	if len(p.GetData()) == 0 {
		return
	}
	var value any
	require.NoError(t, json.Unmarshal(p.GetData(), &value), "%s: %s", file, p.GetData())
	var check func(v any)
	check = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				require.True(t, slices.Contains(fieldsKnown, name), "%s: the field %s in %s", file, name, p.GetData())
				check(inner)
			}
		case []any:
			for _, inner := range v {
				check(inner)
			}
		case string:
			require.Regexp(t, textKnown, v, file)
		}
	}
	check(value)
}
