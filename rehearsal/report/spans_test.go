package report

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestALongWindowIsDrawnInSteps(t *testing.T) {
	t.Parallel()
	weeks := Make(facts()).Notices.ByWeek
	require.Len(t, spansOf(weeks, 60), 14)
	require.Equal(t, "week", spanHead(weeks, 60))
	short := spansOf(weeks, 5)
	require.Len(t, short, 5)
	require.Equal(t, "2026-W01 to 2026-W03", short[0].text())
	require.Equal(t, "2026-W13 to 2026-W14", short[4].text())
	require.Equal(t, "2026-W01", spansOf(weeks, 60)[0].text())
	require.Equal(t, "per 3 weeks", spanHead(weeks, 5))
	require.Empty(t, spansOf(nil, 5))
}

func TestStepsLoseNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := Make(anyFacts(rt))
		most := rapid.IntRange(1, 30).Draw(rt, "most")
		spans := spansOf(r.Notices.ByWeek, most)
		require.LessOrEqual(rt, len(spans), most)
		sum, byStage := 0, 0
		for _, p := range spans {
			sum += p.notices
			for _, n := range p.byStage {
				byStage += n
			}
		}
		require.Equal(rt, weekly(r), sum)
		require.Equal(rt, sum, byStage)
	})
}
