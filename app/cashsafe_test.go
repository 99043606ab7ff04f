package app_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// What was held is nobody's to apply, to give away or to hold for less, but who may free it.
func TestHeldMoneyIsASupervisorsToRelease(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 40_000)
	done := l.pays("1", "Nordwind K-1", "", "danke", 40_000)
	e := l.waits(done.ID)
	_, err := l.app.HoldCash(t.Context(), clerkOne, e.ID, receivable.HeldSanctions, 0)
	require.NoError(t, err)
	for code, act := range map[string]func(ctx context.Context) error{
		access.CodeForbidden: func(ctx context.Context) error {
			_, err := l.app.HoldCash(ctx, clerkOne, e.ID, receivable.HeldOther, 0)
			return err
		},
		receivable.CodeReceiptHeld: func(ctx context.Context) error {
			_, err := l.app.ApplyCashByHand(ctx, clerkOne, e.ID, app.CashByHand{CustomerID: l.id(l.customer.ID), OnAccount: true})
			return err
		},
	} {
		l.refuses(code, act)
	}
	l.refuses(access.CodeForbidden, func(ctx context.Context) error {
		_, err := l.app.CashNotOurs(ctx, clerkOne, e.ID, 0)
		return err
	})
	l.refuses(receivable.CodeReceiptHeld, func(ctx context.Context) error {
		_, err := l.app.ProposeRefund(ctx, clerkOne, app.NewRefund{ReceiptID: done.ID, AmountMinor: 1, Reason: "back to where it came from"})
		return err
	})
	require.Equal(t, receivable.HeldSanctions, l.receipt(done.ID).Payer.HeldReason)
	require.Equal(t, "open", l.waits(done.ID).State)
	_, err = l.app.HoldCash(t.Context(), l.supervisor, e.ID, receivable.HeldOther, 0)
	require.NoError(t, err)
	_, err = l.app.CashNotOurs(t.Context(), l.supervisor, e.ID, 0)
	require.NoError(t, err)
	l.moneyLaws()
}

// approvedRefund is one of a receipt, approved by somebody else.
func (l *till) approvedRefund(r port.Refund, err error) port.Refund {
	l.t.Helper()
	require.NoError(l.t, err)
	ap, err := l.app.Approval(l.t.Context(), l.reader, r.ApprovalID.UUID)
	require.NoError(l.t, err)
	_, err = l.app.DecideApproval(l.t.Context(), l.admin, app.DecideApproval{ID: ap.ID, Approve: true, ContentHash: hexOf(ap.ContentHash)})
	require.NoError(l.t, err)
	return r
}

func (l *till) refund(r port.Refund) port.Refund {
	l.t.Helper()
	now, err := l.app.Refund(l.t.Context(), l.reader, r.ID)
	require.NoError(l.t, err)
	return now
}

// What was approved to go back is not spent on anything else; when the bank takes the payment back, nothing goes back.
func TestAnApprovedRefundKeepsItsMoney(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 40_000)
	other := l.owed("R-1002", 9_000)
	done := l.pays("1", "Nordwind K-1", "", "R-1001", 50_000)
	propose := func(minor int64) (port.Refund, error) {
		return l.app.ProposeRefund(t.Context(), clerkOne, app.NewRefund{ReceiptID: done.ID, AmountMinor: minor, Reason: "paid twice"})
	}
	approved := l.approvedRefund(propose(8_000))
	use := func(ctx context.Context, minor int64) error {
		_, err := l.app.ApplyReceipt(ctx, clerkOne, done.ID, l.id(l.customer.ID), []app.ReceiptApplication{l.onItem(other.Items[0], minor, 0)})
		return err
	}
	l.refuses(receivable.CodeExceedsRest, func(ctx context.Context) error { return use(ctx, 2_001) })
	proposed, err := propose(1_500)
	require.NoError(t, err)
	require.NoError(t, use(t.Context(), 1_000))
	_, err = l.app.DecideApproval(t.Context(), l.admin, app.DecideApproval{ID: proposed.ApprovalID.UUID, Approve: true, ContentHash: hexOf(proposed.ContentHash)})
	require.Equal(t, receivable.CodeExceedsRest, fault.CodeOf(err), "the money for it was spent meanwhile")
	l.moneyLaws()

	require.Equal(t, "returned", l.takesBack("REF1", 50_000))
	require.Equal(t, []string{port.RefundLapsed, port.RefundLapsed}, []string{l.refund(approved).State, l.refund(proposed).State})
	ap, err := l.app.Approval(t.Context(), l.reader, proposed.ApprovalID.UUID)
	require.NoError(t, err)
	require.Equal(t, casework.ApprovalLapsed, ap.State)
	l.refuses("refund.not_approved", func(ctx context.Context) error {
		_, err := l.app.PayRefund(ctx, clerkOne, approved.ID, day("2026-03-06"), 0)
		return err
	})
	l.moneyLaws()
}

// Money of nobody has no customer's lock; it is not promised twice all the same.
func TestNobodysMoneyIsNotPaidBackTwice(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	done := l.pays("1", "Stranger", "", "for somebody else", 7_000)
	var wait sync.WaitGroup
	failed := make([]error, 4)
	for n := range failed {
		wait.Go(func() {
			_, failed[n] = l.app.ProposeRefund(context.WithoutCancel(t.Context()), clerkOne, app.NewRefund{ReceiptID: done.ID, AmountMinor: 7_000, Reason: "not ours"})
		})
	}
	wait.Wait()
	made := 0
	for _, err := range failed {
		if err == nil {
			made++
		}
	}
	require.Equal(t, 1, made)
	require.Equal(t, int64(7_000), l.number(`SELECT sum(amount_minor)::bigint FROM refunds`))
}

// What a person said is wrong is not done by itself later, and nothing is done to a receipt whose refund is about.
func TestWhatPeopleSaidCountsWhenItIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 40_000)
	l.owed("R-1002", 30_000)
	done, err := app.TakeIn(t.Context(), l.app, "statement_alarm", l.payment("1", "Nordwind K-1", "", "R-1001", 40_000),
		l.payment("2", "Nordwind K-1", "", "R-1002", 30_000), l.payment("3", "Nordwind K-1", "", "R-1002", 30_000))
	require.NoError(t, err)
	rejected, promised := l.waits(done[0].ID), l.waits(done[1].ID)
	_, err = l.app.RejectCashProposal(t.Context(), clerkOne, rejected.ID, rejected.Proposals[0].ID, rejected.Version)
	require.NoError(t, err)
	_, err = l.app.ProposeRefund(t.Context(), clerkOne, app.NewRefund{ReceiptID: done[1].ID, AmountMinor: 30_000, Reason: "sent twice"})
	require.NoError(t, err)

	var again []port.CashException
	for _, d := range done {
		e := l.waits(d.ID).CashException
		e.Stop = "" // somebody believes the statement
		again = append(again, e)
	}
	stale := again[2]
	stale.Version--
	applied, err := app.Rematch(t.Context(), l.app, stale)
	require.NoError(t, err)
	require.Zero(t, applied, "somebody else was at it")
	applied, err = app.Rematch(t.Context(), l.app, again...)
	require.NoError(t, err)
	require.Equal(t, 1, applied)
	require.Equal(t, int64(40_000), l.receipt(done[0].ID).Rest())
	require.Equal(t, int64(30_000), l.receipt(done[1].ID).Rest())
	require.Zero(t, l.receipt(done[2].ID).Rest())
	require.Equal(t, promised.ID, l.waits(done[1].ID).ID)
	l.moneyLaws()
}

// A clerk is bound by the rules of whoever owes, in the month that it was given in; a limit without a month's cap has none.
func TestSmallDifferencesAreTheDebtors(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.child("K-9", "Southwind GmbH", receivable.Terms{NetDays: 30})
	small := `{"amount_minor": {"EUR": 100}, "share_percent": "1"}`
	l.rules("", `{"tolerance": `+small+`, "bank_charges": `+small+`, "exchange": `+small+`}`)
	l.rules("K-9", `{"tolerance": {"amount_minor": {"EUR": 300}, "share_percent": "1", "monthly_minor": {"EUR": 500}}}`)
	parent := l.customer
	l.customer = l.customers["K-9"]
	owed := l.owed("R-9001", 100_000)
	more := l.owed("R-9002", 100_000)
	l.customer = parent
	byHand := func(ctx context.Context, e app.CashExceptionFile, item receivable.Item, off int64) error {
		_, err := l.app.ApplyCashByHand(ctx, clerkOne, e.ID, app.CashByHand{CustomerID: l.id(parent.ID), OnAccount: true, Lines: []app.CashLine{
			{ItemID: l.id(item.ID), AmountMinor: 90_000, WriteOffMinor: off},
		}})
		return err
	}
	first, second := l.waits(l.pays("1", "Nordwind K-1", "", "danke", 90_000).ID), l.waits(l.pays("2", "Nordwind K-1", "", "danke", 90_000).ID)
	l.refuses("write_off.exceeds_limit", func(ctx context.Context) error { return byHand(ctx, first, owed.Items[0], 301) })
	require.NoError(t, byHand(t.Context(), first, owed.Items[0], 300))
	l.refuses("write_off.exceeds_limit", func(ctx context.Context) error { return byHand(ctx, second, more.Items[0], 201) })
	require.NoError(t, byHand(t.Context(), second, more.Items[0], 200))
	own := l.owed("R-1001", 100_000) // of the parent, whose rules have no month's cap
	third := l.waits(l.pays("3", "Nordwind K-1", "", "danke", 90_000).ID)
	require.NoError(t, byHand(t.Context(), third, own.Items[0], 100))
	l.moneyLaws()
}

// A discount within the customer's days of grace is earned for whoever applies it, and a parent may pay however it is entered.
func TestGraceAndParentsAreOneTruth(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.child("K-9", "Southwind GmbH", receivable.Terms{NetDays: 30, DiscountBP: 200, DiscountDays: 10})
	l.rules("K-9", `{"discount_grace_days": 3}`)
	parent := l.customer
	l.customer = l.customers["K-9"]
	owed := l.owed("R-9001", 100_000)
	last := owed.InvoiceDate.AddDays(10)
	l.customer = parent
	record := func(ctx context.Context, number string, days int) error {
		_, err := l.app.RecordReceipt(ctx, l.collector, app.NewReceipt{
			Number: number, CustomerID: l.id(parent.ID), Currency: "EUR", AmountMinor: 98_000, ValueDate: last.AddDays(days),
			Applications: []app.ReceiptApplication{l.onItem(owed.Items[0], 98_000, 2_000)},
		})
		return err
	}
	l.refuses(receivable.CodeDiscountUnearned, func(ctx context.Context) error { return record(ctx, "late", 4) })
	require.NoError(t, record(t.Context(), "in grace", 3))
	l.amounts(owed.Items[0], 98_000, 2_000, 0, 0, 0, 0)
	l.moneyLaws()
}

// What we owe may be set against a payment's items more than once.
func TestTwoOffsetsOfOneReceipt(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 68_000)
	other := l.owed("R-1002", 50_000)
	e := l.waits(l.pays("1", "Nordwind K-1", "", "danke", 41_200).ID)
	for n, item := range []receivable.Item{owed.Items[0], other.Items[0]} {
		_, err := l.app.ApplyCashByHand(t.Context(), clerkOne, e.ID, app.CashByHand{CustomerID: l.id(l.customer.ID), OnAccount: n == 1, Lines: []app.CashLine{
			{ItemID: l.id(item.ID), AmountMinor: 20_000, OffsetMinor: 10_000},
		}})
		require.NoError(t, err)
	}
	require.Equal(t, int64(20_000), l.number(`SELECT sum(amount_minor)::bigint FROM receipts WHERE kind = 'offset'`))
	l.moneyLaws()
}
