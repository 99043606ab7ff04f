package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/port"
)

func TestWhatSomebodySaysOfAPayersAccountIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	learned := port.PayerAccount{
		Key: "DE1", CustomerID: h.customer.ID, Name: "NORDWIND", FirstOn: date("2026-03-02"), LastOn: date("2026-03-02"), State: port.AccountKnown, LearnedBy: "rules",
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.LearnPayerAccounts(ctx, []port.PayerAccount{learned, learned}))
		list, err := tx.ListPayerAccounts(ctx, port.PayerAccountFilter{CustomerID: someID(h.customer.ID), Key: "DE1", State: port.AccountKnown}, port.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		there := list.Items[0]
		require.Equal(t, int64(2), there.Uses)

		said := learned
		said.ID, said.Name, said.State, said.LearnedBy, said.FirstOn = newID(), "", port.AccountRefused, "dana", date("2026-04-01")
		got, err := tx.SetPayerAccount(ctx, said)
		require.NoError(t, err)
		there.State, there.LearnedBy = port.AccountRefused, "dana"
		require.Equal(t, there, got, "its id, name, days and payments stay")
		require.NoError(t, tx.LearnPayerAccounts(ctx, []port.PayerAccount{learned}))
		got, err = tx.PayerAccount(ctx, there.ID)
		require.NoError(t, err)
		require.Equal(t, []any{port.AccountRefused, "dana", int64(3)}, []any{got.State, got.LearnedBy, got.Uses})

		fresh := said
		fresh.Key = "DE2"
		got, err = tx.SetPayerAccount(ctx, fresh)
		require.NoError(t, err)
		require.Equal(t, fresh, got)
		page, err := tx.ListPayerAccounts(ctx, port.PayerAccountFilter{}, port.Page{Limit: 1})
		require.NoError(t, err)
		next, err := tx.ListPayerAccounts(ctx, port.PayerAccountFilter{}, port.Page{Limit: 1, After: page.Next})
		require.NoError(t, err)
		require.Equal(t, "DE2", next.Items[0].Key)
		require.Empty(t, next.Next)
	})
	h.refuses(t, "payer_account.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.PayerAccount(ctx, newID())
		return err
	})
}
