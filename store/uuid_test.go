package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/port"
)

// Ids, also those that may be missing, come back as they went in: through parameters, arrays, COPY and scans.
func TestIDsComeBack(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	parent := receivable.Customer{ID: uuid.New(), Source: "s", Number: "1", Name: "Parent", Currency: "EUR", Language: "en", TimeZone: "UTC", Calendar: "none", CreatedAt: now}
	child := parent
	child.ID, child.Number, child.ParentID = uuid.New(), "2", uuid.NullUUID{UUID: parent.ID, Valid: true}
	inv := receivable.Invoice{
		ID: uuid.New(), Source: "s", Number: "R1", CustomerID: child.ID, Currency: "EUR", AmountMinor: 100, State: receivable.InvoiceValid,
		InvoiceDate: 739000, AmountsChangedBy: "x", CreatedAt: now,
	}
	inv.AddInstalments([]receivable.InstalmentPart{{DueDate: 739030, AmountMinor: 100}}, []uuid.UUID{uuid.New()}, "UTC")
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		require.NoError(t, tx.InsertCustomer(ctx, parent))
		require.NoError(t, tx.InsertCustomer(ctx, child))
		return tx.InsertInvoices(ctx, []receivable.Invoice{inv})
	}))
	require.NoError(t, db.Read(t.Context(), func(ctx context.Context, tx port.Tx) error {
		got, err := tx.Customer(ctx, child.ID)
		require.NoError(t, err)
		require.Equal(t, child.ParentID, got.ParentID)
		require.False(t, got.PayerID.Valid)
		items, err := tx.ItemsByID(ctx, []uuid.UUID{inv.Items[0].ID, uuid.New()})
		require.NoError(t, err)
		require.Len(t, items, 1)
		require.Equal(t, inv.Items[0], items[0])
		back, err := tx.Invoice(ctx, inv.ID)
		require.NoError(t, err)
		require.False(t, back.ImportID.Valid)
		require.Equal(t, inv.InvoiceDate, back.InvoiceDate)
		return nil
	}))
}
