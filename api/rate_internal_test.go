package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
)

// Rates are put once by their request's key, listed newest first in pages, and corrected.
func TestExchangeRates(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	body := map[string]any{"rates": []any{
		map[string]any{"base": "EUR", "quote": "USD", "valid_on": "2026-03-02", "rate": "1.0842", "source": "bank"},
		map[string]any{"base": "EUR", "quote": "GBP", "valid_on": "2026-03-02", "rate": "0.85", "source": "bank"},
		map[string]any{"base": "EUR", "quote": "USD", "valid_on": "2026-03-03", "rate": "1.09", "source": "bank"},
	}}
	done := s.as(access.Supervisor, http.MethodPost, "/v1/exchange-rates", body).ok(http.StatusOK)
	require.Equal(t, []int64{3, 0, 0}, []int64{done.int("added"), done.int("corrected"), done.int("unchanged")})
	body["rates"] = body["rates"].([]any)[:1]
	body["rates"].([]any)[0].(map[string]any)["rate"] = "1.0900"
	done = s.as(access.Supervisor, http.MethodPost, "/v1/exchange-rates", body).ok(http.StatusOK)
	require.Equal(t, int64(1), done.int("corrected"))
	list := s.as(access.Auditor, http.MethodGet, "/v1/exchange-rates?quote=USD&limit=1", nil).ok(http.StatusOK)
	require.Len(t, list.field("items"), 1)
	next := s.as(access.Auditor, http.MethodGet, "/v1/exchange-rates?quote=USD&limit=1&cursor="+list.field("next_cursor").(string), nil).ok(http.StatusOK)
	rate := next.field("items").([]any)[0].(map[string]any)
	require.Equal(t, []any{"2026-03-02", "1.09"}, []any{rate["valid_on"], rate["rate"]})
	s.as(access.Auditor, http.MethodGet, "/v1/exchange-rates?cursor=x", nil).refused(http.StatusBadRequest, "page.bad_cursor")
	s.as(access.Supervisor, http.MethodPost, "/v1/exchange-rates", map[string]any{"rates": []any{}}).refused(http.StatusBadRequest, CodeInvalidRequest)
}
