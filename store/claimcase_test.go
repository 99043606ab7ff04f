package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

func TestEvidenceFromNeededToReceived(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := h.opened(t, 100)
	doc := receivable.Document{
		ID: newID(), CustomerID: someID(h.customer.ID), Kind: "proof_of_delivery", Filename: "pod.pdf", MediaType: "application/pdf",
		Size: 3, SHA256: [32]byte{1}, Content: []byte("pod"), CreatedAt: noon, CreatedBy: "key-1",
	}
	task := casework.Task{
		ID: newID(), Kind: "evidence", Dedupe: "evidence/1", Role: "collector", Summary: "find it", DueOn: date("2026-03-09"),
		State: casework.TaskOpen, CreatedAt: noon,
	}
	first := dispute.Evidence{
		ID: newID(), DisputeID: d.ID, DocumentKind: "proof_of_delivery", Mandatory: true, Team: "logistics", State: dispute.EvidenceNeeded,
		DueOn: date("2026-03-09"), Note: "the signed one", RequestedBy: "key-1", Version: 1,
	}
	second := dispute.Evidence{ID: newID(), DisputeID: d.ID, DocumentKind: "claim", State: dispute.EvidenceNeeded, Version: 1}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.TouchFile(ctx, doc.SHA256, doc.Size))
		require.NoError(t, tx.InsertDocument(ctx, doc))
		_, err := tx.OpenTask(ctx, task)
		require.NoError(t, err)
		require.NoError(t, tx.InsertEvidence(ctx, []dispute.Evidence{first, second}))
		require.NoError(t, tx.InsertEvidence(ctx, nil))
		got, err := tx.EvidenceOf(ctx, d.ID)
		require.NoError(t, err)
		require.Equal(t, []dispute.Evidence{first, second}, got)
	})
	first.State, first.DocumentID, first.TaskID = dispute.EvidenceReceived, someID(doc.ID), someID(task.ID)
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.UpdateEvidence(ctx, first)) })
	h.refuses(t, "dispute.evidence_changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateEvidence(ctx, first) })
	first.Version = 2
	h.in(t, func(ctx context.Context, tx port.Tx) {
		got, err := tx.EvidenceOf(ctx, d.ID)
		require.NoError(t, err)
		require.Equal(t, []dispute.Evidence{first, second}, got)
	})
}

func deadlineOf(claim uuid.UUID, kind dispute.DeadlineKind, due string) dispute.Deadline {
	return dispute.Deadline{ID: newID(), DisputeID: claim, Kind: kind, DueOn: date(due), State: dispute.DeadlineOpen}
}

// deadlines writes some and returns the earliest that the case keeps.
func (h house) deadlines(t *testing.T, claim uuid.UUID, list ...dispute.Deadline) calendar.Date {
	t.Helper()
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.PutDeadlines(ctx, list)) })
	return h.stored(t, claim).DeadlineOn
}

func TestACaseKeepsItsEarliestDeadline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d, other := h.opened(t, 100), h.opened(t, 100)
	require.Zero(t, h.deadlines(t, d.ID))
	decision, reply := deadlineOf(d.ID, dispute.DeadlineDecision, "2026-03-20"), deadlineOf(d.ID, dispute.DeadlineCustomerReply, "2026-03-10")
	decision.WarnOn = date("2026-03-15")
	require.Equal(t, date("2026-03-10"), h.deadlines(t, d.ID, decision, reply, deadlineOf(other.ID, dispute.DeadlineTriage, "2026-03-01")))
	require.Equal(t, date("2026-03-01"), h.stored(t, other.ID).DeadlineOn)
	require.EqualValues(t, 1, h.stored(t, d.ID).Version, "a deadline is no change that a reader could lose")

	reply.State, reply.SettledAt, reply.Raised = dispute.DeadlineLapsed, &noon, 1
	require.Equal(t, date("2026-03-20"), h.deadlines(t, d.ID, reply))
	later := decision
	decision.State, decision.SettledAt, decision.WarnedAt = dispute.DeadlineCancelled, &noon, &noon
	later.ID, later.DueOn = newID(), date("2026-03-25")
	require.Equal(t, date("2026-03-25"), h.deadlines(t, d.ID, later, decision), "the old one gives way, whatever stands first")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		got, err := tx.DeadlinesOf(ctx, d.ID)
		require.NoError(t, err)
		require.Equal(t, []dispute.Deadline{reply, decision, later}, got)
	})
	h.refuses(t, "dispute.deadline_taken", func(ctx context.Context, tx port.Tx) error {
		return tx.PutDeadlines(ctx, []dispute.Deadline{deadlineOf(d.ID, dispute.DeadlineDecision, "2026-04-01")})
	})
	later.State, later.SettledAt = dispute.DeadlineMet, &noon
	require.Zero(t, h.deadlines(t, d.ID, later))
}

func TestEachPieceOfEvidenceMayHaveADeadline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := h.opened(t, 100)
	var evidence []dispute.Evidence
	var deadlines []dispute.Deadline
	for _, due := range []string{"2026-03-12", "2026-03-09"} {
		e := dispute.Evidence{ID: newID(), DisputeID: d.ID, DocumentKind: "claim", State: dispute.EvidenceRequested, Version: 1}
		l := deadlineOf(d.ID, dispute.DeadlineEvidence, due)
		l.EvidenceID = someID(e.ID)
		evidence, deadlines = append(evidence, e), append(deadlines, l)
	}
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.InsertEvidence(ctx, evidence)) })
	require.Equal(t, date("2026-03-09"), h.deadlines(t, d.ID, deadlines...))
}

func TestNudgesOfClaims(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id, later := newID(), noon.Add(48*time.Hour)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.StartDispute(ctx, id, later, "MeetDeadline"))
	})
	want := port.Nudge{WorkflowID: "dispute/" + id.String(), SubjectID: id, Kind: "dispute", StartAt: later, FirstAction: "MeetDeadline"}
	require.Equal(t, want, h.nudge(t, want.WorkflowID))
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.NudgeDispute(ctx, id)) })
	want.StartAt, want.FirstAction = time.Time{}, "ReviewDispute"
	require.Equal(t, want, h.nudge(t, want.WorkflowID), "what was to start later looks at once")
}

// nudge reads a row of the outbox without what differs from time to time.
func (h house) nudge(t *testing.T, workflow string) port.Nudge {
	t.Helper()
	all, err := h.Nudges(t.Context(), 100)
	require.NoError(t, err)
	for _, n := range all {
		if n.WorkflowID == workflow {
			n.Version = 0
			return n
		}
	}
	t.Fatalf("no nudge for %s", workflow)
	return port.Nudge{}
}
