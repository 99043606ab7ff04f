package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
)

func TestAPayersAccountIsConfirmedRefusedAndForgotten(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	body := map[string]any{"customer_id": customer, "account": "gb29 nwbk 6016 1331 9268 19", "name": "Customer C-1"}
	s.as(access.Collector, http.MethodPost, "/v1/payer-accounts", body).refused(http.StatusForbidden, access.CodeForbidden)
	s.as(access.Clerk, http.MethodPost, "/v1/payer-accounts", map[string]any{"customer_id": sampleID, "account": "1"}).
		refused(http.StatusNotFound, "customer.not_found")
	s.as(access.Clerk, http.MethodPost, "/v1/payer-accounts", map[string]any{"customer_id": customer, "account": "-/-"}).
		refused(http.StatusBadRequest, "receivable.invalid")
	made := s.as(access.Clerk, http.MethodPost, "/v1/payer-accounts", body, headerIdempotencyKey, "one").ok(http.StatusCreated)
	require.Equal(t, "GB29NWBK60161331926819", made.text("account"))
	require.Equal(t, "known", made.text("state"))
	require.Zero(t, made.int("payments"))
	path := "/v1/payer-accounts/" + made.text("id")
	require.Equal(t, path, made.Header().Get("Location"))
	require.JSONEq(t, made.Body.String(), s.as(access.Clerk, http.MethodPost, "/v1/payer-accounts", body, headerIdempotencyKey, "one").Body.String())

	// Money from it is recognised, and counted.
	s.invoice(customer, "RE-1001", 100_00)
	s.ours()
	s.loaded("day.json", aStatement(0, 100_00, aCredit("B1", 100_00, "Nobody Known", "RE-1001")))
	require.Equal(t, int64(1), s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK).int("payments"))

	for verb, state := range map[string]string{"refuse": "refused", "remove": "removed", "confirm": "known"} {
		require.Equal(t, state, s.as(access.Clerk, http.MethodPost, path+"/"+verb, nil).ok(http.StatusOK).text("state"))
		for _, query := range []string{"state=" + state, "customer_id=" + customer, "account=GB29-NWBK60161331926819"} {
			list := s.as(access.Auditor, http.MethodGet, "/v1/payer-accounts?"+query, nil).ok(http.StatusOK)
			require.Equal(t, state, list.text("items.0.state"), query)
		}
	}
	s.as(access.Clerk, http.MethodPost, "/v1/payer-accounts/"+sampleID+"/remove", nil).refused(http.StatusNotFound, "payer_account.not_found")
	refused := s.as(access.Clerk, http.MethodPost, "/v1/payer-accounts", map[string]any{"customer_id": customer, "account": "021000021/0123", "state": "refused"})
	require.Equal(t, "021000021/0123", refused.ok(http.StatusCreated).text("account"))
}

func TestApplicationsAreListed(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	invoice := s.invoice(customer, "RE-1001", 100_00)
	receipt := s.as(access.Clerk, http.MethodPost, "/v1/receipts", map[string]any{
		"number": "B-1", "customer_id": customer, "currency": "EUR", "amount_minor": 60_00, "value_date": statementDay,
		"applications": []any{map[string]any{"invoice_number": "RE-1001", "amount_minor": 60_00}},
	}).ok(http.StatusCreated).text("id")
	list := func(query string) answered {
		return s.as(access.Auditor, http.MethodGet, "/v1/applications?"+query, nil).ok(http.StatusOK)
	}
	for _, query := range []string{
		"", "receipt_id=" + receipt, "customer_id=" + customer, "invoice_id=" + invoice.text("id"), "item_id=" + invoice.text("items.0.id"), "state=standing",
	} {
		found := list(query)
		require.Len(t, found.field("items"), 1, query)
		require.Equal(t, int64(60_00), found.int("items.0.amount_minor"))
		require.Equal(t, invoice.text("id"), found.text("items.0.invoice_id"))
	}
	one := list("").text("items.0.id")
	shown := s.as(access.Auditor, http.MethodGet, "/v1/applications/"+one, nil).ok(http.StatusOK)
	require.Equal(t, receipt, shown.text("receipt_id"))
	require.Empty(t, list("state=undone").field("items"))
	s.as(access.Clerk, http.MethodPost, "/v1/applications/undo", map[string]any{"receipt_id": receipt, "reason": "the wrong one"}).ok(http.StatusOK)
	require.NotEmpty(t, list("state=undone").text("items.0.reversed_at"))
	require.Empty(t, list("state=standing").field("items"))
	s.as(access.Auditor, http.MethodGet, "/v1/applications/"+sampleID, nil).refused(http.StatusNotFound, "application.not_found")
}
