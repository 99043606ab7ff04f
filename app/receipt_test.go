package app_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/receivable"
	"arrears/port"
)

func (d *desk) newReceipt(number string, minor int64, list ...app.ReceiptApplication) app.NewReceipt {
	return app.NewReceipt{
		Number: number, CustomerID: d.id(d.customer.ID), Currency: "EUR", AmountMinor: minor, ValueDate: day("2026-02-10"),
		Applications: list,
	}
}

func (d *desk) onItem(item receivable.Item, minor, discount int64) app.ReceiptApplication {
	return app.ReceiptApplication{ItemID: d.id(item.ID), AmountMinor: minor, DiscountMinor: discount}
}

func (d *desk) receive(in app.NewReceipt) receivable.Receipt {
	d.t.Helper()
	got, err := d.app.RecordReceipt(d.t.Context(), d.collector, in)
	require.NoError(d.t, err)
	require.NoError(d.t, got.Check())
	return got
}

func TestReceiptStopsTheChase(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed, other := d.owed("R-1", 300, 700), d.owed("R-2", 50)
	var r receivable.Receipt
	d.nudges(func() {
		r = d.receive(d.newReceipt("B-1", 1000, d.onItem(owed.Items[0], 300, 0), d.onItem(owed.Items[1], 200, 0)))
	}, owed, other) // the rest on account is meant for what else is due
	require.Equal(t, []int64{500, 500, 0}, []int64{r.AppliedMinor, r.OnAccountMinor, r.UnappliedMinor})
	d.amounts(owed.Items[0], 300, 0, 0, 0, 0, 0)
	d.amounts(owed.Items[1], 200, 0, 0, 0, 500, 0)
	d.recorded(d.customer.ID, "receipt.recorded")
	require.Equal(t, int64(2), d.number(`SELECT count(*) FROM audit_entries WHERE action = 'receipt.applied' AND invoice_id = $1`, owed.ID))

	again := d.receive(d.newReceipt("B-1", 1000))
	require.Equal(t, r.ID, again.ID)
	read, err := d.app.Receipt(t.Context(), d.reader, r.ID)
	require.NoError(t, err)
	require.Len(t, read.Applications, 2)
	list, err := d.app.ListReceipts(t.Context(), d.reader, port.ReceiptFilter{Rest: true}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
}

func TestReceiptByInvoiceGoesToTheOldestItems(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 300, 700)
	d.receive(d.newReceipt("B-1", 400, app.ReceiptApplication{InvoiceNumber: "R-1", AmountMinor: 400}))
	d.amounts(owed.Items[0], 300, 0, 0, 0, 0, 0)
	d.amounts(owed.Items[1], 100, 0, 0, 0, 600, 0)
	d.receive(d.newReceipt("B-2", 600, app.ReceiptApplication{InvoiceID: d.id(owed.ID), AmountMinor: 600}))
	d.amounts(owed.Items[1], 700, 0, 0, 0, 0, 0)
}

func TestReceiptWithDiscount(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 30000, 70000)
	d.receive(d.newReceipt("B-1", 98000, app.ReceiptApplication{InvoiceID: d.id(owed.ID), AmountMinor: 98000, DiscountMinor: 2000}))
	d.amounts(owed.Items[0], 29400, 600, 0, 0, 0, 0)
	d.amounts(owed.Items[1], 68600, 1400, 0, 0, 0, 0)

	credited := d.owed("R-2", 1000)
	_, err := d.app.CreateCreditMemo(t.Context(), d.supervisor, app.NewCreditMemo{
		Number: "C-1", CustomerID: d.customer.ID, InvoiceID: d.id(credited.ID), Currency: "EUR", AmountMinor: 100, MemoDate: day("2026-02-05"),
	})
	require.NoError(t, err)
	d.refuses("receipt.discount_unearned", func(ctx context.Context) error {
		_, err := d.app.RecordReceipt(ctx, d.collector, d.newReceipt("B-2", 880, d.onItem(credited.Items[0], 880, 20)))
		return err
	})
	d.receive(d.newReceipt("B-2", 882, d.onItem(credited.Items[0], 882, 18)))
	d.amounts(credited.Items[0], 882, 18, 100, 0, 0, 0)

	late := d.owed("R-3", 1000)
	in := d.newReceipt("B-3", 980, d.onItem(late.Items[0], 980, 20))
	in.ValueDate = day("2026-02-16")
	d.refuses("receipt.discount_unearned", func(ctx context.Context) error {
		_, err := d.app.RecordReceipt(ctx, d.collector, in)
		return err
	})
	in.ValueDate = day("2026-02-15")
	d.receive(in)
}

func TestPartialDiscountFollowsTheMoney(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 30000, 70000)
	d.receive(d.newReceipt("B-1", 49000, app.ReceiptApplication{InvoiceID: d.id(owed.ID), AmountMinor: 49000}))
	d.amounts(owed.Items[0], 30000, 0, 0, 0, 0, 0)
	d.amounts(owed.Items[1], 19000, 0, 0, 0, 51000, 0)
}

// A discount that is earned on part of an invoice closes the oldest items together with the money.
func TestPartialPaymentWithDiscountOverInstalments(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 30000, 70000)
	d.receive(d.newReceipt("B-1", 49000, app.ReceiptApplication{InvoiceID: d.id(owed.ID), AmountMinor: 49000, DiscountMinor: 1000}))
	d.amounts(owed.Items[0], 29400, 600, 0, 0, 0, 0)
	d.amounts(owed.Items[1], 19600, 400, 0, 0, 50000, 0)
}

func TestReceiptOfAnUnknownCustomer(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	in := d.newReceipt("B-1", 1500)
	in.CustomerID = uuid.NullUUID{}
	r := d.receive(in)
	require.Equal(t, int64(1500), r.UnappliedMinor)

	got, err := d.app.ApplyReceipt(t.Context(), d.collector, r.ID, uuid.NullUUID{}, []app.ReceiptApplication{d.onItem(owed.Items[0], 1000, 0)})
	require.NoError(t, err)
	require.Equal(t, d.customer.ID, got.CustomerID.UUID, "the item tells whose money it is")
	require.Equal(t, []int64{1000, 500, 0}, []int64{got.AppliedMinor, got.OnAccountMinor, got.UnappliedMinor})
	d.recorded(d.customer.ID, "receipt.allocated")

	branch := d.newCustomer("K-2")
	d.refuses("receipt.customer_known", func(ctx context.Context) error {
		_, err := d.app.ApplyReceipt(ctx, d.collector, r.ID, d.id(branch.ID), nil)
		return err
	})
}

func TestApplyReceiptOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	r := d.receive(d.newReceipt("B-1", 1500))
	d.again(func(ctx context.Context) {
		got, err := d.app.ApplyReceipt(ctx, d.collector, r.ID, uuid.NullUUID{}, []app.ReceiptApplication{d.onItem(owed.Items[0], 400, 0)})
		require.NoError(t, err)
		require.Equal(t, int64(400), got.AppliedMinor)
	})
	d.amounts(owed.Items[0], 400, 0, 0, 0, 600, 0)
}

func TestPayerPaysForItsBranch(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	head := d.newCustomer("K-0")
	in := d.newReceipt("B-1", 1000, d.onItem(owed.Items[0], 1000, 0))
	in.CustomerID = d.id(head.ID)
	record := func(ctx context.Context) error {
		_, err := d.app.RecordReceipt(ctx, d.collector, in)
		return err
	}
	d.refuses("item.customer_differs", record)
	_, err := d.app.UpdateCustomer(t.Context(), d.supervisor, d.customer.ID, app.CustomerChange{Version: 1, PayerID: ptr(d.id(head.ID))})
	require.NoError(t, err)
	require.NoError(t, record(t.Context()))
	d.amounts(owed.Items[0], 1000, 0, 0, 0, 0, 0)
}

func TestRecordReceiptRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 300, 700)
	d.receive(d.newReceipt("B-0", 10))
	item := owed.Items[0]
	for name, c := range map[string]struct {
		code string
		in   app.NewReceipt
	}{
		"number taken":      {"receipt.number_taken", d.newReceipt("B-0", 11)},
		"nothing":           {"receivable.invalid", d.newReceipt("B-1", 0)},
		"names no item":     {"receivable.invalid", d.newReceipt("B-1", 5, app.ReceiptApplication{AmountMinor: 5})},
		"names two":         {"receivable.invalid", d.newReceipt("B-1", 5, app.ReceiptApplication{ItemID: d.id(item.ID), InvoiceNumber: "R-1", AmountMinor: 5})},
		"unknown item":      {"item.not_found", d.newReceipt("B-1", 5, app.ReceiptApplication{ItemID: d.id(uuid.New()), AmountMinor: 5})},
		"unknown invoice":   {"invoice.not_found", d.newReceipt("B-1", 5, app.ReceiptApplication{InvoiceID: d.id(uuid.New()), AmountMinor: 5})},
		"unknown number":    {"invoice.not_found", d.newReceipt("B-1", 5, app.ReceiptApplication{InvoiceNumber: "R-9", AmountMinor: 5})},
		"more than arrived": {"receipt.exceeds_rest", d.newReceipt("B-1", 5, d.onItem(item, 6, 0))},
		"more than open":    {"item.exceeds_open", d.newReceipt("B-1", 500, d.onItem(item, 301, 0))},
		"more than invoice": {"item.exceeds_open", d.newReceipt("B-1", 2000, app.ReceiptApplication{InvoiceNumber: "R-1", AmountMinor: 1001})},
		"the second fails":  {"item.exceeds_open", d.newReceipt("B-1", 500, d.onItem(item, 200, 0), d.onItem(item, 101, 0))},
	} {
		t.Run(name, func(t *testing.T) {
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.RecordReceipt(ctx, d.collector, c.in)
				return err
			})
		})
	}
	dollars := d.newReceipt("B-1", 5, d.onItem(item, 5, 0))
	dollars.Currency = "USD"
	paths := d.refuses("item.currency_differs", func(ctx context.Context) error {
		_, err := d.app.RecordReceipt(ctx, d.collector, dollars)
		return err
	})
	require.Equal(t, []string{"applications[0]"}, paths)
	unknown := d.newReceipt("B-1", 5, app.ReceiptApplication{InvoiceNumber: "R-1", AmountMinor: 5})
	unknown.CustomerID = uuid.NullUUID{}
	d.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := d.app.RecordReceipt(ctx, d.collector, unknown)
		return err
	})
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.RecordReceipt(ctx, d.reader, d.newReceipt("B-1", 5))
		return err
	})
}

func TestReverseReceipt(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	r := d.receive(d.newReceipt("B-1", 970, d.onItem(owed.Items[0], 970, 0)))
	_, err := d.app.WriteOff(t.Context(), d.supervisor, app.NewWriteOff{
		ItemID: owed.Items[0].ID, ReceiptID: d.id(r.ID), Kind: receivable.SmallDifference, AmountMinor: 30, Currency: "EUR", Reason: "bank charges",
	})
	require.NoError(t, err)
	d.amounts(owed.Items[0], 970, 0, 0, 30, 0, 0)
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			got, err := d.app.ReverseReceipt(ctx, d.collector, r.ID, "returned by the bank")
			require.NoError(t, err)
			require.Equal(t, receivable.ReceiptReversed, got.State)
			require.NoError(t, got.Check())
		})
	}, owed)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 1000, 0)
	d.recorded(owed.ID, "receipt.unapplied")
	list, err := d.app.ListWriteOffs(t.Context(), d.reader, owed.ID)
	require.NoError(t, err)
	require.NotNil(t, list[0].ReversedAt)
	d.refuses("receipt.reversed", func(ctx context.Context) error {
		_, err := d.app.ReverseReceipt(ctx, d.collector, r.ID, "again")
		return err
	})
	d.refuses("receipt.reversed", func(ctx context.Context) error {
		_, err := d.app.ApplyReceipt(ctx, d.collector, r.ID, uuid.NullUUID{}, nil)
		return err
	})
	d.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := d.app.ReverseReceipt(ctx, d.collector, r.ID, "")
		return err
	})
	d.refuses("receipt.not_found", func(ctx context.Context) error {
		_, err := d.app.ReverseReceipt(ctx, d.collector, uuid.New(), "x")
		return err
	})
}

// Reversing brings a closed case back: something of it is open again.
func TestReversalWakesAClosedCase(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	r := d.paid("B-1", owed.Items[0], 1000)
	_, err := d.conn.Exec(t.Context(), `UPDATE cases SET state = 'closed', wake_at = NULL WHERE id = $1`, owed.ID)
	require.NoError(t, err)
	d.nudges(func() {
		_, err := d.app.ReverseReceipt(t.Context(), d.collector, r.ID, "returned")
		require.NoError(t, err)
	}, owed)
}

// What was disputed and then paid is disputed again when the payment is reversed: the flag still stands.
func TestDisputeOutlivesAPayment(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	_, err := d.app.FlagDispute(t.Context(), d.collector, app.NewDisputeFlag{ItemID: owed.Items[0].ID, AmountMinor: 300, Currency: "EUR", Reason: "shortage"})
	require.NoError(t, err)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 1000, 300)
	r := d.paid("B-1", owed.Items[0], 1000)
	d.amounts(owed.Items[0], 1000, 0, 0, 0, 0, 0)
	_, err = d.app.ReverseReceipt(t.Context(), d.collector, r.ID, "returned")
	require.NoError(t, err)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 1000, 300)
}

// Two receipts of several customers at once: each cent arrives, nobody waits for ever.
func TestReceiptsAtOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	var wg sync.WaitGroup
	errs := make([]error, 5)
	for n := range errs {
		wg.Go(func() {
			_, errs[n] = d.app.RecordReceipt(t.Context(), d.collector, app.NewReceipt{
				Number: string(rune('a' + n)), CustomerID: d.id(d.customer.ID), Currency: "EUR", AmountMinor: 300,
				ValueDate: day("2026-03-01"), Applications: []app.ReceiptApplication{d.onItem(owed.Items[0], 300, 0)},
			})
		})
	}
	wg.Wait()
	refused := 0
	for _, err := range errs {
		if err != nil {
			refused++
			require.ErrorContains(t, err, "item.exceeds_open")
		}
	}
	require.Equal(t, 2, refused)
	d.amounts(owed.Items[0], 900, 0, 0, 0, 100, 0)
}

func TestWriteOff(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	off := app.NewWriteOff{ItemID: owed.Items[0].ID, Kind: receivable.BadDebt, AmountMinor: 400, Currency: "EUR", Reason: "insolvent"}
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			_, err := d.app.WriteOff(ctx, d.supervisor, off)
			require.NoError(t, err)
		})
	}, owed)
	d.amounts(owed.Items[0], 0, 0, 0, 400, 600, 0)
	d.recorded(owed.ID, "write_off.made")
	for name, c := range map[string]struct {
		code   string
		who    access.Principal
		change func(*app.NewWriteOff)
	}{
		"collector":        {"access.forbidden", d.collector, func(*app.NewWriteOff) {}},
		"auditor":          {"access.forbidden", d.reader, func(*app.NewWriteOff) {}},
		"too much":         {"item.exceeds_open", d.supervisor, func(w *app.NewWriteOff) { w.AmountMinor = 601 }},
		"other currency":   {"item.currency_differs", d.supervisor, func(w *app.NewWriteOff) { w.Currency = "USD" }},
		"no reason":        {"receivable.invalid", d.supervisor, func(w *app.NewWriteOff) { w.Reason = "" }},
		"unknown item":     {"item.not_found", d.supervisor, func(w *app.NewWriteOff) { w.ItemID = uuid.New() }},
		"unknown receipt":  {"receipt.not_found", d.supervisor, func(w *app.NewWriteOff) { w.ReceiptID = d.id(uuid.New()) }},
		"unknown kind":     {"receivable.invalid", d.supervisor, func(w *app.NewWriteOff) { w.Kind = "mood" }},
		"less than a cent": {"receivable.invalid", d.supervisor, func(w *app.NewWriteOff) { w.AmountMinor = 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			in := off
			c.change(&in)
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.WriteOff(ctx, c.who, in)
				return err
			})
		})
	}
	_, err := d.app.ListWriteOffs(t.Context(), d.reader, uuid.New())
	require.ErrorContains(t, err, "invoice.not_found")
}
