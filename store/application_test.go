package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
	"arrears/port"
)

func TestApplicationsAreListedByWhatTheyJoin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := waitingReceipt(h, "1")
	r.CustomerID, r.UnappliedMinor, r.AppliedMinor = someID(h.customer.ID), 0, 5_000
	undone := noon
	item := h.invoice.Items[0]
	r.Applications = []receivable.Application{
		{ID: newID(), ReceiptID: r.ID, ItemID: item.ID, AmountMinor: 5_000, ItemMinor: 5_000, Rate: "1", AppliedAt: noon},
		{ID: newID(), ReceiptID: r.ID, ItemID: item.ID, AmountMinor: 2_000, ItemMinor: 2_000, Rate: "1", AppliedAt: noon, ReversedAt: &undone},
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertReceipt(ctx, r))
		for n, f := range []port.ApplicationFilter{
			{}, {ReceiptID: someID(r.ID)}, {ItemID: someID(item.ID)}, {InvoiceID: item.InvoiceID}, {CustomerID: someID(h.customer.ID)},
			{State: port.ApplicationStanding}, {State: port.ApplicationUndone}, {ReceiptID: someID(newID())},
		} {
			list, err := tx.ListApplications(ctx, f, port.Page{})
			require.NoError(t, err)
			require.Len(t, list.Items, []int{2, 2, 2, 2, 2, 1, 1, 0}[n], "%+v", f)
		}
		one, err := tx.Application(ctx, r.Applications[0].ID)
		require.NoError(t, err)
		require.Equal(t, port.AppliedCash{
			Application: one.Application, Currency: "EUR", ItemCurrency: "EUR", InvoiceID: item.InvoiceID, CustomerID: r.CustomerID,
		}, one)
		require.Equal(t, []any{r.ID, item.ID, int64(5_000)}, []any{one.ReceiptID, one.ItemID, one.AmountMinor})
	})
	h.refuses(t, "application.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Application(ctx, newID())
		return err
	})
}
