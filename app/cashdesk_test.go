package app_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

var (
	clerkOne = access.Principal{ID: "clerk-1", Role: access.Clerk}
	clerkTwo = access.Principal{ID: "clerk-2", Role: access.Clerk}
)

// pays takes one payment of the desk's customer in, in euros of 2026.
func (l *till) pays(number, name, account, text string, minor int64) app.Taken {
	l.t.Helper()
	done, err := app.TakeIn(l.t.Context(), l.app, "", l.payment(number, name, account, text, minor))
	require.NoError(l.t, err)
	return done[0]
}

func (l *till) payment(number, name, account, text string, minor int64) app.Incoming {
	return app.Incoming{Number: number, Seen: matching.Receipt{
		Minor: minor, Currency: "EUR", ValueOn: day("2026-03-02"), Reference: "REF" + number, EndToEnd: "E2E" + number,
		Payer: remittance.Party{Name: name, Account: remittance.Account{IBAN: account}}, Texts: []string{text},
	}}
}

// waits reads the one open exception of a receipt.
func (l *till) waits(id uuid.UUID) app.CashExceptionFile {
	l.t.Helper()
	list, err := l.app.CashExceptions(l.t.Context(), l.reader, port.CashExceptionFilter{ReceiptID: l.id(id)}, port.Page{})
	require.NoError(l.t, err)
	require.Len(l.t, list.Items, 1)
	f, err := l.app.CashException(l.t.Context(), l.reader, list.Items[0].ID)
	require.NoError(l.t, err)
	return f
}

func (l *till) receipt(id uuid.UUID) receivable.Receipt {
	l.t.Helper()
	r, err := l.app.Receipt(l.t.Context(), l.reader, id)
	require.NoError(l.t, err)
	require.NoError(l.t, r.Check())
	return r
}

// reserved is what holds the desk's customer's notices.
func (l *till) reserved() int64 {
	l.t.Helper()
	var sum int64
	require.NoError(l.t, l.db.Read(l.t.Context(), func(ctx context.Context, tx port.Tx) error {
		list, err := tx.Reserves(ctx, l.customer.ID)
		for _, r := range list {
			sum += r.Minor()
		}
		return err
	}))
	return sum
}

func TestMoneyThatIsCertainStopsTheChase(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 30_000, 70_000)
	var done app.Taken
	l.nudges(func() { done = l.pays("1", "Nordwind K-1", "DE02120300000000202051", "Rechnung R-1001", 100_000) }, owed)
	require.Equal(t, "applied", done.Outcome)
	l.amounts(owed.Items[0], 30_000, 0, 0, 0, 0, 0)
	l.amounts(owed.Items[1], 70_000, 0, 0, 0, 0, 0)
	r := l.receipt(done.ID)
	require.Equal(t, receivable.MatchDone, r.Payer.Match)
	require.Equal(t, l.id(l.customer.ID), r.CustomerID)
	proposals, err := l.app.ReceiptProposals(t.Context(), l.reader, done.ID)
	require.NoError(t, err)
	require.Len(t, proposals, 1)
	require.Equal(t, port.ProposalApplied, proposals[0].State)
	require.NotEmpty(t, proposals[0].Words)
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM payer_accounts WHERE customer_id = $1`, l.customer.ID))
	l.moneyLaws()
}

// What nobody could apply holds the notices of whoever likely paid it, up to its amount.
func TestMoneyThatWaitsHoldsTheNotices(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 100_000)
	var done app.Taken
	l.nudges(func() { done = l.pays("1", "Nordwind K-1", "", "danke", 40_000) }, owed)
	require.Equal(t, "proposed", done.Outcome)
	e := l.waits(done.ID)
	require.Equal(t, l.id(l.customer.ID), e.CustomerID)
	require.False(t, l.receipt(done.ID).CustomerID.Valid)
	require.Equal(t, int64(40_000), l.reserved())
	l.amounts(owed.Items[0], 0, 0, 0, 0, 100_000, 0)

	_, err := l.app.CashNotOurs(t.Context(), clerkOne, e.ID, e.Version)
	require.NoError(t, err)
	require.Zero(t, l.reserved(), "it is not theirs")
	l.moneyLaws()
}

func TestNobodyIsKnownToHavePaid(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 100_000)
	done := l.pays("1", "Somebody Else", "DE02500105170137075030", "thanks", 25_000)
	require.Equal(t, "unidentified", done.Outcome)
	require.Zero(t, l.reserved())
	e := l.waits(done.ID)
	require.Empty(t, e.Proposals)

	f, err := l.app.IdentifyCash(t.Context(), clerkOne, e.ID, l.customer.ID, e.Version)
	require.NoError(t, err)
	require.Equal(t, "open", f.State)
	require.Equal(t, int64(25_000), l.receipt(done.ID).OnAccountMinor)
	require.Equal(t, int64(25_000), l.reserved())

	f, err = l.app.ApplyCashByHand(t.Context(), clerkOne, e.ID, app.CashByHand{
		Lines: []app.CashLine{{ItemID: l.id(owed.Items[0].ID), AmountMinor: 25_000}}, Version: f.Version,
	})
	require.NoError(t, err)
	require.Equal(t, []string{"closed", "by_hand"}, []string{f.State, f.Outcome})
	l.amounts(owed.Items[0], 25_000, 0, 0, 0, 75_000, 0)

	// The account and the name are known from now on: the next payment needs nobody.
	again := l.pays("2", "Somebody Else", "DE02500105170137075030", "R-1001", 75_000)
	require.Equal(t, "applied", again.Outcome)
	l.amounts(owed.Items[0], 100_000, 0, 0, 0, 0, 0)
	l.moneyLaws()
}

func TestACustomersAccountThatSuddenlyDiffers(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 10_000)
	l.owed("R-1002", 10_000)
	require.Equal(t, "applied", l.pays("1", "Nordwind K-1", "DE02120300000000202051", "R-1001", 10_000).Outcome)
	done := l.pays("2", "Nordwind K-1", "LT601010012345678901", "R-1002", 10_000)
	require.Equal(t, "proposed", done.Outcome)
	e := l.waits(done.ID)
	require.Contains(t, e.Why, matching.ReasonAccountChanged)
	f, err := l.app.ApplyCashProposal(t.Context(), clerkOne, e.ID, e.Proposals[0].ID, e.Version)
	require.NoError(t, err)
	require.Equal(t, "closed", f.State)
	require.Equal(t, int64(2), l.number(`SELECT count(*) FROM payer_accounts WHERE customer_id = $1`, l.customer.ID))
	l.moneyLaws()
}

// A proposal is carried out as it was seen or not at all.
func TestAStaleProposalIsRefused(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 40_000)
	done := l.pays("1", "Nordwind K-1", "", "danke", 40_000)
	e := l.waits(done.ID)
	require.NotEmpty(t, e.Proposals)
	l.paid("cash", owed.Items[0], 15_000)
	l.refuses(app.CodeProposalStale, func(ctx context.Context) error {
		_, err := l.app.ApplyCashProposal(ctx, clerkOne, e.ID, e.Proposals[0].ID, e.Version)
		return err
	})
	_, next, err := l.app.RematchCash(t.Context(), clerkOne, port.CashExceptionFilter{}, "")
	require.NoError(t, err)
	require.Empty(t, next)
	again := l.waits(done.ID)
	require.NotEqual(t, e.Proposals[0].ID, again.Proposals[0].ID)
	l.refuses("cash_proposal.decided", func(ctx context.Context) error {
		_, err := l.app.ApplyCashProposal(ctx, clerkOne, e.ID, e.Proposals[0].ID, again.Version)
		return err
	})
	_, err = l.app.ApplyCashProposal(t.Context(), clerkOne, e.ID, again.Proposals[0].ID, again.Version)
	require.NoError(t, err)
	l.moneyLaws()
}

// Two clerks never work on the same receipt.
func TestTwoClerksAtOneReceipt(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 40_000)
	done := l.pays("1", "Nordwind K-1", "", "danke", 40_000)
	e := l.waits(done.ID)
	taken, err := l.app.TakeException(t.Context(), clerkOne, e.ID, e.Version)
	require.NoError(t, err)
	l.refuses(app.CodeExceptionTaken, func(ctx context.Context) error {
		_, err := l.app.TakeException(ctx, clerkTwo, e.ID, taken.Version)
		return err
	})
	l.refuses(app.CodeExceptionTaken, func(ctx context.Context) error {
		_, err := l.app.ApplyCashProposal(ctx, clerkTwo, e.ID, e.Proposals[0].ID, 0)
		return err
	})
	l.clock.now = l.clock.now.Add(31 * 60 * 1e9) // the lease ended
	_, err = l.app.TakeException(t.Context(), clerkTwo, e.ID, taken.Version)
	require.NoError(t, err)
	_, err = l.app.ReleaseException(t.Context(), clerkTwo, e.ID, 0)
	require.NoError(t, err)

	now := l.waits(done.ID)
	var wins, losses int
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, who := range []access.Principal{clerkOne, clerkTwo} {
		wait.Go(func() {
			_, err := l.app.ApplyCashProposal(context.WithoutCancel(t.Context()), who, e.ID, now.Proposals[0].ID, now.Version)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				wins++
				return
			}
			losses++
			require.Contains(t, []fault.Kind{fault.Conflict, fault.Precondition}, fault.KindOf(err), "%v", err)
		})
	}
	wait.Wait()
	require.Equal(t, []int{1, 1}, []int{wins, losses})
	require.Zero(t, l.receipt(done.ID).Rest())
	l.moneyLaws()
}

func TestARejectedProposalAndAHandThatKnowsBetter(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	first, second := l.owed("R-1001", 40_000), l.owed("R-1002", 90_000)
	done := l.pays("1", "Nordwind K-1", "", "danke", 40_000)
	e := l.waits(done.ID)
	f, err := l.app.RejectCashProposal(t.Context(), clerkOne, e.ID, e.Proposals[0].ID, e.Version)
	require.NoError(t, err)
	require.Equal(t, port.ProposalRejected, f.Proposals[0].State)
	l.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := l.app.ApplyCashByHand(ctx, clerkOne, e.ID, app.CashByHand{})
		return err
	})
	l.refuses("write_off.exceeds_limit", func(ctx context.Context) error {
		_, err := l.app.ApplyCashByHand(ctx, clerkOne, e.ID, app.CashByHand{Lines: []app.CashLine{
			{ItemID: l.id(second.Items[0].ID), AmountMinor: 40_000, WriteOffMinor: 50_000},
		}})
		return err
	})
	l.refuses("receipt.discount_unearned", func(ctx context.Context) error {
		_, err := l.app.ApplyCashByHand(ctx, clerkOne, e.ID, app.CashByHand{Lines: []app.CashLine{
			{ItemID: l.id(second.Items[0].ID), AmountMinor: 40_000, DiscountMinor: 800},
		}})
		return err
	})
	f, err = l.app.ApplyCashByHand(t.Context(), clerkOne, e.ID, app.CashByHand{Lines: []app.CashLine{
		{InvoiceNumber: "R-1002", AmountMinor: 30_000},
	}, CustomerID: l.id(l.customer.ID)})
	require.NoError(t, err)
	require.Equal(t, "open", f.State, "a rest waits on")
	require.Equal(t, int64(10_000), f.AmountMinor)
	f, err = l.app.ApplyCashByHand(t.Context(), clerkOne, e.ID, app.CashByHand{Lines: []app.CashLine{
		{ItemID: l.id(first.Items[0].ID), AmountMinor: 10_000, Claim: &app.CashClaim{AmountMinor: 5_000, Reason: "damage", Reference: "C-77"}},
	}})
	require.NoError(t, err)
	require.Equal(t, "closed", f.State)
	l.holds(first.Items[0].ID, balance{Original: 40_000, Paid: 10_000, Moved: 5_000, Open: 25_000})
	l.amounts(second.Items[0], 30_000, 0, 0, 0, 60_000, 0)
	l.moneyLaws()
}

func TestHeldMoneyStopsTheChaseAndIsNotApplied(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 40_000)
	done := l.pays("1", "Nordwind K-1", "", "danke", 40_000)
	e := l.waits(done.ID)
	f, err := l.app.HoldCash(t.Context(), clerkOne, e.ID, receivable.HeldSanctions, e.Version)
	require.NoError(t, err)
	require.Equal(t, receivable.MatchHeld, f.Receipt.Payer.Match)
	require.Equal(t, int64(40_000), l.reserved())
	l.refuses(receivable.CodeReceiptHeld, func(ctx context.Context) error {
		_, err := l.app.ApplyCashProposal(ctx, clerkOne, e.ID, e.Proposals[0].ID, f.Version)
		return err
	})
	l.refuses(access.CodeForbidden, func(ctx context.Context) error {
		_, err := l.app.FreeCash(ctx, clerkOne, e.ID, f.Version)
		return err
	})
	f, err = l.app.FreeCash(t.Context(), l.supervisor, e.ID, f.Version)
	require.NoError(t, err)
	_, err = l.app.ApplyCashProposal(t.Context(), clerkOne, e.ID, e.Proposals[0].ID, f.Version)
	require.NoError(t, err)
	l.amounts(owed.Items[0], 40_000, 0, 0, 0, 0, 0)
	l.moneyLaws()
}

// An alarm of the statement stops everything; once it is overridden, what is certain is applied.
func TestNothingIsAppliedUnderAnAlarm(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 40_000)
	done, err := app.TakeIn(t.Context(), l.app, "statement_alarm", l.payment("1", "Nordwind K-1", "", "R-1001", 40_000))
	require.NoError(t, err)
	require.Equal(t, "proposed", done[0].Outcome)
	require.Contains(t, l.waits(done[0].ID).Why, "statement_alarm")
	require.Equal(t, int64(40_000), l.reserved())
	applied, _, err := l.app.RematchCash(t.Context(), clerkOne, port.CashExceptionFilter{}, "")
	require.NoError(t, err)
	require.Zero(t, applied)
	l.amounts(owed.Items[0], 0, 0, 0, 0, 40_000, 0)
	l.moneyLaws()
}

func advice(payment string, minor int64, lines ...remittance.Line) remittance.Advice {
	return remittance.Advice{
		Format: "json", ID: "ADV-" + payment, Payment: payment, Minor: minor, Currency: "EUR", Credit: true, MoneyMoves: true,
		PaidOn: day("2026-03-01"), Payer: remittance.Party{Name: "Nordwind K-1"}, Lines: lines,
	}
}

func line(number string, paid int64) remittance.Line {
	return remittance.Line{Kind: remittance.LineInvoice, Number: number, PaidMinor: &paid}
}

// Advice and money find each other in either order.
func TestAdviceAndMoneyComeApart(t *testing.T) {
	t.Parallel()
	for _, adviceFirst := range []bool{true, false} {
		l := openTill(t)
		first, second := l.owed("R-1001", 40_000), l.owed("R-1002", 90_000)
		ad := advice("E2E1", 100_000, line("R-1001", 40_000), line("R-1002", 60_000))
		pay := func() app.Taken { return l.pays("1", "Nordwind K-1", "", "see advice", 100_000) }
		if adviceFirst {
			_, used, err := app.AdviceIn(t.Context(), l.app, ad)
			require.NoError(t, err)
			require.False(t, used)
			require.Equal(t, "applied", pay().Outcome)
		} else {
			done := pay()
			require.NotEqual(t, "applied", done.Outcome)
			_, used, err := app.AdviceIn(t.Context(), l.app, ad)
			require.NoError(t, err)
			require.True(t, used)
			require.Zero(t, l.receipt(done.ID).Rest())
		}
		_, used, err := app.AdviceIn(t.Context(), l.app, ad)
		require.NoError(t, err)
		require.False(t, used, "the same advice twice is one")
		require.Equal(t, int64(1), l.number(`SELECT count(*) FROM remittances WHERE state = 'used'`))
		l.amounts(first.Items[0], 40_000, 0, 0, 0, 0, 0)
		l.amounts(second.Items[0], 60_000, 0, 0, 0, 30_000, 0)
		l.moneyLaws()
	}
}

// A payment that the bank takes back brings its invoice back to the same cycle.
func TestAReturnReversesTheReceiptThatItNames(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	owed := l.owed("R-1001", 40_000)
	done := l.pays("1", "Nordwind K-1", "", "R-1001", 40_000)
	require.Equal(t, "applied", done.Outcome)
	back := remittance.Transaction{
		Minor: 40_000, Currency: "EUR", Entry: remittance.Entry{ValueOn: day("2026-03-05"), Minor: 40_000, Currency: "EUR", Reversal: true},
		Return: &remittance.Return{Code: "AC04", Reference: "REF1"},
	}
	outcome, err := app.TakeBack(t.Context(), l.app, back)
	require.NoError(t, err)
	require.Equal(t, "returned", outcome)
	l.amounts(owed.Items[0], 0, 0, 0, 0, 40_000, 0)
	require.Equal(t, receivable.ReceiptReversed, l.receipt(done.ID).State)
	require.Equal(t, 1, l.now(owed.ID).Items[0].Cycle)

	outcome, err = app.TakeBack(t.Context(), l.app, back) // there is nothing left to take back
	require.NoError(t, err)
	require.Equal(t, "return_open", outcome)
	list, err := l.app.CashExceptions(t.Context(), l.reader, port.CashExceptionFilter{Kind: port.ExceptionReturn}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	f, err := l.app.ResolveReturn(t.Context(), clerkOne, list.Items[0].ID, uuid.NullUUID{}, list.Items[0].Version)
	require.NoError(t, err)
	require.Equal(t, "settled_elsewhere", f.Outcome)
	l.moneyLaws()
}
