package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
	"arrears/port"
)

func receiptOf(number string, minor int64) receivable.Receipt {
	return receivable.Receipt{
		ID: newID(), Source: "bank", Number: number, Kind: "bank", Currency: "EUR", AmountMinor: minor, GrossMinor: minor,
		UnappliedMinor: minor, ValueDate: date("2026-02-20"), Reference: "RF18", State: receivable.ReceiptRecorded,
		CreatedBy: "key-1", CreatedAt: noon, Version: 1,
	}
}

func TestReceiptFromRecordToReversal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, item := receiptOf("B-1", 40000), h.invoice.Items[0]
	require.NoError(t, r.ApplyTo(&item, 20000, 500, newID(), noon))
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertReceipt(ctx, r))
		require.NoError(t, tx.UpdateItem(ctx, item))
		got, err := tx.Receipt(ctx, r.ID)
		require.NoError(t, err)
		require.Equal(t, r, got)
	})
	r.Identify(h.customer.ID)
	item.Version = 2
	require.NoError(t, r.ApplyTo(&item, 100, 0, newID(), noon))
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.UpdateReceipt(ctx, r)) })
	h.refuses(t, "receipt.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateReceipt(ctx, r) })
	r.Version = 2
	_, err := r.Reverse(noon, "returned")
	require.NoError(t, err)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.UpdateReceipt(ctx, r))
		got, err := tx.ReceiptByNumber(ctx, "bank", "B-1")
		require.NoError(t, err)
		r.Version = 3
		require.Equal(t, r, got)
	})
}

func TestReceiptConstraints(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.InsertReceipt(ctx, receiptOf("B-1", 5))) })
	h.refuses(t, "receipt.number_taken", func(ctx context.Context, tx port.Tx) error {
		return tx.InsertReceipt(ctx, receiptOf("B-1", 5))
	})
	h.refuses(t, "receipt.law_broken", func(ctx context.Context, tx port.Tx) error {
		r := receiptOf("B-2", 5)
		r.AppliedMinor = 1
		return tx.InsertReceipt(ctx, r)
	})
	h.refuses(t, "receipt.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Receipt(ctx, newID())
		return err
	})
}

func TestListReceipts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		applied, gone, mine := receiptOf("B-1", 100), receiptOf("B-2", 100), receiptOf("B-3", 100)
		item := h.invoice.Items[0]
		require.NoError(t, applied.ApplyTo(&item, 100, 0, newID(), noon))
		_, err := gone.Reverse(noon, "x")
		require.NoError(t, err)
		mine.Identify(h.customer.ID)
		for _, r := range []receivable.Receipt{applied, gone, mine} {
			require.NoError(t, tx.InsertReceipt(ctx, r))
		}
	})
	for name, c := range map[string]struct {
		filter port.ReceiptFilter
		want   []string
	}{
		"all":      {port.ReceiptFilter{}, []string{"B-1", "B-2", "B-3"}},
		"customer": {port.ReceiptFilter{CustomerID: someID(h.customer.ID)}, []string{"B-3"}},
		"invoice":  {port.ReceiptFilter{InvoiceID: someID(h.invoice.ID)}, []string{"B-1"}},
		"number":   {port.ReceiptFilter{Source: "bank", Number: "B-2"}, []string{"B-2"}},
		"state":    {port.ReceiptFilter{State: "reversed"}, []string{"B-2"}},
		"rest":     {port.ReceiptFilter{Rest: true}, []string{"B-3"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[receivable.Receipt], error) {
				return tx.ListReceipts(ctx, c.filter, p)
			})
			var numbers []string
			for _, r := range got {
				numbers = append(numbers, r.Number)
			}
			require.Equal(t, c.want, numbers)
		})
	}
}

func memoOf(h house, number string, minor int64) receivable.CreditMemo {
	return receivable.CreditMemo{
		ID: newID(), Source: "erp", Number: number, CustomerID: h.customer.ID, Currency: "EUR", AmountMinor: minor, OpenMinor: minor,
		MemoDate: date("2026-02-01"), Reason: "returned goods", State: receivable.CreditMemoValid, CreatedBy: "key-1",
		CreatedAt: noon, Version: 1,
	}
}

func TestCreditMemoFromRecordToVoid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m, item := memoOf(h, "C-1", 40000), h.invoice.Items[0]
	m.InvoiceID = someID(h.invoice.ID)
	require.NoError(t, m.ApplyTo(&item, 300, newID(), noon))
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertCreditMemo(ctx, m))
		got, err := tx.CreditMemo(ctx, m.ID)
		require.NoError(t, err)
		require.Equal(t, m, got)
	})
	_, err := m.Void(noon)
	require.NoError(t, err)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.UpdateCreditMemo(ctx, m))
		got, err := tx.CreditMemoByNumber(ctx, "erp", "C-1")
		require.NoError(t, err)
		m.Version = 2
		require.Equal(t, m, got)
	})
	m.Version = 1
	h.refuses(t, "credit_memo.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateCreditMemo(ctx, m) })
	h.refuses(t, "credit_memo.number_taken", func(ctx context.Context, tx port.Tx) error {
		return tx.InsertCreditMemo(ctx, memoOf(h, "C-1", 5))
	})
	h.refuses(t, "credit_memo.law_broken", func(ctx context.Context, tx port.Tx) error {
		broken := memoOf(h, "C-2", 5)
		broken.OpenMinor = 4
		return tx.InsertCreditMemo(ctx, broken)
	})
	h.refuses(t, "credit_memo.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.CreditMemo(ctx, newID())
		return err
	})
}

func TestListCreditMemosAndReserves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for n, minor := range []int64{100, 200, 300} {
			m := memoOf(h, fmt.Sprintf("C-%d", n+1), minor)
			if n == 0 {
				_, err := m.Void(noon)
				require.NoError(t, err)
			}
			require.NoError(t, tx.InsertCreditMemo(ctx, m))
		}
		euros, dollars, unknown := receiptOf("B-1", 70), receiptOf("B-2", 5), receiptOf("B-3", 1000)
		euros.Identify(h.customer.ID)
		dollars.Identify(h.customer.ID)
		dollars.Currency = "USD"
		for _, r := range []receivable.Receipt{euros, dollars, unknown} {
			require.NoError(t, tx.InsertReceipt(ctx, r))
		}
		got, err := tx.Reserves(ctx, h.customer.ID)
		require.NoError(t, err)
		require.Equal(t, []port.Reserve{
			{Currency: "EUR", CreditMinor: 500, OnAccountMinor: 70}, {Currency: "USD", OnAccountMinor: 5},
		}, got)
		require.Equal(t, int64(570), got[0].Minor())
	})
	all := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[receivable.CreditMemo], error) {
		return tx.ListCreditMemos(ctx, port.CreditMemoFilter{CustomerID: someID(h.customer.ID)}, p)
	})
	require.Len(t, all, 3)
	open := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[receivable.CreditMemo], error) {
		return tx.ListCreditMemos(ctx, port.CreditMemoFilter{Open: true, Source: "erp"}, p)
	})
	require.Len(t, open, 2)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		none, err := tx.ListCreditMemos(ctx, port.CreditMemoFilter{InvoiceID: someID(h.invoice.ID), Number: "C-1"}, port.Page{})
		require.NoError(t, err)
		require.Empty(t, none.Items)
	})
}

func TestWriteOffs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := receiptOf("B-1", 5)
	alone := receivable.WriteOff{
		ID: newID(), ItemID: h.invoice.Items[0].ID, Kind: receivable.BadDebt, AmountMinor: 7, Reason: "insolvent",
		CreatedBy: "key-1", CreatedAt: noon,
	}
	caused := alone
	caused.ID, caused.ReceiptID, caused.Kind = newID(), someID(r.ID), receivable.SmallDifference
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertReceipt(ctx, r))
		require.NoError(t, tx.InsertWriteOff(ctx, alone))
		require.NoError(t, tx.InsertWriteOff(ctx, caused))
		got, err := tx.WriteOffsOfReceipt(ctx, r.ID)
		require.NoError(t, err)
		require.Equal(t, []receivable.WriteOff{caused}, got)
		require.NoError(t, tx.ReverseWriteOff(ctx, caused.ID, noon))
		got, err = tx.WriteOffsOfReceipt(ctx, r.ID)
		require.NoError(t, err)
		require.Empty(t, got)
		got, err = tx.WriteOffsOfInvoice(ctx, h.invoice.ID)
		require.NoError(t, err)
		caused.ReversedAt = &noon
		require.Equal(t, []receivable.WriteOff{alone, caused}, got)
	})
	h.refuses(t, "write_off.not_found", func(ctx context.Context, tx port.Tx) error {
		return tx.ReverseWriteOff(ctx, caused.ID, noon)
	})
}
