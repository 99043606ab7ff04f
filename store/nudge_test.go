package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/port"
)

// left leaves a nudge and returns it as a relay reads it.
func left(t *testing.T, h house, n port.Nudge) port.Nudge {
	t.Helper()
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.Write(ctx, port.Work{Nudges: []port.Nudge{n}}))
	})
	found, err := h.Nudges(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0]
}

func TestANudgeIsOneRowPerWorkflow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := newID()
	start := port.Nudge{WorkflowID: "invoice/" + id.String(), SubjectID: id, Kind: "invoice", StartAt: noon.Add(time.Hour), FirstAction: "SendNotice"}
	first := left(t, h, start)
	require.Equal(t, noon.Add(time.Hour), first.StartAt)
	require.Equal(t, "SendNotice", first.FirstAction)

	look := start
	look.StartAt, look.FirstAction = time.Time{}, "Review"
	second := left(t, h, look)
	require.True(t, second.StartAt.IsZero(), "a nudge ends the wait")
	require.Equal(t, "Review", second.FirstAction)
	require.NotEqual(t, first.Version, second.Version)

	require.NoError(t, h.DeleteNudges(t.Context(), []port.Nudge{first}))
	found, err := h.Nudges(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []port.Nudge{second}, found, "what was nudged since stays")
}

// A relay that lost its lead while it delivered deletes what another relay delivered as well. What was left after that is
// another row, though it looks the same.
func TestANudgeThatWasLeftAnewIsNotDeletedForTheOld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := newID()
	look := port.Nudge{WorkflowID: "invoice/" + id.String(), SubjectID: id, Kind: "invoice", FirstAction: "Review"}
	old := left(t, h, look)
	require.NoError(t, h.DeleteNudges(t.Context(), []port.Nudge{old}), "by the relay that leads now")
	anew := left(t, h, look)

	require.NoError(t, h.DeleteNudges(t.Context(), []port.Nudge{old}), "by the one that led")
	found, err := h.Nudges(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []port.Nudge{anew}, found)
}

func TestANudgeThatFailedComesLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := newID()
	n := left(t, h, port.Nudge{WorkflowID: "invoice/" + id.String(), SubjectID: id, Kind: "invoice", FirstAction: "Review"})
	waiting, _, err := h.NudgeLag(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(1), waiting)
	require.NoError(t, h.FailNudge(t.Context(), n, "engine.away", time.Hour))
	found, err := h.Nudges(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, found)
	waiting, _, err = h.NudgeLag(t.Context())
	require.NoError(t, err)
	require.Zero(t, waiting)
}
