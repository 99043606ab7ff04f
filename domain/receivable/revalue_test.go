package receivable_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

func TestRevalueKeepsWhatWasApplied(t *testing.T) {
	t.Parallel()
	due := calendar.MustDate("2026-04-01")
	rapid.Check(t, func(rt *rapid.T) {
		paid := rapid.Int64Range(0, 1000).Draw(rt, "paid")
		open := rapid.Int64Range(0, 1000).Draw(rt, "open")
		disputed := rapid.Int64Range(0, open).Draw(rt, "disputed")
		next := rapid.Int64Range(-10, 3000).Draw(rt, "next")
		item := receivable.Item{OriginalMinor: paid + open, PaidMinor: paid, OpenMinor: open, DisputedMinor: disputed}
		was := item
		err := item.Revalue(receivable.InstalmentPart{DueDate: due, AmountMinor: next})
		require.NoError(rt, item.Check())
		switch {
		case next <= 0:
			require.Equal(rt, receivable.CodeNotPositive, fault.CodeOf(err))
			require.Equal(rt, was, item)
		case next < paid:
			require.Equal(rt, receivable.CodeBelowClosed, fault.CodeOf(err))
			require.Equal(rt, was, item)
		default:
			require.NoError(rt, err)
			require.Equal(rt, next-paid, item.OpenMinor)
			require.Equal(rt, paid, item.PaidMinor)
			require.Equal(rt, due, item.DueDate)
		}
	})
}
