package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/store"
)

// The application's database role, which cannot rewrite the record, is enough for the use cases.
func TestUseCasesUnderTheApplicationRole(t *testing.T) {
	t.Parallel()
	url := testkit.Schema(t)
	require.NoError(t, store.Migrate(t.Context(), url))
	db, err := store.Open(t.Context(), url+"&role="+store.AppRole)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	d := deskOn(t, db, url)
	owed := d.owed("R-1", 1000)
	d.promise(owed, 400)
	b, err := d.app.SetBlock(t.Context(), d.collector, app.NewBlock{InvoiceID: d.id(owed.ID), Reason: receivable.BlockLegal})
	require.NoError(t, err)
	_, err = d.app.ReleaseBlock(t.Context(), d.collector, b.ID)
	require.NoError(t, err)
	r := d.paid("B-1", owed.Items[0], 400)
	_, err = d.app.WriteOff(t.Context(), d.supervisor, app.NewWriteOff{
		ItemID: owed.Items[0].ID, ReceiptID: d.id(r.ID), Kind: receivable.Concession, AmountMinor: 1, Currency: "EUR", Reason: "peace",
	})
	require.NoError(t, err)
	_, err = d.app.ReverseReceipt(t.Context(), d.collector, r.ID, "returned")
	require.NoError(t, err)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 1000, 0)
	_, err = db.SealAudit(t.Context(), 100)
	require.NoError(t, err)
}
