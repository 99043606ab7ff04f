package app_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
)

// taken is a deduction of the court's customer.
func (c *court) taken(minor int64, parts ...app.NewDisputePart) app.NewDispute {
	return app.NewDispute{Kind: dispute.Deduction, CustomerID: c.customer.ID, Currency: "EUR", AmountMinor: minor, CustomerReason: "tax", Parts: parts}
}

func (c *court) open(in app.NewDispute) dispute.Dispute {
	c.t.Helper()
	d, err := c.app.OpenDispute(c.t.Context(), c.collector, in)
	require.NoError(c.t, err)
	require.NoError(c.t, d.Check())
	c.laws()
	return d
}

func TestOpenOnce(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	var ids []uuid.UUID
	c.again(func(ctx context.Context) {
		d, err := c.app.OpenDispute(ctx, c.collector, c.taken(0, app.NewDisputePart{ItemID: c.id(owed.Items[0].ID), AmountMinor: 5_000}))
		require.NoError(t, err)
		ids = append(ids, d.ID)
	})
	require.Equal(t, ids[0], ids[1])
	c.holds(owed.Items[0].ID, balance{Original: 100_000, Moved: 5_000, Open: 95_000})
	require.EqualValues(t, 1, c.number(`SELECT count(*) FROM disputes`))
}

func TestShortPaymentOnce(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	s := tell(c)
	r, made := c.short("B", 80_000, nil, c.taxed(s.invoice))
	require.Equal(t, s.receipt.ID, r.ID)
	require.Equal(t, []uuid.UUID{s.claim.ID}, []uuid.UUID{made[0].ID}, "the same receipt answers with its claims")
	c.laws()
}

// A claim on an invoice with instalments goes to the oldest of them, each part with an item of its own.
func TestDeductionOverInstalments(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 30_000, 70_000)
	d := c.open(c.taken(0, app.NewDisputePart{InvoiceNumber: "I", AmountMinor: 40_000}))
	require.Len(t, d.Parts, 2)
	c.holds(owed.Items[0].ID, balance{Original: 30_000, Moved: 30_000})
	c.holds(owed.Items[1].ID, balance{Original: 70_000, Moved: 10_000, Open: 60_000})
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 30_000, Open: 30_000, Disputed: 30_000})
	c.holds(d.Parts[1].ItemID.UUID, balance{Original: 10_000, Open: 10_000, Disputed: 10_000})
	f, err := c.app.DecideDispute(t.Context(), c.analyst, d.ID, app.NewDecision{Kind: dispute.DecidePartially, ValidMinor: 35_000, DeniedMinor: 5_000})
	require.NoError(t, err)
	c.credit(c.memo(f.Dispute, 35_000))
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 30_000, Credited: 30_000})
	c.holds(d.Parts[1].ItemID.UUID, balance{Original: 10_000, Credited: 5_000, Open: 5_000})
	require.EqualValues(t, 1, c.number(`SELECT count(*) FROM cases WHERE kind = 'deduction'`), "the credited part needs no collection")
}

// A claim of a paid invoice names no item that is open: it is a case without an item.
func TestClaimAfterPayment(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	c.paid("B", owed.Items[0], 100_000)
	valid := c.open(c.taken(0, app.NewDisputePart{InvoiceID: c.id(owed.ID), AmountMinor: 7_000}))
	require.False(t, valid.Parts[0].ItemID.Valid)
	require.Equal(t, c.id(owed.ID), valid.Parts[0].InvoiceID)
	c.decide(c.analyst, valid.ID, dispute.DecideValid)
	m := c.credit(c.memo(valid, 7_000))
	require.Equal(t, []int64{0, 7_000}, []int64{m.AppliedMinor, m.OpenMinor}, "it stays open, for the customer's use")
	require.Equal(t, dispute.Closed, c.file(valid.ID).State)

	_, err := c.app.VoidCreditMemo(t.Context(), c.supervisor, m.ID, "wrong")
	require.NoError(t, err)
	f := c.file(valid.ID)
	require.Equal(t, []any{dispute.AwaitingCreditMemo, int64(7_000)}, []any{f.State, f.Amounts().CreditDueMinor})
	c.laws()

	denied := c.open(c.taken(3_000))
	f = c.decide(c.analyst, denied.ID, dispute.DecideInvalid)
	require.Equal(t, dispute.Closed, f.State, "nothing is owed")
	testkit.CheckEvents(t, c.db)
}

// What may be there already is linked, never merged, and told.
func TestSuspectedDuplicates(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	one, two := c.owed("I-1", 100_000), c.owed("I-2", 100_000)
	in := c.taken(0, app.NewDisputePart{ItemID: c.id(one.Items[0].ID), AmountMinor: 5_000})
	in.ClaimReference = "CB-4711"
	first := c.open(in)
	require.Empty(t, c.file(first.ID).Links)
	in = c.taken(0, app.NewDisputePart{ItemID: c.id(two.Items[0].ID), AmountMinor: 6_000})
	in.ClaimReference = "cb 4711"
	byReference := c.open(in)
	links := c.file(byReference.ID).Links
	require.Len(t, links, 1)
	require.Equal(t, []any{first.ID, "duplicate", "suspected", dispute.SameReference}, []any{links[0].OtherID, links[0].Kind, links[0].State, links[0].Why})
	same := c.open(c.taken(0, app.NewDisputePart{ItemID: c.id(two.Items[0].ID), AmountMinor: 6_000}))
	links = c.file(same.ID).Links
	require.Len(t, links, 1)
	require.Equal(t, []any{byReference.ID, dispute.SameClaim}, []any{links[0].OtherID, links[0].Why})
	require.NotEmpty(t, c.file(first.ID).Links, "the first one shows it, too")
	c.recorded(same.ID, "dispute.linked")
	testkit.CheckEvents(t, c.db)
}

func TestUnknownReasonIsAnAnalystsTask(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	in := c.taken(0, app.NewDisputePart{ItemID: c.id(owed.Items[0].ID), AmountMinor: 5_000})
	in.CustomerReason = "ZZ-17"
	d := c.open(in)
	require.Equal(t, []any{dispute.Opened, ""}, []any{d.State, d.Reason})
	require.EqualValues(t, 1, c.number(`SELECT count(*) FROM tasks WHERE kind = 'dispute_triage' AND role = 'analyst' AND state = 'open'`))
	for _, reason := range []string{"Frieght", "UNSALABLES", "unsaleables "} {
		in.CustomerReason = reason
		require.NotEmpty(t, c.open(in).Reason, reason)
	}
	testkit.CheckEvents(t, c.db)
}

func TestEarnedDiscountClosesByItself(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	claim := app.ShortPaymentClaim{InvoiceID: c.id(owed.ID), AmountMinor: 2_000, CustomerReason: "cash discount"}
	r, made := c.short("B", 98_000, []app.ReceiptApplication{c.onItem(owed.Items[0], 98_000, 0)}, claim)
	d := c.file(made[0].ID)
	require.Equal(t, []any{dispute.Closed, dispute.Earned}, []any{d.State, d.Outcome})
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 2_000, Discounted: 2_000})
	_, err := c.app.ReverseReceipt(t.Context(), c.collector, r.ID, "returned")
	require.NoError(t, err)
	c.holds(owed.Items[0].ID, balance{Original: 100_000, Open: 100_000})
	c.holds(d.Parts[0].ItemID.UUID, balance{})
	c.void(d.ID)

	late := c.owed("I-2", 100_000)
	in := c.newReceipt("B-2", 98_000, c.onItem(late.Items[0], 98_000, 0))
	in.ValueDate = day("2026-02-19") // four days after the last day of the terms; three are grace
	claim.InvoiceID = c.id(late.ID)
	_, made, err = c.app.RecordShortPayment(t.Context(), c.collector, app.ShortPayment{Receipt: in, Claims: []app.ShortPaymentClaim{claim}})
	require.NoError(t, err)
	require.Equal(t, []any{dispute.Investigating, "unearned_discount"}, []any{made[0].State, made[0].Reason})
	testkit.CheckEvents(t, c.db)
}

func TestToleranceGoesWithItsReceipt(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	r, made := c.short("B", 99_600, []app.ReceiptApplication{c.onItem(owed.Items[0], 99_600, 0)}, app.ShortPaymentClaim{InvoiceID: c.id(owed.ID), AmountMinor: 400})
	_, err := c.app.ReverseReceipt(t.Context(), c.collector, r.ID, "returned")
	require.NoError(t, err)
	c.holds(owed.Items[0].ID, balance{Original: 100_000, Open: 100_000})
	c.void(made[0].ID)
	testkit.CheckEvents(t, c.db)
}

// void: what a rule had closed by itself went with its receipt, and the record proves each step.
func (c *court) void(id uuid.UUID) {
	c.t.Helper()
	f := c.file(id)
	require.Equal(c.t, []any{dispute.Void, dispute.Outcome("")}, []any{f.State, f.Outcome})
	require.Equal(c.t, f.Amounts().ClaimedMinor, f.Amounts().WithdrawnMinor)
	require.Subset(c.t, c.entries(id), []string{"dispute.decided", "dispute.closed", "dispute.voided"})
	c.laws()
}

// An invoice that is void takes a claim along on which nobody had decided; what was decided is closed and not void.
func TestADecidedClaimOnAVoidInvoiceIsClosed(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.claim(dispute.Contest, 5_000, "tax")
	c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	_, err := c.app.VoidInvoice(t.Context(), c.supervisor, d.Parts[0].InvoiceID.UUID, "never delivered")
	require.NoError(t, err)
	f := c.file(d.ID)
	require.Equal(t, []any{dispute.Closed, dispute.Invalid}, []any{f.State, f.Outcome})
	require.Equal(t, dispute.Amounts{ClaimedMinor: 5_000, WithdrawnMinor: 5_000}, f.Amounts())
	c.laws()
}

// MONEY.md: a short payment's remainder becomes a deduction with a reason, a claim reference or a rule of the customer, its
// segment or the installation, and else it is a residual. What is small enough is tolerated before.
func TestARuleMakesADifferenceADeduction(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	_, err := c.app.UpdateCustomer(t.Context(), c.supervisor, c.customer.ID, app.CustomerChange{Version: c.customer.Version, Segment: ptr("retail")})
	require.NoError(t, err)
	publish := func(scope, rule string) {
		t.Helper()
		in := app.NewRules{Scope: scope, Body: []byte(`{"short_payment":` + rule + `}`)}
		if scope == "customer" {
			in.CustomerID = c.id(c.customer.ID)
		}
		if scope == "segment" {
			in.Segment = "retail"
		}
		_, err := c.app.PublishTriageRules(t.Context(), c.supervisor, in)
		require.NoError(t, err)
	}
	number := 0
	short := func(withheld int64, change func(*app.ShortPaymentClaim)) []dispute.Dispute {
		t.Helper()
		number++
		name := string(rune('a' + number))
		owed := c.owed("I-"+name, 100_000)
		claim := app.ShortPaymentClaim{InvoiceID: c.id(owed.ID), AmountMinor: withheld}
		if change != nil {
			change(&claim)
		}
		_, made := c.short("B-"+name, 100_000-withheld, []app.ReceiptApplication{c.onItem(owed.Items[0], 100_000-withheld, 0)}, claim)
		want := balance{Original: 100_000, Paid: 100_000 - withheld, Open: withheld}
		if len(made) > 0 {
			want.Open, want.Moved = 0, withheld
		}
		c.holds(owed.Items[0].ID, want)
		return made
	}
	require.Empty(t, short(20_000, nil), "a residual")
	publish("default", `{"as":"deduction","reason":"tax"},"codes":[{"match":["tax"],"reason":"tax"}]`)
	made := short(20_000, nil)
	require.Equal(t, []any{"tax", dispute.Investigating}, []any{made[0].Reason, made[0].State})
	require.Equal(t, "rule", c.text(`SELECT data->>'how' FROM audit_entries WHERE action = 'dispute.opened' AND subject_id = $1`, made[0].ID))
	publish("segment", `{"as":"residual"}`)
	require.Empty(t, short(20_000, nil), "the segment's comes before the installation's")
	publish("customer", `{"as":"deduction"}`)
	made = short(20_000, nil)
	require.Equal(t, []any{"", dispute.Opened}, []any{made[0].Reason, made[0].State}, "the customer's comes first; an analyst finds the reason")
	publish("customer", `{"as":"deduction","reason":"pricing"}`)
	require.Equal(t, "pricing", short(20_000, nil)[0].Reason)
	require.Equal(t, "tax", short(20_000, func(in *app.ShortPaymentClaim) { in.CustomerReason = "tax" })[0].Reason, "what the customer says counts")
	publish("customer", `{"as":"residual"}`)
	require.Empty(t, short(20_000, nil))
	require.Len(t, short(20_000, func(in *app.ShortPaymentClaim) { in.ClaimReference = "DM-1" }), 1, "a reference makes it a claim")
	c.laws()
}

// What is small enough is tolerated before the rule is asked, which then has no say in its reason.
func TestToleranceComesBeforeTheRuleForDifferences(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	_, err := c.app.PublishTriageRules(t.Context(), c.supervisor, app.NewRules{
		Scope: "customer", CustomerID: c.id(c.customer.ID), Body: []byte(`{"short_payment":{"as":"deduction","reason":"tax"}}`),
	})
	require.NoError(t, err)
	owed := c.owed("I", 100_000)
	_, made := c.short("B", 99_600, []app.ReceiptApplication{c.onItem(owed.Items[0], 99_600, 0)}, app.ShortPaymentClaim{InvoiceID: c.id(owed.ID), AmountMinor: 400})
	require.Equal(t, []any{dispute.Closed, dispute.Tolerated, ""}, []any{made[0].State, made[0].Outcome, made[0].Reason})
	_, made = c.short("N", 80_000, nil, app.ShortPaymentClaim{AmountMinor: 20_000})
	require.Equal(t, []any{dispute.Investigating, "tax"}, []any{made[0].State, made[0].Reason}, "what is netted is a claim anyway")
	c.refuses(app.CodeRulesInvalid, func(ctx context.Context) error {
		_, err := c.app.PublishTriageRules(ctx, c.supervisor, app.NewRules{Scope: "default", Body: []byte(`{"short_payment":{"as":"deduction","reason":"weather"}}`)})
		return err
	})
	c.laws()
}

// What is too large for the tolerance and has no reason is no claim: it stays open and is dunned.
func TestResidualIsNoClaim(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	_, made := c.short("B", 99_000, []app.ReceiptApplication{c.onItem(owed.Items[0], 99_000, 0)}, app.ShortPaymentClaim{InvoiceID: c.id(owed.ID), AmountMinor: 1_000})
	require.Empty(t, made)
	c.holds(owed.Items[0].ID, balance{Original: 100_000, Paid: 99_000, Open: 1_000})
}

// Who does it again and again is not tolerated, and a month has its cap.
func TestToleranceEnds(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	for n, want := range []bool{true, true, true, false} {
		owed := c.owed("I"+string(rune('0'+n)), 100_000)
		_, made := c.short("B"+string(rune('0'+n)), 99_600, []app.ReceiptApplication{c.onItem(owed.Items[0], 99_600, 0)},
			app.ShortPaymentClaim{InvoiceID: c.id(owed.ID), AmountMinor: 400})
		require.Equal(t, want, len(made) == 1, n)
	}
	c.laws()
}

func TestOpenMemoIsUsedFirst(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	in := s.newMemo("C-1", 15_000)
	in.InvoiceID = s.id(s.invoice.ID)
	m := s.credit(in)
	require.EqualValues(t, 15_000, m.OpenMinor, "a deduction is not credited before it was found valid")
	f := s.decide(s.analyst, s.claim.ID, dispute.DecideValid)
	require.Equal(t, []any{dispute.AwaitingCreditMemo, int64(5_000)}, []any{f.State, f.Amounts().CreditDueMinor})
	s.holds(s.d, balance{Original: 20_000, Credited: 15_000, Open: 5_000, Disputed: 5_000})
	require.EqualValues(t, 5_000, s.number(`SELECT (data->>'amount_minor')::bigint FROM audit_entries WHERE action = 'dispute.credit_memo_requested'`))
	_, err := s.app.VoidCreditMemo(t.Context(), s.supervisor, m.ID, "wrong")
	require.NoError(t, err)
	s.holds(s.d, balance{Original: 20_000, Open: 20_000, Disputed: 20_000})
	require.EqualValues(t, 20_000, s.amountsOf(s.claim.ID).CreditDueMinor)
	s.recorded(s.claim.ID, "dispute.uncredited")
	testkit.CheckEvents(t, s.db)
}

// A credit memo that says what it is for is found by the claim's reference.
func TestOpenMemoByReference(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	_, d, _ := netted(c)
	in := c.newMemo("C-1", 20_000)
	in.Reason = "your debit note R-77"
	c.credit(in)
	f := c.decide(c.analyst, d.ID, dispute.DecideValid)
	require.Equal(t, dispute.Closed, f.State)
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 20_000, Credited: 20_000})
}

func TestVoidMemoReopensTheClaim(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	s.decide(s.analyst, s.claim.ID, dispute.DecideValid)
	m := s.credit(s.memo(s.claim, 20_000))
	require.Equal(t, dispute.Closed, s.file(s.claim.ID).State)
	s.again(func(ctx context.Context) {
		_, err := s.app.VoidCreditMemo(ctx, s.supervisor, m.ID, "wrong")
		require.NoError(t, err)
	})
	s.holds(s.d, balance{Original: 20_000, Open: 20_000, Disputed: 20_000})
	f := s.file(s.claim.ID)
	require.Equal(t, dispute.AwaitingCreditMemo, f.State)
	require.Nil(t, f.ClosedAt)
	s.deadline(s.claim.ID, dispute.DeadlineCreditMemo)
	testkit.CheckEvents(t, s.db)
}

// What is put on a deduction without asking its case says how it ends: a memo that it was valid, a write-off that it is given
// up.
func TestMoneySaysHowAClaimEnds(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	s := tell(c)
	m := c.credit(c.newMemo("C-9", 20_000))
	_, err := c.app.ApplyCreditMemo(t.Context(), c.supervisor, m.ID, []app.ItemAmount{{ItemID: s.d, AmountMinor: 20_000}})
	require.NoError(t, err)
	f := c.file(s.claim.ID)
	require.Equal(t, []any{dispute.Closed, dispute.Valid}, []any{f.State, f.Outcome})
	c.holds(s.d, balance{Original: 20_000, Credited: 20_000})

	d := c.open(app.NewDispute{Kind: dispute.Deduction, CustomerID: c.customer.ID, Currency: "EUR", CustomerReason: "tax",
		Parts: []app.NewDisputePart{{InvoiceID: c.id(c.owed("J", 50_000).ID), AmountMinor: 1_000}}})
	item := d.Parts[0].ItemID.UUID
	c.again(func(ctx context.Context) {
		_, err := c.app.WriteOff(ctx, c.supervisor, app.NewWriteOff{ItemID: item, Kind: receivable.Concession, AmountMinor: 600, Currency: "EUR", Reason: "small"})
		require.NoError(t, err)
	})
	c.holds(item, balance{Original: 1_000, WrittenOff: 600, Open: 400, Disputed: 400})
	require.Equal(t, dispute.Investigating, c.file(d.ID).State)
	c.paid("B-9", receivable.Item{ID: item}, 400)
	f = c.file(d.ID)
	require.Equal(t, []any{dispute.Investigating, true}, []any{f.State, f.PaidInProtest})
	c.holds(item, balance{Original: 1_000, WrittenOff: 600, Paid: 400})
	f = c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	require.Equal(t, dispute.Closed, f.State)
	require.Equal(t, dispute.Amounts{ClaimedMinor: 1_000, WrittenOffMinor: 600, RepaidMinor: 400}, f.Amounts())
	testkit.CheckEvents(t, c.db)
}

// What was denied after it had been paid under protest is collected once the payment is reversed, from the day that the
// denial named.
func TestDeniedAfterPaymentIsCollectedWhenThatIsReversed(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	r := s.repays(s.claim, 20_000)
	require.Equal(t, dispute.Closed, s.decide(s.analyst, s.claim.ID, dispute.DecideInvalid).State)
	require.Zero(t, s.number(`SELECT count(*) FROM cases WHERE kind = 'deduction'`))
	_, err := s.app.ReverseReceipt(t.Context(), s.collector, r.ID, "returned")
	require.NoError(t, err)
	s.holds(s.d, balance{Original: 20_000, Open: 20_000})
	require.Equal(t, dispute.AwaitingRepayment, s.file(s.claim.ID).State)
	require.EqualValues(t, 1, s.number(`SELECT count(*) FROM cases WHERE id = $1 AND kind = 'deduction' AND state = 'active'`, s.d))
	require.Equal(t, "2026-03-12", s.text(`SELECT due_date::text FROM items WHERE id = $1`, s.d))
	testkit.CheckEvents(t, s.db)
}

// What is written off while its credit memo is awaited needs none any more.
func TestWrittenOffWhileTheMemoIsAwaited(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	s.decide(s.analyst, s.claim.ID, dispute.DecideValid)
	_, err := s.app.WriteOff(t.Context(), s.supervisor, app.NewWriteOff{
		ItemID: s.d, Kind: receivable.Concession, AmountMinor: 15_000, Currency: "EUR", Reason: "no memo will come",
	})
	require.NoError(t, err)
	s.holds(s.d, balance{Original: 20_000, WrittenOff: 15_000, Open: 5_000, Disputed: 5_000})
	require.Equal(t, dispute.Amounts{ClaimedMinor: 20_000, CreditDueMinor: 5_000, WrittenOffMinor: 15_000}, s.amountsOf(s.claim.ID))
}

// A write-off on a netted claim happens once, though no invoice tells of it.
func TestWriteOffOnANettedClaimOnce(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	_, d, _ := netted(c)
	c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	c.again(func(ctx context.Context) {
		_, err := c.app.WriteOff(ctx, c.supervisor, app.NewWriteOff{
			ItemID: d.Parts[0].ItemID.UUID, Kind: receivable.BadDebt, AmountMinor: 5_000, Currency: "EUR", Reason: "insolvent",
		})
		require.NoError(t, err)
	})
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 20_000, WrittenOff: 5_000, Open: 15_000})
	require.Equal(t, dispute.Amounts{ClaimedMinor: 20_000, WrittenOffMinor: 5_000, DeniedMinor: 15_000}, c.amountsOf(d.ID))
	c.recorded(d.ID, "dispute.given_up")
}

func TestUnpaidDenialIsOwedAgain(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t)).denied()
	r := s.repays(s.claim, 20_000)
	require.Equal(t, dispute.Closed, s.file(s.claim.ID).State)
	woken := s.woken(func() {
		_, err := s.app.ReverseReceipt(t.Context(), s.collector, r.ID, "returned")
		require.NoError(t, err)
	})
	s.holds(s.d, balance{Original: 20_000, Open: 20_000})
	require.Equal(t, dispute.AwaitingRepayment, s.file(s.claim.ID).State)
	require.Contains(t, woken, "deduction/"+s.d.String())
	s.recorded(s.claim.ID, "dispute.unrepaid")
	testkit.CheckEvents(t, s.db)
}

// Withdrawing a deduction is to owe it; withdrawing what was only said ends it.
func TestWithdrawn(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	s := tell(c)
	f, err := c.app.WithdrawDispute(t.Context(), c.collector, s.claim.ID, "they found the goods")
	require.NoError(t, err)
	require.Equal(t, []any{dispute.AwaitingRepayment, dispute.WithdrawnBy}, []any{f.State, f.Outcome})
	c.holds(s.d, balance{Original: 20_000, Open: 20_000})
	d := c.claim(dispute.Contest, 5_000, "tax")
	f, err = c.app.WithdrawDispute(t.Context(), c.collector, d.ID, "they found the goods")
	require.NoError(t, err)
	require.Equal(t, dispute.Closed, f.State)
	c.holds(d.Parts[0].ItemID.UUID, balance{Original: 1_000_000, Open: 1_000_000})
}

// A claim's flag is released by its decision alone, and an invoice without the claim's item may still be void.
func TestFlagOfACase(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.claim(dispute.Contest, 5_000, "tax")
	flag := c.file(d.ID).Parts[0].FlagID.UUID
	c.refuses("dispute.flag_of_case", func(ctx context.Context) error {
		_, err := c.app.ReleaseDispute(ctx, c.collector, flag, "by hand")
		return err
	})
	_, err := c.app.VoidInvoice(t.Context(), c.supervisor, d.Parts[0].InvoiceID.UUID, "never delivered")
	require.NoError(t, err)
	f := c.file(d.ID)
	require.Equal(t, dispute.Void, f.State)
	require.Equal(t, dispute.Amounts{ClaimedMinor: 5_000, WithdrawnMinor: 5_000}, f.Amounts())
	c.laws()
}

func TestOpenDisputeRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 10_000)
	item := app.NewDisputePart{ItemID: c.id(owed.Items[0].ID), AmountMinor: 10_000}
	branch := c.newCustomer("K-2")
	own := c.deduction(5_000).Parts[0].ItemID
	for name, cc := range map[string]struct {
		code   string
		change func(*app.NewDispute)
	}{
		"nothing":          {"receivable.invalid", func(in *app.NewDispute) { in.Parts, in.AmountMinor = nil, 0 }},
		"no kind":          {"receivable.invalid", func(in *app.NewDispute) { in.Kind = "mood" }},
		"sums differ":      {"receivable.invalid", func(in *app.NewDispute) { in.AmountMinor = 1 }},
		"contest of none":  {"receivable.invalid", func(in *app.NewDispute) { in.Kind, in.Parts, in.AmountMinor = dispute.Contest, nil, 5 }},
		"names two":        {"receivable.invalid", func(in *app.NewDispute) { in.Parts[0].InvoiceNumber = "I" }},
		"unknown customer": {"customer.not_found", func(in *app.NewDispute) { in.CustomerID = uuid.New() }},
		"unknown item":     {"item.not_found", func(in *app.NewDispute) { in.Parts[0].ItemID = c.id(uuid.New()) }},
		"unknown invoice":  {"invoice.not_found", func(in *app.NewDispute) { in.Parts[0] = app.NewDisputePart{InvoiceNumber: "X", AmountMinor: 1} }},
		"other customer":   {"item.customer_differs", func(in *app.NewDispute) { in.CustomerID = branch.ID }},
		"other currency":   {"item.currency_differs", func(in *app.NewDispute) { in.Currency = "USD" }},
		"more than open":   {"item.exceeds_open", func(in *app.NewDispute) { in.Parts[0].AmountMinor = 10_001 }},
		"contested beyond": {"item.exceeds_undisputed", func(in *app.NewDispute) { in.Kind, in.Parts[0].AmountMinor = dispute.Contest, 10_001 }},
		"of a deduction":   {"receivable.invalid", func(in *app.NewDispute) { in.Parts[0].ItemID = own }},
		"no such document": {"document.not_found", func(in *app.NewDispute) { in.Documents = []uuid.UUID{uuid.New()} }},
	} {
		t.Run(name, func(t *testing.T) {
			in := c.taken(0, item)
			cc.change(&in)
			c.refuses(cc.code, func(ctx context.Context) error {
				_, err := c.app.OpenDispute(ctx, c.collector, in)
				return err
			})
		})
	}
	c.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := c.app.OpenDispute(ctx, c.reader, c.taken(0, item))
		return err
	})
}

func TestShortPaymentRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	owed := c.owed("I", 100_000)
	pay := func(code string, change func(*app.ShortPayment)) {
		t.Helper()
		in := app.ShortPayment{
			Receipt: c.newReceipt("B", 80_000, c.onItem(owed.Items[0], 80_000, 0)), Claims: []app.ShortPaymentClaim{c.taxed(owed)},
		}
		change(&in)
		c.refuses(code, func(ctx context.Context) error {
			_, _, err := c.app.RecordShortPayment(ctx, c.collector, in)
			return err
		})
	}
	pay("receivable.invalid", func(in *app.ShortPayment) { in.Claims = nil })
	pay("receivable.invalid", func(in *app.ShortPayment) { in.Claims[0].AmountMinor = 0 })
	pay("receivable.invalid", func(in *app.ShortPayment) { in.Receipt.AmountMinor = 0 })
	pay("item.exceeds_open", func(in *app.ShortPayment) { in.Claims[0].AmountMinor = 20_001 })
	pay("item.exceeds_open", func(in *app.ShortPayment) {
		in.Receipt.Applications[0].AmountMinor, in.Receipt.AmountMinor = 100_001, 100_001
	})
	pay("invoice.not_found", func(in *app.ShortPayment) { in.Claims[0].InvoiceID = c.id(uuid.New()) })
	pay("receivable.invalid", func(in *app.ShortPayment) {
		in.Receipt.CustomerID, in.Receipt.Applications, in.Claims[0].InvoiceID = uuid.NullUUID{}, nil, uuid.NullUUID{}
	})
	branch := c.newCustomer("K-2")
	pay("item.customer_differs", func(in *app.ShortPayment) { in.Receipt.CustomerID, in.Receipt.Applications = c.id(branch.ID), nil })
	c.short("B", 80_000, nil, c.taxed(owed))
	pay("receipt.number_taken", func(in *app.ShortPayment) { in.Receipt.AmountMinor = 70_000; in.Receipt.Applications = nil })
}

// Two who decide, credit or repay at once: each cent is counted once.
func TestClaimsAtOnce(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t)).denied()
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for n := range errs {
		wg.Go(func() {
			_, errs[n] = s.app.RecordReceipt(t.Context(), s.collector, app.NewReceipt{
				Number: string(rune('a' + n)), CustomerID: s.id(s.customer.ID), Currency: "EUR", AmountMinor: 6_000, ValueDate: day("2026-03-01"),
				Applications: []app.ReceiptApplication{s.onItem(receivable.Item{ID: s.d}, 6_000, 0)},
			})
		})
	}
	wg.Wait()
	refused := 0
	for _, err := range errs {
		if err != nil {
			refused++
			require.ErrorContains(t, err, "item.exceeds_open")
		}
	}
	require.Equal(t, 1, refused)
	s.holds(s.d, balance{Original: 20_000, Paid: 18_000, Open: 2_000})
	require.Equal(t, dispute.Amounts{ClaimedMinor: 20_000, RepaidMinor: 18_000, DeniedMinor: 2_000}, s.amountsOf(s.claim.ID))
}

// Two decisions at once: one counts.
func TestTwoDecideAtOnce(t *testing.T) {
	t.Parallel()
	s := tell(openCourt(t))
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for n, kind := range []dispute.DecisionKind{dispute.DecideValid, dispute.DecideInvalid} {
		wg.Go(func() {
			who := s.analyst
			if n == 1 {
				who = s.second
			}
			_, errs[n] = s.app.DecideDispute(t.Context(), who, s.claim.ID, app.NewDecision{Kind: kind})
		})
	}
	wg.Wait()
	require.True(t, (errs[0] == nil) != (errs[1] == nil), "%v %v", errs[0], errs[1])
	s.laws()
}
