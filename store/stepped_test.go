package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/port"
)

// stepTo moves the house's clock, which stands at noon at first.
func stepTo(t *testing.T, h house, to time.Time) {
	t.Helper()
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.StepClock(ctx, to)) })
}

func steppedHouse(t *testing.T) house {
	t.Helper()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		_, err := tx.InsertClock(ctx, calendar.Clock{Kind: calendar.SteppedClock, Position: noon})
		require.NoError(t, err)
	})
	return h
}

func nudgeAt(kind string, start time.Time) port.Nudge {
	id := uuid.New()
	return port.Nudge{WorkflowID: kind + "/" + id.String(), SubjectID: id, Kind: kind, StartAt: start, FirstAction: "SendNotice"}
}

// A stepped clock holds a start back until it gets there; a nudge ends the wait.
func TestASteppedClockHoldsStartsBack(t *testing.T) {
	t.Parallel()
	h := steppedHouse(t)
	later, now, notice := nudgeAt("invoice", noon.Add(time.Hour)), nudgeAt("invoice", noon), nudgeAt("notice", noon.Add(time.Minute))
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.Write(ctx, port.Work{Nudges: []port.Nudge{later, now, notice}}))
	})
	due := func() (ids []string) {
		list, err := h.Nudges(t.Context(), 10)
		require.NoError(t, err)
		for _, n := range list {
			ids = append(ids, n.WorkflowID)
		}
		return ids
	}
	require.Equal(t, []string{now.WorkflowID}, due())
	next, err := h.NextStart(t.Context())
	require.NoError(t, err)
	require.Equal(t, notice.StartAt, next)
	stepTo(t, h, noon.Add(time.Minute))
	require.Equal(t, []string{now.WorkflowID, notice.WorkflowID}, due())
	of, err := h.NudgesOf(t.Context(), "notice", 10)
	require.NoError(t, err)
	require.Len(t, of, 1)
	count, err := h.Undelivered(t.Context(), "invoice", "notice")
	require.NoError(t, err)
	require.EqualValues(t, 2, count)

	look := later
	look.StartAt = time.Time{}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.Write(ctx, port.Work{Nudges: []port.Nudge{look}}))
	})
	require.Contains(t, due(), later.WorkflowID)
	next, err = h.NextStart(t.Context())
	require.NoError(t, err)
	require.True(t, next.IsZero(), "nothing is held back any more")
}

// Other clocks hold nothing back: real time brings a delayed start to its moment.
func TestARealClockHoldsNothingBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.Write(ctx, port.Work{Nudges: []port.Nudge{nudgeAt("invoice", noon.Add(time.Hour))}}))
	})
	list, err := h.Nudges(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
}

// A driver asks where the next moment is and nudges what waits for it, but not what waits in the outbox anyway.
func TestADriverNudgesWhatIsDue(t *testing.T) {
	t.Parallel()
	h := steppedHouse(t)
	var version uuid.UUID
	other := invoiceOf(h.customer.ID, "R-2")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertInvoice(ctx, other))
		version = publishDefault(ctx, t, tx).ID
		require.NoError(t, tx.Write(ctx, port.Work{
			Cases: []casework.Case{caseAt(h, h.invoice.ID, version, noon.Add(time.Hour)), caseAt(h, other.ID, version, noon.Add(2*time.Hour))},
		}))
	})
	cases, notices, err := h.NextMoments(t.Context(), noon)
	require.NoError(t, err)
	require.Equal(t, noon.Add(time.Hour), cases)
	require.True(t, notices.IsZero())
	left, err := h.NudgeDue(t.Context(), noon.Add(time.Hour))
	require.NoError(t, err)
	require.EqualValues(t, 1, left)
	left, err = h.NudgeDue(t.Context(), noon.Add(2*time.Hour))
	require.NoError(t, err)
	require.EqualValues(t, 1, left, "the first is in the outbox already")
	cases, _, err = h.NextMoments(t.Context(), noon.Add(2*time.Hour))
	require.NoError(t, err)
	require.True(t, cases.IsZero())
}

func caseAt(h house, id, version uuid.UUID, at time.Time) casework.Case {
	return casework.Case{
		ID: id, Kind: "invoice", CustomerID: h.customer.ID, PolicyVersionID: version, State: casework.CaseActive,
		NextAction: "SendNotice", WakeAt: at, Decisions: 1,
	}
}
