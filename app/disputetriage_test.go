package app_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

func evidenceOf(f app.DisputeFile, kind string) dispute.Evidence {
	for _, e := range f.Evidence {
		if e.DocumentKind == kind {
			return e
		}
	}
	return dispute.Evidence{}
}

func TestTriageBringsChecklistAndDeadlines(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.claim(dispute.Deduction, 20_000, "ZZ-17")
	require.Equal(t, dispute.Opened, d.State, "nobody knows the code")
	require.Empty(t, d.Reason)
	c.deadline(d.ID, dispute.DeadlineTriage)
	tasks := func() int64 {
		return c.number(`SELECT count(*) FROM tasks WHERE dispute_id = $1 AND kind = 'dispute_triage' AND state = 'open'`, d.ID)
	}
	require.Equal(t, int64(1), tasks())
	f, err := c.app.TriageDispute(t.Context(), c.collector, d.ID, app.TriageInput{Reason: "pricing", Owner: "Ada", Version: d.Version})
	require.NoError(t, err)
	require.Zero(t, tasks())
	require.Equal(t, dispute.Investigating, f.State)
	require.Equal(t, []any{"pricing", "pricing", "Ada", false}, []any{f.Reason, f.Team, f.Owner, f.Trade})
	require.True(t, evidenceOf(f, "price_agreement").Mandatory)
	require.Equal(t, dispute.EvidenceNeeded, evidenceOf(f, "price_agreement").State)
	c.deadline(d.ID, dispute.DeadlineDecision)
	c.deadline(d.ID, dispute.DeadlineContest)
	for _, dl := range c.file(d.ID).Deadlines {
		require.False(t, dl.Kind == dispute.DeadlineTriage && dl.State == dispute.DeadlineOpen, "it was met")
	}
	c.recorded(d.ID, "dispute.triaged")
	require.Equal(t, f.Version, c.file(d.ID).Version)
}

func TestAnotherReasonWaivesWhatTheFirstNeeded(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.claim(dispute.Deduction, 20_000, "price difference")
	require.Equal(t, "pricing", d.Reason)
	f, err := c.app.TriageDispute(t.Context(), c.analyst, d.ID, app.TriageInput{Reason: "promotion", Priority: 1})
	require.NoError(t, err)
	require.True(t, f.Trade)
	require.Equal(t, []any{"sales", 1}, []any{f.Team, f.Priority})
	require.Equal(t, dispute.EvidenceWaived, evidenceOf(f, "price_agreement").State)
	require.Equal(t, dispute.EvidenceNeeded, evidenceOf(f, "promotion_contract").State)
	again, err := c.app.TriageDispute(t.Context(), c.analyst, d.ID, app.TriageInput{Owner: "Bo"})
	require.NoError(t, err)
	require.Len(t, again.Evidence, len(f.Evidence), "who owns it changes nothing else")
}

// What a person makes of the customer's words is what the rules make of them the next time; codes are nobody else's.
func TestTriageLearnsWords(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	first := c.claim(dispute.Deduction, 20_000, "Ladungsträger")
	require.Empty(t, first.Reason)
	_, err := c.app.TriageDispute(t.Context(), c.analyst, first.ID, app.TriageInput{Reason: "returns"})
	require.NoError(t, err)
	require.Equal(t, "returns", c.claim(dispute.Deduction, 10_000, "LADUNGSTRÄGER").Reason)
	coded := c.claim(dispute.Deduction, 20_000, "K 4711")
	_, err = c.app.TriageDispute(t.Context(), c.analyst, coded.ID, app.TriageInput{Reason: "returns"})
	require.NoError(t, err)
	require.Empty(t, c.claim(dispute.Deduction, 10_000, "K 4711").Reason)
}

func TestTriageRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	_, err := c.app.PutReasonCode(t.Context(), c.supervisor, dispute.ReasonCode{Code: "old_one", Name: "Old", Active: false})
	require.NoError(t, err)
	for _, r := range []struct {
		code string
		in   app.TriageInput
	}{
		{receivable.CodeInvalid, app.TriageInput{}},
		{receivable.CodeInvalid, app.TriageInput{Priority: 10}},
		{dispute.CodeReasonUnknown, app.TriageInput{Reason: "weather"}},
		{dispute.CodeReasonUnknown, app.TriageInput{Reason: "old_one"}},
		{app.CodeDisputeChanged, app.TriageInput{Reason: "pricing", Version: d.Version + 1}},
	} {
		c.refuses(r.code, func(ctx context.Context) error {
			_, err := c.app.TriageDispute(ctx, c.analyst, d.ID, r.in)
			return err
		})
	}
}

func TestEvidenceIsAskedForAndAnswered(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.claim(dispute.Deduction, 20_000, "pricing")
	f, err := c.app.RequestEvidence(t.Context(), c.analyst, d.ID, []app.EvidenceRequest{
		{Kind: "price_agreement", Note: "the one of May"}, {Kind: "correspondence", Team: "sales", DueOn: day("2026-03-20")},
	})
	require.NoError(t, err)
	asked, letter := evidenceOf(f, "price_agreement"), evidenceOf(f, "correspondence")
	require.Equal(t, []any{dispute.EvidenceRequested, true, "pricing", "analyst-1"}, []any{asked.State, asked.Mandatory, asked.Team, asked.RequestedBy})
	require.Equal(t, []any{dispute.EvidenceRequested, false, "sales", day("2026-03-20")}, []any{letter.State, letter.Mandatory, letter.Team, letter.DueOn})
	require.Equal(t, int64(2), c.number(`SELECT count(*) FROM tasks WHERE kind = 'dispute_evidence' AND state = 'open' AND dispute_id = $1`, d.ID))
	require.Equal(t, int64(2), c.number(`SELECT count(*) FROM dispute_deadlines WHERE dispute_id = $1 AND evidence_id IS NOT NULL AND state = 'open'`, d.ID))

	document := c.document("price_agreement")
	c.again(func(ctx context.Context) {
		f, err = c.app.AnswerEvidence(ctx, c.analyst, d.ID, asked.ID, app.EvidenceAnswer{State: dispute.EvidenceReceived, DocumentID: c.id(document)})
		require.NoError(t, err)
	})
	require.Equal(t, document, evidenceOf(f, "price_agreement").DocumentID.UUID)
	_, err = c.app.AnswerEvidence(t.Context(), c.analyst, d.ID, letter.ID, app.EvidenceAnswer{State: dispute.EvidenceNotFound})
	require.NoError(t, err)
	require.Zero(t, c.number(`SELECT count(*) FROM tasks WHERE kind = 'dispute_evidence' AND state = 'open'`))
	require.Zero(t, c.number(`SELECT count(*) FROM dispute_deadlines WHERE evidence_id IS NOT NULL AND state = 'open'`))
	require.Equal(t, d.State, c.file(d.ID).State, "evidence moves nothing on")
	told, err := c.app.DisputeTimeline(t.Context(), c.reader, d.ID, port.Page{})
	require.NoError(t, err)
	require.NotEmpty(t, told.Items)
	for _, line := range told.Items {
		require.NotEmpty(t, line.Text)
	}
}

func TestEvidenceRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.claim(dispute.Deduction, 20_000, "pricing")
	piece := evidenceOf(c.file(d.ID), "price_agreement").ID
	other := c.newCustomer("K-2")
	foreign, err := c.app.StoreDocument(t.Context(), c.collector, app.NewDocument{
		CustomerID: c.id(other.ID), Kind: "claim", Filename: "b.txt", MediaType: "text/plain", Content: strings.NewReader("theirs"),
	})
	require.NoError(t, err)
	answer := func(code string, id uuid.UUID, in app.EvidenceAnswer) {
		t.Helper()
		c.refuses(code, func(ctx context.Context) error {
			_, err := c.app.AnswerEvidence(ctx, c.analyst, d.ID, id, in)
			return err
		})
	}
	answer(receivable.CodeInvalid, piece, app.EvidenceAnswer{State: "lost"})
	answer(receivable.CodeInvalid, piece, app.EvidenceAnswer{State: dispute.EvidenceReceived})
	answer(receivable.CodeInvalid, piece, app.EvidenceAnswer{State: dispute.EvidenceWaived})
	answer(app.CodeEvidenceNotFound, uuid.New(), app.EvidenceAnswer{State: dispute.EvidenceNotFound})
	answer("document.not_found", piece, app.EvidenceAnswer{State: dispute.EvidenceReceived, DocumentID: c.id(uuid.New())})
	answer(receivable.CodeCustomerDiffers, piece, app.EvidenceAnswer{State: dispute.EvidenceReceived, DocumentID: c.id(foreign.ID)})
	for _, list := range [][]app.EvidenceRequest{nil, {{Kind: "rumour"}}, make([]app.EvidenceRequest, 21)} {
		c.refuses(receivable.CodeInvalid, func(ctx context.Context) error {
			_, err := c.app.RequestEvidence(ctx, c.analyst, d.ID, list)
			return err
		})
	}
	c.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := c.app.RequestEvidence(ctx, c.reader, d.ID, []app.EvidenceRequest{{Kind: "claim"}})
		return err
	})
	c.oneState(d.ID, dispute.Closed)
	c.refuses(dispute.CodeNotNow, func(ctx context.Context) error {
		_, err := c.app.RequestEvidence(ctx, c.analyst, d.ID, []app.EvidenceRequest{{Kind: "claim"}})
		return err
	})
	answer(dispute.CodeNotNow, piece, app.EvidenceAnswer{State: dispute.EvidenceNotFound})
}

func TestTheCustomerIsAskedAndAnswers(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	f, err := c.app.AskCustomer(t.Context(), c.collector, d.ID, app.CustomerQuestion{Note: "Which boxes?", ReplyBy: day("2026-03-12")})
	require.NoError(t, err)
	require.Equal(t, dispute.AwaitingCustomer, f.State)
	require.Equal(t, day("2026-03-12"), c.deadline(d.ID, dispute.DeadlineCustomerReply).DueOn)
	f, err = c.app.CustomerReplied(t.Context(), c.collector, d.ID, "All of them.")
	require.NoError(t, err)
	require.Equal(t, dispute.Investigating, f.State)
	require.Zero(t, c.number(`SELECT count(*) FROM dispute_deadlines WHERE kind = 'customer_reply' AND state = 'open'`))
	require.Equal(t, int64(2), c.number(`SELECT count(*) FROM notes`))
	c.recorded(d.ID, "dispute.customer_asked", "dispute.customer_replied")
}
