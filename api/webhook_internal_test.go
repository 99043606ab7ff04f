package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/access"
)

const hook = "https://erp.example.com/hooks"

// hooked adds an endpoint and returns it.
func (s *system) hooked(body map[string]any, headers ...string) answered {
	s.t.Helper()
	if body["url"] == nil {
		body["url"] = hook
	}
	return s.as(access.Admin, http.MethodPost, "/v1/webhook-endpoints", body, headers...).ok(http.StatusCreated)
}

func TestAnEndpointsSecretIsShownOnce(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	body := map[string]any{"description": "ERP", "event_types": []string{"notice.sent"}, "metadata": map[string]any{"team": "ar"}}
	made := s.hooked(body, headerIdempotencyKey, "hook-1")
	require.True(t, strings.HasPrefix(made.text("secret"), "whsec_"))
	require.Equal(t, `"1"`, made.Header().Get(headerETag))
	again := s.hooked(body, headerIdempotencyKey, "hook-1")
	require.Equal(t, "true", again.Header().Get(headerReplayed))
	require.Empty(t, again.text("secret"))
	require.Equal(t, made.text("id"), again.text("id"))
	shown := s.as(access.Auditor, http.MethodGet, made.Header().Get("Location"), nil).ok(http.StatusOK)
	require.Empty(t, shown.text("secret"))
	require.Equal(t, "enabled", shown.text("state"))
	require.Equal(t, "ar", shown.text("metadata.team"))
	require.Len(t, shown.field("secrets"), 1)
	require.NotContains(t, shown.Body.String(), "sealed")

	// An attempt that committed and whose answer was lost shows the secret that nobody has seen.
	s.forgetAnswers()
	lost := s.hooked(body, headerIdempotencyKey, "hook-1")
	require.Equal(t, made.text("secret"), lost.text("secret"))
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/webhook-endpoints?state=enabled", nil).ok(http.StatusOK).field("items"), 1)
}

func TestAnEndpointIsChangedRotatedAndArchived(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	made := s.hooked(map[string]any{})
	path := made.Header().Get("Location")
	changed := s.as(access.Admin, http.MethodPatch, path, map[string]any{"state": "disabled", "event_types": []string{"notice.sent"}, "description": "x"}, headerIfMatch, `"1"`).ok(http.StatusOK)
	require.Equal(t, "disabled", changed.text("state"))
	require.Equal(t, "notice.sent", changed.text("event_types.0"))
	s.as(access.Admin, http.MethodPatch, path, map[string]any{"description": "y"}, headerIfMatch, `"1"`).refused(http.StatusPreconditionFailed, "webhook_endpoint.changed")
	s.as(access.Admin, http.MethodPost, path+"/ping", nil).refused(http.StatusConflict, "webhook_endpoint.not_enabled")
	s.as(access.Admin, http.MethodPost, path+"/replay", map[string]any{}).refused(http.StatusConflict, "webhook_endpoint.not_enabled")
	s.as(access.Admin, http.MethodPatch, path, map[string]any{"state": "enabled", "skip_missed": true}, headerIfMatch, `"2"`).ok(http.StatusOK)

	rotated := s.as(access.Admin, http.MethodPost, path+"/rotate", map[string]any{"overlap_hours": 2}, headerIdempotencyKey, "r").ok(http.StatusOK)
	require.NotEqual(t, made.text("secret"), rotated.text("secret"))
	require.Len(t, rotated.field("secrets"), 2)
	require.NotEmpty(t, rotated.text("secrets.1.expires_at"))
	require.Empty(t, s.as(access.Admin, http.MethodPost, path+"/rotate", map[string]any{"overlap_hours": 2}, headerIdempotencyKey, "r").ok(http.StatusOK).text("secret"))
	s.as(access.Admin, http.MethodPost, path+"/rotate", map[string]any{}).ok(http.StatusOK)
	s.as(access.Admin, http.MethodPost, path+"/rotate", map[string]any{"overlap_hours": 169}).refused(http.StatusBadRequest, CodeInvalidRequest)

	require.Equal(t, "archived", s.as(access.Admin, http.MethodPost, path+"/archive", nil).ok(http.StatusOK).text("state"))
	s.as(access.Admin, http.MethodPost, path+"/archive", nil).refused(http.StatusConflict, "webhook_endpoint.archived")
	s.as(access.Admin, http.MethodPost, path+"/rotate", map[string]any{}).refused(http.StatusConflict, "webhook_endpoint.archived")
}

func TestEndpointsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	for field, body := range map[string]map[string]any{
		"url":           {"url": "https://127.0.0.1/x"},
		"event_types":   {"url": hook, "event_types": []string{"moon.rose"}},
		"from_position": {"url": hook, "from_position": 1_000_000},
		"metadata":      {"url": hook, "metadata": map[string]any{strings.Repeat("k", 41): "v"}},
	} {
		got := s.as(access.Admin, http.MethodPost, "/v1/webhook-endpoints", body).refused(http.StatusBadRequest, "receivable.invalid")
		require.Contains(t, fieldCodesIn(problemIn(t, got.ResponseRecorder)), field)
	}
	for _, body := range []map[string]any{{}, {"url": hook, "event_types": []string{"NOPE"}}, {"url": hook, "metadata": map[string]any{"a": 1}}, {"url": hook, "secret": "mine"}} {
		s.as(access.Admin, http.MethodPost, "/v1/webhook-endpoints", body).refused(http.StatusBadRequest, CodeInvalidRequest)
	}
	s.as(access.Auditor, http.MethodGet, "/v1/webhook-endpoints/"+sampleID, nil).refused(http.StatusNotFound, "webhook_endpoint.not_found")
	s.as(access.Auditor, http.MethodGet, "/v1/webhook-deliveries/"+sampleID, nil).refused(http.StatusNotFound, "webhook_delivery.not_found")
	s.as(access.Auditor, http.MethodGet, "/v1/webhook-deliveries?state=lost", nil).refused(http.StatusBadRequest, CodeInvalidRequest)
}

func TestDeliveriesAreSeenAndReplayed(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	endpoint := s.hooked(map[string]any{})
	path := endpoint.Header().Get("Location")
	for range 3 {
		pinged := s.as(access.Admin, http.MethodPost, path+"/ping", nil).ok(http.StatusCreated)
		require.Equal(t, "webhook.ping", pinged.text("event_type"))
		require.NotEmpty(t, pinged.text("next_attempt_at"))
	}
	conn, err := pgx.Connect(t.Context(), s.address)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	for _, statement := range []string{
		`UPDATE webhook_deliveries SET state = 'dead', settled_at = next_at, failures = 10, attempts = 1, last_status = 500, last_error = 'status'`,
		`INSERT INTO webhook_attempts (delivery_id, number, at, took_ms, status, error, response)
		 SELECT id, 1, next_at, 12, 500, 'status', decode('ff6f6b', 'hex') FROM webhook_deliveries`,
	} {
		_, err = conn.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
	dead := s.as(access.Auditor, http.MethodGet, "/v1/webhook-deliveries?state=dead&limit=2&event_type=webhook.ping&endpoint_id="+endpoint.text("id"), nil).ok(http.StatusOK)
	require.Len(t, dead.field("items"), 2)
	next := s.as(access.Auditor, http.MethodGet, "/v1/webhook-deliveries?state=dead&limit=2&cursor="+dead.text("next_cursor"), nil).ok(http.StatusOK)
	require.Len(t, next.field("items"), 1)
	one := "/v1/webhook-deliveries/" + dead.text("items.0.id")
	shown := s.as(access.Auditor, http.MethodGet, one, nil).ok(http.StatusOK)
	require.Equal(t, int64(500), shown.int("log.0.status"))
	require.Equal(t, int64(12), shown.int("log.0.duration_ms"))
	require.Equal(t, "\uFFFDok", shown.text("log.0.response"))

	again := s.as(access.Admin, http.MethodPost, one+"/replay", nil).ok(http.StatusOK)
	require.Equal(t, "pending", again.text("state"))
	require.Equal(t, int64(1), again.int("replays"))
	bulk := s.as(access.Admin, http.MethodPost, path+"/replay", map[string]any{"since": "2026-01-01T00:00:00Z", "state": "dead"}).ok(http.StatusOK)
	require.Equal(t, int64(2), bulk.int("deliveries"))
	require.Equal(t, false, bulk.field("more"))
	s.as(access.Admin, http.MethodPost, path+"/replay", map[string]any{"from_position": 0, "state": "dead"}).refused(http.StatusBadRequest, "receivable.invalid")
	from := s.as(access.Admin, http.MethodPost, path+"/replay", map[string]any{"from_position": 0}).ok(http.StatusOK)
	require.Equal(t, int64(0), from.int("deliveries"))
}
