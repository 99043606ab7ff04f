package telemetry_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/telemetry"
)

// scrape reads the page of metrics: families by name, and the page itself.
func scrape(t *testing.T, m *telemetry.Metrics) (map[string]string, string) {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, answer.Code)
	page := answer.Body.String()
	families := map[string]string{}
	for lines := bufio.NewScanner(strings.NewReader(page)); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			families[name] = kind
		}
	}
	return families, page
}

// everything makes metrics of which each has at least one value.
func everything(t *testing.T) *telemetry.Metrics {
	t.Helper()
	m := telemetry.NewMetrics()
	t.Cleanup(m.Close)
	m.Version("v0")
	m.Pool(func() telemetry.Pool { return telemetry.Pool{InUse: 3, Max: 20, AcquireTime: time.Second} })
	m.Business(func(context.Context) ([]telemetry.Value, error) {
		var list []telemetry.Value
		for _, d := range telemetry.Catalogue() {
			if d.Section == telemetry.SectionBusiness {
				list = append(list, telemetry.Value{Name: d.Name, Labels: make([]string, len(d.Labels)), N: 7})
			}
		}
		return slices.DeleteFunc(list, func(v telemetry.Value) bool { return strings.HasPrefix(v.Name, "arrears_business_") }), nil
	}, true)
	m.Leads(true)
	m.Lag(4, time.Second)
	m.Delivered(1, 2, time.Millisecond)
	m.Failed("internal")
	m.Sealed(3)
	m.Attempted("", time.Second)
	m.Died()
	m.Resent(1)
	m.Activity("SendNotice", "", time.Millisecond)
	m.Running(1)
	m.Request(http.MethodGet, "/v1/invoices/{id}", http.StatusOK, time.Millisecond)
	return m
}

// What a process shows is what the catalogue, and with it docs/metrics.md, tells: all of it and nothing else.
func TestTheCatalogueIsWhatIsShown(t *testing.T) {
	t.Parallel()
	m := everything(t)
	shown, page := scrape(t, m)
	told := map[string]string{}
	for _, d := range telemetry.Catalogue() {
		require.NotContains(t, told, d.Name, "twice")
		require.NotEmpty(t, d.Help, d.Name)
		require.NotEmpty(t, d.Unit, d.Name)
		require.NotEmpty(t, d.Section, d.Name)
		told[d.Name] = string(d.Kind)
		if d.Kind == telemetry.Counter {
			require.True(t, strings.HasSuffix(d.Name, "_total"), d.Name)
		}
	}
	for name, kind := range shown {
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			delete(shown, name)
			continue
		}
		require.Equal(t, told[name], kind, name)
	}
	require.Len(t, shown, len(told))
	require.Contains(t, page, `arrears_http_requests_total{code="200",method="GET",route="/v1/invoices/{id}"} 1`)
	require.Contains(t, page, `arrears_relay_delivered_total{how="nudge"} 2`)
	require.Contains(t, page, `arrears_db_connections{state="in_use"} 3`)
	require.Contains(t, page, `arrears_activities_total{activity="SendNotice",code=""} 1`)
}

func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	t.Cleanup(m.Close)
	for i := range 500 {
		code := fmt.Sprintf("code_%d", i)
		m.Failed(code)
		m.Activity("Review", code, time.Millisecond)
		m.Request("M"+code, "", http.StatusNotFound, time.Millisecond)
	}
	m.Business(func(context.Context) ([]telemetry.Value, error) {
		var list []telemetry.Value
		for i := range 500 {
			list = append(list, telemetry.Value{Name: telemetry.TasksOpen, Labels: []string{fmt.Sprint(i)}, N: 1})
		}
		return append(list, telemetry.Value{Name: "arrears_unknown", N: 1}, telemetry.Value{Name: telemetry.Cases, N: 1}), nil
	}, true)
	_, page := scrape(t, m)
	require.Equal(t, 101, strings.Count(page, "arrears_relay_failed_total{"), "a hundred and the other")
	require.Contains(t, page, `arrears_relay_failed_total{code="other"} 400`)
	require.Equal(t, 101, strings.Count(page, "arrears_activities_total{"))
	require.Equal(t, 1, strings.Count(page, "arrears_http_requests_total{"), "a caller's own words are no labels")
	require.Equal(t, 200, strings.Count(page, "arrears_tasks_open{"))
	require.NotContains(t, page, "arrears_unknown")
	require.NotContains(t, page, "\narrears_cases", "labels are missing")
}

// Figures are counted by the leader alone, and not at every scrape.
func TestTheLeaderCountsAndSeldom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // by a clock that stands while the counting runs
		m := telemetry.NewMetrics()
		defer m.Close()
		var counted atomic.Int64
		m.Business(func(context.Context) ([]telemetry.Value, error) {
			return []telemetry.Value{{Name: telemetry.CasesLate, N: float64(counted.Add(1))}}, nil
		}, false)
		shown, _ := scrape(t, m)
		require.NotContains(t, shown, telemetry.BusinessUp, "another process counts")
		require.Zero(t, counted.Load())
		m.Leads(true)
		for range 5 {
			_, page := scrape(t, m)
			require.Contains(t, page, "arrears_cases_late 1\n")
			require.Contains(t, page, "arrears_business_up 1\n")
		}
		require.EqualValues(t, 1, counted.Load())
		m.Leads(false)
		shown, _ = scrape(t, m)
		require.NotContains(t, shown, telemetry.CasesLate)
	})
}

func TestFiguresThatCannotBeCountedAreNotShown(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	t.Cleanup(m.Close)
	m.Business(func(context.Context) ([]telemetry.Value, error) {
		return []telemetry.Value{{Name: telemetry.CasesLate, N: 1}}, errors.New("the database is away")
	}, true)
	shown, page := scrape(t, m)
	require.Contains(t, page, "arrears_business_up 0\n")
	require.NotContains(t, shown, telemetry.CasesLate)
}

// The end of a process ends the counting.
func TestCountingEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	began, ended := make(chan struct{}), make(chan struct{})
	m.Business(func(ctx context.Context) ([]telemetry.Value, error) {
		close(began)
		<-ctx.Done()
		close(ended)
		return nil, ctx.Err()
	}, true)
	go func() { <-began; m.Close() }()
	scrape(t, m)
	<-ended
}

func TestTheEnginesMetricsAreInTheSameRegistry(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	t.Cleanup(m.Close)
	handler, err := m.Temporal(slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	again, err := m.Temporal(slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	for range 2 {
		handler.WithTags(map[string]string{"operation": "StartWorkflowExecution"}).Counter("temporal_request").Inc(1)
		again.WithTags(map[string]string{"operation": "StartWorkflowExecution"}).Timer("temporal_request_latency").Record(time.Second)
		again.Gauge("temporal_num_pollers").Update(3)
	}
	shown, page := scrape(t, m)
	require.Equal(t, "counter", shown["temporal_request_total"])
	require.Equal(t, "histogram", shown["temporal_request_latency_seconds"])
	require.Equal(t, "gauge", shown["temporal_num_pollers"])
	require.Contains(t, page, `temporal_request_total{operation="StartWorkflowExecution"} 2`)
	require.Contains(t, page, `temporal_request_latency_seconds_bucket{operation="StartWorkflowExecution",le="1"} 2`)
	require.NotContains(t, page, "otel_scope")
	require.NotContains(t, shown, "target_info")
}

func TestThePageIsServedUntilTheEnd(t *testing.T) {
	t.Parallel()
	m := everything(t)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- m.Serve(ctx, listener) }()
	for path, status := range map[string]int{"/healthz": http.StatusOK, "/metrics": http.StatusOK, "/": http.StatusNotFound} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+path, nil)
		require.NoError(t, err)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, status, answer.StatusCode, path)
	}
	cancel()
	require.NoError(t, <-served)
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	require.Error(t, m.Serve(t.Context(), closed))
}
