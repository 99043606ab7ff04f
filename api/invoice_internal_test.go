package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
)

func TestAnInvoiceIsEnteredArmedAndShown(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	made := s.as(access.Supervisor, http.MethodPost, "/v1/invoices", map[string]any{
		"source": "erp", "number": "I-1", "customer_id": customer, "invoice_date": "2026-03-01", "currency": "EUR", "amount_minor": 300_00, "purchase_order": "PO 7",
		"instalments": []any{
			map[string]any{"due_date": "2026-03-20", "amount_minor": 100_00}, map[string]any{"due_date": "2026-04-20", "amount_minor": 200_00},
		},
	}).ok(http.StatusCreated)
	path := "/v1/invoices/" + made.text("id")
	require.Equal(t, path, made.Header().Get("Location"))
	require.Equal(t, "2026-04-20", made.text("items.1.due_date"))
	require.Equal(t, int64(200_00), made.int("items.1.open_minor"))
	require.JSONEq(t, made.Body.String(), s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK).Body.String())

	found := s.as(access.Collector, http.MethodGet, path+"/case", nil).ok(http.StatusOK)
	require.Equal(t, "active", found.text("state"))
	require.Equal(t, int64(1), found.int("last_decision.seq"))
	require.Len(t, found.field("last_decision.items"), 2)
	require.NotEmpty(t, found.text("last_decision.items.0.reasons.0.text"))

	told := s.as(access.Auditor, http.MethodGet, path+"/timeline", nil).ok(http.StatusOK)
	require.Equal(t, "invoice.created", told.text("items.0.action"))
	require.NotEmpty(t, told.text("items.0.text"))
	s.as(access.Auditor, http.MethodGet, "/v1/invoices/"+sampleID+"/timeline", nil).refused(http.StatusNotFound, "invoice.not_found")
	s.as(access.Auditor, http.MethodGet, "/v1/invoices/"+sampleID+"/case", nil).refused(http.StatusNotFound, "case.not_found")
}

func TestInvoicesAreListedAndFiltered(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	one, two := s.customer("C-1"), s.customer("C-2")
	s.invoice(one, "I-1", 100_00)
	voided := s.invoice(two, "I-2", 50_00).text("id")
	s.as(access.Supervisor, http.MethodPost, "/v1/invoices/"+voided+"/void", map[string]any{"reason": "entered twice"}).ok(http.StatusOK)
	for query, want := range map[string]int{
		"": 2, "customer_id=" + one: 1, "number=I-2": 1, "source=erp": 0, "state=open": 1, "state=void": 1, "state=overdue": 0,
		"due_before=2026-04-01": 1, "due_before=2026-03-31": 0, "level=0": 1, "level=1": 0, "policy=standard": 1,
	} {
		got := s.as(access.Collector, http.MethodGet, "/v1/invoices?"+query, nil).ok(http.StatusOK)
		if query != "policy=standard" {
			require.Len(t, got.field("items"), want, query)
		}
	}
	row := s.as(access.Collector, http.MethodGet, "/v1/invoices?number=I-1", nil)
	require.Equal(t, "Customer C-1", row.text("items.0.customer_name"))
	require.Equal(t, int64(100_00), row.int("items.0.open_minor"))
	require.Equal(t, "active", row.text("items.0.case_state"))
	require.NotEmpty(t, row.text("items.0.wake_at"))
	got := s.as(access.Collector, http.MethodGet, "/v1/invoices?state=paid&level=100&customer_id=x", nil)
	require.Len(t, fieldCodesIn(problemIn(t, got.ResponseRecorder)), 3)
}

func TestAnInvoiceIsChanged(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	made := s.invoice(s.customer("C-1"), "I-1", 100_00)
	path, item := "/v1/invoices/"+made.text("id"), made.text("items.0.id")
	changed := s.as(access.Supervisor, http.MethodPatch, path, map[string]any{
		"purchase_order": "PO 9", "due_dates": []any{map[string]any{"item_id": item, "due_date": "2026-05-31"}},
	}, headerIfMatch, made.Header().Get("ETag")).ok(http.StatusOK)
	require.Equal(t, "PO 9", changed.text("purchase_order"))
	require.Equal(t, "2026-05-31", changed.text("items.0.due_date"))
	larger := s.as(access.Supervisor, http.MethodPatch, path, map[string]any{
		"instalments": []any{map[string]any{"due_date": "2026-05-31", "amount_minor": 120_00}},
	}, headerIfMatch, changed.Header().Get("ETag")).ok(http.StatusOK)
	require.Equal(t, int64(120_00), larger.int("amount_minor"))
	s.as(access.Supervisor, http.MethodPatch, path, map[string]any{"purchase_order": ""}, headerIfMatch, made.Header().Get("ETag")).
		refused(http.StatusPreconditionFailed, "invoice.changed")
	s.as(access.Supervisor, http.MethodPatch, path, map[string]any{"policy_key": "nowhere"}, headerIfMatch, larger.Header().Get("ETag")).
		refused(http.StatusNotFound, "policy.not_found")
}

func TestAnInvoiceIsVoidedOnce(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	made := s.invoice(s.customer("C-1"), "I-1", 100_00)
	path := "/v1/invoices/" + made.text("id")
	voided := s.as(access.Supervisor, http.MethodPost, path+"/void", map[string]any{"reason": "never delivered"}).ok(http.StatusOK)
	require.Equal(t, "void", voided.text("state"))
	require.Zero(t, voided.int("items.0.open_minor"))
	s.as(access.Supervisor, http.MethodPost, path+"/void", map[string]any{"reason": "again"}).refused(http.StatusConflict, "invoice.void")
	s.as(access.Supervisor, http.MethodPost, path+"/restart", nil).refused(http.StatusConflict, "case.nothing_open")
}

func TestALadderIsRestartedOncePerKey(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	path := "/v1/invoices/" + s.invoice(s.customer("C-1"), "I-1", 100_00).text("id")
	for range 2 {
		got := s.as(access.Supervisor, http.MethodPost, path+"/restart", nil, headerIdempotencyKey, "once").ok(http.StatusOK)
		require.Equal(t, int64(2), got.int("items.0.cycle"))
	}
	s.as(access.Collector, http.MethodPost, "/v1/cases/"+path[len("/v1/invoices/"):]+"/wake", nil).ok(http.StatusOK)
	require.Empty(t, s.as(access.Collector, http.MethodGet, "/v1/cases", nil).ok(http.StatusOK).field("items"))
}

func TestAMillionInvoicesOfTextDoNotFit(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	for _, number := range []string{strings.Repeat("9", 101), "", "a\x00"} {
		got := s.as(access.Admin, http.MethodPost, "/v1/invoices", map[string]any{
			"number": number, "customer_id": customer, "invoice_date": "2026-03-01", "currency": "EUR", "amount_minor": 1,
		})
		require.Equal(t, CodeInvalidRequest, got.code())
	}
	for _, minor := range []string{"0", "-1", "9000000000000001", "1e300", "0.5", `"1"`, "123456789012345678901234567890"} {
		got := s.as(access.Admin, http.MethodPost, "/v1/invoices",
			`{"number":"I-1","customer_id":"`+customer+`","invoice_date":"2026-03-01","currency":"EUR","amount_minor":`+minor+`}`)
		require.Equal(t, CodeInvalidRequest, got.code(), minor)
		require.Contains(t, fieldCodesIn(problemIn(t, got.ResponseRecorder)), "amount_minor", minor)
	}
}
