package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
)

func TestTheContestGoesInRounds(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	submit := func(in app.NewRound) app.DisputeFile {
		f, err := c.app.SubmitDispute(t.Context(), c.collector, d.ID, in)
		require.NoError(t, err)
		require.Equal(t, dispute.Contested, f.State)
		return f
	}
	answer := func(said string) app.DisputeFile {
		f, err := c.app.AnswerDispute(t.Context(), c.collector, d.ID, app.ContestAnswer{Answer: said, Note: "by phone"})
		require.NoError(t, err)
		return f
	}
	f := submit(app.NewRound{Channel: "portal", PortalReference: "P-17", ReplyBy: day("2026-03-25")})
	require.Equal(t, []any{1, "P-17"}, []any{f.Round, f.PortalReference})
	require.Equal(t, day("2026-03-25"), c.deadline(d.ID, dispute.DeadlineCustomerReply).DueOn)
	f = answer("refused")
	require.Equal(t, dispute.RefusedByCustomer, f.State)
	require.Equal(t, []any{"refused", "by phone", "collector-1"}, []any{f.Rounds[0].Answer, f.Rounds[0].AnswerNote, f.Rounds[0].AnsweredBy})
	c.deadline(d.ID, dispute.DeadlineNextRound)
	f = submit(app.NewRound{Channel: "email", BuyerInvolved: true})
	require.Equal(t, 2, f.Round)
	require.True(t, f.Rounds[1].BuyerInvolved)
	require.Equal(t, "P-17", f.Rounds[1].PortalReference)
	c.stands(d.ID, dispute.DeadlineCustomerReply, dispute.DeadlineRepayment, dispute.DeadlineLimitation)
	require.Equal(t, dispute.AwaitingRepayment, answer("accepted").State)
	c.stands(d.ID, dispute.DeadlineRepayment, dispute.DeadlineLimitation)
	submit(app.NewRound{Channel: "letter"})
	require.Equal(t, dispute.AwaitingRepayment, answer("no_answer").State)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 20_000, 0)
}

func TestContestRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	c.refuses(receivable.CodeInvalid, func(ctx context.Context) error {
		_, err := c.app.SubmitDispute(ctx, c.analyst, d.ID, app.NewRound{Channel: "pigeon"})
		return err
	})
	c.refuses(receivable.CodeInvalid, func(ctx context.Context) error {
		_, err := c.app.AnswerDispute(ctx, c.analyst, d.ID, app.ContestAnswer{Answer: "perhaps"})
		return err
	})
}

// A customer appeal makes the denied amount undecided again, and another person decides on it.
func TestAnAppealIsDecidedByAnother(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	document := c.document("proof_of_delivery")
	var f app.DisputeFile
	c.again(func(ctx context.Context) {
		var err error
		f, err = c.app.AppealDispute(ctx, c.collector, d.ID, app.Appeal{Reason: "new proof", Documents: []uuid.UUID{document}})
		require.NoError(t, err)
	})
	require.Equal(t, dispute.Investigating, f.State)
	require.Empty(t, f.Outcome)
	require.Equal(t, int64(20_000), f.Amounts().UndecidedMinor)
	require.Equal(t, document, evidenceOf(f, "proof_of_delivery").DocumentID.UUID)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 20_000, 20_000)
	c.deadline(d.ID, dispute.DeadlineDecision)
	c.refuses(app.CodeSameDecider, func(ctx context.Context) error {
		_, err := c.app.DecideDispute(ctx, c.analyst, d.ID, app.NewDecision{Kind: dispute.DecideInvalid})
		return err
	})
	c.refuses(app.CodeSameDecider, func(ctx context.Context) error {
		_, err := c.app.SettleDispute(ctx, c.analyst, d.ID, app.Settlement{AmountMinor: 1})
		return err
	})
	f = c.decide(c.second, d.ID, dispute.DecideValid)
	require.Equal(t, []any{dispute.AwaitingCreditMemo, dispute.Valid, "analyst-2"}, []any{f.State, f.Outcome, f.DecidedBy})
	require.Equal(t, []dispute.DecisionState{dispute.DecisionSuperseded, dispute.DecisionInForce}, []dispute.DecisionState{f.Decisions[0].State, f.Decisions[1].State})
	c.laws()
}

// Whoever decided before does not approve the decision on an appeal either.
func TestTheApproverOfAnAppealIsAnotherToo(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(60_000)
	c.decide(c.supervisor, d.ID, dispute.DecideInvalid)
	_, err := c.app.AppealDispute(t.Context(), c.collector, d.ID, app.Appeal{Reason: "no"})
	require.NoError(t, err)
	c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	require.Equal(t, []string{"analyst-1", "supervisor-1"}, c.approval(d.ID).Proposers)
}

// A part of what was denied may be appealed; what exceeds it is taken of what came back, and the money stays.
func TestAnAppealOfAPartAndOfWhatCameBack(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	c.repays(d, 5_000)
	require.Equal(t, []int64{15_000, 5_000}, []int64{c.file(d.ID).Amounts().DeniedMinor, c.file(d.ID).Amounts().RepaidMinor})
	c.refuses(dispute.CodeExceedsDenied, func(ctx context.Context) error {
		_, err := c.app.AppealDispute(ctx, c.collector, d.ID, app.Appeal{AmountMinor: 20_001, Reason: "no"})
		return err
	})
	f, err := c.app.AppealDispute(t.Context(), c.collector, d.ID, app.Appeal{AmountMinor: 4_000, Reason: "no"})
	require.NoError(t, err)
	require.Equal(t, []int64{4_000, 11_000, 5_000}, []int64{f.Amounts().UndecidedMinor, f.Amounts().DeniedMinor, f.Amounts().RepaidMinor})
	c.item(d.Parts[0].ItemID.UUID, 5_000, 0, 0, 15_000, 4_000)
	c.decide(c.second, d.ID, dispute.DecideInvalid)
	f, err = c.app.AppealDispute(t.Context(), c.collector, d.ID, app.Appeal{AmountMinor: 20_000, Reason: "all of it"})
	require.NoError(t, err)
	require.Equal(t, int64(20_000), f.Amounts().UndecidedMinor)
	c.item(d.Parts[0].ItemID.UUID, 5_000, 0, 0, 15_000, 15_000)
	c.laws()
}

// What came back because of a denial may be appealed after the case was closed.
func TestAnAppealOfAClosedCase(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	c.repays(d, 20_000)
	require.Equal(t, dispute.Closed, c.file(d.ID).State)
	f, err := c.app.AppealDispute(t.Context(), c.collector, d.ID, app.Appeal{Reason: "proof"})
	require.NoError(t, err)
	require.Equal(t, dispute.Investigating, f.State)
	require.Nil(t, f.ClosedAt)
	require.NotNil(t, f.WakeAt)
	c.item(d.Parts[0].ItemID.UUID, 20_000, 0, 0, 0, 0)
	f = c.decide(c.second, d.ID, dispute.DecideInvalid)
	require.Equal(t, []any{dispute.Closed, int64(20_000)}, []any{f.State, f.Amounts().RepaidMinor})
	_, err = c.app.AppealDispute(t.Context(), c.collector, d.ID, app.Appeal{Reason: "again"})
	require.NoError(t, err)
	f = c.decide(c.supervisor, d.ID, dispute.DecideValid)
	require.Equal(t, dispute.AwaitingCreditMemo, f.State)
	c.laws()
}
