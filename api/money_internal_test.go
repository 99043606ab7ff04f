package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
)

func TestAReceiptIsRecordedAppliedAndReversed(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	invoice := s.invoice(customer, "I-1", 100_00)
	path, item := "/v1/invoices/"+invoice.text("id"), invoice.text("items.0.id")

	made := s.as(access.Collector, http.MethodPost, "/v1/receipts", map[string]any{
		"source": "bank", "number": "B-1", "customer_id": customer, "currency": "EUR", "amount_minor": 120_00, "value_date": "2026-03-31", "reference": "I-1",
		"applications": []any{map[string]any{"item_id": item, "amount_minor": 60_00}},
	}).ok(http.StatusCreated)
	receipt := "/v1/receipts/" + made.text("id")
	require.Equal(t, int64(60_00), made.int("applied_minor"))
	require.Equal(t, int64(60_00), made.int("on_account_minor"))
	require.Equal(t, int64(40_00), s.as(access.Collector, http.MethodGet, path, nil).int("items.0.open_minor"))

	applied := s.as(access.Collector, http.MethodPost, receipt+"/apply", map[string]any{
		"applications": []any{map[string]any{"invoice_number": "I-1", "amount_minor": 40_00}},
	}).ok(http.StatusOK)
	require.Len(t, applied.field("applications"), 2)
	require.Equal(t, int64(20_00), applied.int("on_account_minor"))
	s.as(access.Collector, http.MethodPost, receipt+"/apply", map[string]any{"applications": []any{map[string]any{"item_id": item, "amount_minor": 1}}}).
		refused(http.StatusConflict, "item.exceeds_open")

	reversed := s.as(access.Collector, http.MethodPost, receipt+"/reverse", map[string]any{"reason": "returned by the bank"}).ok(http.StatusOK)
	require.Equal(t, "reversed", reversed.text("state"))
	require.Zero(t, reversed.int("amount_minor"))
	require.Equal(t, int64(120_00), reversed.int("gross_minor"))
	require.NotEmpty(t, reversed.text("applications.0.reversed_at"))
	require.Equal(t, int64(100_00), s.as(access.Collector, http.MethodGet, path, nil).int("items.0.open_minor"))
	s.as(access.Collector, http.MethodPost, receipt+"/reverse", map[string]any{"reason": "again"}).refused(http.StatusConflict, "receipt.reversed")

	told := s.as(access.Auditor, http.MethodGet, path+"/timeline", nil).ok(http.StatusOK)
	require.Greater(t, len(told.field("items").([]any)), 2)
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/receipts?state=reversed&invoice_id="+invoice.text("id"), nil).field("items"), 1)
}

func TestAReceiptOfNobodyKnownIsApplied(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	s.invoice(customer, "I-1", 100_00)
	made := s.as(access.Collector, http.MethodPost, "/v1/receipts", map[string]any{"number": "B-1", "currency": "EUR", "amount_minor": 10_00, "value_date": "2026-03-31"}).
		ok(http.StatusCreated)
	require.Equal(t, int64(10_00), made.int("unapplied_minor"))
	require.Len(t, s.as(access.Collector, http.MethodGet, "/v1/receipts?rest=true", nil).field("items"), 1)
	applied := s.as(access.Collector, http.MethodPost, "/v1/receipts/"+made.text("id")+"/apply", map[string]any{
		"customer_id": customer, "applications": []any{map[string]any{"invoice_number": "I-1", "amount_minor": 10_00}},
	}).ok(http.StatusOK)
	require.Equal(t, customer, applied.text("customer_id"))
	require.Empty(t, s.as(access.Collector, http.MethodGet, "/v1/receipts?rest=true", nil).field("items"))
}

func TestACreditMemoIsAppliedAndVoided(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	item := s.invoice(customer, "I-1", 100_00).text("items.0.id")
	made := s.as(access.Supervisor, http.MethodPost, "/v1/credit-memos", map[string]any{
		"number": "M-1", "customer_id": customer, "currency": "EUR", "amount_minor": 30_00, "memo_date": "2026-03-31", "reason": "returned goods",
	}).ok(http.StatusCreated)
	path := "/v1/credit-memos/" + made.text("id")
	require.Equal(t, int64(30_00), made.int("open_minor"))
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/credit-memos?open=true&customer_id="+customer, nil).field("items"), 1)
	applied := s.as(access.Supervisor, http.MethodPost, path+"/apply", map[string]any{"applications": []any{map[string]any{"item_id": item, "amount_minor": 30_00}}}).
		ok(http.StatusOK)
	require.Zero(t, applied.int("open_minor"))
	s.as(access.Supervisor, http.MethodPost, path+"/apply", map[string]any{"applications": []any{map[string]any{"item_id": item, "amount_minor": 1}}}).
		refused(http.StatusConflict, "credit_memo.exceeds_open")
	voided := s.as(access.Supervisor, http.MethodPost, path+"/void", map[string]any{"reason": "wrong customer"}).ok(http.StatusOK)
	require.Equal(t, "void", voided.text("state"))
	require.JSONEq(t, voided.Body.String(), s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK).Body.String())
}

func TestAnAmountIsWrittenOff(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	invoice := s.invoice(s.customer("C-1"), "I-1", 100_00)
	made := s.as(access.Supervisor, http.MethodPost, "/v1/write-offs", map[string]any{
		"item_id": invoice.text("items.0.id"), "kind": "small_difference", "amount_minor": 3, "currency": "EUR", "reason": "cents",
	}).ok(http.StatusCreated)
	require.Equal(t, int64(3), made.int("amount_minor"))
	listed := s.as(access.Auditor, http.MethodGet, "/v1/write-offs?invoice_id="+invoice.text("id"), nil).ok(http.StatusOK)
	require.Equal(t, made.text("id"), listed.text("items.0.id"))
	s.as(access.Auditor, http.MethodGet, "/v1/write-offs", nil).refused(http.StatusBadRequest, CodeInvalidRequest)
}
