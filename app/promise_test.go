package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/receivable"
	"arrears/port"
)

func (d *desk) promise(inv receivable.Invoice, minor int64) receivable.Promise {
	d.t.Helper()
	got, err := d.app.MakePromise(d.t.Context(), d.collector, app.NewPromise{
		InvoiceID: inv.ID, AmountMinor: minor, Currency: "EUR", DueOn: day("2026-03-20"), GraceDays: 2,
	})
	require.NoError(d.t, err)
	return got
}

func (d *desk) promiseNow(p receivable.Promise) receivable.Promise {
	d.t.Helper()
	got, err := d.app.Promise(d.t.Context(), d.reader, p.ID)
	require.NoError(d.t, err)
	return got
}

func TestMakePromise(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 300, 700)
	var p receivable.Promise
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			var err error
			p, err = d.app.MakePromise(ctx, d.collector, app.NewPromise{InvoiceID: owed.ID, AmountMinor: 400, Currency: "EUR", DueOn: day("2026-03-20")})
			require.NoError(t, err)
		})
	}, owed)
	require.Equal(t, day("2026-03-02"), p.PromisedOn)
	require.Equal(t, []receivable.PromiseItem{
		{ItemID: owed.Items[0].ID, AmountMinor: 300}, {ItemID: owed.Items[1].ID, AmountMinor: 100},
	}, p.Items)
	d.recorded(owed.ID, "promise.made")
	d.refuses("promise.exceeds_open", func(ctx context.Context) error {
		_, err := d.app.MakePromise(ctx, d.collector, app.NewPromise{InvoiceID: owed.ID, AmountMinor: 601, Currency: "EUR", DueOn: day("2026-03-20")})
		return err
	})
	list, err := d.app.ListPromises(t.Context(), d.reader, port.HoldFilter{State: "open"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
}

func TestReceiptKeepsAPromiseAtOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 300, 700)
	d.paid("B-0", owed.Items[0], 100) // before the promise: it does not count
	p := d.promise(owed, 400)
	d.clock.now = d.clock.now.AddDate(0, 0, 5)
	d.paid("B-1", owed.Items[0], 200)
	require.Equal(t, int64(200), d.promiseNow(p).ReceivedMinor)
	require.Equal(t, receivable.PromiseOpen, d.promiseNow(p).State)
	r := d.paid("B-2", owed.Items[1], 250)
	got := d.promiseNow(p)
	require.Equal(t, receivable.PromiseKept, got.State)
	require.Equal(t, day("2026-03-07"), got.SettledOn)
	d.recorded(owed.ID, "promise.kept")

	_, err := d.app.ReverseReceipt(t.Context(), d.collector, r.ID, "returned")
	require.NoError(t, err)
	require.Equal(t, receivable.PromiseOpen, d.promiseNow(p).State, "while it holds")
	d.recorded(owed.ID, "promise.reopened")
}

func TestReversalOfEarlierMoneyLeavesAPromise(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	before := d.paid("B-0", owed.Items[0], 100)
	d.clock.now = d.clock.now.Add(time.Hour)
	p := d.promise(owed, 400)
	d.clock.now = d.clock.now.Add(time.Hour)
	d.paid("B-1", owed.Items[0], 400)
	_, err := d.app.ReverseReceipt(t.Context(), d.collector, before.ID, "returned")
	require.NoError(t, err)
	require.Equal(t, receivable.PromiseKept, d.promiseNow(p).State)
}

func TestMoneyCountsForTheEarliestPromise(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	late, err := d.app.MakePromise(t.Context(), d.collector, app.NewPromise{InvoiceID: owed.ID, AmountMinor: 500, Currency: "EUR", DueOn: day("2026-04-20")})
	require.NoError(t, err)
	early := d.promise(owed, 300)
	d.paid("B-1", owed.Items[0], 400)
	require.Equal(t, receivable.PromiseKept, d.promiseNow(early).State)
	require.Equal(t, int64(100), d.promiseNow(late).ReceivedMinor)
}

func TestCreditMakesAPromiseMoot(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	p := d.promise(owed, 1000)
	in := d.newMemo("C-1", 1000)
	in.InvoiceID = d.id(owed.ID)
	d.credit(in)
	require.Equal(t, receivable.PromiseWithdrawn, d.promiseNow(p).State)
}

func TestWithdrawPromise(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	p := d.promise(owed, 400)
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			got, err := d.app.WithdrawPromise(ctx, d.collector, p.ID, "customer called")
			require.NoError(t, err)
			require.Equal(t, receivable.PromiseWithdrawn, got.State)
		})
	}, owed)
	d.recorded(owed.ID, "promise.withdrawn")
	d.refuses("promise.not_open", func(ctx context.Context) error {
		_, err := d.app.WithdrawPromise(ctx, d.collector, p.ID, "x")
		return err
	})
	d.refuses("promise.not_found", func(ctx context.Context) error {
		_, err := d.app.WithdrawPromise(ctx, d.collector, uuid.New(), "x")
		return err
	})
}

func TestMakePromiseRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed, void := d.owed("R-1", 1000), d.owed("R-2", 10)
	_, err := d.app.VoidInvoice(t.Context(), d.supervisor, void.ID, "x")
	require.NoError(t, err)
	good := app.NewPromise{InvoiceID: owed.ID, AmountMinor: 400, Currency: "EUR", DueOn: day("2026-03-20")}
	for name, c := range map[string]struct {
		code   string
		change func(*app.NewPromise)
	}{
		"in the past":     {"receivable.invalid", func(p *app.NewPromise) { p.DueOn = day("2026-03-01") }},
		"far ahead":       {"receivable.invalid", func(p *app.NewPromise) { p.DueOn = day("2027-03-20") }},
		"endless grace":   {"receivable.invalid", func(p *app.NewPromise) { p.GraceDays = 31 }},
		"nothing":         {"receivable.invalid", func(p *app.NewPromise) { p.AmountMinor = 0 }},
		"other currency":  {"item.currency_differs", func(p *app.NewPromise) { p.Currency = "USD" }},
		"unknown invoice": {"invoice.not_found", func(p *app.NewPromise) { p.InvoiceID = uuid.New() }},
		"void invoice":    {"invoice.void", func(p *app.NewPromise) { p.InvoiceID = void.ID }},
		"too much":        {"promise.exceeds_open", func(p *app.NewPromise) { p.AmountMinor = 1001 }},
	} {
		t.Run(name, func(t *testing.T) {
			in := good
			c.change(&in)
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.MakePromise(ctx, d.collector, in)
				return err
			})
		})
	}
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.MakePromise(ctx, d.reader, good)
		return err
	})
}
