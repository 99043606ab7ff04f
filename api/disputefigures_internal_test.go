package api

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
)

func TestFiguresOfDeductions(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	get := func(query string) answered {
		return s.as(access.Auditor, http.MethodGet, "/v1/disputes/figures"+query, nil)
	}
	figures := func(list any) map[string]map[string]any {
		byID := map[string]map[string]any{}
		for _, f := range list.([]any) {
			byID[f.(map[string]any)["id"].(string)] = f.(map[string]any)
		}
		return byID
	}
	require.Empty(t, get("").ok(http.StatusOK).field("groups"))
	require.Equal(t, "nothing_open", figures(get("").field("figures"))["dispute_age_denied_p90"]["absent"])

	customer := s.customer("C-1")
	for _, number := range []string{"I-1", "I-2", "I-3"} {
		s.shorted(customer, number, "shortage")
	}
	got := get("?by=reason").ok(http.StatusOK)
	whole := figures(got.field("figures"))
	require.Equal(t, "90.00", whole["ddo_undecided"]["value"], "600.00 open of 600.00 that were taken in 90 days")
	require.Equal(t, "EUR", whole["ddo_undecided"]["currency"])
	require.Equal(t, "60000", fmt.Sprint(whole["ddo_undecided"]["whole_minor"]))
	require.Equal(t, "0.00", whole["ddo_denied_unpaid"]["value"])
	require.Equal(t, "nothing_decided", whole["deduction_recovery_rate"]["absent"])
	require.NotContains(t, whole["deduction_recovery_rate"], "value", "an absent one is not 0")
	require.Equal(t, "shortage", got.text("groups.0.key"))
	require.Equal(t, int64(3), got.int("groups.0.claims"))
	require.Equal(t, "90.00", figures(got.field("groups.0.figures"))["ddo_undecided"]["value"])
	require.Equal(t, customer, got.text("patterns.0.customer_id"))
	require.Equal(t, int64(600_00), got.int("patterns.0.claimed_minor"))
	require.Equal(t, customer, get("?by=customer").text("groups.0.key"))
	require.Empty(t, get("?by=month").field("groups"), "nothing is decided")

	get("?from=2099-01-01").refused(http.StatusBadRequest, "figures.bad_window")
	require.Equal(t, http.StatusBadRequest, get("?by=moon").Code)
	require.Equal(t, http.StatusBadRequest, get("?from=yesterday").Code)
}
