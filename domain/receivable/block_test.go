package receivable_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/receivable"
)

func TestBlockHoldsThroughItsLastDay(t *testing.T) {
	t.Parallel()
	b := Block{Until: date("2026-04-20")}
	require.True(t, b.HoldsOn(date("2026-04-20")))
	require.False(t, b.HoldsOn(date("2026-04-21")))
	require.True(t, Block{}.HoldsOn(date("2199-01-01")), "without a last day it holds for good")
	b.ReleasedAt = &noon
	require.False(t, b.HoldsOn(date("2026-04-20")))
}

func TestBlockCovers(t *testing.T) {
	t.Parallel()
	inv := invoice(300, 700)
	first, second := inv.Items[0], inv.Items[1]
	other := invoice(5)
	require.True(t, Block{CustomerID: inv.CustomerID}.Covers(first))
	require.False(t, Block{CustomerID: inv.CustomerID}.Covers(other.Items[0]))
	onInvoice := Block{CustomerID: inv.CustomerID, InvoiceID: someID(inv.ID)}
	require.True(t, onInvoice.Covers(second))
	onItem := Block{CustomerID: inv.CustomerID, InvoiceID: someID(inv.ID), ItemID: someID(first.ID)}
	require.True(t, onItem.Covers(first))
	require.False(t, onItem.Covers(second))
	second.InvoiceID.Valid = false
	require.False(t, onInvoice.Covers(second), "an item without an invoice")
}

func TestOnlyLawStopsForGood(t *testing.T) {
	t.Parallel()
	for _, reason := range BlockReasons() {
		free := reason == BlockLegal || reason == BlockInsolvency
		require.Equal(t, !free, reason.NeedsExpiry(), reason)
	}
}
