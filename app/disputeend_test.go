package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

func TestASettlementGivesUpAPartAndDeniesTheRest(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	f, err := c.app.SettleDispute(t.Context(), c.analyst, d.ID, app.Settlement{AmountMinor: 15_000, Comment: "peace"})
	require.NoError(t, err)
	require.Equal(t, []any{dispute.AwaitingRepayment, dispute.Settled}, []any{f.State, f.Outcome})
	require.Equal(t, []int64{15_000, 5_000}, []int64{f.Amounts().WrittenOffMinor, f.Amounts().DeniedMinor})
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 15_000, 5_000, 0)
	c.recorded(d.ID, "dispute.settled")
	whole, err := c.app.SettleDispute(t.Context(), c.analyst, c.deduction(20_000).ID, app.Settlement{AmountMinor: 20_000})
	require.NoError(t, err)
	require.Equal(t, dispute.Closed, whole.State)
	c.laws()
}

func TestASettlementOfWhatWasDenied(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	_, err := c.app.SubmitDispute(t.Context(), c.analyst, d.ID, app.NewRound{Channel: "portal"})
	require.NoError(t, err)
	f, err := c.app.SettleDispute(t.Context(), c.analyst, d.ID, app.Settlement{AmountMinor: 12_000})
	require.NoError(t, err, "the same person may")
	require.Equal(t, []any{dispute.Contested, dispute.Settled}, []any{f.State, f.Outcome})
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 12_000, 8_000, 0)
	c.refuses(dispute.CodeExceedsDenied, func(ctx context.Context) error {
		_, err := c.app.SettleDispute(ctx, c.analyst, d.ID, app.Settlement{AmountMinor: 8_001})
		return err
	})
	c.laws()
}

func TestGivingUpWhatWasDenied(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	c.repays(d, 5_000)
	f, err := c.app.GiveUpDispute(t.Context(), c.analyst, d.ID, app.Settlement{})
	require.NoError(t, err)
	require.Equal(t, []any{dispute.Closed, dispute.Invalid}, []any{f.State, f.Outcome})
	c.item(d.Parts[0].ItemID.UUID, 5_000, 0, 15_000, 0, 0)
	require.Equal(t, int64(1), c.number(`SELECT count(*) FROM write_offs WHERE kind = 'bad_debt'`))
	c.stands(d.ID)
	c.recorded(d.ID, "dispute.given_up", "dispute.closed")
	c.laws()
}

// Above the limit it is proposed to give up. When that is refused or the facts change, the contest goes on where it was.
func TestGivingUpAboveTheLimit(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(60_000)
	c.decide(c.supervisor, d.ID, dispute.DecideInvalid)
	_, err := c.app.SubmitDispute(t.Context(), c.analyst, d.ID, app.NewRound{Channel: "portal"})
	require.NoError(t, err)
	giveUp := func(who string) {
		f, err := c.app.GiveUpDispute(t.Context(), c.analyst, d.ID, app.Settlement{Comment: who})
		require.NoError(t, err)
		require.Equal(t, dispute.AwaitingApproval, f.State)
	}
	giveUp("first")
	c.refuses(dispute.CodeNotNow, func(ctx context.Context) error {
		_, err := c.app.GiveUpDispute(ctx, c.admin, d.ID, app.Settlement{})
		return err
	})
	require.NoError(t, c.rule(c.supervisor, d.ID, false))
	require.Equal(t, dispute.Contested, c.file(d.ID).State)
	_, err = c.app.AnswerDispute(t.Context(), c.analyst, d.ID, app.ContestAnswer{Answer: "refused"})
	require.NoError(t, err)
	giveUp("second")
	c.repays(d, 10_000)
	require.Equal(t, dispute.RefusedByCustomer, c.file(d.ID).State)
	require.Equal(t, dispute.DecisionRetracted, c.file(d.ID).Decisions[2].State, "there is less to give up")
	giveUp("third")
	require.Equal(t, app.CodeApprovalRole, fault.CodeOf(c.rule(c.second, d.ID, true)))
	require.NoError(t, c.rule(c.supervisor, d.ID, true))
	require.Equal(t, dispute.Closed, c.file(d.ID).State)
	c.item(d.Parts[0].ItemID.UUID, 10_000, 0, 50_000, 0, 0)
	c.laws()
}

func TestAWithdrawnDeductionIsOwed(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	var f app.DisputeFile
	c.again(func(ctx context.Context) {
		var err error
		f, err = c.app.WithdrawDispute(ctx, c.collector, d.ID, "they found the boxes")
		require.NoError(t, err)
	})
	require.Equal(t, dispute.AwaitingRepayment, f.State)
	require.Equal(t, dispute.WithdrawnBy, f.Outcome)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 20_000, 0)
	c.stands(d.ID, dispute.DeadlineRepayment, dispute.DeadlineLimitation)
	c.repays(d, 20_000)
	require.Equal(t, dispute.Closed, c.file(d.ID).State)
	c.laws()
}

func TestAWithdrawnContestIsAskedForAgain(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.claim(dispute.Contest, 20_000, "tax")
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 1_000_000, 20_000)
	f, err := c.app.WithdrawDispute(t.Context(), c.collector, d.ID, "a mistake")
	require.NoError(t, err)
	require.Equal(t, []any{dispute.Closed, dispute.WithdrawnBy}, []any{f.State, f.Outcome})
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 1_000_000, 0)
	c.stands(d.ID)

	f, err = c.app.ReopenDispute(t.Context(), c.analyst, d.ID, "not a mistake")
	require.NoError(t, err)
	require.Equal(t, dispute.Investigating, f.State)
	require.Empty(t, f.Outcome)
	require.Nil(t, f.ClosedAt)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 1_000_000, 20_000)
	c.deadline(d.ID, dispute.DeadlineDecision)
	c.laws()
}

// Whoever contests a denial and gives in ends the contest: the denied part is collected.
func TestWithdrawingFromAContest(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	_, err := c.app.SubmitDispute(t.Context(), c.analyst, d.ID, app.NewRound{Channel: "portal"})
	require.NoError(t, err)
	f, err := c.app.WithdrawDispute(t.Context(), c.analyst, d.ID, "they accept it")
	require.NoError(t, err)
	require.Equal(t, []any{dispute.AwaitingRepayment, dispute.Invalid}, []any{f.State, f.Outcome})
	c.stands(d.ID, dispute.DeadlineRepayment, dispute.DeadlineLimitation)
}

func TestReopeningWhatCameBack(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	c.repays(d, 20_000)
	f, err := c.app.ReopenDispute(t.Context(), c.supervisor, d.ID, "the agreement was found")
	require.NoError(t, err)
	require.Equal(t, int64(20_000), f.Amounts().UndecidedMinor)
	c.refuses(app.CodeSameDecider, func(ctx context.Context) error {
		_, err := c.app.DecideDispute(ctx, c.analyst, d.ID, app.NewDecision{Kind: dispute.DecideValid})
		return err
	})
	given := c.denied()
	_, err = c.app.GiveUpDispute(t.Context(), c.analyst, given.ID, app.Settlement{})
	require.NoError(t, err)
	c.refuses(dispute.CodeNotNow, func(ctx context.Context) error {
		_, err := c.app.ReopenDispute(ctx, c.supervisor, given.ID, "why")
		return err
	})
	c.laws()
}

// A split conserves every cent: of the claim, of its item and of what is held back.
func TestASplitConservesTheSums(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	var list []dispute.Dispute
	c.again(func(ctx context.Context) {
		var err error
		list, err = c.app.SplitDispute(ctx, c.analyst, d.ID, []app.SplitPart{
			{AmountMinor: 11_000}, {AmountMinor: 6_000, Reason: "pricing", Words: "six boxes"}, {AmountMinor: 3_000, Reason: "promotion"},
		})
		require.NoError(t, err)
		require.Len(t, list, 3)
	})
	require.Equal(t, d.ID, list[0].ID)
	var sum dispute.Amounts
	for n, part := range list {
		require.NoError(t, part.Check())
		require.Equal(t, int64(20_000), part.ClaimedWhole)
		require.Equal(t, d.Parts[0].ItemID, part.Parts[0].ItemID)
		require.NotNil(t, part.WakeAt)
		require.Equal(t, n > 0, part.SplitFrom.Valid)
		sum = sum.Plus(part.Amounts())
	}
	require.Equal(t, d.Amounts(), sum)
	require.Equal(t, []any{"pricing", "six boxes", dispute.Investigating}, []any{list[1].Reason, list[1].CustomerWords, list[1].State})
	require.True(t, evidenceOf(c.file(list[1].ID), "price_agreement").Mandatory)
	require.True(t, list[2].Trade)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 20_000, 20_000)
	require.Equal(t, int64(20_000), c.number(`SELECT sum(amount_minor) FROM dispute_flags WHERE item_id = $1 AND released_at IS NULL`, d.Parts[0].ItemID.UUID))
	require.Equal(t, int64(3), c.number(`SELECT count(*) FROM disputes`))
	require.Equal(t, int64(3), c.number(`SELECT count(DISTINCT subject_id) FROM nudges WHERE kind = 'dispute'`))
	c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 20_000, 9_000)
	c.laws()
}

func TestSplitRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	for _, r := range []struct {
		code string
		list []app.SplitPart
	}{
		{receivable.CodeInvalid, []app.SplitPart{{AmountMinor: 20_000}}},
		{receivable.CodeInvalid, []app.SplitPart{{AmountMinor: 20_000}, {}}},
		{dispute.CodeNotWhole, []app.SplitPart{{AmountMinor: 10_000}, {AmountMinor: 9_999}}},
		{dispute.CodeExceedsUndecided, []app.SplitPart{{AmountMinor: 10_000}, {AmountMinor: 10_001}}},
		{dispute.CodeReasonUnknown, []app.SplitPart{{AmountMinor: 10_000}, {AmountMinor: 10_000, Reason: "weather"}}},
	} {
		c.refuses(r.code, func(ctx context.Context) error {
			_, err := c.app.SplitDispute(ctx, c.analyst, d.ID, r.list)
			return err
		})
	}
}

func TestLinksAndMerging(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	a, b := c.deduction(20_000), c.deduction(20_000)
	f, err := c.app.LinkDisputes(t.Context(), c.analyst, a.ID, b.ID, "suspected")
	require.NoError(t, err)
	require.Len(t, f.Links, 1)
	f, err = c.app.LinkDisputes(t.Context(), c.analyst, b.ID, a.ID, "dismissed")
	require.NoError(t, err)
	require.Len(t, f.Links, 1, "it is one link from either side")
	require.Equal(t, "dismissed", f.Links[0].State)
	c.again(func(ctx context.Context) {
		list, err := c.app.MergeDisputes(ctx, c.analyst, []uuid.UUID{a.ID, b.ID})
		require.NoError(t, err)
		require.Equal(t, []uuid.UUID{a.ID, b.ID}, []uuid.UUID{list[0].ID, list[1].ID})
	})
	require.Equal(t, int64(1), c.number(`SELECT count(*) FROM dispute_links WHERE kind = 'merged' AND state = 'confirmed'`))
	link := func(code string, other uuid.UUID, state string) {
		t.Helper()
		c.refuses(code, func(ctx context.Context) error {
			_, err := c.app.LinkDisputes(ctx, c.analyst, a.ID, other, state)
			return err
		})
	}
	link(receivable.CodeInvalid, b.ID, "perhaps")
	link(receivable.CodeInvalid, a.ID, "confirmed")
	link("dispute.not_found", uuid.New(), "confirmed")
	merge := func(code string, ids ...uuid.UUID) {
		t.Helper()
		c.refuses(code, func(ctx context.Context) error { _, err := c.app.MergeDisputes(ctx, c.analyst, ids); return err })
	}
	merge(receivable.CodeInvalid, a.ID)
	merge(receivable.CodeInvalid, a.ID, a.ID)
	merge("dispute.not_found", a.ID, uuid.New())
	c.oneState(b.ID, dispute.Void)
	merge(dispute.CodeNotNow, a.ID, b.ID)
}

// A claim that was found valid by mistake is decided again while its credit memo has not come.
func TestReopeningWhatAwaitsItsCreditMemo(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	c.decide(c.analyst, d.ID, dispute.DecideValid)
	f, err := c.app.ReopenDispute(t.Context(), c.supervisor, d.ID, "another customer's agreement")
	require.NoError(t, err)
	require.Equal(t, []any{dispute.Investigating, int64(20_000)}, []any{f.State, f.Amounts().UndecidedMinor})
	c.stands(d.ID, dispute.DeadlineDecision, dispute.DeadlineLimitation)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 20_000, 20_000)
	require.Equal(t, dispute.AwaitingRepayment, c.decide(c.second, d.ID, dispute.DecideInvalid).State)
	c.laws()
}
