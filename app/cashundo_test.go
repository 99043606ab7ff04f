package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

func TestMoneyComesOffAndMoves(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	first, second := l.owed("R-1001", 40_000), l.owed("R-1002", 90_000)
	done := l.pays("1", "Nordwind K-1", "", "R-1001", 40_000)
	require.Equal(t, "applied", done.Outcome)
	l.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := l.app.UnapplyReceipt(ctx, clerkOne, done.ID, app.Unapply{})
		return err
	})
	l.refuses(receivable.CodeExceedsDone, func(ctx context.Context) error {
		_, err := l.app.UnapplyReceipt(ctx, clerkOne, done.ID, app.Unapply{Reason: "wrong", Applications: []uuid.UUID{uuid.Must(uuid.NewV7())}})
		return err
	})
	var r receivable.Receipt
	l.nudges(func() {
		var err error
		r, err = l.app.UnapplyReceipt(t.Context(), clerkOne, done.ID, app.Unapply{
			Reason: "meant for the other", Lines: []app.CashLine{{ItemID: l.id(second.Items[0].ID), AmountMinor: 35_000}},
		})
		require.NoError(t, err)
	}, first, second)
	require.Equal(t, []int64{35_000, 5_000}, []int64{r.AppliedMinor, r.OnAccountMinor})
	l.amounts(first.Items[0], 0, 0, 0, 0, 40_000, 0)
	l.amounts(second.Items[0], 35_000, 0, 0, 0, 55_000, 0)
	l.again(func(ctx context.Context) {
		_, err := l.app.UnapplyReceipt(ctx, clerkOne, done.ID, app.Unapply{Reason: "all of it", Version: 0})
		require.NoError(t, err)
	})
	r = l.receipt(done.ID)
	require.Equal(t, []int64{0, 40_000}, []int64{r.AppliedMinor, r.OnAccountMinor})
	l.refuses("receipt.changed", func(ctx context.Context) error {
		_, err := l.app.UnapplyReceipt(ctx, clerkOne, done.ID, app.Unapply{Reason: "again", Version: 1})
		return err
	})
	l.moneyLaws()
}

// A small difference that came with a payment goes with it.
func TestSmallDifferencesComeOffWithTheirPayment(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 1_000_000)
	done := l.pays("1", "Nordwind K-1", "", "R-1001 less bank fee", 998_500)
	require.Equal(t, "applied", done.Outcome)
	l.amounts(owed.Items[0], 998_500, 0, 0, 1_500, 0, 0)
	_, err := l.app.UnapplyReceipt(t.Context(), clerkOne, done.ID, app.Unapply{Reason: "wrong"})
	require.NoError(t, err)
	l.amounts(owed.Items[0], 0, 0, 0, 0, 1_000_000, 0)
	l.moneyLaws()
}

// MONEY.md: a receipt with an undecided claim that is reversed leaves the invoice as it was.
func TestAReturnOfAShortPayment(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 100_000)
	done := l.pays("1", "Nordwind K-1", "", "R-1001 less damage 200.00", 80_000)
	require.Equal(t, "applied", done.Outcome)
	l.holds(owed.Items[0].ID, balance{Original: 100_000, Paid: 80_000, Moved: 20_000})
	require.Equal(t, "returned", l.takesBack("REF1", 80_000))
	l.holds(owed.Items[0].ID, balance{Original: 100_000, Open: 100_000})
	l.moneyLaws()
}

// MONEY.md: a receipt with a decided claim that is reversed leaves the deduction as decided, for a person to look at.
func TestAReturnOfAShortPaymentWhoseClaimIsDecided(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 100_000)
	e := l.waits(l.pays("1", "Nordwind K-1", "", "danke", 80_000).ID)
	_, err := l.app.ApplyCashByHand(t.Context(), clerkOne, e.ID, app.CashByHand{CustomerID: l.id(l.customer.ID), Lines: []app.CashLine{
		{ItemID: l.id(owed.Items[0].ID), AmountMinor: 80_000, Claim: &app.CashClaim{AmountMinor: 20_000, Reason: "tax"}},
	}})
	require.NoError(t, err)
	claims, err := l.app.ListDisputes(t.Context(), l.reader, port.DisputeFilter{}, port.Page{})
	require.NoError(t, err)
	require.Len(t, claims.Items, 1)
	l.decide(l.analyst, claims.Items[0].ID, dispute.DecideInvalid)
	require.Equal(t, "returned", l.takesBack("REF1", 80_000))
	l.holds(owed.Items[0].ID, balance{Original: 100_000, Moved: 20_000, Open: 80_000})
	require.Equal(t, 1, l.now(owed.ID).Items[0].Cycle, "in the same cycle")
	require.Equal(t, dispute.AwaitingRepayment, l.file(claims.Items[0].ID).State)
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM tasks WHERE state = 'open' AND kind LIKE '%review%'`))
	l.moneyLaws()
}

// A payment that names a denied claim, or whose amount is what was moved, repays it.
func TestARepaymentFindsItsDeduction(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	for n, text := range []string{"repayment DM-4711", "R-1001"} {
		owed := l.owed("R-"+[]string{"2001", "1001"}[n], 100_000)
		d, err := l.app.OpenDispute(t.Context(), l.collector, app.NewDispute{
			Kind: dispute.Deduction, CustomerID: l.customer.ID, Currency: "EUR", CustomerReason: "tax", ClaimReference: []string{"DM-4711", ""}[n],
			Parts: []app.NewDisputePart{{ItemID: l.id(owed.Items[0].ID), AmountMinor: 20_000}},
		})
		require.NoError(t, err)
		l.decide(l.analyst, d.ID, dispute.DecideInvalid)
		l.paid("rest "+owed.Number, owed.Items[0], 80_000)
		done := l.pays(owed.Number, "Nordwind K-1", "", text, 20_000)
		require.Equal(t, "applied", done.Outcome, text)
		require.Equal(t, dispute.Closed, l.file(d.ID).State)
	}
	l.moneyLaws()
}

func TestARefundNeedsAnotherPerson(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 40_000)
	done := l.pays("1", "Nordwind K-1", "", "R-1001", 50_000)
	require.Equal(t, "applied", done.Outcome)
	l.amounts(owed.Items[0], 40_000, 0, 0, 0, 0, 0)
	require.Equal(t, int64(10_000), l.receipt(done.ID).OnAccountMinor, "what was paid too much goes on account")
	_, err := l.app.PutApprovalLimit(t.Context(), l.admin, dispute.Limit{Role: "supervisor", Currency: "EUR", Kind: dispute.LimitRefund, AmountMinor: 20_000, Version: 1})
	require.NoError(t, err)

	l.refuses(receivable.CodeExceedsRest, func(ctx context.Context) error {
		_, err := l.app.ProposeRefund(ctx, l.supervisor, app.NewRefund{ReceiptID: done.ID, AmountMinor: 10_001, Reason: "paid twice"})
		return err
	})
	r, err := l.app.ProposeRefund(t.Context(), l.supervisor, app.NewRefund{ReceiptID: done.ID, AmountMinor: 10_000, Reason: "paid twice"})
	require.NoError(t, err)
	require.Equal(t, port.RefundProposed, r.State)
	l.refuses(receivable.CodeExceedsRest, func(ctx context.Context) error { // it is spoken for
		_, err := l.app.ProposeRefund(ctx, l.supervisor, app.NewRefund{ReceiptID: done.ID, AmountMinor: 1, Reason: "again"})
		return err
	})
	l.refuses("refund.not_approved", func(ctx context.Context) error {
		_, err := l.app.PayRefund(ctx, clerkOne, r.ID, day("2026-03-03"), r.Version)
		return err
	})
	ap, err := l.app.Approval(t.Context(), l.reader, r.ApprovalID.UUID)
	require.NoError(t, err)
	require.Equal(t, string(access.Supervisor), ap.Role)
	decide := func(who access.Principal) error {
		_, err := l.app.DecideApproval(t.Context(), who, app.DecideApproval{ID: ap.ID, Approve: true, Comment: "seen", ContentHash: hexOf(ap.ContentHash)})
		return err
	}
	require.Error(t, decide(l.supervisor), "four eyes")
	require.NoError(t, decide(access.Principal{ID: "supervisor-2", Role: access.Supervisor}))
	r, err = l.app.Refund(t.Context(), l.reader, r.ID)
	require.NoError(t, err)
	require.Equal(t, []string{port.RefundApproved, "seen"}, []string{r.State, r.Comment}, "the approval's words stand with it")
	l.again(func(ctx context.Context) {
		r, err = l.app.PayRefund(ctx, clerkOne, r.ID, day("2026-03-03"), 0)
		require.NoError(t, err)
	})
	require.Equal(t, port.RefundPaid, r.State)
	paid := l.receipt(done.ID)
	require.Equal(t, []int64{0, 10_000}, []int64{paid.OnAccountMinor, paid.RefundedMinor})
	l.refuses(receivable.CodeReceiptRefunded, func(ctx context.Context) error {
		_, err := l.app.ReverseReceipt(ctx, clerkOne, done.ID, "returned")
		return err
	})
	require.Equal(t, casework.ApprovalApproved, func() casework.ApprovalState {
		ap, err := l.app.Approval(t.Context(), l.reader, ap.ID)
		require.NoError(t, err)
		return ap.State
	}())
	l.moneyLaws()
}

// Money that is not for us goes back to whoever sent it, with four eyes all the same.
func TestMoneyThatIsNotOursGoesBack(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	done := l.pays("1", "Stranger", "", "for somebody else", 7_000)
	e := l.waits(done.ID)
	_, err := l.app.CashNotOurs(t.Context(), clerkOne, e.ID, e.Version)
	require.NoError(t, err)
	r, err := l.app.ProposeRefund(t.Context(), clerkOne, app.NewRefund{ReceiptID: done.ID, AmountMinor: 7_000, Reason: "sent to us by mistake"})
	require.NoError(t, err)
	require.False(t, r.ApprovalID.Valid)
	l.refuses(app.CodeApprovalRole, func(ctx context.Context) error {
		_, err := l.app.DecideRefund(ctx, l.collector, app.DecideRefund{ID: r.ID, Approve: true, Version: r.Version})
		return err
	})
	l.refuses(receivable.CodeInvalid, func(ctx context.Context) error {
		_, err := l.app.DecideRefund(ctx, l.admin, app.DecideRefund{ID: r.ID, Comment: " "})
		return err
	})
	refused, err := l.app.DecideRefund(t.Context(), l.admin, app.DecideRefund{ID: r.ID, Comment: "to which account?", Version: r.Version})
	require.NoError(t, err)
	require.Equal(t, []string{port.RefundRefused, "to which account?"}, []string{refused.State, refused.Comment})
	r, err = l.app.ProposeRefund(t.Context(), clerkOne, app.NewRefund{ReceiptID: done.ID, AmountMinor: 7_000, Reason: "sent to us by mistake"})
	require.NoError(t, err)
	r, err = l.app.DecideRefund(t.Context(), l.admin, app.DecideRefund{ID: r.ID, Approve: true, Version: r.Version})
	require.NoError(t, err)
	_, err = l.app.PayRefund(t.Context(), clerkOne, r.ID, day("2026-03-04"), r.Version)
	require.NoError(t, err)
	require.Equal(t, int64(7_000), l.receipt(done.ID).RefundedMinor)
	l.moneyLaws()
}

// Dollars for an invoice in euros: at the rate of the day, which stands beside the application.
func TestPaymentInAnotherCurrency(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	_, err := l.app.PutRates(t.Context(), l.supervisor, []app.NewRate{{Base: "USD", Quote: "EUR", ValidOn: day("2026-03-01"), Rate: "0.9", Source: "test"}})
	require.NoError(t, err)
	owed, other := l.owed("R-1001", 90_000), l.owed("R-1002", 45_000)
	l.rules("", `{"other_currency": true}`)
	in := l.payment("1", "Nordwind K-1", "", "R-1001", 100_000)
	in.Seen.Currency = "USD"
	done, err := app.TakeIn(t.Context(), l.app, "", in)
	require.NoError(t, err)
	require.Equal(t, "applied", done[0].Outcome)
	l.amounts(owed.Items[0], 90_000, 0, 0, 0, 0, 0)
	r := l.receipt(done[0].ID)
	require.Equal(t, receivable.Application{AmountMinor: 100_000, ItemMinor: 90_000, Rate: "0.9"}, receivable.Application{
		AmountMinor: r.Applications[0].AmountMinor, ItemMinor: r.Applications[0].ItemMinor, Rate: r.Applications[0].Rate,
	})
	r, err = l.app.UnapplyReceipt(t.Context(), clerkOne, r.ID, app.Unapply{
		Reason: "the other one", Lines: []app.CashLine{{ItemID: l.id(other.Items[0].ID), AmountMinor: 50_000}},
	})
	require.NoError(t, err)
	require.Equal(t, []int64{50_000, 50_000}, []int64{r.AppliedMinor, r.OnAccountMinor})
	l.amounts(other.Items[0], 45_000, 0, 0, 0, 0, 0)
	l.amounts(owed.Items[0], 0, 0, 0, 0, 90_000, 0)
	l.moneyLaws()
}

// What we owe and set against it becomes a receipt of its own kind, once a person has said so.
func TestNettingMakesAnOffsetReceipt(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 68_000)
	l.customers["K-1"] = l.customer
	l.rules("K-1", `{"netting": true}`)
	done := l.pays("1", "Nordwind K-1", "", "R-1001 net settlement July", 41_200)
	require.Equal(t, "proposed", done.Outcome)
	e := l.waits(done.ID)
	require.Contains(t, e.Why, matching.ReasonNetting)
	_, err := l.app.ApplyCashProposal(t.Context(), clerkOne, e.ID, e.Proposals[0].ID, e.Version)
	require.NoError(t, err)
	l.amounts(owed.Items[0], 68_000, 0, 0, 0, 0, 0)
	require.Equal(t, int64(26_800), l.number(`SELECT amount_minor FROM receipts WHERE kind = 'offset'`))
	l.moneyLaws()
}

// setOff is a payment of 412.00 with 268.00 of ours set against an item of 680.00.
func setOff(t *testing.T) (*till, receivable.Invoice, app.Taken, receivable.Receipt) {
	t.Helper()
	l := openTill(t)
	owed := l.owed("R-1001", 68_000)
	done := l.pays("1", "Nordwind K-1", "", "danke", 41_200)
	e := l.waits(done.ID)
	_, err := l.app.ApplyCashByHand(t.Context(), clerkOne, e.ID, app.CashByHand{
		CustomerID: l.id(l.customer.ID), Lines: []app.CashLine{{ItemID: l.id(owed.Items[0].ID), AmountMinor: 41_200, OffsetMinor: 26_800}},
	})
	require.NoError(t, err)
	l.holds(owed.Items[0].ID, balance{Original: 68_000, Paid: 68_000})
	list, err := l.app.ListReceipts(t.Context(), l.reader, port.ReceiptFilter{CustomerID: l.id(l.customer.ID)}, port.Page{})
	require.NoError(t, err)
	at := slices.IndexFunc(list.Items, func(r receivable.Receipt) bool { return r.Kind == "offset" })
	require.Equal(t, l.id(done.ID), list.Items[at].BesideID)
	return l, owed, done, list.Items[at]
}

// gone asserts that a receipt was reversed, wholly, with one entry.
func (l *till) gone(id uuid.UUID) {
	l.t.Helper()
	r := l.receipt(id)
	require.Equal(l.t, receivable.ReceiptReversed, r.State)
	require.Equal(l.t, []int64{0, 0, 0}, []int64{r.AmountMinor, r.AppliedMinor, r.Rest()})
	l.recorded(id, "receipt.reversed")
}

// What was set against an item because of a payment is taken back with that payment.
func TestAReturnTakesItsOffsetBack(t *testing.T) {
	t.Parallel()
	l, owed, done, offset := setOff(t)
	l.nudges(func() { require.Equal(t, "returned", l.takesBack("REF1", 41_200)) }, owed)
	l.holds(owed.Items[0].ID, balance{Original: 68_000, Open: 68_000})
	require.Equal(t, 1, l.now(owed.ID).Items[0].Cycle, "in the same cycle")
	l.gone(done.ID)
	l.gone(offset.ID)
	l.refuses(receivable.CodeReceiptReversed, func(ctx context.Context) error {
		_, err := l.app.ReverseReceipt(ctx, clerkOne, done.ID, "again")
		return err
	})
	l.refuses(receivable.CodeReceiptReversed, func(ctx context.Context) error {
		_, err := l.app.ReverseReceipt(ctx, clerkOne, offset.ID, "again")
		return err
	})
	l.moneyLaws()
	testkit.CheckEvents(t, l.db)
}

// An offset is a receipt of its own: it may be reversed or moved alone, and what is left of it goes with its payment.
func TestAnOffsetAlone(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(l *till, done, offset, other uuid.UUID){
		"reversed before": func(l *till, _, offset, _ uuid.UUID) {
			_, err := l.app.ReverseReceipt(l.t.Context(), clerkOne, offset, "agreed otherwise")
			require.NoError(l.t, err)
		},
		"the payment came off": func(l *till, done, offset, _ uuid.UUID) {
			_, err := l.app.UnapplyReceipt(l.t.Context(), clerkOne, done, app.Unapply{Reason: "wrong"})
			require.NoError(l.t, err)
			require.Equal(l.t, int64(26_800), l.receipt(offset).AppliedMinor, "it stays where it was set")
		},
		"moved": func(l *till, _, offset, other uuid.UUID) {
			_, err := l.app.UnapplyReceipt(l.t.Context(), clerkOne, offset, app.Unapply{
				Reason: "wrong", Lines: []app.CashLine{{ItemID: l.id(other), AmountMinor: 10_000, OffsetMinor: 2_000}},
			})
			require.NoError(l.t, err)
			require.Equal(l.t, int64(2), l.number(`SELECT count(*) FROM receipts WHERE kind = 'offset' AND state = 'recorded'`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, owed, done, offset := setOff(t)
			other, err := l.app.CreateInvoice(t.Context(), l.supervisor, app.NewInvoice{
				Number: "R-2001", CustomerID: l.child("K-2", "Nordwind K-2", receivable.Terms{}).ID, InvoiceDate: day("2026-02-01"), Currency: "EUR", AmountMinor: 12_000,
			})
			require.NoError(t, err)
			act(l, done.ID, offset.ID, other.Items[0].ID)
			l.moneyLaws()
			l.again(func(ctx context.Context) {
				_, err := l.app.ReverseReceipt(ctx, clerkOne, done.ID, "returned")
				require.NoError(t, err)
			})
			l.gone(done.ID)
			l.gone(offset.ID)
			require.Zero(t, l.number(`SELECT count(*) FROM receipts WHERE state = 'recorded'`))
			l.holds(owed.Items[0].ID, balance{Original: 68_000, Open: 68_000})
			l.holds(other.Items[0].ID, balance{Original: 12_000, Open: 12_000})
			l.moneyLaws()
		})
	}
}

// An offset of which a part was paid back cannot go whole: then nothing does, and the return waits for a person.
func TestAReturnWhoseOffsetWasPaidBackWaits(t *testing.T) {
	t.Parallel()
	l, owed, done, offset := setOff(t)
	_, err := l.app.UnapplyReceipt(t.Context(), clerkOne, offset.ID, app.Unapply{Reason: "paid out instead"})
	require.NoError(t, err)
	p, err := l.app.ProposeRefund(t.Context(), clerkOne, app.NewRefund{ReceiptID: offset.ID, AmountMinor: 800, Reason: "a part of it"})
	require.NoError(t, err)
	_, err = l.app.DecideApproval(t.Context(), l.admin, app.DecideApproval{ID: p.ApprovalID.UUID, Approve: true, ContentHash: hexOf(p.ContentHash)})
	require.NoError(t, err)
	_, err = l.app.PayRefund(t.Context(), clerkOne, p.ID, day("2026-03-03"), 0)
	require.NoError(t, err)
	require.Equal(t, "return_open", l.takesBack("REF1", 41_200))
	require.Equal(t, receivable.ReceiptRecorded, l.receipt(done.ID).State)
	require.Equal(t, []int64{26_000, 800}, []int64{l.receipt(offset.ID).OnAccountMinor, l.receipt(offset.ID).RefundedMinor})
	l.holds(owed.Items[0].ID, balance{Original: 68_000, Paid: 41_200, Open: 26_800})
	l.moneyLaws()
}

// A clerk says that a return takes back another receipt than the likely one: all customers are locked in one order.
func TestAReturnLocksInOneOrder(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	first, second := l.customer, l.child("K-2", "Nordwind K-2", receivable.Terms{})
	var made []receivable.Receipt
	for n, owner := range []receivable.Customer{first, second} {
		r, err := l.app.RecordReceipt(t.Context(), clerkOne, app.NewReceipt{
			Number: owner.Number, CustomerID: l.id(owner.ID), Currency: "EUR", AmountMinor: 5_000, ValueDate: day("2026-03-02"),
			Reference: []string{"REF1", "REF2"}[n],
		})
		require.NoError(t, err)
		made = append(made, r)
	}
	require.Equal(t, "return_open", l.takesBack("REF2", 4_000))
	list, err := l.app.CashExceptions(t.Context(), l.reader, port.CashExceptionFilter{Kind: port.ExceptionReturn}, port.Page{})
	require.NoError(t, err)
	require.Equal(t, l.id(made[1].ID), list.Items[0].ReceiptID)

	held, err := l.conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = held.Exec(t.Context(), `SELECT FROM customers WHERE id = $1 FOR UPDATE`, first.ID)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := l.app.ResolveReturn(context.WithoutCancel(t.Context()), clerkOne, list.Items[0].ID, l.id(made[0].ID), 0)
		done <- err
	}()
	require.Eventually(t, func() bool {
		return l.number(`SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))`) > 0
	}, time.Minute, 10*time.Millisecond)
	_, err = held.Exec(t.Context(), `SELECT FROM customers WHERE id = $1 FOR UPDATE NOWAIT`, second.ID)
	require.NoError(t, err, "whoever waits for the first has not locked the second")
	require.NoError(t, held.Commit(t.Context()))
	require.NoError(t, <-done)
	l.gone(made[0].ID)
	l.moneyLaws()
}

// The application's database role is enough for cash, and cannot rewrite what was proposed.
func TestCashUnderTheApplicationRole(t *testing.T) {
	t.Parallel()
	url := testkit.Schema(t)
	require.NoError(t, store.Migrate(t.Context(), url))
	db, err := store.Open(t.Context(), url+"&role="+store.AppRole)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	l := &till{
		court: courtOn(t, deskOn(t, db, url)), customers: map[string]receivable.Customer{}, items: map[string]receivable.Item{},
		receipts: map[string]uuid.UUID{},
	}
	l.rules("", `{"rounding_minor": 2}`)
	l.owed("R-1001", 40_000)
	l.owed("R-1002", 40_000)
	require.Equal(t, "applied", l.pays("1", "Nordwind K-1", "DE02120300000000202051", "R-1001 less damage", 30_000).Outcome)
	_, _, err = app.AdviceIn(t.Context(), l.app, advice("E2E9", 40_000, line("R-1002", 40_000)))
	require.NoError(t, err)
	done := l.pays("2", "Nordwind K-1", "DE02120300000000202051", "danke", 90_000)
	e := l.waits(done.ID)
	_, err = l.app.ApplyCashByHand(t.Context(), clerkOne, e.ID, app.CashByHand{CustomerID: l.id(l.customer.ID), OnAccount: true})
	require.NoError(t, err)
	r, err := l.app.ProposeRefund(t.Context(), clerkOne, app.NewRefund{ReceiptID: done.ID, AmountMinor: 90_000, Reason: "too much"})
	require.NoError(t, err)
	require.True(t, r.ApprovalID.Valid)
	l.moneyLaws()
}
