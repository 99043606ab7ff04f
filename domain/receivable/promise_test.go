package receivable_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "arrears/domain/receivable"
)

func promiseOf(inv Invoice, minor int64) Promise {
	return Promise{
		ID: newID(), CustomerID: inv.CustomerID, InvoiceID: inv.ID, AmountMinor: minor, Currency: inv.Currency,
		PromisedOn: date("2026-04-10"), DueOn: date("2026-04-20"), GraceDays: 2, State: PromiseOpen, CreatedAt: noon,
	}
}

func TestAllocateOldestFirst(t *testing.T) {
	t.Parallel()
	inv := invoice(300, 700)
	inv.Items[0], inv.Items[1] = inv.Items[1], inv.Items[0]
	p := promiseOf(inv, 400)
	require.NoError(t, p.Allocate(inv.Items, nil))
	require.Equal(t, []PromiseItem{
		{ItemID: inv.Items[1].ID, AmountMinor: 300}, {ItemID: inv.Items[0].ID, AmountMinor: 100},
	}, p.Items)
	require.Equal(t, int64(300), p.HeldMinor(inv.Items[1].ID))
	require.Zero(t, p.HeldMinor(newID()))

	second := promiseOf(inv, 601)
	requireCode(t, CodePromiseExceedsOpen, second.Allocate(inv.Items, []Promise{p}))
	require.Empty(t, second.Items)
	second.AmountMinor = 600
	require.NoError(t, second.Allocate(inv.Items, []Promise{p}))
	require.Equal(t, []PromiseItem{{ItemID: inv.Items[0].ID, AmountMinor: 600}}, second.Items)

	p.State = PromiseBroken
	third := promiseOf(inv, 400)
	require.NoError(t, third.Allocate(inv.Items, []Promise{p, second}), "a broken promise holds nothing")
	third.AmountMinor = 0
	requireCode(t, CodeNotPositive, third.Allocate(inv.Items, nil))
}

func TestPromiseIsKeptAtOnce(t *testing.T) {
	t.Parallel()
	inv := invoice(300, 700)
	p := promiseOf(inv, 400)
	require.NoError(t, p.Allocate(inv.Items, nil))
	require.Equal(t, int64(10), p.Receive(newID(), 10, date("2026-04-12")), "another item does not count")
	require.Zero(t, p.Receive(inv.Items[0].ID, 300, date("2026-04-12")))
	require.Equal(t, PromiseOpen, p.State)
	require.Zero(t, p.HeldMinor(inv.Items[0].ID))
	require.Equal(t, int64(100), p.HeldMinor(inv.Items[1].ID))
	require.Equal(t, int64(50), p.Receive(inv.Items[1].ID, 150, date("2026-04-13")), "what is too much is left for others")
	require.Equal(t, PromiseKept, p.State)
	require.Equal(t, date("2026-04-13"), p.SettledOn)
	require.Zero(t, p.HeldMinor(inv.Items[1].ID))
	require.Equal(t, int64(5), p.Receive(inv.Items[1].ID, 5, date("2026-04-14")), "a settled promise counts nothing")
}

func TestMoneyOnAnyOfItsItemsKeepsAPromise(t *testing.T) {
	t.Parallel()
	inv := invoice(300, 700)
	p := promiseOf(inv, 400)
	require.NoError(t, p.Allocate(inv.Items, nil))
	require.Zero(t, p.Receive(inv.Items[1].ID, 400, date("2026-04-12")))
	require.Equal(t, PromiseKept, p.State)
}

func TestReversalReopensAPromiseWhileItHolds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		back  int64
		today string
		want  PromiseState
	}{
		"on its last day":           {400, "2026-04-22", PromiseOpen},
		"after it, all gone":        {400, "2026-04-23", PromiseBroken},
		"after it, a part is there": {300, "2026-04-23", PromisePartiallyKept},
		"more than it had counted":  {900, "2026-04-22", PromiseOpen},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inv := invoice(1000)
			p := promiseOf(inv, 400)
			require.NoError(t, p.Allocate(inv.Items, nil))
			p.Receive(inv.Items[0].ID, 400, date("2026-04-12"))
			rest := p.Unreceive(inv.Items[0].ID, c.back, date(c.today))
			require.Equal(t, max(0, c.back-400), rest)
			require.Equal(t, c.want, p.State)
			require.Equal(t, c.want == PromiseOpen, p.SettledOn.IsZero())
		})
	}
}

func TestUnreceiveLeavesAnOpenOrWithdrawnPromise(t *testing.T) {
	t.Parallel()
	inv := invoice(1000)
	p := promiseOf(inv, 400)
	require.NoError(t, p.Allocate(inv.Items, nil))
	require.Equal(t, int64(7), p.Unreceive(newID(), 7, date("2026-04-12")))
	p.Receive(inv.Items[0].ID, 100, date("2026-04-12"))
	require.NoError(t, p.Withdraw(date("2026-04-13")))
	require.Zero(t, p.Unreceive(inv.Items[0].ID, 100, date("2026-04-14")))
	require.Equal(t, PromiseWithdrawn, p.State)
}

func TestSettle(t *testing.T) {
	t.Parallel()
	for received, want := range map[int64]PromiseState{0: PromiseBroken, 1: PromisePartiallyKept, 399: PromisePartiallyKept} {
		inv := invoice(1000)
		p := promiseOf(inv, 400)
		require.NoError(t, p.Allocate(inv.Items, nil))
		p.Receive(inv.Items[0].ID, received, date("2026-04-12"))
		require.Equal(t, date("2026-04-22"), p.HoldUntil())
		require.NoError(t, p.Settle(date("2026-04-23")))
		require.Equal(t, want, p.State)
		require.Equal(t, date("2026-04-23"), p.SettledOn)
		requireCode(t, CodePromiseNotOpen, p.Settle(date("2026-04-24")))
		requireCode(t, CodePromiseNotOpen, p.Withdraw(date("2026-04-24")))
	}
}

func TestMootPromise(t *testing.T) {
	t.Parallel()
	inv := invoice(1000)
	p := promiseOf(inv, 400)
	require.NoError(t, p.Allocate(inv.Items, nil))
	credited, paid := p, p
	credited.Moot(date("2026-04-12"))
	require.Equal(t, PromiseWithdrawn, credited.State)
	paid.Items = append([]PromiseItem(nil), p.Items...)
	paid.Receive(inv.Items[0].ID, 390, date("2026-04-11"))
	paid.Moot(date("2026-04-12"))
	require.Equal(t, PromiseKept, paid.State)
	paid.Moot(date("2026-04-15"))
	require.Equal(t, date("2026-04-12"), paid.SettledOn, "what is settled stays")
}

func TestByDueDate(t *testing.T) {
	t.Parallel()
	late := Promise{ID: newID(), DueOn: 20, CreatedAt: noon}
	early := Promise{ID: newID(), DueOn: 10, CreatedAt: noon.Add(1)}
	first := Promise{ID: newID(), DueOn: 10, CreatedAt: noon}
	list := []Promise{late, early, first}
	ByDueDate(list)
	require.Equal(t, []Promise{first, early, late}, list)
}

// Whatever comes and goes, a promise never counts more than was promised, and never holds back what came.
func TestPromiseCountsOverRandomHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		inv := invoice(rapid.SliceOfN(rapid.Int64Range(1, 500), 1, 3).Draw(t, "instalments")...)
		p := promiseOf(inv, rapid.Int64Range(1, inv.AmountMinor).Draw(t, "promised"))
		require.NoError(t, p.Allocate(inv.Items, nil))
		counted := int64(0)
		for range rapid.IntRange(1, 10).Draw(t, "events") {
			item := rapid.SampledFrom(inv.Items).Draw(t, "item").ID
			minor := rapid.Int64Range(1, 600).Draw(t, "minor")
			if rapid.Bool().Draw(t, "comes") {
				counted += minor - p.Receive(item, minor, p.DueOn)
			} else {
				counted -= minor - p.Unreceive(item, minor, p.DueOn)
			}
			require.Equal(t, counted, p.ReceivedMinor)
			require.True(t, p.ReceivedMinor >= 0 && p.ReceivedMinor <= p.AmountMinor)
			require.Equal(t, p.ReceivedMinor == p.AmountMinor, p.State == PromiseKept)
			var held int64
			for _, i := range inv.Items {
				held += p.HeldMinor(i.ID)
			}
			require.LessOrEqual(t, held, p.AmountMinor)
		}
	})
}
