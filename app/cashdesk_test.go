package app_test

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

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
	require.False(t, proposals[0].RulesID.Valid, "the shipped rules")
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
	l.refuses(app.CodeExceptionTaken, func(ctx context.Context) error { // nor past the list
		_, err := l.app.ApplyReceipt(ctx, clerkTwo, done.ID, l.id(l.customer.ID), []app.ReceiptApplication{{InvoiceNumber: "R-1001", AmountMinor: 1}})
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

// Once a clerk has put a part of it, whose money it is is known: the rest does not wait for that.
func TestARestOfNobodysMoneyIsSomebodys(t *testing.T) {
	t.Parallel()
	l := openTill(t)
	l.owed("R-1001", 40_000)
	done := l.pays("1", "Stranger", "", "danke", 90_000)
	e := l.waits(done.ID)
	require.Contains(t, e.Why, matching.ReasonNobody)
	f, err := l.app.ApplyCashByHand(t.Context(), clerkOne, e.ID, app.CashByHand{
		CustomerID: l.id(l.customer.ID), Lines: []app.CashLine{{InvoiceNumber: "R-1001", AmountMinor: 40_000}},
	})
	require.NoError(t, err)
	require.Equal(t, "open", f.State)
	require.Equal(t, l.customer.ID, f.CustomerID.UUID)
	require.NotContains(t, f.Why, matching.ReasonNobody)
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
	require.Equal(t, "returned", l.takesBack("REF1", 40_000))
	l.amounts(owed.Items[0], 0, 0, 0, 0, 40_000, 0)
	require.Equal(t, receivable.ReceiptReversed, l.receipt(done.ID).State)
	require.Equal(t, 1, l.now(owed.ID).Items[0].Cycle)

	require.Equal(t, "return_open", l.takesBack("REF1", 40_000), "there is nothing left to take back")
	list, err := l.app.CashExceptions(t.Context(), l.reader, port.CashExceptionFilter{Kind: port.ExceptionReturn}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	f, err := l.app.ResolveReturn(t.Context(), clerkOne, list.Items[0].ID, uuid.NullUUID{}, list.Items[0].Version)
	require.NoError(t, err)
	require.Equal(t, "settled_elsewhere", f.Outcome)
	l.moneyLaws()
}

// The bank may tell of a return before it tells of the payment: the books are the same.
func TestAReturnThatCameBeforeItsPayment(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("RB")
	owed := v.owed("R-1001", 40_000)
	paid := entry{minor: 40_000, ref: "BRB", e2e: "ERB", by: "Nordwind K-1", text: "R-1001"}
	back := entry{minor: -40_000, ref: "XRB", e2e: "ERB", by: "Nordwind K-1", text: "R-1001", ret: "AC04"}
	f := v.load(sheet{kind: "053", account: "RB", to: "2026-03-03", list: []entry{back}}.String())
	require.EqualValues(t, 1, f.Counts.ReturnOpen)
	require.Len(t, v.exceptions(port.ExceptionReturn), 1)
	other := entry{minor: 40_000, ref: "BRC", e2e: "ERC", by: "Nordwind K-1", text: "danke"} // the same amount proves nothing
	v.load(sheet{kind: "053", account: "RB", to: "2026-03-01", list: []entry{other}}.String())
	require.Len(t, v.exceptions(port.ExceptionReturn), 1)
	v.load(sheet{kind: "053", account: "RB", to: "2026-03-02", list: []entry{paid}}.String())
	v.amounts(owed.Items[0], 0, 0, 0, 0, 40_000, 0)
	require.Empty(t, v.exceptions(port.ExceptionReturn))
	require.Equal(t, int64(1), v.number(`SELECT count(*) FROM receipts WHERE state = 'reversed'`))
	require.Equal(t, int64(1), v.number(`SELECT count(*) FROM bank_entries WHERE outcome = 'returned'`))
	v.moneyLaws()
}

// A payment that a correction no longer tells of is reversed, or stands, as a clerk says; either way nothing waits any more.
func TestAPaymentThatIsGoneIsSettled(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("GO")
	owed := v.owed("R-1001", 40_000)
	list := []entry{{minor: 40_000, ref: "G1", by: "Nordwind K-1", text: "R-1001"}, {minor: 500, ref: "G2", by: "Nordwind K-1", text: "danke"}}
	v.load(bai2("GO", 1, day("2026-03-02"), list...))
	v.load(bai2("GO", 3, day("2026-03-02")))
	gone := v.exceptions(port.ExceptionMissing)
	require.Len(t, gone, 2)
	slices.SortFunc(gone, func(a, b port.CashException) int { return cmp.Compare(a.AmountMinor, b.AmountMinor) })
	small, large := gone[0], gone[1]
	_, err := v.app.ResolveReturn(t.Context(), clerkOne, small.ID, large.ReceiptID, 0)
	require.Equal(t, app.CodeExceptionKind, fault.CodeOf(err), "of another payment")
	f, err := v.app.ResolveReturn(t.Context(), clerkOne, small.ID, uuid.NullUUID{}, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"closed", "settled_elsewhere"}, []string{f.State, f.Outcome})
	f, err = v.app.ResolveReturn(t.Context(), clerkOne, large.ID, large.ReceiptID, 0)
	require.NoError(t, err)
	require.Equal(t, []string{"closed", "reversed"}, []string{f.State, f.Outcome})
	v.amounts(owed.Items[0], 0, 0, 0, 0, 40_000, 0)
	require.Equal(t, int64(1), v.number(`SELECT count(*) FROM receipts WHERE state = 'reversed'`))
	require.Empty(t, v.exceptions(port.ExceptionMissing))
	v.moneyLaws()
}
