package store_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/internal/testkit/pump"
	"arrears/port"
)

// sentOnce is an installation with one customer and two overdue invoices of 100.00 each, reminded by one notice, whose lines
// are put back as they were when it left: live.
func sentOnce(t *testing.T) (p *pump.Pump, id uuid.UUID, invoices []receivable.Invoice, exec func(string, ...any)) {
	t.Helper()
	db, url := testkit.DB(t)
	p = pump.New(t, db, pump.Options{Quick: true})
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	exec = func(sql string, args ...any) {
		t.Helper()
		_, err := conn.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	c := p.Customer("1001")
	for _, number := range []string{"R1", "R2"} {
		invoices = append(invoices, p.Invoice(c, number, 100_00, "2023-12-20"))
	}
	for day := 15; len(p.Notices()) == 0 || p.Notices()[0].State != notice.Sent; day++ {
		require.Less(t, day, 30)
		p.Through(p.Today().AddDays(1).String())
	}
	require.Len(t, p.Notices()[0].Lines, 2)
	require.Zero(t, p.Counters()["asked_too_much"])
	id = p.Notices()[0].ID
	exec(`UPDATE notice_lines SET state = 'live' WHERE notice_id = $1`, id)
	return p, id, invoices, exec
}

func count(t *testing.T, p *pump.Pump, w port.Work) map[string]int64 {
	t.Helper()
	before := p.Counters()
	require.NoError(t, p.DB.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error { return tx.Write(ctx, w) }))
	grown := map[string]int64{}
	for name, value := range p.Counters() {
		if n := value - before[name]; n != 0 {
			grown[name] = n
		}
	}
	return grown
}

// Lines that ask for what is not collectable are counted from the stored figures alone.
func TestWhatIsAskedWithoutRightIsCounted(t *testing.T) {
	t.Parallel()
	type story func(t *testing.T, p *pump.Pump, inv receivable.Invoice, exec func(string, ...any))
	for name, c := range map[string]struct {
		happens story
		want    map[string]int64
	}{
		"nothing": {func(*testing.T, *pump.Pump, receivable.Invoice, func(string, ...any)) {}, map[string]int64{}},
		"paid": {func(_ *testing.T, p *pump.Pump, inv receivable.Invoice, _ func(string, ...any)) {
			p.Pay(inv, "P1", 100_00)
		}, map[string]int64{"dunned_after_paid": 1, "asked_too_much": 1}},
		"partly paid": {func(_ *testing.T, p *pump.Pump, inv receivable.Invoice, _ func(string, ...any)) { p.Pay(inv, "P1", 1) }, map[string]int64{"asked_too_much": 1}},
		"disputed": {func(t *testing.T, p *pump.Pump, inv receivable.Invoice, _ func(string, ...any)) {
			_, err := p.App.FlagDispute(t.Context(), pump.Admin, app.NewDisputeFlag{ItemID: inv.Items[0].ID, AmountMinor: 100_00, Currency: "EUR", Reason: "damage"})
			require.NoError(t, err)
		}, map[string]int64{"dunned_after_paid": 1, "asked_too_much": 1}},
		"promised": {func(t *testing.T, p *pump.Pump, inv receivable.Invoice, _ func(string, ...any)) {
			_, err := p.App.MakePromise(t.Context(), pump.Admin, app.NewPromise{InvoiceID: inv.ID, AmountMinor: 40_00, Currency: "EUR", DueOn: p.Today().AddDays(9)})
			require.NoError(t, err)
		}, map[string]int64{"asked_too_much": 1}},
		"blocked": {func(t *testing.T, p *pump.Pump, inv receivable.Invoice, _ func(string, ...any)) {
			_, err := p.App.SetBlock(t.Context(), pump.Admin, app.NewBlock{
				InvoiceID: uuid.NullUUID{UUID: inv.ID, Valid: true}, Reason: receivable.BlockReason("internal_review"), Until: p.Today().AddDays(9),
			})
			require.NoError(t, err)
		}, map[string]int64{"dunned_after_paid": 1, "asked_too_much": 1}},
		"cash waiting for the first": {waiting(100_00), map[string]int64{"dunned_while_cash_waiting": 1}},
		"cash waiting for both":      {waiting(100_01), map[string]int64{"dunned_while_cash_waiting": 2}},
		"cash waiting that is likely the customer's": {func(t *testing.T, p *pump.Pump, inv receivable.Invoice, exec func(string, ...any)) {
			waiting(100_00)(t, p, inv, exec)
			exec(`UPDATE receipts SET customer_id = NULL, likely_customer_id = customer_id, unapplied_minor = on_account_minor, on_account_minor = 0`)
		}, map[string]int64{"dunned_while_cash_waiting": 1}},
		"cash waiting, shown by choice": {func(t *testing.T, p *pump.Pump, inv receivable.Invoice, exec func(string, ...any)) {
			waiting(100_00)(t, p, inv, exec)
			exec(`ALTER TABLE policy_versions DISABLE TRIGGER ALL`)
			exec(`UPDATE policy_versions SET body = body || '{"credits": "show"}'`)
		}, map[string]int64{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, id, invoices, exec := sentOnce(t)
			c.happens(t, p, invoices[0], exec)
			exec(`UPDATE notice_lines SET state = 'live' WHERE notice_id = $1`, id)
			require.Equal(t, c.want, count(t, p, port.Work{Sending: []uuid.UUID{id}}))
		})
	}
}

// waiting records money that is on no item.
func waiting(minor int64) func(*testing.T, *pump.Pump, receivable.Invoice, func(string, ...any)) {
	return func(t *testing.T, p *pump.Pump, inv receivable.Invoice, _ func(string, ...any)) {
		t.Helper()
		_, err := p.App.RecordReceipt(t.Context(), pump.Admin, app.NewReceipt{
			Source: "bank", Number: "W", CustomerID: uuid.NullUUID{UUID: inv.CustomerID, Valid: true}, Currency: "EUR", AmountMinor: minor, ValueDate: p.Today(),
		})
		require.NoError(t, err)
	}
}

// Receipts between the dispatch and the channel's answer are counted, with the longest window.
func TestWhatComesWhileANoticeLeavesIsCounted(t *testing.T) {
	t.Parallel()
	p, id, invoices, exec := sentOnce(t)
	require.Empty(t, count(t, p, port.Work{Taken: []uuid.UUID{id}}))
	p.Pay(invoices[0], "P1", 10_00)
	p.Pay(invoices[1], "P2", 10_00)
	exec(`ALTER TABLE audit_entries DISABLE TRIGGER ALL`)
	exec(`UPDATE audit_entries SET recorded_at = recorded_at - interval '3 seconds' WHERE action = 'notice.dispatched'`)
	grown := count(t, p, port.Work{Taken: []uuid.UUID{id}})
	require.EqualValues(t, 2, grown["paid_while_sending"])
	require.GreaterOrEqual(t, grown["paid_while_sending_longest_ms"], int64(3000))
}
