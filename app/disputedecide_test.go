package app_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

func TestADenialWithinTheLimit(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(50_000)
	document := c.document("correspondence")
	var f app.DisputeFile
	c.again(func(ctx context.Context) {
		var err error
		f, err = c.app.DecideDispute(ctx, c.analyst, d.ID, app.NewDecision{
			Kind: dispute.DecideInvalid, Comment: "the rate is right", Evidence: []uuid.UUID{document}, PayableBy: day("2026-03-30"), Version: d.Version,
		})
		require.NoError(t, err)
	})
	require.Equal(t, []any{dispute.AwaitingRepayment, dispute.Invalid, "analyst-1", day("2026-03-30")}, []any{f.State, f.Outcome, f.DecidedBy, f.PayableBy})
	require.Len(t, f.Decisions, 1)
	require.Equal(t, []any{dispute.DecisionInForce, int64(50_000), "tax"}, []any{f.Decisions[0].State, f.Decisions[0].DeniedMinor, f.Decisions[0].Reason})
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 50_000, 0)
	c.stands(d.ID, dispute.DeadlineContest, dispute.DeadlineRepayment, dispute.DeadlineLimitation)
	c.recorded(d.ID, "dispute.decided", "dispute.denied")
	require.Equal(t, int64(1), c.number(`SELECT count(*) FROM dispute_messages WHERE dispute_id = $1 AND kind = 'denial'`, d.ID))
}

func TestAValidClaimAwaitsItsCreditMemo(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(50_000)
	f := c.decide(c.analyst, d.ID, dispute.DecideValid)
	require.Equal(t, []any{dispute.AwaitingCreditMemo, dispute.Valid}, []any{f.State, f.Outcome})
	require.Equal(t, int64(50_000), f.Amounts().CreditDueMinor)
	c.deadline(d.ID, dispute.DeadlineCreditMemo)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 50_000, 50_000)
}

func TestAPartlyValidClaim(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	f, err := c.app.DecideDispute(t.Context(), c.analyst, d.ID, app.NewDecision{Kind: dispute.DecidePartially, ValidMinor: 12_000, DeniedMinor: 8_000})
	require.NoError(t, err)
	require.Equal(t, dispute.PartiallyValid, f.Outcome)
	require.Equal(t, []int64{12_000, 8_000}, []int64{f.Amounts().CreditDueMinor, f.Amounts().DeniedMinor})
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 20_000, 12_000)
	c.laws()
}

func TestMissingEvidenceRefusesADecision(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.claim(dispute.Deduction, 20_000, "pricing")
	decide := func(ctx context.Context) error {
		_, err := c.app.DecideDispute(ctx, c.analyst, d.ID, app.NewDecision{Kind: dispute.DecideInvalid})
		return err
	}
	require.Equal(t, []string{"price_agreement"}, c.refuses(dispute.CodeEvidenceMissing, decide))
	f, err := c.app.RequestEvidence(t.Context(), c.analyst, d.ID, []app.EvidenceRequest{{Kind: "price_agreement"}, {Kind: "invoice"}})
	require.NoError(t, err)
	c.refuses(dispute.CodeEvidenceMissing, decide)
	_, err = c.app.AnswerEvidence(t.Context(), c.analyst, d.ID, evidenceOf(f, "price_agreement").ID, app.EvidenceAnswer{
		State: dispute.EvidenceReceived, DocumentID: c.id(c.document("price_agreement")),
	})
	require.NoError(t, err)
	require.NoError(t, decide(t.Context()))
	after := c.file(d.ID)
	require.Equal(t, dispute.EvidenceWaived, evidenceOf(after, "invoice").State, "nobody looks for it any more")
	require.Zero(t, c.number(`SELECT count(*) FROM tasks WHERE kind = 'dispute_evidence' AND state = 'open'`))
}

func TestDecisionRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	for _, r := range []struct {
		code string
		in   app.NewDecision
	}{
		{receivable.CodeInvalid, app.NewDecision{}},
		{receivable.CodeInvalid, app.NewDecision{Kind: dispute.DecideSettle}},
		{receivable.CodeInvalid, app.NewDecision{Kind: dispute.DecideInvalid, PayableBy: day("2026-03-01")}},
		{app.CodeDisputeChanged, app.NewDecision{Kind: dispute.DecideInvalid, Version: d.Version + 1}},
		{dispute.CodeNotWhole, app.NewDecision{Kind: dispute.DecideInvalid, DeniedMinor: 19_999}},
		{dispute.CodeExceedsUndecided, app.NewDecision{Kind: dispute.DecideInvalid, DeniedMinor: 20_001}},
		{dispute.CodeDecisionInvalid, app.NewDecision{Kind: dispute.DecidePartially, ValidMinor: 20_000}},
		{dispute.CodeDecisionInvalid, app.NewDecision{
			Kind: dispute.DecideInvalid, DeniedMinor: 20_000, Parts: []dispute.PartDecision{{PartID: uuid.New(), DeniedMinor: 20_000}},
		}},
		{dispute.CodeReasonUnknown, app.NewDecision{Kind: dispute.DecideInvalid, Reason: "weather"}},
		{"document.not_found", app.NewDecision{Kind: dispute.DecideInvalid, Evidence: []uuid.UUID{uuid.New()}}},
	} {
		c.refuses(r.code, func(ctx context.Context) error {
			_, err := c.app.DecideDispute(ctx, c.analyst, d.ID, r.in)
			return err
		})
	}
}

// Above the limit a decision is proposed: it changes no money until someone else with the limit approves it.
func TestAProposalIsApprovedByAnother(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(50_001)
	f := c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	require.Equal(t, dispute.AwaitingApproval, f.State)
	require.Equal(t, dispute.DecisionProposed, f.Decisions[0].State)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 50_001, 50_001)
	c.deadline(d.ID, dispute.DeadlineApproval)
	ap := c.approval(d.ID)
	require.Equal(t, []any{"dispute_decision", f.Decisions[0].ID, "supervisor", int64(50_001), []string{"analyst-1"}},
		[]any{ap.SubjectKind, ap.SubjectID, ap.Role, ap.AmountMinor, ap.Proposers})
	require.Equal(t, app.CodeApprovalRole, fault.CodeOf(c.rule(c.second, d.ID, true)), "another analyst has no such limit")
	require.NoError(t, c.rule(c.supervisor, d.ID, true))
	after := c.file(d.ID)
	require.Equal(t, []any{dispute.AwaitingRepayment, dispute.Invalid, "analyst-1"}, []any{after.State, after.Outcome, after.DecidedBy})
	require.Equal(t, []any{dispute.DecisionInForce, "supervisor-1"}, []any{after.Decisions[0].State, after.Decisions[0].ApprovedBy})
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 50_001, 0)
	require.Zero(t, c.number(`SELECT count(*) FROM dispute_deadlines WHERE kind = 'approval' AND state = 'open'`))
	c.recorded(d.ID, "dispute.decision_proposed", "dispute.decided")
}

func TestFourEyesAboveEveryLimit(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(200_001)
	c.decide(c.supervisor, d.ID, dispute.DecideValid)
	require.Equal(t, "admin", c.approval(d.ID).Role)
	boss := c.supervisor
	boss.Role = c.admin.Role
	require.Equal(t, app.CodeApprovalFourEyes, fault.CodeOf(c.rule(boss, d.ID, true)), "whoever proposed may not approve")
	require.NoError(t, c.rule(c.admin, d.ID, true))
	require.Equal(t, dispute.AwaitingCreditMemo, c.file(d.ID).State)
}

func TestARefusedProposalIsDecidedAgain(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(60_000)
	c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	require.NoError(t, c.rule(c.supervisor, d.ID, false))
	f := c.file(d.ID)
	require.Equal(t, []any{dispute.ApprovalRefused, dispute.DecisionRefused}, []any{f.State, f.Decisions[0].State})
	require.Empty(t, f.Outcome)
	c.deadline(d.ID, dispute.DeadlineDecision)
	c.item(d.Parts[0].ItemID.UUID, 0, 0, 0, 60_000, 60_000)
	require.Equal(t, int64(1), c.number(`SELECT count(*) FROM tasks WHERE kind = 'approval_rejected' AND role = 'analyst' AND dispute_id = $1`, d.ID))
	f = c.decide(c.supervisor, d.ID, dispute.DecideValid)
	require.Equal(t, dispute.AwaitingCreditMemo, f.State)
	require.Equal(t, 2, f.Decisions[1].Seq)
}

// What is approved is what was shown: a case that changed meanwhile takes the proposal back.
func TestAProposalLapsesWhenTheCaseChanges(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	lapse := func(change func(d dispute.Dispute) error) app.DisputeFile {
		d := c.deduction(60_000)
		c.decide(c.analyst, d.ID, dispute.DecideInvalid)
		ap := c.approval(d.ID)
		require.NoError(t, change(d))
		_, err := c.app.DecideApproval(t.Context(), c.supervisor, app.DecideApproval{ID: ap.ID, Approve: true, ContentHash: hexOf(ap.ContentHash)})
		require.Equal(t, app.CodeApprovalNotOpen, fault.CodeOf(err))
		f := c.file(d.ID)
		require.Equal(t, dispute.DecisionRetracted, f.Decisions[0].State)
		c.recorded(d.ID, "dispute.decision_retracted")
		return f
	}
	evidence := lapse(func(d dispute.Dispute) error {
		f, err := c.app.RequestEvidence(t.Context(), c.analyst, d.ID, []app.EvidenceRequest{{Kind: "claim"}})
		require.NoError(t, err)
		_, err = c.app.AnswerEvidence(t.Context(), c.analyst, d.ID, evidenceOf(f, "claim").ID, app.EvidenceAnswer{
			State: dispute.EvidenceReceived, DocumentID: c.id(c.document("claim")),
		})
		return err
	})
	require.Equal(t, dispute.Investigating, evidence.State)
	c.deadline(evidence.ID, dispute.DeadlineDecision)
	withdrawn := lapse(func(d dispute.Dispute) error {
		_, err := c.app.WithdrawDispute(t.Context(), c.collector, d.ID, "they say so")
		return err
	})
	require.NotEqual(t, dispute.AwaitingApproval, withdrawn.State)
	memo := lapse(func(d dispute.Dispute) error {
		_, err := c.app.WriteOff(t.Context(), c.supervisor, app.NewWriteOff{
			ItemID: d.Parts[0].ItemID.UUID, Kind: receivable.Concession, AmountMinor: 10_000, Currency: "EUR", Reason: "peace",
		})
		return err
	})
	require.Equal(t, dispute.Investigating, memo.State)
	c.laws()
}

// The limit tests the claim as it was before it was split.
func TestTheLimitTestsTheUnsplitClaim(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(60_000)
	list, err := c.app.SplitDispute(t.Context(), c.analyst, d.ID, []app.SplitPart{{AmountMinor: 30_000}, {AmountMinor: 30_000}})
	require.NoError(t, err)
	for _, part := range list {
		require.Equal(t, dispute.AwaitingApproval, c.decide(c.analyst, part.ID, dispute.DecideInvalid).State)
	}
}

// Two analysts decide at once: one decides, the other is told, and the claim is decided once.
func TestTwoAnalystsAtOnce(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	for range 3 {
		d := c.deduction(20_000)
		var both sync.WaitGroup
		codes := make([]string, 2)
		for n, kind := range []dispute.DecisionKind{dispute.DecideValid, dispute.DecideInvalid} {
			who := c.analyst
			if n == 1 {
				who = c.second
			}
			both.Go(func() {
				_, err := c.app.DecideDispute(t.Context(), who, d.ID, app.NewDecision{Kind: kind, Version: d.Version})
				codes[n] = fault.CodeOf(err)
			})
		}
		both.Wait()
		require.Contains(t, codes, "", "one wins")
		loser := codes[0] + codes[1]
		require.Contains(t, []string{app.CodeDisputeChanged, dispute.CodeNotNow}, loser)
		require.Len(t, c.file(d.ID).Decisions, 1)
	}
}

func bulk(kind dispute.DecisionKind, list ...dispute.Dispute) []app.BulkDecision {
	all := make([]app.BulkDecision, len(list))
	for n, d := range list {
		all[n] = app.BulkDecision{DisputeID: d.ID, NewDecision: app.NewDecision{Kind: kind}}
	}
	return all
}

// A preview says what the batch would do, and does nothing.
func TestAPreviewOfABatch(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	small, priced := c.deduction(10_000), c.claim(dispute.Deduction, 10_000, "pricing")
	before := c.fingerprint()
	list, err := c.app.PreviewDecisions(t.Context(), c.analyst, bulk(dispute.DecideInvalid, small, priced))
	require.NoError(t, err)
	require.Equal(t, before, c.fingerprint())
	require.Equal(t, []any{"in_force", int64(10_000), small.Number}, []any{list[0].State, list[0].DeniedMinor, list[0].Number})
	require.Equal(t, []string{"refused", dispute.CodeEvidenceMissing}, []string{list[1].State, list[1].Code})

	done, err := c.app.DecideDisputes(t.Context(), c.analyst, bulk(dispute.DecideInvalid, small, priced))
	require.NoError(t, err)
	require.Equal(t, list, done, "it does what the preview said")
	require.Equal(t, dispute.AwaitingRepayment, c.file(small.ID).State)
	require.Equal(t, priced.State, c.file(priced.ID).State)
}

// The limit is tested with the total of the batch: many small claims are a large one.
func TestTheLimitTestsTheBatch(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	a, b := c.deduction(30_000), c.deduction(30_000)
	c.again(func(ctx context.Context) {
		list, err := c.app.DecideDisputes(ctx, c.analyst, bulk(dispute.DecideValid, a, b))
		require.NoError(t, err)
		require.Equal(t, []string{"proposed", "proposed"}, []string{list[0].State, list[1].State})
	})
	require.Equal(t, int64(60_000), c.approval(a.ID).AmountMinor)
	require.Equal(t, int64(2), c.number(`SELECT count(*) FROM dispute_decisions`))
	require.Equal(t, "in_force", c.one(dispute.DecideValid, c.deduction(50_000)).State)
}

// one decides on a batch of one.
func (c *court) one(kind dispute.DecisionKind, d dispute.Dispute) app.BulkDecided {
	c.t.Helper()
	list, err := c.app.DecideDisputes(c.t.Context(), c.analyst, bulk(kind, d))
	require.NoError(c.t, err)
	return list[0]
}

func TestBatchRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(10_000)
	refuse := func(code string, list []app.BulkDecision) {
		t.Helper()
		c.refuses(code, func(ctx context.Context) error { _, err := c.app.DecideDisputes(ctx, c.analyst, list); return err })
	}
	refuse(receivable.CodeInvalid, nil)
	refuse(receivable.CodeInvalid, bulk(dispute.DecideValid, d, d))
	refuse(receivable.CodeInvalid, make([]app.BulkDecision, 201))
	refuse("dispute.not_found", bulk(dispute.DecideValid, dispute.Dispute{ID: uuid.New()}))
	c.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := c.app.PreviewDecisions(ctx, c.collector, bulk(dispute.DecideValid, d))
		return err
	})
	require.Equal(t, receivable.CodeInvalid, c.one("guess", d).Code)
}
