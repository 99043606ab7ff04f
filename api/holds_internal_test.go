package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/receivable"
)

func TestAPromiseIsMadeAndWithdrawn(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	invoice := s.invoice(customer, "I-1", 100_00).text("id")
	made := s.as(access.Collector, http.MethodPost, "/v1/promises", map[string]any{
		"invoice_id": invoice, "amount_minor": 80_00, "currency": "EUR", "due_on": "2026-04-15", "grace_days": 3, "note": "by phone",
	}).ok(http.StatusCreated)
	require.Equal(t, "open", made.text("state"))
	require.Equal(t, "2026-03-31", made.text("promised_on"))
	require.Equal(t, int64(80_00), made.int("items.0.amount_minor"))
	path := "/v1/promises/" + made.text("id")
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/promises?state=open&invoice_id="+invoice, nil).field("items"), 1)
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/promises?state=broken&customer_id="+customer, nil).field("items"))
	withdrawn := s.as(access.Collector, http.MethodPost, path+"/withdraw", map[string]any{"reason": "misheard"}).ok(http.StatusOK)
	require.Equal(t, "withdrawn", withdrawn.text("state"))
	s.as(access.Collector, http.MethodPost, path+"/withdraw", map[string]any{"reason": "again"}).refused(http.StatusConflict, "promise.not_open")
	require.JSONEq(t, withdrawn.Body.String(), s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK).Body.String())
	got := s.as(access.Collector, http.MethodPost, "/v1/promises", map[string]any{"invoice_id": invoice, "amount_minor": 100_01, "currency": "EUR", "due_on": "2026-04-15"})
	require.Equal(t, "promise.exceeds_open", got.code())
}

func TestABlockIsSetAndReleased(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	made := s.as(access.Collector, http.MethodPost, "/v1/blocks", map[string]any{"customer_id": customer, "reason": "goodwill", "until": "2026-04-30"}).ok(http.StatusCreated)
	path := "/v1/blocks/" + made.text("id")
	require.Equal(t, "2026-04-30", made.text("until"))
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/blocks?state=open", nil).field("items"), 1)
	released := s.as(access.Collector, http.MethodPost, path+"/release", nil).ok(http.StatusOK)
	require.NotEmpty(t, released.text("released_at"))
	s.as(access.Collector, http.MethodPost, path+"/release", nil).refused(http.StatusConflict, "block.released")
	require.Empty(t, s.as(access.Auditor, http.MethodGet, "/v1/blocks?state=open", nil).field("items"))
	require.JSONEq(t, released.Body.String(), s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK).Body.String())
}

func TestADisputedAmountIsFlaggedAndReleased(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	invoice := s.invoice(s.customer("C-1"), "I-1", 100_00)
	made := s.as(access.Collector, http.MethodPost, "/v1/dispute-flags", map[string]any{
		"item_id": invoice.text("items.0.id"), "amount_minor": 25_00, "currency": "EUR", "reason": "shortage",
	}).ok(http.StatusCreated)
	require.Equal(t, "open", made.text("state"))
	require.Equal(t, int64(25_00), s.as(access.Auditor, http.MethodGet, "/v1/invoices/"+invoice.text("id"), nil).int("items.0.disputed_minor"))
	path := "/v1/dispute-flags/" + made.text("id")
	released := s.as(access.Collector, http.MethodPost, path+"/release", map[string]any{"reason": "proof of delivery found"}).ok(http.StatusOK)
	require.Equal(t, "released", released.text("state"))
	require.Equal(t, "released", s.as(access.Auditor, http.MethodGet, path, nil).text("state"))
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/dispute-flags?state=released", nil).field("items"), 1)
}

func TestACallIsNotedAndFollowedUp(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	made := s.as(access.Collector, http.MethodPost, "/v1/notes", map[string]any{
		"customer_id": customer, "kind": "call", "outcome": "will_pay", "body": "Will pay on Friday.", "follow_up_on": "2026-04-03",
	}).ok(http.StatusCreated)
	require.Equal(t, "will_pay", made.text("outcome"))
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/notes?customer_id="+customer, nil).field("items"), 1)
	tasks := s.as(access.Collector, http.MethodGet, "/v1/tasks?state=open&due_by=2026-04-03&customer_id="+customer, nil).ok(http.StatusOK)
	require.Equal(t, "follow_up", tasks.text("items.0.kind"))
}

func TestATaskIsOpenedTakenAndClosed(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	made := s.as(access.Collector, http.MethodPost, "/v1/tasks", map[string]any{"role": "collector", "summary": "Call them", "due_on": "2026-04-01"}).ok(http.StatusCreated)
	path := "/v1/tasks/" + made.text("id")
	taken := s.as(access.Collector, http.MethodPost, path+"/assign", map[string]any{"assignee": "dana"}).ok(http.StatusOK)
	require.Equal(t, "dana", taken.text("assignee"))
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/tasks?assignee=dana&role=collector", nil).field("items"), 1)
	freed := s.as(access.Collector, http.MethodPost, path+"/assign", map[string]any{"assignee": ""}).ok(http.StatusOK)
	require.Nil(t, freed.field("assignee"))
	closed := s.as(access.Collector, http.MethodPost, path+"/close", map[string]any{"outcome": "reached them"}).ok(http.StatusOK)
	require.Equal(t, "done", closed.text("state"))
	s.as(access.Collector, http.MethodPost, path+"/close", map[string]any{"outcome": "again"}).refused(http.StatusConflict, "task.closed")
	require.JSONEq(t, closed.Body.String(), s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK).Body.String())
}

func TestADocumentIsStoredAndReadBack(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	invoice := s.invoice(s.customer("C-1"), "I-1", 100_00).text("id")
	body, contentType := typedForm(t, "application/pdf", "invoice.pdf", "<script>", "kind", "invoice", "invoice_id", invoice)
	require.Equal(t, "document.media_type", s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).code())
	body, contentType = typedForm(t, "text/plain", "Rechnung ä.txt", "An invoice in words.", "kind", "invoice", "invoice_id", invoice)
	stored := s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).ok(http.StatusCreated)
	path := "/v1/documents/" + stored.text("id")
	require.Equal(t, int64(20), stored.int("size"))
	require.JSONEq(t, stored.Body.String(), s.as(access.Auditor, http.MethodGet, path, nil).ok(http.StatusOK).Body.String())
	content := s.as(access.Auditor, http.MethodGet, path+"/content", nil).ok(http.StatusOK)
	require.Equal(t, "An invoice in words.", content.Body.String())
	require.Contains(t, content.Header().Get("Content-Disposition"), "attachment")
	require.Equal(t, "20", content.Header().Get("Content-Length"))
	require.Equal(t, `"`+stored.text("sha256")+`"`, content.Header().Get("ETag"))
	require.Equal(t, "nosniff", content.Header().Get("X-Content-Type-Options"))
	require.Contains(t, content.Header().Get("Content-Type"), "text/plain")
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/invoices/"+invoice+"/documents", nil).field("items"), 1)
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/documents?kind=invoice&invoice_id="+invoice, nil).field("items"), 1)
	s.as(access.Auditor, http.MethodGet, "/v1/documents/"+sampleID+"/content", nil).refused(http.StatusNotFound, "document.not_found")
}

func TestADocumentBeyondTheBoundIsRefused(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	large := strings.Repeat("x", receivable.DefaultMaxDocument+1)
	body, contentType := typedForm(t, "text/plain", "large.txt", large, "kind", "claim", "customer_id", customer)
	s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).refused(http.StatusRequestEntityTooLarge, "document.too_large")
	body, contentType = typedForm(t, "text/plain", "small.txt", "x", "kind", strings.Repeat("x", formMemory+1), "customer_id", customer)
	s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).refused(http.StatusRequestEntityTooLarge, CodeTooLarge)
}
