package rehearsal

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/intake"
	"arrears/rehearsal/report"
	"arrears/store"
)

func TestWhatBecameOfAStage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ state, reason, want string }{
		{"done", "", "done"}, {"withdrawn", "no_longer_holds", "withdrawn"}, {"refused", "rejected", "refused"},
		{"skipped", "approval_deadline", "skipped"}, {"skipped", "courtesy_lapsed", "passed"}, {"skipped", "stage_passed", "passed"},
		{"live", "", "waiting"}, {"awaiting_approval", "", "waiting"}, {"approved", "", "waiting"},
	} {
		require.Equal(t, c.want, outcome(store.PlayedStep{State: c.state, Reason: c.reason}), c)
	}
}

// Every row of the file is counted once, and a row that only its own day refused is shown as refused.
func TestEveryRowIsCountedOnce(t *testing.T) {
	t.Parallel()
	file := portfolio{
		report: app.ImportReport{RowsRead: 10, ImportCounts: app.ImportCounts{Accepted: 6, Unchanged: 2, Refused: 2, Suspicious: 2}},
		lines:  map[string]int{"R7": 8},
	}
	file.Odd = []store.PortfolioOdd{
		{Line: 3, Severity: "refused", Field: "number", Code: intake.CodeMissingValue}, {Line: 4, Severity: "refused", Field: "amount", Code: intake.CodeMissingValue},
		{Line: 5, Severity: "suspicious", Field: "number", Code: intake.CodeDuplicateRow}, {Line: 8, Severity: "suspicious", Field: "due_date", Code: intake.CodeDueBeforeInvoice},
	}
	history := History{Before: 1, After: 2, Invoices: make([]Invoice, 2)}
	lines, rows := quarantine(file, history, map[string]refusal{"R7": {"due_date", intake.CodeDueBeforeInvoice, "due before its date"}})
	require.Equal(t, report.RowCounts{Read: 10, Accepted: 2, Before: 1, After: 2, Refused: 3, Unchanged: 2, Suspicious: 1}, rows)
	require.Equal(t, rows.Read, rows.Accepted+rows.Before+rows.After+rows.Refused+rows.Unchanged)
	require.Len(t, lines, 4)
	require.Contains(t, lines, report.QuarantineLine{Line: 8, Severity: "refused", Field: "due_date", Code: intake.CodeDueBeforeInvoice, Message: "due before its date"})
}

// Customers are matched by number: one name under several numbers stays several customers, and is shown.
func TestOneNameUnderSeveralNumbers(t *testing.T) {
	t.Parallel()
	profile, err := intake.Shipped("erp-cleared")
	require.NoError(t, err)
	file := portfolio{spellings: map[string][]string{"1": {"ACME", "ACME corp"}}}
	file.Customers = []store.PortfolioCustomer{{Number: "1", Name: "ACME"}, {Number: "2", Name: "ACME co"}, {Number: "3", Name: "OTHER"}, {Number: "4", Name: "IDLE"}}
	history := History{}
	for _, number := range []string{"1", "2", "3"} {
		history.Invoices = append(history.Invoices, Invoice{PortfolioInvoice: settled("R"+number, number, "2024-01-01", "", 1)})
	}
	require.Equal(t, []report.CustomerFacts{
		{Number: "1", Name: "ACME", NameKey: "acme", SharedName: true, Spellings: []string{"ACME corp"}},
		{Number: "2", Name: "ACME co", NameKey: "acme", SharedName: true}, {Number: "3", Name: "OTHER", NameKey: "other"},
	}, customers(&Options{Profile: profile}, file, history))
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	good := Options{From: date("2024-01-01")}
	require.NoError(t, good.check())
	require.Equal(t, "UTC", good.TimeZone)
	require.Equal(t, Approve, good.Approvals)
	for code, o := range map[string]Options{
		CodeDates:     {},
		CodeApprovals: {From: date("2024-01-01"), Approvals: "maybe"},
	} {
		requireCode(t, code, o.check())
	}
	requireCode(t, CodeDates, (&Options{From: date("2024-01-02"), To: date("2024-01-01")}).check())
	require.Error(t, (&Options{From: date("2024-01-01"), TimeZone: "Mars/Olympus"}).check())
	require.Error(t, (&Options{From: date("2024-01-01"), Calendar: "moon"}).check())
}
