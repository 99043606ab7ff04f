package rehearsal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/intake"
	"arrears/domain/policy"
	"arrears/rehearsal/report"
	"arrears/store"
)

// collect makes the facts of one policy's rehearsal.
func collect(ctx context.Context, o *Options, h *house, p policy.Policy, file portfolio, history History, refused map[string]refusal) (report.Facts, error) {
	played, err := h.db.Played(ctx)
	if err != nil {
		return report.Facts{}, err
	}
	history.Invoices = slices.DeleteFunc(slices.Clone(history.Invoices), func(v Invoice) bool { _, no := refused[v.Number]; return no })
	f := report.Facts{
		Policy: p.Key, Profile: o.Profile.Name, File: o.filename(), From: history.From, To: history.To,
		Customers: customers(o, file, history), Invoices: invoices(history, played.Steps),
		Approvals: approvals(played.Approvals, h.zone), Tasks: tasks(played.Tasks, h.zone),
		Notices: notices(played), Assumptions: assumptions(o, file, history),
	}
	f.Quarantine, f.Rows = quarantine(file, history, refused)
	for _, s := range p.Stages {
		f.Stages = append(f.Stages, s.Key)
	}
	return f, nil
}

// quarantine is what was refused when the file was read or when an invoice came, what looked odd, and what became of all rows.
func quarantine(file portfolio, history History, refused map[string]refusal) ([]report.QuarantineLine, report.RowCounts) {
	rows := report.RowCounts{
		Read: int(file.report.RowsRead), Accepted: len(history.Invoices), Before: history.Before, After: history.After,
		Refused: int(file.report.Refused) + len(refused), Unchanged: int(file.report.Unchanged + file.report.NotYet),
	}
	var lines []report.QuarantineLine
	again := map[int]bool{}
	for number, r := range refused {
		line := file.lines[number]
		again[line] = true
		lines = append(lines, report.QuarantineLine{Line: line, Severity: string(intake.Refused), Field: r.field, Code: r.code, Message: r.message})
	}
	for _, q := range file.Odd {
		if again[q.Line] {
			continue
		}
		if q.Severity == string(intake.Suspicious) {
			rows.Suspicious++
		}
		lines = append(lines, report.QuarantineLine{Line: q.Line, Severity: q.Severity, Field: q.Field, Code: q.Code, Message: q.Message})
	}
	return lines, rows
}

// customers are those of the invoices that were played.
func customers(o *Options, file portfolio, history History) []report.CustomerFacts {
	numbers := map[string]int{} // of each name
	for _, c := range file.Customers {
		numbers[o.Profile.NameKey(c.Name)]++
	}
	played := map[string]bool{}
	for _, v := range history.Invoices {
		played[v.Customer] = true
	}
	var list []report.CustomerFacts
	for _, c := range file.Customers {
		if !played[c.Number] {
			continue
		}
		key := o.Profile.NameKey(c.Name)
		list = append(list, report.CustomerFacts{
			Number: c.Number, Name: c.Name, NameKey: key, SharedName: key != "" && numbers[key] > 1,
			Spellings: slices.DeleteFunc(slices.Clone(file.spellings[c.Number]), func(s string) bool { return s == c.Name || s == "" }),
		})
	}
	return list
}

func invoices(history History, steps []store.PlayedStep) []report.InvoiceFacts {
	stages := map[string][]report.StageFacts{}
	for _, s := range steps { // in order
		stages[s.Invoice] = append(stages[s.Invoice], report.StageFacts{
			Stage: s.Stage, Action: s.Action, On: max(s.DecidedOn, s.DoneOn), Outcome: outcome(s),
		})
	}
	list := make([]report.InvoiceFacts, len(history.Invoices))
	for i, v := range history.Invoices {
		list[i] = report.InvoiceFacts{
			Number: v.Number, Customer: v.Customer, Currency: v.Currency, AmountMinor: v.AmountMinor, InvoiceDate: v.InvoiceDate,
			DueDate: slices.Min(v.DueDates), PaidOn: v.Paid, Stages: stages[v.Number],
		}
	}
	return list
}

// outcome is what became of an attempt at a stage.
func outcome(s store.PlayedStep) string {
	switch casework.StepState(s.State) {
	case casework.StepSkipped:
		if s.Reason == "approval_deadline" {
			return "skipped"
		}
		return "passed"
	case casework.StepDone, casework.StepWithdrawn, casework.StepRefused:
		return s.State
	}
	return "waiting"
}

func approvals(list []store.PlayedApproval, zone *time.Location) []report.ApprovalFacts {
	facts := make([]report.ApprovalFacts, len(list))
	for i, a := range list {
		facts[i] = report.ApprovalFacts{
			AskedOn: calendar.DateOf(a.AskedAt, zone), Customer: a.Customer, Stage: a.Stage, Currency: a.Currency, AmountMinor: a.AmountMinor,
		}
		if a.DecidedAt != nil {
			facts[i].DecidedOn = calendar.DateOf(*a.DecidedAt, zone)
		}
		if a.State != string(casework.ApprovalOpen) {
			facts[i].Decision = a.State
		}
	}
	return facts
}

func tasks(list []store.PlayedTask, zone *time.Location) []report.TaskFacts {
	facts := make([]report.TaskFacts, len(list))
	for i, t := range list {
		facts[i] = report.TaskFacts{On: calendar.DateOf(t.At, zone), Kind: t.Kind, Customer: t.Customer}
	}
	return facts
}

// notices are what was sent, each line beside what the books said when it was dispatched.
func notices(played store.Played) []report.NoticeFacts {
	books := newLedger(played)
	lines := map[uuid.UUID][]store.PlayedLine{}
	for _, l := range played.Lines {
		lines[l.NoticeID] = append(lines[l.NoticeID], l)
	}
	list := make([]report.NoticeFacts, len(played.Notices))
	for i, n := range played.Notices {
		zone, err := calendar.LoadZone(n.TimeZone)
		if err != nil {
			zone = time.UTC
		}
		list[i] = report.NoticeFacts{
			On: calendar.DateOf(n.At, zone), Customer: n.Customer, Channel: n.Channel, Kind: n.Kind, Currency: n.Currency,
			AskedMinor: n.AskedMinor, Subject: n.Subject, Lines: noticeLines(books, n, lines[n.ID]),
		}
	}
	return list
}

// noticeLines sets what waited against the lines, the oldest due first, each unit once.
func noticeLines(books ledger, n store.PlayedNotice, lines []store.PlayedLine) []report.LineFacts {
	slices.SortFunc(lines, func(a, b store.PlayedLine) int {
		return cmp.Or(cmp.Compare(a.DueDate, b.DueDate), cmp.Compare(a.Invoice, b.Invoice), cmp.Compare(a.Stage, b.Stage))
	})
	waits := books.waiting(n.Customer, n.Currency, n.At)
	facts := make([]report.LineFacts, len(lines))
	for i, l := range lines {
		open := books.collectable(l.ItemID, n.At)
		covers := min(open, waits)
		waits -= covers
		facts[i] = report.LineFacts{Invoice: l.Invoice, Stage: l.Stage, AskMinor: l.AskMinor, OpenMinor: open, WaitingMinor: covers}
	}
	return facts
}

// assumptions are what the rehearsal took for granted.
func assumptions(o *Options, file portfolio, history History) []string {
	decided := map[Approvals]string{
		Approve: "A made-up supervisor approves what needs approval at 09:00 on the next business day.",
		Reject:  "A made-up supervisor rejects what needs approval at 09:00 on the next business day.",
		Wait:    "Nobody decides about approvals; the policy's deadlines do.",
	}
	list := []string{
		"Every customer can be reached by e-mail, at a made-up address under " + domain + "; nothing left this machine.",
		"Invoices come and payments arrive at 08:00 in " + o.TimeZone + ", before the notices of the day; each invoice is paid in full on the day the file names, whatever it was asked.",
		decided[o.Approvals],
		"Nobody works on tasks.",
	}
	disputed := 0
	for _, v := range history.Invoices {
		if v.Disputed {
			disputed++
		}
	}
	if disputed > 0 {
		list = append(list, fmt.Sprintf("%d invoices are disputed by the file from the day on which they come: what is disputed is not dunned.", disputed))
	}
	if file.report.Refused > 0 {
		list = append(list, "Rows in quarantine are not played; an invoice that the product would not load is not dunned either.")
	}
	return list
}
