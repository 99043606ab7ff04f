package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/port"
)

const rawMail = "Subject: Final demand\r\n\r\nPlease pay.\r\n"

// draft leaves a notice that waits for approval by the role, as the engine does, and returns notice and approval.
func (s *system) draft(customer, invoice answeredIDs, role access.Role, proposers ...string) (noticeID, approvalID string) {
	s.t.Helper()
	n := notice.Notice{
		ID: newID(s.t), CustomerID: customer.id, Currency: "EUR", Channel: receivable.Email, Kind: notice.Dunning, Stage: "final", State: notice.Draft,
		Language: "en", TimeZone: "Europe/Berlin", OpensAt: noon, SealAfter: noon, Window: calendar.Window{From: 480, To: 1080}, Calendar: "DE",
		Recipient: "accounts@example.com", Template: "final", Subject: "Final demand", AskedMinor: 100_00, CreatedAt: noon, MessageID: "<1@reply.example.com>",
	}
	hash := sha256.Sum256([]byte(rawMail))
	n.ContentHash = hash[:]
	step := casework.Step{
		ID: newID(s.t), ItemID: invoice.item, CaseID: invoice.id, Stage: "final", Cycle: 1, Attempt: 1, Action: "notice", State: casework.StepAwaitingApproval,
		NoticeID: uuid.NullUUID{UUID: n.ID, Valid: true}, AskMinor: 100_00, DecidedOn: calendar.MustDate("2026-03-31"),
	}
	ap := casework.Approval{
		ID: newID(s.t), SubjectKind: "notice", SubjectID: n.ID, CustomerID: customer.id, Stage: "final", Role: string(role), State: casework.ApprovalOpen,
		ContentHash: hash, Summary: "Final demand over EUR 100.00", AmountMinor: 100_00, Currency: "EUR", Proposers: proposers, AtDeadline: "remind",
		DeadlineDays: 3, DueAt: noon.AddDate(0, 0, 3), RequestedAt: noon,
	}
	require.NoError(s.t, s.db.InTx(s.t.Context(), func(ctx context.Context, tx port.Tx) error {
		c, err := tx.Case(ctx, invoice.id)
		if err != nil {
			return err
		}
		line := notice.Line{
			ID: newID(s.t), NoticeID: n.ID, ItemID: invoice.item, CaseID: invoice.id, StepID: step.ID, Stage: "final", Level: 3, State: notice.LineLive,
			OpenMinor: 100_00, AskMinor: 100_00, DaysPastDue: 40, PolicyVersionID: c.PolicyVersionID, Template: "final",
		}
		return tx.Write(ctx, port.Work{
			Notices: []port.NoticeWrite{{Notice: n, Raw: []byte(rawMail)}}, Steps: []casework.Step{step}, Lines: []notice.Line{line},
			Approvals: []casework.Approval{ap},
		})
	}))
	return n.ID.String(), ap.ID.String()
}

// answeredIDs are the ids in an answer.
type answeredIDs struct{ id, item uuid.UUID }

func newID(t *testing.T) uuid.UUID {
	t.Helper()
	id, err := uuid.NewV7()
	require.NoError(t, err)
	return id
}

func (s *system) collectable() (customer, invoice answeredIDs) {
	s.t.Helper()
	customer.id = uuid.MustParse(s.customer("C-1"))
	made := s.invoice(customer.id.String(), "I-1", 100_00)
	return customer, answeredIDs{id: uuid.MustParse(made.text("id")), item: uuid.MustParse(made.text("items.0.id"))}
}

func decision(verdict string) map[string]any {
	hash := sha256.Sum256([]byte(rawMail))
	return map[string]any{"decision": verdict, "content_hash": hex.EncodeToString(hash[:]), "comment": "seen"}
}

func TestAnApprovalIsShownAndApprovedOnce(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer, invoice := s.collectable()
	s.as(access.Supervisor, http.MethodPost, "/v1/receipts", map[string]any{
		"source": "bank", "number": "Z-1", "customer_id": customer.id.String(), "currency": "EUR", "amount_minor": 25_00, "value_date": "2026-03-02",
	}).ok(http.StatusCreated)
	draft, approval := s.draft(customer, invoice, access.Supervisor)
	path := "/v1/approvals/" + approval

	open := s.as(access.Collector, http.MethodGet, "/v1/approvals?status=open&role=supervisor&customer_id="+customer.id.String(), nil).ok(http.StatusOK)
	require.Equal(t, approval, open.text("items.0.id"))
	require.Equal(t, int64(25_00), open.int("items.0.cash_minor"), "what the customer has on account")
	shown := s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK)
	require.Equal(t, int64(100_00), shown.int("amount_minor"))
	require.Equal(t, []any{}, shown.field("proposers"))

	s.as(access.Collector, http.MethodPost, path+"/decision", decision("approve")).refused(http.StatusForbidden, "approval.role")
	other := decision("approve")
	other["content_hash"] = hex.EncodeToString(make([]byte, 32))
	s.as(access.Supervisor, http.MethodPost, path+"/decision", other).refused(http.StatusPreconditionFailed, "approval.content_changed")

	decided := s.as(access.Supervisor, http.MethodPost, path+"/decision", decision("approve"), headerIdempotencyKey, "yes").ok(http.StatusOK)
	require.Equal(t, "approved", decided.text("state"))
	require.Equal(t, "sealed", s.as(access.Auditor, http.MethodGet, "/v1/notices/"+draft, nil).text("state"))
	s.as(access.Supervisor, http.MethodPost, path+"/decision", decision("reject")).refused(http.StatusConflict, "approval.not_open")

	before := s.rows()
	s.forgetAnswers()
	again := s.as(access.Supervisor, http.MethodPost, path+"/decision", decision("approve"), headerIdempotencyKey, "yes").ok(http.StatusOK)
	require.JSONEq(t, decided.Body.String(), again.Body.String())
	require.Equal(t, before, s.rows())
}

func TestARejectionNeedsAWord(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer, invoice := s.collectable()
	_, approval := s.draft(customer, invoice, access.Collector)
	path := "/v1/approvals/" + approval + "/decision"
	silent := decision("reject")
	delete(silent, "comment")
	got := s.as(access.Collector, http.MethodPost, path, silent).refused(http.StatusBadRequest, "approval.invalid")
	require.Contains(t, fieldCodesIn(problemIn(t, got.ResponseRecorder)), "comment")
	rejected := s.as(access.Collector, http.MethodPost, path, decision("reject")).ok(http.StatusOK)
	require.Equal(t, "rejected", rejected.text("state"))
	require.Equal(t, "seen", rejected.text("comment"))
}

func TestWhoProposedMayNotApprove(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer, invoice := s.collectable()
	me := s.as(access.Supervisor, http.MethodGet, "/v1/me", nil).text("id")
	_, approval := s.draft(customer, invoice, access.Supervisor, me)
	path := "/v1/approvals/" + approval + "/decision"
	s.as(access.Supervisor, http.MethodPost, path, decision("approve")).refused(http.StatusForbidden, "approval.four_eyes")
	s.as(access.Auditor, http.MethodPost, path, decision("approve")).refused(http.StatusForbidden, access.CodeForbidden)
	refusals := s.as(access.Auditor, http.MethodGet, "/v1/audit-entries?subject_id="+approval, nil).ok(http.StatusOK)
	require.Equal(t, "approval.refused", refusals.text("items.0.action"))
	s.as(access.Admin, http.MethodPost, path, decision("approve")).ok(http.StatusOK)
}

func TestANoticeIsShownAsItIsSent(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer, invoice := s.collectable()
	draft, _ := s.draft(customer, invoice, access.Supervisor)
	shown := s.as(access.Collector, http.MethodGet, "/v1/notices/"+draft, nil).ok(http.StatusOK)
	require.Equal(t, int64(40), shown.int("lines.0.days_past_due"))
	require.Equal(t, "accounts@example.com", shown.text("recipient"))
	for query, want := range map[string]int{"state=draft": 1, "state=sent": 0, "channel=email": 1, "channel=letter": 0, "invoice_id=" + invoice.id.String(): 1} {
		require.Len(t, s.as(access.Collector, http.MethodGet, "/v1/notices?"+query, nil).ok(http.StatusOK).field("items"), want, query)
	}
	raw := s.as(access.Collector, http.MethodGet, "/v1/notices/"+draft+"/raw", nil).ok(http.StatusOK)
	require.Equal(t, rawMail, raw.Body.String())
	require.Equal(t, "message/rfc822", raw.Header().Get("Content-Type"))
	require.Contains(t, raw.Header().Get("Content-Disposition"), "attachment")
	s.as(access.Collector, http.MethodGet, "/v1/notices/"+sampleID+"/raw", nil).refused(http.StatusNotFound, "notice.not_found")
	steps := s.as(access.Collector, http.MethodGet, "/v1/invoices/"+invoice.id.String()+"/case", nil).ok(http.StatusOK)
	require.Equal(t, "awaiting_approval", steps.text("steps.0.state"))
}

func TestEachChannelHasItsOwnForm(t *testing.T) {
	t.Parallel()
	for channel, want := range map[receivable.Channel]string{
		receivable.Email: ".eml", receivable.Letter: ".pdf", receivable.Webhook: ".json", receivable.SMS: ".json",
	} {
		_, ending := rawType(channel)
		require.Equal(t, want, ending)
	}
}
