package policy

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/money"
	"arrears/domain/receivable"
)

// sharedData finds the folder of shared test data: ARREARS_SHARED_DATA, or shared/data beside the repository.
func sharedData(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("ARREARS_SHARED_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for range 8 {
		dir = filepath.Dir(dir)
		if found := filepath.Join(dir, "shared", "data"); isDir(found) {
			return found
		}
	}
	t.Skip("no shared/data beside the repository and no ARREARS_SHARED_DATA")
	return ""
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// rows reads a CSV file by its head line.
func rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	var list []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		list = append(list, row)
	}
	return list
}

// instalment is one item of the table with the policy that its invoice follows.
type instalment struct {
	invoice string
	policy  *Policy
	facts   Facts
}

func loadInstalments(t *testing.T, path string) []*instalment {
	t.Helper()
	policies := map[string]*Policy{"no follow": fixture(t, "nofollow"), "2 time": fixture(t, "p2"), "3 time": fixture(t, "p3")}
	var list []*instalment
	for i, row := range rows(t, path) {
		if strings.Contains(row["receivable_account"], "excluded") {
			continue // there are no ledger accounts here: what is excluded is not loaded (S17)
		}
		name, _, _ := strings.Cut(row["policy"], " (")
		require.NotNil(t, policies[name], name)
		amount, err := money.Parse(row["instalment_amount"], money.Currency(row["currency"]))
		require.NoError(t, err)
		f := FactsFor(Subject{
			DueDate: day(row["instalment_due"]), Amount: amount, TimeZone: "UTC", Calendar: "none",
			Channels: []receivable.Channel{receivable.Email, receivable.Letter},
		})
		f.Items[0].ID = uuid.UUID{14: byte(i >> 8), 15: byte(i)}
		list = append(list, &instalment{invoice: row["invoice"], policy: policies[name], facts: f})
	}
	return list
}

// run decides on every instalment on a date, sends what is to be sent, and returns the lines as the table has them.
func run(t *testing.T, list []*instalment, date string) []string {
	t.Helper()
	var lines []string
	for _, in := range list {
		it := &in.facts.Items[0]
		for _, d := range Next(in.policy, in.facts, at9(date)).Items {
			if d.Do != DoSendNotice {
				quiet := d.Do == DoNothing || d.TaskKind == TaskLadderDone
				require.True(t, quiet, "%s %s %s", in.invoice, it.DueDate, d.Do)
				continue
			}
			lines = append(lines, strings.Join([]string{
				date, in.invoice, it.DueDate.String(), string(rune('0' + d.Level)), string(d.Channel),
				plain(d.AskMinor, it.Currency), plain(it.OriginalMinor, it.Currency),
			}, " "))
			sent(in.policy, it, d.Stage, date)
		}
	}
	return lines
}

func plain(minor int64, c money.Currency) string { return money.Of(minor, c).Decimal() }

// TestS01S02S03S04S15S16ThreeLevels is the table of January to March 2013 exactly. It is evaluated on its run dates only,
// without holidays and without a least number of days between notices.
func TestS01S02S03S04S15S16ThreeLevels(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(sharedData(t), "scenarios")
	list := loadInstalments(t, filepath.Join(dir, "three-level-invoices.csv"))
	var want []string
	for _, row := range rows(t, filepath.Join(dir, "three-level-expected-jan-mar.csv")) {
		want = append(want, strings.Join([]string{
			row["run_date"], row["invoice"], row["instalment_due"], row["level"], row["channel"],
			major(t, row["open_balance"]), major(t, row["original_amount"]),
		}, " "))
	}
	got := run(t, list, "2013-01-31")
	got = append(got, run(t, list, "2013-02-28")...)
	pay(list, "SI_19", "2013-03-15", 30000)
	got = append(got, run(t, list, "2013-03-31")...)
	sort.Strings(want)
	sort.Strings(got)
	require.Equal(t, want, got)
	laterRuns(t, list)
}

// laterRuns goes on to May: S06, S07 and S08, and what never gets a line (S15, S16).
func laterRuns(t *testing.T, list []*instalment) {
	t.Helper()
	april := run(t, list, "2013-04-30")
	require.Contains(t, april, "2013-04-30 SI_16 2013-04-14 1 email 1500.00 1500.00")
	require.Contains(t, april, "2013-04-30 SI_17 2013-04-14 1 email 1500.00 1500.00")
	pay(list, "SI_16", "2013-04-14", 150000)
	pay(list, "SI_17", "2013-04-14", 100000)
	pay(list, "SI_18", "2013-03-15", 45000)
	var may []string
	for _, in := range list {
		if in.facts.Items[0].OpenMinor > 0 {
			may = append(may, run(t, []*instalment{in}, "2013-05-31")...)
		}
	}
	require.Contains(t, may, "2013-05-31 SI_17 2013-04-14 2 email 500.00 1500.00")
	require.Contains(t, may, "2013-05-31 SI_18 2013-04-30 1 email 1050.00 1050.00")
	all := strings.Join(append(april, may...), "\n")
	for _, never := range []string{"SI_1 ", "SI_2 ", "SI_3 ", "SI_20"} {
		require.NotContains(t, all, never)
	}
	require.NotContains(t, strings.Join(may, "\n"), "SI_16")
	require.NotContains(t, strings.Join(may, "\n"), "SI_18 2013-03-15")
}

func pay(list []*instalment, invoice, due string, minor int64) {
	for _, in := range list {
		if it := &in.facts.Items[0]; in.invoice == invoice && it.DueDate == day(due) {
			it.OpenMinor -= minor
		}
	}
}

func major(t *testing.T, s string) string {
	t.Helper()
	amount, err := money.Parse(s, "EUR")
	require.NoError(t, err)
	return amount.Decimal()
}

func TestS22S23OneStepAndADraftIsNoStep(t *testing.T) {
	t.Parallel()
	p, f := fixture(t, "p3"), invoice("2012-06-01")
	// S23: a line that stays a draft does not move the ladder.
	for _, on := range []string{"2012-12-01", "2013-04-01", "2013-06-01"} {
		decides(t, one(t, p, f, at9(on)), Act, DoSendNotice, "l1")
	}
	// S22: a year overdue, one step.
	sent(p, &f.Items[0], "l1", "2013-06-01")
	decides(t, one(t, p, f, at9("2013-06-01")), Wait, DoNothing, "l2", ReasonOneStep)
}

func TestS40S41S42S49S52CustomerStates(t *testing.T) {
	t.Parallel()
	byAge := withConditions(t, Conditions{OldestDays: 30})
	byCount := withConditions(t, Conditions{OverdueCount: 2})
	f := invoice("2012-05-31")
	owe := func(count int) {
		f.Customer.Overdue = []OverdueFacts{{Currency: "EUR", Count: count, OldestDue: day("2012-05-31")}}
	}
	owe(1)
	for _, clear := range []string{"2012-06-08", "2012-06-16", "2012-06-24", "2012-06-29"} {
		decides(t, one(t, byAge, f, at9(clear)), Wait, DoNothing, "first", ReasonUnmetOldestDays)
	}
	decides(t, one(t, byAge, f, at9("2012-06-30")), Act, DoSendNotice, "first") // S41: on the exact day
	decides(t, one(t, byCount, f, at9("2012-06-30")), Wait, DoNothing, "first", ReasonUnmetOverdueCount)
	owe(2)
	decides(t, one(t, byCount, f, at9("2012-06-30")), Act, DoSendNotice, "first") // S49
	owe(1)
	decides(t, one(t, byCount, f, at9("2012-06-30")), Wait, DoNothing, "first") // S49: stepping down switches it off
	f.Customer.Overdue = nil
	decides(t, one(t, byAge, f, at9("2012-07-30")), Wait, DoNothing, "first") // S42, S52: clear at once
}

func TestS59S60S65ThresholdsPerCurrency(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		currency  money.Currency
		threshold map[money.Currency]int64
		overdue   int64
		made      bool
	}{
		{"EUR", amounts(5099), 5100, true},
		{"EUR", amounts(5099), 5000, false},
		{"EUR", amounts(9900), 9900, true},
		{"EUR", amounts(9901), 9900, false},
		{"USD", map[money.Currency]int64{"USD": 4000, "EUR": 2000}, 5000, true},
		{"EUR", map[money.Currency]int64{"USD": 4000, "EUR": 2000}, 1500, false},
		{"GBP", map[money.Currency]int64{"USD": 4000, "EUR": 2000}, 10000, false},
	} {
		p, f := withConditions(t, Conditions{OverdueTotal: c.threshold}), invoice("2026-03-02")
		f.Items[0].Currency = c.currency
		f.Customer.Overdue = []OverdueFacts{
			{Currency: c.currency, Count: 2, TotalMinor: c.overdue, OldestDue: day("2026-03-01")},
			{Currency: "CHF", Count: 1, TotalMinor: 1 << 40, OldestDue: day("2026-03-01")},
		}
		want := Wait
		if c.made {
			want = Act
		}
		require.Equal(t, want, one(t, p, f, at9("2026-03-10")).Verb, "%+v", c)
	}
}
