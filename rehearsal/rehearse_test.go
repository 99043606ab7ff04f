package rehearsal_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"arrears/config"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/policy"
	"arrears/internal/testkit"
	"arrears/rehearsal"
	"arrears/rehearsal/report"
)

// asRehearsal makes the test's own program play the file that it names: a test kills it.
const asRehearsal = "REHEARSAL_TEST_AS"

func TestMain(m *testing.M) {
	if file := os.Getenv(asRehearsal); file != "" {
		o, err := optionsOf(file)
		if err == nil {
			o.Progress = func(p rehearsal.Progress) {
				fmt.Println(p.Doing, p.Day)
				if p.Doing == "playing" {
					_, _ = io.Copy(io.Discard, os.Stdin) // it waits to be killed, however late that is; it ends when the test does
				}
			}
			_, err = rehearsal.Rehearse(context.Background(), o)
		}
		fmt.Println("ended", err)
		return
	}
	os.Exit(m.Run())
}

// quick reminds at once and asks for approval soon, so that a few weeks show everything.
const quick = `
key: quick
min_days_between_notices: 1
stages:
  - {key: courtesy, moment: due - 3 days, action: notice, template: courtesy}
  - {key: first, moment: due + 2 days, action: notice, template: reminder-1, due_days: 3}
  - {key: final, moment: due + 6 days, action: notice, template: final-demand, due_days: 3, approval: {role: supervisor, deadline_days: 2, at_deadline: raise}}
  - {key: call, moment: due + 12 days, action: task, task: Call the customer}
`

func optionsOf(file string) (rehearsal.Options, error) {
	cfg, err := config.FromMap(map[string]string{
		"ARREARS_DATABASE_URL": os.Getenv(testkit.DatabaseEnv), "ARREARS_TEMPORAL_ADDRESS": os.Getenv("ARREARS_TEST_TEMPORAL"),
	})
	if err != nil {
		return rehearsal.Options{}, err
	}
	own, err := intake.Shipped("arrears")
	if err != nil {
		return rehearsal.Options{}, err
	}
	p, err := policy.Parse([]byte(quick))
	return rehearsal.Options{
		Config: cfg, File: file, Profile: own, Policies: []policy.Policy{p}, From: calendar.MustDate("2024-01-01"), To: calendar.MustDate("2024-02-20"),
	}, err
}

// portfolio writes a file: some pay early, some late, some never; one row is blank, one is there twice, one is open and due
// before its date, and two customers have one name.
func portfolio(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("number,customer_number,customer_name,invoice_date,due_date,currency,amount,settled_date,disputed\n")
	first := calendar.MustDate("2023-12-20")
	for i := range 40 {
		date := first.AddDays(i)
		due := date.AddDays(10)
		paid := due.AddDays([]int{-6, 1, 4, 9, 30, 0}[i%6]).String()
		if i%6 == 5 {
			paid = ""
		}
		disputed := ""
		if i == 12 {
			disputed = "yes"
		}
		fmt.Fprintf(&b, "R%03d,C%d,Customer %d,%s,%s,EUR,%d.50,%s,%s\n", i, i%7, i%7/2, date, due, 100+i, paid, disputed)
	}
	b.WriteString("R001,C1,Customer 0,2023-12-21,2023-12-31,EUR,101.50,2024-01-01,\n")
	b.WriteString(",C1,Customer 0,2024-01-05,2024-01-15,EUR,10.00,,\n")
	b.WriteString("R900,C1,Customer 0,2024-01-05,2024-01-01,EUR,10.00,2024-01-20,\n")
	file := filepath.Join(t.TempDir(), "portfolio.csv")
	require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	return file
}

func options(t *testing.T, file string) rehearsal.Options {
	t.Helper()
	require.NotEmpty(t, os.Getenv(testkit.DatabaseEnv), "run the tests with `make test`")
	o, err := optionsOf(file)
	require.NoError(t, err)
	return o
}

// played rehearses and returns the reports.
func played(t *testing.T, o rehearsal.Options) []report.Report {
	t.Helper()
	out, err := rehearsal.Rehearse(t.Context(), o)
	require.NoError(t, err)
	reports := make([]report.Report, len(out.Facts))
	for i, f := range out.Facts {
		reports[i] = report.Make(f)
	}
	return reports
}

// Two runs of one history give the same bytes, whatever the machine was busy with, and nothing was asked that should not be.
func TestTwoRunsTellTheSame(t *testing.T) {
	t.Parallel()
	testkit.Scratch(t, false)
	file := portfolio(t)
	var first []byte
	for n := range 2 {
		r := played(t, options(t, file))[0]
		require.True(t, r.Passed)
		require.Equal(t, report.RowCounts{Read: 43, Accepted: 38, Before: 2, Refused: 2, Unchanged: 1, Suspicious: r.Rows.Suspicious}, r.Rows)
		require.Greater(t, r.Notices.Lines, 40)
		for _, q := range r.Quarantine {
			if q.Code == intake.CodeDueBeforeInvoice {
				require.Equal(t, "refused", q.Severity, "it was open on the day on which it came")
				require.Equal(t, 44, q.First[0].Line)
			}
		}
		require.Positive(t, r.Approvals.Asked)
		text, err := r.JSON()
		require.NoError(t, err)
		if n == 0 {
			first = text
		}
		require.Equal(t, string(first), string(text))
	}
}

// Two policies over one history, and each way to decide.
func TestTwoPoliciesAndNobodyWhoDecides(t *testing.T) {
	t.Parallel()
	testkit.Scratch(t, false)
	o := options(t, portfolio(t))
	gentle := o.Policies[0]
	gentle.Key, gentle.Stages = "gentle", gentle.Stages[:1]
	o.Policies, o.Approvals = append(o.Policies, gentle), rehearsal.Wait
	reports := played(t, o)
	require.Len(t, reports, 2)
	require.Positive(t, reports[0].Approvals.Asked)
	require.Zero(t, reports[1].Approvals.Asked)
	require.Greater(t, reports[0].Notices.Lines, reports[1].Notices.Lines)
	require.Equal(t, reports[0].Rows, reports[1].Rows)
}

// A portion of the public sample, where it is at hand.
func TestAPortionOfTheLatePaymentsFile(t *testing.T) {
	t.Parallel()
	testkit.Scratch(t, false)
	o := options(t, sharedData(t, "invoices/ibm-late-payments.csv"))
	profile, err := intake.Shipped("ibm-late-payments")
	require.NoError(t, err)
	o.Profile, o.Currency, o.From, o.To = profile, "USD", calendar.MustDate("2012-02-01"), calendar.MustDate("2012-02-24")
	o.Policies = []policy.Policy{policy.Default()}
	var first []byte
	for n := range 2 {
		r := played(t, o)[0]
		require.True(t, r.Passed)
		require.Equal(t, 2466, r.Rows.Read)
		require.Positive(t, r.Notices.Total)
		text, err := r.JSON()
		require.NoError(t, err)
		if n == 0 {
			first = text
		}
		require.Equal(t, string(first), string(text))
	}
}

func sharedData(t *testing.T, name string) string {
	t.Helper()
	dirs := []string{os.Getenv("ARREARS_SHARED_DATA")}
	for up := ".."; len(up) < 60; up += "/.." {
		dirs = append(dirs, filepath.Join(up, "shared", "data"))
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return filepath.Join(dir, name)
		}
	}
	t.Skipf("the shared test data is not here: set ARREARS_SHARED_DATA to the folder that holds %s", name)
	return ""
}

func TestWhatCannotBeRehearsed(t *testing.T) {
	t.Parallel()
	testkit.Scratch(t, false)
	o := options(t, filepath.Join(t.TempDir(), "none.csv"))
	for code, change := range map[string]func(o *rehearsal.Options){
		"file.unreadable":    func(*rehearsal.Options) {},
		rehearsal.CodeDates:  func(o *rehearsal.Options) { o.From = 0 },
		"config.no_database": func(o *rehearsal.Options) { o.Config.DatabaseURL = "" },
		rehearsal.CodeNothing: func(o *rehearsal.Options) {
			o.File, o.From, o.To = portfolio(t), calendar.MustDate("2030-01-01"), calendar.MustDate("2030-01-02")
			onlySettled(t, o)
		},
		"store.unavailable":  func(o *rehearsal.Options) { o.Config.DatabaseURL = "postgres://nobody@127.0.0.1:1/none" },
		intake.CodeEmptyFile: func(o *rehearsal.Options) { o.File = empty(t) },
		policy.CodeInvalid:   func(o *rehearsal.Options) { o.Policies[0].Key = "NOT A KEY" },
	} {
		changed := o
		changed.Policies = append([]policy.Policy(nil), o.Policies...)
		change(&changed)
		_, err := rehearsal.Rehearse(t.Context(), changed)
		require.Equal(t, code, fault.CodeOf(err), "%v", err)
	}
}

func onlySettled(t *testing.T, o *rehearsal.Options) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "settled.csv")
	text := "number,customer_number,invoice_date,due_date,currency,amount,settled_date\nR1,C1,2024-01-01,2024-01-31,EUR,1.00,2024-01-20\n"
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	o.File = file
}

func empty(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "empty.csv")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	return file
}

// A rehearsal that is stopped in the middle leaves nothing; what one that was killed left is removed by the next. These
// follow each other, because they look at all that is left on the servers.
func TestNothingIsLeftBehind(t *testing.T) { //nolint:paralleltest // they look at all that is left on the servers
	testkit.Scratch(t, true)
	o := options(t, portfolio(t))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	days := 0
	o.Progress = func(p rehearsal.Progress) {
		if days++; p.Doing == "playing" && days > 5 {
			stop()
		}
	}
	_, err := rehearsal.Rehearse(ctx, o)
	require.True(t, errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "canceled"), "%v", err)
	removed, err := rehearsal.Sweep(t.Context(), o.Config)
	require.NoError(t, err)
	require.Zero(t, removed)

	name := killed(t, o.File)
	require.True(t, namespaceThere(t, o, name))
	removed, err = rehearsal.Sweep(t.Context(), o.Config)
	require.NoError(t, err)
	require.Equal(t, 1, removed)
	require.NotContains(t, places(t), name)
	require.False(t, namespaceThere(t, o, name))
}

// killed starts a rehearsal as a process of its own, kills it in the middle, and returns what its place was called.
func killed(t *testing.T, file string) string {
	t.Helper()
	before := places(t)
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), asRehearsal+"="+file)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	_, err = cmd.StdinPipe() // open until the process is gone
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "playing") {
		require.NotContains(t, lines.Text(), "ended")
	}
	name := ""
	for place := range places(t) {
		if !before[place] {
			name = place
		}
	}
	require.NotEmpty(t, name)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	require.Eventually(t, func() bool { return sessions(t, name) == 0 }, time.Minute, 50*time.Millisecond, "the server notices that it is gone")
	return name
}

func connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), os.Getenv(testkit.DatabaseEnv))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// places are the scratch databases on the server.
func places(t *testing.T) map[string]bool {
	t.Helper()
	rows, err := connect(t).Query(t.Context(), `SELECT datname::text FROM pg_database WHERE datname LIKE 'arrears\_rehearsal\_%'`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	found := map[string]bool{}
	for _, name := range names {
		found[name] = true
	}
	return found
}

// sessions counts those who hold the place's lock or are connected to it.
func sessions(t *testing.T, name string) int {
	t.Helper()
	var n int
	require.NoError(t, connect(t).QueryRow(t.Context(), `
SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = $1)
  + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND (classid::bigint << 32) | objid::bigint = hashtextextended($1, 0))`, name).Scan(&n))
	return n
}

func namespaceThere(t *testing.T, o rehearsal.Options, name string) bool {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: o.Config.Temporal.Address})
	require.NoError(t, err)
	defer c.Close()
	_, err = c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: strings.ReplaceAll(name, "_", "-")})
	return err == nil
}
