package notice

import (
	"maps"
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
)

// try executes every template against sample contents that between them fill and empty every field.
func (t *Templates) try() []fault.Field {
	var problems []fault.Field
	seen := map[string]bool{}
	for _, tag := range t.Languages() {
		l := t.languages[tag]
		for _, name := range slices.Sorted(maps.Keys(l.messages)) {
			for _, c := range Samples() {
				page := builder{words: l.words, format: tag, c: c}.page(tag, name)
				if _, err := l.messages[name].render(page); err != nil && !seen[err.Error()] {
					seen[err.Error()] = true
					problems = append(problems, problem(tag+"/"+name, err.Error()))
				}
			}
		}
	}
	return problems
}

// Samples returns invented contents that between them fill and empty every field, for checks, previews and documentation.
// The first is a full one.
func Samples() []Content {
	full := sampleFull()
	courtesy := full
	courtesy.Kind, courtesy.ReservedMinor, courtesy.Credits = Courtesy, 0, nil
	courtesy.Lines = []Line{{
		InvoiceNumber: "2026-0119", InvoiceDate: calendar.MustDate("2026-02-17"), DueDate: calendar.MustDate("2026-03-19"),
		OriginalMinor: 84_000, OpenMinor: 84_000, AskMinor: 84_000, DaysPastDue: -3,
	}}
	bare := Content{
		Kind: Dunning, Currency: "JPY", CustomerName: "Aoba Trading", Creditor: Creditor{Name: "Example Supplies"},
		DocumentDate: calendar.MustDate("2026-03-16"),
		Lines: []Line{{
			InvoiceNumber: "1", Level: 1, DaysPastDue: 1, OriginalMinor: 500, OpenMinor: 500, AskMinor: 500,
			InvoiceDate: calendar.MustDate("2026-02-13"), DueDate: calendar.MustDate("2026-03-15"),
		}},
	}
	today := bare
	today.Lines = []Line{bare.Lines[0], bare.Lines[0]}
	today.Lines[1].DaysPastDue = 0
	return []Content{full, courtesy, bare, today, sampleDeduction(full), sampleClaim(full)}
}

// sampleDeduction asks for a denied deduction and for a claim without invoice.
func sampleDeduction(c Content) Content {
	c.Credits, c.ReservedMinor, c.DueText = nil, 0, ""
	c.Lines = []Line{
		{
			InvoiceNumber: "2025-0871", InvoiceDate: calendar.MustDate("2025-10-15"), DueDate: calendar.MustDate("2026-03-13"), Level: 1,
			DaysPastDue: 3, OriginalMinor: 20_000, OpenMinor: 8_000, AskMinor: 8_000,
			ClaimNumber: 17, ClaimReference: "CB-40071", AgingDate: calendar.MustDate("2025-11-14"), AgingDays: 122,
		},
		{
			DueDate: calendar.MustDate("2026-03-16"), OriginalMinor: 5_000, OpenMinor: 5_000, AskMinor: 5_000, ClaimNumber: 21,
			AgingDate: calendar.MustDate("2026-03-16"),
		},
	}
	return c
}

// sampleClaim tells of a claim that was decided.
func sampleClaim(c Content) Content {
	c.Credits, c.ReservedMinor, c.DueText = nil, 0, ""
	c.Claim = &Claim{
		Number: "D-17", Reference: "CB-40071", Reason: "Shortage", ReasonCode: "shortage", Withheld: true, Date: calendar.MustDate("2026-01-09"),
		ClaimedMinor: 30_000, CreditedMinor: 10_000, ConcededMinor: 5_000, DeniedMinor: 15_000, ToPayMinor: 15_000,
	}
	c.Lines = []Line{{InvoiceNumber: "2025-0871", InvoiceDate: calendar.MustDate("2025-10-15"), OriginalMinor: 30_000}}
	c.Attachments = []Attachment{{Filename: "proof-of-delivery.pdf", MediaType: "application/pdf"}}
	return c
}

func sampleFull() Content {
	return Content{
		Creditor: Creditor{
			Name:    "Example Supplies Ltd",
			Address: "12 Harbour Street\n1000 Sampletown",
			RemitTo: "Example Supplies Ltd\nSample Bank\nIBAN XX00 0000 0000 0000 0000 00\nBIC SAMPXX00",
		},
		CustomerName: "Nordwind Maschinenbau GmbH", CustomerNo: "C-1042", ContactName: "Accounts Payable",
		PostalAddress: "Werkstraße 7\n20095 Musterstadt", Kind: Dunning, Currency: money.Currency("EUR"),
		DocumentDate: calendar.MustDate("2026-03-16"), PayBy: calendar.MustDate("2026-03-30"),
		DueText:      "Payments that arrived after 15 March are not yet shown.",
		ReplyAddress: "reply+sample@example.com", ReservedMinor: 15_000,
		Lines: []Line{
			{
				InvoiceNumber: "2026-0017", PurchaseOrder: "PO-88231", Instalment: 2, Instalments: 3, Level: 2, DaysPastDue: 31,
				InvoiceDate: calendar.MustDate("2026-01-14"), DueDate: calendar.MustDate("2026-02-13"),
				OriginalMinor: 400_000, OpenMinor: 250_000, AskMinor: 235_000, ReservedMinor: 15_000,
			},
			{
				InvoiceNumber: "2026-0044", PurchaseOrder: "PO-88302", Level: 1, DaysPastDue: 12,
				InvoiceDate: calendar.MustDate("2026-02-02"), DueDate: calendar.MustDate("2026-03-04"),
				OriginalMinor: 1_250_75, OpenMinor: 1_250_75, AskMinor: 1_000_75,
			},
		},
		Credits: []Credit{
			{Kind: CreditMemo, Reference: "CM-2026-003", Minor: 10_000},
			{Kind: OnAccount, Reference: "RC-7781", Minor: 5_000},
			{Kind: Unapplied, Reference: "RC-7790", Minor: 1_250},
		},
		Attachments: []Attachment{{Filename: "invoice-2026-0017.pdf", MediaType: "application/pdf"}},
	}
}
