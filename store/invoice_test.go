package store_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
	"arrears/port"
)

func TestInvoiceComesBackAsItWent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		got, err := tx.Invoice(ctx, h.invoice.ID)
		require.NoError(t, err)
		require.Equal(t, h.invoice, got)
		got, err = tx.InvoiceByNumber(ctx, "erp", "R-1")
		require.NoError(t, err)
		require.Equal(t, h.invoice, got)
		found, err := tx.InvoicesByNumber(ctx, h.customer.ID, "R-1")
		require.NoError(t, err)
		require.Equal(t, []receivable.Invoice{h.invoice}, found)
		found, err = tx.InvoicesByNumber(ctx, newID(), "R-1")
		require.NoError(t, err)
		require.Empty(t, found)
	})
	h.refuses(t, "invoice.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Invoice(ctx, newID())
		return err
	})
}

func TestInvoiceConstraints(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		code   string
		change func(*receivable.Invoice)
	}{
		"number taken":     {"invoice.number_taken", func(i *receivable.Invoice) { i.Number = "R-1" }},
		"unknown customer": {"customer.not_found", func(i *receivable.Invoice) { i.CustomerID = newID() }},
		"unknown policy":   {"policy.not_found", func(i *receivable.Invoice) { i.PolicyKey = "none" }},
		"law of the item":  {"item.law_broken", func(i *receivable.Invoice) { i.Items[0].OpenMinor++ }},
		"disputed":         {"item.law_broken", func(i *receivable.Invoice) { i.Items[0].DisputedMinor = 30001 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inv := invoiceOf(h.customer.ID, "R-2")
			c.change(&inv)
			h.refuses(t, c.code, func(ctx context.Context, tx port.Tx) error { return tx.InsertInvoice(ctx, inv) })
		})
	}
}

func TestUpdateInvoiceOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	changed := h.invoice
	changed.PurchaseOrder, changed.AmountsChangedBy, changed.ImportID = "", "key-2", someID(newID())
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.UpdateInvoice(ctx, changed))
		got, err := tx.Invoice(ctx, changed.ID)
		require.NoError(t, err)
		changed.Version = 2
		require.Equal(t, changed, got)
	})
	h.refuses(t, "invoice.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateInvoice(ctx, h.invoice) })
}

func TestItems(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	item := h.invoice.Items[0]
	require.NoError(t, item.Pay(100))
	require.NoError(t, item.Discount(200))
	require.NoError(t, item.Credit(300))
	require.NoError(t, item.WriteOff(400))
	require.NoError(t, item.Dispute(500))
	item.Level, item.LastStageDone, item.Cycle = 2, "second", 3
	item.LastStageOn, item.LastNoticeOn, item.HandedOverOn = date("2026-03-01"), date("2026-02-28"), date("2026-03-02")
	item.DueDate, item.AgingDate = date("2026-02-20"), date("2026-02-14")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.UpdateItem(ctx, item))
		got, err := tx.Item(ctx, item.ID)
		require.NoError(t, err)
		item.Version = 2
		require.Equal(t, item, got)
		list, err := tx.ItemsByID(ctx, []uuid.UUID{item.ID, newID()})
		require.NoError(t, err)
		require.Equal(t, []receivable.Item{item}, list)
	})
	h.refuses(t, "item.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateItem(ctx, h.invoice.Items[0]) })
	h.refuses(t, "item.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Item(ctx, newID())
		return err
	})
}

func TestOpenItemsOldestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	older, dollars := invoiceOf(h.customer.ID, "R-0"), invoiceOf(h.customer.ID, "R-2")
	older.Items[0].DueDate = date("2025-12-31")
	dollars.Currency = "USD"
	for n := range dollars.Items {
		dollars.Items[n].Currency = "USD"
	}
	require.NoError(t, older.Items[1].Pay(70000))
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertInvoice(ctx, older))
		require.NoError(t, tx.InsertInvoice(ctx, dollars))
		euros, err := tx.OpenItems(ctx, h.customer.ID, "EUR")
		require.NoError(t, err)
		require.Equal(t, []receivable.Item{older.Items[0], h.invoice.Items[0], h.invoice.Items[1]}, euros)
		all, err := tx.OpenItems(ctx, h.customer.ID, "")
		require.NoError(t, err)
		require.Len(t, all, 5)
		ids, err := tx.OpenInvoiceIDs(ctx, h.customer.ID)
		require.NoError(t, err)
		require.ElementsMatch(t, []uuid.UUID{h.invoice.ID, older.ID, dollars.ID}, ids)
	})
}

func TestListInvoices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		paid, void, dunned := invoiceOf(h.customer.ID, "R-2"), invoiceOf(h.customer.ID, "R-3"), invoiceOf(h.customer.ID, "R-4")
		require.NoError(t, paid.Items[0].Pay(30000))
		require.NoError(t, paid.Items[1].Pay(70000))
		require.NoError(t, void.Void())
		dunned.Items[0].Level, dunned.Items[0].DueDate, dunned.Items[1].DueDate = 2, date("2026-04-30"), date("2026-05-31")
		require.NoError(t, dunned.Items[0].Dispute(5))
		for _, inv := range []receivable.Invoice{paid, void, dunned} {
			require.NoError(t, tx.InsertInvoice(ctx, inv))
		}
	})
	level := 2
	for name, c := range map[string]struct {
		filter port.InvoiceFilter
		want   []string
	}{
		"all":        {port.InvoiceFilter{}, []string{"R-1", "R-2", "R-3", "R-4"}},
		"open":       {port.InvoiceFilter{State: "open"}, []string{"R-1", "R-4"}},
		"overdue":    {port.InvoiceFilter{State: "overdue", Today: date("2026-02-15")}, []string{"R-1"}},
		"due today":  {port.InvoiceFilter{State: "overdue", Today: date("2026-02-14")}, nil},
		"closed":     {port.InvoiceFilter{State: "closed"}, []string{"R-2"}},
		"void":       {port.InvoiceFilter{State: "void"}, []string{"R-3"}},
		"number":     {port.InvoiceFilter{Source: "erp", Number: "R-2"}, []string{"R-2"}},
		"customer":   {port.InvoiceFilter{CustomerID: someID(newID())}, nil},
		"due before": {port.InvoiceFilter{DueBefore: date("2026-04-01")}, []string{"R-1"}},
		"level":      {port.InvoiceFilter{Level: &level}, []string{"R-4"}},
		"policy":     {port.InvoiceFilter{Policy: "standard"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[port.InvoiceRow], error) {
				return tx.ListInvoices(ctx, c.filter, p)
			})
			var numbers []string
			for _, row := range got {
				numbers = append(numbers, row.Number)
			}
			require.Equal(t, c.want, numbers)
		})
	}
	h.refuses(t, "invoice.bad_state", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.ListInvoices(ctx, port.InvoiceFilter{State: "late"}, port.Page{})
		return err
	})
}

func TestInvoiceRowSumsItsItems(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		item := h.invoice.Items[0]
		require.NoError(t, item.Pay(30000))
		require.NoError(t, tx.UpdateItem(ctx, item))
		second := h.invoice.Items[1]
		require.NoError(t, second.Dispute(9))
		second.Level = 1
		require.NoError(t, tx.UpdateItem(ctx, second))
		rows, err := tx.ListInvoices(ctx, port.InvoiceFilter{}, port.Page{})
		require.NoError(t, err)
		row := rows.Items[0]
		got := []any{row.CustomerNumber, row.CustomerName, row.OpenMinor, row.DisputedMinor, row.DueDate, row.Level, row.CaseState}
		require.Equal(t, []any{"K-1", "Nordwind K-1", int64(70000), int64(9), date("2026-03-31"), 1, ""}, got)
		require.True(t, row.WakeAt.IsZero())
	})
}
