package report

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
)

func TestHowInvoicesEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		paid    string
		notices []string
		want    Chases
	}{
		"before the window":             {"2025-12-31", nil, Chases{SettledBefore: 1}},
		"on the first day, unasked":     {"2026-01-01", nil, Chases{PaidUnasked: 1}},
		"before the first notice":       {"2026-01-10", []string{"2026-01-11"}, Chases{PaidUnasked: 1}},
		"on the day of the notice":      {"2026-01-10", []string{"2026-01-10"}, Chases{Stopped: 1}},
		"after the notice":              {"2026-01-20", []string{"2026-01-10"}, Chases{Stopped: 1}},
		"on the last day":               {"2026-01-31", []string{"2026-01-10"}, Chases{Stopped: 1}},
		"after the window, asked":       {"2026-02-01", []string{"2026-01-10"}, Chases{UnpaidAsked: 1}},
		"after the window, never asked": {"2026-02-01", nil, Chases{UnpaidUnasked: 1}},
		"never, asked":                  {"", []string{"2026-01-10"}, Chases{UnpaidAsked: 1}},
		"never, never asked":            {"", nil, Chases{UnpaidUnasked: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Make(paidInvoice(c.paid, c.notices)).Chases
			require.Equal(t, 1, got.Invoices)
			require.Equal(t, []int{c.want.SettledBefore, c.want.PaidUnasked, c.want.Stopped, c.want.UnpaidAsked, c.want.UnpaidUnasked},
				[]int{got.SettledBefore, got.PaidUnasked, got.Stopped, got.UnpaidAsked, got.UnpaidUnasked})
		})
	}
}

func paidInvoice(paid string, notices []string) Facts {
	paidOn := calendar.Date(0)
	if paid != "" {
		paidOn = day(paid)
	}
	f := Facts{From: day("2026-01-01"), To: day("2026-01-31"), Stages: []string{"one", "two", "three"},
		Invoices: []InvoiceFacts{{Number: "R-1", Currency: "EUR", AmountMinor: 700, PaidOn: paidOn}}}
	for i, on := range notices {
		f.Notices = append(f.Notices, NoticeFacts{On: day(on), Lines: []LineFacts{line("R-1", f.Stages[i%3], 700)}})
	}
	return f
}

func TestTheLastNoticeBeforeThePaymentCounts(t *testing.T) {
	t.Parallel()
	c := Make(paidInvoice("2026-01-20", []string{"2026-01-05", "2026-01-18", "2026-01-25"})).Chases
	require.Equal(t, []LastStage{{"two", 1, 2, 2}}, c.ByLastStage)
	require.Equal(t, []Count{{"1", 0}, {"2", 1}, {"3", 0}, {"4", 0}, {"5 or more", 0}}, c.NoticesPerStop)
	require.Equal(t, 2, *c.MedianDays)
	require.Equal(t, 2, *c.P90Days)
	require.Equal(t, []Amount{{"EUR", 700}}, c.StoppedAmount)
	require.Empty(t, c.UnpaidAmount)
}

func TestManyRemindersAreCountedTogether(t *testing.T) {
	t.Parallel()
	c := Make(paidInvoice("2026-01-20", []string{"2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09", "2026-01-12"})).Chases
	require.Equal(t, Count{"5 or more", 1}, c.NoticesPerStop[4])
}

func TestDaysFallIntoTheirSpans(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]string{0: "same day", 1: "1–3 days", 3: "1–3 days", 4: "4–7 days", 7: "4–7 days", 8: "8–14 days",
		14: "8–14 days", 15: "15–30 days", 30: "15–30 days", 31: "over 30 days", 900: "over 30 days"} {
		require.Equal(t, want, bucketOf(days), days)
	}
}

func TestEverySpanIsListed(t *testing.T) {
	t.Parallel()
	for _, f := range []Facts{{}, facts()} {
		keys := []string{}
		for _, b := range Make(f).Chases.Buckets {
			keys = append(keys, b.Key)
		}
		require.Equal(t, Buckets(), keys)
	}
}

func TestWithoutAStoppedChaseThereIsNoMedian(t *testing.T) {
	t.Parallel()
	c := Make(Facts{}).Chases
	require.Nil(t, c.MedianDays)
	require.Nil(t, c.P90Days)
	require.Equal(t, "–", daysText(c.MedianDays))
}

// Without a last day nothing lies after it.
func TestWithoutAWindowEveryPaymentCounts(t *testing.T) {
	t.Parallel()
	f := paidInvoice("2030-01-01", []string{"2026-01-05"})
	f.From, f.To = 0, 0
	require.Equal(t, 1, Make(f).Chases.Stopped)
}
