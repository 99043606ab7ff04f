package report

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
)

// oneLine is a portfolio of one invoice that is paid on a day (or never) and asked for on the tenth.
func oneLine(paidOn calendar.Date, l LineFacts) Report {
	l.Invoice, l.Stage = "R-1", "reminder"
	return Make(Facts{From: day("2026-01-01"), To: day("2026-01-31"),
		Customers: []CustomerFacts{{Number: "1", Name: "A"}},
		Invoices:  []InvoiceFacts{{Number: "R-1", Customer: "1", Currency: "EUR", AmountMinor: 100, PaidOn: paidOn}},
		Notices:   []NoticeFacts{{On: day("2026-01-10"), Customer: "1", Currency: "EUR", AskedMinor: l.AskMinor, Lines: []LineFacts{l}}}})
}

func TestWhatOffends(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		paid                           string
		ask, open, waiting             int64
		afterPaid, tooMuch, whileInbox int
	}{
		"asked what was open":                 {"", 100, 100, 0, 0, 0, 0},
		"asked a part of it":                  {"", 40, 100, 0, 0, 0, 0},
		"nothing was open":                    {"", 100, 0, 0, 1, 1, 0},
		"less than nothing was open":          {"", 100, -5, 0, 1, 1, 0},
		"nothing was open and nothing asked":  {"", 0, 0, 0, 1, 0, 0},
		"more than was open":                  {"", 101, 100, 0, 0, 1, 0},
		"cash waited and was not left out":    {"", 100, 100, 30, 0, 0, 1},
		"cash waited and was left out":        {"", 70, 100, 30, 0, 0, 0},
		"cash waited and one cent too much":   {"", 71, 100, 30, 0, 0, 1},
		"cash waited for more than is open":   {"", 1, 100, 250, 0, 0, 1},
		"paid the day before, and not booked": {"2026-01-09", 100, 100, 0, 1, 0, 0},
		"paid the same day, later":            {"2026-01-10", 100, 100, 0, 0, 0, 0},
		"paid the same day, and booked":       {"2026-01-10", 100, 0, 0, 1, 1, 0},
		"paid afterwards":                     {"2026-01-11", 100, 100, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			paid := calendar.Date(0)
			if c.paid != "" {
				paid = day(c.paid)
			}
			r := oneLine(paid, LineFacts{AskMinor: c.ask, OpenMinor: c.open, WaitingMinor: c.waiting})
			require.Equal(t, c.afterPaid, kpiOf(t, r, DunnedAfterPaid).Count, DunnedAfterPaid)
			require.Equal(t, c.tooMuch, kpiOf(t, r, AskedTooMuch).Count, AskedTooMuch)
			require.Equal(t, c.whileInbox, kpiOf(t, r, DunnedWhileCashWaiting).Count, DunnedWhileCashWaiting)
			require.Equal(t, c.afterPaid+c.tooMuch+c.whileInbox == 0, r.Passed)
		})
	}
}

func TestAnOffenderTellsWhatItTakesToFindIt(t *testing.T) {
	t.Parallel()
	paid := day("2026-01-09")
	r := oneLine(paid, LineFacts{AskMinor: 120, OpenMinor: 100, WaitingMinor: 3})
	want := Offender{On: day("2026-01-10"), Customer: "1", Invoice: "R-1", Stage: "reminder", Currency: "EUR",
		AskMinor: 120, OpenMinor: 100, WaitingMinor: 3, PaidOn: &paid}
	for _, k := range r.KPIs {
		require.Equal(t, []Offender{want}, k.Lines, k.ID)
		require.NotEmpty(t, k.Meaning)
	}
	require.Nil(t, oneLine(0, LineFacts{AskMinor: 1}).KPIs[0].Lines[0].PaidOn)
}

func TestEveryKPIIsThereAlsoWhenItIsZero(t *testing.T) {
	t.Parallel()
	ids := []string{}
	for _, k := range Make(Facts{}).KPIs {
		ids = append(ids, k.ID)
		require.Zero(t, k.Count)
		require.NotNil(t, k.Lines)
	}
	require.Equal(t, []string{DunnedAfterPaid, AskedTooMuch, DunnedWhileCashWaiting}, ids)
}

// A line of an invoice that the facts do not hold is judged by the ledger alone.
func TestAnUnknownInvoiceIsJudgedByTheLedger(t *testing.T) {
	t.Parallel()
	r := Make(Facts{Notices: []NoticeFacts{{On: day("2026-01-10"), Lines: []LineFacts{{Invoice: "?", AskMinor: 5, OpenMinor: 5}}}}})
	require.True(t, r.Passed)
}
