package wire_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/internal/wire"
	"arrears/telemetry"
)

// portfolio is a database with known figures. Foreign keys are not what is looked at.
const portfolio = `
SET session_replication_role = replica;
INSERT INTO cases (id, kind, customer_id, policy_version_id, state, wake_at)
SELECT gen_random_uuid(), 'invoice', gen_random_uuid(), gen_random_uuid(), s, now() + n * interval '1 day'
FROM (VALUES ('active', 1), ('active', 2), ('active', -1), ('needs_attention', -1), ('closed', -1), ('closed', -1)) AS c (s, n);
INSERT INTO items (id, customer_id, kind, due_date, aging_date, time_zone, currency, original_minor, paid_minor, open_minor)
SELECT gen_random_uuid(), gen_random_uuid(), 'claim', '2026-01-01', '2026-01-01', 'UTC', c, 1000, 1000 - o, o
FROM (VALUES ('EUR', 400), ('EUR', 50), ('EUR', 0), ('JPY', 7)) AS i (c, o);
INSERT INTO notices (id, customer_id, currency, channel, kind, state, language, time_zone, opens_at, seal_after, window_from, window_to, calendar, content_hash, created_at)
SELECT gen_random_uuid(), gen_random_uuid(), 'EUR', c, 'dunning', s, 'en', 'UTC', now(), now(), 0, 1, 'none', '\x00', now()
FROM (VALUES ('sent', 'email'), ('sent', 'email'), ('sent', 'letter'), ('withdrawn', 'email'), ('refused', 'email'), ('gathering', 'email'), ('draft', 'letter'), ('sending', 'email')) AS n (s, c);
INSERT INTO approvals (id, subject_kind, subject_id, customer_id, stage, role, state, content_hash, summary, amount_minor, currency, proposers, at_deadline, deadline_days, due_at, requested_at)
SELECT gen_random_uuid(), 'step', gen_random_uuid(), gen_random_uuid(), 's', 'supervisor', s, '\x00', '', 1, 'EUR', '{}', 'remind', 3, now() + d * interval '1 day', now() - interval '3 days'
FROM (VALUES ('open', 1), ('open', -1), ('approved', -1)) AS a (s, d);
INSERT INTO tasks (id, kind, dedupe, role, summary, due_on, state, created_at)
SELECT gen_random_uuid(), k, gen_random_uuid()::text, 'collector', '', '2026-01-01', s, now()
FROM (VALUES ('no_address', 'open'), ('no_address', 'open'), ('no_address', 'done'), ('ladder_done', 'open')) AS t (k, s);
INSERT INTO disputes (id, kind, customer_id, currency, state, source, taken_on, claimed_whole, claimed_minor, pending_minor, denied_minor, wake_at, opened_by, opened_at, closed_at)
SELECT gen_random_uuid(), 'deduction', gen_random_uuid(), c, s, 'api', '2026-01-01', 100, 100, p, d, now(), 'x', now(), CASE WHEN s = 'closed' THEN now() END
FROM (VALUES ('EUR', 'opened', 100, 0), ('EUR', 'opened', 100, 0), ('EUR', 'contested', 0, 60), ('USD', 'investigating', 30, 70), ('EUR', 'closed', 0, 0)) AS d (c, s, p, d);
DELETE FROM nudges;
INSERT INTO nudges (workflow_id, subject_id, kind, start_at, attempts, not_before)
VALUES ('invoice/1', gen_random_uuid(), 'invoice', NULL, 0, now() - interval '100 seconds'),
  ('invoice/2', gen_random_uuid(), 'invoice', now() + interval '1 day', 0, now()), ('invoice/3', gen_random_uuid(), 'invoice', NULL, 4, now() + interval '1 hour');
DELETE FROM counters;
INSERT INTO counters VALUES ('resent_same_bytes', 3), ('asked_too_much', 0);
INSERT INTO quarantine (id, import_id, line, field, code, message, raw, severity, state)
SELECT gen_random_uuid(), gen_random_uuid(), 1, 'f', 'c', 'm', '{}', v, s
FROM (VALUES ('refused', 'open'), ('refused', 'corrected'), ('suspicious', 'open')) AS q (v, s);
ALTER TABLE audit_entries DISABLE TRIGGER USER;
DELETE FROM audit_entries;
INSERT INTO audit_entries (id, at, actor, action, subject_kind, subject_id, recorded_at, position)
SELECT gen_random_uuid(), now(), 'a', 'case.armed', 'case', gen_random_uuid(), now() - interval '400 seconds', p
FROM (VALUES (41), (42), (NULL), (NULL), (NULL)) AS e (p);
INSERT INTO webhook_endpoints (id, url, state, reason, position, created_at, created_by)
VALUES (gen_random_uuid(), 'https://a.example', 'enabled', '', 0, now(), 'x'), (gen_random_uuid(), 'https://b.example', 'disabled_by_failure', 'webhook.failing', 0, now(), 'x'),
  (gen_random_uuid(), 'https://c.example', 'archived', '', 0, now(), 'x');
INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_type, position, state, next_at, created_at, settled_at)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'notice.sent', 1, s, now(), now() - interval '500 seconds', CASE WHEN s <> 'pending' THEN now() END
FROM (VALUES ('pending'), ('pending'), ('dead'), ('delivered')) AS d (s);
INSERT INTO censuses (id, reason, state, business_date, asked_at, begun_real)
VALUES ('01890000-0000-7000-8000-000000000001', 'night', 'done', '2026-01-01', now(), now() - interval '2 days'),
  ('01890000-0000-7000-8000-000000000002', 'night', 'done', '2026-01-02', now(), now() - interval '1 day'),
  ('01890000-0000-7000-8000-000000000003', 'night', 'running', '2026-01-03', now(), now());
INSERT INTO census_findings (census_id, check_name, subject, detail, note, repair, found_at)
SELECT c::uuid, k, gen_random_uuid()::text, '', n, r, now()
FROM (VALUES ('01890000-0000-7000-8000-000000000001', 'old', false, ''), ('01890000-0000-7000-8000-000000000002', 'no_case', false, ''),
  ('01890000-0000-7000-8000-000000000002', 'no_case', false, ''), ('01890000-0000-7000-8000-000000000002', 'no_workflow', false, 'nudged'),
  ('01890000-0000-7000-8000-000000000002', 'stray', true, '')) AS f (c, k, n, r);`

func typeName(v any) string { return fmt.Sprintf("%T", v) }

// figuresOf are the lines of a product's metrics, once the database has been counted: a page does not wait for ever for that.
func figuresOf(t *testing.T, p *wire.Product) (lines map[string]string) {
	t.Helper()
	require.Eventually(t, func() bool {
		lines = linesOf(t, p)
		return lines[telemetry.BusinessUp] == "1"
	}, 3*time.Minute, 50*time.Millisecond)
	return lines
}

func linesOf(t *testing.T, p *wire.Product) map[string]string {
	t.Helper()
	answer := httptest.NewRecorder()
	p.Metrics.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, answer.Code)
	lines := map[string]string{}
	for line := range strings.SplitSeq(answer.Body.String(), "\n") {
		if at := strings.LastIndex(line, " "); at > 0 && line[0] != '#' {
			lines[line[:at]] = line[at+1:]
		}
	}
	return lines
}

func counted(t *testing.T) *wire.Product {
	t.Helper()
	p := product(t, map[string]string{"ARREARS_METRICS_ADDR": "127.0.0.1:0", "ARREARS_METRICS_BUSINESS": "true"})
	conn, err := pgx.Connect(t.Context(), p.Config.DatabaseURL)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), portfolio)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	return p
}

func TestFiguresAreThoseOfTheDatabase(t *testing.T) {
	t.Parallel()
	have := figuresOf(t, counted(t))
	want := map[string]string{
		`arrears_cases{state="active"}`: "3", `arrears_cases{state="needs_attention"}`: "1", `arrears_cases{state="closed"}`: "2",
		`arrears_cases_late`:               "1",
		`arrears_disputes{state="opened"}`: "2", `arrears_disputes{state="contested"}`: "1", `arrears_disputes{state="awaiting_approval"}`: "0",
		`arrears_disputes_denied{currency="EUR"}`: "1", `arrears_disputes_denied_minor{currency="EUR"}`: "60",
		`arrears_disputes_denied_minor{currency="USD"}`: "70",
		`arrears_items_open{currency="EUR"}`:            "2", `arrears_items_open{currency="JPY"}`: "1",
		`arrears_items_open_minor{currency="EUR"}`: "450", `arrears_items_open_minor{currency="JPY"}`: "7",
		`arrears_notices_total{channel="email",outcome="sent"}`: "2", `arrears_notices_total{channel="letter",outcome="sent"}`: "1",
		`arrears_notices_total{channel="email",outcome="withdrawn"}`: "1", `arrears_notices_total{channel="email",outcome="refused"}`: "1",
		`arrears_notices_waiting{channel="email",state="gathering"}`: "1", `arrears_notices_waiting{channel="letter",state="draft"}`: "1",
		`arrears_notices_waiting{channel="email",state="sending"}`: "1",
		`arrears_approvals_open`:                                   "2", `arrears_approvals_overdue`: "1",
		`arrears_tasks_open{kind="no_address"}`: "2", `arrears_tasks_open{kind="ladder_done"}`: "1",
		`arrears_outbox_waiting`: "1", `arrears_outbox_delayed`: "1", `arrears_outbox_failing`: "1",
		`arrears_audit_unsealed`: "3", `arrears_audit_position`: "42",
		`arrears_invariant_total{name="resent_same_bytes"}`: "3", `arrears_invariant_total{name="asked_too_much"}`: "0",
		`arrears_invariant_total{name="dunned_after_paid"}`: "0",
		`arrears_quarantine_open{severity="refused"}`:       "1", `arrears_quarantine_open{severity="suspicious"}`: "1",
		`arrears_census_findings{check="no_case",repaired="no"}`: "2", `arrears_census_findings{check="no_workflow",repaired="yes"}`: "1",
		`arrears_webhook_deliveries{state="pending"}`: "2", `arrears_webhook_deliveries{state="dead"}`: "1",
		`arrears_webhook_endpoints{state="enabled"}`: "1", `arrears_webhook_endpoints{state="disabled"}`: "0",
		`arrears_webhook_endpoints{state="disabled_by_failure"}`: "1",
		`arrears_business_up`: "1",
	}
	for name, value := range want {
		require.Equal(t, value, have[name], name)
	}
	for name, least := range map[string]float64{
		"arrears_approvals_oldest_seconds": 3 * 86_400, "arrears_outbox_oldest_seconds": 100, "arrears_audit_unsealed_oldest_seconds": 400,
		"arrears_webhook_oldest_seconds": 500, "arrears_census_age_seconds": 86_400,
	} {
		age, err := strconv.ParseFloat(have[name], 64)
		require.NoError(t, err, name)
		const early, late = 60, 3 * 60 * 60 // clocks may differ a little, and a test may take long to look
		require.True(t, least-early < age && age < least+late, "%s is %s", name, have[name])
	}
	for line := range have {
		require.NotContains(t, line, `"old"`, "of an earlier census")
		require.NotContains(t, line, `"stray"`, "a note")
	}
}

// Every figure that the catalogue promises is counted.
func TestEveryFigureOfTheCatalogueIsCounted(t *testing.T) {
	t.Parallel()
	have := figuresOf(t, counted(t))
	for _, d := range telemetry.Catalogue() {
		if d.Section != telemetry.SectionBusiness && d.Section != telemetry.SectionDatabase {
			continue
		}
		found := false
		for line := range have {
			name, _, _ := strings.Cut(line, "{")
			found = found || name == d.Name
		}
		require.True(t, found, d.Name)
	}
}

// Off is off: nothing is made, and nothing stands in the way of anything.
func TestUnobservedNothingIsMade(t *testing.T) {
	t.Parallel()
	p := product(t, nil)
	require.Nil(t, p.Metrics)
	require.Nil(t, p.Traces)
	does, err := p.Activities()
	require.NoError(t, err)
	for name, channel := range does.Notices.Office.Channels {
		require.NotContains(t, strings.ToLower(typeName(channel)), "traced", name)
	}
	require.NotNil(t, product(t, map[string]string{"ARREARS_METRICS_ADDR": "127.0.0.1:0"}).Metrics)
	on := product(t, map[string]string{"ARREARS_TRACES_ENDPOINT": "127.0.0.1:1", "ARREARS_TRACES_INSECURE": "true"})
	does, err = on.Activities()
	require.NoError(t, err)
	for name, channel := range does.Notices.Office.Channels {
		require.Contains(t, strings.ToLower(typeName(channel)), "traced", name)
	}
}
