package report

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write it")
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs; look at it and run the test with -update if it is right (-want +got):\n%s", name, diff)
	}
}

func day(s string) calendar.Date { return calendar.MustDate(s) }

func days(list ...string) []calendar.Date {
	out := []calendar.Date{}
	for _, s := range list {
		out = append(out, day(s))
	}
	return out
}

// facts is a small made-up portfolio in which everything occurs that a report tells, and nothing offends.
func facts() Facts {
	return Facts{
		Policy: "standard v3", Profile: "ledger-export", File: "week-47.csv",
		Stages: []string{"courtesy", "reminder-1", "reminder-2", "final-demand", "hand-over"},
		From:   day("2026-01-01"), To: day("2026-03-31"),
		Rows: RowCounts{Read: 14, Accepted: 8, Before: 1, After: 1, Refused: 3, Unchanged: 1, Suspicious: 2},
		Quarantine: []QuarantineLine{
			{9, "refused", "amount", "intake.malformed_amount", `"1,90" is not an amount`},
			{12, "refused", "number", "intake.missing_value", "number is blank"},
			{13, "refused", "number", "intake.missing_value", "number is blank"},
			{4, "suspicious", "customer_name", "intake.name_several_numbers", "Felswil Pumps AG is 4712 too"},
			{5, "suspicious", "", "intake.duplicate_row", "the row stands in line 4"},
		},
		Customers: []CustomerFacts{
			{Number: "4711", Name: "Brambleford Tools Ltd", Spellings: []string{"BRAMBLEFORD TOOLS", "Brambleford  Tools Ltd"}},
			{Number: "4712", Name: "Felswil Pumps AG", SharedName: true},
			{Number: "4713", Name: "FELSWIL PUMPS AG", SharedName: true},
			{Number: "4714", Name: "Felswill Pumps AG"},
			{Number: "4715", Name: `O'Hara & <Sons> "Fittings"`},
			{Number: "4716", Name: "Quiet & Co"},
		},
		Invoices:  invoices(),
		Notices:   sent(),
		Approvals: asks(),
		Tasks: []TaskFacts{{day("2026-02-20"), "no_address", "4715"}, {day("2026-03-20"), "ladder_done", "4711"},
			{day("2026-03-21"), "ladder_done", ""}},
		Assumptions: []string{"Every customer has an address that accepts mail.", "Approvals were given on the next business day."},
	}
}

func invoices() []InvoiceFacts {
	done := func(stage, on string) StageFacts { return StageFacts{stage, "notice", day(on), "done"} }
	return []InvoiceFacts{
		{"R-1", "4711", "EUR", 120000, day("2025-12-10"), day("2026-01-09"), day("2026-01-15"),
			[]StageFacts{done("courtesy", "2026-01-06"), done("reminder-1", "2026-01-14")}},
		{"R-2", "4711", "EUR", 48050, day("2025-12-20"), day("2026-01-19"), 0,
			[]StageFacts{done("courtesy", "2026-01-16"), done("reminder-1", "2026-01-26"), done("reminder-2", "2026-02-03"),
				{"final-demand", "notice", day("2026-02-19"), "done"}, {"hand-over", "hand_over", day("2026-03-20"), "waiting"}}},
		{"R-3", "4712", "USD", 900000, day("2026-01-02"), day("2026-02-01"), day("2026-01-20"), nil},
		{"R-4", "4712", "USD", 31000, day("2026-01-05"), day("2026-02-04"), day("2026-02-09"),
			[]StageFacts{done("courtesy", "2026-02-02"), done("reminder-1", "2026-02-09")}},
		{"R-5", "4714", "JPY", 250000, day("2026-01-10"), day("2026-02-09"), day("2026-03-30"),
			[]StageFacts{done("courtesy", "2026-02-06"), done("reminder-1", "2026-02-16"), {"reminder-2", "notice", day("2026-02-24"), "skipped"}}},
		{"R-6", "4715", "EUR", 777, day("2026-02-10"), day("2026-03-12"), day("2026-04-20"),
			[]StageFacts{done("courtesy", "2026-03-09")}},
		{"R-7", "4715", "EUR", 100, day("2025-11-10"), day("2025-12-10"), day("2025-12-30"), nil},
		{"R-8", "4716", "EUR", 5000, day("2026-03-20"), day("2026-04-19"), 0, nil},
	}
}

func line(invoice, stage string, minor int64) LineFacts {
	return LineFacts{Invoice: invoice, Stage: stage, AskMinor: minor, OpenMinor: minor}
}

func sent() []NoticeFacts {
	n := func(on, customer, channel, kind string, currency money.Currency, lines ...LineFacts) NoticeFacts {
		asked := int64(0)
		for _, l := range lines {
			asked += l.AskMinor
		}
		return NoticeFacts{day(on), customer, channel, kind, currency, asked, "Statement of what is due", lines}
	}
	return []NoticeFacts{
		n("2026-01-06", "4711", "email", "courtesy", "EUR", line("R-1", "courtesy", 120000)),
		n("2026-01-14", "4711", "email", "dunning", "EUR", line("R-1", "reminder-1", 120000)),
		n("2026-01-16", "4711", "email", "courtesy", "EUR", line("R-2", "courtesy", 48050)),
		n("2026-01-26", "4711", "email", "dunning", "EUR", line("R-2", "reminder-1", 48050)),
		n("2026-02-03", "4711", "email", "dunning", "EUR", line("R-2", "reminder-2", 48050)),
		n("2026-02-19", "4711", "letter", "dunning", "EUR", line("R-2", "final-demand", 48050)),
		n("2026-02-02", "4712", "email", "courtesy", "USD", line("R-4", "courtesy", 31000)),
		n("2026-02-09", "4712", "email", "dunning", "USD", line("R-4", "reminder-1", 31000)),
		n("2026-02-06", "4714", "letter", "courtesy", "JPY", line("R-5", "courtesy", 250000)),
		n("2026-02-16", "4714", "letter", "dunning", "JPY", line("R-5", "reminder-1", 250000)),
		n("2026-03-09", "4715", "email", "courtesy", "EUR", line("R-6", "courtesy", 777)),
	}
}

func asks() []ApprovalFacts {
	return []ApprovalFacts{
		{day("2026-02-18"), day("2026-02-19"), "4711", "final-demand", "approved", "EUR", 48050},
		{day("2026-02-23"), day("2026-02-24"), "4714", "reminder-2", "skipped", "JPY", 250000},
		{day("2026-03-20"), 0, "4711", "hand-over", "", "EUR", 48050},
	}
}

// gentle is the same portfolio under another policy: without courtesy, later, and one customer more.
func gentle() Facts {
	f := facts()
	f.Policy = "gentle v1"
	kept := []NoticeFacts{}
	for _, n := range f.Notices {
		if n.Kind == "dunning" && n.On < day("2026-02-19") {
			n.On = n.On.AddDays(3)
			kept = append(kept, n)
		}
	}
	kept = append(kept, NoticeFacts{day("2026-03-25"), "4716", "email", "courtesy", "EUR", 5000, "", []LineFacts{line("R-8", "courtesy", 5000)}})
	f.Notices = kept
	f.Approvals = f.Approvals[1:]
	return f
}

func texted(t require.TestingT, r interface {
	Text(w io.Writer, width int) error
}, width int) string {
	var b strings.Builder
	require.NoError(t, r.Text(&b, width))
	return b.String()
}

func kpiOf(t *testing.T, r Report, id string) KPI {
	t.Helper()
	for _, k := range r.KPIs {
		if k.ID == id {
			return k
		}
	}
	require.Fail(t, "no KPI "+id)
	return KPI{}
}
