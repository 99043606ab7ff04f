package app_test

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/audit"
	"arrears/domain/census"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/replay"
)

// balance is where an item's money is.
type balance struct {
	Original, Paid, Discounted, Credited, WrittenOff, Moved, Open, Disputed int64
}

func (c *court) balance(id uuid.UUID) balance {
	c.t.Helper()
	row, err := c.conn.Query(c.t.Context(), `
SELECT original_minor, paid_minor, discounted_minor, credited_minor, written_off_minor, moved_minor, open_minor, disputed_minor
FROM items WHERE id = $1`, id)
	require.NoError(c.t, err)
	b, err := pgx.CollectExactlyOneRow(row, pgx.RowToStructByPos[balance])
	require.NoError(c.t, err)
	return b
}

// holds asserts where the money of an item is, and that the laws hold.
func (c *court) holds(id uuid.UUID, want balance) {
	c.t.Helper()
	require.Equal(c.t, want, c.balance(id))
	c.laws()
}

// laws proves the four laws of MONEY.md, and that claims and their own items say the same.
func (c *court) laws() {
	c.t.Helper()
	require.NoError(c.t, c.db.Read(c.t.Context(), func(ctx context.Context, tx port.Tx) error {
		for _, part := range []census.Part{census.Items, census.Invoices, census.Receipts, census.CreditMemos, census.Disputes} {
			page, err := tx.CensusPage(ctx, part, uuid.Nil, 10_000, census.Bounds{Late: c.clock.now.AddDate(-1, 0, 0), Stuck: c.clock.now.AddDate(-1, 0, 0)})
			if err != nil {
				return err
			}
			require.Empty(c.t, page.Found, part)
		}
		return c.proven(ctx, tx)
	}))
	c.nothing("the portfolio's law", `
SELECT 'sums differ' FROM (
  SELECT
    coalesce(sum(original_minor) FILTER (WHERE kind <> 'deduction'), 0) AS billed,
    coalesce(sum(original_minor) FILTER (WHERE kind = 'deduction'), 0) AS taken,
    coalesce(sum(moved_minor), 0) AS moved,
    coalesce(sum(paid_minor + discounted_minor + credited_minor + written_off_minor + open_minor), 0) AS where_it_is
  FROM items) s
WHERE billed <> where_it_is OR taken <> moved`)
	c.nothing("claims and their own items", `
SELECT i.id::text || to_jsonb(i)::text || to_jsonb(p)::text FROM items i JOIN (
  SELECT item_id, sum(claimed_minor) AS claimed, sum(undecided_minor + credit_due_minor + denied_minor) AS owed, sum(credited_minor) AS credited,
    sum(written_off_minor) AS written, sum(repaid_minor) AS repaid, sum(withdrawn_minor) AS withdrawn
  FROM dispute_parts GROUP BY item_id) p ON p.item_id = i.id
WHERE i.kind IN ('deduction','claim') AND (
  i.original_minor <> p.claimed - p.withdrawn OR i.credited_minor <> p.credited OR i.written_off_minor + i.discounted_minor <> p.written
  OR i.paid_minor < p.repaid OR i.open_minor <> p.owed - (i.paid_minor - p.repaid))`)
}

// proven holds every claim against its record.
func (c *court) proven(ctx context.Context, tx port.Tx) error {
	list, err := tx.ListDisputes(ctx, port.DisputeFilter{}, port.Page{Limit: port.MaxLimit})
	if err != nil {
		return err
	}
	for _, d := range list.Items {
		decisions, err := tx.ClaimDecisionsOf(ctx, d.ID)
		if err != nil {
			return err
		}
		rows, err := c.conn.Query(ctx, `SELECT at, actor, action, data::text FROM audit_entries WHERE subject_id = $1 ORDER BY recorded_at, id`, d.ID)
		if err != nil {
			return err
		}
		entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e audit.Entry, err error) {
			var data string
			err = row.Scan(&e.At, &e.Actor, &e.Action, &data)
			e.Data = []byte(data)
			return e, err
		})
		if err != nil {
			return err
		}
		require.Empty(c.t, replay.ProveClaim(d, decisions, entries), "D-%d", d.Number)
	}
	return nil
}

// nothing asserts that a query finds nothing.
func (c *court) nothing(what, sql string) {
	c.t.Helper()
	rows, err := c.conn.Query(c.t.Context(), sql)
	require.NoError(c.t, err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(c.t, err)
	require.Empty(c.t, found, what)
}

// short records a receipt with claims.
func (c *court) short(number string, minor int64, list []app.ReceiptApplication, claims ...app.ShortPaymentClaim) (receivable.Receipt, []dispute.Dispute) {
	c.t.Helper()
	r, made, err := c.app.RecordShortPayment(c.t.Context(), c.collector, app.ShortPayment{Receipt: c.newReceipt(number, minor, list...), Claims: claims})
	require.NoError(c.t, err)
	require.NoError(c.t, r.Check())
	return r, made
}

// taxed is a claim of 200 of an invoice for a reason that needs no evidence.
func (c *court) taxed(owed receivable.Invoice) app.ShortPaymentClaim {
	return app.ShortPaymentClaim{InvoiceID: c.id(owed.ID), AmountMinor: 20_000, CustomerReason: "tax"}
}

// story is the example of MONEY.md: an invoice of 1,000 paid with 800, and a deduction of 200.
type story struct {
	*court
	invoice receivable.Invoice
	receipt receivable.Receipt
	claim   dispute.Dispute
	i, d    uuid.UUID // the items
}

func tell(c *court) story {
	c.t.Helper()
	s := story{court: c, invoice: c.owed("I", 100_000)}
	s.i = s.invoice.Items[0].ID
	receipt, made := c.short("B", 80_000, []app.ReceiptApplication{c.onItem(s.invoice.Items[0], 80_000, 0)}, c.taxed(s.invoice))
	require.Len(c.t, made, 1)
	s.receipt, s.claim = receipt, made[0]
	s.d = made[0].Parts[0].ItemID.UUID
	return s
}

// denied is the story until the claim was denied.
func (s story) denied() story {
	s.t.Helper()
	s.claim = s.decide(s.analyst, s.claim.ID, dispute.DecideInvalid).Dispute
	return s
}

// memo is the credit memo that the claim awaits.
func (c *court) memo(d dispute.Dispute, minor int64) app.NewCreditMemo {
	in := c.newMemo("C-1", minor)
	in.DisputeID = c.id(d.ID)
	return in
}

// woken runs fn and returns the workflows that were nudged by it.
func (c *court) woken(fn func()) []string {
	c.t.Helper()
	_, err := c.conn.Exec(c.t.Context(), `DELETE FROM nudges`)
	require.NoError(c.t, err)
	fn()
	rows, err := c.conn.Query(c.t.Context(), `SELECT workflow_id FROM nudges ORDER BY 1`)
	require.NoError(c.t, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(c.t, err)
	return ids
}

// entries lists the actions on record about a claim, in order.
func (c *court) entries(id uuid.UUID) []string {
	c.t.Helper()
	rows, err := c.conn.Query(c.t.Context(), `SELECT action FROM audit_entries WHERE subject_id = $1 ORDER BY recorded_at, id`, id)
	require.NoError(c.t, err)
	actions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(c.t, err)
	return actions
}

// amountsOf reads the claim's amounts.
func (c *court) amountsOf(id uuid.UUID) dispute.Amounts {
	c.t.Helper()
	return c.file(id).Amounts()
}
