package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// load is the report of an import.
type load struct {
	ID         string `json:"id"`
	State      string `json:"state"`
	Accepted   int    `json:"accepted"`
	Changed    int    `json:"changed"`
	Unchanged  int    `json:"unchanged"`
	Refused    int    `json:"refused"`
	Suspicious int    `json:"suspicious"`
}

// TestARealFileLoadedTwice loads public data of settled invoices as they were known on a day: later settlements stay
// unknown, so those invoices are open. The second load changes nothing.
func TestARealFileLoadedTwice(t *testing.T) {
	t.Parallel()
	path := filepath.Join(sharedData(t), "invoices", "ibm-late-payments.csv")
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	w := begin(t, "2013-06-30")
	send := func() load {
		var report load
		w.boss.upload("/v1/imports", "ibm-late-payments.csv", file, map[string]string{
			"profile": "ibm-late-payments", "as_of": "2013-06-30", "currency": "USD",
		}).into(&report)
		require.Equal(t, "done", report.State)
		return report
	}
	first := send()
	known, open := knownOn(t, path, "2013-06-30")
	require.Equal(t, known, first.Accepted, "invoices of later days are not entered")
	require.Zero(t, first.Refused)
	before := openSums(w)
	require.Equal(t, open, before)

	second := send()
	require.Zero(t, second.Accepted)
	require.Zero(t, second.Changed)
	require.Equal(t, first.Accepted, second.Unchanged)
	require.Equal(t, first.Refused, second.Refused)
	require.Equal(t, before, openSums(w))
	require.Len(t, list[load](w.auditor, "/v1/imports"), 2)
}

// openSums are what each open invoice owes, by number.
func openSums(w *world) map[string]int64 {
	w.Helper()
	sums := map[string]int64{}
	for _, row := range list[invoiceRow](w.auditor, "/v1/invoices?state=open") {
		sums[row.Number] = row.OpenMinor
	}
	return sums
}

// knownOn reads the file as a person would: how many invoices there were on a day, and what was open of each.
func knownOn(t *testing.T, path, date string) (known int, open map[string]int64) {
	t.Helper()
	open = map[string]int64{}
	day, err := time.Parse(time.DateOnly, date)
	require.NoError(t, err)
	for _, row := range table(t, path) {
		if american(t, row["InvoiceDate"]).After(day) {
			continue
		}
		known++
		if american(t, row["SettledDate"]).After(day) {
			open[row["invoiceNumber"]] = mustParse(row["InvoiceAmount"], "USD")
		}
	}
	require.NotEmpty(t, open)
	return known, open
}

func american(t *testing.T, text string) time.Time {
	t.Helper()
	day, err := time.Parse("1/2/2006", text)
	require.NoError(t, err)
	return day
}
