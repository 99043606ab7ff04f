package receivable_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/receivable"
)

func TestItemWaysOut(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		do, undo func(*Item, int64) error
		of       func(Item) int64
	}{
		"pay":       {(*Item).Pay, (*Item).Unpay, func(i Item) int64 { return i.PaidMinor }},
		"discount":  {(*Item).Discount, (*Item).Undiscount, func(i Item) int64 { return i.DiscountedMinor }},
		"credit":    {(*Item).Credit, (*Item).Uncredit, func(i Item) int64 { return i.CreditedMinor }},
		"write off": {(*Item).WriteOff, (*Item).UndoWriteOff, func(i Item) int64 { return i.WrittenOffMinor }},
		"move":      {(*Item).Move, (*Item).Unmove, func(i Item) int64 { return i.MovedMinor }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item := invoice(1000).Items[0]
			before := item
			requireCode(t, CodeNotPositive, way.do(&item, 0))
			requireCode(t, CodeNotPositive, way.do(&item, -1))
			requireCode(t, CodeExceedsOpen, way.do(&item, 1001))
			requireCode(t, CodeNotPositive, way.undo(&item, 0))
			requireCode(t, CodeExceedsDone, way.undo(&item, 1))
			require.Equal(t, before, item, "a refusal changes nothing")

			require.NoError(t, way.do(&item, 400))
			require.Equal(t, int64(400), way.of(item))
			require.Equal(t, int64(600), item.OpenMinor)
			require.False(t, item.Untouched())
			require.NoError(t, item.Check())
			requireCode(t, CodeExceedsDone, way.undo(&item, 401))
			require.NoError(t, way.undo(&item, 400))
			require.Equal(t, before, item)
		})
	}
}

func TestDisputedNeverExceedsOpen(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	require.NoError(t, item.Dispute(300))
	requireCode(t, CodeExceedsUndisputed, item.Dispute(701))
	requireCode(t, CodeNotPositive, item.Dispute(0))
	require.NoError(t, item.Pay(800))
	require.Equal(t, int64(200), item.DisputedMinor)
	require.NoError(t, item.Unpay(800))
	require.Equal(t, int64(200), item.DisputedMinor, "giving back alone disputes nothing")
	item.SetFlagged(300)
	require.Equal(t, int64(300), item.DisputedMinor, "the flag that stands holds again")
	item.SetFlagged(-5)
	require.Zero(t, item.DisputedMinor)
	require.NoError(t, item.Check())
}

func TestCollectable(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	require.NoError(t, item.Dispute(300))
	require.Equal(t, int64(700), item.Collectable(0, false))
	require.Equal(t, int64(500), item.Collectable(200, false))
	require.Zero(t, item.Collectable(900, false))
	require.Zero(t, item.Collectable(0, true))
}

func TestVoidNeedsAnUntouchedItem(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	require.NoError(t, item.Pay(1))
	requireCode(t, CodeHasApplications, item.Void())
	requireCode(t, CodeHasApplications, item.Amend(InstalmentPart{DueDate: date("2026-05-01"), AmountMinor: 5}))
	require.NoError(t, item.Unpay(1))
	require.NoError(t, item.Dispute(10))
	require.NoError(t, item.Void())
	require.Zero(t, item.OriginalMinor+item.OpenMinor+item.DisputedMinor)
	require.NoError(t, item.Check())
}

func TestAmend(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	require.NoError(t, item.Dispute(900))
	requireCode(t, CodeNotPositive, item.Amend(InstalmentPart{DueDate: date("2026-05-01")}))
	require.NoError(t, item.Amend(InstalmentPart{DueDate: date("2026-05-01"), AmountMinor: 500}))
	require.Equal(t, int64(500), item.OpenMinor)
	require.Equal(t, int64(500), item.DisputedMinor)
	require.Equal(t, date("2026-05-01"), item.AgingDate)
	require.NoError(t, item.Check())
}

func TestRestartBeginsANewCycle(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	item.Level, item.LastStageDone, item.LastStageOn = 3, "final", date("2026-05-01")
	item.LastNoticeOn, item.HandedOverOn = date("2026-05-01"), date("2026-06-01")
	item.Restart()
	require.Equal(t, 2, item.Cycle)
	require.Zero(t, item.Level)
	require.Empty(t, item.LastStageDone)
	require.True(t, item.LastStageOn.IsZero() && item.LastNoticeOn.IsZero() && item.HandedOverOn.IsZero())
}

func TestItemCheckFindsWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Item){
		"too much open": func(i *Item) { i.OpenMinor++ },
		"negative":      func(i *Item) { i.PaidMinor, i.OpenMinor = -1, 1001 },
		"disputed":      func(i *Item) { i.DisputedMinor = 1001 },
		"less than no":  func(i *Item) { i.DisputedMinor = -1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item := invoice(1000).Items[0]
			spoil(&item)
			requireCode(t, CodeLawBroken, item.Check())
		})
	}
}
