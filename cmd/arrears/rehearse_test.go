package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/internal/testkit"
	"arrears/rehearsal"
	"arrears/rehearsal/report"
)

func TestAPolicyIsNamedByKeyOrFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"standard", "default"} {
		p, err := namedPolicy(name)
		require.NoError(t, err)
		require.Equal(t, policy.Default().Key, p.Key)
	}
	_, err := namedPolicy("unknown")
	require.Equal(t, "policy.not_found", fault.CodeOf(err))
	own := filepath.Join(t.TempDir(), "own.yaml")
	require.NoError(t, os.WriteFile(own, policy.DefaultYAML(), 0o600))
	p, err := namedPolicy(own)
	require.NoError(t, err)
	require.Equal(t, "standard", p.Key)
}

func TestOptionsOfARehearsal(t *testing.T) {
	t.Parallel()
	good := rehearseCommand{
		File: "f.csv", Profile: "ibm-late-payments", Policy: "standard", Against: "default", From: "2024-01-01", To: "2024-02-01",
		Currency: "USD", TimeZone: "Europe/Berlin", Calendar: "DE", Approvals: rehearsal.Reject,
	}
	c := newConsole(discard{}, discard{})
	o, err := good.options(c)
	require.NoError(t, err)
	require.Equal(t, calendar.MustDate("2024-02-01"), o.To)
	require.Equal(t, []string{"standard", "standard-b"}, []string{o.Policies[0].Key, o.Policies[1].Key}, "two of one key are told apart")
	for name, change := range map[string]func(*rehearseCommand){
		"profile":  func(r *rehearseCommand) { r.Profile = "unknown" },
		"from":     func(r *rehearseCommand) { r.From = "1.1.2024" },
		"to":       func(r *rehearseCommand) { r.To = "soon" },
		"currency": func(r *rehearseCommand) { r.Currency = "XXXX" },
		"policy":   func(r *rehearseCommand) { r.Policy = "unknown" },
	} {
		wrong := good
		change(&wrong)
		_, err := wrong.options(c)
		require.Error(t, err, name)
	}
}

// reported is a report of one line that asks for more than was open, or for what was.
func reported(open int64) report.Report {
	return report.Make(report.Facts{
		Policy: "standard", From: calendar.MustDate("2024-01-01"), To: calendar.MustDate("2024-02-01"),
		Customers: []report.CustomerFacts{{Number: "C1", Name: "One"}},
		Invoices:  []report.InvoiceFacts{{Number: "R1", Customer: "C1", Currency: "EUR", AmountMinor: 100, InvoiceDate: calendar.MustDate("2024-01-01"), DueDate: calendar.MustDate("2024-01-10")}},
		Notices: []report.NoticeFacts{{
			On: calendar.MustDate("2024-01-15"), Customer: "C1", Channel: "email", Kind: "dunning", Currency: "EUR", AskedMinor: 100,
			Lines: []report.LineFacts{{Invoice: "R1", Stage: "reminder-1", AskMinor: 100, OpenMinor: open}},
		}},
	})
}

// A figure that must be 0 and is not ends the command with 4 and says so.
func TestAFigureThatIsNotZeroIsFound(t *testing.T) {
	t.Parallel()
	var out, complaints bytes.Buffer
	c := newConsole(&out, &complaints)
	require.NoError(t, c.passed([]report.Report{reported(100)}))
	require.ErrorIs(t, c.passed([]report.Report{reported(100), reported(40)}), errFound)
	require.Contains(t, complaints.String(), "must be 0  asked_too_much is 1 under standard")
}

func TestReportsGoWhereTheyWereAsked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := rehearseCommand{HTML: filepath.Join(dir, "r.html"), JSON: filepath.Join(dir, "r.json"), Width: 80}
	var out bytes.Buffer
	c := newConsole(&out, discard{})
	require.NoError(t, r.write(c, []report.Report{reported(100)}))
	require.Contains(t, out.String(), "standard")
	page, err := os.ReadFile(r.HTML)
	require.NoError(t, err)
	require.Contains(t, strings.ToLower(string(page)), "<!doctype html>")

	out.Reset()
	r.JSON, r.HTML = "-", ""
	require.NoError(t, r.write(c, []report.Report{reported(100), reported(100)}))
	var both struct {
		Reports    []json.RawMessage
		Difference json.RawMessage
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &both), "nothing but JSON")
	require.Len(t, both.Reports, 2)
	require.NotEmpty(t, both.Difference)
	r.JSON = filepath.Join(dir, "no", "such", "folder.json")
	require.Equal(t, "file.unwritable", fault.CodeOf(r.write(c, []report.Report{reported(100)})))
}

func TestProgressIsShown(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	tell := newConsole(discard{}, &text).rehearsalProgress()
	tell(rehearsal.Progress{Doing: "reading", Done: 5000})
	tell(rehearsal.Progress{Doing: "playing", Day: calendar.MustDate("2024-01-01"), Done: 1, Total: 10})
	tell(rehearsal.Progress{Doing: "playing", Day: calendar.MustDate("2024-01-05"), Done: 5, Total: 10, Remaining: 90 * time.Second})
	require.Contains(t, text.String(), "2024-01-01")
	require.Contains(t, text.String(), "about 1m30s left")
}

// A whole rehearsal from the command line, on the servers of the tests.
func TestARehearsalFromTheCommandLine(t *testing.T) {
	database, temporal := os.Getenv(testkit.DatabaseEnv), os.Getenv("ARREARS_TEST_TEMPORAL")
	require.NotEmpty(t, database, "run the tests with `make test`")
	testkit.Scratch(t, false)
	t.Setenv("ARREARS_DATABASE_URL", database)
	t.Setenv("ARREARS_TEMPORAL_ADDRESS", temporal)
	dir := t.TempDir()
	file := filepath.Join(dir, "history.csv")
	rows := "number,customer_number,customer_name,invoice_date,due_date,currency,amount,settled_date\n" +
		"R1,C1,One,2024-01-02,2024-01-12,EUR,100.00,2024-02-01\nR2,C2,Two,2024-01-03,2024-01-13,EUR,50.00,2024-01-08\n"
	require.NoError(t, os.WriteFile(file, []byte(rows), 0o600))
	var out, complaints bytes.Buffer
	args := []string{"rehearse", file, "--profile", "arrears", "--policy", "standard", "--from", "2024-01-01", "--json", filepath.Join(dir, "r.json")}
	require.Equal(t, exitDone, run(t.Context(), args, &out, &complaints), complaints.String())
	require.Contains(t, out.String(), "reminder-1")
	text, err := os.ReadFile(filepath.Join(dir, "r.json"))
	require.NoError(t, err)
	var r report.Report
	require.NoError(t, json.Unmarshal(text, &r))
	require.True(t, r.Passed)
	require.Equal(t, 2, r.Rows.Accepted)
	require.Equal(t, exitWrong, run(t.Context(), append(args[:2:2], "--profile", "arrears", "--policy", "standard", "--from", "never"), &out, &complaints))
	require.Equal(t, exitRefused, run(t.Context(), append(args[:2:2], "--profile", "arrears", "--policy", "none", "--from", "2024-01-01"), &out, &complaints))
}
