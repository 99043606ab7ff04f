package report

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoticesByStage(t *testing.T) {
	t.Parallel()
	r := Make(facts())
	require.Equal(t, 11, r.Notices.Total)
	require.Equal(t, StageCount{"reminder-1", 4, 4, []Amount{{"EUR", 168050}, {"JPY", 250000}, {"USD", 31000}}}, r.Notices.ByStage[1])
	require.Equal(t, []Count{{"email", 8}, {"letter", 3}}, r.Notices.ByChannel)
	require.Equal(t, []Count{{"dunning", 6}, {"courtesy", 5}}, r.Notices.ByKind)
}

// A notice of two stages counts once, under the higher; its lines under their own.
func TestANoticeOfTwoStagesCountsOnce(t *testing.T) {
	t.Parallel()
	r := Make(Facts{Stages: []string{"low", "high"}, Notices: []NoticeFacts{{On: day("2026-01-10"), Currency: "EUR", AskedMinor: 30,
		Lines: []LineFacts{line("R-1", "high", 10), line("R-2", "low", 20)}}}})
	require.Equal(t, []StageCount{{"low", 0, 1, []Amount{{"EUR", 20}}}, {"high", 1, 1, []Amount{{"EUR", 10}}}}, r.Notices.ByStage)
	require.Equal(t, []Count{{"low", 0}, {"high", 1}}, r.Notices.ByWeek[0].ByStage)
	require.Equal(t, 2, r.Notices.ByWeek[0].Lines)
	require.Equal(t, "high", r.Customers[0].Notices[0].Stage)
}

func TestQuietWeeksAreThere(t *testing.T) {
	t.Parallel()
	r := Make(facts())
	require.Len(t, r.Notices.ByWeek, 14)
	require.Equal(t, "2026-W01", r.Notices.ByWeek[0].Week)
	require.Zero(t, r.Notices.ByWeek[0].Notices)
	require.Len(t, r.Notices.ByWeek[0].ByStage, len(r.Notices.ByStage))
	require.Equal(t, 3, r.Notices.ByWeek[5].Notices)
}

func TestANoticeWithoutLinesIsCounted(t *testing.T) {
	t.Parallel()
	r := Make(Facts{Notices: []NoticeFacts{{On: day("2026-01-10"), Currency: "EUR"}}})
	require.Equal(t, []StageCount{{"", 1, 0, []Amount{}}}, r.Notices.ByStage)
	require.Contains(t, texted(t, r, 80), "(none)")
}

func TestStepsAreCountedByWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	require.Equal(t, []StepCount{
		{"courtesy", "notice", "done", 5},
		{"reminder-1", "notice", "done", 4},
		{"reminder-2", "notice", "done", 1},
		{"reminder-2", "notice", "skipped", 1},
		{"final-demand", "notice", "done", 1},
		{"hand-over", "hand_over", "waiting", 1},
	}, Make(facts()).Steps)
}
