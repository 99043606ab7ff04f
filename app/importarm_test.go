package app_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
)

// decisionOf reads the first decision of an invoice's case, with ids taken out, so that two invoices compare.
func (l *loader) decisionOf(source, number string) (policy.Facts, policy.Decision) {
	l.t.Helper()
	var facts policy.Facts
	var decision policy.Decision
	var rawFacts, rawDecision []byte
	require.NoError(l.t, l.conn.QueryRow(l.t.Context(), `
SELECT d.facts, d.decision
FROM decisions d
JOIN invoices v ON v.id = d.case_id
WHERE v.source = $1 AND v.number = $2 AND d.seq = 1`, source, number).Scan(&rawFacts, &rawDecision))
	require.NoError(l.t, json.Unmarshal(rawFacts, &facts))
	require.NoError(l.t, json.Unmarshal(rawDecision, &decision))
	facts.CaseID, facts.Customer.ID, facts.Jitter = uuid.Nil, uuid.Nil, 0
	for i := range facts.Items {
		facts.Items[i].ID = uuid.Nil
	}
	for i := range decision.Items {
		decision.Items[i].ItemID = uuid.Nil
		decision.Items[i].WakeAt = decision.Items[i].WakeAt.Truncate(24 * 60 * 60 * 1e9)
	}
	decision.WakeAt = decision.WakeAt.Truncate(24 * 60 * 60 * 1e9)
	return facts, decision
}

// caseOf shows the case and its nudge.
func (l *loader) caseOf(source, number string) string {
	l.t.Helper()
	return l.text(`
SELECT c.state || ' ' || c.next_action || ' ' || coalesce(c.wake_at::date::text, '-') || ' ' || c.decisions || ' ' || c.customer_wide || ' '
  || coalesce(n.first_action, '-') || ' ' || coalesce(n.start_at::date::text, '-')
FROM cases c
JOIN invoices v ON v.id = c.id
LEFT JOIN nudges n ON n.subject_id = c.id
WHERE v.source = $1 AND v.number = $2`, source, number)
}

// An invoice of a file is armed exactly as one that is entered by hand: the same facts, decision, case and nudge.
func TestImportArmsLikeASingleInvoice(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, due, amount string
		minor             int64
	}{
		{"far ahead", "2026-05-01", "100.00", 10000},
		{"courtesy", "2026-03-04", "100.00", 10000},
		{"due today", "2026-03-02", "100.00", 10000},
		{"just overdue", "2026-02-24", "100.00", 10000},
		{"long overdue", "2025-12-01", "100.00", 10000},
		{"below the tolerance", "2026-02-24", "0.01", 1},
	}
	l := newLoader(t)
	for i, c := range cases {
		number := "N" + digits(i)
		l.load(inv(number, "C"+number, c.amount, "invoice_date", "2025-11-01", "due_date", c.due))
		customer, err := l.app.CreateCustomer(t.Context(), l.who, app.NewCustomer{Source: "hand", Number: number, Name: "Customer", Currency: "EUR"})
		require.NoError(t, err)
		_, err = l.app.CreateInvoice(t.Context(), l.who, app.NewInvoice{
			Source: "hand", Number: number, CustomerID: customer.ID, InvoiceDate: calendar.MustDate("2025-11-01"), Currency: "EUR",
			AmountMinor: c.minor, DueDate: calendar.MustDate(c.due),
		})
		require.NoError(t, err)
		facts, decision := l.decisionOf("csv", number)
		wantFacts, wantDecision := l.decisionOf("hand", number)
		require.Equal(t, wantFacts, facts, c.name)
		require.Equal(t, wantDecision, decision, c.name)
		require.Equal(t, l.caseOf("hand", number), l.caseOf("csv", number), c.name)
	}
}

// Two policies in one batch: each invoice is pinned to its own, and both are marked as used.
func TestImportPinsThePolicyOfEachCustomer(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	own := policy.Default()
	own.Key, own.Stages = "never", nil
	_, err := l.app.PublishPolicy(t.Context(), l.who, own)
	require.NoError(t, err)
	require.NoError(t, l.app.SetSegmentPolicy(t.Context(), l.who, "quiet", "never"))
	text := "number,customer_number,invoice_date,due_date,currency,amount,segment\n" +
		"R1,C1,2026-01-05,2026-02-05,EUR,10.00,quiet\nR2,C2,2026-01-05,2026-02-05,EUR,10.00,\n"
	l.with(app.NewImport{File: reader(text)})
	const key = `SELECT p.key FROM cases c JOIN policy_versions p ON p.id = c.policy_version_id JOIN invoices v ON v.id = c.id WHERE v.number = $1`
	require.Equal(t, "never", l.text(key, "R1"))
	require.Equal(t, "standard", l.text(key, "R2"))
	require.Equal(t, int64(2), l.number(`SELECT count(*) FROM policy_versions WHERE used_at IS NOT NULL`))
}

// An overdue invoice of a customer that is known changes the sums that its earlier cases look at: they look again. Those of
// customers that nothing overdue came for do not, and neither do those whose next stage has no condition on the sums.
func TestImportWakesCasesThatLookAtTheCustomersSums(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "10.00", "due_date", "2026-05-01"), inv("R2", "C2", "10.00", "due_date", "2026-05-01"),
		inv("R5", "C1", "10.00", "due_date", "2026-05-01"))
	_, err := l.conn.Exec(t.Context(), `UPDATE items i SET last_stage_done = 'final-demand' FROM invoices v WHERE v.id = i.invoice_id AND v.number <> 'R5'`)
	require.NoError(t, err)
	waits := func(number string) int64 {
		return l.number(`SELECT count(*) FROM nudges n JOIN invoices v ON v.id = n.subject_id WHERE v.number = $1 AND n.start_at IS NOT NULL`, number)
	}
	require.Equal(t, int64(1), waits("R1"))
	l.load(inv("R3", "C1", "10.00", "invoice_date", "2026-01-05", "due_date", "2026-02-05"), inv("R4", "C2", "20.00", "due_date", "2026-05-01"))
	require.Zero(t, waits("R1"), "something overdue came for its customer")
	require.Equal(t, int64(1), waits("R2"))
	require.Equal(t, int64(1), waits("R5"))
}

// A settlement that comes with a file keeps a promise and ends what was about to be asked.
func TestImportSettlementKeepsAPromise(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "100.00", "invoice_date", "2026-01-05", "due_date", "2026-02-05"))
	id := l.id(`SELECT id FROM invoices`)
	p, err := l.app.MakePromise(t.Context(), l.who, app.NewPromise{InvoiceID: id, AmountMinor: 10000, Currency: "EUR", DueOn: calendar.MustDate("2026-03-10")})
	require.NoError(t, err)
	require.Equal(t, receivable.PromiseOpen, p.State)
	l.load(inv("R1", "C1", "100.00", "invoice_date", "2026-01-05", "due_date", "2026-02-05", "settled_date", "2026-03-01"))
	p, err = l.app.Promise(t.Context(), l.who, p.ID)
	require.NoError(t, err)
	require.Equal(t, receivable.PromiseKept, p.State)
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM audit_entries WHERE action = 'promise.kept'`))
}

// The timeline of an imported invoice tells its story in words, and the record of the load names no customer.
func TestImportLeavesATimeline(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "100.00", "customer_name", "Green Grocer Ltd", "settled_date", "2026-02-20"))
	page, err := l.app.Timeline(t.Context(), l.who, l.id(`SELECT id FROM invoices`), port.Page{Limit: 50})
	require.NoError(t, err)
	var actions []string
	for _, e := range page.Items {
		actions = append(actions, e.Action)
		require.NotEmpty(t, e.Text)
	}
	require.ElementsMatch(t, []string{"invoice.created", "receipt.applied", "case.armed"}, actions)
	require.Zero(t, l.number(`SELECT count(*) FROM audit_entries WHERE data::text ILIKE '%grocer%'`), "the record holds no names")
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM audit_entries WHERE action = 'import.finished' AND data->>'accepted' = '1'`))
}

// Entries that a load wrote by the thousand are sealed like all others.
func TestImportedEntriesAreSealed(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "100.00"), inv("R2", "C2", "10.00", "settled_date", "2026-02-20"))
	rows, err := l.conn.Query(t.Context(), `SELECT data::text FROM audit_entries`)
	require.NoError(t, err)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NotEmpty(t, texts)
	page, err := l.app.ListAuditEntries(t.Context(), l.who, port.AuditFilter{}, port.Page{Limit: 100})
	require.NoError(t, err)
	require.Len(t, page.Items, len(texts))
	for _, e := range page.Items {
		require.NoError(t, e.Validate())
	}
}
