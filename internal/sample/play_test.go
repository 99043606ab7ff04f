package sample_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/filestore"
	"arrears/internal/sample"
	"arrears/internal/testkit"
	"arrears/port"
)

// movingClock is set by the test.
type movingClock struct{ now time.Time }

func (c *movingClock) Now(context.Context) (time.Time, error) { return c.now, nil }

func (c *movingClock) Real(_ context.Context, at time.Time) (time.Time, error) { return at, nil }

// stage is a loaded sample on which the script is played.
type stage struct {
	t     *testing.T
	app   *app.App
	clock *movingClock
	conn  *pgx.Conn
	who   access.Principal
}

func newStage(t *testing.T, p *sample.Portfolio) *stage {
	t.Helper()
	db, url := testkit.DB(t)
	clock := &movingClock{now: p.Today.Time(time.UTC).Add(9 * time.Hour)}
	s := &stage{t: t, clock: clock, app: app.New(app.Deps{Store: db, Clock: clock, Files: filestore.Memory()}), who: access.Principal{ID: "sample", Role: access.Admin}}
	house := port.Installation{CreditorName: "Creditor", TimeZone: "UTC", Language: "en", Calendar: "none", FromAddress: "ar@creditor.example", ReplyDomain: "reply.creditor.example"}
	require.NoError(t, s.app.SetUp(t.Context(), house, calendar.Clock{Kind: calendar.SteppedClock, Epoch: clock.now, Origin: clock.now, Rate: 1, Position: clock.now}))
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	s.conn = conn
	require.NoError(t, sample.Load(t.Context(), s.app, s.who, p, nil))
	return s
}

func (s *stage) invoice(number string) receivable.Invoice {
	s.t.Helper()
	inv, err := s.app.InvoiceByNumber(s.t.Context(), s.who, sample.Source, number)
	require.NoError(s.t, err)
	return inv
}

// play does what an event says, as a demo does through the API.
func (s *stage) play(e sample.Event) {
	s.t.Helper()
	s.clock.now = e.On.Time(time.UTC).Add(10 * time.Hour)
	switch e.Kind {
	case sample.PayInvoice:
		inv := s.invoice(e.Invoice)
		_, err := s.app.RecordReceipt(s.t.Context(), s.who, app.NewReceipt{
			Source: sample.Source, Number: e.Receipt, CustomerID: uuid.NullUUID{UUID: inv.CustomerID, Valid: true}, Currency: e.Currency,
			AmountMinor: e.AmountMinor, ValueDate: e.On, Reference: e.Invoice,
			Applications: []app.ReceiptApplication{{InvoiceID: uuid.NullUUID{UUID: inv.ID, Valid: true}, AmountMinor: e.AmountMinor}},
		})
		require.NoError(s.t, err, e.Story)
	case sample.MakePromise:
		_, err := s.app.MakePromise(s.t.Context(), s.who, app.NewPromise{
			InvoiceID: s.invoice(e.Invoice).ID, AmountMinor: e.AmountMinor, Currency: e.Currency, DueOn: e.DueOn, Note: e.Reason,
		})
		require.NoError(s.t, err, e.Story)
	case sample.AddNote:
		inv := s.invoice(e.Invoice)
		_, err := s.app.AddNote(s.t.Context(), s.who, app.NewNote{
			CustomerID: inv.CustomerID, InvoiceID: uuid.NullUUID{UUID: inv.ID, Valid: true}, Kind: "call", Outcome: "will_pay", Body: e.Reason,
		})
		require.NoError(s.t, err, e.Story)
	case sample.PayShort, sample.DenyClaim:
		s.claim(e)
	case sample.DecideApprovals, sample.RejectApproval, sample.BreakPromise:
		// They need the engine, which runs elsewhere.
	case sample.LoadBankFile, sample.SettleWaiting:
		// They need a file of the bank, which the demonstration writes; its own test proves what becomes of it.
	}
}

// claim plays a part of the story of the deduction.
func (s *stage) claim(e sample.Event) {
	s.t.Helper()
	inv := s.invoice(e.Invoice)
	receipt := app.NewReceipt{
		Source: sample.Source, Number: e.Receipt, CustomerID: uuid.NullUUID{UUID: inv.CustomerID, Valid: true}, Currency: e.Currency,
		AmountMinor: e.AmountMinor, ValueDate: e.On, Reference: e.Invoice,
		Applications: []app.ReceiptApplication{{InvoiceID: uuid.NullUUID{UUID: inv.ID, Valid: true}, AmountMinor: e.AmountMinor}},
	}
	if e.Kind == sample.PayShort {
		_, made, err := s.app.RecordShortPayment(s.t.Context(), s.who, app.ShortPayment{Receipt: receipt, Claims: []app.ShortPaymentClaim{{
			InvoiceNumber: e.Invoice, AmountMinor: e.ShortMinor, CustomerReason: e.Reason, ClaimReference: e.Claim,
		}}})
		require.NoError(s.t, err, e.Story)
		require.Equal(s.t, []any{dispute.Investigating, "unearned_discount"}, []any{made[0].State, made[0].Reason})
		return
	}
	cases, err := s.app.ListDisputes(s.t.Context(), s.who, port.DisputeFilter{Reference: e.Claim}, port.Page{})
	require.NoError(s.t, err)
	require.Len(s.t, cases.Items, 1)
	file, err := s.app.DecideDispute(s.t.Context(), s.who, cases.Items[0].ID, app.NewDecision{Kind: dispute.DecideInvalid, Comment: e.Reason, PayableBy: e.DueOn})
	require.NoError(s.t, err, e.Story)
	require.Equal(s.t, e.AmountMinor, file.Amounts().DeniedMinor)
}

// Every event of the script is accepted by the use cases on its day.
func TestPlayTheScript(t *testing.T) {
	t.Parallel()
	p := sample.Generate(2, calendar.MustDate("2026-03-02"))
	s := newStage(t, p)
	promises := counted(t, s.conn, `SELECT count(*) FROM promises WHERE state = 'open'`)
	for _, e := range p.Script {
		s.play(e)
	}
	require.Less(t, counted(t, s.conn, `SELECT count(*) FROM promises WHERE state = 'open'`), promises+1, "some are kept")
	require.Positive(t, counted(t, s.conn, `SELECT count(*) FROM promises WHERE state = 'kept'`))
	require.Zero(t, counted(t, s.conn, `
SELECT count(*) FROM items
WHERE original_minor <> paid_minor + discounted_minor + credited_minor + written_off_minor + moved_minor + open_minor OR disputed_minor > open_minor`))
}

// The customers of the story can be reached as the story needs it.
func TestTheStoryReachesItsCustomers(t *testing.T) {
	t.Parallel()
	p := sample.Generate(2, calendar.MustDate("2026-03-02"))
	s := newStage(t, p)
	channels := func(number string) string {
		var found string
		err := s.conn.QueryRow(t.Context(), `
SELECT coalesce((SELECT string_agg(value, ',') FROM jsonb_array_elements_text(coalesce(nullif(d.facts->'Customer'->'Channels', 'null'), '[]'))), '')
FROM decisions d
JOIN invoices v ON v.id = d.case_id
JOIN customers c ON c.id = v.customer_id
WHERE c.number = $1
LIMIT 1`, number).Scan(&found)
		require.NoError(t, err)
		return found
	}
	require.Equal(t, "letter", channels(sample.LetterCustomer))
	require.Contains(t, channels(sample.BounceCustomer), "email")
	require.Empty(t, channels(sample.SilentCustomer))
	require.Contains(t, channels("C-1024"), "email", "by its parent")
	require.Equal(t, 2, counted(t, s.conn, `SELECT count(*) FROM customers WHERE dunning_recipient_id = (SELECT id FROM customers WHERE number = 'C-1023')`))
	require.Equal(t, 1, counted(t, s.conn, `SELECT count(*) FROM customers WHERE payer_id IS NOT NULL`))
}

// What is due in the next days and what is overdue is enough for a demo of two minutes at a day in five seconds.
func TestADemoSeesSomething(t *testing.T) {
	t.Parallel()
	p := sample.Generate(1, calendar.MustDate("2026-03-02"))
	s := newStage(t, p)
	require.GreaterOrEqual(t, counted(t, s.conn, `SELECT count(*) FROM cases WHERE state = 'active'`), 150)
	require.GreaterOrEqual(t, counted(t, s.conn, `SELECT count(*) FROM nudges WHERE start_at IS NULL`), 40, "there is something to do at once")
	require.GreaterOrEqual(t, counted(t, s.conn, `SELECT count(*) FROM nudges WHERE start_at BETWEEN '2026-03-02' AND '2026-03-24'`), 15, "and in the next three weeks")
	require.GreaterOrEqual(t, counted(t, s.conn, `
SELECT count(*) FROM items i
JOIN customers c ON c.id = i.customer_id
WHERE i.open_minor > 0 AND i.due_date < date '2026-03-02' - 28 AND c.segment NOT IN ('key-accounts','public-sector')`), 5, "final demands wait for a supervisor")
}
