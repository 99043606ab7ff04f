package receivable_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "arrears/domain/receivable"
)

func TestDueDate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		terms Terms
		from  string
		want  string
	}{
		"at once":                {Terms{}, "2026-01-15", "2026-01-15"},
		"30 days":                {Terms{NetDays: 30}, "2026-01-15", "2026-02-14"},
		"end of month":           {Terms{EndOfMonth: true}, "2026-01-15", "2026-01-31"},
		"30 days, end of month":  {Terms{NetDays: 30, EndOfMonth: true}, "2026-01-15", "2026-02-28"},
		"leap year":              {Terms{NetDays: 30, EndOfMonth: true}, "2028-01-15", "2028-02-29"},
		"already the end of one": {Terms{EndOfMonth: true}, "2026-04-30", "2026-04-30"},
		"over the year's end":    {Terms{NetDays: 45}, "2026-12-01", "2027-01-15"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, date(c.want), c.terms.DueDate(date(c.from)))
		})
	}
}

// twoPercent within 14 days.
func twoPercent() Terms { return Terms{NetDays: 30, DiscountBP: 200, DiscountDays: 14} }

func TestDiscountUntil(t *testing.T) {
	t.Parallel()
	require.Equal(t, date("2026-03-15"), twoPercent().DiscountUntil(date("2026-03-01")))
	require.True(t, Terms{DiscountDays: 14}.DiscountUntil(date("2026-03-01")).IsZero())
}

func TestEarnedDiscount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		terms   Terms
		prepare func(*Item) error
		value   string
		paying  int64
		want    int64
	}{
		"in full, in time":          {twoPercent(), nil, "2026-03-15", 98000, 2000},
		"a day late":                {twoPercent(), nil, "2026-03-16", 98000, 0},
		"no terms":                  {Terms{}, nil, "2026-03-01", 98000, 0},
		"more than needed":          {twoPercent(), nil, "2026-03-10", 99000, 1000},
		"everything already":        {twoPercent(), nil, "2026-03-10", 100000, 0},
		"half":                      {twoPercent(), nil, "2026-03-10", 49000, 1000},
		"a part, rounded down":      {twoPercent(), nil, "2026-03-10", 100, 2},
		"nothing":                   {twoPercent(), nil, "2026-03-10", 0, 0},
		"base after credits":        {twoPercent(), func(i *Item) error { return i.Credit(10000) }, "2026-03-10", 88200, 1800},
		"not twice":                 {twoPercent(), discounted(2000), "2026-03-10", 98000, 0},
		"all of it as a discount":   {Terms{DiscountBP: 10000, DiscountDays: 14}, nil, "2026-03-10", 1, 99999},
		"part of all as a discount": {Terms{DiscountBP: 10000, DiscountDays: 14}, discounted(50000), "2026-03-10", 1, 49999},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item := invoice(100000).Items[0]
			if c.prepare != nil {
				require.NoError(t, c.prepare(&item))
			}
			got, err := c.terms.EarnedDiscount(item, date("2026-03-01"), date(c.value), c.paying)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func discounted(minor int64) func(*Item) error {
	return func(i *Item) error { return i.Discount(minor) }
}

func TestEarnedDiscountAlwaysFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := invoice(rapid.Int64Range(1, 1_000_000).Draw(t, "original")).Items[0]
		if credit := rapid.Int64Range(0, item.OpenMinor-1).Draw(t, "credit"); credit > 0 {
			require.NoError(t, item.Credit(credit))
		}
		terms := Terms{DiscountBP: rapid.IntRange(0, 10000).Draw(t, "bp"), DiscountDays: 14}
		whole := (item.OriginalMinor-item.CreditedMinor)*int64(terms.DiscountBP)/10000 + 1
		for item.OpenMinor > 0 {
			paying := rapid.Int64Range(1, item.OpenMinor).Draw(t, "paying")
			earned, err := terms.EarnedDiscount(item, date("2026-03-01"), date("2026-03-10"), paying)
			require.NoError(t, err)
			require.NoError(t, item.Pay(paying))
			if earned > 0 {
				require.NoError(t, item.Discount(earned), "what is earned is never more than what is open")
			}
		}
		require.LessOrEqual(t, item.DiscountedMinor, whole, "in parts no more than at once")
	})
}
