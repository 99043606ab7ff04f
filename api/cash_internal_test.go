package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
)

// waiting loads a day with one payment of nobody known, and returns what waits for a clerk.
func (s *system) waiting(minor int64, payer, text string) answered {
	s.t.Helper()
	s.ours()
	s.loaded("day.json", aStatement(0, minor, aCredit("B1", minor, payer, text)))
	list := s.as(access.Auditor, http.MethodGet, "/v1/cash-exceptions?kind=receipt", nil).ok(http.StatusOK)
	require.Len(s.t, list.field("items"), 1)
	return s.as(access.Clerk, http.MethodGet, "/v1/cash-exceptions/"+list.text("items.0.id"), nil).ok(http.StatusOK)
}

// act settles something on the clerks' list.
func (s *system) act(role access.Role, id, what string, body any) answered {
	s.t.Helper()
	return s.as(role, http.MethodPost, "/v1/cash-exceptions/"+id+"/"+what, body)
}

func TestWhatWaitsIsTakenIdentifiedAndAppliedByHand(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	invoice := s.invoice(customer, "RE-1001", 100_00)
	other := s.invoice(customer, "RE-1002", 30_00)
	e := s.waiting(120_00, "Nobody Known", "thanks")
	id := e.text("id")
	require.Equal(t, "open", e.text("state"))
	require.Equal(t, int64(120_00), e.int("amount_minor"))
	require.Equal(t, "Nobody Known", e.text("payment.payer"))
	require.Equal(t, "unidentified", e.text("receipt.match_state"))
	require.Equal(t, "Nobody Known", e.text("receipt.payer"))
	row := s.as(access.Auditor, http.MethodGet, "/v1/cash-exceptions", nil).ok(http.StatusOK)
	require.Equal(t, "Nobody Known", row.text("items.0.payer"))
	require.Equal(t, "nobody_identified", row.text("items.0.why.0"))
	require.Equal(t, "Nobody is known to have paid it", row.text("items.0.words.0"))
	require.Zero(t, row.int("items.0.age_days"))
	sums := s.as(access.Auditor, http.MethodGet, "/v1/cash-exceptions/waiting", nil).ok(http.StatusOK)
	require.Equal(t, int64(120_00), sums.int("items.0.amount_minor"))

	taken := s.act(access.Clerk, id, "take", nil).ok(http.StatusOK)
	require.NotEmpty(t, taken.text("owner"))
	s.act(access.Supervisor, id, "take", nil).refused(http.StatusConflict, "cash_exception.taken")
	s.act(access.Supervisor, id, "identify", map[string]any{"customer_id": customer}).refused(http.StatusConflict, "cash_exception.taken")
	s.act(access.Clerk, id, "identify", map[string]any{"customer_id": customer, "version": e.int("version")}).
		refused(http.StatusPreconditionFailed, "cash_exception.changed")
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/cash-exceptions?free=true", nil).field("items"))

	known := s.act(access.Clerk, id, "identify", map[string]any{"customer_id": customer, "version": taken.int("version")}).ok(http.StatusOK)
	require.Equal(t, customer, known.text("receipt.customer_id"))
	for _, p := range known.field("proposals").([]any) {
		require.NotEmpty(t, p.(map[string]any)["words"])
	}
	settled := s.act(access.Clerk, id, "allocate", map[string]any{"on_account": true, "lines": []any{
		map[string]any{"item_id": invoice.text("items.0.id"), "amount_minor": 95_00, "claim": map[string]any{"amount_minor": 5_00, "reason": "SH"}},
	}}).ok(http.StatusOK)
	require.Equal(t, "closed", settled.text("state"), settled.Body.String())
	require.Equal(t, int64(95_00), settled.int("receipt.applied_minor"))
	require.Equal(t, int64(25_00), settled.int("receipt.on_account_minor"))
	require.Equal(t, "done", settled.text("receipt.match_state"))
	s.act(access.Clerk, id, "release", nil).refused(http.StatusConflict, "cash_exception.closed")
	receipt := settled.text("receipt.id")
	s.as(access.Auditor, http.MethodGet, "/v1/receipts/"+receipt+"/proposals", nil).ok(http.StatusOK)
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/cash-exceptions?state=closed&receipt_id="+receipt, nil).field("items"), 1)
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/cash-exceptions?currency=EUR&min_minor=1&why=nobody_identified", nil).field("items"))

	moved := s.as(access.Clerk, http.MethodPost, "/v1/applications/undo", map[string]any{"receipt_id": receipt, "reason": "the wrong invoice",
		"lines": []any{map[string]any{"item_id": other.text("items.0.id"), "amount_minor": 30_00}}}).ok(http.StatusOK)
	require.Equal(t, int64(30_00), moved.int("applied_minor"), moved.Body.String())
	require.Equal(t, int64(90_00), moved.int("on_account_minor"))
}

func TestMoneyIsHeldFreedAndNotOurs(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	e := s.waiting(120_00, "Nobody Known", "thanks")
	id := e.text("id")
	held := s.act(access.Clerk, id, "hold", map[string]any{"reason": "sanctions"}).ok(http.StatusOK)
	require.Equal(t, "held", held.text("receipt.match_state"))
	require.Equal(t, "sanctions", held.text("receipt.held_reason"))
	s.act(access.Clerk, id, "free", nil).refused(http.StatusForbidden, access.CodeForbidden)
	require.Equal(t, "proposed", s.act(access.Supervisor, id, "free", nil).ok(http.StatusOK).text("receipt.match_state"))
	gone := s.act(access.Clerk, id, "not-ours", nil).ok(http.StatusOK)
	require.Equal(t, "closed", gone.text("state"))
	require.Equal(t, "other_entity", gone.text("receipt.held_reason"))
	s.act(access.Clerk, id, "resolve", nil).refused(http.StatusConflict, "cash_exception.closed")

	refund := s.as(access.Clerk, http.MethodPost, "/v1/refunds", map[string]any{
		"receipt_id": gone.text("receipt.id"), "amount_minor": 120_00, "reason": "it is not for us",
	}).ok(http.StatusCreated)
	require.Equal(t, "proposed", refund.text("state"))
	path := "/v1/refunds/" + refund.text("id")
	s.as(access.Collector, http.MethodPost, path+"/decision", map[string]any{"approve": true}).refused(http.StatusForbidden, "approval.role")
	s.as(access.Admin, http.MethodPost, path+"/decision", map[string]any{"approve": false}).refused(http.StatusBadRequest, "receivable.invalid")
	s.as(access.Clerk, http.MethodPost, path+"/payment", map[string]any{"paid_on": "2026-03-31"}).refused(http.StatusConflict, "refund.not_approved")
	approved := s.as(access.Admin, http.MethodPost, path+"/decision", map[string]any{"approve": true, "comment": "seen", "version": refund.int("version")}).ok(http.StatusOK)
	require.Equal(t, "approved", approved.text("state"))
	require.Equal(t, "seen", approved.text("comment"))
	paid := s.as(access.Clerk, http.MethodPost, path+"/payment", map[string]any{"paid_on": "2026-03-31"}).ok(http.StatusOK)
	require.Equal(t, "paid", paid.text("state"))
	require.Equal(t, paid.Body.String(), s.as(access.Auditor, http.MethodGet, path, nil).Body.String())
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/refunds?state=paid&receipt_id="+gone.text("receipt.id"), nil).field("items"), 1)
	receipt := s.as(access.Auditor, http.MethodGet, "/v1/receipts/"+gone.text("receipt.id"), nil).ok(http.StatusOK)
	require.Equal(t, int64(120_00), receipt.int("refunded_minor"))
}

func TestAProposalIsAppliedOrRejected(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	s.invoice(customer, "RE-1001", 100_00)
	s.invoice(customer, "RE-1002", 100_00)
	e := s.waiting(100_00, "Customer C-1", "an invoice") // which of the two?
	id := e.text("id")
	require.NotEmpty(t, e.field("proposals"), e.Body.String())
	require.NotEmpty(t, e.text("proposals.0.words.0"))
	require.NotEmpty(t, e.text("proposals.0.reasons.0.words"))
	require.Equal(t, int64(100_00), e.int("proposals.0.applications.0.amount_minor"))
	require.Equal(t, customer, e.text("customer_id"), "the likely one")
	s.act(access.Clerk, id, "reject", map[string]any{"proposal_id": sampleID}).refused(http.StatusNotFound, "cash_proposal.not_found")
	first := e.text("proposals.0.id")
	done := s.act(access.Clerk, id, "apply", map[string]any{"proposal_id": first, "version": e.int("version")}).ok(http.StatusOK)
	require.Equal(t, "closed", done.text("state"))
	require.Equal(t, int64(100_00), done.int("receipt.applied_minor"))
	s.act(access.Clerk, id, "apply", map[string]any{"proposal_id": first}).refused(http.StatusConflict, "cash_exception.closed")
	invoice := s.as(access.Auditor, http.MethodGet, "/v1/invoices?customer_id="+customer, nil).ok(http.StatusOK)
	require.NotEmpty(t, invoice.field("items"))
}

func TestRulesOfMatchingAreVersioned(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	publish := func(role access.Role, rules map[string]any) answered {
		return s.as(role, http.MethodPost, "/v1/cash-rules", map[string]any{"scope": "segment", "segment": "small", "rules": rules})
	}
	publish(access.Clerk, map[string]any{}).refused(http.StatusForbidden, access.CodeForbidden)
	one := publish(access.Supervisor, map[string]any{"automatic_from": 900}).ok(http.StatusCreated)
	require.Equal(t, int64(1), one.int("version"))
	require.Equal(t, "/v1/cash-rules/"+one.text("id"), one.Header().Get("Location"))
	require.Equal(t, one.text("id"), publish(access.Supervisor, map[string]any{"automatic_from": 900}).ok(http.StatusCreated).text("id"))
	two := publish(access.Supervisor, map[string]any{"automatic_from": 950}).ok(http.StatusCreated)
	require.Equal(t, int64(2), two.int("version"))
	require.Equal(t, http.StatusBadRequest, publish(access.Supervisor, map[string]any{"surprise": 1}).Code)
	require.JSONEq(t, one.Body.String(), s.as(access.Auditor, http.MethodGet, "/v1/cash-rules/"+one.text("id"), nil).ok(http.StatusOK).Body.String())
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/cash-rules", nil).field("items"), 2)
	again := s.as(access.Clerk, http.MethodPost, "/v1/cash-exceptions/rematch", nil).ok(http.StatusOK)
	require.Zero(t, again.int("applied"))
	s.as(access.Auditor, http.MethodGet, "/v1/cash-rules/"+sampleID, nil).refused(http.StatusNotFound, "cash_rules.not_found")
}
