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

// inBatch runs fn in a transaction that must commit.
func inBatch(t *testing.T, db *store.DB, fn func(ctx context.Context, tx port.Tx)) {
	t.Helper()
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		fn(ctx, tx)
		return nil
	}))
}

func batchCustomer(number string) receivable.Customer {
	c := receivable.Customer{
		ID: uuid.New(), Source: "erp", Number: number, Name: "Customer " + number, Currency: "EUR", Language: "en", TimeZone: "UTC",
		Calendar: "none", Terms: receivable.Terms{NetDays: 14}, Version: 1, CreatedAt: time.Unix(0, 0).UTC(),
	}
	c.Contacts = []receivable.Contact{{ID: uuid.New(), CustomerID: c.ID, Role: receivable.RoleBilling, Email: "a@b.example", Active: true}}
	return c
}

func batchInvoice(number string, customer uuid.UUID, minor int64) receivable.Invoice {
	inv := receivable.Invoice{
		ID: uuid.New(), Source: "erp", Number: number, CustomerID: customer, InvoiceDate: calendar.MustDate("2026-01-10"), Currency: "EUR",
		AmountMinor: minor, State: receivable.InvoiceValid, AmountsChangedBy: "x", Version: 1, CreatedAt: time.Unix(0, 0).UTC(),
	}
	inv.AddInstalments([]receivable.InstalmentPart{{DueDate: calendar.MustDate("2026-02-10"), AmountMinor: minor}}, []uuid.UUID{uuid.New()}, "UTC")
	return inv
}

func TestBatchCustomers(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	first, second := batchCustomer("1"), batchCustomer("2")
	inBatch(t, db, func(ctx context.Context, tx port.Tx) {
		created, err := tx.InsertNewCustomers(ctx, []receivable.Customer{first, second})
		require.NoError(t, err)
		require.ElementsMatch(t, []uuid.UUID{first.ID, second.ID}, created)
	})
	other := batchCustomer("2")
	inBatch(t, db, func(ctx context.Context, tx port.Tx) {
		created, err := tx.InsertNewCustomers(ctx, []receivable.Customer{other})
		require.NoError(t, err)
		require.Empty(t, created, "the one that is there counts")
		none, err := tx.InsertNewCustomers(ctx, nil)
		require.NoError(t, err)
		require.Empty(t, none)
		refs, err := tx.CustomerRefsByNumber(ctx, "erp", []string{"2", "2", "9"})
		require.NoError(t, err)
		require.Equal(t, []port.CustomerRef{{ID: second.ID, Number: "2", Name: "Customer 2", TimeZone: "UTC", Terms: receivable.Terms{NetDays: 14}}}, refs)
		refs, err = tx.CustomerRefs(ctx, "erp", uuid.Nil, 10)
		require.NoError(t, err)
		require.Len(t, refs, 2)
		refs, err = tx.CustomerRefs(ctx, "erp", refs[0].ID, 10)
		require.NoError(t, err)
		require.Len(t, refs, 1)
		require.NoError(t, tx.LockCustomers(ctx, []uuid.UUID{first.ID, second.ID}))
		got, err := tx.Customer(ctx, first.ID)
		require.NoError(t, err)
		require.Len(t, got.Contacts, 1)
	})
}

func TestBatchInvoices(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	c := batchCustomer("1")
	one, two := batchInvoice("R1", c.ID, 100), batchInvoice("R2", c.ID, 200)
	inBatch(t, db, func(ctx context.Context, tx port.Tx) {
		_, err := tx.InsertNewCustomers(ctx, []receivable.Customer{c})
		require.NoError(t, err)
		require.NoError(t, tx.InsertInvoices(ctx, []receivable.Invoice{one, two}))
	})
	inBatch(t, db, func(ctx context.Context, tx port.Tx) {
		list, err := tx.InvoicesByNumbers(ctx, "erp", []string{"R2", "R2", "R9"})
		require.NoError(t, err)
		require.Equal(t, []receivable.Invoice{two}, list)
		known, err := tx.KnownContent(ctx, []port.Content{
			{CustomerID: c.ID, InvoiceDate: one.InvoiceDate, Currency: "EUR", AmountMinor: 101},
			{CustomerID: c.ID, InvoiceDate: one.InvoiceDate, Currency: "EUR", AmountMinor: 100},
			{CustomerID: c.ID, InvoiceDate: one.InvoiceDate, Currency: "USD", AmountMinor: 100},
		})
		require.NoError(t, err)
		require.Equal(t, []bool{false, true, false}, known)
		sums, err := tx.OpenSums(ctx, "erp")
		require.NoError(t, err)
		require.Equal(t, []port.OpenSum{{CustomerID: c.ID, Number: "1", Currency: "EUR", Count: 2, SumMinor: 300}}, sums)
		open, err := tx.OpenInvoices(ctx, "erp", uuid.Nil, 1)
		require.NoError(t, err)
		require.Len(t, open, 1)
		open, err = tx.OpenInvoices(ctx, "erp", open[0].ID, 5)
		require.NoError(t, err)
		require.Len(t, open, 1)
	})
	err := db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		return tx.InsertInvoices(ctx, []receivable.Invoice{batchInvoice("R1", c.ID, 5)})
	})
	require.Equal(t, "invoice.number_taken", fault.CodeOf(err))
}

func TestBatchReceiptsAndFlags(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	c := batchCustomer("1")
	inv := batchInvoice("R1", c.ID, 100)
	at := time.Unix(100, 0).UTC()
	r := receivable.Receipt{
		ID: uuid.New(), Source: "erp", Number: "B1", CustomerID: uuid.NullUUID{UUID: c.ID, Valid: true}, Kind: "bank", Currency: "EUR",
		AmountMinor: 40, GrossMinor: 40, OnAccountMinor: 40, ValueDate: inv.InvoiceDate, State: receivable.ReceiptRecorded,
		CreatedBy: "x", CreatedAt: at, Version: 1,
	}
	require.NoError(t, r.ApplyTo(&inv.Items[0], 40, 0, uuid.New(), at))
	require.NoError(t, inv.Items[0].Dispute(10))
	flag := receivable.DisputeFlag{
		ID: uuid.New(), ItemID: inv.Items[0].ID, InvoiceID: inv.ID, CustomerID: c.ID, AmountMinor: 10, Currency: "EUR", Reason: "x",
		CreatedBy: "x", CreatedAt: at,
	}
	inBatch(t, db, func(ctx context.Context, tx port.Tx) {
		_, err := tx.InsertNewCustomers(ctx, []receivable.Customer{c})
		require.NoError(t, err)
		require.NoError(t, tx.InsertInvoices(ctx, []receivable.Invoice{inv}))
		require.NoError(t, tx.InsertReceipts(ctx, []receivable.Receipt{r}))
		require.NoError(t, tx.InsertDisputeFlags(ctx, []receivable.DisputeFlag{flag}))
	})
	inBatch(t, db, func(ctx context.Context, tx port.Tx) {
		got, err := tx.Receipt(ctx, r.ID)
		require.NoError(t, err)
		require.Equal(t, r, got)
		flags, err := tx.OpenDisputeFlags(ctx, inv.Items[0].ID)
		require.NoError(t, err)
		require.Equal(t, []receivable.DisputeFlag{flag}, flags)
	})
}

func TestQuarantineKeepsARowOnce(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	run := port.ImportRun{ID: uuid.New(), Profile: "arrears", Source: "erp", Filename: "a.csv", Mode: "delta", State: "running", CreatedBy: "x", CreatedAt: time.Unix(0, 0).UTC()}
	line := func(mark string) port.QuarantineRow {
		return port.QuarantineRow{ID: uuid.New(), ImportID: run.ID, Line: 2, Code: "c", Raw: []byte(`{}`), Severity: "refused", State: "open", Fingerprint: []byte(mark)}
	}
	kept := line("one")
	inBatch(t, db, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertImport(ctx, run))
		require.NoError(t, tx.InsertQuarantine(ctx, []port.QuarantineRow{kept, line("one"), line("two")}))
		require.NoError(t, tx.InsertQuarantine(ctx, nil))
	})
	inBatch(t, db, func(ctx context.Context, tx port.Tx) {
		list, err := tx.ListQuarantine(ctx, run.ID, "", port.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 2)
		got, err := tx.LockQuarantine(ctx, kept.ID)
		require.NoError(t, err)
		require.Equal(t, kept, got)
		_, err = tx.Quarantine(ctx, uuid.New())
		require.Equal(t, "quarantine.not_found", fault.CodeOf(err))
		require.NoError(t, tx.FailImports(ctx, "erp", "a.csv", time.Unix(9, 0).UTC()))
		failed, err := tx.Import(ctx, run.ID)
		require.NoError(t, err)
		require.Equal(t, "failed", failed.State)
	})
}
