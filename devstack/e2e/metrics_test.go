package e2e

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/telemetry"
)

// metricsAt reads the page of a process; empty while it does not answer.
func metricsAt(t *testing.T, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return ""
	}
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	return string(page)
}

// What a worker at work shows is what docs/metrics.md tells, under labels that name nobody and nothing single.
func TestAWorkerShowsWhatItDoes(t *testing.T) {
	t.Parallel()
	address := house.FreeAddress(t)
	h := house.New(t, house.Options{Policy: remindNow, Idle: true})
	worker := h.Process([]string{"worker"}, "ARREARS_METRICS_ADDR="+address)
	const customer = "quill" // no digits: labels name a namespace whose name is at random
	h.Invoice(h.Customer(customer), "M-1", 500_00, h.Today().AddDays(-3))
	h.AwaitMails(customer, 1)
	var page string
	for _, line := range []string{ // of the database, of the relay, and of the activity, which ends a moment after its commit
		`arrears_notices_total{channel="email",outcome="sent"} 1`,
		`arrears_relay_leads 1`, `arrears_cases{state="active"} 1`, `arrears_items_open_minor{currency="EUR"} 50000`, `arrears_business_up 1`,
		`arrears_activities_total{activity="DeliverNotice",code=""} 1`, `arrears_invariant_total{name="dunned_after_paid"} 0`,
	} {
		h.Until("the figures tell "+line, func() bool {
			page = metricsAt(t, address)
			return strings.Contains(page, line+"\n")
		})
	}
	requireDocumented(t, page)
	labels := regexp.MustCompile(`(?m)^\w+\{(.*)\} \S+$`).FindAllStringSubmatch(page, -1)
	require.Greater(t, len(labels), 100, "values are left out: digits of a number of seconds are nobody's")
	for _, label := range labels {
		require.NotRegexp(t, `[0-9a-f]{8}-[0-9a-f]{4}-|(?i:`+customer+`)|M-1"`, label[1], "a label names something single")
	}
	worker.Stop()
}

// requireDocumented checks the names of a page against the catalogue, and that what the document says of Temporal is so.
func requireDocumented(t *testing.T, page string) {
	t.Helper()
	told := map[string]string{}
	for _, d := range telemetry.Catalogue() {
		told[d.Name] = string(d.Kind)
	}
	shown := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`).FindAllStringSubmatch(page, -1) {
		shown[m[1]] = true
		if strings.HasPrefix(m[1], "arrears_") {
			require.Equal(t, told[m[1]], m[2], m[1])
			continue
		}
		require.Regexp(t, `^(temporal|go|process)_`, m[1])
	}
	text, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	// What counts failures shows nothing before the first, and a worker with room hands its deliveries to itself.
	rare := map[string]bool{
		"temporal_activity_schedule_to_start_latency_seconds": true,
		"temporal_request_failure_total":                      true, "temporal_workflow_task_execution_failed_total": true,
		"temporal_sticky_cache_total_forced_eviction_total": true,
	}
	for _, name := range regexp.MustCompile(`\b(temporal|go|process)_[a-z_]+[a-z]\b`).FindAllString(string(text), -1) {
		require.True(t, shown[name] || rare[name], "docs/metrics.md names %s; there are %v", name, slices.Sorted(maps.Keys(shown)))
	}
}

// The API's process shows its requests by their templates, and leaves counting the business to the relay.
func TestTheAPIShowsItsRequests(t *testing.T) {
	t.Parallel()
	address := house.FreeAddress(t)
	h := house.New(t, house.Options{Idle: true, Env: map[string]string{"ARREARS_METRICS_ADDR": address}})
	c := h.Customer("7402")
	api := h.ServeAPI()
	for _, path := range []string{fmt.Sprintf("/v1/customers/%s", c.ID), "/nowhere/at/all"} {
		answer, err := api.Do(http.MethodGet, path, "", nil)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	}
	var page string
	for _, line := range []string{ // counted when the answer is out, which may be a moment after it is read
		`arrears_http_requests_total{code="200",method="GET",route="/v1/customers/{id}"} 1`,
		`arrears_http_requests_total{code="404",method="other",route="other"} 1`,
	} {
		h.Until("the figures tell "+line, func() bool {
			page = metricsAt(t, address)
			return strings.Contains(page, line+"\n")
		})
	}
	require.NotContains(t, page, "arrears_business_up")
	require.Contains(t, page, "arrears_relay_leads 0\n")
	require.Contains(t, page, `arrears_build_info{go="go`)
	api.Stop()
}
