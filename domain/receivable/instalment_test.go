package receivable_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	. "arrears/domain/receivable"
)

func TestSplitEqually(t *testing.T) {
	t.Parallel()
	dates := []calendar.Date{date("2026-01-31"), date("2026-02-28"), date("2026-03-31")}
	list, err := SplitEqually(1000, dates)
	require.NoError(t, err)
	require.Equal(t, []InstalmentPart{{dates[0], 334}, {dates[1], 333}, {dates[2], 333}}, list)
	_, err = SplitEqually(1000, nil)
	requireCode(t, "money.invalid_weights", err)
}

func TestSplitByShareSumsExactly(t *testing.T) {
	t.Parallel()
	dates := []calendar.Date{date("2026-01-31"), date("2026-02-28")}
	list, err := SplitByShare(1001, []int64{30, 70}, dates)
	require.NoError(t, err)
	require.Equal(t, []InstalmentPart{{dates[0], 300}, {dates[1], 701}}, list)
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(1, 1_000_000_000).Draw(t, "total")
		shares := rapid.SliceOfN(rapid.Int64Range(1, 100), 2, 2).Draw(t, "shares")
		list, err := SplitByShare(total, shares, dates)
		require.NoError(t, err)
		require.Equal(t, total, list[0].AmountMinor+list[1].AmountMinor)
	})
}

func TestAddInstalments(t *testing.T) {
	t.Parallel()
	inv := invoice(300, 700)
	require.NoError(t, inv.Check())
	require.Equal(t, int64(1000), inv.OpenMinor())
	require.Equal(t, []int{1, 2}, []int{inv.Items[0].Seq, inv.Items[1].Seq})
	require.Equal(t, inv.ID, inv.Items[1].InvoiceID.UUID)
	require.Equal(t, "Europe/Berlin", inv.Items[1].TimeZone)
	inv.Items = append(inv.Items, Item{ID: newID(), Kind: Deduction, OriginalMinor: 5, OpenMinor: 5})
	require.Equal(t, []InstalmentPart{{date("2026-03-31"), 300}, {date("2026-04-30"), 700}}, inv.Instalments(),
		"a deduction is no instalment")
}

func TestVoidInvoice(t *testing.T) {
	t.Parallel()
	inv := invoice(300, 700)
	require.NoError(t, inv.Items[1].Pay(10))
	requireCode(t, CodeHasApplications, inv.Void())
	require.Equal(t, int64(300), inv.Items[0].OpenMinor, "a refusal changes nothing")
	require.NoError(t, inv.Items[1].Unpay(10))
	require.NoError(t, inv.Void())
	require.Equal(t, InvoiceVoid, inv.State)
	require.Zero(t, inv.OpenMinor())
	require.NoError(t, inv.Check())
	requireCode(t, CodeVoidInvoice, inv.Void())
}

func TestInvoiceCheckFindsWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	inv := invoice(300, 700)
	inv.AmountMinor++
	requireCode(t, CodeLawBroken, inv.Check())
	inv.AmountMinor--
	inv.Items[0].PaidMinor = 1
	requireCode(t, CodeLawBroken, inv.Check())
}

func TestOldestFirst(t *testing.T) {
	t.Parallel()
	a := Item{ID: uuid.UUID{1}, DueDate: 20, Seq: 1}
	b := Item{ID: uuid.UUID{2}, DueDate: 10, Seq: 2}
	c := Item{ID: uuid.UUID{3}, DueDate: 10, Seq: 1}
	given := []Item{a, b, c}
	require.Equal(t, []Item{c, b, a}, OldestFirst(given))
	require.Equal(t, []Item{a, b, c}, given, "the list itself stays")
}
