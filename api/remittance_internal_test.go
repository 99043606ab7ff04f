package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/remittance/jsonfile"
)

// anAdvice says that one payment is for one invoice.
func anAdvice(payment, invoice string, minor int64) map[string]any {
	return map[string]any{
		"id": "AV-" + payment, "payment": payment, "payer": map[string]any{"name": "Customer C-1"}, "currency": "EUR", "amount_minor": minor,
		"paid_on": statementDay, "lines": []any{map[string]any{"kind": "invoice", "number": invoice, "paid_minor": minor}},
	}
}

func (s *system) advise(role access.Role, advice map[string]any) answered {
	s.t.Helper()
	return s.as(role, http.MethodPost, "/v1/remittances", advice)
}

func TestAnAdviceFindsTheMoneyThatCameBefore(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	s.invoice(customer, "RE-1001", 100_00)
	s.invoice(customer, "RE-1002", 100_00)
	e := s.waiting(100_00, "Customer C-1", "see our advice") // of two invoices
	s.advise(access.Collector, anAdvice("B1", "RE-1002", 100_00)).refused(http.StatusForbidden, access.CodeForbidden)
	made := s.advise(access.Clerk, anAdvice("B1", "RE-1002", 100_00)).ok(http.StatusCreated)
	require.Equal(t, "/v1/remittances/"+made.text("id"), made.Header().Get("Location"))
	require.Equal(t, "used", made.text("state"), made.Body.String())
	require.Equal(t, e.text("receipt.id"), made.text("receipt_id"))
	require.Equal(t, customer, made.text("customer_id"))
	require.Equal(t, int64(100_00), made.int("receipt.applied_minor"))
	require.Len(t, made.field("receipt.applications"), 1)
	require.Equal(t, "RE-1002", made.text("lines.0.number"))
	shown := s.as(access.Auditor, http.MethodGet, "/v1/remittances/"+made.text("id"), nil).ok(http.StatusOK)
	require.JSONEq(t, made.Body.String(), shown.Body.String())
	s.as(access.Clerk, http.MethodPost, "/v1/remittances/"+made.text("id")+"/void", nil).refused(http.StatusConflict, "remittance.used")
	require.Equal(t, "closed", s.as(access.Auditor, http.MethodGet, "/v1/cash-exceptions/"+e.text("id"), nil).text("state"))
	for _, query := range []string{"state=used", "payment=b-1", "receipt_id=" + e.text("receipt.id"), "customer_id=" + customer} {
		list := s.as(access.Auditor, http.MethodGet, "/v1/remittances?"+query, nil).ok(http.StatusOK)
		require.Len(t, list.field("items"), 1, query)
		require.Equal(t, made.text("id"), list.text("items.0.id"))
	}
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/remittances?file_id="+sampleID, nil).field("items"))
}

func TestAnAdviceWaitsForItsMoneyAndIsOne(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.invoice(s.customer("C-1"), "RE-1001", 100_00)
	body := mustJSON(anAdvice("B1", "RE-1001", 100_00))
	first := s.as(access.Clerk, http.MethodPost, "/v1/remittances", string(body), headerIdempotencyKey, "one").ok(http.StatusCreated)
	again := s.as(access.Clerk, http.MethodPost, "/v1/remittances", string(body), headerIdempotencyKey, "one").ok(http.StatusCreated)
	require.Equal(t, "true", again.Header().Get(headerReplayed))
	other := s.as(access.Clerk, http.MethodPost, "/v1/remittances", string(body), headerIdempotencyKey, "two").ok(http.StatusCreated)
	require.Equal(t, first.text("id"), other.text("id"), "the same advice is one")
	require.Equal(t, "waiting", other.text("state"))

	wrong := s.advise(access.Clerk, anAdvice("B9", "RE-1001", 7_00)).ok(http.StatusCreated)
	path := "/v1/remittances/" + wrong.text("id")
	s.as(access.Clerk, http.MethodPost, path+"/void", map[string]any{"version": 7}).refused(http.StatusPreconditionFailed, "remittance.changed")
	gone := s.as(access.Clerk, http.MethodPost, path+"/void", map[string]any{"version": wrong.int("version")}).ok(http.StatusOK)
	require.Equal(t, "void", gone.text("state"))
	require.Equal(t, "void", s.as(access.Clerk, http.MethodPost, path+"/void", nil).ok(http.StatusOK).text("state"))

	s.ours()
	s.loaded("day.json", aStatement(0, 100_00, aCredit("B1", 100_00, "Customer C-1", "thanks")))
	require.Equal(t, "used", s.as(access.Auditor, http.MethodGet, "/v1/remittances/"+first.text("id"), nil).ok(http.StatusOK).text("state"))
	s.as(access.Auditor, http.MethodGet, "/v1/remittances/"+sampleID, nil).refused(http.StatusNotFound, "remittance.not_found")
}

func TestAnAdviceThatIsWrongIsRefused(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	for name, value := range map[string]struct {
		change map[string]any
		code   string
	}{
		"no such currency": {map[string]any{"currency": "ZZZ"}, "remittance.unknown_currency"},
		"no currency":      {map[string]any{"currency": nil}, CodeInvalidRequest},
		"negative":         {map[string]any{"amount_minor": -1}, CodeInvalidRequest},
		"fraction":         {map[string]any{"amount_minor": 1.5}, CodeInvalidRequest},
		"unknown":          {map[string]any{"surprise": 1}, CodeInvalidRequest},
		"no such day":      {map[string]any{"paid_on": "2026-02-30"}, CodeInvalidRequest},
		"no such kind":     {map[string]any{"lines": []any{map[string]any{"kind": "bill"}}}, CodeInvalidRequest},
	} {
		advice := anAdvice("B1", "RE-1001", 100_00)
		maps.Copy(advice, value.change)
		if advice["currency"] == nil {
			delete(advice, "currency")
		}
		require.Equal(t, value.code, s.advise(access.Clerk, advice).refused(http.StatusBadRequest, value.code).code(), name)
	}
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/remittances", nil).field("items"))
}

// What the specification says of an advice is what the reader of JSON files takes.
func TestTheFormOfAnAdviceIsThatOfFiles(t *testing.T) {
	t.Parallel()
	var file struct {
		Defs map[string]struct {
			Properties map[string]any
			Required   []string
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(jsonfile.Schema(), &file))
	c, err := loadContract()
	require.NoError(t, err)
	schemas := c.doc.Components.Schemas
	for mine, theirs := range map[*openapi3.Schema]string{
		schemas["NewRemittance"].Value: "advice", schemas["NewRemittanceLine"].Value: "line", schemas["RemittanceParty"].Value: "party",
		schemas["RemittanceParty"].Value.Properties["account"].Value: "account",
	} {
		require.Contains(t, file.Defs, theirs)
		require.ElementsMatch(t, slices.Collect(maps.Keys(file.Defs[theirs].Properties)), slices.Collect(maps.Keys(mine.Properties)), theirs)
		require.ElementsMatch(t, file.Defs[theirs].Required, mine.Required, theirs)
	}
}
