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

func TestBlockOnEachLevel(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed, other, early := d.owed("R-1", 300, 700), d.owed("R-2", 10), d.owed("R-3", 10)
	_, err := d.conn.Exec(t.Context(), `UPDATE items SET last_stage_done = 'final-demand' WHERE invoice_id = $1`, other.ID)
	require.NoError(t, err)
	set := func(in app.NewBlock) receivable.Block {
		in.Reason, in.Until = receivable.BlockGoodwill, day("2026-03-31")
		b, err := d.app.SetBlock(t.Context(), d.collector, in)
		require.NoError(t, err)
		return b
	}
	var onCustomer receivable.Block
	d.nudges(func() { onCustomer = set(app.NewBlock{CustomerID: d.id(d.customer.ID)}) }, owed, other, early)
	d.recorded(onCustomer.ID, "block.set")
	d.nudges(func() {
		b := set(app.NewBlock{InvoiceID: d.id(owed.ID)})
		require.Equal(t, d.customer.ID, b.CustomerID)
	}, owed, other) // the other case's next stage looks at the customer's sums; that of the early one does not
	d.nudges(func() {
		b := set(app.NewBlock{ItemID: d.id(owed.Items[1].ID)})
		require.Equal(t, owed.ID, b.InvoiceID.UUID)
		require.Equal(t, d.customer.ID, b.CustomerID)
	}, owed, other)
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			b, err := d.app.ReleaseBlock(ctx, d.collector, onCustomer.ID)
			require.NoError(t, err)
			require.Equal(t, "collector-1", b.ReleasedBy)
		})
	}, owed, other, early)
	d.recorded(onCustomer.ID, "block.released")
	list, err := d.app.ListBlocks(t.Context(), d.reader, port.HoldFilter{State: "open"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 2)
	read, err := d.app.Block(t.Context(), d.reader, onCustomer.ID)
	require.NoError(t, err)
	require.NotNil(t, read.ReleasedAt)
}

func TestSetBlockOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.again(func(ctx context.Context) {
		_, err := d.app.SetBlock(ctx, d.collector, app.NewBlock{CustomerID: d.id(d.customer.ID), Reason: receivable.BlockLegal})
		require.NoError(t, err)
	})
	require.Equal(t, int64(1), d.number(`SELECT count(*) FROM blocks`))
}

func TestBlockRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	set := func(code string, in app.NewBlock) {
		t.Helper()
		d.refuses(code, func(ctx context.Context) error {
			_, err := d.app.SetBlock(ctx, d.collector, in)
			return err
		})
	}
	customer, invoice := d.id(d.customer.ID), d.id(owed.ID)
	set("receivable.invalid", app.NewBlock{Reason: receivable.BlockLegal})
	set("receivable.invalid", app.NewBlock{CustomerID: customer, InvoiceID: invoice, Reason: receivable.BlockLegal})
	set("receivable.invalid", app.NewBlock{CustomerID: customer, Reason: receivable.BlockGoodwill})
	set("receivable.invalid", app.NewBlock{CustomerID: customer, Reason: receivable.BlockGoodwill, Until: day("2026-03-01")})
	set("receivable.invalid", app.NewBlock{CustomerID: customer, Reason: "mood", Until: day("2026-03-31")})
	set("customer.not_found", app.NewBlock{CustomerID: d.id(uuid.New()), Reason: receivable.BlockLegal})
	set("invoice.not_found", app.NewBlock{InvoiceID: d.id(uuid.New()), Reason: receivable.BlockLegal})
	set("item.not_found", app.NewBlock{ItemID: d.id(uuid.New()), Reason: receivable.BlockLegal})
	b, err := d.app.SetBlock(t.Context(), d.collector, app.NewBlock{CustomerID: customer, Reason: receivable.BlockLegal})
	require.NoError(t, err)
	_, err = d.app.ReleaseBlock(t.Context(), d.collector, b.ID)
	require.NoError(t, err)
	d.refuses("block.released", func(ctx context.Context) error { _, err := d.app.ReleaseBlock(ctx, d.collector, b.ID); return err })
	d.refuses("block.not_found", func(ctx context.Context) error {
		_, err := d.app.ReleaseBlock(ctx, d.collector, uuid.New())
		return err
	})
	d.refuses("access.forbidden", func(ctx context.Context) error { _, err := d.app.ReleaseBlock(ctx, d.reader, b.ID); return err })
}

func TestFlagAndReleaseDispute(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	in := app.NewDisputeFlag{ItemID: owed.Items[0].ID, AmountMinor: 300, Currency: "EUR", Reason: "shortage"}
	var flag receivable.DisputeFlag
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			var err error
			flag, err = d.app.FlagDispute(ctx, d.collector, in)
			require.NoError(t, err)
		})
	}, owed)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 1000, 300)
	d.recorded(owed.ID, "dispute.flagged")
	in.AmountMinor = 200
	second, err := d.app.FlagDispute(t.Context(), d.collector, in)
	require.NoError(t, err)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 1000, 500)
	in.AmountMinor = 501
	d.refuses("item.exceeds_undisputed", func(ctx context.Context) error {
		_, err := d.app.FlagDispute(ctx, d.collector, in)
		return err
	})
	d.nudges(func() {
		d.again(func(ctx context.Context) {
			got, err := d.app.ReleaseDispute(ctx, d.collector, flag.ID, "boxes found")
			require.NoError(t, err)
			require.True(t, got.Released)
		})
	}, owed)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 1000, 200)
	d.recorded(owed.ID, "dispute.released")
	d.refuses("dispute.released", func(ctx context.Context) error {
		_, err := d.app.ReleaseDispute(ctx, d.collector, flag.ID, "again")
		return err
	})
	list, err := d.app.ListDisputeFlags(t.Context(), d.reader, port.HoldFilter{State: "open"}, port.Page{})
	require.NoError(t, err)
	require.Equal(t, second.ID, list.Items[0].ID)
}

func TestDisputeRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	good := app.NewDisputeFlag{ItemID: owed.Items[0].ID, AmountMinor: 300, Currency: "EUR", Reason: "shortage"}
	for name, c := range map[string]struct {
		code   string
		change func(*app.NewDisputeFlag)
	}{
		"more than open": {"item.exceeds_undisputed", func(f *app.NewDisputeFlag) { f.AmountMinor = 1001 }},
		"nothing":        {"receivable.invalid", func(f *app.NewDisputeFlag) { f.AmountMinor = 0 }},
		"no reason":      {"receivable.invalid", func(f *app.NewDisputeFlag) { f.Reason = "they say so" }},
		"other currency": {"item.currency_differs", func(f *app.NewDisputeFlag) { f.Currency = "USD" }},
		"unknown item":   {"item.not_found", func(f *app.NewDisputeFlag) { f.ItemID = uuid.New() }},
	} {
		t.Run(name, func(t *testing.T) {
			in := good
			c.change(&in)
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.FlagDispute(ctx, d.collector, in)
				return err
			})
		})
	}
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.FlagDispute(ctx, d.reader, good)
		return err
	})
	d.refuses("dispute.not_found", func(ctx context.Context) error {
		_, err := d.app.ReleaseDispute(ctx, d.collector, uuid.New(), "x")
		return err
	})
	d.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := d.app.ReleaseDispute(ctx, d.collector, uuid.New(), "")
		return err
	})
}

func TestNotesAndFollowUps(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	var n receivable.Note
	d.again(func(ctx context.Context) {
		var err error
		n, err = d.app.AddNote(ctx, d.collector, app.NewNote{
			CustomerID: d.customer.ID, InvoiceID: d.id(owed.ID), Kind: "call", Outcome: "will_pay", Body: "Friday", FollowUpOn: day("2026-03-06"),
		})
		require.NoError(t, err)
	})
	d.recorded(owed.ID, "call.logged", "task.opened")
	tasks, err := d.app.ListTasks(t.Context(), d.reader, port.TaskFilter{Kind: "follow_up"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, tasks.Items, 1)
	task := tasks.Items[0]
	require.Equal(t, "Kim", task.Assignee, "the customer's collector")
	require.Equal(t, []any{day("2026-03-06"), "follow_up/" + n.ID.String()}, []any{task.DueOn, task.Dedupe})
	_, err = d.app.AddNote(t.Context(), d.collector, app.NewNote{CustomerID: d.customer.ID, Kind: "note", Body: "x"})
	require.NoError(t, err)
	list, err := d.app.ListNotes(t.Context(), d.reader, port.HoldFilter{CustomerID: d.id(d.customer.ID)}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 2)
}

func TestNoteRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	branch := d.newCustomer("K-2")
	for code, in := range map[string]app.NewNote{
		"receivable.invalid":    {CustomerID: d.customer.ID, Kind: "note"},
		"customer.not_found":    {CustomerID: uuid.New(), Kind: "note", Body: "x"},
		"invoice.not_found":     {CustomerID: d.customer.ID, InvoiceID: d.id(uuid.New()), Kind: "note", Body: "x"},
		"item.customer_differs": {CustomerID: branch.ID, InvoiceID: d.id(owed.ID), Kind: "note", Body: "x"},
	} {
		d.refuses(code, func(ctx context.Context) error {
			_, err := d.app.AddNote(ctx, d.collector, in)
			return err
		})
	}
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.AddNote(ctx, d.reader, app.NewNote{})
		return err
	})
}
