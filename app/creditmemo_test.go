package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/receivable"
	"arrears/port"
)

func (d *desk) newMemo(number string, minor int64) app.NewCreditMemo {
	return app.NewCreditMemo{
		Number: number, CustomerID: d.customer.ID, Currency: "EUR", AmountMinor: minor, MemoDate: day("2026-02-20"), Reason: "returned",
	}
}

func (d *desk) credit(in app.NewCreditMemo) receivable.CreditMemo {
	d.t.Helper()
	got, err := d.app.CreateCreditMemo(d.t.Context(), d.supervisor, in)
	require.NoError(d.t, err)
	require.NoError(d.t, got.Check())
	return got
}

func TestCreditMemoForAnInvoice(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 300, 700)
	in := d.newMemo("C-1", 400)
	in.InvoiceID = d.id(owed.ID)
	var m receivable.CreditMemo
	d.nudges(func() { m = d.credit(in) }, owed)
	require.Equal(t, []int64{400, 0}, []int64{m.AppliedMinor, m.OpenMinor})
	d.amounts(owed.Items[0], 0, 0, 300, 0, 0, 0)
	d.amounts(owed.Items[1], 0, 0, 100, 0, 600, 0)
	d.recorded(m.ID, "credit_memo.created")
	require.Equal(t, m.ID, d.credit(in).ID, "the same content again changes nothing")
	d.amounts(owed.Items[1], 0, 0, 100, 0, 600, 0)

	in = d.newMemo("C-2", 900)
	in.InvoiceID = d.id(owed.ID)
	m = d.credit(in)
	require.Equal(t, []int64{600, 300}, []int64{m.AppliedMinor, m.OpenMinor}, "the rest stays on the memo")
}

func TestCreditMemoThatStandsAlone(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 300, 700)
	var m receivable.CreditMemo
	d.nudges(func() { m = d.credit(d.newMemo("C-1", 500)) }, owed) // it is reserved for what is due
	require.Equal(t, int64(500), m.OpenMinor)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 300, 0)

	d.nudges(func() {
		d.again(func(ctx context.Context) {
			got, err := d.app.ApplyCreditMemo(ctx, d.supervisor, m.ID, []app.ItemAmount{
				{ItemID: owed.Items[0].ID, AmountMinor: 300}, {ItemID: owed.Items[1].ID, AmountMinor: 50},
			})
			require.NoError(t, err)
			require.Equal(t, int64(150), got.OpenMinor)
		})
	}, owed)
	d.amounts(owed.Items[0], 0, 0, 300, 0, 0, 0)
	d.amounts(owed.Items[1], 0, 0, 50, 0, 650, 0)
	d.recorded(m.ID, "credit_memo.allocated")
	list, err := d.app.ListCreditMemos(t.Context(), d.reader, port.CreditMemoFilter{Open: true}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
}

func TestVoidCreditMemo(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	in := d.newMemo("C-1", 400)
	in.InvoiceID = d.id(owed.ID)
	m := d.credit(in)
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			got, err := d.app.VoidCreditMemo(ctx, d.supervisor, m.ID, "wrong customer")
			require.NoError(t, err)
			require.Equal(t, receivable.CreditMemoVoid, got.State)
		})
	}, owed)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 1000, 0)
	d.recorded(owed.ID, "credit_memo.unapplied")
	read, err := d.app.CreditMemo(t.Context(), d.reader, m.ID)
	require.NoError(t, err)
	require.NotNil(t, read.Applications[0].ReversedAt)
	d.refuses("credit_memo.void", func(ctx context.Context) error {
		_, err := d.app.VoidCreditMemo(ctx, d.supervisor, m.ID, "again")
		return err
	})
	d.refuses("credit_memo.void", func(ctx context.Context) error {
		_, err := d.app.ApplyCreditMemo(ctx, d.supervisor, m.ID, []app.ItemAmount{{ItemID: owed.Items[0].ID, AmountMinor: 1}})
		return err
	})
	d.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := d.app.VoidCreditMemo(ctx, d.supervisor, m.ID, "")
		return err
	})
}

func TestCreditMemoRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed, void := d.owed("R-1", 1000), d.owed("R-2", 10)
	_, err := d.app.VoidInvoice(t.Context(), d.supervisor, void.ID, "x")
	require.NoError(t, err)
	branch := d.newCustomer("K-2")
	m := d.credit(d.newMemo("C-0", 100))
	for name, c := range map[string]struct {
		code   string
		change func(*app.NewCreditMemo)
	}{
		"number taken":     {"credit_memo.number_taken", func(m *app.NewCreditMemo) { m.Number = "C-0" }},
		"unknown customer": {"customer.not_found", func(m *app.NewCreditMemo) { m.CustomerID = uuid.New() }},
		"unknown invoice":  {"invoice.not_found", func(m *app.NewCreditMemo) { m.InvoiceID = d.id(uuid.New()) }},
		"void invoice":     {"invoice.void", func(m *app.NewCreditMemo) { m.InvoiceID = d.id(void.ID) }},
		"other customer":   {"item.customer_differs", func(m *app.NewCreditMemo) { m.CustomerID, m.InvoiceID = branch.ID, d.id(owed.ID) }},
		"other currency":   {"item.currency_differs", func(m *app.NewCreditMemo) { m.Currency, m.InvoiceID = "USD", d.id(owed.ID) }},
		"nothing":          {"receivable.invalid", func(m *app.NewCreditMemo) { m.AmountMinor = 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			in := d.newMemo("C-1", 200)
			c.change(&in)
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.CreateCreditMemo(ctx, d.supervisor, in)
				return err
			})
		})
	}
	for code, list := range map[string][]app.ItemAmount{
		"receivable.invalid":       {{ItemID: owed.Items[0].ID}},
		"item.not_found":           {{ItemID: uuid.New(), AmountMinor: 1}},
		"credit_memo.exceeds_open": {{ItemID: owed.Items[0].ID, AmountMinor: 60}, {ItemID: owed.Items[0].ID, AmountMinor: 60}},
	} {
		d.refuses(code, func(ctx context.Context) error {
			_, err := d.app.ApplyCreditMemo(ctx, d.supervisor, m.ID, list)
			return err
		})
	}
	d.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := d.app.ApplyCreditMemo(ctx, d.supervisor, m.ID, nil)
		return err
	})
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.CreateCreditMemo(ctx, d.collector, d.newMemo("C-1", 1))
		return err
	})
}
