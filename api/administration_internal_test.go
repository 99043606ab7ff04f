package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/auth"
	"arrears/domain/access"
	"arrears/domain/policy"
)

func TestAPolicyIsPublishedShownAndAssigned(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	made := s.as(access.Supervisor, http.MethodPost, "/v1/policies", aPolicy, "Content-Type", typeYAML).ok(http.StatusCreated)
	require.Equal(t, "/v1/policies/nothing/versions/1", made.Header().Get("Location"))
	require.Equal(t, "reminder", made.text("policy.stages.0.key"))
	again := s.as(access.Supervisor, http.MethodPost, "/v1/policies", string(policyJSON(t))).ok(http.StatusCreated)
	require.Equal(t, made.text("id"), again.text("id"), "the same policy as JSON is the same version")

	next := strings.Replace(aPolicy, "due + 10 days", "due + 12 days", 1)
	second := s.as(access.Supervisor, http.MethodPost, "/v1/policies", next, "Content-Type", typeYAML).ok(http.StatusCreated)
	require.Equal(t, int64(2), second.int("version"))
	require.Equal(t, int64(2), s.as(access.Auditor, http.MethodGet, "/v1/policies/nothing", nil).ok(http.StatusOK).int("version"))
	require.JSONEq(t, made.Body.String(), s.as(access.Auditor, http.MethodGet, made.Header().Get("Location"), nil).ok(http.StatusOK).Body.String())
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/policies/nothing/versions", nil).ok(http.StatusOK).field("items"), 2)
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/policies", nil).ok(http.StatusOK).field("items"), 2)
	s.as(access.Auditor, http.MethodGet, "/v1/policies/nothing/versions/3", nil).refused(http.StatusNotFound, "policy.not_found")
	s.as(access.Auditor, http.MethodGet, "/v1/policies/UPPER", nil).refused(http.StatusBadRequest, CodeInvalidRequest)

	assigned := s.as(access.Supervisor, http.MethodPost, "/v1/policies/assign", map[string]any{"scope": "customer", "target": s.customer("C-1"), "policy_key": "nothing"}).
		ok(http.StatusOK)
	require.Equal(t, "nothing", assigned.text("policy_key"))
	require.Equal(t, "nothing", s.as(access.Auditor, http.MethodGet, "/v1/customers", nil).text("items.0.policy_key"))
	s.as(access.Supervisor, http.MethodPut, "/v1/segments/small", map[string]any{"policy_key": "nothing"}).ok(http.StatusOK)
	require.Equal(t, "small", s.as(access.Auditor, http.MethodGet, "/v1/segments", nil).text("items.0.segment"))
	s.as(access.Supervisor, http.MethodPut, "/v1/segments/small", map[string]any{"policy_key": ""}).ok(http.StatusOK)
	for written, meant := range map[string]string{"a%2Fb": "a/b", "50%25": "50%", "a%252Fb": "a%2Fb", "Gro%C3%9Fkunden": "Großkunden"} {
		got := s.as(access.Supervisor, http.MethodPut, "/v1/segments/"+written, map[string]any{"policy_key": "nothing"}).ok(http.StatusOK)
		require.Equal(t, meant, got.text("segment"))
	}
	s.as(access.Supervisor, http.MethodPut, "/v1/segments/small", map[string]any{"policy_key": "nowhere"}).refused(http.StatusNotFound, "policy.not_found")
}

func policyJSON(t *testing.T) []byte {
	t.Helper()
	p, err := policy.Parse([]byte(aPolicy))
	require.NoError(t, err)
	return policy.Format(p)
}

func TestAPolicyIsCheckedAndPreviewed(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	checked := s.as(access.Collector, http.MethodPost, "/v1/policies/validate", aPolicy, "Content-Type", typeYAML).ok(http.StatusOK)
	require.Equal(t, int64(1), checked.int("stages"))
	wrong := s.as(access.Collector, http.MethodPost, "/v1/policies/validate", strings.Replace(aPolicy, "channels: [email]", "channels: [pigeon]", 1), "Content-Type", typeYAML)
	require.Equal(t, http.StatusBadRequest, wrong.Code)
	require.NotEmpty(t, problemIn(t, wrong.ResponseRecorder).Fields)

	invoice := s.invoice(s.customer("C-1"), "I-1", 100_00).text("id")
	told := s.as(access.Collector, http.MethodPost, "/v1/policies/preview", map[string]any{"invoice_id": invoice}).ok(http.StatusOK)
	require.NotEmpty(t, told.text("lines.0.text"))
	own := s.as(access.Collector, http.MethodPost, "/v1/policies/preview", `{"invoice_id":"`+invoice+`","policy":`+string(policyJSON(t))+`}`).ok(http.StatusOK)
	require.Equal(t, "nothing", own.text("policy_key"))
	s.as(access.Collector, http.MethodPost, "/v1/policies/preview", map[string]any{"invoice_id": sampleID}).refused(http.StatusNotFound, "invoice.not_found")
	s.as(access.Collector, http.MethodPost, "/v1/policies/preview", map[string]any{"invoice_id": invoice, "policy_key": "nowhere"}).refused(http.StatusNotFound, "policy.not_found")
	require.Equal(t, http.StatusOK, s.as(access.Auditor, http.MethodGet, "/v1/policies/schema", nil).Code)
}

func TestSettingsAreChangedByTheirVersion(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	was := s.as(access.Collector, http.MethodGet, "/v1/settings", nil).ok(http.StatusOK)
	changed := s.as(access.Admin, http.MethodPatch, "/v1/settings", map[string]any{"remit_to": "IBAN XX00"}, headerIfMatch, was.Header().Get("ETag")).ok(http.StatusOK)
	require.Equal(t, "IBAN XX00", changed.text("remit_to"))
	require.Equal(t, was.text("creditor_name"), changed.text("creditor_name"))
	s.as(access.Admin, http.MethodPatch, "/v1/settings", map[string]any{"remit_to": ""}, headerIfMatch, was.Header().Get("ETag")).
		refused(http.StatusPreconditionFailed, "installation.changed")
	got := s.as(access.Admin, http.MethodPatch, "/v1/settings", map[string]any{"time_zone": "Mars/Base"}, headerIfMatch, changed.Header().Get("ETag"))
	require.Contains(t, fieldCodesIn(problemIn(t, got.ResponseRecorder)), "time_zone")
}

func TestAKeyOpensUntilItIsRevoked(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	made := s.as(access.Admin, http.MethodPost, "/v1/keys", map[string]any{"name": "the ERP", "role": "supervisor"}, headerIdempotencyKey, "erp").ok(http.StatusCreated)
	token := made.text("token")
	require.NotEmpty(t, token)
	again := s.as(access.Admin, http.MethodPost, "/v1/keys", map[string]any{"name": "the ERP", "role": "supervisor"}, headerIdempotencyKey, "erp").ok(http.StatusCreated)
	require.Nil(t, again.field("token"))
	require.Equal(t, made.text("id"), again.text("id"))

	s.tokens["erp"] = token
	me := s.as("erp", http.MethodGet, "/v1/me", nil).ok(http.StatusOK)
	require.Equal(t, "the ERP", me.text("name"))
	require.Equal(t, "supervisor", me.text("role"))
	require.Contains(t, me.field("permissions"), "invoices:write")
	require.NotContains(t, me.field("permissions"), "keys:manage")

	listed := s.as(access.Admin, http.MethodGet, "/v1/keys", nil).ok(http.StatusOK)
	require.Len(t, listed.field("items"), len(access.Roles())+1)
	require.NotContains(t, listed.Body.String(), token)
	revoked := s.as(access.Admin, http.MethodPost, "/v1/keys/"+made.text("id")+"/revoke", nil).ok(http.StatusOK)
	require.NotEmpty(t, revoked.text("revoked_at"))
	s.as("erp", http.MethodGet, "/v1/me", nil).refused(http.StatusUnauthorized, auth.CodeInvalid)
	s.as(access.Admin, http.MethodPost, "/v1/keys/"+made.text("id")+"/revoke", nil).refused(http.StatusConflict, "key.revoked")
	s.as(access.Admin, http.MethodPost, "/v1/keys/"+sampleID+"/revoke", nil).refused(http.StatusNotFound, "key.not_found")
}

func TestTheRecordIsListed(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	invoice := s.invoice(customer, "I-1", 100_00).text("id")
	all := s.as(access.Auditor, http.MethodGet, "/v1/audit-entries?limit=200", nil).ok(http.StatusOK)
	require.Greater(t, len(all.field("items").([]any)), 4)
	ofInvoice := s.as(access.Auditor, http.MethodGet, "/v1/audit-entries?invoice_id="+invoice, nil).ok(http.StatusOK)
	require.Equal(t, "invoice.created", ofInvoice.text("items.0.action"))
	require.Equal(t, customer, ofInvoice.text("items.0.customer_id"))
	page := s.as(access.Auditor, http.MethodGet, "/v1/audit-entries?limit=1", nil).ok(http.StatusOK)
	require.Len(t, page.field("items"), 1)
	next := s.as(access.Auditor, http.MethodGet, "/v1/audit-entries?limit=1&cursor="+page.text("next_cursor"), nil).ok(http.StatusOK)
	require.NotEqual(t, page.text("items.0.id"), next.text("items.0.id"))
}

func TestAFileIsLoadedByItsForm(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	file := "number,customer_number,customer_name,invoice_date,due_date,currency,amount\n" +
		"I-1,C-1,Example One,2026-03-01,2026-03-31,EUR,100.00\nI-2,C-1,Example One,2026-03-01,not a date,EUR,50.00\n"
	load := func() answered {
		body, contentType := typedForm(t, "text/csv", "march.csv", file, "profile", "arrears")
		return s.as(access.Supervisor, http.MethodPost, "/v1/imports", body, "Content-Type", contentType)
	}
	first := load().ok(http.StatusCreated)
	require.Equal(t, int64(1), first.int("accepted"), first.Body.String())
	require.Equal(t, int64(1), first.int("refused"))
	second := load().ok(http.StatusCreated)
	require.Equal(t, int64(1), second.int("unchanged"))
	require.Zero(t, second.int("accepted"))
	path := "/v1/imports/" + first.text("id")
	require.Equal(t, path, first.Header().Get("Location"))
	require.JSONEq(t, first.Body.String(), s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK).Body.String())
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/imports", nil).ok(http.StatusOK).field("items"), 2)

	row := s.as(access.Auditor, http.MethodGet, path+"/quarantine?state=open", nil).ok(http.StatusOK)
	require.Equal(t, int64(3), row.int("items.0.line"))
	require.NotEmpty(t, row.text("items.0.code"))
	quarantined := "/v1/quarantine/" + row.text("items.0.id")
	s.as(access.Auditor, http.MethodGet, quarantined, nil).ok(http.StatusOK)
	s.as(access.Supervisor, http.MethodPost, quarantined+"/correct", map[string]any{"fields": map[string]any{"due_date": "still no date"}}).
		refused(http.StatusBadRequest, "quarantine.still_refused")
	corrected := s.as(access.Supervisor, http.MethodPost, quarantined+"/correct", map[string]any{"fields": map[string]any{"due_date": "2026-04-15"}}).ok(http.StatusOK)
	require.Equal(t, "corrected", corrected.text("state"))
	s.as(access.Supervisor, http.MethodPost, quarantined+"/discard", map[string]any{"reason": "late"}).refused(http.StatusConflict, "quarantine.settled")
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/invoices", nil).field("items"), 2)
}

func TestAnImportRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	before := s.rows()
	for name, parts := range map[string][]string{
		"no profile":            {"@file", "x"},
		"two profiles":          {"profile", "arrears", "@profile_file", "x", "@file", "x"},
		"unknown profile":       {"profile", "nowhere", "@file", "x"},
		"a malformed profile":   {"@profile_file", "{", "@file", "x"},
		"an empty file":         {"profile", "arrears", "@file", ""},
		"a wrong header":        {"profile", "arrears", "@file", "a,b\n1,2\n"},
		"a malformed date":      {"profile", "arrears", "as_of", "2026-02-30", "@file", "x"},
		"totals without reason": {"profile", "arrears", "@control_totals", "[]]", "@file", "x"},
		"an unknown part":       {"profile", "arrears", "surprise", "1", "@file", "x"},
	} {
		body, contentType := form(t, parts...)
		got := s.as(access.Admin, http.MethodPost, "/v1/imports", body, "Content-Type", contentType)
		require.GreaterOrEqual(t, got.Code, 400, "%s: %s", name, got.Body)
		require.Less(t, got.Code, 500, "%s: %s", name, got.Body)
	}
	after := s.rows()
	for table, n := range before {
		if table != "imports" { // a load that failed is on the record
			require.Equal(t, n, after[table], table)
		}
	}
}

func TestHealthIsTold(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	require.Equal(t, "alive", s.as("", http.MethodGet, "/healthz", nil).ok(http.StatusOK).text("status"))
	require.Equal(t, true, s.as("", http.MethodGet, "/readyz", nil).ok(http.StatusOK).field("ready"))
}

// The same request at once, many times over, on the real store: one runs, the others are told so or see its answer.
func TestTheSameRequestAtOnceMakesOneRecord(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	body := map[string]any{"customer_id": customer, "kind": "note", "body": "once"}
	var mu sync.Mutex
	codes := map[int]int{}
	var group sync.WaitGroup
	for range 12 {
		group.Go(func() {
			got := s.as(access.Collector, http.MethodPost, "/v1/notes", body, headerIdempotencyKey, "the-one")
			mu.Lock()
			defer mu.Unlock()
			codes[got.Code]++
			if got.Code == http.StatusConflict {
				require.Equal(t, CodeInProgress, got.code())
			}
		})
	}
	group.Wait()
	require.Positive(t, codes[http.StatusCreated], codes)
	require.Equal(t, 12, codes[http.StatusCreated]+codes[http.StatusConflict])
	require.Len(t, s.as(access.Collector, http.MethodGet, "/v1/notes", nil).field("items"), 1)
	replayed := s.as(access.Collector, http.MethodPost, "/v1/notes", body, headerIdempotencyKey, "the-one").ok(http.StatusCreated)
	require.Equal(t, "true", replayed.Header().Get(headerReplayed))
	require.Equal(t, http.StatusCreated, s.as(access.Supervisor, http.MethodPost, "/v1/notes", body, headerIdempotencyKey, "the-one").Code, "another caller's key is another key")
}

// What a process that dies between commit and answer leaves behind: the record, and a reservation without an answer.
func TestARequestThatRunsAgainAfterItsCommitMakesNoSecondRecord(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	invoice := s.invoice(customer, "I-1", 100_00)
	requests := []struct {
		path string
		body map[string]any
	}{
		{"/v1/notes", map[string]any{"customer_id": customer, "kind": "note", "body": "once"}},
		{"/v1/blocks", map[string]any{"customer_id": customer, "reason": "legal"}},
		{"/v1/promises", map[string]any{"invoice_id": invoice.text("id"), "amount_minor": 60_00, "currency": "EUR", "due_on": "2026-04-15"}},
		{"/v1/dispute-flags", map[string]any{"item_id": invoice.text("items.0.id"), "amount_minor": 70_00, "currency": "EUR", "reason": "pricing"}},
		{"/v1/tasks", map[string]any{"role": "collector", "summary": "Call", "due_on": "2026-04-01"}},
		{"/v1/receipts", map[string]any{"number": "B-1", "customer_id": customer, "currency": "EUR", "amount_minor": 5_00, "value_date": "2026-03-31"}},
		{"/v1/write-offs", map[string]any{"item_id": invoice.text("items.0.id"), "kind": "concession", "amount_minor": 10_00, "currency": "EUR", "reason": "peace"}},
		{"/v1/customers/" + customer + "/contacts", map[string]any{"role": "legal"}},
		{"/v1/invoices/" + invoice.text("id") + "/restart", nil},
		{"/v1/keys", map[string]any{"name": "twice", "role": "auditor"}},
	}
	for _, r := range requests {
		var body any
		if r.body != nil {
			body = r.body
		}
		first := s.as(access.Admin, http.MethodPost, r.path, body, headerIdempotencyKey, "k"+r.path)
		require.Less(t, first.Code, 300, "%s: %s", r.path, first.Body)
		before := s.rows()
		s.forgetAnswers()
		second := s.as(access.Admin, http.MethodPost, r.path, body, headerIdempotencyKey, "k"+r.path)
		require.Equal(t, first.Code, second.Code, "%s: %s", r.path, second.Body)
		require.Empty(t, second.Header().Get(headerReplayed), r.path)
		require.Equal(t, first.text("id"), second.text("id"), r.path)
		require.Equal(t, before, s.rows(), r.path)
	}
}

func TestTheDocumentationIsServedToABrowser(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/docs", nil)
	r.SetBasicAuth("anyone", s.tokens[access.Collector])
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Header().Get("Content-Type"), "text/html")
	require.Contains(t, w.Header().Get("Content-Security-Policy"), "style-src 'sha256-")
	page := w.Body.String()
	c, err := loadContract()
	require.NoError(t, err)
	for name, o := range c.operations {
		require.Contains(t, page, `id="`+o.Op.OperationID+`"`, name)
	}
	for name := range c.doc.Components.Schemas {
		require.Contains(t, page, `id="schema-`+name+`"`)
	}
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "http://")
	require.Equal(t, string(specYAML), s.as(access.Auditor, http.MethodGet, "/openapi.yaml", nil).ok(http.StatusOK).Body.String())
}
