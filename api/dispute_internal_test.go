package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
)

// shorted enters an invoice of 1,000 of which 800 were paid and 200 withheld, and returns the case of the 200.
func (s *system) shorted(customer, number, reason string) answered {
	s.t.Helper()
	s.invoice(customer, number, 1000_00)
	made := s.as(access.Analyst, http.MethodPost, "/v1/short-payments", map[string]any{
		"receipt": map[string]any{
			"source": "bank", "number": "B-" + number, "customer_id": customer, "currency": "EUR", "amount_minor": 800_00, "value_date": "2026-03-31",
			"applications": []any{map[string]any{"invoice_number": number, "amount_minor": 800_00}},
		},
		"claims": []any{map[string]any{"invoice_number": number, "amount_minor": 200_00, "customer_reason": reason, "claim_reference": "DM-" + number}},
	}).ok(http.StatusCreated)
	return s.as(access.Analyst, http.MethodGet, "/v1/disputes/"+made.text("disputes.0.id"), nil).ok(http.StatusOK)
}

// unlimited lets the role decide alone.
func (s *system) unlimited(role access.Role) {
	s.t.Helper()
	for _, kind := range []string{"valid", "invalid", "concession", "give_up"} {
		s.as(access.Admin, http.MethodPut, "/v1/approval-limits/"+string(role)+"/EUR/"+kind, map[string]any{"amount_minor": 1_000_000_00}).ok(http.StatusOK)
	}
}

// prove answers every piece of evidence that the case needs.
func (s *system) prove(file answered) {
	s.t.Helper()
	pieces, _ := file.field("evidence").([]any)
	for _, piece := range pieces {
		id := piece.(map[string]any)["id"].(string)
		s.as(access.Analyst, http.MethodPost, "/v1/disputes/"+file.text("id")+"/evidence/"+id, map[string]any{"state": "waived", "note": "known"}).ok(http.StatusOK)
	}
}

// do posts to a path of the case.
func (s *system) do(role access.Role, file answered, path string, body map[string]any) answered {
	s.t.Helper()
	return s.as(role, http.MethodPost, "/v1/disputes/"+file.text("id")+"/"+path, body)
}

func TestAShortPaymentBecomesADeniedDeduction(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.unlimited(access.Analyst)
	customer := s.customer("C-1")
	file := s.shorted(customer, "I-1", "shortage")
	require.Equal(t, "investigating", file.text("state"))
	require.Equal(t, "shortage", file.text("reason"))
	require.Equal(t, int64(200_00), file.int("undecided_minor"))
	require.Equal(t, "short_payment", file.text("source"))
	require.Contains(t, file.field("allowed"), "decide")
	require.NotEmpty(t, file.field("deadlines"))
	invoice := s.as(access.Auditor, http.MethodGet, "/v1/invoices?number=I-1", nil).text("items.0.id")
	require.Equal(t, int64(200_00), s.as(access.Auditor, http.MethodGet, "/v1/invoices/"+invoice, nil).int("items.0.moved_minor"))

	s.do(access.Analyst, file, "decision", map[string]any{"kind": "invalid", "reason": "shortage"}).
		refused(http.StatusConflict, "dispute.evidence_missing")
	s.prove(file)
	s.do(access.Collector, file, "decision", map[string]any{"kind": "invalid", "reason": "shortage"}).refused(http.StatusForbidden, access.CodeForbidden)
	decided := s.do(access.Analyst, file, "decision", map[string]any{
		"kind": "partially_valid", "valid_minor": 120_00, "denied_minor": 80_00, "reason": "shortage", "comment": "Six of ten were signed for.",
	}).ok(http.StatusOK)
	require.Equal(t, "awaiting_credit_memo", decided.text("state"))
	require.Equal(t, int64(80_00), decided.int("denied_minor"))
	require.Equal(t, int64(120_00), decided.int("credit_due_minor"))
	require.Equal(t, "partially_valid", decided.text("decisions.0.kind"))
	require.Equal(t, "in_force", decided.text("decisions.0.state"))
	require.NotEmpty(t, decided.text("payable_by"))

	memo := map[string]any{"number": "M-1", "customer_id": customer, "currency": "EUR", "amount_minor": 120_01, "memo_date": "2026-03-31", "dispute_id": file.text("id")}
	s.as(access.Supervisor, http.MethodPost, "/v1/credit-memos", memo).refused(http.StatusConflict, "credit_memo.exceeds_claim")
	memo["amount_minor"] = 120_00
	s.as(access.Supervisor, http.MethodPost, "/v1/credit-memos", memo).ok(http.StatusCreated)
	credited := s.as(access.Auditor, http.MethodGet, "/v1/disputes/"+file.text("id"), nil).ok(http.StatusOK)
	require.Equal(t, int64(120_00), credited.int("credited_minor"))
	require.Equal(t, "awaiting_repayment", credited.text("state"))

	submitted := s.do(access.Analyst, file, "submission", map[string]any{"channel": "portal", "portal_reference": "P-9", "reply_by": "2026-04-30"}).ok(http.StatusOK)
	require.Equal(t, "contested", submitted.text("state"))
	require.Equal(t, "P-9", submitted.text("rounds.0.portal_reference"))
	answered := s.do(access.Analyst, file, "answer", map[string]any{"answer": "refused", "note": "They do not agree."}).ok(http.StatusOK)
	require.Equal(t, "refused_by_customer", answered.text("state"))
	appealed := s.do(access.Analyst, file, "appeal", map[string]any{"reason": "New papers."}).ok(http.StatusOK)
	require.Equal(t, int64(80_00), appealed.int("undecided_minor"))
	require.Zero(t, appealed.int("denied_minor"))
	s.do(access.Analyst, file, "decision", map[string]any{"kind": "invalid", "reason": "shortage"}).refused(http.StatusForbidden, "dispute.same_decider")
	again := s.do(access.Supervisor, file, "decision", map[string]any{"kind": "invalid", "reason": "shortage"})
	require.Contains(t, []int{http.StatusOK}, again.Code, again.Body)

	told := s.as(access.Auditor, http.MethodGet, "/v1/disputes/"+file.text("id")+"/timeline?limit=2", nil).ok(http.StatusOK)
	require.Len(t, told.field("items"), 2)
	require.NotEmpty(t, told.text("next_cursor"))
	next := s.as(access.Auditor, http.MethodGet, "/v1/disputes/"+file.text("id")+"/timeline?limit=2&cursor="+told.text("next_cursor"), nil).ok(http.StatusOK)
	require.NotEqual(t, told.text("items.0.id"), next.text("items.0.id"))
}

func TestACaseIsOpenedOncePerKey(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	body := map[string]any{"kind": "deduction", "customer_id": customer, "currency": "EUR", "amount_minor": 75_00, "customer_reason": "penalty", "claim_reference": "DM-9"}
	first := s.as(access.Collector, http.MethodPost, "/v1/disputes", body, headerIdempotencyKey, "one").ok(http.StatusCreated)
	require.Equal(t, "/v1/disputes/"+first.text("id"), first.Header().Get("Location"))
	again := s.as(access.Collector, http.MethodPost, "/v1/disputes", body, headerIdempotencyKey, "one").ok(http.StatusCreated)
	require.JSONEq(t, first.Body.String(), again.Body.String())
	s.forgetAnswers()
	lost := s.as(access.Collector, http.MethodPost, "/v1/disputes", body, headerIdempotencyKey, "one").ok(http.StatusCreated)
	require.Equal(t, first.text("id"), lost.text("id"))
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/disputes", nil).field("items"), 1)

	second := s.as(access.Collector, http.MethodPost, "/v1/disputes", body).ok(http.StatusCreated)
	file := s.as(access.Auditor, http.MethodGet, second.Header().Get("Location"), nil).ok(http.StatusOK)
	require.Equal(t, "duplicate", file.text("links.0.kind"))
	require.Equal(t, "suspected", file.text("links.0.state"))
	judged := s.do(access.Collector, file, "links", map[string]any{"other_id": first.text("id"), "state": "confirmed"}).ok(http.StatusOK)
	require.Equal(t, "confirmed", judged.text("links.0.state"))
}

func TestCasesAreListedByWhatTheyAre(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer, other := s.customer("C-1"), s.customer("C-2")
	first := s.shorted(customer, "I-1", "shortage")
	second := s.shorted(other, "I-2", "something odd")
	s.do(access.Analyst, second, "triage", map[string]any{"owner": "dana", "priority": 1}).ok(http.StatusOK)
	receipt := first.text("receipt_id")
	invoice := s.as(access.Auditor, http.MethodGet, "/v1/invoices?number=I-1", nil).text("items.0.id")
	for query, want := range map[string][]answered{
		"": {first, second}, "customer_id=" + customer: {first}, "invoice_id=" + invoice: {first}, "receipt_id=" + receipt: {first},
		"kind=deduction": {first, second}, "kind=dispute": {}, "state=opened": {second}, "state=closed": {}, "live=true": {first, second},
		"owner=dana": {second}, "reason=shortage": {first}, "unknown=true": {second}, "reference=dm-i-2": {second}, "currency=USD": {},
		"currency=EUR&min_minor=20000&max_minor=20000": {first, second}, "min_minor=20001": {}, "taken_before=2026-03-31": {},
		"deadline_by=2030-01-01": {first, second}, "team=nobody": {},
	} {
		got := s.as(access.Auditor, http.MethodGet, "/v1/disputes?"+query, nil).ok(http.StatusOK)
		var ids, wanted []string
		for _, item := range got.field("items").([]any) {
			ids = append(ids, item.(map[string]any)["id"].(string))
		}
		for _, w := range want {
			wanted = append(wanted, w.text("id"))
		}
		require.Equal(t, wanted, ids, query)
	}
	page := s.as(access.Auditor, http.MethodGet, "/v1/disputes?limit=1", nil).ok(http.StatusOK)
	next := s.as(access.Auditor, http.MethodGet, "/v1/disputes?limit=1&cursor="+page.text("next_cursor"), nil).ok(http.StatusOK)
	require.Equal(t, second.text("id"), next.text("items.0.id"))
	require.Nil(t, next.field("next_cursor"))
	worklist := s.as(access.Analyst, http.MethodGet, "/v1/disputes/worklist?owner=dana", nil).ok(http.StatusOK)
	require.Len(t, worklist.field("items"), 1)
	require.NotEmpty(t, worklist.field("items.0.why"))
	require.Zero(t, worklist.int("items.0.cash_minor"), "nothing of the customer is on account")
	s.as(access.Auditor, http.MethodGet, "/v1/disputes?status=open", nil).refused(http.StatusBadRequest, CodeInvalidRequest)
	s.as(access.Auditor, http.MethodGet, "/v1/disputes/"+sampleID, nil).refused(http.StatusNotFound, "dispute.not_found")
	s.as(access.Auditor, http.MethodGet, "/v1/disputes/"+sampleID+"/timeline", nil).refused(http.StatusNotFound, "dispute.not_found")
	s.as(access.Auditor, http.MethodGet, "/v1/disputes/"+sampleID+"/package", nil).refused(http.StatusNotFound, "dispute.not_found")
}

func TestEvidenceIsAskedForAndAnswered(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	file := s.shorted(customer, "I-1", "shortage")
	before := len(file.field("evidence").([]any))
	asked := s.do(access.Collector, file, "evidence", map[string]any{"requests": []any{
		map[string]any{"kind": "price_agreement", "team": "sales", "note": "The one of 2025.", "due_on": "2026-04-10"},
	}}).ok(http.StatusOK)
	pieces := asked.field("evidence").([]any)
	require.Len(t, pieces, before+1)
	piece := pieces[before].(map[string]any)
	require.Equal(t, "requested", piece["state"])
	tasks := s.as(access.Collector, http.MethodGet, "/v1/tasks/"+piece["task_id"].(string), nil).ok(http.StatusOK)
	require.Equal(t, "2026-04-10", tasks.text("due_on"))

	path := "evidence/" + piece["id"].(string)
	s.do(access.Collector, file, path, map[string]any{"state": "received", "document_id": sampleID}).refused(http.StatusNotFound, "document.not_found")
	body, contentType := typedForm(t, "text/plain", "agreement.txt", "Two percent off.", "kind", "price_agreement", "customer_id", customer)
	document := s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).ok(http.StatusCreated).text("id")
	received := s.do(access.Collector, file, path, map[string]any{"state": "received", "document_id": document}).ok(http.StatusOK)
	require.Equal(t, document, received.field("evidence").([]any)[before].(map[string]any)["document_id"])
	s.do(access.Collector, file, "evidence/"+sampleID, map[string]any{"state": "waived", "note": "known"}).refused(http.StatusNotFound, "dispute_evidence.not_found")

	other := s.customer("C-2")
	body, contentType = typedForm(t, "text/plain", "signed.txt", "Ten cases.", "kind", "proof_of_delivery", "dispute_id", file.text("id"), "customer_id", other)
	s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).refused(http.StatusConflict, "item.customer_differs")
	body, contentType = typedForm(t, "text/plain", "signed.txt", "Ten cases.", "kind", "proof_of_delivery", "dispute_id", sampleID)
	s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).refused(http.StatusNotFound, "dispute.not_found")
	body, contentType = typedForm(t, "text/plain", "signed.txt", "Ten cases.", "kind", "proof_of_delivery", "dispute_id", file.text("id"))
	attached := s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).ok(http.StatusCreated)
	require.Equal(t, customer, attached.text("customer_id"))
	require.Equal(t, file.text("id"), attached.text("dispute_id"))
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/documents?dispute_id="+file.text("id"), nil).field("items"), 1)

	question := s.do(access.Collector, file, "question", map[string]any{"note": "Which cases?", "reply_by": "2026-04-20"}).ok(http.StatusOK)
	require.Equal(t, "awaiting_customer", question.text("state"))
	s.do(access.Collector, file, "question", map[string]any{"note": "Which?"}).refused(http.StatusConflict, "dispute.not_now")
	require.Equal(t, "investigating", s.do(access.Collector, file, "reply", map[string]any{"note": "All ten."}).ok(http.StatusOK).text("state"))

	met := s.do(access.Analyst, file, "deadlines/carrier_claim/met", map[string]any{"note": "Asked with the bill of lading."}).ok(http.StatusOK)
	var carrier string
	for _, d := range met.field("deadlines").([]any) {
		if d := d.(map[string]any); d["kind"] == "carrier_claim" {
			carrier = d["state"].(string)
		}
	}
	require.Equal(t, "met", carrier)
	s.do(access.Analyst, file, "deadlines/carrier_claim/met", map[string]any{"note": "Again."}).refused(http.StatusConflict, "dispute.not_now")
	s.do(access.Analyst, file, "deadlines/decision/met", map[string]any{"note": "Done."}).refused(http.StatusBadRequest, CodeInvalidRequest)

	archive := s.as(access.Auditor, http.MethodGet, "/v1/disputes/"+file.text("id")+"/package", nil).ok(http.StatusOK)
	require.Contains(t, archive.Header().Get("Content-Disposition"), "attachment")
	require.True(t, strings.HasPrefix(archive.Body.String(), "PK"))
	list := s.as(access.Auditor, http.MethodGet, "/v1/disputes/export?customer_id="+customer, nil).ok(http.StatusOK)
	require.Contains(t, list.Body.String(), "DM-I-1")
	require.Len(t, strings.Split(strings.TrimSpace(list.Body.String()), "\n"), 2)
}

func TestSeveralCasesAreDecidedWithAPreview(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.unlimited(access.Analyst)
	customer := s.customer("C-1")
	first, second := s.shorted(customer, "I-1", "shortage"), s.shorted(customer, "I-2", "shortage")
	s.prove(first)
	batch := map[string]any{"decisions": []any{
		map[string]any{"dispute_id": first.text("id"), "kind": "valid", "reason": "shortage"},
		map[string]any{"dispute_id": second.text("id"), "kind": "invalid", "reason": "shortage"},
	}}
	before := s.rows()
	preview := s.as(access.Analyst, http.MethodPost, "/v1/disputes/decisions?preview=true", batch).ok(http.StatusOK)
	require.Equal(t, "in_force", preview.text("items.0.state"))
	require.Equal(t, "dispute.evidence_missing", preview.text("items.1.code"))
	require.Equal(t, before, s.rows(), "a preview changes nothing")
	decided := s.as(access.Analyst, http.MethodPost, "/v1/disputes/decisions", batch, headerIdempotencyKey, "batch").ok(http.StatusOK)
	require.Equal(t, "in_force", decided.text("items.0.state"))
	require.Equal(t, int64(200_00), decided.int("items.0.valid_minor"))
	require.Equal(t, "refused", decided.text("items.1.state"))
	again := s.as(access.Analyst, http.MethodPost, "/v1/disputes/decisions", batch, headerIdempotencyKey, "batch").ok(http.StatusOK)
	require.JSONEq(t, decided.Body.String(), again.Body.String())
	s.as(access.Collector, http.MethodPost, "/v1/disputes/decisions", batch).refused(http.StatusForbidden, access.CodeForbidden)
}

func TestADecisionAboveTheLimitIsProposed(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.as(access.Admin, http.MethodPut, "/v1/approval-limits/analyst/EUR/invalid", map[string]any{"amount_minor": 199_99}).ok(http.StatusOK)
	s.unlimited(access.Supervisor)
	file := s.shorted(s.customer("C-1"), "I-1", "shortage")
	s.prove(file)
	proposed := s.do(access.Analyst, file, "decision", map[string]any{"kind": "invalid", "reason": "shortage"}).ok(http.StatusOK)
	require.Equal(t, "awaiting_approval", proposed.text("state"))
	require.Equal(t, "proposed", proposed.text("decisions.0.state"))
	approval := s.as(access.Supervisor, http.MethodGet, "/v1/approvals/"+proposed.text("decisions.0.approval_id"), nil).ok(http.StatusOK)
	require.Equal(t, "dispute_decision", approval.text("subject_kind"))
	s.as(access.Supervisor, http.MethodPost, "/v1/approvals/"+approval.text("id")+"/decision", map[string]any{
		"decision": "approve", "content_hash": approval.text("content_hash"), "comment": "Agreed.",
	}).ok(http.StatusOK)
	shown := s.as(access.Auditor, http.MethodGet, "/v1/disputes/"+file.text("id"), nil).ok(http.StatusOK)
	require.Equal(t, "awaiting_repayment", shown.text("state"))
	require.Equal(t, int64(200_00), shown.int("denied_minor"))
}

func TestAClaimIsSplitMergedSettledGivenUpAndWithdrawn(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.unlimited(access.Analyst)
	s.unlimited(access.Supervisor)
	customer := s.customer("C-1")
	file := s.shorted(customer, "I-1", "shortage")
	split := s.do(access.Analyst, file, "split", map[string]any{"parts": []any{
		map[string]any{"amount_minor": 120_00, "reason": "shortage"}, map[string]any{"amount_minor": 80_00, "reason": "pricing"},
	}}).ok(http.StatusOK)
	require.Len(t, split.field("items"), 2)
	require.Equal(t, int64(200_00), split.int("items.1.claimed_whole_minor"))
	require.Equal(t, int64(80_00), split.int("items.1.claimed_minor"))
	s.do(access.Analyst, file, "split", map[string]any{"parts": []any{map[string]any{"amount_minor": 1}, map[string]any{"amount_minor": 1}}}).
		refused(http.StatusConflict, "dispute.not_whole")
	pricing := s.as(access.Auditor, http.MethodGet, "/v1/disputes/"+split.text("items.1.id"), nil).ok(http.StatusOK)
	merged := s.as(access.Analyst, http.MethodPost, "/v1/disputes/merge", map[string]any{"dispute_ids": []any{file.text("id"), pricing.text("id")}}).ok(http.StatusOK)
	require.Len(t, merged.field("items"), 2)

	settled := s.do(access.Analyst, file, "settlement", map[string]any{"amount_minor": 120_00, "reason": "shortage", "comment": "for peace"}).ok(http.StatusOK)
	require.Equal(t, "closed", settled.text("state"))
	require.Equal(t, "settled", settled.text("outcome"))
	require.Equal(t, int64(120_00), settled.int("written_off_minor"))
	s.prove(pricing)
	s.do(access.Analyst, pricing, "decision", map[string]any{"kind": "invalid", "reason": "pricing"}).ok(http.StatusOK)
	given := s.do(access.Supervisor, pricing, "give-up", map[string]any{"comment": "too old"}).ok(http.StatusOK)
	require.Equal(t, "closed", given.text("state"))
	require.Equal(t, int64(80_00), given.int("written_off_minor"))

	third := s.shorted(customer, "I-3", "shortage")
	withdrawn := s.do(access.Collector, third, "withdrawal", map[string]any{"reason": "They found the goods."}).ok(http.StatusOK)
	require.Equal(t, "withdrawn", withdrawn.text("outcome"))
	require.Equal(t, int64(200_00), withdrawn.int("denied_minor"), "what was withheld is owed")
	require.Equal(t, "awaiting_repayment", withdrawn.text("state"))
	s.do(access.Collector, settled, "withdrawal", map[string]any{"reason": "again"}).refused(http.StatusConflict, "dispute.not_now")
	reopened := s.do(access.Analyst, third, "reopening", map[string]any{"reason": "not closed"})
	reopened.refused(http.StatusConflict, "dispute.not_now")
}

func TestReasonCodesRulesAndLimitsAreKept(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	shipped := s.as(access.Auditor, http.MethodGet, "/v1/reason-codes", nil).ok(http.StatusOK)
	require.Greater(t, len(shipped.field("items").([]any)), 10)
	made := s.as(access.Supervisor, http.MethodPost, "/v1/reason-codes", map[string]any{"code": "pallets", "name": "Pallets"}).ok(http.StatusCreated)
	s.as(access.Supervisor, http.MethodPost, "/v1/reason-codes", map[string]any{"code": "pallets", "name": "Pallets"}).refused(http.StatusConflict, "reason_code.exists")
	changed := s.as(access.Supervisor, http.MethodPatch, "/v1/reason-codes/pallets", map[string]any{"name": "Pallets and boxes"}, headerIfMatch, made.Header().Get("ETag")).ok(http.StatusOK)
	require.Equal(t, "Pallets and boxes", changed.text("name"))
	require.Equal(t, true, changed.field("active"))
	s.as(access.Supervisor, http.MethodPatch, "/v1/reason-codes/pallets", map[string]any{"active": false}, headerIfMatch, made.Header().Get("ETag")).
		refused(http.StatusPreconditionFailed, "reason_code.changed")
	s.as(access.Supervisor, http.MethodPatch, "/v1/reason-codes/nothing", map[string]any{"active": false}, headerIfMatch, made.Header().Get("ETag")).
		refused(http.StatusNotFound, "reason_code.unknown")

	rules := map[string]any{"scope": "customer", "customer_id": customer, "rules": map[string]any{
		"codes": []any{map[string]any{"match": []any{"17"}, "reason": "pallets"}}, "reasons": map[string]any{"pallets": map[string]any{"team": "logistics"}},
	}}
	published := s.as(access.Supervisor, http.MethodPost, "/v1/triage-rules", rules).ok(http.StatusCreated)
	require.Equal(t, int64(1), published.int("version"))
	require.Equal(t, "/v1/triage-rules/"+published.text("id"), published.Header().Get("Location"))
	require.JSONEq(t, published.Body.String(), s.as(access.Auditor, http.MethodGet, published.Header().Get("Location"), nil).ok(http.StatusOK).Body.String())
	s.as(access.Auditor, http.MethodGet, "/v1/triage-rules/"+sampleID, nil).refused(http.StatusNotFound, "triage_rules.not_found")
	require.Equal(t, "pallets", s.shorted(customer, "I-1", "17").text("reason"))
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/triage-rules", nil).ok(http.StatusOK).field("items"), 1)
	count := s.as(access.Auditor, http.MethodGet, "/v1/customers/"+customer+"/triage-rules", nil).ok(http.StatusOK)
	require.Equal(t, published.text("id"), count.text("items.0.id"))
	wrong := s.as(access.Supervisor, http.MethodPost, "/v1/triage-rules", map[string]any{"scope": "default", "rules": map[string]any{"payable_days": -4, "colour": 1}})
	require.Equal(t, "triage_rules.invalid", wrong.code())

	limit := s.as(access.Supervisor, http.MethodPut, "/v1/approval-limits/analyst/EUR/valid", map[string]any{"amount_minor": 50_00}).ok(http.StatusOK)
	s.as(access.Supervisor, http.MethodPut, "/v1/approval-limits/analyst/EUR/valid", map[string]any{"amount_minor": 60_00}).
		refused(http.StatusPreconditionFailed, "approval_limit.changed")
	s.as(access.Supervisor, http.MethodPut, "/v1/approval-limits/analyst/EUR/valid", map[string]any{"amount_minor": 60_00, "version": limit.int("version")}).ok(http.StatusOK)
	listed := s.as(access.Auditor, http.MethodGet, "/v1/approval-limits", nil).ok(http.StatusOK)
	require.Equal(t, int64(60_00), listed.int("items.0.amount_minor"))
	s.as(access.Supervisor, http.MethodPut, "/v1/approval-limits/auditor/EUR/valid", map[string]any{"amount_minor": 1}).refused(http.StatusBadRequest, CodeInvalidRequest)
}

func TestACustomersListIsLoaded(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	s.invoice(customer, "I-1", 1000_00)
	list := "claim_reference,customer_number,customer_name,invoice_number,amount,currency,taken_on,reason\n" +
		"DM-1,C-1,,I-1,\"1,0\",EUR,2026-03-30,shortage\nDM-2,C-1,,I-1,120.00,EUR,2026-03-30,Frieght\nDM-3,,Northern Foods,,10.00,EUR,2026-03-30,price\n"
	load := func() answered {
		body, contentType := typedForm(t, "text/csv", "claims.csv", list, "profile", "arrears")
		return s.as(access.Supervisor, http.MethodPost, "/v1/dispute-imports", body, "Content-Type", contentType)
	}
	first := load().ok(http.StatusCreated)
	require.Equal(t, "claims", first.text("mode"))
	require.Equal(t, int64(1), first.int("accepted"), first.Body.String())
	require.Equal(t, int64(2), first.int("refused"))
	opened := s.as(access.Auditor, http.MethodGet, "/v1/disputes?reference=DM-2", nil).ok(http.StatusOK)
	require.Equal(t, "freight", opened.text("items.0.reason"))
	second := load().ok(http.StatusCreated)
	require.Zero(t, second.int("accepted"))
	require.Equal(t, int64(1), second.int("unchanged"))
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/imports/"+second.text("id")+"/quarantine", nil).field("items"), "the same rows are there already")

	rows := s.as(access.Supervisor, http.MethodGet, "/v1/imports/"+first.text("id")+"/quarantine", nil).ok(http.StatusOK)
	require.Equal(t, "intake.malformed_amount", rows.text("items.0.code"))
	require.Equal(t, "claimlist.unknown_customer", rows.text("items.1.code"))
	path := "/v1/quarantine/" + rows.text("items.1.id") + "/correct"
	s.as(access.Supervisor, http.MethodPost, path, map[string]any{"fields": map[string]any{"customer_name": "Nobody at all"}}).
		refused(http.StatusBadRequest, "quarantine.still_refused")
	corrected := s.as(access.Supervisor, http.MethodPost, path, map[string]any{"fields": map[string]any{"customer_number": "C-1"}}).ok(http.StatusOK)
	require.Equal(t, "corrected", corrected.text("state"))
	list = "claim_reference,customer_name,amount,currency\nDM-4,NORTHERN FOODS.,5.00,EUR\n"
	learnt := load().ok(http.StatusCreated)
	require.Equal(t, int64(1), learnt.int("accepted"), "the correction taught the name")

	body, contentType := typedForm(t, "text/csv", "claims.csv", list, "profile", "nobodys")
	s.as(access.Supervisor, http.MethodPost, "/v1/dispute-imports", body, "Content-Type", contentType).refused(http.StatusNotFound, "claimlist.unknown_profile")
	body, contentType = typedForm(t, "text/csv", "claims.csv", "colour\n", "profile", "arrears")
	s.as(access.Supervisor, http.MethodPost, "/v1/dispute-imports", body, "Content-Type", contentType).refused(http.StatusBadRequest, "intake.header")
	body, contentType = typedForm(t, "text/csv", "claims.csv", list)
	s.as(access.Supervisor, http.MethodPost, "/v1/dispute-imports", body, "Content-Type", contentType).refused(http.StatusBadRequest, CodeInvalidRequest)
}
