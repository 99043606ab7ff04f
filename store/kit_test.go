package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

// noon is the business instant of the tests.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func date(s string) calendar.Date { return calendar.MustDate(s) }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func someID(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }

// house is a database with a customer and an invoice of two instalments, 300.00 and 700.00 EUR.
type house struct {
	*store.DB
	url      string
	customer receivable.Customer
	invoice  receivable.Invoice
}

func newHouse(t *testing.T) house {
	t.Helper()
	db, url := testkit.DB(t)
	h := house{DB: db, url: url, customer: customerOf("K-1")}
	h.invoice = invoiceOf(h.customer.ID, "R-1")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertCustomer(ctx, h.customer))
		require.NoError(t, tx.InsertInvoice(ctx, h.invoice))
	})
	return h
}

// in runs fn in a transaction that must commit.
func (h house) in(t *testing.T, fn func(ctx context.Context, tx port.Tx)) {
	t.Helper()
	require.NoError(t, h.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		fn(ctx, tx)
		return nil
	}))
}

// refuses runs one statement in a transaction of its own, which must end with this code.
func (h house) refuses(t *testing.T, code string, fn func(ctx context.Context, tx port.Tx) error) {
	t.Helper()
	err := h.InTx(t.Context(), fn)
	require.Equal(t, code, fault.CodeOf(err), "%v", err)
}

func customerOf(number string) receivable.Customer {
	id := newID()
	return receivable.Customer{
		ID: id, Source: "erp", Number: number, Name: "Nordwind " + number, Segment: "retail", Currency: "EUR", Language: "de",
		TimeZone: "Europe/Berlin", Calendar: "DE", Country: "DE", PreferredChannel: receivable.Email, Collector: "Kim",
		Terms:     receivable.Terms{NetDays: 30, EndOfMonth: true, DiscountBP: 200, DiscountDays: 10},
		CreatedAt: noon, Version: 1, RecipientChangedBy: "key-1",
		Contacts: []receivable.Contact{
			{ID: newID(), CustomerID: id, Role: receivable.RoleBilling, Name: "Buchhaltung", Email: "b@example.com", Active: true, Version: 1},
			{ID: newID(), CustomerID: id, Role: receivable.RoleDunning, Phone: "+49 30 1", Rank: 2, Active: true, Version: 1},
		},
	}
}

func invoiceOf(customerID uuid.UUID, number string) receivable.Invoice {
	inv := receivable.Invoice{
		ID: newID(), Source: "erp", Number: number, CustomerID: customerID, InvoiceDate: date("2026-01-15"), Currency: "EUR",
		AmountMinor: 100000, PurchaseOrder: "PO-7", State: receivable.InvoiceValid, AmountsChangedBy: "key-1", Version: 1,
		CreatedAt: noon,
	}
	inv.AddInstalments([]receivable.InstalmentPart{
		{DueDate: date("2026-02-14"), AmountMinor: 30000}, {DueDate: date("2026-03-31"), AmountMinor: 70000},
	}, []uuid.UUID{newID(), newID()}, "Europe/Berlin")
	return inv
}

// everyPage reads a list page by page, two at a time, and returns all of it.
func everyPage[T any](t *testing.T, h house, list func(context.Context, port.Tx, port.Page) (port.Paged[T], error)) []T {
	t.Helper()
	var all []T
	page := port.Page{Limit: 2}
	for {
		var got port.Paged[T]
		h.in(t, func(ctx context.Context, tx port.Tx) {
			var err error
			got, err = list(ctx, tx, page)
			require.NoError(t, err)
		})
		require.LessOrEqual(t, len(got.Items), 2)
		all = append(all, got.Items...)
		if got.Next == "" {
			return all
		}
		page.After = got.Next
	}
}
