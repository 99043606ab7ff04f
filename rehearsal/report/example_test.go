package report_test

import (
	"fmt"
	"io"

	"arrears/domain/calendar"
	"arrears/rehearsal/report"
)

// A notice was sent for an invoice that had been paid two days before.
func Example() {
	r := report.Make(report.Facts{
		Policy: "standard", Profile: "arrears", File: "invoices.csv",
		From: calendar.MustDate("2026-01-01"), To: calendar.MustDate("2026-01-31"),
		Customers: []report.CustomerFacts{{Number: "4711", Name: "Brambleford Tools Ltd"}},
		Invoices: []report.InvoiceFacts{{Number: "R-1", Customer: "4711", Currency: "EUR", AmountMinor: 12000,
			InvoiceDate: calendar.MustDate("2025-12-01"), DueDate: calendar.MustDate("2025-12-31"), PaidOn: calendar.MustDate("2026-01-08")}},
		Notices: []report.NoticeFacts{{On: calendar.MustDate("2026-01-10"), Customer: "4711", Channel: "email", Kind: "dunning",
			Currency: "EUR", AskedMinor: 12000, Subject: "Reminder",
			Lines: []report.LineFacts{{Invoice: "R-1", Stage: "reminder-1", AskMinor: 12000, OpenMinor: 12000}}}},
	})
	fmt.Println("passed:", r.Passed)
	for _, k := range r.KPIs {
		fmt.Println(k.ID, k.Count)
	}
	// Output:
	// passed: false
	// dunned_after_paid 1
	// asked_too_much 0
	// dunned_while_cash_waiting 0
}

// Two policies on one portfolio: the second sends nothing.
func ExampleCompare() {
	notice := report.NoticeFacts{On: calendar.MustDate("2026-01-10"), Customer: "4711", Channel: "email", Kind: "dunning", Currency: "EUR"}
	strict := report.Make(report.Facts{Policy: "strict", Notices: []report.NoticeFacts{notice, notice}})
	silent := report.Make(report.Facts{Policy: "silent"})
	c := report.Compare(strict, silent)
	for _, p := range c.Changed {
		fmt.Println("customer", p.Number, p.A, "to", p.B)
	}
	if err := c.Text(io.Discard, 80); err != nil {
		fmt.Println(err)
	}
	// Output:
	// customer 4711 2 to 0
}
