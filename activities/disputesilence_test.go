package activities_test

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/internal/testkit/pump"
)

func hashOf(ap casework.Approval) string { return hex.EncodeToString(ap.ContentHash[:]) }

// proposal denies and submits a claim and has an analyst propose to give it up, or to settle it.
func proposal(t *testing.T, p *pump.Pump, kind dispute.DecisionKind) app.DisputeFile {
	t.Helper()
	f, _ := taxed(t, p)
	decide(t, p, f.Dispute, app.NewDecision{Kind: dispute.DecideInvalid, Reason: "tax", PayableBy: p.Today().AddDays(60)})
	p.RunUntilQuiet()
	_, err := p.App.SubmitDispute(t.Context(), pump.Admin, f.ID, app.NewRound{Channel: "portal", PortalReference: "P-1", ReplyBy: p.Today().AddDays(1)})
	require.NoError(t, err)
	ana := access.Principal{ID: "ana", Name: "Ana", Role: access.Analyst}
	if kind == dispute.DecideGiveUp {
		f, err = p.App.GiveUpDispute(t.Context(), ana, f.ID, app.Settlement{AmountMinor: 50_00})
	} else {
		f, err = p.App.SettleDispute(t.Context(), ana, f.ID, app.Settlement{AmountMinor: 50_00})
	}
	require.NoError(t, err)
	require.Equal(t, dispute.AwaitingApproval, f.State)
	return f
}

// A customer that does not answer a denial while giving up or a settlement is proposed has not answered it: the round ends,
// the proposal stands, and after its refusal, or for what it leaves, the denied amount is collected.
func TestARoundEndsWhileGivingUpIsProposed(t *testing.T) {
	t.Parallel()
	for _, kind := range []dispute.DecisionKind{dispute.DecideGiveUp, dispute.DecideSettle} {
		for _, approve := range []bool{true, false} {
			t.Run(string(kind), func(t *testing.T) {
				t.Parallel()
				p := newPump(t)
				f := proposal(t, p, kind)
				ap := p.OpenApprovals()[0]
				p.Through(p.Today().AddDays(2).String())
				f = claimCase(t, p, f.ID)
				require.Equal(t, dispute.AwaitingApproval, f.State, "the proposal stands")
				require.Equal(t, ap.ID, p.OpenApprovals()[0].ID)
				require.Equal(t, ap.ContentHash, p.OpenApprovals()[0].ContentHash)
				require.Equal(t, "no_answer", f.Rounds[0].Answer)
				require.NotNil(t, f.Rounds[0].AnsweredAt)
				require.Equal(t, dispute.DeadlineLapsed, deadline(t, f, dispute.DeadlineCustomerReply).State)
				rule(t, p, approve)
				f = claimCase(t, p, f.ID)
				require.Equal(t, dispute.AwaitingRepayment, f.State)
				denied := int64(200_00)
				if approve {
					denied = 150_00
				}
				require.Equal(t, denied, f.Amounts().DeniedMinor)
				_, err := p.App.AnswerDispute(t.Context(), pump.Admin, f.ID, app.ContestAnswer{Answer: "accepted"})
				require.Error(t, err, "the round is over")
			})
		}
	}
}

// A proposal that is refused in time leaves the contest as it was.
func TestARefusedProposalLeavesTheContestOn(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	f := proposal(t, p, dispute.DecideGiveUp)
	rule(t, p, false)
	require.Equal(t, dispute.Contested, claimCase(t, p, f.ID).State)
	p.Through(p.Today().AddDays(2).String())
	require.Equal(t, dispute.AwaitingRepayment, claimCase(t, p, f.ID).State)
}

// A question whose answer is not needed any more because a decision is proposed lapses into nothing.
func TestAQuestionEndsWithAProposal(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	f, _ := taxed(t, p)
	_, err := p.App.AskCustomer(t.Context(), pump.Admin, f.ID, app.CustomerQuestion{Note: "Which?", ReplyBy: p.Today().AddDays(1)})
	require.NoError(t, err)
	f, err = p.App.DecideDispute(t.Context(), access.Principal{ID: "ana", Name: "Ana", Role: access.Analyst}, f.ID,
		app.NewDecision{Kind: dispute.DecideInvalid, Reason: "tax"})
	require.NoError(t, err)
	reply := deadline(t, f, dispute.DeadlineCustomerReply)
	require.Equal(t, dispute.DeadlineCancelled, reply.State)
	p.Through(p.Today().AddDays(3).String())
	require.Empty(t, deadlineTasks(p, reply.ID.String()+"/lapsed"))
	require.Equal(t, dispute.AwaitingApproval, claimCase(t, p, f.ID).State)
}

// Messages about a claim go at once, at any hour and on any day: they answer. What tells that we are late, and the demands of
// the ladder, go by day.
func TestMessagesAboutAClaimGoAtOnce(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.At("2024-01-06") // a Saturday
	p.Step(10 * time.Hour)
	require.Greater(t, p.Now().Hour(), 20)
	f, _ := taxed(t, p)
	require.Equal(t, []string{"acknowledgement sent"}, told(t, p, f.ID))
	decision := deadline(t, f, dispute.DeadlineDecision)
	p.Through(decision.DueOn.AddDays(1).String())
	messages := claimCase(t, p, f.ID).Messages
	at := slices.IndexFunc(messages, func(m dispute.Message) bool { return m.Kind == "delay" })
	require.GreaterOrEqual(t, at, 0)
	require.Equal(t, 8, messages[at].SentAt.UTC().Hour(), "not at midnight")
	p.Step(13 * time.Hour)
	decide(t, p, f.Dispute, app.NewDecision{Kind: dispute.DecideInvalid, Reason: "tax", PayableBy: p.Today()})
	night := p.Now()
	p.RunUntilQuiet()
	require.Equal(t, []string{"acknowledgement sent", "delay sent", "denial sent"}, told(t, p, f.ID))
	require.Equal(t, night, p.Now())
	require.Empty(t, p.Sent(), "the demand waits for its day and its window")
}

// A memo that is late is told as that: the claim is decided.
func TestALateMemoIsNotALateDecision(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	f, _ := taxed(t, p)
	decide(t, p, f.Dispute, app.NewDecision{Kind: dispute.DecideValid, Reason: "tax"})
	p.RunUntilQuiet()
	memo := deadline(t, claimCase(t, p, f.ID), dispute.DeadlineCreditMemo)
	p.Through(memo.DueOn.AddDays(1).String())
	all := mails(p)
	require.Contains(t, all[len(all)-1], "you should have had our credit memo")
	require.NotContains(t, all[len(all)-1], "still looking into it")
}
