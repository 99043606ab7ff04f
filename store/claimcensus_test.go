package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/census"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/port"
)

// court is a house with a deduction of 50.00 that a receipt brought: 20.00 awaits its credit memo, 30.00 is denied and open.
// Its owner's connection may break what the application may not.
type court struct {
	house
	url     string
	conn    *pgx.Conn
	claim   dispute.Dispute
	item    receivable.Item
	receipt receivable.Receipt
}

func newCourt(t *testing.T) *court {
	t.Helper()
	db, url := testkit.DB(t)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	c := &court{house: house{DB: db, customer: customerOf("K-1")}, url: url, conn: conn, receipt: receiptOf("B-1", 500)}
	c.invoice = invoiceOf(c.customer.ID, "R-1")
	c.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertCustomer(ctx, c.customer))
		require.NoError(t, tx.InsertInvoice(ctx, c.invoice))
		require.NoError(t, tx.InsertReceipt(ctx, c.receipt))
		c.deduct(ctx, t, tx)
	})
	c.sql(t, `INSERT INTO policies (key, kind) VALUES ('repayment', 'repayment')`,
		`INSERT INTO policy_versions (id, key, version, body, hash, created_at, created_by)
SELECT gen_random_uuid(), 'repayment', 1, '{}', sha256('x'), now(), 'x'`,
		`INSERT INTO cases (id, kind, customer_id, policy_version_id, state, wake_at)
SELECT '`+c.item.ID.String()+`', 'deduction', '`+c.customer.ID.String()+`', id, 'active', now() FROM policy_versions`)
	return c
}

func (c *court) deduct(ctx context.Context, t *testing.T, tx port.Tx) {
	t.Helper()
	from := c.invoice.Items[0]
	c.item = receivable.Item{
		ID: newID(), InvoiceID: from.InvoiceID, CustomerID: c.customer.ID, Kind: receivable.Deduction, Seq: 1, DueDate: from.DueDate,
		AgingDate: from.AgingDate, TimeZone: from.TimeZone, Currency: "EUR", OriginalMinor: 5000, OpenMinor: 5000, DisputedMinor: 2000,
	}
	require.NoError(t, from.Move(5000))
	require.NoError(t, tx.UpdateItem(ctx, from))
	require.NoError(t, tx.InsertItem(ctx, c.item))
	flag := receivable.DisputeFlag{
		ID: newID(), ItemID: c.item.ID, InvoiceID: c.invoice.ID, CustomerID: c.customer.ID, AmountMinor: 2000, Currency: "EUR",
		Reason: "damage", CreatedBy: "key-1", CreatedAt: noon,
	}
	require.NoError(t, tx.InsertDisputeFlag(ctx, flag))
	c.claim = testkit.Claim(c.customer.ID, 5000, func(d *dispute.Dispute) {
		d.State, d.ReceiptID = dispute.AwaitingCreditMemo, someID(c.receipt.ID)
		p := &d.Parts[0]
		p.InvoiceID, p.ItemID, p.FlagID = someID(c.invoice.ID), someID(c.item.ID), someID(flag.ID)
		require.NoError(t, p.Uphold(2000))
		require.NoError(t, p.Deny(3000))
	})
	_, err := tx.InsertDispute(ctx, c.claim)
	require.NoError(t, err)
	require.NoError(t, tx.InsertMove(ctx, dispute.Move{
		ID: newID(), FromItem: from.ID, ToItem: c.item.ID, ReceiptID: someID(c.receipt.ID), DisputeID: c.claim.ID, AmountMinor: 5000, MovedAt: noon,
	}))
	require.NoError(t, tx.PutDeadlines(ctx, []dispute.Deadline{deadlineOf(c.claim.ID, dispute.DeadlineCreditMemo, "2026-03-16")}))
	require.NoError(t, tx.PutMessage(ctx, dispute.Message{
		ID: newID(), DisputeID: c.claim.ID, Kind: "denial", Dedupe: "denial/1", State: dispute.MessageDue, CreatedAt: noon,
	}))
}

// sql runs statements as the owner; triggers do not fire.
func (c *court) sql(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range append([]string{`SET session_replication_role = replica`}, statements...) {
		_, err := c.conn.Exec(t.Context(), s)
		require.NoError(t, err, s)
	}
}

// found are the names of what a census finds, but for what it says of the invoice's own case, which there is none of here.
func (c *court) found(t *testing.T) []string {
	t.Helper()
	var names []string
	bounds := census.Bounds{Late: noon, Stuck: noon}
	c.in(t, func(ctx context.Context, tx port.Tx) {
		for _, part := range []census.Part{census.Items, census.Receipts, census.Cases, census.Approvals, census.Disputes} {
			page, err := tx.CensusPage(ctx, part, uuid.Nil, 100, bounds)
			require.NoError(t, err)
			for _, f := range page.Found {
				if f.Check == census.NoOwner {
					continue
				}
				again, err := tx.CensusRow(ctx, part, uuid.MustParse(f.Subject), bounds)
				require.NoError(t, err)
				require.Contains(t, again, f)
				names = append(names, f.Check)
			}
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

func TestACensusProvesClaims(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	require.Empty(t, c.found(t))
	testkit.Laws(t, c.url)
	part, item := ` WHERE dispute_id = '`+c.claim.ID.String()+`'`, ` WHERE id = '`+c.item.ID.String()+`'`
	for _, b := range []struct {
		broken, mended []string
		want           []string
	}{
		{[]string{`ALTER TABLE dispute_parts DROP CONSTRAINT dispute_parts_law`, `UPDATE dispute_parts SET claimed_minor = claimed_minor + 1` + part, `UPDATE disputes SET claimed_minor = claimed_minor + 1`},
			[]string{`UPDATE dispute_parts SET claimed_minor = claimed_minor - 1` + part, `UPDATE disputes SET claimed_minor = claimed_minor - 1`}, []string{"dispute.law"}},
		{[]string{`UPDATE disputes SET pending_minor = pending_minor - 1`}, []string{`UPDATE disputes SET pending_minor = pending_minor + 1`}, []string{"dispute.sums"}},
		{[]string{`UPDATE disputes SET deadline_on = NULL`}, []string{`UPDATE disputes SET deadline_on = '2026-03-16'`}, []string{"dispute.deadline"}},
		{[]string{`UPDATE dispute_flags SET amount_minor = 2100`, `UPDATE items SET disputed_minor = 2100` + item},
			[]string{`UPDATE dispute_flags SET amount_minor = 2000`, `UPDATE items SET disputed_minor = 2000` + item}, []string{"dispute.flag"}},
		{[]string{`UPDATE items SET open_minor = 2900, written_off_minor = 2100` + item}, []string{`UPDATE items SET open_minor = 5000, written_off_minor = 0` + item},
			[]string{"dispute.denied_open", "item.written_off"}},
		{[]string{`UPDATE cases SET state = 'closed', wake_at = NULL`}, []string{`UPDATE cases SET state = 'active', wake_at = now()`}, []string{"dispute.uncollected"}},
		{[]string{`UPDATE disputes SET wake_at = '2026-03-01'`}, []string{`UPDATE disputes SET wake_at = '2026-03-09'`}, []string{census.DisputeLate}},
		{[]string{`UPDATE dispute_deadlines SET state = 'cancelled'`, `UPDATE disputes SET deadline_on = NULL`},
			[]string{`UPDATE dispute_deadlines SET state = 'open'`, `UPDATE disputes SET deadline_on = '2026-03-16'`}, []string{"dispute.credit_due"}},
		{[]string{`UPDATE disputes SET state = 'awaiting_approval'`}, []string{`UPDATE disputes SET state = 'awaiting_credit_memo'`}, []string{"dispute.unapproved"}},
		{[]string{`UPDATE dispute_messages SET created_at = '2026-02-20'`}, []string{`UPDATE dispute_messages SET state = 'sent'`}, []string{"dispute.unwritten"}},
		{[]string{`UPDATE moves SET amount_minor = 4000`}, []string{`UPDATE moves SET amount_minor = 5000`}, []string{"item.moved", "item.origin"}},
		{[]string{`UPDATE receipts SET netted_minor = 7, unapplied_minor = unapplied_minor + 7`}, []string{`UPDATE receipts SET netted_minor = 0, unapplied_minor = unapplied_minor - 7`}, []string{"receipt.netted"}},
		{[]string{`UPDATE cases SET state = 'needs_attention'`}, []string{`UPDATE cases SET state = 'active'`}, []string{"case.unseen"}},
	} {
		c.sql(t, b.broken...)
		require.Equal(t, b.want, c.found(t), b.broken)
		c.sql(t, b.mended...)
	}
	require.Empty(t, c.found(t))
}

// A proposal that waits is sound; a proposal without one who is asked, or one that was withdrawn under him, is not.
func TestACensusProvesProposals(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	proposal := decisionOf(c.claim, dispute.DecideInvalid)
	c.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.InsertDecision(ctx, proposal)) })
	c.sql(t, `UPDATE disputes SET state = 'awaiting_approval'`,
		`INSERT INTO approvals (id, subject_kind, subject_id, customer_id, case_id, stage, role, state, content_hash, summary, amount_minor, currency, proposers,
  at_deadline, deadline_days, due_at, requested_at)
VALUES (gen_random_uuid(), 'dispute_decision', '`+proposal.ID.String()+`', '`+c.customer.ID.String()+`', '`+c.claim.ID.String()+`', '', 'supervisor', 'open', sha256('x'), 'x', 1, 'EUR', '{}', 'remind', 3, now(), now())`)
	require.Empty(t, c.found(t))
	c.sql(t, `UPDATE dispute_decisions SET state = 'retracted'`)
	require.Equal(t, []string{"approval.subject", "dispute.unapproved"}, c.found(t))
	c.sql(t, `UPDATE approvals SET state = 'lapsed'`)
	require.Equal(t, []string{"dispute.unapproved"}, c.found(t))
}

func TestTheCensusLooksForTheWorkflowsOfClaims(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	look := func(part census.Part) (list []port.Looked) {
		c.in(t, func(ctx context.Context, tx port.Tx) {
			var err error
			list, err = tx.Looked(ctx, part, uuid.Nil, 10)
			require.NoError(t, err)
		})
		return list
	}
	require.Equal(t, []port.Looked{{ID: c.claim.ID, CustomerID: c.customer.ID, Kind: "dispute"}}, look(census.DisputeWorkflows))
	require.Equal(t, []port.Looked{{ID: c.item.ID, CustomerID: c.customer.ID, InvoiceID: someID(c.invoice.ID), Kind: "deduction"}}, look(census.CaseWorkflows))
	c.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.NudgeDispute(ctx, c.claim.ID))
		nobody := newID().String()
		strays, err := tx.Strays(ctx, []string{
			"dispute/" + c.claim.ID.String(), "dispute/" + nobody, "deduction/" + c.item.ID.String(), "deduction/" + c.claim.ID.String(),
			"invoice/" + c.item.ID.String(), "nightly/" + nobody,
		})
		require.NoError(t, err)
		want := []string{"dispute/" + nobody, "deduction/" + c.claim.ID.String(), "invoice/" + c.item.ID.String()}
		require.ElementsMatch(t, want, strays)
	})
	require.Empty(t, look(census.DisputeWorkflows), "a nudge is on its way")
}

// A closed case that a deadline outlives is looked after like a live one: it has a next date and a workflow, and a driver of a
// stepped clock comes to it.
func TestWhatOutlivesAClaimIsLookedAfter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := h.opened(t, 100, func(d *dispute.Dispute) {
		d.State, d.ClosedAt, d.WakeAt = dispute.Closed, &noon, &noon
		d.Parts[0].Amounts = dispute.Amounts{ClaimedMinor: 100, CreditedMinor: 100}
	})
	look := func() (ids []uuid.UUID, late []census.Finding, nudged int64) {
		h.in(t, func(ctx context.Context, tx port.Tx) {
			list, err := tx.Looked(ctx, census.DisputeWorkflows, uuid.Nil, 10)
			require.NoError(t, err)
			for _, l := range list {
				ids = append(ids, l.ID)
			}
			page, err := tx.CensusPage(ctx, census.Disputes, uuid.Nil, 100, census.Bounds{Late: noon.AddDate(0, 0, 2), Stuck: noon})
			require.NoError(t, err)
			late = page.Found
		})
		nudged, err := h.NudgeDue(t.Context(), noon.AddDate(0, 0, 1))
		require.NoError(t, err)
		return ids, late, nudged
	}
	ids, late, nudged := look()
	require.Empty(t, ids)
	require.Empty(t, late)
	require.Zero(t, nudged)
	first, _, err := h.NextMoments(t.Context(), noon.AddDate(0, 0, -1))
	require.NoError(t, err)
	require.True(t, first.IsZero())
	carrier := deadlineOf(d.ID, dispute.DeadlineCarrier, "2026-09-10")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.PutDeadlines(ctx, []dispute.Deadline{carrier}))
	})
	first, _, err = h.NextMoments(t.Context(), noon.AddDate(0, 0, -1))
	require.NoError(t, err)
	require.True(t, noon.Equal(first))
	ids, late, nudged = look()
	require.Equal(t, []uuid.UUID{d.ID}, ids)
	require.Len(t, late, 1)
	require.Equal(t, census.DisputeLate, late[0].Check)
	require.EqualValues(t, 1, nudged)
	d.WakeAt = nil
	err = h.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error { return tx.UpdateDispute(ctx, d) })
	require.Error(t, err, "it has a next date")
}

// The figures count live claims and what of them is denied.
func TestFiguresOfClaims(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	c.opened(t, 10)
	c.opened(t, 10)
	f, err := c.Figures(t.Context(), noon, noon, time.Minute)
	require.NoError(t, err)
	require.ElementsMatch(t, []port.Tally{{Key: "opened", N: 2}, {Key: "awaiting_credit_memo", N: 1}}, f.Disputes)
	require.Equal(t, []port.Tally{{Key: "EUR", N: 1, Minor: 3000}}, f.DisputesDenied)
}
