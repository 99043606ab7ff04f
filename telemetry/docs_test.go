package telemetry_test

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"arrears/telemetry"
)

var (
	update = flag.Bool("update", false, "write docs/metrics.md again")
	family = regexp.MustCompile(`\b(arrears|temporal|go|process)_[a-z0-9_]+`)
	labels = regexp.MustCompile(`\bby \(([a-z_, ]+)\)|\{([a-z_]+)(=~|!=|=)`)
)

const docs = "../docs/metrics.md"

func TestTheDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	if *update {
		require.NoError(t, os.WriteFile(docs, []byte(telemetry.Markdown()), 0o644))
	}
	have, err := os.ReadFile(docs)
	require.NoError(t, err)
	require.Equal(t, telemetry.Markdown(), string(have), "run: go test ./telemetry -update")
}

// known are the names that an expression may use, with the labels of each.
func known(t *testing.T) map[string][]string {
	t.Helper()
	names := map[string][]string{}
	for _, d := range telemetry.Catalogue() {
		names[d.Name] = d.Labels
		if d.Kind == telemetry.Histogram {
			delete(names, d.Name)
			names[d.Name+"_bucket"] = append([]string{"le"}, d.Labels...)
		}
	}
	text, err := os.ReadFile(docs)
	require.NoError(t, err)
	for _, name := range family.FindAllString(string(text), -1) {
		if strings.HasPrefix(name, "arrears_") {
			continue
		}
		names[name] = []string{"operation", "worker_type"}
		if strings.HasSuffix(name, "_seconds") {
			names[name+"_bucket"] = []string{"le", "operation"}
		}
	}
	return names
}

// requireKnown checks the names of an expression, and the labels it groups and selects by.
func requireKnown(t *testing.T, names map[string][]string, expr, where string) {
	t.Helper()
	found := family.FindAllString(expr, -1)
	if len(found) == 0 {
		require.Contains(t, expr, `up{job=~"arrears-.*"}`, where)
		return
	}
	allowed := map[string]bool{"instance": true, "job": true}
	for _, name := range found {
		require.Contains(t, names, name, where)
		for _, label := range names[name] {
			allowed[label] = true
		}
	}
	for _, m := range labels.FindAllStringSubmatch(expr, -1) {
		for label := range strings.SplitSeq(m[1]+m[2], ",") {
			require.True(t, allowed[strings.TrimSpace(label)], "%s: %s", where, label)
		}
	}
	require.Equal(t, strings.Count(expr, "("), strings.Count(expr, ")"), where)
}

type rule struct {
	Alert       string
	Expr        string
	Labels      map[string]string
	Annotations map[string]string
}

func rules(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile("../deploy/prometheus/alerts.yml")
	require.NoError(t, err)
	var file struct{ Groups []struct{ Rules []rule } }
	require.NoError(t, yaml.Unmarshal(text, &file))
	var all []rule
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	require.NotEmpty(t, all)
	return all
}

func TestRulesNameWhatExistsAndSayWhatToDo(t *testing.T) {
	t.Parallel()
	names := known(t)
	seen := map[string]bool{}
	for _, r := range rules(t) {
		require.False(t, seen[r.Alert], r.Alert)
		seen[r.Alert] = true
		requireKnown(t, names, r.Expr, r.Alert)
		require.Contains(t, []string{"page", "ticket"}, r.Labels["severity"], r.Alert)
		require.NotEmpty(t, r.Annotations["summary"], r.Alert)
		require.NotEmpty(t, r.Annotations["action"], r.Alert)
	}
	told := telemetry.Markdown()
	for name := range seen {
		require.True(t, name == "ArrearsDown" || strings.Contains(told, "`"+name+"`"), "docs/metrics.md does not name %s", name)
	}
	for _, d := range telemetry.Catalogue() {
		require.True(t, d.Alert == "" || seen[d.Alert], "%s names %s, which is no rule", d.Name, d.Alert)
	}
}

func TestTheDashboardShowsWhatExists(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../deploy/grafana/dashboards/arrears.json")
	require.NoError(t, err)
	var board struct {
		UID    string
		Panels []struct {
			ID      int
			Type    string
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct {
				Expr       string
				Datasource struct{ UID string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &board))
	names := known(t)
	ids, shown := map[int]bool{}, ""
	for _, p := range board.Panels {
		require.False(t, ids[p.ID], p.Title)
		ids[p.ID] = true
		require.LessOrEqual(t, p.GridPos.X+p.GridPos.W, 24, p.Title)
		require.True(t, p.Type == "row" || len(p.Targets) > 0, p.Title)
		for _, target := range p.Targets {
			require.Equal(t, "prometheus", target.Datasource.UID, "as provisioned")
			requireKnown(t, names, target.Expr, p.Title)
			shown += target.Expr + "\n"
		}
	}
	for _, d := range telemetry.Catalogue() {
		if d.Section == telemetry.SectionBusiness && !strings.HasPrefix(d.Name, "arrears_business_") && !strings.HasSuffix(d.Name, "position") {
			require.True(t, strings.Contains(shown, d.Name), "%s is not on the dashboard", d.Name)
		}
	}
}

// The checks can fail.
func TestAWrongExpressionIsSeen(t *testing.T) {
	t.Parallel()
	names := known(t)
	require.NotContains(t, names, "arrears_case")
	require.NotContains(t, names, "arrears_http_request_seconds", "a histogram has buckets")
	require.Contains(t, names, "arrears_http_request_seconds_bucket")
	require.Equal(t, [][]string{{"by (le, route)", "le, route", "", ""}, {"{code!=", "", "code", "!="}},
		labels.FindAllStringSubmatch(`sum by (le, route) (arrears_x{code!=""})`, -1))
}
