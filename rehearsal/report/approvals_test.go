package report

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestApprovalsByStageAndWeek(t *testing.T) {
	t.Parallel()
	a := Make(facts()).Approvals
	require.Equal(t, 3, a.Asked)
	require.Equal(t, 1, a.Open)
	require.Equal(t, []Count{{"approved", 1}, {"open", 1}, {"skipped", 1}}, a.ByDecision)
	require.Equal(t, ApprovalStage{"final-demand", 1, []Amount{{"EUR", 48050}}, []Count{{"approved", 1}}}, a.ByStage[1])
	require.Equal(t, ApprovalWeek{"2026-W08", day("2026-02-16"), 1, 1}, a.ByWeek[7])
	require.Equal(t, ApprovalWeek{"2026-W12", day("2026-03-16"), 1, 0}, a.ByWeek[11])
}

// A decision's week is its own, even after the window; an open approval is in no week of decisions.
func TestAnApprovalIsDecidedInItsOwnWeek(t *testing.T) {
	t.Parallel()
	r := Make(Facts{From: day("2026-01-05"), To: day("2026-01-11"), Approvals: []ApprovalFacts{
		{AskedOn: day("2026-01-09"), DecidedOn: day("2026-01-20"), Decision: "approved"},
		{AskedOn: day("2026-01-09"), DecidedOn: day("2026-01-20")},
	}})
	require.Equal(t, []ApprovalWeek{
		{"2026-W02", day("2026-01-05"), 2, 0}, {"2026-W03", day("2026-01-12"), 0, 0}, {"2026-W04", day("2026-01-19"), 0, 1},
	}, r.Approvals.ByWeek)
	require.Equal(t, 1, r.Approvals.Open)
}
