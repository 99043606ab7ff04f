package report

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
)

func date(s string) calendar.Date { return calendar.MustDate(s) }

func TestQuotientsOfTheFormulas(t *testing.T) {
	t.Parallel()
	// The published vector of the shape AR / S * D.
	f := quotient(Figure{ID: "dso_simple", Unit: CalendarDays}, 10_869, 5_538+4_566+7_570, 90, "no_sales")
	require.Equal(t, "55.35", f.Decimal())
	require.Equal(t, "dso_simple: 55.35 days", f.String())
	require.Equal(t, [2]int64{10_869, 17_674}, [2]int64{f.PartMinor, f.WholeMinor})
	for _, c := range []struct {
		part, whole, factor int64
		want                string
	}{{1, 3, 100, "33.33"}, {2, 3, 100, "66.67"}, {1, 8, 1, "0.13"}, {0, 5, 100, "0.00"}, {5, 5, 100, "100.00"}, {9e15, 9e15, 100, "100.00"}} {
		require.Equal(t, c.want, quotient(Figure{}, c.part, c.whole, c.factor, "x").Decimal())
	}
}

func TestAFigureThatIsNotThereSaysWhy(t *testing.T) {
	t.Parallel()
	f := quotient(Figure{ID: InvalidRate, Unit: Percent}, 0, 0, 100, AbsentNoneDecided)
	require.Equal(t, AbsentNoneDecided, f.Absent)
	require.Empty(t, f.Decimal())
	require.Zero(t, f.Hundredths)
	require.Equal(t, "deduction_invalid_rate: absent (nothing_decided)", f.String())
	require.Equal(t, AbsentOutOfRange, quotient(Figure{}, 9e15, 1, 90, "x").Absent)
	require.Equal(t, AbsentNoneOpen, median(Figure{}, nil, AbsentNoneOpen).Absent)
	require.Equal(t, AbsentNoneOpen, p90(Figure{}, nil, AbsentNoneOpen).Absent)
}

func TestMedianAndPercentile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		days      []int
		mid, high string
	}{
		{[]int{7}, "7.00", "7.00"},
		{[]int{9, 2}, "5.50", "9.00"},
		{[]int{3, 1, 2}, "2.00", "3.00"},
		{[]int{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, "5.50", "9.00"},
		{[]int{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, "6.00", "10.00"},
		{[]int{0, 0, 0}, "0.00", "0.00"}, // decided on the day is a figure, not a want of one
	} {
		require.Equal(t, c.mid, median(Figure{}, c.days, "x").Decimal(), "%v", c.days)
		require.Equal(t, c.high, p90(Figure{}, c.days, "x").Decimal(), "%v", c.days)
	}
	days := []int{3, 1, 2}
	median(Figure{}, days, "x")
	require.Equal(t, []int{3, 1, 2}, days, "the list stays as it is")
}

func TestThePercentileLeavesAtMostOneInTenAbove(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfN(rapid.IntRange(0, 400), 1, 60).Draw(t, "days")
		f := p90(Figure{}, days, "x")
		above := 0
		for _, d := range days {
			if int64(d)*100 > f.Hundredths {
				above++
			}
		}
		require.LessOrEqual(t, above*10, len(days))
		require.True(t, slices.Contains(days, int(f.Hundredths/100)))
		require.LessOrEqual(t, median(Figure{}, days, "x").Hundredths, f.Hundredths)
	})
}

func TestWindows(t *testing.T) {
	t.Parallel()
	w := Window{From: date("2026-03-01"), To: date("2026-03-31")}
	require.Equal(t, 31, w.Days())
	require.True(t, w.Has(w.From) && w.Has(w.To))
	require.False(t, w.Has(w.From-1) || w.Has(w.To+1) || w.Has(0))
	require.Equal(t, Window{From: date("2026-01-29"), To: date("2026-02-28")}, w.Before())
	require.Equal(t, w.Days(), w.Before().Days())
	require.Zero(t, Window{}.Days())
	require.Zero(t, Window{From: w.To, To: w.From}.Days())
}

func ExampleFigure() {
	fmt.Println(Figure{ID: RecoveryRate, Unit: Percent, Hundredths: 6250})
	fmt.Println(Figure{ID: RecoveryRate, Unit: Percent, Absent: AbsentNoneInvalid})
	// Output:
	// deduction_recovery_rate: 62.50 percent
	// deduction_recovery_rate: absent (nothing_invalid)
}
