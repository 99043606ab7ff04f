package report

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheReportReadsAsItShould(t *testing.T) {
	t.Parallel()
	r := Make(facts())
	asJSON, err := r.JSON()
	require.NoError(t, err)
	golden(t, "report.json", asJSON)
	page, err := r.HTML()
	require.NoError(t, err)
	golden(t, "report.html", page)
	golden(t, "report-80.txt", []byte(texted(t, r, 80)))
	golden(t, "report-120.txt", []byte(texted(t, r, 120)))
}

func TestAFailedReportReadsAsItShould(t *testing.T) {
	t.Parallel()
	f := facts()
	f.Notices[5].Lines[0].OpenMinor = 40000
	f.Notices[3].Lines[0].WaitingMinor = 48050
	f.Invoices[3].PaidOn = day("2026-02-08")
	r := Make(f)
	page, err := r.HTML()
	require.NoError(t, err)
	golden(t, "failed.html", page)
	golden(t, "failed-80.txt", []byte(texted(t, r, 80)))
}

func TestNoFactsMakeAReportToo(t *testing.T) {
	t.Parallel()
	r := Make(Facts{})
	asJSON, err := r.JSON()
	require.NoError(t, err)
	golden(t, "empty.json", asJSON)
	require.NotContains(t, string(asJSON), `": null,
  "notices"`)
	page, err := r.HTML()
	require.NoError(t, err)
	golden(t, "empty.html", page)
	golden(t, "empty-80.txt", []byte(texted(t, r, 80)))
}

func TestTheComparisonReadsAsItShould(t *testing.T) {
	t.Parallel()
	c := Compare(Make(facts()), Make(gentle()))
	asJSON, err := c.JSON()
	require.NoError(t, err)
	golden(t, "comparison.json", asJSON)
	page, err := c.HTML()
	require.NoError(t, err)
	golden(t, "comparison.html", page)
	golden(t, "comparison-80.txt", []byte(texted(t, c, 80)))
	golden(t, "comparison-120.txt", []byte(texted(t, c, 120)))
}

func TestNothingComparedWithNothing(t *testing.T) {
	t.Parallel()
	c := Compare(Make(Facts{}), Make(Facts{}))
	page, err := c.HTML()
	require.NoError(t, err)
	golden(t, "comparison-empty.html", page)
	golden(t, "comparison-empty-80.txt", []byte(texted(t, c, 80)))
}

// Readers of the JSON form get back what was written, and lists are never null.
func TestTheJSONFormComesBack(t *testing.T) {
	t.Parallel()
	for _, f := range []Facts{{}, facts(), gentle()} {
		r := Make(f)
		text, err := r.JSON()
		require.NoError(t, err)
		var back Report
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, r, back)
		require.Equal(t, Version, back.Version)
		var raw map[string]any
		require.NoError(t, json.Unmarshal(text, &raw))
		noNulls(t, "", raw)
	}
}

func noNulls(t *testing.T, path string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		require.Contains(t, []string{".paid_on", ".chases.median_days", ".chases.p90_days"}, path)
	case map[string]any:
		for key, inner := range v {
			noNulls(t, path+"."+key, inner)
		}
	case []any:
		for _, inner := range v {
			noNulls(t, "", inner)
		}
	}
}
