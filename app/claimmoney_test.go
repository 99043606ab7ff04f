package app_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
)

// Each test here is a row of MONEY.md's table: invoice I of 1,000.00, deduction D.

func TestReceipt800WithAClaimOf200(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	var s story
	woken := c.woken(func() { s = tell(c) })
	s.holds(s.i, balance{Original: 100_000, Paid: 80_000, Moved: 20_000})
	s.holds(s.d, balance{Original: 20_000, Open: 20_000, Disputed: 20_000})
	require.Equal(t, dispute.Amounts{ClaimedMinor: 20_000, UndecidedMinor: 20_000}, s.claim.Amounts())
	require.Equal(t, []any{dispute.Investigating, "tax", dispute.Deduction, s.id(s.receipt.ID)},
		[]any{s.claim.State, s.claim.Reason, s.claim.Kind, s.claim.ReceiptID})
	require.Contains(t, woken, "invoice/"+s.invoice.ID.String())
	require.Contains(t, woken, "dispute/"+s.claim.ID.String())
	require.NotContains(t, woken, "deduction/"+s.d.String(), "nothing is collected yet")
	require.Equal(t, []string{"dispute.opened"}, s.entries(s.claim.ID))
	f := s.file(s.claim.ID)
	require.Len(t, f.Messages, 1)
	require.Equal(t, []string{"acknowledgement", "due"}, []string{f.Messages[0].Kind, f.Messages[0].State})
	testkit.CheckEvents(t, s.db)
}

func TestValidIsCredited(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	f := s.decide(s.analyst, s.claim.ID, dispute.DecideValid)
	require.Equal(t, []any{dispute.AwaitingCreditMemo, dispute.Valid}, []any{f.State, f.Outcome})
	s.holds(s.d, balance{Original: 20_000, Open: 20_000, Disputed: 20_000})
	s.recorded(s.claim.ID, "dispute.credit_memo_requested")
	s.deadline(s.claim.ID, dispute.DeadlineCreditMemo)

	s.refuses("credit_memo.exceeds_claim", func(ctx context.Context) error {
		_, err := s.app.CreateCreditMemo(ctx, s.supervisor, s.memo(s.claim, 20_001))
		return err
	})
	var woken []string
	s.again(func(ctx context.Context) {
		woken = append(woken, s.woken(func() {
			m, err := s.app.CreateCreditMemo(ctx, s.supervisor, s.memo(s.claim, 20_000))
			require.NoError(t, err)
			require.Equal(t, []int64{20_000, 0}, []int64{m.AppliedMinor, m.OpenMinor})
		})...)
	})
	require.Contains(t, woken, "dispute/"+s.claim.ID.String())
	s.holds(s.d, balance{Original: 20_000, Credited: 20_000})
	s.holds(s.i, balance{Original: 100_000, Paid: 80_000, Moved: 20_000})
	f = s.file(s.claim.ID)
	require.Equal(t, dispute.Closed, f.State)
	require.Equal(t, dispute.Amounts{ClaimedMinor: 20_000, CreditedMinor: 20_000}, f.Amounts())
	s.recorded(s.claim.ID, "dispute.credited", "dispute.closed", "dispute.decided")
	s.stands(s.claim.ID)
	testkit.CheckEvents(t, s.db)
}

func TestToleranceIsWrittenOff(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	_, made := c.short("B", 99_600, []app.ReceiptApplication{c.onItem(owed.Items[0], 99_600, 0)}, app.ShortPaymentClaim{InvoiceID: c.id(owed.ID), AmountMinor: 400})
	require.Len(t, made, 1)
	d := c.file(made[0].ID)
	require.Equal(t, []any{dispute.Closed, dispute.Tolerated}, []any{d.State, d.Outcome})
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 400, WrittenOff: 400})
	c.holds(owed.Items[0].ID, balance{Original: 100_000, Paid: 99_600, Moved: 400})
	require.EqualValues(t, 1, c.number(`SELECT count(*) FROM write_offs WHERE kind = 'small_difference' AND receipt_id IS NOT NULL`))
	require.Empty(t, d.Messages, "nobody is written to about a small difference")
	testkit.CheckEvents(t, c.db)
}

func TestConcessionIsWrittenOff(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	f, err := s.app.SettleDispute(t.Context(), s.analyst, s.claim.ID, app.Settlement{AmountMinor: 20_000, Comment: "for peace"})
	require.NoError(t, err)
	require.Equal(t, []any{dispute.Closed, dispute.Settled}, []any{f.State, f.Outcome})
	s.holds(s.d, balance{Original: 20_000, WrittenOff: 20_000})
	require.EqualValues(t, 1, s.number(`SELECT count(*) FROM write_offs WHERE kind = 'concession'`))
	testkit.CheckEvents(t, s.db)
}

func TestDeniedIsCollected(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	woken := s.woken(func() { s = s.denied() })
	s.holds(s.d, balance{Original: 20_000, Open: 20_000})
	require.Equal(t, []any{dispute.AwaitingRepayment, dispute.Invalid, day("2026-03-12")}, []any{s.claim.State, s.claim.Outcome, s.claim.PayableBy})
	require.Equal(t, "2026-03-12/2026-02-15", s.text(`SELECT due_date || '/' || aging_date FROM items WHERE id = $1`, s.d))
	require.Contains(t, woken, "deduction/"+s.d.String())
	require.Contains(t, woken, "dispute/"+s.claim.ID.String())
	require.Equal(t, "deduction/repayment", s.text(`
SELECT c.kind || '/' || v.key FROM cases c JOIN policy_versions v ON v.id = c.policy_version_id WHERE c.id = $1`, s.d))
	s.recorded(s.claim.ID, "dispute.denied")
	s.recorded(s.d, "case.armed")
	require.Equal(t, "denial", s.file(s.claim.ID).Messages[1].Kind)
	s.deadline(s.claim.ID, dispute.DeadlineRepayment)
	testkit.CheckEvents(t, s.db)
}

func TestPartlyValid120Of200(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	f, err := s.app.DecideDispute(t.Context(), s.analyst, s.claim.ID, app.NewDecision{Kind: dispute.DecidePartially, ValidMinor: 12_000, DeniedMinor: 8_000})
	require.NoError(t, err)
	require.Equal(t, []any{dispute.AwaitingCreditMemo, dispute.PartiallyValid}, []any{f.State, f.Outcome})
	s.holds(s.d, balance{Original: 20_000, Open: 20_000, Disputed: 12_000})
	s.credit(s.memo(s.claim, 12_000))
	s.holds(s.d, balance{Original: 20_000, Credited: 12_000, Open: 8_000})
	require.Equal(t, dispute.AwaitingRepayment, s.file(s.claim.ID).State)
	s.repays(f.Dispute, 8_000)
	s.holds(s.d, balance{Original: 20_000, Credited: 12_000, Paid: 8_000})
	require.Equal(t, dispute.Closed, s.file(s.claim.ID).State)
	testkit.CheckEvents(t, s.db)
}

func TestDeniedAnd50Repaid(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t)).denied()
	woken := s.woken(func() { s.repays(s.claim, 5_000) })
	s.holds(s.d, balance{Original: 20_000, Paid: 5_000, Open: 15_000})
	require.Equal(t, dispute.Amounts{ClaimedMinor: 20_000, RepaidMinor: 5_000, DeniedMinor: 15_000}, s.amountsOf(s.claim.ID))
	require.Contains(t, woken, "deduction/"+s.d.String())
	require.Contains(t, woken, "dispute/"+s.claim.ID.String())
	s.recorded(s.claim.ID, "dispute.repaid")
	s.repays(s.claim, 15_000)
	s.holds(s.d, balance{Original: 20_000, Paid: 20_000})
	require.Equal(t, dispute.Closed, s.file(s.claim.ID).State)
	testkit.CheckEvents(t, s.db)
}

func TestCustomerAppeals(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t)).denied()
	s.repays(s.claim, 5_000)
	woken := s.woken(func() {
		_, err := s.app.AppealDispute(t.Context(), s.collector, s.claim.ID, app.Appeal{Reason: "here is the proof"})
		require.NoError(t, err)
	})
	s.holds(s.d, balance{Original: 20_000, Paid: 5_000, Open: 15_000, Disputed: 15_000})
	require.Contains(t, woken, "deduction/"+s.d.String(), "what is held back is not asked for")
}

func TestAppealFoundValidInFull(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t)).denied()
	repaid := s.repays(s.claim, 5_000)
	_, err := s.app.AppealDispute(t.Context(), s.collector, s.claim.ID, app.Appeal{AmountMinor: 20_000, Reason: "here is the proof"})
	require.NoError(t, err)
	s.holds(s.d, balance{Original: 20_000, Paid: 5_000, Open: 15_000, Disputed: 15_000})
	s.decide(s.second, s.claim.ID, dispute.DecideValid)
	s.holds(s.d, balance{Original: 20_000, Open: 20_000, Disputed: 20_000})
	s.credit(s.memo(s.claim, 20_000))
	s.holds(s.d, balance{Original: 20_000, Credited: 20_000})
	r, err := s.app.Receipt(t.Context(), s.reader, repaid.ID)
	require.NoError(t, err)
	require.NoError(t, r.Check())
	require.Equal(t, []int64{0, 5_000}, []int64{r.AppliedMinor, r.OnAccountMinor}, "the 50 goes on account")
	require.Equal(t, dispute.Closed, s.file(s.claim.ID).State)
	s.recorded(s.d, "receipt.put_on_account")
	testkit.CheckEvents(t, s.db)
}

func TestDeniedIsGivenUp(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t)).denied()
	s.repays(s.claim, 5_000)
	f, err := s.app.GiveUpDispute(t.Context(), s.supervisor, s.claim.ID, app.Settlement{Comment: "insolvent"})
	require.NoError(t, err)
	require.Equal(t, []any{dispute.Closed, dispute.Invalid}, []any{f.State, f.Outcome})
	s.holds(s.d, balance{Original: 20_000, Paid: 5_000, WrittenOff: 15_000})
	require.EqualValues(t, 1, s.number(`SELECT count(*) FROM write_offs WHERE kind = 'bad_debt'`))
}

func TestReceiptReversedWhileUndecided(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	woken := s.woken(func() {
		s.again(func(ctx context.Context) {
			_, err := s.app.ReverseReceipt(ctx, s.collector, s.receipt.ID, "returned by the bank")
			require.NoError(t, err)
		})
	})
	s.holds(s.i, balance{Original: 100_000, Open: 100_000})
	s.holds(s.d, balance{})
	f := s.file(s.claim.ID)
	require.Equal(t, dispute.Void, f.State)
	require.Equal(t, dispute.Amounts{ClaimedMinor: 20_000, WithdrawnMinor: 20_000}, f.Amounts())
	require.Contains(t, woken, "invoice/"+s.invoice.ID.String())
	require.Contains(t, woken, "dispute/"+s.claim.ID.String())
	s.recorded(s.claim.ID, "dispute.voided")
	s.stands(s.claim.ID)
	require.Zero(t, s.number(`SELECT count(*) FROM tasks WHERE kind = 'dispute_review'`))
	testkit.CheckEvents(t, s.db)
}

func TestReceiptReversedAfterTheDecision(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t)).denied()
	s.again(func(ctx context.Context) {
		_, err := s.app.ReverseReceipt(ctx, s.collector, s.receipt.ID, "returned by the bank")
		require.NoError(t, err)
	})
	s.holds(s.i, balance{Original: 100_000, Moved: 20_000, Open: 80_000})
	s.holds(s.d, balance{Original: 20_000, Open: 20_000})
	require.Equal(t, dispute.AwaitingRepayment, s.file(s.claim.ID).State)
	require.EqualValues(t, 1, s.number(`SELECT count(*) FROM tasks WHERE kind = 'dispute_review' AND role = 'supervisor' AND state = 'open'`))
	testkit.CheckEvents(t, s.db)
}

// netted is 3 invoices of 1,000 paid by one receipt of 2,800 with a claim of 200 that names none.
func netted(c *court) (receivable.Receipt, dispute.Dispute, []receivable.Invoice) {
	c.t.Helper()
	list := []receivable.Invoice{c.owed("I-1", 100_000), c.owed("I-2", 100_000), c.owed("I-3", 100_000)}
	var on []app.ReceiptApplication
	for _, inv := range list {
		on = append(on, c.onItem(inv.Items[0], 100_000, 0))
	}
	r, made := c.short("B", 280_000, on, app.ShortPaymentClaim{AmountMinor: 20_000, CustomerReason: "tax", ClaimReference: "R-77"})
	require.Len(c.t, made, 1)
	return r, made[0], list
}

func TestReceipt2800WithANettedClaim(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	r, d, list := netted(c)
	require.Equal(t, []int64{280_000, 20_000, 300_000, 0}, []int64{r.AmountMinor, r.NettedMinor, r.AppliedMinor, r.Rest()})
	for _, inv := range list {
		c.holds(inv.Items[0].ID, balance{Original: 100_000, Paid: 100_000})
	}
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 20_000, Open: 20_000, Disputed: 20_000})
	require.False(t, d.Parts[0].InvoiceID.Valid)
	require.Equal(t, "claim", c.text(`SELECT kind FROM items WHERE id = $1`, d.Parts[0].ItemID.UUID))
	f := c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 20_000, Open: 20_000})
	require.Equal(t, dispute.AwaitingRepayment, f.State)
	require.EqualValues(t, 1, c.number(`SELECT count(*) FROM cases WHERE id = $1 AND kind = 'deduction'`, d.Parts[0].ItemID.UUID))
	testkit.CheckEvents(t, c.db)
}

func TestReceiptReversedItsNettedClaimUndecided(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	r, d, list := netted(c)
	got, err := c.app.ReverseReceipt(t.Context(), c.collector, r.ID, "returned")
	require.NoError(t, err)
	require.Equal(t, []int64{0, 0, 0, 0}, []int64{got.AmountMinor, got.NettedMinor, got.AppliedMinor, got.Rest()})
	c.holds(d.Parts[0].ItemID.UUID, balance{})
	c.holds(list[0].Items[0].ID, balance{Original: 100_000, Open: 100_000})
	require.Equal(t, dispute.Void, c.file(d.ID).State)
}

func TestReceiptReversedItsNettedClaimDecided(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	r, d, list := netted(c)
	c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	got, err := c.app.ReverseReceipt(t.Context(), c.collector, r.ID, "returned")
	require.NoError(t, err)
	require.Equal(t, []int64{0, 20_000, 0, 20_000}, []int64{got.AmountMinor, got.NettedMinor, got.AppliedMinor, got.OnAccountMinor})
	for _, inv := range list {
		c.holds(inv.Items[0].ID, balance{Original: 100_000, Open: 100_000})
	}
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 20_000, Open: 20_000})
	require.EqualValues(t, 1, c.number(`SELECT count(*) FROM tasks WHERE kind = 'dispute_review'`))
	got, err = c.app.ApplyReceipt(t.Context(), c.collector, r.ID, got.CustomerID, []app.ReceiptApplication{c.onItem(list[0].Items[0], 20_000, 0)})
	require.NoError(t, err, "what was netted and stays decided can be applied")
	require.NoError(t, got.Check())
	c.holds(list[0].Items[0].ID, balance{Original: 100_000, Paid: 20_000, Open: 80_000})
}

func TestDisputed300BeforePaymentThen1000Paid(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	i := owed.Items[0]
	d, err := c.app.OpenDispute(t.Context(), c.collector, app.NewDispute{
		Kind: dispute.Contest, CustomerID: c.customer.ID, Currency: "EUR", CustomerReason: "tax",
		Parts: []app.NewDisputePart{{InvoiceNumber: "I", AmountMinor: 30_000}},
	})
	require.NoError(t, err)
	c.holds(i.ID, balance{Original: 100_000, Open: 100_000, Disputed: 30_000})
	r := c.paid("B", i, 100_000)
	c.holds(i.ID, balance{Original: 100_000, Paid: 100_000})
	require.True(t, c.file(d.ID).PaidInProtest)
	c.recorded(d.ID, "dispute.paid_in_protest")
	f := c.decide(c.analyst, d.ID, dispute.DecideValid)
	require.Equal(t, dispute.AwaitingCreditMemo, f.State)
	c.credit(c.memo(d, 30_000))
	c.holds(i.ID, balance{Original: 100_000, Paid: 70_000, Credited: 30_000})
	got, err := c.app.Receipt(t.Context(), c.reader, r.ID)
	require.NoError(t, err)
	require.NoError(t, got.Check())
	require.EqualValues(t, 30_000, got.OnAccountMinor, "300 on account")
	require.Equal(t, dispute.Closed, c.file(d.ID).State)
	testkit.CheckEvents(t, c.db)
}

func TestPaidUnderProtestThenDenied(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.claim(dispute.Contest, 30_000, "tax")
	i := d.Parts[0].ItemID.UUID
	r := c.paid("B", receivable.Item{ID: i}, 1_000_000)
	f := c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	require.Equal(t, dispute.Closed, f.State, "nothing is left to collect")
	require.Equal(t, dispute.Amounts{ClaimedMinor: 30_000, RepaidMinor: 30_000}, f.Amounts())
	_, err := c.app.ReverseReceipt(t.Context(), c.collector, r.ID, "returned")
	require.NoError(t, err)
	f = c.file(d.ID)
	require.Equal(t, dispute.AwaitingRepayment, f.State)
	require.Equal(t, dispute.Amounts{ClaimedMinor: 30_000, DeniedMinor: 30_000}, f.Amounts())
	c.holds(i, balance{Original: 1_000_000, Open: 1_000_000})
	c.paid("B-2", receivable.Item{ID: i}, 1_000_000)
	require.Equal(t, dispute.Closed, c.file(d.ID).State)
	c.laws()
}

func TestDiscountTakenOn1000LessACreditOf100(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	in := c.newMemo("C-1", 10_000)
	in.InvoiceID = c.id(owed.ID)
	c.credit(in)
	c.receive(c.newReceipt("B", 88_200, c.onItem(owed.Items[0], 88_200, 1_800)))
	c.holds(owed.Items[0].ID, balance{Original: 100_000, Credited: 10_000, Discounted: 1_800, Paid: 88_200})
}

// text reads one text.
func (c *court) text(sql string, args ...any) string {
	c.t.Helper()
	var s string
	require.NoError(c.t, c.conn.QueryRow(c.t.Context(), sql, args...).Scan(&s))
	return s
}
