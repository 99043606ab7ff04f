package report

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
)

func TestWhatIsOpenAtTheEndOfAWeek(t *testing.T) {
	t.Parallel()
	r := Make(Facts{From: day("2026-01-05"), To: day("2026-01-28"), Invoices: []InvoiceFacts{
		{Number: "R-1", Currency: "EUR", AmountMinor: 100, InvoiceDate: day("2026-01-01"), DueDate: day("2026-01-15"), PaidOn: day("2026-01-25")},
		{Number: "R-2", Currency: "EUR", AmountMinor: 30, InvoiceDate: day("2026-01-18"), DueDate: day("2026-02-18")},
		{Number: "R-3", Currency: "USD", AmountMinor: 7, InvoiceDate: day("2026-01-06"), DueDate: day("2026-01-06"), PaidOn: day("2026-01-11")},
	}})
	require.Equal(t, []OpenSeries{
		{"EUR", []OpenPoint{
			{day("2026-01-11"), 1, 100, 0}, {day("2026-01-18"), 2, 130, 100}, {day("2026-01-25"), 1, 30, 0}, {day("2026-01-28"), 1, 30, 0},
		}},
		{"USD", []OpenPoint{{day("2026-01-11"), 0, 0, 0}, {day("2026-01-18"), 0, 0, 0}, {day("2026-01-25"), 0, 0, 0}, {day("2026-01-28"), 0, 0, 0}}},
	}, r.Open)
}

func TestWithoutAWeekNothingIsOpen(t *testing.T) {
	t.Parallel()
	require.Equal(t, []OpenSeries{}, Make(Facts{Invoices: []InvoiceFacts{{Number: "R-1", Currency: "EUR"}}}).Open)
}

// Each point is what a plain count over all invoices gives.
func TestOpenAgreesWithAPlainCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		for _, s := range Make(f).Open {
			for _, p := range s.Points {
				want := OpenPoint{On: p.On}
				for _, i := range f.Invoices {
					if i.Currency == s.Currency && openOn(i, p.On) {
						want.Invoices++
						want.Minor += i.AmountMinor
						if !i.DueDate.IsZero() && i.DueDate < p.On {
							want.Overdue += i.AmountMinor
						}
					}
				}
				require.Equal(rt, want, p)
			}
		}
	})
}

func openOn(i InvoiceFacts, on calendar.Date) bool {
	return i.InvoiceDate <= on && (i.PaidOn.IsZero() || i.PaidOn > on)
}
