package scenarios_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sharedData finds the folder of test material that the repository may not hold: ARREARS_SHARED_DATA, or shared/data beside
// the checkout. Without it the test is skipped.
func sharedData(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("ARREARS_SHARED_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		found := filepath.Join(parent, "shared", "data")
		if info, err := os.Stat(found); err == nil && info.IsDir() {
			return found
		}
	}
	t.Skip("no shared/data beside the repository and no ARREARS_SHARED_DATA")
	return ""
}

// table reads a CSV file by its head line.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	records, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	require.NoError(t, err)
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// policyKey is one of the table's policies as ours is called.
func policyKey(name string) string {
	name, _, _ = strings.Cut(name, " (")
	return map[string]string{"no follow": "no-follow", "2 time": "two-time", "3 time": "three-time"}[name]
}

// portfolio enters all invoices of the table, each under its policy, on a day before the first of them is due. What is
// booked on an excluded receivable account is not entered: there are no ledger accounts here.
func portfolio(w *world, dir string) map[string]invoice {
	w.Helper()
	customers, entered := map[string]customer{}, map[string]invoice{}
	rows := table(w.T, filepath.Join(dir, "three-level-invoices.csv"))
	for _, row := range rows {
		number := row["invoice"]
		if _, done := entered[number]; done || strings.Contains(row["receivable_account"], "excluded") {
			continue
		}
		name := strings.ReplaceAll(row["customer"], " ", "-")
		if _, known := customers[name]; !known {
			customers[name] = w.customer(name, following(policyKey(row["policy"])))
		}
		parts, total := partsOf(rows, number), int64(0)
		for _, p := range parts {
			amount, _, _ := strings.Cut(p, " on ")
			total += mustParse(amount, row["currency"])
		}
		entered[number] = w.invoice(customers[name], number, plain(total, row["currency"])+" "+row["currency"],
			with("invoice_date", row["invoice_date"]), instalments(row["currency"], parts...))
	}
	return entered
}

func partsOf(rows []map[string]string, number string) []string {
	var parts []string
	for _, row := range rows {
		if row["invoice"] == number {
			parts = append(parts, row["instalment_amount"]+" on "+row["instalment_due"])
		}
	}
	return parts
}

// expected are the table's lines of a run, as runs report them. A currency is not in that file: the invoice tells.
func expected(w *world, dir, date string, entered map[string]invoice) []string {
	w.Helper()
	lines := []string{}
	for _, row := range table(w.T, filepath.Join(dir, "three-level-expected-jan-mar.csv")) {
		if row["run_date"] != date {
			continue
		}
		currency := entered[row["invoice"]].Currency
		lines = append(lines, row["invoice"]+" "+row["instalment_due"]+" L"+row["level"]+" "+row["channel"]+" "+
			plain(mustParse(row["open_balance"], currency), currency)+"/"+plain(mustParse(row["original_amount"], currency), currency)+" "+currency)
	}
	slices.Sort(lines)
	return lines
}

// threeLevels sets up the table's policies and portfolio.
func threeLevels(t *testing.T) (*world, string, map[string]invoice) {
	t.Helper()
	dir := filepath.Join(sharedData(t), "scenarios")
	w := begin(t, "2013-01-14")
	for _, name := range []string{"nofollow", "p2", "p3"} {
		w.publishFile(name)
	}
	w.byDefault("three-time")
	return w, dir, portfolio(w, dir)
}

// TestThreeLevelsJanuaryToMarch is the table exactly, line by line, and then the runs of April and May as far as the rows
// S06, S07, S08, S15 and S16 tell them. The last day of March 2013 was Easter Sunday: its lines are decided on that day, as
// the table has them, and go out on Monday.
func TestThreeLevelsJanuaryToMarch(t *testing.T) {
	t.Parallel()
	w, dir, entered := threeLevels(t)
	require.Equal(t, expected(w, dir, "2013-01-31", entered), w.run("2013-01-31"))
	require.Equal(t, expected(w, dir, "2013-02-28", entered), w.run("2013-02-28"))
	w.pay(entered["SI_19"], "300.00 EUR")
	march := w.run("2013-03-31")
	require.Equal(t, expected(w, dir, "2013-03-31", entered), march)
	require.Empty(t, w.sent("2013-03-31"))
	w.on("2013-04-01")
	require.Equal(t, march, w.sent("2013-04-01"))
	laterRuns(w, entered)
	w.noErrors()
}

// laterRuns are April's and May's.
func laterRuns(w *world, entered map[string]invoice) {
	w.Helper()
	april := w.run("2013-04-30")
	require.Contains(w, april, "SI_16 2013-04-14 L1 email 1500.00/1500.00 EUR")
	require.Contains(w, april, "SI_17 2013-04-14 L1 email 1500.00/1500.00 EUR")
	require.Contains(w, april, "SI_18 2013-03-15 L2 email 450.00/450.00 EUR")
	require.Contains(w, april, "SI_19 2013-03-15 L2 email 150.00/450.00 EUR")
	w.pay(entered["SI_16"], "1500.00 EUR")
	w.pay(entered["SI_17"], "1000.00 EUR")
	w.pay(entered["SI_18"], "450.00 EUR")
	may := w.run("2013-05-31")
	require.Contains(w, may, "SI_17 2013-04-14 L2 email 500.00/1500.00 EUR")
	require.Contains(w, may, "SI_18 2013-04-30 L1 email 1050.00/1050.00 EUR")
	all := strings.Join(append(april, may...), "\n")
	for _, never := range []string{"SI_1 ", "SI_2 ", "SI_3 ", "SI_20"} {
		require.NotContains(w, all, never)
	}
	require.NotContains(w, strings.Join(may, "\n"), "SI_16")
	require.NotContains(w, strings.Join(may, "\n"), "SI_18 2013-03-15")
}
