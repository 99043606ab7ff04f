package app_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/internal/testkit/pump"
	"arrears/port"
)

// town is a busy, healthy installation: whatever can happen to an invoice has happened to one of it.
type town struct {
	*pump.Pump
	t        *testing.T
	conn     *pgx.Conn
	customer receivable.Customer
	// invoices by what befell them
	by    map[string]receivable.Invoice
	claim dispute.Dispute // a deduction of 40.00 that nobody has decided on
}

// busy plays three months. The database is its owner's, who may break what the application may not.
func busy(t *testing.T) *town {
	t.Helper()
	db, url := testkit.DB(t)
	p := pump.New(t, db, pump.Options{Quick: true})
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	w := &town{Pump: p, t: t, conn: conn, by: map[string]receivable.Invoice{}}
	w.customer = p.Customer("1001")
	pol := ladderOf("town")
	p.Publish(pol)
	require.NoError(t, p.App.AssignPolicy(t.Context(), pump.Admin, app.Assignment{Scope: app.ToCustomer, Target: w.customer.ID.String(), PolicyKey: pol.Key}))
	for _, name := range []string{"open", "paid", "partly", "disputed", "credited", "forgiven", "reversed", "promised", "blocked", "void", "deducted"} {
		w.by[name] = p.Invoice(w.customer, name, 100_00, "2024-01-20")
	}
	p.Through("2024-01-31")
	p.Through("2024-02-03")
	w.happen()
	p.Through("2024-02-20")
	require.NotEmpty(t, p.OpenApprovals())
	w.by["late"] = p.Invoice(w.customer, "late", 77_00, "2024-03-20")
	p.Settle()
	w.sql(banked...)
	return w
}

// banked are statements that make a receipt one of a bank's file.
var banked = []string{
	`INSERT INTO bank_accounts (id, key, state, created_at) VALUES (md5('a')::uuid, 'OURS', 'new', now())`,
	`INSERT INTO bank_files (id, sha256, size, filename, source, state, created_by, created_at, finished_at)
VALUES (md5('f')::uuid, sha256('f'), 1, 'f', 'api', 'done', 't', now(), now())`,
	`INSERT INTO bank_statements (id, file_id, seq, account_id, format, kind, status, proof)
VALUES (md5('s')::uuid, md5('f')::uuid, 1, md5('a')::uuid, 'mt940', 'end_of_day', 'update', 'unproven')`,
	`INSERT INTO bank_entries (id, account_id, key, part, credit, amount_minor, entry_minor, kinds, currency, booked_on, value_on, told, final_by, receipt_id,
  outcome, created_at)
SELECT md5('e')::uuid, md5('a')::uuid, 'E', 0, true, gross_minor, gross_minor, 64, currency, value_date, value_date, '{}', md5('s')::uuid, id, 'applied', now()
FROM receipts WHERE number = 'P-1'`,
}

// ladderOf reminds twice and asks for approval of a third.
func ladderOf(key string) policy.Policy {
	stage := func(key string, days int) policy.Stage {
		return policy.Stage{
			Key: key, Name: key, Moment: policy.Moment{Basis: policy.FromDue, Days: days}, WhenUnmet: policy.UnmetWait,
			Action: policy.Notice, Template: "reminder-1", Channels: []receivable.Channel{receivable.Email, receivable.Letter},
		}
	}
	last := stage("third", 20)
	last.Approval = &policy.Approval{Role: "supervisor", DeadlineDays: 2, AtDeadline: policy.DeadlineRemind}
	days := calendar.Window{From: 8 * 60, To: 17 * 60}
	for d := range 7 {
		days.Days = append(days.Days, (calendar.MustDate("2024-01-01") + calendar.Date(d)).Weekday())
	}
	return policy.Policy{
		Key: key, Kind: policy.Collection, Description: "for a census", Stages: []policy.Stage{stage("first", 5), stage("second", 12), last},
		Window: days, Credits: policy.CreditsReserve, BrokenPromise: policy.BrokenResume, ReviewDays: 14,
	}
}

func (w *town) happen() {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.App.StoreDocument(ctx, pump.Admin, app.NewDocument{
		InvoiceID: uuid.NullUUID{UUID: w.by["open"].ID, Valid: true}, Kind: "invoice", Filename: "open.txt", Content: strings.NewReader("a copy"),
	})
	require.NoError(w.t, err)
	w.Pay(w.by["paid"], "P-1", 100_00)
	w.Pay(w.by["partly"], "P-2", 40_00)
	r := w.Pay(w.by["reversed"], "P-3", 100_00)
	_, err = w.App.ReverseReceipt(ctx, pump.Admin, r.ID, "returned")
	require.NoError(w.t, err)
	_, err = w.App.FlagDispute(ctx, pump.Admin, app.NewDisputeFlag{ItemID: w.item("disputed"), AmountMinor: 30_00, Currency: "EUR", Reason: "pricing"})
	require.NoError(w.t, err)
	_, err = w.App.WriteOff(ctx, pump.Admin, app.NewWriteOff{
		ItemID: w.item("forgiven"), Kind: receivable.Concession, AmountMinor: 10_00, Currency: "EUR", Reason: "for peace",
	})
	require.NoError(w.t, err)
	_, err = w.App.CreateCreditMemo(ctx, pump.Admin, app.NewCreditMemo{
		Source: "test", Number: "C-1", CustomerID: w.customer.ID, Currency: "EUR", AmountMinor: 25_00, MemoDate: w.Today(),
		InvoiceID: uuid.NullUUID{UUID: w.by["credited"].ID, Valid: true},
	})
	require.NoError(w.t, err)
	_, err = w.App.MakePromise(ctx, pump.Admin, app.NewPromise{
		InvoiceID: w.by["promised"].ID, AmountMinor: 50_00, Currency: "EUR", DueOn: w.Today().AddDays(60),
	})
	require.NoError(w.t, err)
	_, err = w.App.SetBlock(ctx, pump.Admin, app.NewBlock{
		InvoiceID: uuid.NullUUID{UUID: w.by["blocked"].ID, Valid: true}, Reason: "internal_review", Until: w.Today().AddDays(90),
	})
	require.NoError(w.t, err)
	w.claim, err = w.App.OpenDispute(ctx, pump.Admin, app.NewDispute{
		Kind: dispute.Deduction, CustomerID: w.customer.ID, Currency: "EUR", AmountMinor: 40_00, CustomerReason: "4711", Source: "api",
		TakenOn: w.Today(), Parts: []app.NewDisputePart{{ItemID: uuid.NullUUID{UUID: w.item("deducted"), Valid: true}, AmountMinor: 40_00}},
	})
	require.NoError(w.t, err)
	_, err = w.App.VoidInvoice(ctx, pump.Admin, w.by["void"].ID, "never was")
	require.NoError(w.t, err)
	_, err = w.App.RecordReceipt(ctx, pump.Admin, app.NewReceipt{
		Source: "bank", Number: "P-4", CustomerID: uuid.NullUUID{UUID: w.customer.ID, Valid: true}, Currency: "EUR", AmountMinor: 5_00, ValueDate: w.Today(),
	})
	require.NoError(w.t, err)
}

func (w *town) item(name string) uuid.UUID { return w.Items(w.by[name].ID)[0].ID }

// sql runs statements as the owner, to whom nothing is forbidden: no trigger fires, and no check that was dropped.
func (w *town) sql(statements ...string) {
	w.t.Helper()
	for _, s := range statements {
		_, err := w.conn.Exec(w.t.Context(), s)
		require.NoError(w.t, err, s)
	}
}

// census runs one in this process.
func (w *town) census() app.CensusView {
	w.t.Helper()
	found, err := w.App.RunCensus(w.t.Context(), pump.Admin, w.Pump, nil)
	require.NoError(w.t, err)
	return found
}

// names are the checks of a census's findings that someone has to see to, each once.
func names(v app.CensusView) []string {
	var list []string
	for _, f := range v.Findings {
		if len(list) == 0 || list[len(list)-1] != f.Check {
			list = append(list, f.Check)
		}
	}
	return list
}

// value reads one value as the owner.
func value[T any](w *town, sql string, args ...any) T {
	w.t.Helper()
	rows, err := w.conn.Query(w.t.Context(), sql, args...)
	require.NoError(w.t, err)
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	require.NoError(w.t, err, sql)
	return found
}

var _ port.Workflows = (*pump.Pump)(nil)
