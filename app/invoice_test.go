package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/receivable"
	"arrears/port"
)

func (d *desk) newInvoice(number string) app.NewInvoice {
	return app.NewInvoice{
		Number: number, CustomerID: d.customer.ID, InvoiceDate: day("2026-02-01"), Currency: "EUR", AmountMinor: 1000,
	}
}

func TestCreateInvoiceByTerms(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	got, err := d.app.CreateInvoice(t.Context(), d.supervisor, d.newInvoice("R-1"))
	require.NoError(t, err)
	require.Equal(t, []receivable.InstalmentPart{{DueDate: day("2026-03-03"), AmountMinor: 1000}}, got.Instalments())
	require.Equal(t, "Europe/Berlin", got.Items[0].TimeZone)
	d.recorded(got.ID, "invoice.created", "case.armed")
	require.Equal(t, int64(1), d.number(`SELECT count(*) FROM nudges WHERE subject_id = $1`, got.ID), "its workflow is to start")
	require.Equal(t, int64(1), d.number(`SELECT count(*) FROM cases WHERE id = $1 AND state = 'active'`, got.ID))

	same, err := d.app.CreateInvoice(t.Context(), d.supervisor, d.newInvoice("R-1"))
	require.NoError(t, err)
	require.Equal(t, got.ID, same.ID)
	d.recorded(got.ID, "invoice.created", "case.armed")
	found, err := d.app.InvoiceByNumber(t.Context(), d.reader, "api", "R-1")
	require.NoError(t, err)
	require.Equal(t, got.ID, found.ID)
}

func TestCreateInvoiceByDueDateAndInstalments(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	in := d.newInvoice("R-1")
	in.DueDate = day("2026-05-01")
	got, err := d.app.CreateInvoice(t.Context(), d.supervisor, in)
	require.NoError(t, err)
	require.Equal(t, day("2026-05-01"), got.Items[0].DueDate)

	in = d.newInvoice("R-2")
	in.Instalments = []receivable.InstalmentPart{{DueDate: day("2026-03-01"), AmountMinor: 300}, {DueDate: day("2026-04-01"), AmountMinor: 700}}
	got, err = d.app.CreateInvoice(t.Context(), d.supervisor, in)
	require.NoError(t, err)
	require.Equal(t, in.Instalments, got.Instalments())
	d.refuses("invoice.number_taken", func(ctx context.Context) error {
		in.Instalments[0].DueDate = day("2026-03-02")
		_, err := d.app.CreateInvoice(ctx, d.supervisor, in)
		return err
	})
}

func TestCreateInvoiceRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.owed("R-1", 500)
	for name, c := range map[string]struct {
		code   string
		change func(*app.NewInvoice)
	}{
		"number taken":     {"invoice.number_taken", func(i *app.NewInvoice) { i.Number = "R-1" }},
		"unknown customer": {"customer.not_found", func(i *app.NewInvoice) { i.CustomerID = uuid.New() }},
		"unknown policy":   {"policy.not_found", func(i *app.NewInvoice) { i.PolicyKey = "none" }},
		"nothing owed":     {"receivable.invalid", func(i *app.NewInvoice) { i.AmountMinor = 0 }},
		"too much":         {"receivable.invalid", func(i *app.NewInvoice) { i.AmountMinor = 1 << 62 }},
		"due before dated": {"receivable.invalid", func(i *app.NewInvoice) { i.DueDate = day("2026-01-31") }},
		"both": {"receivable.invalid", func(i *app.NewInvoice) {
			i.DueDate = day("2026-03-31")
			i.Instalments = []receivable.InstalmentPart{{DueDate: day("2026-03-31"), AmountMinor: 1000}}
		}},
		"parts differ": {"receivable.invalid", func(i *app.NewInvoice) {
			i.Instalments = []receivable.InstalmentPart{{DueDate: day("2026-03-31"), AmountMinor: 999}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			in := d.newInvoice("R-2")
			c.change(&in)
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.CreateInvoice(ctx, d.supervisor, in)
				return err
			})
		})
	}
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.CreateInvoice(ctx, d.collector, d.newInvoice("R-2"))
		return err
	})
}

func TestVoidInvoice(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	flag, err := d.app.FlagDispute(t.Context(), d.collector, app.NewDisputeFlag{ItemID: owed.Items[0].ID, AmountMinor: 100, Currency: "EUR", Reason: "pricing"})
	require.NoError(t, err)
	promise, err := d.app.MakePromise(t.Context(), d.collector, app.NewPromise{InvoiceID: owed.ID, AmountMinor: 500, Currency: "EUR", DueOn: day("2026-03-20")})
	require.NoError(t, err)
	void := func(ctx context.Context) (receivable.Invoice, error) {
		return d.app.VoidInvoice(ctx, d.supervisor, owed.ID, "entered twice")
	}
	d.again(func(ctx context.Context) {
		got, err := void(ctx)
		require.NoError(t, err)
		require.Equal(t, receivable.InvoiceVoid, got.State)
		require.NoError(t, got.Check())
	})
	d.recorded(owed.ID, "invoice.voided", "dispute.released", "promise.withdrawn")
	flag, err = d.app.DisputeFlag(t.Context(), d.reader, flag.ID)
	require.NoError(t, err)
	require.True(t, flag.Released)
	promise, err = d.app.Promise(t.Context(), d.reader, promise.ID)
	require.NoError(t, err)
	require.Equal(t, receivable.PromiseWithdrawn, promise.State)
	d.refuses("invoice.void", func(ctx context.Context) error { _, err := void(ctx); return err })
	d.refuses("invoice.number_taken", func(ctx context.Context) error {
		in := d.newInvoice("R-1")
		in.Instalments = owed.Instalments()
		_, err := d.app.CreateInvoice(ctx, d.supervisor, in)
		return err
	})
}

func TestVoidInvoiceRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	d.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := d.app.VoidInvoice(ctx, d.supervisor, owed.ID, " ")
		return err
	})
	d.refuses("invoice.not_found", func(ctx context.Context) error {
		_, err := d.app.VoidInvoice(ctx, d.supervisor, uuid.New(), "x")
		return err
	})
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.VoidInvoice(ctx, d.collector, owed.ID, "x")
		return err
	})
	d.paid("B-1", owed.Items[0], 1)
	d.refuses("invoice.has_applications", func(ctx context.Context) error {
		_, err := d.app.VoidInvoice(ctx, d.supervisor, owed.ID, "x")
		return err
	})
}

func TestChangeInvoice(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 300, 700)
	d.nudges(func() {
		got, err := d.app.ChangeInvoice(t.Context(), d.supervisor, owed.ID, app.InvoiceChange{Version: 1, PurchaseOrder: ptr("PO-9")})
		require.NoError(t, err)
		require.Equal(t, "PO-9", got.PurchaseOrder)
	}) // what is asked for did not change
	d.nudges(func() {
		got, err := d.app.ChangeInvoice(t.Context(), d.admin, owed.ID, app.InvoiceChange{
			Version: 2, DueDates: []app.ItemDueDate{{ItemID: owed.Items[1].ID, DueDate: day("2026-04-30")}},
		})
		require.NoError(t, err)
		require.Equal(t, day("2026-04-30"), got.Items[1].DueDate)
		require.Equal(t, "admin-1", got.AmountsChangedBy, "for four eyes")
	}, owed)
	got, err := d.app.ChangeInvoice(t.Context(), d.admin, owed.ID, app.InvoiceChange{Version: 3, Instalments: []receivable.InstalmentPart{
		{DueDate: day("2026-02-15"), AmountMinor: 400}, {DueDate: day("2026-04-30"), AmountMinor: 500},
	}})
	require.NoError(t, err)
	require.Equal(t, int64(900), got.AmountMinor)
	require.NoError(t, got.Check())
}

func TestChangeInvoiceRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed, void := d.owed("R-1", 300, 700), d.owed("R-2", 5)
	_, err := d.app.VoidInvoice(t.Context(), d.supervisor, void.ID, "x")
	require.NoError(t, err)
	d.paid("B-1", owed.Items[0], 1)
	parts := func(amounts ...int64) (list []receivable.InstalmentPart) {
		for _, minor := range amounts {
			list = append(list, receivable.InstalmentPart{DueDate: day("2026-03-31"), AmountMinor: minor})
		}
		return list
	}
	move := func(item uuid.UUID, to calendar.Date) []app.ItemDueDate {
		return []app.ItemDueDate{{ItemID: item, DueDate: to}}
	}
	for name, c := range map[string]struct {
		code string
		id   uuid.UUID
		in   app.InvoiceChange
	}{
		"stale":             {"invoice.changed", owed.ID, app.InvoiceChange{Version: 9}},
		"void":              {"invoice.void", void.ID, app.InvoiceChange{Version: 2, PurchaseOrder: ptr("x")}},
		"unknown":           {"invoice.not_found", uuid.New(), app.InvoiceChange{Version: 1}},
		"unknown policy":    {"policy.not_found", owed.ID, app.InvoiceChange{Version: 1, PolicyKey: ptr("none")}},
		"paid already":      {"invoice.has_applications", owed.ID, app.InvoiceChange{Version: 1, Instalments: parts(500, 500)}},
		"other number":      {"receivable.invalid", owed.ID, app.InvoiceChange{Version: 1, Instalments: parts(1000)}},
		"foreign item":      {"receivable.invalid", owed.ID, app.InvoiceChange{Version: 1, DueDates: move(void.Items[0].ID, day("2026-05-01"))}},
		"before it existed": {"receivable.invalid", owed.ID, app.InvoiceChange{Version: 1, DueDates: move(owed.Items[0].ID, day("2026-01-01"))}},
	} {
		t.Run(name, func(t *testing.T) {
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.ChangeInvoice(ctx, d.supervisor, c.id, c.in)
				return err
			})
		})
	}
}

func TestListInvoicesOverdueToday(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	overdue := d.owed("R-1", 1000)
	in := d.newInvoice("R-2")
	in.DueDate = day("2026-03-02")
	_, err := d.app.CreateInvoice(t.Context(), d.supervisor, in)
	require.NoError(t, err)
	got, err := d.app.ListInvoices(t.Context(), d.reader, port.InvoiceFilter{State: "overdue"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, got.Items, 1, "what is due today is not overdue")
	require.Equal(t, overdue.ID, got.Items[0].ID)
	require.Equal(t, "active", got.Items[0].CaseState)
	_, err = d.app.ListInvoices(t.Context(), d.reader, port.InvoiceFilter{Policy: "standard", State: "open"}, port.Page{})
	require.NoError(t, err)
}
