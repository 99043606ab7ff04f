package report

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheLadderIsThePolicysAndThenByName(t *testing.T) {
	t.Parallel()
	f := Facts{Stages: []string{"z", "a", "z"},
		Notices:   []NoticeFacts{{Lines: []LineFacts{{Stage: "m"}, {Stage: "a"}}}, {}},
		Invoices:  []InvoiceFacts{{Stages: []StageFacts{{Stage: "k"}}}},
		Approvals: []ApprovalFacts{{Stage: "b"}}}
	require.Equal(t, []string{"z", "a", "", "b", "k", "m"}, ladderOf(&f).keys)
	require.Equal(t, []string{}, ladderOf(&Facts{}).keys)
}

func TestTheHighestStageNamesANotice(t *testing.T) {
	t.Parallel()
	l := ladderOf(&Facts{Stages: []string{"courtesy", "reminder", "demand"}})
	require.Equal(t, "demand", l.top([]LineFacts{{Stage: "courtesy"}, {Stage: "demand"}, {Stage: "reminder"}}))
	require.Equal(t, "courtesy", l.top([]LineFacts{{Stage: "courtesy"}}))
	require.Empty(t, l.top(nil))
}

func TestStagesAreListedInOrder(t *testing.T) {
	t.Parallel()
	l := ladderOf(&Facts{Stages: []string{"z", "y", "x"}})
	require.Equal(t, []string{"z", "x"}, l.among(map[string]bool{"x": true, "z": true, "unknown": true}))
	require.Equal(t, []string{}, l.among(nil))
}
