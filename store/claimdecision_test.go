package store_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/dispute"
	"arrears/internal/testkit"
	"arrears/port"
)

func decisionOf(d dispute.Dispute, kind dispute.DecisionKind) dispute.Decision {
	return dispute.Decision{
		ID: newID(), DisputeID: d.ID, Kind: kind, ValidMinor: 60, DeniedMinor: 40, Reason: "damage", Comment: "as the photographs show",
		Evidence: []uuid.UUID{newID(), newID()}, Parts: []dispute.PartDecision{{PartID: d.Parts[0].ID, ValidMinor: 60, DeniedMinor: 40}},
		State: dispute.DecisionProposed, ContentHash: [32]byte{1, 2, 3}, PayableBy: date("2026-03-30"), DecidedBy: "key-2", DecidedAt: noon,
	}
}

func TestDecisionsAreKeptAsTheyWereMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := h.opened(t, 100)
	first, second := decisionOf(d, dispute.DecidePartially), decisionOf(d, dispute.DecideSettle)
	second.Evidence, second.Parts, second.ConcededMinor, second.PayableBy = []uuid.UUID{}, []dispute.PartDecision{}, 7, 0
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertDecision(ctx, first))
		require.NoError(t, tx.InsertDecision(ctx, second))
	})
	first.Seq, second.Seq = 1, 2
	first.State, first.ApprovedBy = dispute.DecisionInForce, "key-3"
	h.in(t, func(ctx context.Context, tx port.Tx) {
		changed := first
		changed.Comment = "never written"
		require.NoError(t, tx.UpdateDecision(ctx, changed, dispute.DecisionProposed))
		got, err := tx.ClaimDecisionsOf(ctx, d.ID)
		require.NoError(t, err)
		require.Equal(t, []dispute.Decision{first, second}, got)
	})
	h.refuses(t, "dispute.decision_changed", func(ctx context.Context, tx port.Tx) error {
		return tx.UpdateDecision(ctx, first, dispute.DecisionProposed)
	})
	h.refuses(t, "dispute.changed", func(ctx context.Context, tx port.Tx) error {
		again := decisionOf(d, dispute.DecideValid)
		again.Seq = 2
		return tx.InsertDecision(ctx, again)
	})
}

// What was decided, moved or published never changes, not even by the owner's hand.
func TestWhatIsWrittenOnceStays(t *testing.T) {
	t.Parallel()
	db, url := testkit.DB(t)
	h := house{DB: db, customer: customerOf("K-1")}
	h.invoice = invoiceOf(h.customer.ID, "R-1")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertCustomer(ctx, h.customer))
		require.NoError(t, tx.InsertInvoice(ctx, h.invoice))
	})
	d := h.opened(t, 100)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertDecision(ctx, decisionOf(d, dispute.DecideInvalid)))
		require.NoError(t, tx.InsertMove(ctx, moveOf(h, d.ID, uuid.NullUUID{})))
		require.NoError(t, tx.InsertRuleSet(ctx, port.TriageRules, rulesOf("default", 1)))
	})
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	for _, sql := range []string{
		`UPDATE dispute_decisions SET valid_minor = 1`, `UPDATE dispute_decisions SET decided_by = 'x'`, `DELETE FROM dispute_decisions`,
		`UPDATE moves SET amount_minor = 1`, `DELETE FROM moves`,
		`UPDATE triage_rules SET body = '{}'`, `DELETE FROM triage_rules`,
	} {
		_, err := conn.Exec(t.Context(), sql)
		require.Error(t, err, sql)
	}
	_, err = conn.Exec(t.Context(), `UPDATE dispute_decisions SET state = 'refused'`)
	require.NoError(t, err)
}

func TestRoundsOfTheContest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := h.opened(t, 100)
	first := dispute.Round{
		DisputeID: d.ID, Round: 1, Channel: "portal", PortalReference: "P-1", SubmittedBy: "key-1", SubmittedAt: noon, ReplyBy: date("2026-03-30"),
	}
	second := first
	second.Round, second.Channel, second.BuyerInvolved = 2, "email", true
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.PutRound(ctx, first))
		require.NoError(t, tx.PutRound(ctx, second))
	})
	first.Answer, first.AnswerNote, first.AnsweredAt, first.AnsweredBy = "refused", "not ours", &noon, "key-2"
	h.in(t, func(ctx context.Context, tx port.Tx) {
		changed := first
		changed.SubmittedBy = "never written"
		require.NoError(t, tx.PutRound(ctx, changed))
		got, err := tx.RoundsOf(ctx, d.ID)
		require.NoError(t, err)
		require.Equal(t, []dispute.Round{first, second}, got)
	})
}
