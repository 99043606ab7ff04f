package activities_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit/pump"
	"arrears/workflows/contract"
)

func promise(t *testing.T, p *pump.Pump, inv receivable.Invoice, due string) receivable.Promise {
	t.Helper()
	made, err := p.App.MakePromise(t.Context(), pump.Boss, app.NewPromise{InvoiceID: inv.ID, AmountMinor: 100_00, Currency: "EUR", DueOn: date(due), GraceDays: 2})
	require.NoError(t, err)
	return made
}

func promiseState(t *testing.T, p *pump.Pump, pr receivable.Promise) receivable.PromiseState {
	t.Helper()
	got, err := p.App.Promise(t.Context(), pump.Boss, pr.ID)
	require.NoError(t, err)
	return got.State
}

// A promise holds to its date plus grace; broken, the chase goes on.
func TestAPromiseHoldsUntilItIsBroken(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.Through("2024-02-12")
	pr := promise(t, p, inv, "2024-02-25")
	p.Through("2024-02-27")
	require.Equal(t, []int{0, 1}, levels(p.Sent()))
	require.Equal(t, receivable.PromiseOpen, promiseState(t, p, pr))
	p.Through("2024-02-28")
	require.Equal(t, receivable.PromiseBroken, promiseState(t, p, pr))
	require.Equal(t, []int{0, 1, 2}, levels(p.Sent()))
	require.Equal(t, 1, p.Calls[contract.SettlePromise])
}

// A part received on time leaves it partly kept; all of it, kept.
func TestAPromiseIsKeptOrPartlyKept(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	partly, kept := p.Invoice(c, "R1", 100_00, "2024-02-01"), p.Invoice(c, "R2", 100_00, "2024-02-01")
	p.Through("2024-02-12")
	one, two := promise(t, p, partly, "2024-02-25"), promise(t, p, kept, "2024-02-25")
	p.Pay(partly, "P1", 30_00)
	p.Pay(kept, "P2", 100_00)
	require.Equal(t, receivable.PromiseKept, promiseState(t, p, two))
	p.Through("2024-02-28")
	require.Equal(t, receivable.PromisePartiallyKept, promiseState(t, p, one))
	require.EqualValues(t, 70_00, p.SentOn("2024-02-28")[0].Ask)
}

// A broken promise may open a task, or hasten the next stage.
func TestABrokenPromiseDoesWhatThePolicySays(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	task, hasten := ladder("task", remind("first", 5), remind("second", 60)), ladder("hasten", remind("first", 5), remind("second", 60))
	task.BrokenPromise, hasten.BrokenPromise = policy.BrokenTask, policy.BrokenNextStage
	one, two := p.Customer("1001"), p.Customer("1002")
	assign(t, p, one, task)
	assign(t, p, two, hasten)
	r1, r2 := p.Invoice(one, "R1", 100_00, "2024-02-01"), p.Invoice(two, "R2", 100_00, "2024-02-01")
	p.Through("2024-02-10")
	promise(t, p, r1, "2024-02-15")
	promise(t, p, r2, "2024-02-15")
	p.Through("2024-02-18")
	require.Len(t, p.Tasks(policy.TaskBrokenPromise), 1)
	require.Equal(t, []string{"R2"}, invoices(p.SentOn("2024-02-18")))
	p.Through("2024-03-30")
	require.Len(t, p.Tasks(policy.TaskBrokenPromise), 1)
	promise(t, p, r1, "2024-03-31")
	p.Through("2024-04-05")
	require.Len(t, p.Tasks(policy.TaskBrokenPromise), 2, "the second promise has a task of its own")
}

// A block stops at once, through its last day.
func TestABlockHoldsThroughItsLastDay(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-10")
	_, err := p.App.SetBlock(t.Context(), pump.Boss, app.NewBlock{CustomerID: valid(c.ID), Reason: receivable.BlockGoodwill, Until: date("2024-02-21")})
	require.NoError(t, err)
	p.Through("2024-02-21")
	require.Len(t, p.Sent(), 2)
	p.Through("2024-02-22")
	require.Len(t, p.Sent(), 3)
}

// A block without an end holds until it is released, on one invoice only.
func TestALegalBlockIsReleased(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Invoice(c, "R2", 100_00, "2024-02-01")
	b, err := p.App.SetBlock(t.Context(), pump.Boss, app.NewBlock{InvoiceID: valid(inv.ID), Reason: receivable.BlockLegal})
	require.NoError(t, err)
	p.Through("2024-04-10")
	for _, l := range p.Sent() {
		require.Equal(t, "R2", l.Invoice)
	}
	_, err = p.App.ReleaseBlock(t.Context(), pump.Boss, b.ID)
	require.NoError(t, err)
	p.Through("2024-04-11")
	require.Contains(t, invoices(p.Sent()), "R1")
}

// A dispute holds back the disputed part; the rest is dunned.
func TestADisputeLowersWhatIsAsked(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.Through("2024-02-10")
	flag, err := p.App.FlagDispute(t.Context(), pump.Boss, app.NewDisputeFlag{ItemID: p.Items(inv.ID)[0].ID, AmountMinor: 30_00, Currency: "EUR", Reason: "pricing"})
	require.NoError(t, err)
	p.Through("2024-02-16")
	require.EqualValues(t, 70_00, p.SentOn("2024-02-16")[0].Ask)
	_, err = p.App.ReleaseDispute(t.Context(), pump.Boss, flag.ID, "withdrawn")
	require.NoError(t, err)
	p.Through("2024-03-02")
	require.EqualValues(t, 100_00, oneApproval(t, p).AmountMinor)
}

// Cash on account covers all: no notice, but a clerk's task, once.
func TestCashOnAccountIsReserved(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Invoice(c, "R2", 100_00, "2024-02-02")
	_, err := p.App.RecordReceipt(t.Context(), pump.Boss, app.NewReceipt{Source: "bank", Number: "P1", CustomerID: valid(c.ID), Currency: "EUR", AmountMinor: 130_00, ValueDate: date("2024-01-01")})
	require.NoError(t, err)
	p.Through("2024-02-07")
	require.Len(t, p.Tasks(policy.TaskApplyCredit), 1)
	sent := p.Sent()
	require.EqualValues(t, 70_00, sent[len(sent)-1].Ask, "each unit is reserved once, oldest item first")
	require.Equal(t, "R2", sent[len(sent)-1].Invoice)
	p.Through("2024-02-25")
	require.Len(t, p.Tasks(policy.TaskApplyCredit), 1)
}

// Conditions on the customer look at all its invoices; a change of one nudges the others.
func TestConditionsOnTheCustomer(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	first := remind("first", 5)
	first.Conditions.OverdueCount = 2
	assign(t, p, c, ladder("count", first))
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	two := p.Invoice(c, "R2", 100_00, "2024-02-10")
	p.Through("2024-02-10")
	require.Empty(t, p.Sent())
	p.Through("2024-02-11")
	require.Equal(t, []string{"R1"}, invoices(p.Sent()), "the second became overdue on the 11th")
	p.Pay(two, "P1", 100_00)
	p.Invoice(c, "R3", 100_00, "2024-02-01")
	p.Through("2024-03-01")
	require.Equal(t, []string{"R1", "R3"}, invoices(p.Sent()))
}

// The policy that an invoice falls under: its own, its customer's, its segment's, the installation's; none that never duns.
func TestThePolicyIsPinnedByPrecedence(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Publish(ladder("vip", remind("vip-first", 20)))
	p.Publish(ladder("never"))
	require.NoError(t, p.App.SetSegmentPolicy(t.Context(), pump.Admin, "vip", "vip"))
	segment := func(in *app.NewCustomer) { in.Segment = "vip" }
	never := func(in *app.NewCustomer) { in.Segment, in.PolicyKey = "vip", "never" }
	p.Invoice(p.Customer("1001"), "HOUSE", 100_00, "2024-01-01")
	p.Invoice(p.Customer("1002", segment), "SEGMENT", 100_00, "2024-01-01")
	p.Invoice(p.Customer("1003", never), "CUSTOMER", 100_00, "2024-01-01")
	p.Invoice(p.Customer("1004", never), "INVOICE", 100_00, "2024-01-01", func(in *app.NewInvoice) { in.PolicyKey = "vip" })
	p.Through("2024-01-25")
	got := map[string]string{}
	for _, l := range p.Sent() {
		got[l.Invoice] = l.Stage
	}
	require.Equal(t, map[string]string{"HOUSE": "reminder-2", "SEGMENT": "vip-first", "INVOICE": "vip-first"}, got)
}

// A customer who cannot be reached is a person's task, once per stage; a new contact lets the notice go.
func TestAnUnreachableCustomer(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001", func(in *app.NewCustomer) { in.Contacts = nil })
	p.Invoice(c, "R1", 100_00, "2024-01-20")
	p.Through("2024-02-10")
	require.Len(t, p.Tasks(policy.TaskNoAddress), 2, "for the courtesy reminder, then for the first")
	_, err := p.App.AddContact(t.Context(), pump.Boss, c.ID, app.NewContact{Role: receivable.RoleBilling, Email: "new@1001.example"})
	require.NoError(t, err)
	p.Through("2024-02-12")
	require.Equal(t, []string{"reminder-1"}, stages(p.Sent()))
}

// A void invoice is no longer asked for.
func TestAVoidInvoiceStopsAtOnce(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.Through("2024-02-15")
	p.Step(13 * 60 * 1e9)
	p.Settle()
	_, err := p.App.VoidInvoice(t.Context(), pump.Boss, inv.ID, "typing error")
	require.NoError(t, err)
	p.Through("2024-03-15")
	require.Len(t, p.Sent(), 2)
	all := p.Notices()
	require.Equal(t, notice.Withdrawn, all[2].State)
	require.Equal(t, casework.CaseClosed, p.Case(inv.ID).State)
}

// The last stage done is said once; the item is looked at every so many days.
func TestAnExhaustedLadder(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	assign(t, p, c, ladder("short", remind("first", 5)))
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-12-01")
	require.Len(t, p.Sent(), 1)
	require.Len(t, p.Tasks(policy.TaskLadderDone), 1)
	require.Equal(t, casework.CaseActive, p.Case(inv.ID).State)
	require.True(t, p.Case(inv.ID).WakeAt.After(p.Now()))
}

// Waking a case needs the right to.
func TestWakingACase(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	require.Error(t, p.App.WakeCase(t.Context(), access.Principal{ID: "a", Role: access.Auditor}, inv.ID))
	require.NoError(t, p.App.WakeCase(t.Context(), pump.Boss, inv.ID))
	p.Settle()
	require.Equal(t, 1, p.Calls[contract.Review])
	require.Equal(t, 2, p.Case(inv.ID).Decisions)
}
